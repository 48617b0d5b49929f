"""What the API answers of a document's ties to others, as models."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from indexer.fields import display_title
from pipeline.model import DocumentRecord, FieldName, Reference, Statement
from pipeline.relations import Missing, Relations
from search_api.responses import ReferenceAnswer


class Answer(BaseModel):
    """What all of these have in common."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class LinkedAnswer(Answer):
    """Another document that the reader may read."""

    id: str
    title: str
    number: str | None
    type: str | None
    date: str | None


class CitedAnswer(ReferenceAnswer):
    """A citation with the document that it means: none where it is not here, or not for this reader."""

    document: LinkedAnswer | None


class CitedByAnswer(Answer):
    """A document that cites this one, and what it says of it."""

    document: LinkedAnswer
    relation: str
    scope: str | None
    effect: str | None
    evidence: str
    page: int


class StatementAnswer(Answer):
    """What the document says of two others, by their numbers: `subject` does `relation` to `object`."""

    relation: str
    subject: str
    object: str
    scope: str | None
    evidence: str
    page: int


class SaidElsewhereAnswer(StatementAnswer):
    """What another document says of this one (`this` is `subject` or `object`) and a third."""

    document: LinkedAnswer
    this: str
    other: LinkedAnswer | None


class RelationsAnswer(Answer):
    """All ties of a document that this reader may know of."""

    cites: list[CitedAnswer]
    cited_by: list[CitedByAnswer]
    statements: list[StatementAnswer]
    said_elsewhere: list[SaidElsewhereAnswer]
    same: list[LinkedAnswer]


class MissingAnswer(Answer):
    """A paper that a unit's documents cite and that is not here: `citing` of them do, `example` is one."""

    number: str | None
    name: str | None
    type: str | None
    date: str | None
    issuer: str | None
    citing: int
    example: str


class MissingListAnswer(Answer):
    """The papers that are missing, most cited first."""

    missing: list[MissingAnswer]


def relations_answer(of: Relations) -> RelationsAnswer:
    """The ties as they are told."""
    return RelationsAnswer(
        cites=[_cited(cited.reference, cited.document) for cited in of.cites],
        cited_by=[
            CitedByAnswer(
                document=linked(citing.document),
                relation=citing.reference.relation,
                scope=citing.reference.scope,
                effect=citing.reference.effect,
                evidence=citing.reference.evidence,
                page=citing.reference.page,
            )
            for citing in of.cited_by
        ],
        statements=[StatementAnswer.model_validate(statement) for statement in of.statements],
        said_elsewhere=[
            _said(said.statement, said.document, said.other, is_subject=said.is_subject) for said in of.said_elsewhere
        ],
        same=[linked(document) for document in of.same],
    )


def missing_answer(of: Sequence[Missing]) -> MissingListAnswer:
    """The list as it is told."""
    return MissingListAnswer(missing=[MissingAnswer.model_validate(entry) for entry in of])


def linked(record: DocumentRecord) -> LinkedAnswer:
    """A document as others point to it."""
    return LinkedAnswer(
        id=record.id,
        title=display_title(record),
        number=record.value(FieldName.NUMBER),
        type=record.value(FieldName.TYPE),
        date=record.value(FieldName.DATE),
    )


def _cited(reference: Reference, document: DocumentRecord | None) -> CitedAnswer:
    told = ReferenceAnswer.model_validate(reference).model_dump()
    return CitedAnswer(**told, document=linked(document) if document else None)


def _said(
    statement: Statement, speaker: DocumentRecord, other: DocumentRecord | None, *, is_subject: bool
) -> SaidElsewhereAnswer:
    told = StatementAnswer.model_validate(statement).model_dump()
    this = "subject" if is_subject else "object"
    return SaidElsewhereAnswer(**told, document=linked(speaker), this=this, other=linked(other) if other else None)
