"""What goes on beside a run: the bar on the terminal, and telling the index now and then."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from flows.words import FILE_WORDS
from indexer.drainer import Drainer
from pipeline.catalogue.jobs import JobProgress
from pipeline.errors import VanKhoError
from pipeline.model import FileStatus
from pipeline.steps.intake import printable
from pipeline.steps.take_in import Outcome

_DRAIN_EVERY = 10.0
"""Seconds between two updates of the index while a batch runs."""

_QUIET = (FileStatus.DUPLICATE, FileStatus.UNFINISHED)
"""Of these the report tells at the end; a second run over a large folder would scroll all else away."""


def problem_of(tell_index: Callable[[], object]) -> VanKhoError | None:
    """Tell the index; why it could not be told, if so. What is due to it stays due, and files are safe without it."""
    try:
        tell_index()
    except VanKhoError as error:
        return error
    return None


class Paced:
    """Tells the index at most every few seconds, from whichever thread comes first. A failure waits for the end."""

    def __init__(self, telling: Drainer) -> None:
        self._telling = telling
        self._turn = threading.Lock()
        self._next = time.monotonic() + _DRAIN_EVERY

    def __call__(self) -> None:
        if time.monotonic() < self._next or not self._turn.acquire(blocking=False):
            return
        try:
            problem_of(self._telling.drain)
            self._next = time.monotonic() + _DRAIN_EVERY
        finally:
            self._turn.release()


class Bar:
    """Progress on a terminal: files done, rate of pages, time left. Implements `flows.ingest.Progress`."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Nạp", total=None, rate="")
        self._pages = 0
        self._started = time.monotonic()
        self._turn = threading.Lock()

    def begin(self, *, batch: str, files: int) -> None:
        del batch  # the report names it
        self._bar.update(self._task, total=files)

    def page_done(self) -> None:
        with self._turn:
            self._pages += 1
            rate = self._pages / max(time.monotonic() - self._started, 0.001)
        self._bar.update(self._task, rate=f"{rate:.1f} trang/giây")

    def show(self, now: JobProgress) -> None:
        """How far a job is that a worker does."""
        rate = now.pages_done / max(time.monotonic() - self._started, 0.001)
        self._bar.update(self._task, total=now.files, completed=now.files_done, rate=f"{rate:.1f} trang/giây")

    def file_done(self, outcome: Outcome) -> None:
        self._bar.advance(self._task)
        if outcome.path is not None and outcome.reason is not None and outcome.status not in _QUIET:
            self._bar.console.print(
                f"[{FILE_WORDS[outcome.status]}] {printable(outcome.path)}: {outcome.reason}",
                markup=False,
                highlight=False,
            )


@contextmanager
def shown_progress() -> Iterator[Bar]:
    """The bar on standard error; off a terminal only its messages."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        yield Bar(bar)


class Silence:
    """Nobody watches. Implements `flows.ingest.Progress`."""

    def begin(self, *, batch: str, files: int) -> None:
        """The batch of this id has so many files."""

    def page_done(self) -> None:
        """One more page has its result."""

    def file_done(self, outcome: Outcome) -> None:
        """One more file has ended."""
