"""The worker and whoever asks it, in one process, with real files, stores and readers."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import cast

import pytest

from flows.ingest import Runner, run_direct
from flows.stopping import Stop
from flows.wiring import ingest_rooms
from flows.worker import Worker
from pipeline.audit_heads import note_head, noted_heads
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent
from pipeline.catalogue.audit import Outcome as AuditOutcome
from pipeline.catalogue.jobs import JobProgress, JobStatus, Once
from pipeline.errors import (
    MissingProgramError,
    NotFoundError,
    StoppedError,
    UnavailableError,
    UsageError,
)
from pipeline.model import DocumentStatus, FileStatus
from pipeline.ports import ObjectStore
from pipeline.settings import load_settings
from pipeline.steps.desk import Desk
from pipeline.steps.intake import Asked
from pipeline.wiring import spool_of
from tests.flows.scans import write_paper
from tests.full_store import FullStore

ASKED = Asked("dang-uy", "van-thu", ("under:dang-uy",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two papers and a file that is none."""
    write_paper(tmp_path / "in" / "one.pdf", 1)
    write_paper(tmp_path / "in" / "two.pdf", 2)
    (tmp_path / "in" / "vụ việc X.txt").write_text("không phải bản quét")
    return tmp_path / "in"


@pytest.fixture
def desk(tmp_path: Path, facts: Catalogue) -> Desk:
    return Desk(facts, spool_of(load_settings({"VANKHO_HOME": str(tmp_path / "home")})))


@pytest.fixture
def worker(tmp_path: Path, desk: Desk) -> Iterator[Worker]:
    of = load_settings({"VANKHO_HOME": str(tmp_path / "home"), "VANKHO_INTAKE__WORKERS": "2"})
    stop, lost = Stop(), threading.Event()
    with ingest_rooms(of, desk.facts, workers=2, is_stopped=stop.is_asked) as rooms:
        yield Worker(
            "one",
            rooms,
            desk.spool,
            run_direct,
            2,
            after_file=lambda: None,
            note_head=lambda: note_head(of.home, desk.facts.audit),
            stop=stop,
            lost=lost,
        )


def follow(desk: Desk, job: str, show: Callable[[JobProgress], None] = lambda _: None) -> dict[str, FileStatus]:
    """How each file ended, for whoever asked."""
    batch = desk.follow(job, show=show, is_stopped=lambda: False)
    return {Path(outcome.path or "").name: outcome.status for outcome in batch.outcomes}


def test_what_was_asked_is_done_and_told(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.ask([folder], ASKED, workers=None)
    assert worker.work_once()

    seen: list[JobProgress] = []
    statuses = follow(desk, job, seen.append)

    assert statuses == {
        "one.pdf": FileStatus.STORED,
        "two.pdf": FileStatus.STORED,
        "vụ việc X.txt": FileStatus.REFUSED,
    }
    assert (seen[-1].files, seen[-1].files_done, seen[-1].pages_done) == (3, 3, 2)
    assert desk.facts.batches.batch(seen[-1].batch or "").ended_at is not None
    documents = desk.facts.documents.documents(list(desk.facts.documents.document_ids())).values()
    assert {document.status for document in documents} == {DocumentStatus.PUBLISHED}
    assert not worker.work_once()


def test_the_catalogue_never_learns_what_a_refused_file_is_called(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.ask([folder / "vụ việc X.txt"], ASKED, workers=None)
    worker.work_once()
    follow(desk, job)

    home = folder.parent / "home"
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert "vụ việc X".encode() not in kept


def test_files_that_come_with_the_job_are_taken_in_and_removed(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.new()
    (desk.spool.files(job) / "one.pdf").write_bytes((folder / "one.pdf").read_bytes())
    desk.ask_for_files(job, ASKED)
    assert worker.work_once()

    assert follow(desk, job) == {"one.pdf": FileStatus.STORED}
    with pytest.raises(NotFoundError):
        desk.spool.report(job)


def test_a_stopped_worker_gives_its_job_back_and_another_finishes_it(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.ask([folder], ASKED, workers=None)

    def stop_then_run(
        ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int, told: Callable[[], JobProgress]
    ) -> None:
        work(ordinals[0])
        worker.stop.ask(15)
        run_direct(ordinals[1:], work, workers, told)

    replace(worker, runner=stop_then_run).work_once()
    assert desk.facts.jobs.job(job).status is JobStatus.WAITING

    with _next_worker(worker, desk, folder) as following:
        assert following.work_once()
    assert follow(desk, job)["two.pdf"] in (FileStatus.STORED, FileStatus.DUPLICATE)
    assert len(list(desk.facts.documents.document_ids())) == 2


class _next_worker:  # noqa: N801
    """A worker that was not stopped, under another name."""

    def __init__(self, worker: Worker, desk: Desk, folder: Path) -> None:
        of = load_settings({"VANKHO_HOME": str(folder.parent / "home")})
        self._rooms = ingest_rooms(of, desk.facts, workers=2, is_stopped=lambda: False)
        self._worker = worker

    def __enter__(self) -> Worker:
        return replace(self._worker, name="two", rooms=self._rooms.__enter__(), stop=Stop())

    def __exit__(self, *error: object) -> None:
        self._rooms.__exit__(None, None, None)


def test_a_job_that_was_lost_is_left_to_who_has_it(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.ask([folder], ASKED, workers=None)

    def lose_then_run(
        ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int, told: Callable[[], JobProgress]
    ) -> None:
        desk.facts.jobs.release(job, "one")
        assert desk.facts.jobs.claim("two", spool=desk.spool.name, seconds=3600) is not None
        worker.lost.set()
        run_direct(ordinals, work, workers, told)

    replace(worker, runner=lose_then_run).work_once()

    record = desk.facts.jobs.job(job)
    assert record.status is JobStatus.RUNNING
    with pytest.raises(NotFoundError):
        desk.spool.report(job)


def test_a_job_answered_by_a_worker_that_died_then_is_not_done_again(desk: Desk, worker: Worker, folder: Path) -> None:
    first = desk.ask([folder], ASKED, workers=None)
    worker.work_once()
    report = desk.spool.report(first)
    second = desk.ask([folder], ASKED, workers=None)
    desk.spool.answer(second, report)

    worker.work_once()

    assert follow(desk, second) == follow(desk, first)
    assert len(desk.facts.batches.latest(9)) == 1


def test_a_job_waits_for_what_cannot_be_used_now(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.ask([folder], ASKED, workers=None)

    def is_down(*_args: object) -> None:
        message = "Prefect không trả lời."
        raise UnavailableError(message)

    assert replace(worker, runner=is_down).work_once()

    record = desk.facts.jobs.job(job)
    assert (record.status, record.attempts) == (JobStatus.WAITING, 0)
    assert not worker.work_once()  # not at once: what is down stays so for a while


def _without_program(*_args: object) -> None:
    message = "Chưa cài Tesseract."
    raise MissingProgramError(message)


def _with_a_bug(*_args: object) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("runner", "reason"), [(_without_program, "Chưa cài Tesseract."), (_with_a_bug, "ZeroDivisionError")]
)
def test_a_job_that_cannot_come_through_says_why(
    desk: Desk, worker: Worker, folder: Path, runner: Runner, reason: str
) -> None:
    job = desk.ask([folder], ASKED, workers=None)

    assert replace(worker, runner=runner).work_once()

    with pytest.raises(UnavailableError, match=reason):
        follow(desk, job)


def test_whoever_watches_may_go_and_the_job_goes_on(desk: Desk, folder: Path) -> None:
    job = desk.ask([folder], ASKED, workers=None)

    with pytest.raises(StoppedError, match=job):
        desk.follow(job, show=lambda _: None, is_stopped=lambda: True)

    assert desk.facts.jobs.job(job).status is JobStatus.WAITING


def test_whoever_watches_is_told_that_the_job_waits_where_nobody_is_there_to_do_it(desk: Desk, folder: Path) -> None:
    job = desk.ask([folder], ASKED, workers=None)

    with pytest.raises(StoppedError, match=f"`vankho up` đã dừng. Việc {job} chờ"):
        desk.follow(job, show=lambda _: None, is_stopped=lambda: False, is_up=lambda: False, patience=0)

    assert desk.facts.jobs.job(job).status is JobStatus.WAITING


def test_files_of_a_job_that_failed_are_kept(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.new()
    (desk.spool.files(job) / "one.pdf").write_bytes((folder / "one.pdf").read_bytes())
    desk.ask_for_files(job, ASKED)
    replace(worker, runner=_with_a_bug).work_once()

    with pytest.raises(UnavailableError):
        follow(desk, job)
    desk.spool.sweep(but=(), seconds=-1, is_job=desk.facts.jobs.exists)

    assert [path.name for path in desk.spool.files(job).iterdir()] == ["one.pdf"]


def test_a_file_that_may_be_tried_again_is_kept_and_the_others_are_not(
    desk: Desk, worker: Worker, folder: Path
) -> None:
    job = desk.new()
    for path in folder.iterdir():
        (desk.spool.files(job) / path.name).write_bytes(path.read_bytes())
    desk.ask_for_files(job, ASKED)
    digest = sha256((folder / "two.pdf").read_bytes()).hexdigest()
    store = cast("ObjectStore", FullStore(worker.rooms.store, digest))
    assert replace(worker, rooms=replace(worker.rooms, store=store)).work_once()

    assert follow(desk, job)["two.pdf"] is FileStatus.FAILED
    desk.spool.sweep(but=(), seconds=-1, is_job=desk.facts.jobs.exists)

    assert [path.name for path in desk.spool.files(job).iterdir()] == ["two.pdf"]
    assert desk.spool.request(job).publish_to == ASKED.publish_to


def test_what_was_kept_is_taken_in_when_it_is_asked_for_again(desk: Desk, worker: Worker, folder: Path) -> None:
    job = desk.new()
    for path in folder.iterdir():
        (desk.spool.files(job) / path.name).write_bytes(path.read_bytes())
    desk.ask_for_files(job, ASKED)
    with pytest.raises(UsageError):
        desk.ask_again(job)  # it has not ended
    digest = sha256((folder / "two.pdf").read_bytes()).hexdigest()
    store = cast("ObjectStore", FullStore(worker.rooms.store, digest))
    assert replace(worker, rooms=replace(worker.rooms, store=store)).work_once()
    first = desk.facts.jobs.job(job).progress.batch or ""
    assert desk.may_ask_again(desk.facts.jobs.job(job))

    desk.ask_again(job)
    assert worker.work_once()

    second = desk.facts.jobs.job(job).progress.batch or ""
    reports = [desk.report(job, batch) for batch in (first, second)]
    told = [
        {Path(outcome.path or "").name: outcome.status for outcome in report.outcomes} if report else {}
        for report in reports
    ]
    assert told[0] == {
        "one.pdf": FileStatus.STORED,
        "two.pdf": FileStatus.FAILED,
        "vụ việc X.txt": FileStatus.REFUSED,
    }
    assert told[1] == {"two.pdf": FileStatus.STORED}
    assert len(list(desk.facts.documents.document_ids())) == 2
    assert desk.facts.batches.batch(second).job == job
    assert not desk.may_ask_again(desk.facts.jobs.job(job))
    with pytest.raises(UsageError):
        desk.ask_again(job)


def test_the_same_sent_twice_is_one_job_and_something_else_is_refused(desk: Desk, worker: Worker, folder: Path) -> None:
    def send(name: str, fingerprint: str) -> str:
        job = desk.new()
        (desk.spool.files(job) / name).write_bytes((folder / name).read_bytes())
        return desk.ask_for_files(job, ASKED, once=Once("key", fingerprint))

    job = send("one.pdf", "1")
    assert send("one.pdf", "1") == job
    assert worker.work_once()
    assert send("one.pdf", "1") == job
    with pytest.raises(UsageError):
        send("two.pdf", "2")

    assert not worker.work_once()
    assert sorted(path.name for path in (folder.parent / "home" / "spool").iterdir()) == [job]


def test_a_jobs_end_notes_the_audits_head(desk: Desk, worker: Worker, folder: Path) -> None:
    desk.facts.audit.record(AuditEvent("van-thu", "upload", None, AuditOutcome.ALLOWED, "http:test"))
    desk.ask([folder], ASKED, workers=None)

    assert worker.work_once()

    assert noted_heads(folder.parent / "home") == (desk.facts.audit.head(),)
