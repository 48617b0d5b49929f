"""Transactions on the catalogue's database.

Leaves what is read and written to the classes beside it, what differs between databases to `engines`, and how the
schema changes to `schema`.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from pipeline.catalogue import schema
from pipeline.catalogue.engines import database_errors, open_engine, reading_engine, require_bytewise, writing_engine
from pipeline.errors import UnavailableError, UsageError


class Database:
    """An engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        """Connect lazily to the database at this SQLAlchemy URL."""
        self._engine = open_engine(url)
        self._reading = reading_engine(self._engine)
        self._writing = writing_engine(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads, on one state of the database."""
        with database_errors(), Session(self._reading) as session, session.begin():
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that writes, all or nothing, when its turn has come."""
        with database_errors(), Session(self._writing) as session, session.begin():
            yield session

    def upgrade(self) -> None:
        """Bring the schema to the newest version; nothing happens if it is there already."""
        with database_errors():
            with self._engine.connect() as connection:
                require_bytewise(connection)
                if schema.is_newest(connection):
                    return
            with self._writing.begin() as connection:
                schema.upgrade(connection)

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision (`base` for none)."""
        with database_errors(), self._writing.begin() as connection:
            schema.downgrade(connection, revision)

    def connect(self) -> Connection:
        """A bare connection, for inspecting the schema."""
        return self._engine.connect()

    def copy_to(self, path: Path) -> None:
        """Copy a whole SQLite database, as it is at one moment, into a new file, while others read and write.

        Raises:
            UsageError: it is another database, which has means of its own.
            UnavailableError: the copy could not be written, or the database is damaged.
        """
        if self._engine.dialect.name != "sqlite":
            raise UsageError("Danh mục ở trên máy chủ: hãy sao lưu bằng pg_dump (docs/operations.md).")
        try:
            with closing(sqlite3.connect(path)) as copy, closing(self._engine.raw_connection()) as connection:
                connection.driver_connection.backup(copy)  # type: ignore[union-attr]  # it is sqlite3's
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
                (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            raise UnavailableError(
                f"Không sao chép được danh mục ({error}). Hãy kiểm tra chỗ trống và ổ đĩa."
            ) from error
        if found != "ok":
            raise UnavailableError("Danh mục bị hỏng nên không sao lưu đè. Hãy khôi phục từ bản sao lưu trước.")

    def close(self) -> None:
        """Give back all connections."""
        self._engine.dispose()
