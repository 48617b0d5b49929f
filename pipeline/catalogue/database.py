"""Transactions on the catalogue's database, and its schema's migrations.

Leaves what is read and written to the classes beside it, and what differs between databases to `engines`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from pipeline.catalogue.engines import database_errors, open_engine, reading_engine, require_bytewise, writing_engine


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
            config = _migrations()
            with self._engine.connect() as connection:
                require_bytewise(connection)
                present = MigrationContext.configure(connection).get_current_revision()
            if present == ScriptDirectory.from_config(config).get_current_head():
                return
            with self._writing.begin() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")

    def downgrade(self, revision: str) -> None:
        """Take the schema back to a revision (`base` for none)."""
        with database_errors(), self._writing.begin() as connection:
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
