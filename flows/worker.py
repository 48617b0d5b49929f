"""The service that does jobs one after another: `python -m flows.worker`, with Prefect's settings in the environment.

Prefect and the reading processes are there before a job comes, so that it begins at once. A killed worker's job is
claimed again when its lease has run out, and finds in the catalogue and in staging what was done.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

from flows.cli import OWNER_ONLY
from flows.counting import Counted
from flows.ingest import PrefectRunner, Runner, Watch, ingest
from flows.prefect_server import PrefectApi, api_of, wait_for_server
from flows.progress import Paced
from flows.stopping import Stop, stop_on_signals
from flows.wiring import drainer, ingest_rooms
from pipeline.audit_heads import note_head
from pipeline.catalogue.jobs import JobFacts, JobProgress, JobRecord, JobStatus
from pipeline.errors import MissingProgramError, NotFoundError, UnavailableError, VanKhoError
from pipeline.model import FileStatus
from pipeline.settings import Settings, load_settings
from pipeline.steps.desk import REPORTS
from pipeline.steps.intake import Asked, FoundFile, find_files
from pipeline.steps.take_in import Batch, Rooms
from pipeline.storage.spool import Spool
from pipeline.wiring import catalogue_of, spool_of

_log = logging.getLogger(__name__)

_LEASE_SECONDS = 30.0
_RENEW_EVERY = 1.0
"""Seconds between two words of a worker: how far a job is, and that it is alive."""

_SHORTEST_PAUSE = 30.0
_LONGEST_PAUSE = 600.0

_IDLE_SECONDS = 0.3
_SWEEP_EVERY = 3600.0
_KEEP_SECONDS = 24 * 3600.0
"""How long a report waits for whoever asked."""


@dataclass(frozen=True, slots=True)
class Worker:
    """Does jobs under a name of its own. `lost` is set when the job in hand was lost to another worker."""

    name: str
    rooms: Rooms
    spool: Spool
    runner: Runner
    workers: int
    after_file: Callable[[], None]
    note_head: Callable[[], None]
    """Notes the audit's head outside the catalogue."""
    stop: Stop
    lost: Event

    @property
    def _jobs(self) -> JobFacts:
        return self.rooms.catalogue.jobs

    def work_once(self) -> bool:
        """Do the oldest job that is free; False where there is none."""
        job = self._jobs.claim(self.name, spool=self.spool.name, seconds=_LEASE_SECONDS)
        if job is None:
            return False
        self.lost.clear()
        kept = _Kept(job.id, self.name, self._jobs, self.lost)
        try:
            with kept:
                batch = self._report(job) or self._take_in(job, kept)
        except MissingProgramError as error:
            self._jobs.end(job.id, self.name, JobStatus.FAILED, kept.count.now(), reason=str(error))
        except UnavailableError as error:
            # In a while what could not be used may be back.
            _log.warning("job %s has to wait: %s", job.id, error)
            self._jobs.release(job.id, self.name, seconds=_pause(job, datetime.now(UTC)))
        except VanKhoError as error:
            self._jobs.end(job.id, self.name, JobStatus.FAILED, kept.count.now(), reason=str(error))
        except Exception as error:  # noqa: BLE001
            # One job must not end the worker. The log names no content.
            _log.error("job %s failed: %s", job.id, type(error).__name__)
            reason = f"Lỗi ngoài dự kiến ({type(error).__name__}). Hãy báo cho quản trị."
            self._jobs.end(job.id, self.name, JobStatus.FAILED, kept.count.now(), reason=reason)
        else:
            self._end(job, batch, replace(kept.count.now(), batch=batch.id))
        return True

    def _report(self, job: JobRecord) -> Batch | None:
        """The report of a worker that died between answering and saying so."""
        try:
            return REPORTS.validate_json(self.spool.report(job.id))
        except NotFoundError:
            return None

    def _take_in(self, job: JobRecord, kept: "_Kept") -> Batch:
        request = self.spool.request(job.id)
        paths = [Path(path) for path in request.paths] or [self.spool.files(job.id)]
        workers = min(request.workers or self.workers, self.workers)
        watch = Watch(kept.count, self.after_file, lambda: self.stop.is_asked() or self.lost.is_set())
        asked = Asked(job.unit, job.actor, request.publish_to)
        return ingest(paths, asked, self.rooms, workers=workers, runner=self.runner, watch=watch, job=job.id)

    def _end(self, job: JobRecord, batch: Batch, progress: JobProgress) -> None:
        if self.lost.is_set():
            return
        if any(outcome.status is FileStatus.UNFINISHED for outcome in batch.outcomes):
            self._jobs.release(job.id, self.name)
            return
        with suppress(UnavailableError):  # on a full disk the next job notes it
            self.note_head()
        left = left_of(batch, find_files([self.spool.files(job.id)]))
        self.spool.answer(job.id, REPORTS.dump_json(batch), keep=left)
        self._jobs.end(job.id, self.name, JobStatus.DONE, progress, reason=None)


def _pause(job: JobRecord, now: datetime) -> float:
    """Seconds that a job waits where something it needs cannot be used: the more, the longer it has been about."""
    age = (now - job.created_at).total_seconds()
    return min(max(age / 2, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def left_of(batch: Batch, files: Sequence[FoundFile]) -> list[Path]:
    """Which of the files that came with a job are to be kept, as nothing is wrong with them and they are not in.

    An archive is kept whole for the sake of one file in it: what came in of it is known the next time. A marked file
    has no name in the report. Where one of those is left, so is whatever the report does not name.
    """
    left = {outcome.path for outcome in batch.outcomes if outcome.may_be_retried}
    ended = {outcome.path for outcome in batch.outcomes if not outcome.may_be_retried}
    archives = [path for path in left if path is not None]
    return [
        file.path
        for file in files
        if file.shown_path in left
        or any(path.startswith(f"{file.shown_path}/") for path in archives)
        or (None in left and file.shown_path not in ended)
    ]


@dataclass(slots=True)
class _Kept:
    """A job that is held on to, and whose row tells how far it is, while the block runs."""

    job: str
    worker: str
    jobs: JobFacts
    lost: Event
    count: Counted = field(default_factory=Counted)
    _ended: Event = field(default_factory=Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> None:
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _renew(self) -> None:
        while not self._ended.wait(_RENEW_EVERY):
            try:
                if not self.jobs.renew(self.job, self.worker, self.count.now(), seconds=_LEASE_SECONDS):
                    self.lost.set()
                    return
            except UnavailableError as error:
                _log.warning("the lease of job %s could not be renewed: %s", self.job, error)


def main() -> int:
    """Work until asked to stop; the exit code."""
    os.umask(OWNER_ONLY)
    try:
        api = api_of(os.environ)
        wait_for_server(api.url, is_alive=lambda: True)
        _work(load_settings(os.environ), api)
    except VanKhoError as error:
        print(f"Lỗi: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


def _work(of: Settings, api: PrefectApi) -> None:
    import prefect  # noqa: F401, PLC0415 - before the first job, which would have to wait for it

    lost = Event()
    with ExitStack() as stack:
        stop = stack.enter_context(stop_on_signals())
        facts = catalogue_of(of)
        stack.callback(facts.close)
        rooms = stack.enter_context(
            ingest_rooms(of, facts, workers=of.intake.workers, is_stopped=lambda: stop.is_asked() or lost.is_set())
        )
        worker = Worker(
            name=str(uuid4()),
            rooms=rooms,
            spool=spool_of(of),
            runner=PrefectRunner(of.home, api),
            workers=of.intake.workers,
            after_file=Paced(drainer(of, facts)),
            note_head=lambda: note_head(of.home, facts.audit),
            stop=stop,
            lost=lost,
        )
        _keep_working(worker)


def _keep_working(worker: Worker) -> None:
    next_sweep = time.monotonic()
    was_well = True
    while not worker.stop.is_asked():
        try:
            if time.monotonic() >= next_sweep:
                jobs = worker.rooms.catalogue.jobs
                open_jobs = [job.id for job in jobs.open()]
                worker.spool.sweep(but=open_jobs, seconds=_KEEP_SECONDS, is_job=jobs.exists)
                worker.note_head()
                next_sweep = time.monotonic() + _SWEEP_EVERY
            if worker.work_once():
                continue
            was_well = True
        except UnavailableError as error:
            if was_well:
                _log.warning("jobs cannot be looked for: %s", error)
            was_well = False
        time.sleep(_IDLE_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
