"""A document's validity: what is decided and proposed, and a person's decision."""

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.catalogue.audit import Outcome
from pipeline.catalogue.validity import Decided, Decision
from pipeline.errors import NotFoundError
from pipeline.model import DocumentRecord
from pipeline.rulings import Proposal, decide, proposals_of_unit, ruling_of
from pipeline.validity import Validity
from search_api.relation_answers import Answer, LinkedAnswer, linked
from search_api.responses import errors
from search_api.visit import CurrentVisit, Visit

router = APIRouter(tags=["validity"])

Id = Annotated[str, Field(max_length=36)]


class DecisionRequest(BaseModel):
    """A decision on a document's validity. `ground` is the document that it rests on, `relation` what that one does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    validity: Validity
    since: date | None = None
    scope: Annotated[str, Field(max_length=500)] | None = None
    ground: Id | None = None
    relation: Annotated[str, Field(max_length=32)] | None = None


class RefusalRequest(BaseModel):
    """A proposal that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ground: Id
    relation: Annotated[str, Field(max_length=32)]


class DecidedAnswer(Answer):
    """A decision. `ground` is there for who may read it, `actor` for who may decide; a refusal has no `validity`."""

    validity: Validity | None
    since: str | None
    scope: str | None
    relation: str | None
    ground: LinkedAnswer | None
    actor: str | None
    at: datetime


class ProposalAnswer(Answer):
    """That another document ends this one, or a part of it."""

    validity: Validity
    since: str | None
    scope: str | None
    relation: str
    ground: LinkedAnswer
    evidence: str
    page: int


class ValidityAnswer(Answer):
    """What is decided (the last decision last) and, for who may decide, proposed."""

    validity: Validity
    history: list[DecidedAnswer]
    proposals: list[ProposalAnswer]


class ProposedAnswer(ProposalAnswer):
    """A proposal with the document that it is for."""

    document: LinkedAnswer

    @classmethod
    def of(cls, document: DocumentRecord, proposal: Proposal) -> Self:
        """The proposal as it is told."""
        return cls(**_proposal(proposal).model_dump(), document=linked(document))


class ProposedListAnswer(Answer):
    """What is proposed for a unit's documents."""

    proposals: list[ProposedAnswer]


@router.get(
    "/documents/{document_id}/validity", summary="Hiệu lực của một văn bản", responses=errors(401, 404, 422, 503)
)
def validity(document_id: str, visit: CurrentVisit) -> ValidityAnswer:
    """What is decided of a document, and what is proposed to who may decide."""
    record = visit.readable(document_id, "view-validity")
    visit.record("view-validity", document_id)
    return _answer(record, visit)


@router.post(
    "/documents/{document_id}/validity",
    summary="Xác nhận hiệu lực",
    responses=errors(400, 401, 403, 404, 413, 422, 503),
)
def confirm(document_id: str, asked: DecisionRequest, visit: CurrentVisit) -> ValidityAnswer:
    """Decide a document's validity; decisions of before stay in its history."""
    since = asked.since.isoformat() if asked.since else None
    decision = Decision(asked.validity, since, asked.scope, asked.ground, asked.relation)
    return _decided(document_id, decision, "confirm-validity", visit)


@router.post(
    "/documents/{document_id}/validity/refusals",
    summary="Bác một đề xuất hiệu lực",
    responses=errors(400, 401, 403, 404, 413, 422, 503),
)
def refuse(document_id: str, asked: RefusalRequest, visit: CurrentVisit) -> ValidityAnswer:
    """Refuse what another document proposes; it is not proposed again."""
    decision = Decision(None, ground=asked.ground, relation=asked.relation)
    return _decided(document_id, decision, "refuse-validity", visit)


@router.get("/validity/proposals", summary="Hiệu lực chờ xác nhận", responses=errors(401, 403, 422, 503))
def proposals(
    unit: Annotated[str, Query(max_length=64, description="Đơn vị giữ văn bản")], visit: CurrentVisit
) -> ProposedListAnswer:
    """What is proposed for the documents that a unit keeps: for who publishes for the unit."""
    visit.require_publisher(unit, "list-validity")
    found = proposals_of_unit(unit, visit.of.catalogue, reader=visit.who.reader)
    return ProposedListAnswer(proposals=[ProposedAnswer.of(document, proposal) for document, proposal in found])


def _decided(document_id: str, decision: Decision, action: str, visit: Visit) -> ValidityAnswer:
    record = visit.publishable(document_id, action)
    try:
        decide(record, decision, visit.of.catalogue, reader=visit.who.reader)
    except NotFoundError:
        visit.record(action, document_id, Outcome.REFUSED)
        raise
    visit.record(action, document_id)
    visit.of.outbox.after_change()
    return _answer(visit.of.catalogue.documents.document(document_id), visit)


def _answer(record: DocumentRecord, visit: Visit) -> ValidityAnswer:
    ruling = ruling_of(record, visit.of.catalogue, reader=visit.who.reader)
    return ValidityAnswer(
        validity=ruling.validity,
        history=[_decision(decided, visit) for decided in ruling.history],
        proposals=[_proposal(proposal) for proposal in ruling.proposals],
    )


def _decision(decided: Decided, visit: Visit) -> DecidedAnswer:
    decision = decided.decision
    ground = visit.of.catalogue.documents.document(decision.ground) if decision.ground else None
    return DecidedAnswer(
        validity=decision.validity,
        since=decision.since,
        scope=decision.scope,
        relation=decision.relation,
        ground=linked(ground) if ground else None,
        actor=decided.actor or None,
        at=decided.at,
    )


def _proposal(proposal: Proposal) -> ProposalAnswer:
    reference = proposal.by.reference
    return ProposalAnswer(
        validity=proposal.validity,
        since=proposal.since,
        scope=reference.scope,
        relation=reference.relation,
        ground=linked(proposal.by.document),
        evidence=reference.evidence,
        page=reference.page,
    )
