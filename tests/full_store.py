"""A store on which the disk is full for one file alone."""

from typing import BinaryIO

from pipeline.errors import StorageFullError
from pipeline.ports import ObjectStore, StoredObject


class FullStore:
    """A store that has no room for one file."""

    def __init__(self, store: ObjectStore, sha256: str) -> None:
        """Have no room for what has this hash."""
        self._store, self._sha256 = store, sha256

    def put(self, key: str, source: BinaryIO, *, media_type: str) -> StoredObject:
        if self._sha256 in key:
            message = "Ổ đĩa đã đầy."
            raise StorageFullError(message)
        return self._store.put(key, source, media_type=media_type)

    def __getattr__(self, name: str) -> object:
        """All else as the store does it."""
        return getattr(self._store, name)
