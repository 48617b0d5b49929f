"""Reading in processes of their own, so that a page that hangs, eats memory or crashes costs only itself.

Implements `pipeline.ports.FileReader` over reading processes, each with a reader of `extractors`. Pages whose process
died are read again, each on its own: the bad page fails, the others are read, and a process that somebody else killed
costs nothing. Of a page that failed the top is still read, to screen it for secrecy marks. Leaves what reading is to
`extractors.reader`, and the processes to `pipeline.processes`.
"""

import logging
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TypeVar

from extractors.reader import open_reader, seconds_for_top, unscreened
from extractors.secrecy import find_mark
from pipeline.errors import FileRefusedError, StoppedError
from pipeline.model import FileFacts, PageReading, PageResult, SecrecyMark
from pipeline.processes import LOOK_EVERY, BoundedProcesses, LostError, TimeOverError
from pipeline.settings import IntakeSettings, OCRSettings
from pipeline.storage.local import storage_errors

_log = logging.getLogger(__name__)

_SPARE_SECONDS = 30
"""What a process may take beyond its pages' own time: the page's own limit must be the first to fire."""

_MOST_PAGES = 8
"""Most pages that a process is given at once."""

_TURN_SECONDS = 0.5
"""After so long a process hands back the pages it has read, and somebody else may have the rest: a page that is
recognised is told and kept by itself, and quick ones do not cost the opening of their file each."""

_Readings = list[PageReading]
_Work = tuple[Callable[[], _Readings], float]
_Chunks = dict[Future[_Readings], Sequence[int]]
_Result = TypeVar("_Result")


class PooledReader:
    """A `FileReader` whose work is done by processes, started when first needed."""

    def __init__(
        self,
        intake: IntakeSettings,
        ocr: OCRSettings,
        *,
        workers: int,
        scratch: Path,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """Read with so many processes at once, page pictures lying in `scratch`, until `is_stopped`."""
        self._intake = intake
        self._ocr = ocr
        self._workers = workers
        self._scratch = scratch
        self._is_stopped = is_stopped
        self._processes = BoundedProcesses(workers, worker_bytes=intake.worker_bytes)

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        """Kind and number of pages (see `FileReader.inspect`). Raises `StoppedError` when asked to stop."""
        found = self._inspected(path, name)
        if isinstance(found, LostError):  # somebody may have killed the process
            found = self._inspected(path, name)
        if isinstance(found, FileFacts):
            return found
        message = "Không mở được tệp: tệp hỏng hoặc quá nặng. Hãy quét hoặc xuất lại rồi nạp lại."
        raise FileRefusedError("damaged", message) from found

    def _inspected(self, path: Path, name: str) -> FileFacts | Exception:
        call = partial(_inspect, self._intake, self._ocr, path, name)
        seconds = self._intake.page_seconds + _SPARE_SECONDS
        return _result(self._first_of([self._processes.submit(call, seconds, self._is_stopped)]))

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these pages, yielding each as it is done, in any order (see `FileReader.read_pages`).

        Raises:
            StoppedError: the run was asked to stop; what is being read is given up.
        """
        size = min(_MOST_PAGES, max(1, math.ceil(len(pages) / (2 * self._workers))))
        chunks = [pages[start : start + size] for start in range(0, len(pages), size)]
        again: list[Sequence[int]] = []
        lost: dict[int, str] = {}
        with self._under_way(self._read_of(path, facts), chunks) as results:
            for chunk, readings in results:
                if isinstance(readings, list):
                    yield from readings
                elif len(chunk) == 1 and isinstance(readings, TimeOverError):
                    lost[chunk[0]] = _reason(readings)  # it had its time alone
                else:
                    again += [[page] for page in chunk]
        # Each on its own, so that only the bad one is lost.
        with self._under_way(self._read_of(path, facts), again) as results:
            for (page,), readings in results:
                if isinstance(readings, list):
                    yield from readings
                else:
                    lost[page] = _reason(readings)
        yield from self._read_tops(path, facts, lost)

    def _read_tops(self, path: Path, facts: FileFacts, reasons: Mapping[int, str]) -> Iterator[PageReading]:
        """The results of pages whose processes were lost: their tops are still read, to screen them."""

        def read_top(chunk: Sequence[int]) -> _Work:
            call = partial(_read_top, self._intake, self._ocr, self._scratch, path, facts, chunk[0], reasons[chunk[0]])
            return call, seconds_for_top(self._intake)

        with self._under_way(read_top, [[page] for page in reasons]) as results:
            for (page,), readings in results:
                yield from readings if isinstance(readings, list) else [unscreened(page, reasons[page])]

    def _read_of(self, path: Path, facts: FileFacts) -> Callable[[Sequence[int]], _Work]:
        """How the first of these pages are read, and how long that may take: a turn, and a page begun at its end."""

        def read(chunk: Sequence[int]) -> _Work:
            call = partial(_read, self._intake, self._ocr, self._scratch, path, facts, list(chunk))
            return call, _TURN_SECONDS + self._intake.page_seconds + seconds_for_top(self._intake)

        return read

    def screen(self, page: PageResult) -> SecrecyMark | None:
        """The secrecy mark in the page's header zone; words are cheap to look at, so this is done here."""
        return find_mark(page)

    @contextmanager
    def _under_way(
        self, work_of: Callable[[Sequence[int]], _Work], chunks: Sequence[Sequence[int]]
    ) -> Iterator[Iterator[tuple[Sequence[int], _Readings | Exception]]]:
        """Have this done for these chunks; their results as they are done. What is left at the end is given up.

        Where only the first pages of a chunk were done, the others follow as a chunk of their own.
        """
        given_up: list[bool] = []
        futures: _Chunks = {}

        def begin(chunk: Sequence[int]) -> None:
            call, seconds = work_of(chunk)
            futures[self._processes.submit(call, seconds + _SPARE_SECONDS, lambda: bool(given_up))] = chunk

        try:
            for chunk in chunks:
                begin(chunk)
            yield self._as_done(futures, begin)
        finally:
            given_up.append(True)
            for future in futures:
                future.cancel()

    def _as_done(
        self, futures: _Chunks, begin: Callable[[Sequence[int]], None]
    ) -> Iterator[tuple[Sequence[int], _Readings | Exception]]:
        """Each chunk with its readings, or with how its process was lost, and then forgotten."""
        while futures:
            future = self._first_of(futures)
            readings, chunk = _result(future), futures.pop(future)
            if isinstance(readings, list) and (rest := chunk[len(readings) :]):
                begin(rest)
            yield chunk, readings

    def _first_of(self, futures: Iterable[Future[_Result]]) -> Future[_Result]:
        """The first of these that is done. Raises `StoppedError` when asked to stop before."""
        while True:
            done, _ = wait(futures, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            if self._is_stopped():
                message = "Đã dừng theo yêu cầu."
                raise StoppedError(message)
            if done:
                return done.pop()

    def close(self) -> None:
        """Stop the processes."""
        self._processes.close()


def _result(future: Future[_Result]) -> _Result | Exception:
    """What was done, or how its process was lost. Errors of ours are raised, and those of a full disk as ours."""
    try:
        with storage_errors():
            return future.result()
    except (LostError, TimeOverError, MemoryError) as error:
        return error


def _inspect(intake: IntakeSettings, ocr: OCRSettings, path: Path, name: str) -> FileFacts:
    return open_reader(intake, ocr).inspect(path, name=name)


def _read(
    intake: IntakeSettings, ocr: OCRSettings, scratch: Path, path: Path, facts: FileFacts, pages: Sequence[int]
) -> _Readings:
    """The readings of the first of these pages: all that were begun before the turn was over."""
    readings: _Readings = []
    over = monotonic() + _TURN_SECONDS
    for reading in open_reader(intake, ocr, scratch=scratch).read_pages(path, facts, pages):
        readings.append(reading)
        if monotonic() >= over:
            break
    return readings


def _read_top(
    intake: IntakeSettings, ocr: OCRSettings, scratch: Path, path: Path, facts: FileFacts, page: int, reason: str
) -> _Readings:
    return [open_reader(intake, ocr, scratch=scratch).read_top(path, facts, page, reason)]


def _reason(error: Exception) -> str:
    """Why a page was not read whose worker died or ran out of time or memory."""
    _log.warning("a page was lost: %s", type(error).__name__)
    why = "quá thời gian" if isinstance(error, TimeOverError) else "quá nặng hoặc hỏng"
    return f"Không đọc được trang ({why}). Hãy quét lại trang này."
