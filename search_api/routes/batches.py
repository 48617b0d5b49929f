"""Taking files in: uploading them for a unit, and how each file of a batch has ended.

An upload becomes a job, which a worker of `vankho up` does; when it begins there is a batch. Leaves the bytes to
`search_api.uploads`, and jobs to `search_api.routes.jobs`.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from pipeline.access import intake_view, may_publish
from pipeline.catalogue.audit import Outcome
from pipeline.catalogue.batches import BatchRecord
from pipeline.catalogue.jobs import Once
from pipeline.errors import NotAllowedError, NotFoundError
from pipeline.model import FileStatus
from pipeline.steps.intake import Asked
from pipeline.storage.spool import Spool
from search_api.grants import grants_of
from search_api.responses import BatchAnswer, BatchFileAnswer, BatchReportAnswer, JobAnswer, errors
from search_api.routes.jobs import KEY, job_answer
from search_api.services import Services
from search_api.uploads import FIELD, UploadLimits, receive
from search_api.visit import CurrentVisit, Visit, is_id

router = APIRouter(prefix="/batches", tags=["batches"])

_LAST_PAGE = 10_000

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "Các tệp PDF, TIFF, JPEG, PNG",
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        FIELD: {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                    "required": [FIELD],
                    "additionalProperties": False,
                }
            }
        },
    }
}
"""The body, which is not the framework's to read: it would be kept whole, and outside the data folder."""


class UploadQuery(BaseModel):
    """For which unit files are sent. Stands in the address, so that it is checked before the first file comes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str = Field(min_length=1, max_length=64, description="Mã đơn vị giữ văn bản")
    publish_to: list[Annotated[str, Field(max_length=255)]] = Field(
        [], max_length=200, description="Công bố ngay cho các quyền xem này, như khi công bố một văn bản"
    )


class BatchesQuery(BaseModel):
    """Which batches are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unit: str | None = Field(None, max_length=64, description="Chỉ của đơn vị này")
    page: int = Field(1, ge=1, le=_LAST_PAGE, description="Trang")
    size: int = Field(20, ge=1, le=100, description="Số đợt một trang")


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=KEY,
        description="Khóa do nơi gửi đặt cho lần gửi này: gửi lại cùng khóa thì không nạp lần nữa",
    ),
]


@router.post(
    "",
    status_code=202,
    summary="Gửi tệp để nạp",
    responses=errors(401, 403, 413, 422, 503),
    openapi_extra=_FORM,
)
async def upload(
    request: Request, asked: Annotated[UploadQuery, Query()], visit: CurrentVisit, key: Key = None
) -> JobAnswer:
    """Take files for a unit, and answer with the job that takes them in. Sent again with the same key it is that job.

    For those who may file for the unit. The same answer for any other unit, whether there is one or not.
    """
    wanted = await to_thread.run_sync(_allowed, asked, visit)
    spool = visit.of.desk.spool
    room = _JobRoom(spool, visit.of.desk.new())
    web, intake = visit.of.settings.web, visit.of.settings.intake
    digest = await receive(request, room, UploadLimits(web.upload_files, intake.max_file_bytes))
    return await to_thread.run_sync(_ask, room.job, wanted, key, digest, visit)


@dataclass(frozen=True, slots=True)
class _JobRoom:
    """A job's own folder. Implements `search_api.uploads.Room`."""

    spool: Spool
    job: str

    @property
    def folder(self) -> Path:
        return self.spool.files(self.job)

    def clear(self) -> None:
        self.spool.discard(self.job)


def _allowed(asked: UploadQuery, visit: Visit) -> Asked:
    """What is asked, once it is clear that it may be; a refusal is written down."""
    if not may_publish(visit.who.reader, asked.unit):
        visit.record("upload", None, Outcome.REFUSED)
        message = "Chỉ văn thư, chánh văn phòng hoặc cấp ủy của đơn vị mới nạp được văn bản cho đơn vị."
        raise NotAllowedError(message)
    grants = grants_of(asked.publish_to, visit.of)
    return Asked(asked.unit, visit.who.reader.id, tuple(grant.token for grant in grants))


def _ask(job: str, wanted: Asked, key: str | None, digest: str, visit: Visit) -> JobAnswer:
    once = None
    if key is not None:
        asked = hashlib.sha256(repr((digest, wanted.unit, sorted(wanted.publish_to))).encode()).hexdigest()
        once = Once(visit.key(key), visit.of.fingerprint(asked))
    asked_job = visit.of.desk.ask_for_files(job, wanted, once=once)
    visit.record("upload", asked_job)
    return job_answer(visit.of.catalogue.jobs.job(asked_job), visit)


@router.get("", summary="Các đợt nạp", responses=errors(401, 422, 503))
def batches(asked: Annotated[BatchesQuery, Query()], visit: CurrentVisit) -> list[BatchAnswer]:
    """The latest batches that the reader may know of, newest first: a clerk all of the unit, others their own."""
    found = visit.of.catalogue.batches.seen(
        intake_view(visit.who.reader), unit=asked.unit, limit=asked.size, offset=(asked.page - 1) * asked.size
    )
    return [BatchAnswer.model_validate(record) for record in found]


@router.get("/{batch_id}", summary="Một đợt nạp", responses=errors(401, 404, 422, 503))
def batch(batch_id: str, visit: CurrentVisit) -> BatchReportAnswer:
    """How far a batch is, and how each of its files has ended. A file with a secrecy mark has no name."""
    record = _seen(batch_id, visit)
    files = visit.of.catalogue.batches.own_files(record.id)
    documents = visit.of.catalogue.documents.ids_of_files({file.file for file in files if file.file})
    readable = _readable({document for cut in documents.values() for document in cut}, record, visit)
    names = _names(record, visit.of)
    visit.record("view-batch", record.id)
    return BatchReportAnswer(
        **BatchAnswer.model_validate(record).model_dump(),
        outcomes=[
            BatchFileAnswer(
                ordinal=file.ordinal,
                # A duplicate's file is the one that was there before, under a name of its own.
                name=names.get(file.ordinal, None if file.status is FileStatus.DUPLICATE else file.name),
                status=file.status,
                reason=file.reason,
                documents=[document for document in documents.get(file.file or "", ()) if document in readable],
            )
            for file in files
        ],
    )


def _seen(batch_id: str, visit: Visit) -> BatchRecord:
    """The batch, if the reader may know of it, with the counts of its own files; a refusal is written down.

    Raises:
        NotFoundError: it is missing or hidden, which look the same.
    """
    found = visit.of.catalogue.batches.of_id(batch_id) if is_id(batch_id) else None
    if found is None or not intake_view(visit.who.reader).shows(unit=found.unit, actor=found.actor):
        visit.record("view-batch", batch_id if is_id(batch_id) else None, Outcome.REFUSED)
        message = "Không có đợt nạp này, hoặc bạn không được xem."
        raise NotFoundError(message)
    return found


def _readable(documents: Collection[str], record: BatchRecord, visit: Visit) -> Collection[str]:
    """Those of a batch's documents that the reader may read now: a clerk all that the unit keeps."""
    reader = visit.who.reader
    if record.unit in intake_view(reader).all_of:
        return documents
    found = visit.of.catalogue.documents.documents(list(documents))
    return {document for document, told in found.items() if told.is_readable_by(reader)}


def _names(record: BatchRecord, of: Services) -> Mapping[int, str | None]:
    """The names under which files came, as long as the job's report is here: the catalogue has those of filed ones."""
    report = of.desk.report(record.job, record.id) if record.job else None
    return {outcome.ordinal: outcome.name for outcome in (report.outcomes if report else ())}
