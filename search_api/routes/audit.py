"""The audit, for auditors: who did what to which document, when and from where. Never what a document says."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.audit_heads import noted_heads
from pipeline.catalogue.audit import AuditQuery, Outcome
from pipeline.clock import HOME_ZONE
from pipeline.errors import NotAllowedError
from search_api.responses import AuditAnswer, AuditLineAnswer, AuditStateAnswer, errors
from search_api.visit import CurrentVisit, Visit

router = APIRouter(prefix="/audit", tags=["audit"])

_FIRST, _LAST = date(2000, 1, 1), date(2999, 12, 31)
"""Days that can be asked for: no line is older, and the calendar's ends have no hours before or after them."""


class AuditLinesQuery(BaseModel):
    """Which lines are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    actor: str | None = Field(None, max_length=200, description="Ai: mã người, hoặc `os:<người dùng hệ thống>`")
    action: str | None = Field(None, max_length=32, description="Việc gì, ví dụ `view`")
    object: str | None = Field(None, max_length=200, description="Với gì: mã văn bản, đợt hoặc người")
    outcome: Outcome | None = Field(None, description="Được phép hay bị từ chối")
    since: date | None = Field(None, alias="from", ge=_FIRST, le=_LAST, description="Từ ngày `YYYY-MM-DD`")
    until: date | None = Field(None, alias="to", ge=_FIRST, le=_LAST, description="Đến hết ngày `YYYY-MM-DD`")
    before: int | None = Field(None, ge=1, le=10**15, description="Chỉ những dòng trước dòng số này")
    size: int = Field(100, ge=1, le=1_000, description="Nhiều nhất bao nhiêu dòng")


@router.get("", summary="Nhật ký", responses=errors(401, 403, 422, 503))
def audit_lines(asked: Annotated[AuditLinesQuery, Query()], visit: CurrentVisit) -> AuditAnswer:
    """The newest lines of this kind, newest first; `next` is what to ask as `before` for those that follow."""
    _require_auditor(visit)
    wanted = AuditQuery(
        actor=asked.actor,
        action=asked.action,
        object=asked.object,
        outcome=asked.outcome,
        since=_begin(asked.since),
        until=_begin(asked.until, days=1),
        before=asked.before,
    )
    found = visit.of.catalogue.audit.find(wanted, asked.size)
    return AuditAnswer(
        lines=[AuditLineAnswer.model_validate(line) for line in found],
        next=found[-1].seq if len(found) == asked.size else None,
    )


@router.get("/state", summary="Nhật ký có còn nguyên", responses=errors(401, 403, 503))
def audit_state(visit: CurrentVisit) -> AuditStateAnswer:
    """How many lines there are, and the first that does not fit the chain or what was noted of it, if one does not."""
    _require_auditor(visit)
    audit = visit.of.catalogue.audit
    broken, head = audit.first_broken(noted_heads(visit.of.settings.home)), audit.head()
    return AuditStateAnswer(lines=head.seq if head else 0, broken_at=broken, hash=head.hash if head else None)


def _require_auditor(visit: Visit) -> None:
    """Refuse everybody else; reading the audit is written into it, too. Raises `NotAllowedError`."""
    if not visit.duties.audits:
        visit.record("read-audit", None, Outcome.REFUSED)
        message = "Chỉ kiểm toán của đơn vị cao nhất mới được xem nhật ký."
        raise NotAllowedError(message)
    visit.record("read-audit", None)


def _begin(day: date | None, days: int = 0) -> datetime | None:
    """When a day begins, where the organisation is; or so many days later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time(), HOME_ZONE).astimezone(UTC)
