"""What the catalogue promises of the night's runs and of jobs, on each database."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.access import IntakeView
from pipeline.catalogue import Catalogue, open_catalogue
from pipeline.catalogue.batches import BatchItem
from pipeline.catalogue.jobs import MOST_ATTEMPTS, JobProgress, JobRecord, JobStatus, Once
from pipeline.catalogue.nights import NightOrigin, NightReport, NightStatus
from pipeline.errors import NotFoundError
from pipeline.model import FileStatus, Organisation, Unit

LONG = 3600.0
SPOOL = "spool-1"


@pytest.fixture
def facts(catalogue: Catalogue) -> Catalogue:
    """A catalogue with two units."""
    units = (Unit("dang-uy", "Đảng ủy", "dang_uy"), Unit("chi-bo", "Chi bộ", "chi_bo", parent="dang-uy"))
    catalogue.organisation.replace(Organisation(units, ()))
    return catalogue


@pytest.fixture
def second(catalogue_url: str) -> Iterator[Catalogue]:
    """The same database from another process's point of view."""
    opened = open_catalogue(catalogue_url)
    yield opened
    opened.close()


def asked(facts: Catalogue, count: int = 1) -> list[str]:
    ids = [f"job-{number}" for number in range(count)]
    for job in ids:
        facts.jobs.add(job, unit="dang-uy", actor="van-thu", spool=SPOOL)
    return ids


def claimed(facts: Catalogue, worker: str, seconds: float = LONG) -> JobRecord:
    job = facts.jobs.claim(worker, spool=SPOOL, seconds=seconds)
    assert job is not None
    return job


def test_a_run_is_given_back_as_it_ended(facts: Catalogue) -> None:
    report = NightReport({FileStatus.STORED: 3, FileStatus.REFUSED: 1}, 2, 1, 1, ("batch-1",))
    night = facts.nights.begin(NightOrigin.SCHEDULE)
    facts.nights.end(night, NightStatus.COMPLETED, report)

    (record,) = facts.nights.latest(5)

    assert (record.id, record.origin, record.status) == (night, NightOrigin.SCHEDULE, NightStatus.COMPLETED)
    assert record.report == report
    assert record.ended_at is not None
    assert record.started_at <= record.ended_at


@pytest.mark.parametrize(
    ("report", "is_well"),
    [
        (NightReport({FileStatus.STORED: 2, FileStatus.DUPLICATE: 1}, waiting=1), True),
        (NightReport({FileStatus.INCOMPLETE: 1}), False),
        (NightReport({FileStatus.QUARANTINED: 1}), False),
        (NightReport(strays=1), False),
        (NightReport(left_behind=1), False),
    ],
)
def test_a_report_says_whether_a_person_must_look(report: NightReport, is_well: bool) -> None:  # noqa: FBT001
    assert report.is_well is is_well


def test_the_next_run_tells_that_the_last_was_cut_short(facts: Catalogue) -> None:
    facts.nights.begin(NightOrigin.SCHEDULE)
    facts.nights.begin(NightOrigin.CATCH_UP)

    newest, oldest = facts.nights.latest(5)

    assert (newest.status, oldest.status) == (NightStatus.RUNNING, NightStatus.INTERRUPTED)
    assert oldest.ended_at is not None


def test_each_installation_has_runs_of_its_own(facts: Catalogue) -> None:
    one, two = facts.nights.of("one"), facts.nights.of("two")
    first = one.begin(NightOrigin.SCHEDULE)
    second = two.begin(NightOrigin.SCHEDULE)

    assert [(night.id, night.status) for night in one.latest(5)] == [(first, NightStatus.RUNNING)]
    assert [(night.id, night.status) for night in two.latest(5)] == [(second, NightStatus.RUNNING)]
    assert {night.id for night in facts.nights.latest(5)} == {first, second}


def test_jobs_are_claimed_in_their_order_and_each_once(facts: Catalogue, second: Catalogue) -> None:
    ids = asked(facts, 3)

    assert [claimed(facts, "a").id, claimed(second, "b").id, claimed(facts, "a").id] == ids
    assert facts.jobs.claim("c", spool=SPOOL, seconds=LONG) is None


def test_many_workers_never_claim_the_same_job(facts: Catalogue, second: Catalogue) -> None:
    ids = asked(facts, 20)

    def work(worker: int) -> list[str]:
        got = []
        while job := (facts, second)[worker % 2].jobs.claim(f"worker-{worker}", spool=SPOOL, seconds=LONG):
            got.append(job.id)
        return got

    with ThreadPoolExecutor(6) as executor:
        got = [job for jobs in executor.map(work, range(6)) for job in jobs]

    assert sorted(got) == sorted(ids)


def test_progress_is_seen_by_whoever_waits(facts: Catalogue, second: Catalogue) -> None:
    (job,) = asked(facts)
    claimed(facts, "a")
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=7)
    progress = JobProgress(files=7, files_done=2, pages_done=11, batch=batch)

    assert facts.jobs.renew(job, "a", progress, seconds=LONG)

    seen = second.jobs.job(job)
    assert (seen.status, seen.progress) == (JobStatus.RUNNING, progress)
    assert [open_job.id for open_job in second.jobs.open()] == [job]


def test_a_job_ends_once(facts: Catalogue) -> None:
    (job,) = asked(facts)
    claimed(facts, "a")

    assert facts.jobs.end(job, "a", JobStatus.DONE, JobProgress(files=1, files_done=1), reason=None)
    assert not facts.jobs.end(job, "a", JobStatus.FAILED, JobProgress(), reason="muộn")

    ended = facts.jobs.job(job)
    assert (ended.status, ended.reason, ended.progress.files_done) == (JobStatus.DONE, None, 1)
    assert ended.ended_at is not None
    assert facts.jobs.claim("b", spool=SPOOL, seconds=LONG) is None
    assert facts.jobs.open() == ()


def test_the_job_of_a_dead_worker_is_claimed_again_and_lost_to_it(facts: Catalogue, second: Catalogue) -> None:
    (job,) = asked(facts)
    claimed(facts, "dead", seconds=0)
    time.sleep(0.01)

    again = claimed(second, "b")

    assert (again.id, again.attempts, again.progress) == (job, 2, JobProgress())
    assert not facts.jobs.renew(job, "dead", JobProgress(), seconds=LONG)
    assert not facts.jobs.end(job, "dead", JobStatus.DONE, JobProgress(), reason=None)
    assert second.jobs.job(job).status is JobStatus.RUNNING


def test_a_renewed_job_is_not_claimed_by_another(facts: Catalogue) -> None:
    (job,) = asked(facts)
    claimed(facts, "a", seconds=0)
    facts.jobs.renew(job, "a", JobProgress(), seconds=LONG)

    assert facts.jobs.claim("b", spool=SPOOL, seconds=LONG) is None


def test_a_job_given_back_can_be_claimed_at_once_and_has_cost_no_attempt(facts: Catalogue) -> None:
    (job,) = asked(facts)
    claimed(facts, "a")

    facts.jobs.release(job, "b")  # not its own
    assert facts.jobs.claim("b", spool=SPOOL, seconds=LONG) is None
    facts.jobs.release(job, "a")

    assert claimed(facts, "b").attempts == 1


def test_a_job_that_has_to_wait_costs_no_attempt_however_often(facts: Catalogue) -> None:
    (job,) = asked(facts)
    for _ in range(2 * MOST_ATTEMPTS):
        assert claimed(facts, "a").attempts == 1
        facts.jobs.release(job, "a", seconds=-1)
    claimed(facts, "a")
    facts.jobs.release(job, "a", seconds=LONG)

    assert facts.jobs.claim("a", spool=SPOOL, seconds=LONG) is None
    assert facts.jobs.job(job).status is JobStatus.WAITING


def test_a_job_is_done_where_what_was_asked_lies(facts: Catalogue, second: Catalogue) -> None:
    (job,) = asked(facts)

    assert second.jobs.claim("b", spool="spool-2", seconds=LONG) is None
    claimed(facts, "a", seconds=0)
    time.sleep(0.01)
    assert second.jobs.claim("b", spool="spool-2", seconds=LONG) is None
    assert claimed(facts, "a").id == job


def test_a_job_that_kills_its_workers_is_given_up(facts: Catalogue) -> None:
    (job,) = asked(facts)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert claimed(facts, f"worker-{attempt}", seconds=0).attempts == attempt
        time.sleep(0.01)

    assert facts.jobs.claim("last", spool=SPOOL, seconds=LONG) is None
    given_up = facts.jobs.job(job)
    assert given_up.status is JobStatus.FAILED
    assert given_up.reason


def test_there_is_no_job_of_that_id(facts: Catalogue) -> None:
    with pytest.raises(NotFoundError):
        facts.jobs.job("missing")


def test_what_is_asked_for_with_the_same_key_is_one_job(facts: Catalogue, second: Catalogue) -> None:
    once = Once("key-1", "fingerprint-1")

    def ask(number: int) -> JobRecord | None:
        jobs = (facts, second)[number % 2].jobs
        return jobs.add(f"job-{number}", unit="dang-uy", actor="van-thu", spool=SPOOL, once=once)

    with ThreadPoolExecutor(4) as executor:
        earlier = list(executor.map(ask, range(8)))

    (job,) = facts.jobs.open()
    assert [told.id if told else None for told in earlier].count(None) == 1
    assert {told.id for told in earlier if told} == {job.id}
    assert job.fingerprint == "fingerprint-1"
    assert facts.jobs.of_key("key-1") == job
    assert facts.jobs.of_key("key-2") is None


def test_a_job_is_done_once_more_when_it_is_asked_for_again(facts: Catalogue) -> None:
    (job,) = asked(facts)
    assert not facts.jobs.again(job)  # it has not ended
    claimed(facts, "a")
    assert not facts.jobs.again(job)
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=1, job=job)
    facts.jobs.end(job, "a", JobStatus.FAILED, JobProgress(1, 1, 1, batch), reason="Ổ đĩa đã đầy.")

    assert facts.jobs.again(job)

    again = claimed(facts, "b")
    assert (again.id, again.attempts, again.reason, again.ended_at) == (job, 1, None, None)
    assert again.progress == JobProgress()
    assert facts.batches.batch(batch).job == job


VIEWS = {
    "a clerk of the Party committee": (IntakeView("van-thu", frozenset({"dang-uy"}), frozenset({"dang-uy"})), "abc"),
    "the cell's clerk": (IntakeView("khac", frozenset({"chi-bo"}), frozenset({"chi-bo"})), "d"),
    "a secretary": (IntakeView("bi-thu", frozenset(), frozenset({"dang-uy"})), "b"),
    "a secretary of both": (IntakeView("bi-thu", frozenset(), frozenset({"dang-uy", "chi-bo"})), "bd"),
    "a member": (IntakeView("bi-thu", frozenset(), frozenset()), ""),
}


@pytest.mark.parametrize("view", VIEWS)
def test_jobs_and_batches_are_seen_by_whom_they_concern(facts: Catalogue, view: str) -> None:
    for job, unit, actor in (
        ("a", "dang-uy", "van-thu"),
        ("b", "dang-uy", "bi-thu"),
        ("c", "dang-uy", "nightly"),
        ("d", "chi-bo", "bi-thu"),
    ):
        facts.jobs.add(job, unit=unit, actor=actor, spool=SPOOL)
        facts.batches.begin(unit=unit, actor=actor, files=1, job=job)
    seen, expected = VIEWS[view]

    assert sorted(job.id for job in facts.jobs.seen(seen, 9)) == sorted(expected)
    assert sorted(str(batch.job) for batch in facts.batches.seen(seen, unit=None, limit=9)) == sorted(expected)
    own = [str(batch.job) for batch in facts.batches.seen(seen, unit="chi-bo", limit=9)]
    assert own == (["d"] if "d" in expected else [])
    assert len(facts.jobs.seen(seen, 1)) == min(1, len(expected))
    for job in "abcd":
        record = facts.jobs.job(job)
        assert seen.shows(unit=record.unit, actor=record.actor) == (job in expected)


def test_what_a_batch_finished_for_others_is_not_told_as_its_own(facts: Catalogue) -> None:
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=2)
    items = [
        BatchItem(1, FileStatus.REFUSED, "Tệp hỏng."),
        BatchItem(2, FileStatus.REFUSED, "Tệp hỏng."),
        BatchItem(3, FileStatus.FAILED, "của lượt trước"),
    ]
    facts.batches.record(batch, items)

    assert [(file.ordinal, file.reason, file.name) for file in facts.batches.own_files(batch)] == [
        (1, "Tệp hỏng.", None),
        (2, "Tệp hỏng.", None),
    ]
    view = IntakeView("van-thu", frozenset({"dang-uy"}), frozenset())
    (record,) = facts.batches.seen(view, unit=None, limit=1)
    assert record.counts == {FileStatus.REFUSED: 2}
