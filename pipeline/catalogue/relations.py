"""What documents say of each other, as the catalogue keeps it: citations by key, and who cites a key.

Which document a citation means for a reader is decided by `pipeline.relations`. What is asked for is filtered by the
rule here already (`readable_rows`), only so that a paper cited by thousands does not bring in thousands of hidden ones.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from pipeline.access import Reader
from pipeline.catalogue.chunks import chunks
from pipeline.catalogue.database import Database
from pipeline.catalogue.readable import readable_rows
from pipeline.catalogue.relation_tables import StatementRow
from pipeline.catalogue.tables import DocumentRow, FieldRow, FileRow, ReferenceRow
from pipeline.identity import number_key
from pipeline.model import Description, FieldName, Reference, Statement

MOST_CITING = 200
"""Most documents that are told to cite one; the newest in the archive."""


@dataclass(frozen=True, slots=True)
class Said:
    """A statement and the document that makes it."""

    document: str
    statement: Statement


class RelationFacts:
    """Citations in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def with_keys(self, keys: Collection[str], reader: Reader) -> Mapping[str, tuple[str, ...]]:
        """For each key the documents of which a number was once read so, as far as the reader may read them."""
        found: dict[str, list[str]] = {}
        with self._database.reading() as session:
            for chunk in chunks(keys):
                query = (
                    select(FieldRow.key, FieldRow.document)
                    .join(DocumentRow, DocumentRow.id == FieldRow.document)
                    .join(FileRow, FileRow.id == DocumentRow.file)
                    .where(FieldRow.key.in_(chunk), FieldRow.name == FieldName.NUMBER, readable_rows(reader))
                    .distinct()
                    .order_by(FieldRow.document)
                )
                for key, document in session.execute(query):
                    found.setdefault(key, []).append(document)
        return {key: tuple(documents) for key, documents in found.items()}

    def citing(self, keys: Collection[str], reader: Reader) -> tuple[str, ...]:
        """The documents that cite one of these keys, as far as the reader may read them."""
        with self._database.reading() as session:
            query = (
                select(ReferenceRow.document)
                .join(DocumentRow, DocumentRow.id == ReferenceRow.document)
                .join(FileRow, FileRow.id == DocumentRow.file)
                .where(ReferenceRow.key.in_(keys), readable_rows(reader))
                .group_by(ReferenceRow.document, FileRow.filed_at)
                .order_by(FileRow.filed_at.desc(), ReferenceRow.document)
                .limit(MOST_CITING)
            )
            return tuple(session.scalars(query))

    def statements(self, keys: Collection[str], reader: Reader) -> tuple[Said, ...]:
        """What documents say of papers with these keys and others, as far as the reader may read them."""
        with self._database.reading() as session:
            query = (
                select(StatementRow)
                .join(DocumentRow, DocumentRow.id == StatementRow.document)
                .join(FileRow, FileRow.id == DocumentRow.file)
                .where(or_(StatementRow.subject_key.in_(keys), StatementRow.object_key.in_(keys)))
                .where(readable_rows(reader))
                .order_by(FileRow.filed_at.desc(), StatementRow.id)
                .limit(MOST_CITING)
            )
            return tuple(Said(row.document, _statement(row)) for row in session.scalars(query))

    def statements_of(self, document: str) -> tuple[Statement, ...]:
        """What a document says of two others."""
        with self._database.reading() as session:
            query = select(StatementRow).where(StatementRow.document == document).order_by(StatementRow.id)
            return tuple(_statement(row) for row in session.scalars(query))

    def documents_of_unit(self, unit: str) -> Iterator[tuple[str, ...]]:
        """The ids of the documents that a unit keeps and that cite others, some at a time."""
        last = ""
        while True:
            with self._database.reading() as session:
                query = (
                    select(DocumentRow.id)
                    .join(FileRow, FileRow.id == DocumentRow.file)
                    .where(FileRow.owner_unit == unit, DocumentRow.id > last)
                    .where(exists().where(ReferenceRow.document == DocumentRow.id))
                    .order_by(DocumentRow.id)
                    .limit(_CHUNK)
                )
                ids = tuple(session.scalars(query))
            if ids:
                yield ids
            if len(ids) < _CHUNK:
                return
            last = ids[-1]


_CHUNK = 500


def add_relations(session: Session, document: str, description: Description) -> None:
    """Keep what a document says of others."""
    session.add_all(
        ReferenceRow(
            document=document,
            relation=reference.relation,
            number=reference.number,
            key=number_key(reference.number) if reference.number else None,
            type=reference.type,
            evidence=reference.evidence,
            page=reference.page,
            name=reference.name,
            date=reference.date,
            issuer=reference.issuer,
            scope=reference.scope,
            effect=reference.effect,
        )
        for reference in description.references
    )
    session.add_all(
        StatementRow(
            document=document,
            relation=said.relation,
            subject=said.subject,
            subject_key=number_key(said.subject),
            object=said.object,
            object_key=number_key(said.object),
            evidence=said.evidence,
            page=said.page,
            scope=said.scope,
        )
        for said in description.statements
    )


def references_of(session: Session, ids: Sequence[str]) -> dict[str, list[Reference]]:
    """The references of each of these documents, in their order."""
    grouped: dict[str, list[Reference]] = {}
    query = select(ReferenceRow).where(ReferenceRow.document.in_(ids)).order_by(ReferenceRow.id)
    for row in session.scalars(query):
        grouped.setdefault(row.document, []).append(
            Reference(
                row.relation,
                row.number,
                row.type,
                row.evidence,
                row.page,
                name=row.name,
                date=row.date,
                issuer=row.issuer,
                scope=row.scope,
                effect=row.effect,
            )
        )
    return grouped


def _statement(row: StatementRow) -> Statement:
    return Statement(row.relation, row.subject, row.object, row.evidence, row.page, row.scope)
