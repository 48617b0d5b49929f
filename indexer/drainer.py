"""Drains and rebuilds the index of an installation, one process at a time of all that work on it.

The command line and the HTTP API hold the same lock, the catalogue's. Leaves what is written to `indexer.rebuild`,
and when to its callers.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from indexer.rebuild import drain, reindex
from pipeline.catalogue import Catalogue
from pipeline.errors import BusyError
from pipeline.ports import SearchIndex


@dataclass(frozen=True, slots=True)
class Drainer:
    """Tells the index of what has changed in the catalogue."""

    catalogue: Catalogue
    index: SearchIndex

    def drain(self) -> int:
        """Tell the index of everything pending; how many changes. Zero where another process is at it."""
        try:
            return self._drain(wait=False)
        except BusyError:
            return 0

    def drain_now(self) -> int:
        """The same, waiting for a process that is at it, so that all that is pending now is searchable after."""
        return self._drain(wait=True)

    def rebuild(self) -> int:
        """Build the index anew; how many documents it has. Searches and other drainers go on meanwhile."""
        written = reindex(self.index, self.catalogue.documents)
        self.drain_now()
        return written

    def _drain(self, *, wait: bool) -> int:
        with self._locked(wait=wait):
            return drain(self.index, self.catalogue.documents, self.catalogue.documents)

    def _locked(self, *, wait: bool) -> AbstractContextManager[None]:
        return self.catalogue.locks.held("drain", wait=wait, busy="Chỉ mục đang được cập nhật.")
