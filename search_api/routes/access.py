"""Who may read a document, and what a person may read: each with the reasons. Leaves who is told to the rules."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from indexer.fields import display_title
from indexer.search import MAX_SIZE
from pipeline.access_reasons import Page, ReadDocument, access_of, access_to, known_person, require_may_ask
from pipeline.catalogue.audit import Outcome
from pipeline.clock import today
from pipeline.errors import NotAllowedError, NotFoundError
from pipeline.model import DocumentStatus
from search_api.relation_answers import Answer
from search_api.responses import errors
from search_api.visit import CurrentVisit

router = APIRouter(tags=["access"])

_LAST_PAGE = 10_000


class ReasonAnswer(Answer):
    """A token by which somebody reads, and the role in a unit that gives it to them today."""

    token: str
    role: str
    unit: str


class DoorAnswer(Answer):
    """A token that the document carries and how many hold it; without a grant it is the owner unit's clerks'."""

    token: str
    is_granted: bool
    people: int


class HolderAnswer(Answer):
    """A person who may read the document, and by what."""

    person: str
    name: str
    by: list[ReasonAnswer]


class DocumentAccessAnswer(Answer):
    """Who may read a document. `total` counts the people of all pages that whoever asks is told of."""

    tokens: list[DoorAnswer]
    total: int
    people: list[HolderAnswer]


class HeldTokenAnswer(Answer):
    """A token that the person holds, by which roles, and how many documents they read by it."""

    token: str
    by: list[ReasonAnswer]
    documents: int


class ReadDocumentAnswer(Answer):
    """A document that the person may read, and by what."""

    id: str
    title: str
    status: DocumentStatus
    by: list[ReasonAnswer]


class PersonAccessAnswer(Answer):
    """What a person holds and may read, as far as whoever asks may read it. `total` counts all pages."""

    person: str
    name: str
    tokens: list[HeldTokenAnswer]
    total: int
    documents: list[ReadDocumentAnswer]


class PageQuery(BaseModel):
    """Which page of a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    page: int = Field(1, ge=1, le=_LAST_PAGE, description="Trang")
    size: int = Field(20, ge=1, le=MAX_SIZE, description="Số dòng một trang")

    @property
    def wanted(self) -> Page:
        """The page as the lists know it."""
        return Page(self.page, self.size)


class HoldersQuery(PageQuery):
    """Which people, and which page of them."""

    token: str | None = Field(None, max_length=255, description="Chỉ những người xem được nhờ quyền này")


@router.get(
    "/documents/{document_id}/access",
    summary="Ai xem được văn bản này, và vì sao",
    responses=errors(401, 403, 404, 422, 503),
)
def access_to_document(
    document_id: str, asked: Annotated[HoldersQuery, Query()], visit: CurrentVisit
) -> DocumentAccessAnswer:
    """For those who may publish it: how many people by which grant, and those whom they keep or who are of its unit."""
    record = visit.publishable(document_id, "explain-access")
    visit.record("explain-access", document_id)
    found = access_to(record, visit.of.catalogue.organisation.whole(), today(), told_to=visit.who.reader.id)
    people = found.who_hold(asked.token)
    shown = people[asked.wanted.offset :][: asked.size]
    return DocumentAccessAnswer(
        tokens=[DoorAnswer.model_validate(door) for door in found.tokens],
        total=len(people),
        people=[HolderAnswer.model_validate(holder) for holder in shown],
    )


@router.get(
    "/people/{person}/access", summary="Một người xem được gì, và vì sao", responses=errors(401, 403, 404, 422, 503)
)
def access_of_person(person: str, asked: Annotated[PageQuery, Query()], visit: CurrentVisit) -> PersonAccessAnswer:
    """For the person themselves and the head of office; of documents, only those that whoever asks may read too."""
    reader, day = visit.who.reader, today()
    try:
        found = require_may_ask(person, visit.duties, visit.of.catalogue, today=day)
    except (NotAllowedError, NotFoundError):
        visit.record("explain-person", known_person(person, visit.of.catalogue), Outcome.REFUSED)
        raise
    visit.record("explain-person", found.id)
    told = access_of(found, visit.of.catalogue, told_to=reader, page=asked.wanted, today=day)
    return PersonAccessAnswer(
        person=told.person,
        name=told.name,
        tokens=[HeldTokenAnswer.model_validate(held) for held in told.tokens],
        total=told.total,
        documents=[_document(read) for read in told.documents],
    )


def _document(read: ReadDocument) -> ReadDocumentAnswer:
    return ReadDocumentAnswer(
        id=read.record.id,
        title=display_title(read.record),
        status=read.record.status,
        by=[ReasonAnswer.model_validate(reason) for reason in read.by],
    )
