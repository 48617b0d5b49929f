"""The night's runs: when each began, what came of it, and whether one was cut short. Counts only, never a name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import ColumnElement, or_, select, true, update

from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import NightRow
from pipeline.model import FileStatus


class NightOrigin(StrEnum):
    """What started a run."""

    SCHEDULE = "schedule"
    CATCH_UP = "catch_up"
    HAND = "hand"


class NightStatus(StrEnum):
    """Where a run is. A completed one may have files that failed."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class NightReport:
    """What came of a run: how the files ended, and what was left in the inbox for another time.

    `waiting` files were still being copied; `strays` cannot be taken as they lie; `left_behind` could not be
    moved away or are to be tried again. `batches` are the ids of the run's batches.
    """

    counts: Mapping[FileStatus, int] = field(default_factory=dict)
    waiting: int = 0
    strays: int = 0
    left_behind: int = 0
    batches: tuple[str, ...] = ()

    @property
    def is_well(self) -> bool:
        """Whether nothing of it needs a person."""
        good = (FileStatus.STORED, FileStatus.DUPLICATE)
        bad = sum(number for status, number in self.counts.items() if status not in good)
        return bad + self.strays + self.left_behind == 0


@dataclass(frozen=True, slots=True)
class NightRecord:
    """A run. `reason` says why it did not come through, in Vietnamese."""

    id: str
    origin: NightOrigin
    status: NightStatus
    started_at: datetime
    ended_at: datetime | None
    report: NightReport
    reason: str | None


class NightFacts:
    """The night's runs in the catalogue. Whoever calls `begin` holds the run's lock."""

    def __init__(self, database: Database, installation: str | None = None) -> None:
        """Facts in this database, of all installations or of one."""
        self._database = database
        self._installation = installation

    def of(self, installation: str) -> "NightFacts":
        """Those of one installation: each empties an inbox of its own."""
        return NightFacts(self._database, installation)

    def begin(self, origin: NightOrigin) -> str:
        """Begin a run; its id. A run that still counts as running has lost its process: it was interrupted."""
        night = str(uuid4())
        with self._database.writing() as session:
            session.execute(
                update(NightRow)
                .where(NightRow.status == NightStatus.RUNNING, self._are_ours())
                .values(status=NightStatus.INTERRUPTED, ended_at=datetime.now(UTC))
            )
            row = NightRow(
                id=night,
                origin=origin,
                status=NightStatus.RUNNING,
                started_at=datetime.now(UTC),
                installation=self._installation,
            )
            _fill(row, NightReport())
            session.add(row)
        return night

    def end(self, night: str, status: NightStatus, report: NightReport, *, reason: str | None = None) -> None:
        """Record what came of a run."""
        with self._database.writing() as session:
            row = session.get_one(NightRow, night)
            row.status = status
            row.ended_at = datetime.now(UTC)
            row.reason = reason
            _fill(row, report)

    def latest(self, limit: int) -> Sequence[NightRecord]:
        """The latest runs, newest first."""
        with self._database.reading() as session:
            query = select(NightRow).where(self._are_ours()).order_by(NightRow.started_at.desc()).limit(limit)
            return [_record(row) for row in session.scalars(query)]

    def _are_ours(self) -> ColumnElement[bool]:
        if self._installation is None:
            return true()
        return or_(NightRow.installation == self._installation, NightRow.installation.is_(None))


def _fill(row: NightRow, report: NightReport) -> None:
    row.counts = {status.value: number for status, number in report.counts.items()}
    row.waiting = report.waiting
    row.strays = report.strays
    row.left_behind = report.left_behind
    row.batches = list(report.batches)


def _record(row: NightRow) -> NightRecord:
    counts = {FileStatus(status): number for status, number in row.counts.items()}
    return NightRecord(
        id=row.id,
        origin=NightOrigin(row.origin),
        status=NightStatus(row.status),
        started_at=row.started_at,
        ended_at=row.ended_at,
        report=NightReport(counts, row.waiting, row.strays, row.left_behind, tuple(row.batches)),
        reason=row.reason,
    )
