"""The schema's versions: whether a database has the newest, and the way there and back by Alembic.

Alembic and its templates take a third of a second to import, and nearly every command finds the schema as it should be:
so the version is asked for without it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


def is_newest(connection: Connection) -> bool:
    """Whether the database's schema is the one this software works with."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == newest_version()


def newest_version() -> str:
    """The last migration's number, with which the name of its file begins."""
    return max(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest version, in the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - see above

    command.upgrade(_config(connection), "head")


def downgrade(connection: Connection, revision: str) -> None:
    """Take the schema back to a revision (`base` for none), in the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - see above

    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
