"""What the values of a document's fields rest on, as it was when the document was described.

Who may be told of a piece that comes from another document is left to the callers.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from pipeline.catalogue.evidence_tables import EvidenceRow
from pipeline.model import Description, Evidence, FieldName, Source


def add_evidence(session: Session, document_id: str, description: Description) -> None:
    """Keep what a description's values rest on."""
    session.add_all(
        EvidenceRow(
            document=document_id,
            name=name,
            value=piece.value,
            source=piece.source,
            weight=piece.weight,
            words=piece.words,
            page=piece.page,
            box=list(piece.box) if piece.box else None,
            witness=piece.document,
        )
        for name, pieces in description.evidence.items()
        for piece in pieces
    )


def evidence_of(session: Session, document_id: str, name: FieldName) -> tuple[Evidence, ...]:
    """What the values of a field rest on, in the order in which it was found."""
    query = select(EvidenceRow).where(EvidenceRow.document == document_id, EvidenceRow.name == name)
    return tuple(map(_evidence, session.scalars(query.order_by(EvidenceRow.id))))


def _evidence(row: EvidenceRow) -> Evidence:
    left, top, right, bottom = row.box or (0.0, 0.0, 0.0, 0.0)
    box = (left, top, right, bottom) if row.box else None
    return Evidence(row.value, Source(row.source), row.weight, row.words, row.page, box, row.witness)
