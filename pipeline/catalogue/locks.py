"""Locks between all who work on one installation: files beside a SQLite catalogue, advisory locks in PostgreSQL.

On both, the lock of a holder who died is free again: the system closes its file, the server its session.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from pipeline.catalogue.engines import database_errors, open_lock_engine, sqlite_path
from pipeline.errors import BusyError
from pipeline.locks import held
from pipeline.ports import Locks


class FileLocks:
    """Locks on one machine, as files in a folder."""

    def __init__(self, folder: Path) -> None:
        """Locks in this folder, made with the first."""
        self._folder = folder

    def held(self, name: str, *, wait: bool, busy: str) -> AbstractContextManager[None]:
        """Hold the lock of this name for a while (see `Locks.held`)."""
        return held(self._folder / f"{name}.lock", wait=wait, busy=busy)


class ServerLocks:
    """Locks for all who reach the same PostgreSQL database; each is held by a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        """Locks through this engine, made by `open_lock_engine`."""
        self._engine = engine

    @contextmanager
    def held(self, name: str, *, wait: bool, busy: str) -> Iterator[None]:
        """Hold the lock of this name for a while (see `Locks.held`)."""
        with database_errors():
            connection = self._engine.connect()
        try:
            with database_errors():
                is_held = _take(connection, name, wait=wait)
            if not is_held:
                raise BusyError(busy)
            yield
        finally:
            connection.close()  # ends the session, and the lock with it


def _take(connection: Connection, name: str, *, wait: bool) -> bool:
    key = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
    if wait:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
        return True
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}))


def open_locks(url: str) -> Locks:
    """The locks of the installation whose catalogue is at this URL."""
    path = sqlite_path(url)
    return ServerLocks(open_lock_engine(url)) if path is None else FileLocks(path.parent / "locks")
