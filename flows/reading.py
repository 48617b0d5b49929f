"""Reading in processes of their own, so that a page that hangs, eats memory or crashes costs only itself.

Implements `pipeline.ports.FileReader` over a pool of workers, each with a reader of `extractors`. A chunk of pages
whose worker died is read again page by page: the bad page fails, the others are read. Leaves what reading is to
`extractors.reader`.
"""

import logging
import math
import resource
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future, as_completed
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from extractors.reader import open_reader
from extractors.secrecy import find_mark
from pipeline.errors import FileRefusedError
from pipeline.model import FileFacts, PageReading, PageResult, PageStatus, SecrecyMark
from pipeline.settings import IntakeSettings, OCRSettings

_log = logging.getLogger(__name__)

_TASKS_PER_WORKER = 500
"""After so many chunks a worker is replaced, so that leaks in foreign libraries cannot add up."""

_SPARE_SECONDS = 30
"""What a chunk may take beyond its pages' own time: the page's own limit must be the first to fire."""

_MOST_PAGES = 8
"""Most pages of one chunk."""

_Readings = list[PageReading]


class PooledReader:
    """A `FileReader` whose work is done by a pool of processes, started when first needed."""

    def __init__(self, intake: IntakeSettings, ocr: OCRSettings, *, workers: int) -> None:
        """Read with so many processes at once."""
        self._intake = intake
        self._ocr = ocr
        self._workers = workers
        self._pool = ProcessPool(
            max_workers=workers,
            max_tasks=_TASKS_PER_WORKER,
            initializer=_limit_memory,
            initargs=[intake.worker_bytes],
            context=get_context("spawn"),
        )

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        """Kind and number of pages (see `FileReader.inspect`)."""
        future = self._pool.schedule(
            _inspect, args=[self._intake, self._ocr, path, name], timeout=self._intake.page_seconds + _SPARE_SECONDS
        )
        try:
            facts: FileFacts = future.result()
        except (FutureTimeoutError, ProcessExpired, MemoryError) as error:
            message = "Không mở được tệp: tệp hỏng hoặc quá nặng. Hãy quét hoặc xuất lại rồi nạp lại."
            raise FileRefusedError("damaged", message) from error
        return facts

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these pages, yielding each as it is done, in any order (see `FileReader.read_pages`)."""
        size = min(_MOST_PAGES, max(1, math.ceil(len(pages) / (2 * self._workers))))
        chunks = [pages[start : start + size] for start in range(0, len(pages), size)]
        with self._reading(path, facts, chunks) as readings:
            yield from readings

    def screen(self, page: PageResult) -> SecrecyMark | None:
        """The secrecy mark in the page's header zone; words are cheap to look at, so this is done here."""
        return find_mark(page)

    @contextmanager
    def _reading(self, path: Path, facts: FileFacts, chunks: list[Sequence[int]]) -> Iterator[Iterator[PageReading]]:
        """The readings of all chunks; what is still under way at the end is stopped."""
        futures = {self._submit(path, facts, chunk): chunk for chunk in chunks}
        try:
            yield self._collect(path, facts, futures)
        finally:
            for future in futures:
                future.cancel()

    def _collect(
        self, path: Path, facts: FileFacts, futures: dict[Future[_Readings], Sequence[int]]
    ) -> Iterator[PageReading]:
        for future in as_completed(futures):
            chunk = futures.pop(future)
            try:
                yield from future.result()
            except (FutureTimeoutError, ProcessExpired, MemoryError, CancelledError) as error:
                if len(chunk) == 1:
                    yield _lost(chunk[0], error)
                else:
                    yield from self._read_singly(path, facts, chunk)

    def _read_singly(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these pages each on its own, so that only the bad one is lost."""
        with self._reading(path, facts, [[page] for page in pages]) as readings:
            yield from readings

    def _submit(self, path: Path, facts: FileFacts, chunk: Sequence[int]) -> Future[_Readings]:
        seconds = self._intake.page_seconds * len(chunk) + _SPARE_SECONDS
        future: Future[_Readings] = self._pool.schedule(
            _read, args=[self._intake, self._ocr, path, facts, list(chunk)], timeout=seconds
        )
        return future

    def close(self) -> None:
        """Stop the workers."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        self._pool.join()


def _limit_memory(spare: int) -> None:
    """Bound the worker's address space to what it has now and so much more."""
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = used + spare
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def _inspect(intake: IntakeSettings, ocr: OCRSettings, path: Path, name: str) -> FileFacts:
    return open_reader(intake, ocr).inspect(path, name=name)


def _read(intake: IntakeSettings, ocr: OCRSettings, path: Path, facts: FileFacts, pages: Sequence[int]) -> _Readings:
    return list(open_reader(intake, ocr).read_pages(path, facts, pages))


def _lost(page: int, error: BaseException) -> PageReading:
    """The result of a page whose worker died or ran out of time or memory."""
    _log.warning("a page was lost: %s", type(error).__name__)
    why = "quá thời gian" if isinstance(error, FutureTimeoutError) else "quá nặng hoặc hỏng"
    reason = f"Không đọc được trang ({why}). Hãy quét lại trang này."
    return PageReading(PageResult(file_page=page, status=PageStatus.FAILED, reason=reason, is_screened=False))
