"""What the API answers, as models: its documentation is made from them, and nothing leaves that they do not name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from pipeline.catalogue.jobs import JobStatus
from pipeline.model import Box, DocumentStatus, FieldName, FileStatus, MarginKind, PageStatus, Source


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class Fault(_Answer):
    """What went wrong: `code` for programs, `message` for people, in Vietnamese."""

    code: str
    message: str


class ErrorAnswer(_Answer):
    """The shape of every error."""

    error: Fault


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented error answers of a route."""
    return {status: {"model": ErrorAnswer, "description": _DESCRIPTIONS[status]} for status in statuses}


_DESCRIPTIONS: Mapping[int, str] = {
    400: "Không đọc được nội dung gửi lên",
    401: "Chưa đăng nhập, hoặc tên và mật khẩu không đúng",
    403: "Xem được nhưng không được làm việc này, hoặc yêu cầu đến từ trang khác",
    404: "Không có, hoặc không được xem: hai trường hợp trả lời như nhau",
    409: "Đã thay đổi từ khi được xem; không làm gì",
    413: "Nội dung gửi lên quá lớn",
    416: "`Range` nằm ngoài tệp",
    422: "Tham số hoặc nội dung chưa đúng",
    429: "Quá nhiều lần sai; hãy thử lại sau số giây trong `Retry-After`",
    500: "Dữ liệu trong kho bị hỏng, hoặc lỗi ngoài dự kiến",
    503: "Tạm gián đoạn; hãy thử lại sau số giây trong `Retry-After`",
}


class RoleAnswer(_Answer):
    """A role that holds today."""

    role: str
    unit: str
    unit_name: str


class MeAnswer(_Answer):
    """Who is signed in."""

    person: str
    name: str
    roles: list[RoleAnswer]


class SessionAnswer(_Answer):
    """A session or token that holds now."""

    id: str
    kind: str
    name: str
    created_at: datetime
    expires_at: datetime
    is_current: bool
    scopes: list[str] | None


class FactorAnswer(_Answer):
    """A secret for an authenticator program, shown once: as text, and as the address that a picture would hold."""

    secret: str
    address: str


class FactorStateAnswer(_Answer):
    """Whether one is asked for a second factor."""

    is_on: bool
    recovery_codes_left: int


class RecoveryCodesAnswer(_Answer):
    """Codes for paper, shown once; each stands for the second factor once."""

    recovery_codes: list[str]


class TokenAnswer(_Answer):
    """A token of a program, shown once."""

    id: str
    token: str
    expires_at: datetime
    scopes: list[str]


class AccountAnswer(_Answer):
    """Somebody whose account one manages."""

    person: str
    name: str
    has_account: bool


class ResetCodeAnswer(_Answer):
    """A code by which somebody sets a password once, shown once."""

    id: str
    code: str
    expires_at: datetime
    needs_approval: bool


class WaitingCodeAnswer(_Answer):
    """A code that waits for a second person, without itself."""

    id: str
    person: str
    requested_by: str
    expires_at: datetime
    drops_second_factor: bool


class HitAnswer(_Answer):
    """A document found. `snippet` is escaped HTML with the found words in `<mark>`, from page `page`."""

    id: str
    number: str | None
    type: str | None
    date: str | None
    issuer: str | None
    title: str
    snippet: str
    page: int | None
    validity: str | None


class FacetAnswer(_Answer):
    """How many of the found documents have this value."""

    key: str
    count: int


class SearchAnswer(_Answer):
    """One page of hits; total and facets are of the whole result, of what the reader may see."""

    total: int
    hits: list[HitAnswer]
    facets: dict[str, list[FacetAnswer]]


class FieldAnswer(_Answer):
    """A described value: where and how it was read. `box` is `[x0, y0, x1, y1]` in 0-1 of the page.

    An empty value says that there is none: a person has said so.
    """

    value: str
    confidence: float
    source: Source
    page: int | None
    box: Box | None
    raw: str | None
    reason: str | None


class PageSummary(_Answer):
    """How the reading of a page ended."""

    number: int
    status: PageStatus
    confidence: float
    source: Source | None
    reason: str | None


class PageAnswer(PageSummary):
    """A page with its text."""

    text: str


class ReferenceAnswer(_Answer):
    """A document that this one cites, with the words that say so.

    `name` stands where it is cited without a number; `scope` is the part of it that is meant; dates are ISO.
    """

    relation: str
    number: str | None
    name: str | None
    type: str | None
    date: str | None
    issuer: str | None
    scope: str | None
    effect: str | None
    evidence: str
    page: int


class CorrectionAnswer(_Answer):
    """Who set a field last, when, and what the machine had read there, if anything."""

    actor: str
    at: datetime
    read: str | None


class DocumentAnswer(_Answer):
    """A document as this reader sees it. `corrections` and `grants` are there only for those who may publish it."""

    id: str
    status: DocumentStatus
    title: str
    owner_unit: str
    fields: dict[FieldName, FieldAnswer]
    doubtful: list[FieldName]
    is_incomplete: bool
    pages: list[PageSummary]
    references: list[ReferenceAnswer]
    corrections: dict[FieldName, CorrectionAnswer] | None = Field(default=None, exclude_if=lambda made: made is None)
    grants: list[str] | None = Field(default=None, exclude_if=lambda grants: grants is None)


class WordAnswer(_Answer):
    """A printed word. `box` is `[x0, y0, x1, y1]` in 0-1 of the page; `marked` says it is one that was looked for."""

    text: str
    box: Box
    confidence: float
    line: int
    marked: bool


class MarginAnswer(_Answer):
    """What stands on a page beside its text: a caption of a digital signature, an incoming stamp, the page number.

    `text` has a line for each line; `box` is as that of a word.
    """

    kind: MarginKind
    text: str
    box: Box


class WordsAnswer(_Answer):
    """The words of a page in reading order, and what is beside its text; none where the page was not read."""

    number: int
    words: list[WordAnswer]
    margins: list[MarginAnswer]


class JobAnswer(_Answer):
    """What was asked of a worker, and how far it is. `files` is null until they are counted, `batch` until it begins.

    `reason` says why it failed. `may_ask_again` says that it left files here whose fault it was not.
    """

    id: str
    unit: str
    actor: str
    status: JobStatus
    created_at: datetime
    ended_at: datetime | None
    files: int | None
    files_done: int
    pages_done: int
    batch: str | None
    reason: str | None
    may_ask_again: bool


class BatchAnswer(_Answer):
    """A batch and how many of its files have ended how. Without `ended_at` it runs, or was cut short."""

    id: str
    unit: str
    actor: str
    started_at: datetime
    ended_at: datetime | None
    files: int
    counts: dict[FileStatus, int]
    job: str | None


class BatchFileAnswer(_Answer):
    """How a file has ended. `name` is null where it is not known, or not to be; `documents` are those one may read."""

    ordinal: int
    name: str | None
    status: FileStatus
    reason: str | None
    documents: list[str]


class BatchReportAnswer(BatchAnswer):
    """A batch with each of its files that have ended, in their order."""

    outcomes: list[BatchFileAnswer]


class AuditLineAnswer(_Answer):
    """One line of the audit. `hash` covers the line and `previous`, the hash of the line before it."""

    seq: int
    at: datetime
    actor: str
    action: str
    object: str | None
    outcome: str
    origin: str
    previous: str
    hash: str
    version: int | None


class AuditAnswer(_Answer):
    """Lines of the audit, newest first; `next` leads to those before them."""

    lines: list[AuditLineAnswer]
    next: int | None


class AuditStateAnswer(_Answer):
    """Whether the audit is whole: the first line that does not fit, if there is one."""

    lines: int
    broken_at: int | None
    hash: str | None


class HealthAnswer(_Answer):
    """Whether the service can do its work, and which parts cannot."""

    status: str
    unavailable: list[str]
