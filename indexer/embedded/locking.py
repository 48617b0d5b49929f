"""The two locks of an embedded index between processes: who writes, and who builds it anew.

    folder/writer.lock     held while the searched version is written, and while a rebuild begins or ends
    folder/rebuild.lock    held while a new version is built

The system lets go of them when their holder dies. Whoever needs both takes `rebuild.lock` first.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from indexer.embedded.store import engine_errors
from indexer.faults import BUSY, REBUILDING
from pipeline.errors import BusyError
from pipeline.locks import lock_file

_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Locks:
    """The locks in an index's folder. `patience` is how many seconds a writer waits for another."""

    folder: Path
    patience: float

    @contextmanager
    def writing(self, *, patience: float | None = None) -> Iterator[None]:
        """Hold the lock of the one writer. Raises `BusyError` where another does not let go in time."""
        with self._held("writer.lock", self.patience if patience is None else patience, BUSY):
            yield

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Hold the lock of the one rebuild. Raises `BusyError` where another is at it."""
        with self._held("rebuild.lock", self.patience, REBUILDING):
            yield

    def is_rebuilding(self) -> bool:
        """Whether a living process builds a new version."""
        with engine_errors():
            descriptor = lock_file(self.folder / "rebuild.lock", wait=False)
        if descriptor is not None:
            os.close(descriptor)
        return descriptor is None

    @contextmanager
    def _held(self, name: str, patience: float, busy: str) -> Iterator[None]:
        until = time.monotonic() + patience
        with engine_errors():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            while (descriptor := lock_file(self.folder / name, wait=False)) is None:
                if time.monotonic() >= until:
                    raise BusyError(busy)
                time.sleep(_PAUSE)
        try:
            yield
        finally:
            os.close(descriptor)
