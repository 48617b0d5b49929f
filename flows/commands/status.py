"""`vankho status`: documents, the last batches, what waits, and whether the index is up to date."""

from typing import Annotated

import typer

from flows.console import catalogue, command_app, print_json, settings
from flows.nights import night_json, night_summary
from flows.words import DOCUMENT_WORDS, FILE_WORDS
from indexer.search import open_index
from pipeline.catalogue import Catalogue
from pipeline.catalogue.batches import BatchRecord
from pipeline.catalogue.jobs import JobRecord, JobStatus
from pipeline.errors import UnavailableError
from pipeline.ports import SearchIndex
from pipeline.wiring import installation_of, staging_of

app = command_app("Tình trạng: văn bản, đợt nạp, chỉ mục.")

_MANY = 1_000


@app.command()
def status(
    batches: Annotated[int, typer.Option(min=0, help="Số đợt nạp gần nhất")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON")] = False,
) -> None:
    """In số lượng, không in nội dung."""
    of = settings()
    with catalogue(of) as facts:
        indexed, problem = _indexed(open_index(of, facts.documents))
        told: dict[str, object] = {
            "home": str(of.home),
            "documents": dict(facts.documents.count()),
            "indexed": indexed,
            "index_problem": problem,
            "pending": len(facts.documents.pending(_MANY)),
            "staging_empty": staging_of(of).is_empty(),
            "quarantined": len(facts.batches.quarantined()),
            "night": _night(facts, installation_of(of)),
            "jobs": [_job(job) for job in facts.jobs.open()],
            "batches": [_batch(batch) for batch in facts.batches.latest(batches)],
        }
    if as_json:
        print_json(told)
    else:
        print("\n".join(_lines(told)))


def _indexed(index: SearchIndex) -> tuple[int | None, str | None]:
    """How many documents the index has, or why that cannot be said."""
    try:
        return index.count(), None
    except UnavailableError as error:
        return None, str(error)


def _night(facts: Catalogue, installation: str) -> dict[str, object] | None:
    """The last run that emptied this installation's inbox, in one line and as it is."""
    nights = facts.nights.of(installation).latest(1)
    return night_json(nights[0], {}) | {"summary": night_summary(nights[0])} if nights else None


def _job(job: JobRecord) -> dict[str, object]:
    return {
        "id": job.id,
        "unit": job.unit,
        "actor": job.actor,
        "status": job.status,
        "created_at": job.created_at.isoformat(),
        "files": job.progress.files,
        "files_done": job.progress.files_done,
    }


def _batch(batch: BatchRecord) -> dict[str, object]:
    return {
        "id": batch.id,
        "unit": batch.unit,
        "actor": batch.actor,
        "started_at": batch.started_at.isoformat(),
        "ended_at": batch.ended_at.isoformat() if batch.ended_at else None,
        "files": batch.files,
        "counts": dict(batch.counts),
    }


def _lines(told: dict[str, object]) -> list[str]:
    names = {
        "home": "Thư mục dữ liệu",
        "indexed": "Trong chỉ mục",
        "pending": "Chờ cập nhật chỉ mục",
        "staging_empty": "Vùng đệm trống",
        "quarantined": "Lượt cách ly",
    }
    if told["index_problem"] is not None:
        names["index_problem"] = "Chỉ mục"
        del names["indexed"]
    lines = [f"{text}: {_shown(told[name])}" for name, text in names.items()]
    documents = told["documents"]
    if isinstance(documents, dict):
        counts = ", ".join(f"{number} {DOCUMENT_WORDS[status]}" for status, number in documents.items())
        lines.insert(1, f"Văn bản: {counts}")
    if isinstance(told["night"], dict):
        lines.append(told["night"]["summary"])
    jobs = told["jobs"]
    for job in jobs if isinstance(jobs, list) else []:
        state = "đang làm" if job["status"] == JobStatus.RUNNING else "đang chờ"
        lines.append(f"Việc {job['id']} ({state}): {job['files_done']}/{job['files'] or '?'} tệp")
    batches = told["batches"]
    for batch in batches if isinstance(batches, list) else []:
        counts = ", ".join(f"{number} {FILE_WORDS[status]}" for status, number in batch["counts"].items())
        state = "xong" if batch["ended_at"] else "dở dang"
        lines.append(f"Đợt {batch['id']} ({state}, {batch['started_at']}): {counts or 'chưa có tệp nào xong'}")
    return lines


def _shown(value: object) -> str:
    return {True: "có", False: "không"}[value] if isinstance(value, bool) else str(value)
