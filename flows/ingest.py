"""Ingest: take in all files under some paths as one batch, many at once, with or without Prefect.

Known files are told apart before anything is started. Prefect sees ordinals and counts, never names or content; what
is done is in the catalogue. Leaves the way of one file to `pipeline.steps.take_in`.
"""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

from flows.prefect_server import prefect_environment, prefect_server
from pipeline.errors import FileRefusedError, VanKhoError
from pipeline.model import FileStatus
from pipeline.steps.intake import Asked, FoundFile, HashedFile, find_files, hash_file, quarantined_mark
from pipeline.steps.take_in import Outcome, Place, Rooms, duplicate, ended, quarantined, take_in

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """Somebody who is told how far a batch is."""

    def begin(self, *, files: int) -> None:
        """The batch has so many files."""

    def page_done(self) -> None:
        """One more page has its result."""

    def file_done(self, outcome: Outcome) -> None:
        """One more file has ended."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that has ended: its id and how each file ended, in order."""

    id: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class _Work:
    """A file to take in: as which file of the batch, and for whom."""

    ordinal: int
    hashed: HashedFile
    asked: Asked


Runner = Callable[[Sequence[int], Callable[[int], FileStatus], int], None]
"""Runs work by its ordinals, so many at once: `run_direct` or `PrefectRunner`."""

AfterFile = Callable[[], None]


def ingest(
    paths: Sequence[Path],
    asked: Asked,
    rooms: Rooms,
    *,
    workers: int,
    runner: Runner,
    progress: Progress,
    after_file: AfterFile,
) -> Batch:
    """Take in every file under these paths, and finish what earlier runs left; every file has an outcome.

    `after_file` is called, from any thread, when a file has been filed: the moment to tell the index.
    """
    found = find_files(paths)
    batch = rooms.catalogue.batches.begin(unit=asked.unit, actor=asked.actor, files=len(found))
    progress.begin(files=len(found))
    outcomes: dict[int, Outcome] = {}

    def note(outcome: Outcome) -> None:
        outcomes[outcome.ordinal] = outcome
        progress.file_done(outcome)

    todo, repeated = _plan(found, asked, batch, rooms, note)
    todo += list(_left_over(todo, len(found), rooms))
    _take_in_all(todo, batch, rooms, workers, runner, progress, note, after_file)
    for work in repeated:
        note(_again(work, batch, rooms))
    rooms.catalogue.batches.end(batch)
    return Batch(batch, tuple(outcomes[ordinal] for ordinal in sorted(outcomes)))


def _plan(
    found: Sequence[FoundFile], asked: Asked, batch: str, rooms: Rooms, note: Callable[[Outcome], None]
) -> tuple[list[_Work], list[_Work]]:
    """End what needs no reading; the files to take in, and those whose bytes are among them already."""
    todo: dict[str, _Work] = {}
    repeated: list[_Work] = []
    for ordinal, file in enumerate(found, start=1):
        place = Place(batch, ordinal)
        try:
            hashed = hash_file(file)
        except FileRefusedError as refusal:
            note(ended(place, file, FileStatus.REFUSED, str(refusal), rooms.catalogue))
            continue
        known = _known(hashed, asked, place, rooms)
        if known is not None:
            note(known)
        elif hashed.sha256 in todo:
            repeated.append(_Work(ordinal, hashed, asked))
        else:
            todo[hashed.sha256] = _Work(ordinal, hashed, asked)
    return list(todo.values()), repeated


def _known(hashed: HashedFile, asked: Asked, place: Place, rooms: Rooms) -> Outcome | None:
    """The outcome of a file that was quarantined before or that the unit has; None for a new one."""
    mark = quarantined_mark(
        hashed.sha256, staging=rooms.staging, catalogue=rooms.catalogue, allowed=rooms.allowed_marks
    )
    if mark is not None:
        return quarantined(mark, hashed.sha256, asked.actor, place, rooms)
    file_id = rooms.catalogue.documents.file_id(asked.unit, hashed.sha256)
    return None if file_id is None else duplicate(place, hashed.found, file_id, rooms.catalogue)


def _again(work: _Work, batch: str, rooms: Rooms) -> Outcome:
    """The outcome of a file whose bytes came twice in the batch, once the first has ended."""
    place = Place(batch, work.ordinal)
    known = _known(work.hashed, work.asked, place, rooms)
    if known is not None:
        return known
    reason = "Cùng nội dung với một tệp khác trong đợt, tệp đó không nạp được."
    return ended(place, work.hashed.found, FileStatus.FAILED, reason, rooms.catalogue)


def _left_over(todo: Sequence[_Work], last: int, rooms: Rooms) -> Iterator[_Work]:
    """What earlier runs left in staging and this one does not take in anyway, as further files of the batch."""
    planned = {(work.asked.unit, work.hashed.sha256) for work in todo}
    ordinal = last
    rooms.staging.sweep()
    for manifest in rooms.staging.leftovers():
        if (manifest.owner_unit, manifest.sha256) in planned:
            continue
        ordinal += 1
        asked = Asked(manifest.owner_unit, manifest.actor, manifest.publish_to)
        yield _Work(ordinal, HashedFile(FoundFile(Path(manifest.path)), manifest.sha256), asked)


def _take_in_all(
    todo: Sequence[_Work],
    batch: str,
    rooms: Rooms,
    workers: int,
    runner: Runner,
    progress: Progress,
    note: Callable[[Outcome], None],
    after_file: AfterFile,
) -> None:
    by_ordinal = {work.ordinal: work for work in todo}

    def run(ordinal: int) -> FileStatus:
        work = by_ordinal[ordinal]
        outcome = take_in(work.hashed, work.asked, Place(batch, ordinal), rooms, on_page=progress.page_done)
        note(outcome)
        if outcome.documents:
            after_file()
        return outcome.status

    if by_ordinal:
        runner(sorted(by_ordinal), run, workers)


def run_direct(ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int) -> None:
    """Run the work in threads, without Prefect. The first error that is not a file's own ends the run."""
    with ThreadPoolExecutor(workers) as executor:
        futures = [executor.submit(work, ordinal) for ordinal in ordinals]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            raise


@dataclass(frozen=True, slots=True)
class PrefectRunner:
    """Runs the work as a Prefect flow of one task a file, against a server of our own under `home`."""

    home: Path

    def __call__(self, ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int) -> None:
        """Run the flow to its end. The first error that is not a file's own ends the run."""
        with prefect_server(self.home) as url:
            os.environ.update(prefect_environment(self.home) | {"PREFECT_API_URL": url})
            _run_flow(ordinals, work, workers)


def _run_flow(ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int) -> None:
    # Prefect reads its settings from the environment when it is imported, so it is imported here.
    from prefect import flow, task  # noqa: PLC0415
    from prefect.futures import PrefectFuture  # noqa: PLC0415
    from prefect.futures import as_completed as prefect_as_completed  # noqa: PLC0415
    from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner  # noqa: PLC0415

    errors: list[VanKhoError] = []

    @task(name="take-in", task_run_name="file-{ordinal}", persist_result=False)
    def take_in_file(ordinal: int) -> str:
        try:
            return work(ordinal).value
        except VanKhoError as error:
            errors.append(error)
            raise

    task_runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=workers)

    @flow(name="ingest", task_runner=cast("TaskRunner[PrefectFuture[Any]]", task_runner), persist_result=False)
    def ingest_flow(ordinals: list[int]) -> int:
        futures = [take_in_file.submit(ordinal) for ordinal in ordinals]
        for future in prefect_as_completed(futures):
            future.result()
        return len(futures)

    try:
        ingest_flow(list(ordinals))
    except Exception:
        with suppress(IndexError):
            raise errors[0] from None
        raise
