"""Transactions on the catalogue's database, and its schema's migrations.

Leaves what is read and written to the classes beside it. Database errors become ours here.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from pipeline.errors import StorageFullError, UnavailableError

_BUSY_SECONDS = 30


class Database:
    """An engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        """Connect lazily to the database at this SQLAlchemy URL."""
        self._engine = create_engine(url)
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
        self._writing = self._engine.execution_options(vankho_writes=True)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, on one state of the database."""
        with _translated(), Session(self._engine) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes, all or nothing. SQLite locks at its start, so that two cannot deadlock."""
        with _translated(), Session(self._writing) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest version; nothing happens if it is there already."""
        with _translated():
            config = _migrations()
            with self._engine.connect() as connection:
                present = MigrationContext.configure(connection).get_current_revision()
            if present == ScriptDirectory.from_config(config).get_current_head():
                return
            with self._writing.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision (`base` for none)."""
        with _translated(), self._writing.begin() as connection:
            config = _migrations()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)

    def connect(self) -> Connection:
        """A bare connection, for inspecting the schema."""
        return self._engine.connect()

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, foreign keys, full durability of commits, and transactions that begin when SQLAlchemy says so."""

    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {_BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("vankho_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if "disk is full" in str(error.orig):
            message = "Ổ đĩa đã đầy: chưa ghi được gì vào danh mục. Hãy giải phóng chỗ rồi chạy lại."
            raise StorageFullError(message) from error
        message = "Không dùng được cơ sở dữ liệu danh mục. Hãy kiểm tra ổ đĩa, quyền ghi và dịch vụ rồi chạy lại."
        raise UnavailableError(message) from error
    except DatabaseError as error:
        if "malformed" in str(error.orig) or "not a database" in str(error.orig):
            message = "Tệp danh mục bị hỏng. Hãy dừng chương trình và khôi phục từ bản sao lưu."
            raise UnavailableError(message) from error
        raise
