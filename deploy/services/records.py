"""What is known of each server: its ports and credentials, and the process that it runs as, in a file of its own.

The files hold passwords and are readable by their owner alone.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / ".services"
"""Where the servers of this checkout are."""


class ServiceError(Exception):
    """A server cannot be installed or started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A process, by its id and the moment of its birth: a later one with the same id is not taken for it."""

    pid: int
    born: int


@dataclass(frozen=True, slots=True)
class Record:
    """A server: how it is reached (ports, users, passwords, folders), and its process while it runs."""

    settings: Mapping[str, str]
    process: ServerProcess | None = None


def read_record(root: Path, name: str) -> Record | None:
    """The record of a server, or None where it was never started."""
    try:
        values = json.loads(_path(root, name).read_text("utf-8"))
    except FileNotFoundError:
        return None
    process = values["process"]
    return Record(values["settings"], ServerProcess(**process) if process else None)


def write_record(root: Path, name: str, record: Record) -> None:
    """Keep the record, whole or not at all."""
    path = _path(root, name)
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump({"settings": dict(record.settings), "process": _as_values(record.process)}, stream, indent=1)
    temporary.replace(path)


def _as_values(process: ServerProcess | None) -> dict[str, int] | None:
    return asdict(process) if process else None


def _path(root: Path, name: str) -> Path:
    return root / f"{name}.json"


@contextmanager
def taking_turns(lock: Path) -> Iterator[None]:
    """One at a time, among the threads and processes that name this lock's file."""
    lock.parent.mkdir(mode=0o711, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
