"""What is proposed of who may read a document, and the class that it rests on: for those who may publish it."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pipeline.clock import today
from pipeline.grant_proposals import DocumentClass, LineOutcome, proposed_grants
from pipeline.model import DocumentRecord, FieldName
from search_api.relation_answers import Answer
from search_api.responses import errors
from search_api.visit import CurrentVisit, Visit

router = APIRouter(tags=["grants"])


class ClassRequest(BaseModel):
    """How widely the document is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    class_: DocumentClass = Field(alias="class")


class LineAnswer(Answer):
    """A line of the recipients, or the class, with the grants that it proposes and why."""

    source: FieldName
    text: str
    outcome: LineOutcome
    grants: list[str]
    reason: str


class ProposalAnswer(Answer):
    """What is proposed. `mark` stands for exactly these grants; `doubts` keep it from being confirmed as it is."""

    lines: list[LineAnswer]
    grants: list[str]
    doubts: list[str]
    mark: str


@router.get(
    "/documents/{document_id}/proposed-grants",
    summary="Quyền xem được đề xuất",
    responses=errors(401, 403, 404, 422, 503),
)
def proposed(document_id: str, visit: CurrentVisit) -> ProposalAnswer:
    """By the recipients and the class, line by line. It gives nobody anything until somebody publishes."""
    record = visit.publishable(document_id, "view-proposed-grants")
    visit.record("view-proposed-grants", document_id)
    return _answer(record, visit)


@router.post(
    "/documents/{document_id}/class",
    summary="Đặt mức phổ biến",
    responses=errors(400, 401, 403, 404, 413, 422, 503),
)
def classify(document_id: str, asked: ClassRequest, visit: CurrentVisit) -> ProposalAnswer:
    """Say how widely a document is meant. The answer is what is proposed then; who reads it stays as it is."""
    visit.publishable(document_id, "classify")
    said = {FieldName.CLASS: asked.class_}
    visit.of.catalogue.corrections.correct(document_id, said, actor=visit.who.reader.id)
    visit.record("classify", document_id)
    visit.of.outbox.after_change()
    return _answer(visit.of.catalogue.documents.document(document_id), visit)


def _answer(record: DocumentRecord, visit: Visit) -> ProposalAnswer:
    found = proposed_grants(record, visit.of.catalogue.organisation.whole(), today=today())
    return ProposalAnswer.model_validate(found)
