"""Batches: what was taken in when, how each file ended, and the little that is kept of quarantined ones."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from pipeline.access import IntakeView
from pipeline.catalogue.chunks import chunks
from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import BatchItemRow, BatchRow, FileRow, JobRow, QuarantineRow
from pipeline.errors import NotFoundError
from pipeline.model import FileStatus, QuarantineRecord


@dataclass(frozen=True, slots=True)
class BatchItem:
    """How one file of a batch ended; `file` is the id of the unit's file with the same bytes, where it has one."""

    ordinal: int
    status: FileStatus
    reason: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class BatchFile(BatchItem):
    """The same with the name of the unit's file, where it is in."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch and how many of its files ended how. `job` is the one that it was taken in for, if for one."""

    id: str
    unit: str
    actor: str
    started_at: datetime
    ended_at: datetime | None
    files: int
    counts: Mapping[FileStatus, int]
    job: str | None = None


class BatchFacts:
    """Batches and quarantine in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def begin(self, *, unit: str, actor: str, files: int, job: str | None = None) -> str:
        """Begin a batch of so many files, for this job if for one; its id."""
        batch = str(uuid4())
        with self._database.writing() as session:
            now = datetime.now(UTC)
            session.add(BatchRow(id=batch, unit=unit, actor=actor, started_at=now, files=files, job=job))
        return batch

    def record(self, batch: str, items: Sequence[BatchItem]) -> None:
        """Record in one transaction how files ended that were not filed (a filed one is recorded with its filing)."""
        if not items:
            return
        with self._database.writing() as session:
            for item in items:
                session.merge(
                    BatchItemRow(
                        batch=batch, ordinal=item.ordinal, status=item.status, reason=item.reason, file=item.file
                    )
                )

    def quarantine(self, record: QuarantineRecord, *, reason: str) -> None:
        """Record that a file carried a secrecy mark."""
        with self._database.writing() as session:
            session.add(
                QuarantineRow(
                    hmac=record.hmac,
                    mark=record.mark,
                    at=record.at,
                    actor=record.actor,
                    batch=record.batch,
                    ordinal=record.ordinal,
                )
            )
            session.merge(
                BatchItemRow(batch=record.batch, ordinal=record.ordinal, status=FileStatus.QUARANTINED, reason=reason)
            )

    def quarantined_marks(self, hmacs: Collection[str]) -> Mapping[str, str]:
        """The latest mark for which a file with each of these HMACs was quarantined, where it was."""
        found: dict[str, str] = {}
        with self._database.reading() as session:
            for chunk in chunks(hmacs):
                query = select(QuarantineRow.hmac, QuarantineRow.mark).where(QuarantineRow.hmac.in_(chunk))
                found |= {row.hmac: row.mark for row in session.execute(query.order_by(QuarantineRow.id))}
        return found

    def quarantined(self) -> Sequence[QuarantineRecord]:
        """All that is kept of quarantined files, oldest first."""
        with self._database.reading() as session:
            return [
                QuarantineRecord(row.hmac, row.mark, row.at, row.actor, row.batch, row.ordinal)
                for row in session.scalars(select(QuarantineRow).order_by(QuarantineRow.id))
            ]

    def end(self, batch: str) -> None:
        """Record that every file of the batch has ended."""
        with self._database.writing() as session:
            row = session.get(BatchRow, batch)
            if row is not None:
                row.ended_at = datetime.now(UTC)

    def batch(self, batch: str) -> BatchRecord:
        """One batch. Raises `NotFoundError`."""
        with self._database.reading() as session:
            row = session.get(BatchRow, batch)
            if row is None:
                message = f"Không có đợt nạp nào mang mã «{batch}»."
                raise NotFoundError(message)
            query = (
                select(BatchItemRow.status, func.count())
                .where(BatchItemRow.batch == batch)
                .group_by(BatchItemRow.status)
            )
            counts = {FileStatus(status): number for status, number in session.execute(query)}
            return _record(row, counts)

    def of_id(self, batch: str) -> BatchRecord | None:
        """One batch, if there is one of this id; counted are its own files, without what it finished for others."""
        with self._database.reading() as session:
            row = session.get(BatchRow, batch)
            return _record(row, _own_counts(session, [batch])[batch]) if row is not None else None

    def seen(self, view: IntakeView, *, unit: str | None, limit: int, offset: int = 0) -> Sequence[BatchRecord]:
        """The latest batches that somebody sees, newest first, of one unit or of all; counted are their own files."""
        with self._database.reading() as session:
            query = select(BatchRow).where(is_seen(view, BatchRow))
            if unit is not None:
                query = query.where(BatchRow.unit == unit)
            rows = list(
                session.scalars(query.order_by(BatchRow.started_at.desc(), BatchRow.id).limit(limit).offset(offset))
            )
            counts = _own_counts(session, [row.id for row in rows])
            return [_record(row, counts[row.id]) for row in rows]

    def own_files(self, batch: str) -> Sequence[BatchFile]:
        """How each file of the batch has ended so far, in their order, without what it finished for others."""
        with self._database.reading() as session:
            query = (
                select(BatchItemRow, FileRow.name)
                .join(BatchRow, BatchRow.id == BatchItemRow.batch)
                .outerjoin(FileRow, FileRow.id == BatchItemRow.file)
                .where(BatchItemRow.batch == batch, _IS_OWN)
            )
            return [
                BatchFile(row.ordinal, FileStatus(row.status), row.reason, row.file, name)
                for row, name in session.execute(query.order_by(BatchItemRow.ordinal))
            ]

    def problems(self, batch: str) -> Sequence[BatchItem]:
        """How those files of the batch ended that are not wholly in, in their order."""
        well = [FileStatus.STORED, FileStatus.DUPLICATE]
        with self._database.reading() as session:
            query = select(BatchItemRow).where(BatchItemRow.batch == batch, BatchItemRow.status.not_in(well))
            return [
                BatchItem(row.ordinal, FileStatus(row.status), row.reason, row.file)
                for row in session.scalars(query.order_by(BatchItemRow.ordinal))
            ]

    def latest(self, limit: int) -> Sequence[BatchRecord]:
        """The latest batches, newest first."""
        with self._database.reading() as session:
            ids = list(session.scalars(select(BatchRow.id).order_by(BatchRow.started_at.desc()).limit(limit)))
        return [self.batch(batch) for batch in ids]


_IS_OWN = BatchItemRow.ordinal <= BatchRow.files
"""What earlier runs left behind is finished by the next batch, whoever asked for it, and has later ordinals."""


def _own_counts(session: Session, batches: Sequence[str]) -> Mapping[str, Mapping[FileStatus, int]]:
    query = (
        select(BatchItemRow.batch, BatchItemRow.status, func.count())
        .join(BatchRow, BatchRow.id == BatchItemRow.batch)
        .where(BatchItemRow.batch.in_(batches), _IS_OWN)
        .group_by(BatchItemRow.batch, BatchItemRow.status)
    )
    counts: dict[str, dict[FileStatus, int]] = {batch: {} for batch in batches}
    for batch, status, number in session.execute(query):
        counts[batch][FileStatus(status)] = number
    return counts


def is_seen(view: IntakeView, row: type[BatchRow | JobRow]) -> ColumnElement[bool]:
    """`IntakeView.shows` of a row of batches or jobs."""
    return or_(row.unit.in_(view.all_of), and_(row.unit.in_(view.own_of), row.actor == view.person))


def _record(row: BatchRow, counts: Mapping[FileStatus, int]) -> BatchRecord:
    return BatchRecord(row.id, row.unit, row.actor, row.started_at, row.ended_at, row.files, counts, row.job)
