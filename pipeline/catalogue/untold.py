"""Who may read, now, the documents of which the index may still tell what was before.

Leaves leaving them out of what is found to `indexer.search`.
"""

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pipeline.access import Grant, document_tokens
from pipeline.catalogue.tables import DocumentRow, FileRow, GrantRow, OutboxRow


def untold_access(session: Session) -> Mapping[str, frozenset[str]]:
    """See `pipeline.ports.DocumentSource.untold_access`.

    A document at its first version is passed over: the index has it as it is, or not at all. So the many that an
    ingest has just filed cost a search nothing.
    """
    changed = (
        select(OutboxRow.document, DocumentRow.is_published, FileRow.owner_unit)
        .outerjoin(DocumentRow, DocumentRow.id == OutboxRow.document)
        .outerjoin(FileRow, FileRow.id == DocumentRow.file)
        .where(or_(DocumentRow.id.is_(None), DocumentRow.version > 1))
        .distinct()
    )
    rows = session.execute(changed).all()
    grants = _grants(session) if rows else {}
    return {
        document: frozenset()
        if owner_unit is None
        else document_tokens(owner_unit=owner_unit, is_published=is_published, grants=grants.get(document, ()))
        for document, is_published, owner_unit in rows
    }


def _grants(session: Session) -> Mapping[str, list[Grant]]:
    """The grants of every document in the outbox."""
    found: dict[str, list[Grant]] = {}
    query = select(GrantRow.document, GrantRow.token).where(GrantRow.document.in_(select(OutboxRow.document)))
    for document, token in session.execute(query):
        found.setdefault(document, []).append(Grant(token))
    return found
