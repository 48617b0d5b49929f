"""What people have decided of documents' validity. Decisions are added, never changed; the last one holds.

The validity itself is the document's own field, read by a person: it is shown, searched and counted like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from pipeline.catalogue.chunks import chunks
from pipeline.catalogue.database import Database
from pipeline.catalogue.documents import changed_row
from pipeline.catalogue.relation_tables import ValidityRow
from pipeline.catalogue.tables import DocumentRow, FieldRow, FileRow, ReferenceRow
from pipeline.model import FieldName, Source
from pipeline.validity import ENDING, Validity


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision: the validity since an ISO day, of a part (`scope`) or all, for a `ground` (another document).

    Without a validity it says that the ground is none: the proposal was refused.
    """

    validity: Validity | None
    since: str | None = None
    scope: str | None = None
    ground: str | None = None
    relation: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, by whom and when."""

    decision: Decision
    actor: str
    at: datetime


class ValidityFacts:
    """Decisions in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def decide(self, document: str, decision: Decision, *, actor: str) -> None:
        """Add a decision; one with a validity becomes the document's. Raises `NotFoundError`."""
        at = datetime.now(UTC)
        with self._database.writing() as session:
            changed_row(session, document)
            session.add(
                ValidityRow(
                    document=document,
                    validity=decision.validity,
                    since=decision.since,
                    scope=decision.scope,
                    ground=decision.ground,
                    relation=decision.relation,
                    actor=actor,
                    at=at,
                )
            )
            if decision.validity is not None:
                session.add(
                    FieldRow(
                        document=document,
                        name=FieldName.VALIDITY,
                        value=decision.validity,
                        confidence=1.0,
                        source=Source.PERSON,
                        actor=actor,
                        at=at,
                    )
                )

    def history(self, document: str) -> tuple[Decided, ...]:
        """All decisions on a document, the last one last."""
        with self._database.reading() as session:
            query = select(ValidityRow).where(ValidityRow.document == document).order_by(ValidityRow.id)
            return tuple(_decided(row) for row in session.scalars(query))

    def cited_as_ended(self, unit: str) -> Sequence[str]:
        """The documents that a unit keeps and whose number some document says to have ended, by id."""
        with self._database.reading() as session:
            query = select(ReferenceRow.key).where(
                ReferenceRow.relation.in_(sorted(ENDING)), ReferenceRow.key.is_not(None)
            )
            keys = sorted(key for key in session.scalars(query.distinct()) if key)
            found: set[str] = set()
            for chunk in chunks(keys):
                kept = (
                    select(FieldRow.document)
                    .join(DocumentRow, DocumentRow.id == FieldRow.document)
                    .join(FileRow, FileRow.id == DocumentRow.file)
                    .where(FieldRow.key.in_(chunk), FileRow.owner_unit == unit)
                )
                found |= set(session.scalars(kept))
            return sorted(found)


def _decided(row: ValidityRow) -> Decided:
    validity = Validity(row.validity) if row.validity else None
    return Decided(Decision(validity, row.since, row.scope, row.ground, row.relation), row.actor, row.at)
