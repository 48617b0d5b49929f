"""Reading in processes of their own, so that a page that hangs, eats memory or crashes costs only itself.

Implements `pipeline.ports.FileReader` over a pool of workers, each with a reader of `extractors`. Pages whose worker
died are read again, each on its own: the bad page fails, the others are read, and a worker that somebody else killed
costs nothing. Leaves what reading is to `extractors.reader`.
"""

import logging
import math
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

from extractors.reader import open_reader
from extractors.secrecy import find_mark
from pipeline.errors import FileRefusedError, StoppedError
from pipeline.model import FileFacts, PageReading, PageResult, PageStatus, SecrecyMark
from pipeline.settings import IntakeSettings, OCRSettings
from pipeline.storage.local import storage_errors

_log = logging.getLogger(__name__)

_TASKS_PER_WORKER = 500
"""After so many chunks a worker is replaced, so that leaks in foreign libraries cannot add up."""

_SPARE_SECONDS = 30
"""What a chunk may take beyond its pages' own time: the page's own limit must be the first to fire."""

_MOST_PAGES = 8
"""Most pages of one chunk."""

_LOOK_EVERY = 0.2
"""Seconds between two looks whether the run was asked to stop."""

_Readings = list[PageReading]
_Chunks = dict[Future[_Readings], Sequence[int]]
_Result = TypeVar("_Result")


class PooledReader:
    """A `FileReader` whose work is done by a pool of processes, started when first needed."""

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
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=_TASKS_PER_WORKER,
            initializer=_limit_memory,
            initargs=[intake.worker_bytes],
            context=get_context("spawn"),
        )

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        """Kind and number of pages (see `FileReader.inspect`). Raises `StoppedError` when asked to stop."""
        found = self._inspected(path, name)
        if isinstance(found, ProcessExpired):  # somebody may have killed the worker
            found = self._inspected(path, name)
        if isinstance(found, FileFacts):
            return found
        message = "Không mở được tệp: tệp hỏng hoặc quá nặng. Hãy quét hoặc xuất lại rồi nạp lại."
        raise FileRefusedError("damaged", message) from found

    def _inspected(self, path: Path, name: str) -> FileFacts | Exception:
        seconds = self._intake.page_seconds + _SPARE_SECONDS
        future: Future[FileFacts] = self._pool.schedule(
            _inspect, args=[self._intake, self._ocr, path, name], timeout=seconds
        )
        return _result(self._first_of([future]))

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these pages, yielding each as it is done, in any order (see `FileReader.read_pages`).

        Raises:
            StoppedError: the run was asked to stop; what is being read is given up.
        """
        size = min(_MOST_PAGES, max(1, math.ceil(len(pages) / (2 * self._workers))))
        chunks = [pages[start : start + size] for start in range(0, len(pages), size)]
        lost: list[int] = []
        with self._reading(path, facts, chunks) as futures:
            for chunk, readings in self._results(futures):
                if isinstance(readings, list):
                    yield from readings
                elif len(chunk) == 1 and isinstance(readings, FutureTimeoutError):
                    yield _lost(chunk[0], readings)  # it had its time alone
                else:
                    lost += chunk
        yield from self._read_again(path, facts, lost)

    def _read_again(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these pages each on its own, so that only the bad one is lost."""
        with self._reading(path, facts, [[page] for page in pages]) as futures:
            for (page,), readings in self._results(futures):
                yield from readings if isinstance(readings, list) else [_lost(page, readings)]

    def screen(self, page: PageResult) -> SecrecyMark | None:
        """The secrecy mark in the page's header zone; words are cheap to look at, so this is done here."""
        return find_mark(page)

    @contextmanager
    def _reading(self, path: Path, facts: FileFacts, chunks: list[Sequence[int]]) -> Iterator[_Chunks]:
        """Have these chunks read; what is still under way at the end is stopped."""
        futures = {self._submit(path, facts, chunk): chunk for chunk in chunks}
        try:
            yield futures
        finally:
            for future in futures:
                future.cancel()

    def _results(self, futures: _Chunks) -> Iterator[tuple[Sequence[int], _Readings | Exception]]:
        """Each chunk with its readings, or with how its worker was lost, as they are done, and then forgotten."""
        while futures:
            future = self._first_of(futures)
            readings = _result(future)
            yield futures.pop(future), readings

    def _first_of(self, futures: Iterable[Future[_Result]]) -> Future[_Result]:
        """The first of these that is done. Raises `StoppedError` when asked to stop before."""
        while True:
            done, _ = wait(futures, timeout=_LOOK_EVERY, return_when=FIRST_COMPLETED)
            if self._is_stopped():
                message = "Đã dừng theo yêu cầu."
                raise StoppedError(message)
            if done:
                return done.pop()

    def _submit(self, path: Path, facts: FileFacts, chunk: Sequence[int]) -> Future[_Readings]:
        seconds = self._intake.page_seconds * len(chunk) + _SPARE_SECONDS
        future: Future[_Readings] = self._pool.schedule(
            _read, args=[self._intake, self._ocr, self._scratch, path, facts, list(chunk)], timeout=seconds
        )
        return future

    def close(self) -> None:
        """Stop the workers."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()


def _result(future: Future[_Result]) -> _Result | Exception:
    """What was done, or how its worker was lost. Errors of ours are raised, and those of a full disk as ours."""
    try:
        with storage_errors():
            return future.result()
    except (FutureTimeoutError, ProcessExpired, MemoryError, CancelledError) as error:
        return error


def _limit_memory(spare: int) -> None:
    """Bound the worker's address space to what it has now and so much more."""
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = used + spare
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _inspect(intake: IntakeSettings, ocr: OCRSettings, path: Path, name: str) -> FileFacts:
    return open_reader(intake, ocr).inspect(path, name=name)


def _read(
    intake: IntakeSettings, ocr: OCRSettings, scratch: Path, path: Path, facts: FileFacts, pages: Sequence[int]
) -> _Readings:
    return list(open_reader(intake, ocr, scratch=scratch).read_pages(path, facts, pages))


def _lost(page: int, error: BaseException) -> PageReading:
    """The result of a page whose worker died or ran out of time or memory."""
    _log.warning("a page was lost: %s", type(error).__name__)
    why = "quá thời gian" if isinstance(error, FutureTimeoutError) else "quá nặng hoặc hỏng"
    reason = f"Không đọc được trang ({why}). Hãy quét lại trang này."
    return PageReading(PageResult(file_page=page, status=PageStatus.FAILED, reason=reason, is_screened=False))
