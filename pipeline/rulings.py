"""A document's validity as one reader may know it, and what the archive proposes for it.

The validity, since when and of which part are the document's own and told to all its readers. The document that it
rests on is named only to those who may read it. Proposals are made anew each time, among the documents that the reader
may read; who publishes for the owner unit is told of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.access import Reader, may_publish
from pipeline.catalogue import Catalogue
from pipeline.catalogue.validity import Decided, Decision
from pipeline.codes import SUCCESSORS
from pipeline.errors import NotFoundError
from pipeline.model import DocumentRecord, FieldName
from pipeline.relations import CitedBy, cited_by
from pipeline.validity import Bodies, Validity, may_end, proposed


@dataclass(frozen=True, slots=True)
class Proposal:
    """That another document, which the reader may read, ends this one or a part of it."""

    by: CitedBy
    validity: Validity
    since: str | None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is decided of a document (`history`, the last one last), and what is proposed to who may decide."""

    validity: Validity
    history: tuple[Decided, ...]
    proposals: tuple[Proposal, ...]

    @property
    def present(self) -> Decided | None:
        """The decision that holds."""
        return next((decided for decided in reversed(self.history) if decided.decision.validity is not None), None)


def ruling_of(record: DocumentRecord, facts: Catalogue, *, reader: Reader) -> Ruling:
    """The validity of a document that the reader may read. Who decided is told to who may decide alone."""
    is_deciding = may_publish(reader, record.owner_unit)
    history = facts.validity.history(record.id)
    told = tuple(_as_told(decided, facts, reader, is_deciding=is_deciding) for decided in history)
    shown = told if is_deciding else tuple(decided for decided in told if decided.decision.validity is not None)
    proposals = tuple(_proposals(record, history, facts, reader)) if is_deciding else ()
    return Ruling(Validity(record.value(FieldName.VALIDITY) or Validity.UNKNOWN), shown, proposals)


def decide(document: DocumentRecord, decision: Decision, facts: Catalogue, *, reader: Reader) -> None:
    """Add the reader's decision, which they may rest only on a document that they may read.

    Raises:
        NotFoundError: the ground is not there, or hidden.
    """
    if decision.ground is not None:
        ground = facts.documents.documents([decision.ground]).get(decision.ground)
        if ground is None or ground.id == document.id or not ground.is_readable_by(reader):
            raise NotFoundError("Không có văn bản làm căn cứ này, hoặc bạn không có quyền xem.")
    facts.validity.decide(document.id, decision, actor=reader.id)


def proposals_of_unit(unit: str, facts: Catalogue, *, reader: Reader) -> Iterator[tuple[DocumentRecord, Proposal]]:
    """What is proposed for the documents that a unit keeps, and not yet decided."""
    ids = facts.validity.cited_as_ended(unit)
    for record in facts.documents.documents(ids).values():
        if record.is_readable_by(reader):
            for proposal in _proposals(record, facts.validity.history(record.id), facts, reader):
                yield record, proposal


def _proposals(
    record: DocumentRecord, history: tuple[Decided, ...], facts: Catalogue, reader: Reader
) -> Iterator[Proposal]:
    units = facts.organisation.units()
    bodies = Bodies(
        {unit.id: unit.parent for unit in units},
        {unit.id: unit.names for unit in units},
        SUCCESSORS,
    )
    settled = {(decided.decision.ground, decided.decision.relation) for decided in history}
    for citing in cited_by(record, facts, reader=reader):
        validity = proposed(citing.reference.relation, citing.reference.scope)
        is_settled = (citing.document.id, citing.reference.relation) in settled
        if validity is not None and not is_settled and may_end(citing.document, record, bodies):
            since = citing.reference.effect or citing.document.value(FieldName.DATE)
            yield Proposal(citing, validity, since)


def _as_told(decided: Decided, facts: Catalogue, reader: Reader, *, is_deciding: bool) -> Decided:
    ground = decided.decision.ground
    found = facts.documents.documents([ground]).get(ground) if ground else None
    is_named = found is not None and found.is_readable_by(reader)
    decision = decided.decision if is_named else replace(decided.decision, ground=None, relation=None)
    return replace(decided, decision=decision, actor=decided.actor if is_deciding else "")
