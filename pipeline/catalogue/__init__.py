"""The catalogue: the record of truth for facts, and for what work is done. SQLite in WAL mode, or PostgreSQL.

The only room that knows SQLAlchemy. Each class holds one kind of facts; values in and out are those of
`pipeline.model`. Leaves bytes to the object store and finding to the index.
"""

from pipeline.catalogue.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.catalogue.locks import open_locks

__all__ = ["Catalogue", "open_catalogue", "open_locks", "sqlite_url"]
