"""What people have said of documents' fields: readings like any other, added and never changed, that outrank others.

Leaves the form of a value to `pipeline.corrections`, and which reading holds to `pipeline.catalogue.documents`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from pipeline.catalogue.database import Database
from pipeline.catalogue.documents import changed_row, field_row
from pipeline.catalogue.tables import FieldRow
from pipeline.model import FieldName, FieldValue, Source


@dataclass(frozen=True, slots=True)
class Correction:
    """Who set a field last, when, and what the machine read there last, if it read anything."""

    actor: str
    at: datetime
    read: str | None = None


class CorrectionFacts:
    """Corrections in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def correct(self, document: str, values: Mapping[FieldName, str], *, actor: str) -> None:
        """Set these fields of a document, for certain; all readings of before stay. Raises `NotFoundError`."""
        at = datetime.now(UTC)
        with self._database.writing() as session:
            changed_row(session, document)
            session.add_all(
                field_row(document, name, FieldValue(value, 1.0, Source.PERSON), actor, at)
                for name, value in values.items()
            )

    def of(self, document: str) -> Mapping[FieldName, Correction]:
        """What of a document a person has set, by field."""
        read: dict[FieldName, str] = {}
        said: dict[FieldName, tuple[str, datetime]] = {}
        columns = (FieldRow.name, FieldRow.value, FieldRow.source, FieldRow.actor, FieldRow.at)
        query = select(*columns).where(FieldRow.document == document).order_by(FieldRow.id)
        with self._database.reading() as session:
            for name, value, source, actor, at in session.execute(query):
                if source == Source.PERSON:
                    said[FieldName(name)] = (actor, at)
                else:
                    read[FieldName(name)] = value
        return {name: Correction(actor, at, read.get(name)) for name, (actor, at) in said.items()}
