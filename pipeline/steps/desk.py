"""Desk: asking a worker to take files in, and watching it do so.

A job's row has ids and counts; what was asked and the report lie in the spool, for they name files. Leaves doing it
to whoever claims the job.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter

from pipeline.catalogue import Catalogue
from pipeline.catalogue.jobs import JobProgress, JobRecord, JobStatus, Once
from pipeline.errors import NotFoundError, StoppedError, UnavailableError, UsageError
from pipeline.steps.intake import Asked
from pipeline.steps.take_in import Batch
from pipeline.storage.spool import Request, Spool

_LOOK_EVERY = 0.3
"""Seconds between two looks at how far a job is."""

_PATIENCE = 60.0
"""Seconds for which nobody may be there to do the job: `vankho up` may just be started again."""

REPORTS = TypeAdapter(Batch)
"""How the report of a job is written."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where jobs are asked for."""

    facts: Catalogue
    spool: Spool

    def ask(self, paths: Sequence[Path], asked: Asked, *, workers: int | None) -> str:
        """Ask for these paths of this machine to be taken in; the job's id."""
        whole = tuple(str(path.absolute()) for path in paths)
        return self._ask(self.new(), asked, Request(paths=whole, publish_to=asked.publish_to, workers=workers))

    def new(self) -> str:
        """The id of a job to be asked for."""
        return str(uuid4())

    def ask_for_files(self, job: str, asked: Asked, *, once: Once | None = None) -> str:
        """Ask for what was laid into the job's own folder (`spool.files(job)`) to be taken in; the job's id.

        Where the same was asked for before (`once`), the id of that job, and what was laid down is removed.

        Raises:
            UsageError: something else was asked for before with the same key; nothing is asked for.
        """
        return self._ask(job, asked, Request(publish_to=asked.publish_to), once)

    def _ask(self, job: str, asked: Asked, request: Request, once: Once | None = None) -> str:
        self.spool.ask(job, request)
        earlier = self.facts.jobs.add(job, unit=asked.unit, actor=asked.actor, spool=self.spool.name, once=once)
        if earlier is None or once is None:
            return job
        self.spool.discard(job)
        if earlier.fingerprint != once.fingerprint:
            message = "Khóa này đã dùng cho một lần gửi khác. Hãy gửi các tệp này với một khóa mới."
            raise UsageError(message)
        return earlier.id

    def may_ask_again(self, job: JobRecord) -> bool:
        """Whether the job has ended and left files here that were not taken in for no fault of theirs."""
        return job.has_ended and job.spool == self.spool.name and self.spool.has_files(job.id)

    def ask_again(self, job: str) -> None:
        """Have what an ended job has left in the spool taken in.

        Raises:
            NotFoundError: there is no such job.
            UsageError: it has not ended, or has left nothing here.
        """
        with self.facts.locks.held("ask-again", wait=True, busy=""):
            record = self.facts.jobs.job(job)
            if not self.may_ask_again(record):
                message = "Việc này chưa xong, hoặc không còn tệp nào chờ nạp lại."
                raise UsageError(message)
            # Its report first: a worker takes a report that it finds for the answer of one that has died.
            self.spool.reopen(job, record.progress.batch)
            self.facts.jobs.again(job)

    def report(self, job: str, batch: str) -> Batch | None:
        """The report of a batch that was taken in for this job, while it is here: a day, or until it is fetched."""
        for read in (self.spool.report, lambda job: self.spool.report_of(job, batch)):
            try:
                report = REPORTS.validate_json(read(job))
            except NotFoundError:
                continue
            if report.id == batch:
                return report
        return None

    def follow(
        self,
        job: str,
        *,
        show: Callable[[JobProgress], None],
        is_stopped: Callable[[], bool],
        is_up: Callable[[], bool] = lambda: True,
        patience: float = _PATIENCE,
    ) -> Batch:
        """Watch a job to its end; the batch that it became.

        Raises:
            StoppedError: whoever watches was asked to stop, and the job goes on; or nobody has been there to do it
                (`is_up`) for so many seconds, and it waits.
            UnavailableError: the job could not come through.
        """
        last_up = time.monotonic()
        while not is_stopped():
            record = self.facts.jobs.job(job)
            show(record.progress)
            if record.status is JobStatus.DONE:
                return self.fetch(job)
            if record.status is JobStatus.FAILED:
                self.spool.wipe(job)
                raise UnavailableError(record.reason or "Việc này không làm được.")
            if is_up():
                last_up = time.monotonic()
            elif time.monotonic() - last_up >= patience:
                message = f"`vankho up` đã dừng. Việc {job} chờ tới khi nó chạy lại; xem bằng `vankho status`."
                raise StoppedError(message)
            time.sleep(_LOOK_EVERY)
        message = f"Đã thôi theo dõi. Việc {job} vẫn chạy tiếp; xem bằng `vankho status`."
        raise StoppedError(message)

    def fetch(self, job: str) -> Batch:
        """The report of a job that is done, once. Raises `NotFoundError` where it was fetched or has been swept."""
        return REPORTS.validate_json(self.spool.fetch(job))
