"""Jobs: work that somebody asked for and a worker does, each by one worker at a time.

A worker holds a job by a lease that it renews; when it dies the lease runs out and another claims the job. A row
holds ids and counts: what was asked, with its paths and names, waits in the spool (`pipeline.storage.spool`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from pipeline.access import IntakeView
from pipeline.catalogue.batches import is_seen
from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import JobRow
from pipeline.errors import NotFoundError

MOST_ATTEMPTS = 5
"""A job that its workers have begun so often and not ended is given up: it may be the job that kills them."""


class JobStatus(StrEnum):
    """Where a job is. A done one may have files that failed."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobProgress:
    """How far a job is. `files` is None until they have been counted; `batch` until it has begun."""

    files: int | None = None
    files_done: int = 0
    pages_done: int = 0
    batch: str | None = None


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job. `reason` says why it failed, in Vietnamese."""

    id: str
    unit: str
    actor: str
    status: JobStatus
    created_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    attempts: int
    progress: JobProgress
    reason: str | None
    spool: str | None
    fingerprint: str | None

    @property
    def has_ended(self) -> bool:
        """Whether no worker has it or will have it."""
        return self.status in (JobStatus.DONE, JobStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a job one, however often it is asked for: its key, and a keyed hash of all that was sent with it."""

    key: str
    fingerprint: str


class JobFacts:
    """Jobs in the catalogue. What a worker writes counts only while it holds the job."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def add(self, job: str, *, unit: str, actor: str, spool: str, once: Once | None = None) -> JobRecord | None:
        """Ask for a job whose request is in the spool of this name, under this id.

        Where one was asked for with the same key, nothing is asked for; the one that has it.
        """
        with self._database.writing() as session:
            earlier = _by_key(session, once.key) if once else None
            if earlier is not None:
                return _record(earlier)
            session.add(
                JobRow(
                    id=job,
                    unit=unit,
                    actor=actor,
                    spool=spool,
                    status=JobStatus.WAITING,
                    created_at=datetime.now(UTC),
                    attempts=0,
                    files_done=0,
                    pages_done=0,
                    key=once.key if once else None,
                    fingerprint=once.fingerprint if once else None,
                )
            )
        return None

    def claim(self, worker: str, *, spool: str, seconds: float) -> JobRecord | None:
        """Hold the oldest job that waits or whose worker has died, for so long; None where there is none.

        Only of this spool: what was asked, and maybe its files, lie on one machine.
        """
        now = datetime.now(UTC)
        with self._database.writing() as session:
            _give_up(session, now)
            row = session.scalars(
                select(JobRow)
                .where(_is_free(now), or_(JobRow.spool == spool, JobRow.spool.is_(None)))
                .order_by(JobRow.created_at, JobRow.id)
                .limit(1)
                .with_for_update(skip_locked=True)
            ).first()
            if row is None:
                return None
            row.status = JobStatus.RUNNING
            row.worker = worker
            row.attempts += 1
            row.claimed_at = now
            row.lease_until = now + timedelta(seconds=seconds)
            row.files, row.files_done, row.pages_done, row.batch = None, 0, 0, None
            session.flush()
            return _record(row)

    def renew(self, job: str, worker: str, progress: JobProgress, *, seconds: float) -> bool:
        """Hold on to a job and say how far it is. False where it was lost to another worker."""
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        return self._write(job, worker, progress, {"lease_until": until})

    def end(self, job: str, worker: str, status: JobStatus, progress: JobProgress, *, reason: str | None) -> bool:
        """Record how a job ended. False where it was lost to another worker."""
        ended = {"status": status, "reason": reason, "ended_at": datetime.now(UTC), "lease_until": None}
        return self._write(job, worker, progress, ended)

    def release(self, job: str, worker: str, *, seconds: float = 0) -> None:
        """Give a job back undone, so that another can claim it in so long. It costs no attempt."""
        values = {
            "status": JobStatus.WAITING,
            "worker": None,
            "lease_until": None,
            "not_before": datetime.now(UTC) + timedelta(seconds=seconds),
            "attempts": JobRow.attempts - 1,
        }
        with self._database.writing() as session:
            session.execute(
                update(JobRow)
                .where(JobRow.id == job, JobRow.worker == worker, JobRow.status == JobStatus.RUNNING)
                .values(values)
            )

    def job(self, job: str) -> JobRecord:
        """One job. Raises `NotFoundError`."""
        found = self.of_id(job)
        if found is None:
            message = f"Không có việc nào mang mã «{job}»."
            raise NotFoundError(message)
        return found

    def of_id(self, job: str) -> JobRecord | None:
        """One job, if there is one of this id."""
        with self._database.reading() as session:
            row = session.get(JobRow, job)
            return _record(row) if row is not None else None

    def exists(self, job: str) -> bool:
        """Whether there is a job of this id."""
        return self.of_id(job) is not None

    def of_key(self, key: str) -> JobRecord | None:
        """The job that was asked for with this key."""
        with self._database.reading() as session:
            row = _by_key(session, key)
            return _record(row) if row is not None else None

    def seen(self, view: IntakeView, limit: int) -> Sequence[JobRecord]:
        """The latest jobs that somebody sees, newest first."""
        with self._database.reading() as session:
            query = select(JobRow).where(is_seen(view, JobRow))
            ordered = query.order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
            return [_record(row) for row in session.scalars(ordered)]

    def again(self, job: str) -> bool:
        """Have an ended job done once more, as if it had just been asked for. False where it has not ended."""
        anew = {
            "status": JobStatus.WAITING,
            "created_at": datetime.now(UTC),
            "claimed_at": None,
            "ended_at": None,
            "worker": None,
            "attempts": 0,
            "not_before": None,
            "reason": None,
            "files": None,
            "files_done": 0,
            "pages_done": 0,
            "batch": None,
        }
        with self._database.writing() as session:
            row = session.get(JobRow, job, with_for_update=True)
            if row is None or not _record(row).has_ended:
                return False
            for name, value in anew.items():
                setattr(row, name, value)
            return True

    def open(self) -> tuple[JobRecord, ...]:
        """The jobs that have not ended, oldest first."""
        with self._database.reading() as session:
            query = (
                select(JobRow)
                .where(JobRow.status.in_([JobStatus.WAITING, JobStatus.RUNNING]))
                .order_by(JobRow.created_at, JobRow.id)
            )
            return tuple(_record(row) for row in session.scalars(query))

    def _write(self, job: str, worker: str, progress: JobProgress, values: Mapping[str, object]) -> bool:
        told: dict[str, object] = {
            "files": progress.files,
            "files_done": progress.files_done,
            "pages_done": progress.pages_done,
            "batch": progress.batch,
        }
        with self._database.writing() as session:
            row = session.get(JobRow, job, with_for_update=True)
            if row is None or row.worker != worker or row.status != JobStatus.RUNNING:
                return False
            for name, value in (told | dict(values)).items():
                setattr(row, name, value)
            return True


def _by_key(session: Session, key: str) -> JobRow | None:
    return session.scalars(select(JobRow).where(JobRow.key == key)).first()


def _is_free(now: datetime) -> ColumnElement[bool]:
    is_due = or_(JobRow.not_before.is_(None), JobRow.not_before <= now)
    return or_(
        and_(JobRow.status == JobStatus.WAITING, is_due),
        and_(JobRow.status == JobStatus.RUNNING, JobRow.lease_until < now),
    )


def _give_up(session: Session, now: datetime) -> None:
    session.execute(
        update(JobRow)
        .where(JobRow.status == JobStatus.RUNNING, JobRow.lease_until < now, JobRow.attempts >= MOST_ATTEMPTS)
        .values(
            status=JobStatus.FAILED,
            ended_at=now,
            reason=f"Đã thử {MOST_ATTEMPTS} lần mà không xong. Hãy xem nhật ký hệ thống rồi nạp lại.",
        )
    )


def _record(row: JobRow) -> JobRecord:
    return JobRecord(
        id=row.id,
        unit=row.unit,
        actor=row.actor,
        status=JobStatus(row.status),
        created_at=row.created_at,
        claimed_at=row.claimed_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        progress=JobProgress(row.files, row.files_done, row.pages_done, row.batch),
        reason=row.reason,
        spool=row.spool,
        fingerprint=row.fingerprint,
    )
