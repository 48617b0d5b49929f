"""Jobs: what was asked of a worker, from the moment it is asked. Ids and counts; names are in the batch's report."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.access import intake_view
from pipeline.catalogue.audit import Outcome
from pipeline.catalogue.jobs import JobRecord
from pipeline.errors import NotFoundError
from search_api.responses import JobAnswer, errors
from search_api.visit import CurrentVisit, Visit, is_id

router = APIRouter(prefix="/jobs", tags=["batches"])


KEY = r"^[\x21-\x7e]{1,200}$"
"""What a key is made of: the same in a header, which has no accents for certain, and in an address."""


class JobsQuery(BaseModel):
    """Which jobs are wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str | None = Field(
        None, pattern=KEY, description="Chỉ việc mà chính bạn đã gửi với khóa này (`Idempotency-Key`)"
    )
    size: int = Field(20, ge=1, le=100, description="Nhiều nhất bao nhiêu việc")


@router.get("", summary="Các việc nạp", responses=errors(401, 422, 503))
def jobs(asked: Annotated[JobsQuery, Query()], visit: CurrentVisit) -> list[JobAnswer]:
    """The latest jobs that the reader may know of, newest first. With a key, the one job or none."""
    facts = visit.of.catalogue.jobs
    if asked.key is None:
        found = facts.seen(intake_view(visit.who.reader), asked.size)
    else:
        keyed = facts.of_key(visit.key(asked.key))
        found = [keyed] if keyed is not None and _is_seen(keyed, visit) else []
    return [job_answer(record, visit) for record in found]


@router.get("/{job_id}", summary="Một việc nạp", responses=errors(401, 404, 422, 503))
def job(job_id: str, visit: CurrentVisit) -> JobAnswer:
    """Whether a job waits, runs or has ended, how far it is, and its batch as soon as there is one."""
    return job_answer(_seen(job_id, visit, "view-job"), visit)


@router.post(
    "/{job_id}/again", status_code=202, summary="Nạp lại phần còn giữ", responses=errors(401, 403, 404, 422, 503)
)
def ask_again(job_id: str, visit: CurrentVisit) -> JobAnswer:
    """Have taken in what an ended job could not take in for no fault of the files; they are still here."""
    record = _seen(job_id, visit, "ask-again")
    visit.of.desk.ask_again(record.id)
    visit.record("ask-again", record.id)
    return job_answer(visit.of.catalogue.jobs.job(record.id), visit)


def job_answer(record: JobRecord, visit: Visit) -> JobAnswer:
    """A job as it is told."""
    return JobAnswer(
        id=record.id,
        unit=record.unit,
        actor=record.actor,
        status=record.status,
        created_at=record.created_at,
        ended_at=record.ended_at,
        files=record.progress.files,
        files_done=record.progress.files_done,
        pages_done=record.progress.pages_done,
        batch=record.progress.batch,
        reason=record.reason,
        may_ask_again=visit.of.desk.may_ask_again(record),
    )


def _seen(job_id: str, visit: Visit, action: str) -> JobRecord:
    """The job, if the reader may know of it; a refusal is written down.

    Raises:
        NotFoundError: it is missing or hidden, which look the same.
    """
    found = visit.of.catalogue.jobs.of_id(job_id) if is_id(job_id) else None
    if found is None or not _is_seen(found, visit):
        visit.record(action, job_id if is_id(job_id) else None, Outcome.REFUSED)
        message = "Không có việc này, hoặc bạn không được xem."
        raise NotFoundError(message)
    return found


def _is_seen(record: JobRecord, visit: Visit) -> bool:
    return intake_view(visit.who.reader).shows(unit=record.unit, actor=record.actor)
