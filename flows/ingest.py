"""Ingest: take in all files under some paths as one batch, many at once, with or without Prefect.

Known files are told apart before anything is started. Prefect sees ordinals and counts, never names or content; what
is done is in the catalogue. Leaves the way of one file to `pipeline.steps.take_in`.
"""

import logging
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from flows.counting import Counted
from flows.prefect_server import PrefectApi, prefect_environment, prefect_server
from pipeline.catalogue.jobs import JobProgress
from pipeline.errors import StoppedError, UnavailableError
from pipeline.model import FileStatus
from pipeline.steps.intake import Asked, FoundFile, HashedFile, find_files
from pipeline.steps.known import end_known, sort_out
from pipeline.steps.take_in import Batch, Outcome, Place, Rooms, ended, take_in
from pipeline.steps.unpack import unpacked

_log = logging.getLogger(__name__)


class Progress(Protocol):
    """Somebody who is told how far a batch is."""

    def begin(self, *, batch: str, files: int) -> None:
        """The batch of this id has so many files."""

    def page_done(self) -> None:
        """One more page has its result."""

    def file_done(self, outcome: Outcome) -> None:
        """One more file has ended."""


@dataclass(frozen=True, slots=True)
class _Work:
    """A file to take in: as which file of the batch, and for whom."""

    ordinal: int
    hashed: HashedFile
    asked: Asked


@dataclass(frozen=True, slots=True)
class Watch:
    """Those who are told of a run, from any thread: its progress, and `after_file` when a file has been filed.

    `is_stopped` says whether the run was asked to stop: then what is not yet in is left to the next run.
    """

    progress: Progress
    after_file: Callable[[], None]
    is_stopped: Callable[[], bool]

    def page_done(self) -> None:
        """One more page has its result. Raises `StoppedError` where the run is to stop."""
        self.progress.page_done()
        if self.is_stopped():
            raise StoppedError(UNFINISHED)


UNFINISHED = "Chưa nạp xong khi dừng. Chạy lại lệnh để làm tiếp."

Runner = Callable[[Sequence[int], Callable[[int], FileStatus], int, Callable[[], JobProgress]], None]
"""Runs work by its ordinals, so many at once, and may ask how far the batch is: `run_direct` or `PrefectRunner`."""

_GROUP = 100
"""Files that are hashed and sorted out together."""


def ingest(
    paths: Sequence[Path],
    asked: Asked,
    rooms: Rooms,
    *,
    workers: int,
    runner: Runner,
    watch: Watch,
    job: str | None = None,
) -> Batch:
    """Take in every file under these paths, out of archives too, and finish what earlier runs left.

    Every file has an outcome.
    """
    found = unpacked(find_files(paths), rooms.archives, is_stopped=watch.is_stopped).files
    return ingest_files(found, asked, rooms, workers=workers, runner=runner, watch=watch, job=job)


def ingest_files(
    found: Sequence[FoundFile],
    asked: Asked,
    rooms: Rooms,
    *,
    workers: int,
    runner: Runner,
    watch: Watch,
    job: str | None = None,
) -> Batch:
    """Take in these files, each by its place among them as its ordinal, and finish what earlier runs left."""
    batch = rooms.catalogue.batches.begin(unit=asked.unit, actor=asked.actor, files=len(found), job=job)
    run = _Run(batch, asked, rooms, watch, {}, Counted())
    run.begin(files=len(found))
    planned, repeated = run.plan(found)
    run.take_in_all([*planned, *run.left_over(planned, len(found))], runner, workers)
    run.end_repeated(repeated, planned)
    run.leave_rest(found)
    run.close()
    return Batch(batch, tuple(run.outcomes[ordinal] for ordinal in sorted(run.outcomes)))


@dataclass(frozen=True, slots=True)
class _Run:
    """A batch on its way: how its files have ended so far, by ordinal."""

    batch: str
    asked: Asked
    rooms: Rooms
    watch: Watch
    outcomes: dict[int, Outcome]
    count: Counted

    def begin(self, *, files: int) -> None:
        self.count.begin(batch=self.batch, files=files)
        self.watch.progress.begin(batch=self.batch, files=files)

    def page_done(self) -> None:
        self.count.page_done()
        self.watch.page_done()

    def note(self, outcome: Outcome) -> None:
        self.outcomes[outcome.ordinal] = outcome
        self.count.file_done(outcome)
        self.watch.progress.file_done(outcome)

    def plan(self, found: Sequence[FoundFile]) -> tuple[list[_Work], list[_Work]]:
        """End what needs no reading; the files to take in, and those whose bytes are among them already."""
        todo: dict[str, _Work] = {}
        repeated: list[_Work] = []
        for start in range(0, len(found), _GROUP):
            if self.watch.is_stopped():
                break
            group = dict(enumerate(found[start : start + _GROUP], start=start + 1))
            sorted_out = sort_out(group, self.asked, self.batch, self.rooms)
            for outcome in sorted_out.ended:
                self.note(outcome)
            for ordinal, hashed in sorted_out.new.items():
                work = _Work(ordinal, hashed, self.asked)
                if todo.setdefault(hashed.sha256, work) is not work:
                    repeated.append(work)
        return list(todo.values()), repeated

    def left_over(self, todo: Sequence[_Work], last: int) -> list[_Work]:
        """What earlier runs left in staging and this one does not take in anyway, as further files of the batch."""
        planned = {(work.asked.unit, work.hashed.sha256) for work in todo}
        self.rooms.staging.sweep()
        left = [m for m in self.rooms.staging.leftovers() if (m.owner_unit, m.sha256) not in planned]
        return [
            _Work(
                ordinal,
                HashedFile(FoundFile(Path(manifest.path)), manifest.sha256),
                Asked(manifest.owner_unit, manifest.actor, manifest.publish_to),
            )
            for ordinal, manifest in enumerate(left, start=last + 1)
        ]

    def take_in_all(self, todo: Sequence[_Work], runner: Runner, workers: int) -> None:
        by_ordinal = {work.ordinal: work for work in todo}

        def take_in_one(ordinal: int) -> FileStatus:
            outcome = self._take_in(by_ordinal[ordinal])
            self.note(outcome)
            if outcome.documents:
                self.watch.after_file()
            return outcome.status

        if by_ordinal and not self.watch.is_stopped():
            runner(sorted(by_ordinal), take_in_one, workers, self.count.now)

    def _take_in(self, work: _Work) -> Outcome:
        try:
            if self.watch.is_stopped():
                return _unfinished(work.ordinal, work.hashed.found)
            place = Place(self.batch, work.ordinal)
            return take_in(work.hashed, work.asked, place, self.rooms, on_page=self.page_done)
        except StoppedError:
            return _unfinished(work.ordinal, work.hashed.found)

    def end_repeated(self, repeated: Sequence[_Work], planned: Sequence[_Work]) -> None:
        """End the files whose bytes came twice in the batch, now that the first of them, the planned, have ended.

        A twin of one that may be tried again may be, too; and a twin of one with a secrecy mark is not named either.
        """
        hashed = {work.ordinal: work.hashed for work in repeated}
        sorted_out = end_known(hashed, self.asked, self.batch, self.rooms)
        for outcome in sorted_out.ended:
            self.note(outcome)
        firsts = {work.hashed.sha256: self.outcomes[work.ordinal] for work in planned if work.ordinal in self.outcomes}
        for ordinal, file in sorted_out.new.items() if not self.watch.is_stopped() else ():
            reason = "Cùng nội dung với một tệp khác trong đợt, tệp đó không nạp được."
            twin = ended(Place(self.batch, ordinal), file.found, FileStatus.FAILED, reason, self.rooms.catalogue)
            first = firsts[file.sha256]
            path = None if first.path is None else twin.path
            self.note(replace(twin, path=path, may_be_retried=first.may_be_retried))

    def leave_rest(self, found: Sequence[FoundFile]) -> None:
        """Tell of the files that a stop has left out."""
        for ordinal, file in enumerate(found, start=1):
            if ordinal not in self.outcomes:
                self.note(_unfinished(ordinal, file))

    def close(self) -> None:
        """Record that the batch has ended, unless it was stopped."""
        if any(outcome.status is FileStatus.UNFINISHED for outcome in self.outcomes.values()):
            return
        try:
            self.rooms.catalogue.batches.end(self.batch)
        except UnavailableError as error:  # the report of what was done must not be lost
            _log.error("the end of batch %s was not recorded: %s", self.batch, error)


def _unfinished(ordinal: int, found: FoundFile) -> Outcome:
    return Outcome(ordinal, found.shown_path, FileStatus.UNFINISHED, UNFINISHED, may_be_retried=True, inner=found.inner)


def run_direct(
    ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int, _told: Callable[[], JobProgress]
) -> None:
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
    """Runs the work as a Prefect flow of one task a file, against this server or one of our own."""

    home: Path
    api: PrefectApi | None = None

    def __call__(
        self,
        ordinals: Sequence[int],
        work: Callable[[int], FileStatus],
        workers: int,
        told: Callable[[], JobProgress],
    ) -> None:
        """Run the flow to its end. The first error that is not a file's own ends the run."""
        with prefect_server(self.home) if self.api is None else nullcontext(self.api) as api:
            os.environ.update(prefect_environment(self.home) | api.environment())
            _run_flow(ordinals, work, workers, told)


def _run_flow(
    ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int, told: Callable[[], JobProgress]
) -> None:
    # Prefect reads its settings from the environment when it is imported, so it is imported here.
    from prefect import flow, task  # noqa: PLC0415
    from prefect.futures import PrefectFuture  # noqa: PLC0415
    from prefect.futures import as_completed as prefect_as_completed  # noqa: PLC0415
    from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner  # noqa: PLC0415

    from flows.artifacts import ProgressArtifact  # noqa: PLC0415

    errors: list[Exception] = []
    on_sigterm = signal.getsignal(signal.SIGTERM)

    @task(name="take-in", task_run_name="file-{ordinal}", persist_result=False)
    def take_in_file(ordinal: int) -> str:
        try:
            return work(ordinal).value
        except Exception as error:
            errors.append(error)
            raise

    task_runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=workers)

    @flow(name="ingest", task_runner=cast("TaskRunner[PrefectFuture[Any]]", task_runner), persist_result=False)
    def ingest_flow(ordinals: list[int]) -> int:
        # Prefect ends the flow at once on SIGTERM; ours lets files in hand be put aside and tells of the rest.
        signal.signal(signal.SIGTERM, on_sigterm)
        futures = [take_in_file.submit(ordinal) for ordinal in ordinals]
        shown = ProgressArtifact(told)
        for future in prefect_as_completed(futures):
            future.result()
            shown.show()
        shown.show(is_last=True)
        return len(futures)

    try:
        ingest_flow(list(ordinals))
    except Exception as error:
        if errors:
            raise errors[0] from None
        message = "Prefect không làm tiếp được. Hãy xem prefect/server.log rồi chạy lại, hoặc dùng --direct."
        raise UnavailableError(message) from error
