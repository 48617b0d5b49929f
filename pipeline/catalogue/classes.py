"""The class that a person gives a document: its field of that name, read by a person. It gives nobody a right."""

from datetime import UTC, datetime

from pipeline.catalogue.database import Database
from pipeline.catalogue.documents import changed_row
from pipeline.catalogue.tables import FieldRow
from pipeline.model import FieldName, Source


class ClassFacts:
    """Classes in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def give(self, document: str, value: str, *, actor: str) -> None:
        """Give a document this class; those of before stay in its history. Raises `NotFoundError`."""
        with self._database.writing() as session:
            changed_row(session, document)
            session.add(
                FieldRow(
                    document=document,
                    name=FieldName.CLASS,
                    value=value,
                    confidence=1.0,
                    source=Source.PERSON,
                    actor=actor,
                    at=datetime.now(UTC),
                )
            )
