"""Common ground for staging: a bucket of its own, in which several machines find and finish each other's files.

Implements `SharedGround` of `pipeline.storage.staging`. Leaves S3 to the store, and who holds what to the locks.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

from pipeline.errors import BusyError
from pipeline.ports import Locks, ObjectStore
from pipeline.storage.local import CHUNK, storage_errors
from pipeline.storage.staging import MANIFEST

_TYPE = "application/octet-stream"


class StagingBucket:
    """Folders as common beginnings of keys, in a store whose objects may be replaced and are gone when removed."""

    def __init__(self, store: ObjectStore, locks: Locks) -> None:
        """Keep files in this store, under these locks."""
        self._store = store
        self._locks = locks

    def folders(self) -> Iterator[str]:
        """The names of the folders that hold something."""
        for name, _ in groupby(self._store.keys(), key=lambda key: key.partition("/")[0]):
            yield name

    def claim(self, name: str, *, wait: bool) -> "BucketFolder | None":
        """Hold a folder; without `wait`, None where another machine holds it."""
        hold = ExitStack()
        try:
            hold.enter_context(self._locks.held(f"staging-{name}", wait=wait, busy=""))
            return BucketFolder(self._store, name, hold)
        except BusyError:
            return None
        except BaseException:
            hold.close()
            raise


class BucketFolder:
    """One file's folder in the bucket."""

    def __init__(self, store: ObjectStore, name: str, hold: ExitStack) -> None:
        """Take over a folder held by us; `hold` lets go of it."""
        self._store = store
        self._name = name
        self._hold = hold
        self._names = {key.partition("/")[2] for key in store.keys(f"{name}/")}

    def names(self) -> frozenset[str]:
        """What is kept there. Only we change it."""
        return frozenset(self._names)

    def save(self, path: Path) -> None:
        """Keep this file under its name, over one of before."""
        with storage_errors(), path.open("rb") as source:
            self._store.put(self._key(path.name), source, media_type=_TYPE)
        self._names.add(path.name)

    def fetch(self, path: Path) -> None:
        """Write what is kept under the name of this path to it, whole or not at all."""
        temporary = path.with_name(f".{path.name}")
        with storage_errors(), self._store.open(self._key(path.name)) as source, temporary.open("wb") as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
        temporary.replace(path)

    def clear(self) -> None:
        """Remove everything, the manifest first: what a crash leaves is then an unfinished copy, and is swept."""
        for name in sorted(self._names, key=lambda name: (name != MANIFEST, name)):
            self._store.remove(self._key(name))
            self._names.discard(name)

    def release(self) -> None:
        """Let go of the folder."""
        self._hold.close()

    def _key(self, name: str) -> str:
        return f"{self._name}/{name}"
