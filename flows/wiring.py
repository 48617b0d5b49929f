"""Puts the rooms together for a run: store, staging, catalogue, readers, describer and index, from settings."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from extractors.describe import open_describer
from flows.reading import PooledReader
from indexer.rebuild import drain, reindex
from indexer.search import open_index
from pipeline.catalogue import Catalogue
from pipeline.errors import BusyError
from pipeline.locks import held
from pipeline.ports import SearchIndex
from pipeline.settings import Settings
from pipeline.steps.take_in import Rooms
from pipeline.wiring import staging_of, store_of


@contextmanager
def ingest_rooms(of: Settings, facts: Catalogue, *, workers: int) -> Iterator[Rooms]:
    """All that a file meets on its way; the reading processes end with the block."""
    reader = PooledReader(of.intake, of.ocr, workers=workers)
    try:
        yield Rooms(
            store=store_of(of),
            staging=staging_of(of),
            catalogue=facts,
            reader=reader,
            describer=open_describer(),
            allowed_marks=of.secrecy.allow,
        )
    finally:
        reader.close()


@dataclass(frozen=True, slots=True)
class Drainer:
    """Tells the index of what has changed, one process at a time."""

    settings: Settings
    catalogue: Catalogue
    index: SearchIndex

    def drain(self) -> int:
        """Tell the index of everything pending; how many documents. Zero where another process is at it."""
        try:
            return self._drain(wait=False)
        except BusyError:
            return 0

    def drain_now(self) -> int:
        """The same, waiting for a process that is at it, so that all that is pending now is searchable after."""
        return self._drain(wait=True)

    def rebuild(self) -> int:
        """Build the index anew; how many documents it has. Other drainers wait, searches go on."""
        with self._locked(wait=True):
            return reindex(self.index, self.catalogue.documents)

    def _drain(self, *, wait: bool) -> int:
        with self._locked(wait=wait):
            return drain(self.index, self.catalogue.documents, self.catalogue.documents)

    def _locked(self, *, wait: bool) -> AbstractContextManager[None]:
        return held(self.settings.home / "locks" / "drain.lock", wait=wait, busy="Chỉ mục đang được cập nhật.")


def drainer(of: Settings, facts: Catalogue) -> Drainer:
    """The drainer of this installation's index."""
    return Drainer(of, facts, open_index(of.home))
