"""How far a batch is: counted once, from what happens to its files, for everybody who shows it.

The bar on the terminal, the job's row, from which the HTTP API tells, and Prefect's artifacts all show these counts.
"""

import threading
from dataclasses import dataclass, field

from pipeline.catalogue.jobs import JobProgress
from pipeline.steps.take_in import Outcome


@dataclass(slots=True)
class Counted:
    """Counts pages and files as they end; told of by many threads. Implements `flows.ingest.Progress`."""

    _now: JobProgress = field(default_factory=JobProgress)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, *, batch: str, files: int) -> None:
        with self._turn:
            self._now = JobProgress(files, self._now.files_done, self._now.pages_done, batch)

    def page_done(self) -> None:
        self._add(pages=1)

    def file_done(self, outcome: Outcome) -> None:
        """One more file has ended. Those that earlier runs left behind come after the batch's own and are not of it."""
        if outcome.ordinal <= (self._now.files or 0):
            self._add(files=1)

    def now(self) -> JobProgress:
        """How far it is."""
        with self._turn:
            return self._now

    def _add(self, *, files: int = 0, pages: int = 0) -> None:
        with self._turn:
            now = self._now
            self._now = JobProgress(now.files, now.files_done + files, now.pages_done + pages, now.batch)
