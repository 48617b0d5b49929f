"""The append-only audit: who did what, to which document, when and from where, allowed or refused.

Each line's hash covers the line and the hash before it, so a changed or missing line shows; that the last lines are
missing shows against a head that was noted before, elsewhere (`pipeline.audit_heads`). It never holds what a document
says.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import AuditRow, DocumentRow

_GENESIS = "0" * 64
_CHUNK = 1_000
_ID_LENGTH = 36


class Outcome(StrEnum):
    """How an attempt ended."""

    ALLOWED = "allowed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One attempt. `object` names a document, batch or account by its id; `origin` says from where."""

    actor: str
    action: str
    object: str | None
    outcome: Outcome
    origin: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """An event as it was recorded."""

    seq: int
    at: datetime
    event: AuditEvent


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A line as it stands in the catalogue, whatever may have been done to it; its hash covers all but itself."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str | None
    outcome: str
    origin: str
    previous: str
    hash: str
    version: int | None
    """At which version the document was, where the line is about one."""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines are wanted: each condition that is set must hold. `before` is a line's number."""

    actor: str | None = None
    action: str | None = None
    object: str | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditHead:
    """A line by its number and hash: it stands for all lines before it."""

    seq: int
    hash: str


class AuditTrail:
    """The audit in the catalogue."""

    def __init__(self, database: Database) -> None:
        """The trail in this database."""
        self._database = database

    def record(self, event: AuditEvent) -> None:
        """Append one event."""
        with self._database.writing() as session:
            append(session, event)

    def lines(self) -> Iterator[AuditLine]:
        """All lines, oldest first."""
        for row in self._rows():
            yield AuditLine(row.seq, row.at, _event(row))

    def records(self) -> Iterator[AuditRecord]:
        """All lines as they stand, oldest first."""
        return map(_record, self._rows())

    def find(self, wanted: AuditQuery, limit: int) -> list[AuditRecord]:
        """The newest lines of this kind, newest first, at most so many."""
        equal = {"actor": wanted.actor, "action": wanted.action, "object": wanted.object, "outcome": wanted.outcome}
        query = select(AuditRow).filter_by(**{name: value for name, value in equal.items() if value is not None})
        if wanted.since is not None:
            query = query.where(AuditRow.at >= wanted.since)
        if wanted.until is not None:
            query = query.where(AuditRow.at < wanted.until)
        if wanted.before is not None:
            query = query.where(AuditRow.seq < wanted.before)
        with self._database.reading() as session:
            return [_record(row) for row in session.scalars(query.order_by(AuditRow.seq.desc()).limit(limit))]

    def head(self) -> AuditHead | None:
        """The last line, if there is one."""
        with self._database.reading() as session:
            last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).first()
            return AuditHead(last.seq, last.hash) if last else None

    def first_broken(self, noted: Collection[AuditHead] = ()) -> int | None:
        """The number of the first line that does not fit the chain or a noted head, or None where all is whole."""
        heads = {head.seq: head.hash for head in noted}
        previous, seq = _GENESIS, 0
        for row in self._rows():
            # The row's own values, whatever they are: one that was tampered with need not be a value we would write.
            parts = (row.actor, row.action, row.object, row.outcome, row.origin)
            told = _line_hash(previous, row.at, *parts, version=row.version)
            fits = row.previous == previous and row.hash == told
            if row.seq != seq + 1 or not fits or heads.get(row.seq, row.hash) != row.hash:
                return seq + 1
            previous, seq = row.hash, row.seq
        return seq + 1 if any(noted_seq > seq for noted_seq in heads) else None

    def _rows(self) -> Iterator[AuditRow]:
        last = 0
        while True:
            with self._database.reading() as session:
                query = select(AuditRow).where(AuditRow.seq > last).order_by(AuditRow.seq).limit(_CHUNK)
                rows = list(session.scalars(query))
                session.expunge_all()
            yield from rows
            if len(rows) < _CHUNK:
                return
            last = rows[-1].seq


def append(session: Session, event: AuditEvent) -> None:
    """Append one event in a transaction that writes what it tells of."""
    last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).first()
    previous = last.hash if last else _GENESIS
    at = datetime.now(UTC)
    told = (event.actor, event.action, event.object, event.outcome, event.origin)
    version = _present_version(session, event.object)
    session.add(
        AuditRow(
            seq=(last.seq if last else 0) + 1,
            at=at,
            actor=event.actor,
            action=event.action,
            object=event.object,
            outcome=event.outcome,
            origin=event.origin,
            previous=previous,
            hash=_line_hash(previous, at, *told, version=version),
            version=version,
        )
    )
    session.flush()


def _event(row: AuditRow) -> AuditEvent:
    return AuditEvent(row.actor, row.action, row.object, Outcome(row.outcome), row.origin)


def _record(row: AuditRow) -> AuditRecord:
    return AuditRecord(
        seq=row.seq,
        at=row.at,
        actor=row.actor,
        action=row.action,
        object=row.object,
        outcome=row.outcome,
        origin=row.origin,
        previous=row.previous,
        hash=row.hash,
        version=row.version,
    )


def _present_version(session: Session, what: str | None) -> int | None:
    """The version at which a document is now, where the line is about one."""
    query = select(DocumentRow.version).where(DocumentRow.id == what)
    return session.scalar(query) if what and len(what) == _ID_LENGTH else None


def _line_hash(previous: str, at: datetime, *told: str | None, version: int | None) -> str:
    """The hash of a line: of a list of its parts, and the version where there is one, as JSON."""
    parts = [previous, at.astimezone(UTC).isoformat(), *told, *([] if version is None else [version])]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
