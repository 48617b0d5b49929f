"""Which documents two people may both read: counted by token, and a page of them.

The rule of `pipeline.access` as the one condition on rows, for lists that are too long to be read one by one; tests
hold the two together. Leaves who is told to `pipeline.access_reasons`.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from pipeline.access import Reader, clerk_token, clerk_units
from pipeline.catalogue.database import Database
from pipeline.catalogue.tables import DocumentRow, FileRow, GrantRow


@dataclass(frozen=True, slots=True)
class ReadablePage:
    """How many documents there are, how many of them by each token of the reader, and the ids of one page of them."""

    total: int = 0
    by_token: Mapping[str, int] = field(default_factory=dict)
    ids: tuple[str, ...] = ()


class ReadableFacts:
    """What readers may read in the catalogue."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def page(self, reader: Reader, *, told_to: Reader, offset: int, limit: int) -> ReadablePage:
        """What `reader` may read, as far as `told_to` may read it too; the last that came first.

        Who holds no token reads nothing, which is decided before the database is asked.
        """
        if not reader.tokens or not told_to.tokens:
            return ReadablePage()
        both = and_(readable_rows(reader), readable_rows(told_to))
        ids = (
            select(DocumentRow.id)
            .join(FileRow, FileRow.id == DocumentRow.file)
            .where(both)
            .order_by(FileRow.filed_at.desc(), DocumentRow.id)
            .offset(offset)
            .limit(limit)
        )
        total = select(func.count()).select_from(DocumentRow).join(FileRow, FileRow.id == DocumentRow.file).where(both)
        with self._database.reading() as session:
            return ReadablePage(
                total=session.scalar(total) or 0,
                by_token=_by_clerk(session, reader, told_to) + _by_grant(session, reader, told_to),
                ids=tuple(session.scalars(ids)),
            )


def readable_rows(reader: Reader) -> ColumnElement[bool]:
    """`pipeline.access.may_read` of a row of documents joined with its file."""
    grant = aliased(GrantRow)
    held = select(grant.token).where(grant.document == DocumentRow.id, grant.token.in_(reader.tokens))
    granted = held.correlate(DocumentRow).exists()
    return or_(FileRow.owner_unit.in_(clerk_units(reader)), and_(DocumentRow.is_published, granted))


def _by_clerk(session: Session, reader: Reader, told_to: Reader) -> Counter[str]:
    """How many documents the reader reads as a clerk of the unit that keeps them, by the token of that."""
    query = (
        select(FileRow.owner_unit, func.count())
        .join(DocumentRow, DocumentRow.file == FileRow.id)
        .where(FileRow.owner_unit.in_(clerk_units(reader)), readable_rows(told_to))
        .group_by(FileRow.owner_unit)
    )
    return Counter({clerk_token(unit): count for unit, count in session.execute(query)})


def _by_grant(session: Session, reader: Reader, told_to: Reader) -> Counter[str]:
    """How many documents were granted to each token; what its owner's clerks read anyhow is counted as such alone."""
    query = (
        select(GrantRow.token, func.count())
        .join(DocumentRow, DocumentRow.id == GrantRow.document)
        .join(FileRow, FileRow.id == DocumentRow.file)
        .where(
            DocumentRow.is_published,
            GrantRow.token.in_(reader.tokens),
            GrantRow.token != literal(clerk_token("")) + FileRow.owner_unit,
            readable_rows(told_to),
        )
        .group_by(GrantRow.token)
    )
    return Counter(dict(session.execute(query).tuples().all()))
