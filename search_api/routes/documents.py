"""One document: what it is, its original, and publishing, withdrawing or correcting it."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from extractors.files import JPEG, PDF, PNG, TIFF
from indexer.fields import display_title, told_fields
from pipeline.access import Grant
from pipeline.catalogue.audit import Outcome
from pipeline.clock import today
from pipeline.corrections import LONGEST_VALUE, corrected
from pipeline.errors import NotAllowedError, UsageError
from pipeline.grant_proposals import proposed_grants
from pipeline.model import DocumentRecord, FieldName, doubtful_fields
from search_api import papers
from search_api.downloads import download
from search_api.grants import grants_of
from search_api.responses import (
    CorrectionAnswer,
    DocumentAnswer,
    FieldAnswer,
    PageSummary,
    ReferenceAnswer,
    errors,
)
from search_api.visit import CurrentVisit, Visit

router = APIRouter(tags=["documents"])

_ORIGINALS: dict[str, dict[str, object]] = {kind: {} for kind in (PDF, TIFF, JPEG, PNG)}


class PublishRequest(BaseModel):
    """Who may read the document from now on, named or as proposed; replaces all grants of before."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    grants: (
        Annotated[
            list[Annotated[str, Field(max_length=255)]],
            Field(
                min_length=1,
                max_length=200,
                description="`everyone`, `unit:<đơn vị>`, `under:<đơn vị>`, `role:<vai trò>@<đơn vị>`,"
                " `person:<người>`",
            ),
        ]
        | None
    ) = None
    proposed: str | None = Field(None, max_length=64, description="Thay cho `grants`: dấu của đề xuất đã xem")


Written = Annotated[str, Field(max_length=LONGEST_VALUE)]


class CorrectionRequest(BaseModel):
    """What fields are, as a person says; an empty value says that the paper has none. The others stay as they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Written | None = None
    date: Written | None = None
    type: Written | None = None
    issuer: Written | None = None
    subject: Written | None = None
    signer: Written | None = None
    signer_title: Written | None = None
    capacity: Written | None = None
    place: Written | None = None
    recipients: Written | None = None
    urgency: Written | None = None
    topic: Written | None = None

    @property
    def written(self) -> dict[FieldName, str]:
        """The fields that were said."""
        return {FieldName(name): value for name, value in self.model_dump(exclude_none=True).items()}


@router.get("/documents/{document_id}", summary="Một văn bản", responses=errors(401, 404, 422, 503))
def document(document_id: str, visit: CurrentVisit) -> DocumentAnswer:
    """Fields with where and how they were read, pages and references."""
    record = visit.readable(document_id, "view")
    visit.record("view", document_id)
    return _answer(record, visit)


@router.get(
    "/documents/{document_id}/original",
    summary="Tệp gốc, đúng từng bit",
    response_class=StreamingResponse,
    responses={
        200: {"content": _ORIGINALS},
        206: {"content": _ORIGINALS, "description": "Phần được hỏi trong `Range`"},
        **errors(401, 403, 404, 416, 422, 500, 503),
    },
)
def original(document_id: str, request: Request, visit: CurrentVisit) -> StreamingResponse:
    """The whole file as it was taken in: only for those who may read every document cut from it."""
    record = visit.readable(document_id, "download-original")
    if not visit.may_read_whole_file(record):
        visit.record("download-original", document_id, Outcome.REFUSED)
        message = "Tệp gốc còn có văn bản khác mà bạn không được xem. Hãy tải bản PDF của riêng văn bản này."
        raise NotAllowedError(message)
    file = papers.original(visit.of.store, record)
    visit.record("download-original", document_id)
    name = record.file.name if visit.may_publish(record) else papers.name_of(record, Path(record.file.name).suffix)
    return download(file, name, request)


@router.get(
    "/documents/{document_id}/pdf",
    summary="PDF tìm được chữ",
    response_class=StreamingResponse,
    responses={
        200: {"content": {PDF: {}}},
        206: {"content": {PDF: {}}, "description": "Phần được hỏi trong `Range`"},
        **errors(401, 404, 416, 422, 500, 503),
    },
)
async def searchable_pdf(document_id: str, request: Request, visit: CurrentVisit) -> StreamingResponse:
    """The document's own pages as they were scanned, with their words under them to search and copy."""

    def make() -> StreamingResponse:
        record = visit.readable(document_id, "download-pdf")
        file = papers.searchable_pdf(visit.of.store, record, visit.of.drawing, visit.of.settings.home)
        visit.record("download-pdf", document_id)
        return download(file, papers.name_of(record, ".pdf"), request)

    return await visit.of.drawing.in_turn(make)


@router.post(
    "/documents/{document_id}/publish",
    summary="Công bố",
    responses=errors(400, 401, 403, 404, 413, 422, 503),
)
def publish(document_id: str, asked: PublishRequest, visit: CurrentVisit) -> DocumentAnswer:
    """Confirm who may read the document; it is searchable for them when this is answered."""
    record = visit.publishable(document_id, "publish")
    grants = _wanted(asked, record, visit)
    visit.of.catalogue.documents.publish([document_id], grants, actor=visit.who.reader.id)
    return _changed(document_id, visit, "publish")


@router.post(
    "/documents/{document_id}/withdraw", summary="Rút khỏi người xem", responses=errors(401, 403, 404, 422, 503)
)
def withdraw(document_id: str, visit: CurrentVisit) -> DocumentAnswer:
    """Take the document back from its readers; the clerks of its unit still see it."""
    visit.publishable(document_id, "withdraw")
    visit.of.catalogue.documents.withdraw([document_id])
    return _changed(document_id, visit, "withdraw")


@router.post(
    "/documents/{document_id}/fields",
    summary="Sửa các trường",
    responses=errors(400, 401, 403, 404, 413, 422, 503),
)
def correct(document_id: str, asked: CorrectionRequest, visit: CurrentVisit) -> DocumentAnswer:
    """Set fields for certain; no machine's reading outranks that again. Who reads the document stays as it is."""
    visit.publishable(document_id, "correct")
    facts = visit.of.catalogue
    kept = corrected(asked.written, facts.organisation.units())
    facts.corrections.correct(document_id, kept, actor=visit.who.reader.id)
    return _changed(document_id, visit, *(f"correct-{name}" for name in kept))


def _wanted(asked: PublishRequest, record: DocumentRecord, visit: Visit) -> list[Grant]:
    """The grants that are named, or those that were proposed and shown. Raises `UsageError`."""
    if (asked.grants is None) == (asked.proposed is None):
        message = "Hãy nêu `grants`, hoặc `proposed` với dấu của đề xuất đã xem."
        raise UsageError(message)
    if asked.grants is not None:
        return grants_of(asked.grants, visit.of)
    proposal = proposed_grants(record, visit.of.catalogue.organisation.whole(), today=today())
    return proposal.confirmed(asked.proposed or "")


def _changed(document_id: str, visit: Visit, *actions: str) -> DocumentAnswer:
    """After a change: written down, the index told, and what the document is now.

    Whoever made the change is answered though they no longer may see the document.
    """
    for action in actions:
        visit.record(action, document_id)
    visit.of.outbox.after_change()
    return _answer(visit.of.catalogue.documents.document(document_id), visit)


def _answer(record: DocumentRecord, visit: Visit) -> DocumentAnswer:
    told = told_fields(record, visit.who.reader)
    is_publisher = visit.may_publish(record)
    return DocumentAnswer(
        id=record.id,
        status=record.status,
        title=display_title(record),
        owner_unit=record.owner_unit,
        fields={name: FieldAnswer.model_validate(value) for name, value in told.items()},
        doubtful=list(doubtful_fields(told)),
        is_incomplete=record.is_incomplete,
        pages=[
            PageSummary(
                number=page.page,
                status=page.status,
                confidence=page.confidence,
                source=page.source,
                reason=page.reason,
            )
            for page in record.pages
        ],
        references=[ReferenceAnswer.model_validate(reference) for reference in record.references],
        corrections=_corrections(record, visit) if is_publisher else None,
        grants=[grant.token for grant in record.grants] if is_publisher else None,
    )


def _corrections(record: DocumentRecord, visit: Visit) -> dict[FieldName, CorrectionAnswer]:
    made = visit.of.catalogue.corrections.of(record.id)
    return {name: CorrectionAnswer.model_validate(one) for name, one in made.items()}
