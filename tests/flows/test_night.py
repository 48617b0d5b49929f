"""The night from the inbox to the catalogue, with real files, stores and readers, as a run by hand."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.ingest import Runner, run_direct
from flows.night import ACTOR, Night, lock_of, run_night
from flows.progress import Silence
from flows.wiring import BUCKET_LOCK, night_means
from pipeline.catalogue import Catalogue
from pipeline.catalogue.jobs import JobProgress
from pipeline.catalogue.nights import NightOrigin, NightStatus
from pipeline.clock import today
from pipeline.errors import BusyError, MissingProgramError, SettingsError, StorageFullError
from pipeline.model import DocumentStatus, FileStatus
from pipeline.ports import Arrival
from pipeline.settings import Settings, load_settings
from pipeline.storage.inbox import FolderInbox
from pipeline.wiring import inboxes_of, installation_of
from tests.buckets import endpoint_of, own_bucket, s3_client
from tests.flows.scans import write_paper
from tests.services import server

SAMPLES = Path(__file__).parents[2] / "samples"
VANKHO = Path(sys.executable).with_name("vankho")


def inbox(of: Settings, name: str = "") -> Path:
    return of.home / "inbox" / "dang-uy" / name


def lying(of: Settings) -> list[str]:
    """Every file of the inbox, by its path, with the day left out."""
    root = of.home / "inbox"
    paths = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    return sorted(path.replace(f"/{today()}/", "/") for path in paths if path != ".vankho")


def night(
    of: Settings,
    facts: Catalogue,
    *,
    runner: Runner = run_direct,
    appointed: datetime | None = None,
) -> Night:
    with night_means(of, facts, runner=runner, progress=Silence(), is_stopped=lambda: False) as means:
        return run_night(means, NightOrigin.HAND, appointed=appointed)


def test_each_file_goes_where_it_belongs(of: Settings, facts: Catalogue) -> None:
    write_paper(inbox(of, "2025/one.pdf"), 1)
    write_paper(inbox(of, "twin.pdf"), 2)
    inbox(of, "twin again.pdf").write_bytes(inbox(of, "twin.pdf").read_bytes())
    write_paper(inbox(of, "secret.pdf"), 3, mark="TỐI MẬT")
    inbox(of, "broken.pdf").write_bytes(b"%PDF-1.7 cut")
    write_paper(of.home / "inbox" / "chi-bo-01" / "other.pdf", 4)
    write_paper(of.home / "inbox" / "no-unit" / "five.pdf", 5)

    done = night(of, facts)

    assert lying(of) == [
        "chi-bo-01/done/other.pdf",
        "dang-uy/done/2025/one.pdf",
        "dang-uy/done/twin again.pdf",
        "dang-uy/done/twin.pdf",
        "dang-uy/failed/broken.pdf",
        "dang-uy/failed/broken.pdf.lý-do.txt",
        "no-unit/five.pdf",
    ]
    assert done.report.counts == {
        FileStatus.STORED: 3,
        FileStatus.DUPLICATE: 1,
        FileStatus.QUARANTINED: 1,
        FileStatus.REFUSED: 1,
    }
    assert (done.report.strays, done.report.waiting, done.report.left_behind) == (1, 0, 0)
    assert [stray.name for stray in done.strays] == ["no-unit"]
    (broken,) = (outcome for outcome in done.problems if outcome.status is FileStatus.REFUSED)
    note = inbox(of, f"failed/{today()}/broken.pdf.lý-do.txt").read_text("utf-8")
    assert note == f"{broken.reason}\n"


def test_what_arrived_is_unpublished_and_filed_by_the_night(of: Settings, facts: Catalogue) -> None:
    write_paper(inbox(of, "one.pdf"), 1)

    night(of, facts)

    (document,) = facts.documents.documents(list(facts.documents.document_ids())).values()
    assert (document.status, document.grants) == (DocumentStatus.UNPUBLISHED, ())
    assert document.owner_unit == "dang-uy"
    (batch,) = facts.batches.latest(5)
    assert (batch.actor, batch.unit) == (ACTOR, "dang-uy")


def test_a_quarantined_file_leaves_no_trace_of_itself(of: Settings, facts: Catalogue) -> None:
    path = write_paper(inbox(of, "vụ việc X.pdf"), 3, mark="MẬT")
    content = path.read_bytes()

    night(of, facts)

    kept = [file.read_bytes() for file in of.home.rglob("*") if file.is_file()]
    assert not any("vụ việc X".encode() in data or content in data for data in kept)
    assert len(facts.batches.quarantined()) == 1


def test_a_second_run_does_nothing(of: Settings, facts: Catalogue) -> None:
    write_paper(inbox(of, "one.pdf"), 1)
    night(of, facts)
    before = lying(of)

    done = night(of, facts)

    assert (done.report.counts, done.report.batches) == ({}, ())
    assert lying(of) == before


def test_a_file_that_is_still_copied_waits_for_its_turn(tmp_path: Path, facts: Catalogue) -> None:
    environment = {"VANKHO_HOME": str(tmp_path / "home"), "VANKHO_INBOX__QUIET_SECONDS": "3600"}
    slow = load_settings(environment)
    write_paper(inbox(slow, "one.pdf"), 1)

    with night_means(slow, facts, runner=run_direct, progress=Silence(), is_stopped=lambda: False) as means:
        slept: list[float] = []
        done = run_night(replace(means, sleep=slept.append), NightOrigin.HAND)

    assert sum(slept) == 3600
    assert (done.report.counts, done.report.waiting) == ({}, 1)
    assert lying(slow) == ["dang-uy/one.pdf"]


def test_a_file_that_changes_while_it_is_read_is_left_for_the_next_run(of: Settings, facts: Catalogue) -> None:
    path = write_paper(inbox(of, "one.pdf"), 1)

    def change_then_run(
        ordinals: Sequence[int], work: Callable[[int], FileStatus], workers: int, told: Callable[[], JobProgress]
    ) -> None:
        write_paper(path, 2)
        run_direct(ordinals, work, workers, told)

    first = night(of, facts, runner=change_then_run)
    assert lying(of) == ["dang-uy/one.pdf"]
    assert first.report.waiting == 1

    night(of, facts)
    assert lying(of) == ["dang-uy/done/one.pdf"]


@pytest.mark.parametrize("inside", [[], ["x.pdf", "y.pdf"]])
def test_a_file_that_becomes_a_folder_costs_no_other_its_place(
    of: Settings, facts: Catalogue, monkeypatch: pytest.MonkeyPatch, inside: list[str]
) -> None:
    for number, name in enumerate(("a.pdf", "b.pdf"), start=1):
        write_paper(inbox(of, name), number)
    write_paper(inbox(of, "c.pdf"), 3, mark="MẬT")
    fetched = FolderInbox.fetched

    def fetched_late(mine: FolderInbox, arrivals: Sequence[Arrival]) -> AbstractContextManager[Sequence[Path]]:
        if any(arrival.name == "a.pdf" for arrival in arrivals):
            inbox(of, "a.pdf").unlink()
            inbox(of, "a.pdf").mkdir()
            for number, name in enumerate(inside, start=4):
                write_paper(inbox(of, f"a.pdf/{name}"), number)
        return fetched(mine, arrivals)

    with monkeypatch.context() as patched:
        patched.setattr(FolderInbox, "fetched", fetched_late)
        done = night(of, facts)

    assert lying(of) == [*(f"dang-uy/a.pdf/{name}" for name in inside), "dang-uy/done/b.pdf"]
    assert len(facts.batches.quarantined()) == 1
    assert done.report.waiting == 1


def test_twins_whose_taking_in_fails_here_both_stay_in_the_inbox(
    of: Settings, facts: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_paper(inbox(of, "one.pdf"), 1)
    inbox(of, "twin.pdf").write_bytes(inbox(of, "one.pdf").read_bytes())

    def full(*_args: object, **_words: object) -> None:
        message = "Ổ đĩa đã đầy."
        raise StorageFullError(message)

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.storage.local.LocalStore.put", full)
        first = night(of, facts)
    assert (first.report.counts, first.report.left_behind) == ({FileStatus.FAILED: 2}, 2)
    assert lying(of) == ["dang-uy/one.pdf", "dang-uy/twin.pdf"]

    night(of, facts)
    assert lying(of) == ["dang-uy/done/one.pdf", "dang-uy/done/twin.pdf"]


def test_a_marked_file_that_cannot_be_recorded_is_named_nowhere_nor_is_its_twin(
    of: Settings, facts: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_paper(inbox(of, "vụ việc X.pdf"), 3, mark="MẬT")
    inbox(of, "vụ việc Y.pdf").write_bytes(inbox(of, "vụ việc X.pdf").read_bytes())

    def full(*_args: object, **_words: object) -> None:
        message = "Ổ đĩa đã đầy."
        raise StorageFullError(message)

    with monkeypatch.context() as patched:
        patched.setattr(facts.batches, "quarantine", full)
        first = night(of, facts)
    assert [(outcome.path, outcome.may_be_retried) for outcome in first.problems] == [(None, True)] * 2
    assert first.report.left_behind == 2

    assert night(of, facts).report.counts == {FileStatus.QUARANTINED: 2}
    assert lying(of) == []


def test_what_is_our_own_fault_stays_in_the_inbox(
    of: Settings, facts: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_paper(inbox(of, "one.pdf"), 1)

    def full(*_args: object, **_words: object) -> None:
        message = "Ổ đĩa đã đầy."
        raise StorageFullError(message)

    with monkeypatch.context() as patched:
        patched.setattr("pipeline.storage.local.LocalStore.put", full)
        first = night(of, facts)
    assert (first.report.counts, first.report.left_behind) == ({FileStatus.FAILED: 1}, 1)
    assert not first.report.is_well
    assert lying(of) == ["dang-uy/one.pdf"]

    assert night(of, facts).report.counts == {FileStatus.STORED: 1}
    assert lying(of) == ["dang-uy/done/one.pdf"]


def test_a_run_that_cannot_come_through_says_why(of: Settings, facts: Catalogue) -> None:
    write_paper(inbox(of, "one.pdf"), 1)

    def no_program(*_args: object) -> None:
        message = "Chưa cài Tesseract."
        raise MissingProgramError(message)

    with pytest.raises(MissingProgramError):
        night(of, facts, runner=no_program)

    (record,) = facts.nights.latest(5)
    assert (record.status, record.reason) == (NightStatus.FAILED, "Chưa cài Tesseract.")
    assert lying(of) == ["dang-uy/one.pdf"]


def test_two_cannot_run_at_once(of: Settings, facts: Catalogue) -> None:
    with facts.locks.held(lock_of(installation_of(of)), wait=False, busy=""), pytest.raises(BusyError):
        night(of, facts)

    assert facts.nights.latest(5) == []


def test_another_machine_with_the_same_catalogue_empties_its_own_inbox(
    of: Settings, facts: Catalogue, tmp_path: Path
) -> None:
    other = of.model_copy(update={"home": tmp_path / "other"})
    write_paper(inbox(other, "one.pdf"), 1)
    with facts.locks.held(lock_of(installation_of(of)), wait=False, busy=""):
        began = datetime.now(UTC)
        assert night(other, facts).report.counts == {FileStatus.STORED: 1}
    assert lying(other) == ["dang-uy/done/one.pdf"]

    write_paper(inbox(of, "two.pdf"), 2)
    assert night(of, facts, appointed=began).report.counts == {FileStatus.STORED: 1}


def test_an_appointed_run_is_not_done_again_by_a_late_one(of: Settings, facts: Catalogue) -> None:
    appointed = datetime.now(UTC) - timedelta(hours=3)
    write_paper(inbox(of, "one.pdf"), 1)
    night(of, facts, appointed=appointed)
    write_paper(inbox(of, "two.pdf"), 2)

    with pytest.raises(BusyError):
        night(of, facts, appointed=appointed + timedelta(hours=1))
    assert "dang-uy/two.pdf" in lying(of)

    night(of, facts, appointed=datetime.now(UTC))
    assert "dang-uy/done/two.pdf" in lying(of)


# --- through the command line -----------------------------------------------------------------------


def environment(of: Settings) -> dict[str, str]:
    return os.environ | {"VANKHO_HOME": str(of.home), "VANKHO_INBOX__QUIET_SECONDS": "0"}


def run(of: Settings, *words: str) -> tuple[int, str, str]:
    done = subprocess.run([VANKHO, *words], env=environment(of), capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@contextmanager
def running(of: Settings, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [VANKHO, *words], env=environment(of), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition: Callable[[], object], process: subprocess.Popen[bytes]) -> None:
    """Wait until the condition holds or the process has ended."""
    while process.poll() is None and not condition():
        time.sleep(0.02)


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_and_doubles_nothing(of: Settings, facts: Catalogue) -> None:
    names = [f"{number:02d}.pdf" for number in range(1, 13)]
    for number, name in enumerate(names, start=1):
        write_paper(inbox(of, name), number)
    write_paper(inbox(of, "secret.pdf"), 99, mark="MẬT")

    def filed() -> int:
        return len(list(facts.documents.document_ids()))

    moments = [
        lambda: facts.nights.latest(1) != [],
        lambda: any((of.home / "staging").glob("*/*")),
        lambda: filed() >= 3,
        lambda: filed() >= 7,
    ]
    for moment in moments:
        with running(of, "nightly", "--direct") as process:
            until(moment, process)
            process.send_signal(signal.SIGKILL)

    code, out, _ = run(of, "nightly", "--direct", "--json")

    told = json.loads(out)["night"]
    assert told["status"] == "completed"
    assert lying(of) == [f"dang-uy/done/{name}" for name in names]
    assert filed() == len(names)
    assert len(facts.batches.quarantined()) >= 1
    assert code == (0 if told["is_well"] else 1)
    assert run(of, "verify")[0] == 0
    assert {record.status for record in facts.nights.latest(9)[1:]} <= {NightStatus.INTERRUPTED, NightStatus.COMPLETED}


@pytest.mark.slow
def test_a_stopped_run_says_so_and_the_next_goes_on(of: Settings, facts: Catalogue) -> None:
    for number in range(1, 9):
        write_paper(inbox(of, f"{number}.pdf"), number)

    with running(of, "nightly", "--direct") as process:
        until(lambda: len(list(facts.documents.document_ids())) >= 1, process)
        process.send_signal(signal.SIGTERM)
        code = process.wait(120)

    (record,) = facts.nights.latest(1)
    if record.status is NightStatus.INTERRUPTED:  # it may have been done by then
        assert code == 143
        assert record.reason
    assert run(of, "nightly", "--direct")[0] == 0
    assert lying(of) == [f"dang-uy/done/{number}.pdf" for number in range(1, 9)]


def test_the_last_run_is_told_without_names(of: Settings, facts: Catalogue) -> None:
    assert run(of, "nightly", "--last")[:2] == (0, "Chưa có lượt nào.\n")
    inbox(of).mkdir(parents=True)
    inbox(of, "vụ việc X.pdf").write_bytes(b"%PDF-1.7 cut")
    night(of, facts)

    code, out, _ = run(of, "nightly", "--last", "--json")

    told = json.loads(out)["night"]
    assert code == 1
    assert told["counts"] == {"refused": 1}
    assert [(problem["ordinal"], problem["status"]) for problem in told["problems"]] == [(1, "refused")]
    assert "vụ việc" not in out


def test_a_bucket_is_an_inbox_as_well(tmp_path: Path, facts: Catalogue) -> None:
    endpoint = endpoint_of(server("minio"))
    with own_bucket(endpoint) as bucket:
        of = load_settings(
            {
                "VANKHO_HOME": str(tmp_path / "home"),
                "VANKHO_STORE__URL": endpoint.url,
                "VANKHO_STORE__ACCESS_KEY": endpoint.access_key,
                "VANKHO_STORE__SECRET_KEY": endpoint.secret_key,
                "VANKHO_STORE__BUCKET": f"{bucket}-store",
                "VANKHO_INBOX__BUCKET": bucket,
                "VANKHO_INBOX__QUIET_SECONDS": "0",
            }
        )
        client = s3_client(endpoint)
        client.make_bucket(bucket)
        for number, mark in ((1, None), (2, "MẬT")):
            paper = write_paper(tmp_path / "new.pdf", number, mark=mark)
            client.fput_object(bucket, f"dang-uy/2025/{number}.pdf", str(paper))
        write_paper(inbox(of, "three.pdf"), 3)

        with facts.locks.held(BUCKET_LOCK, wait=False, busy=""):  # by another machine
            assert night(of, facts).report.counts == {FileStatus.STORED: 1}
        done = night(of, facts)

        left = sorted(str(found.object_name) for found in client.list_objects(bucket, recursive=True))
        assert left == [f"dang-uy/done/{today()}/2025/1.pdf"]
        assert lying(of) == ["dang-uy/done/three.pdf"]
        assert done.report.counts == {FileStatus.STORED: 1, FileStatus.QUARANTINED: 1}
        assert len(list(facts.documents.document_ids())) == 2


@pytest.mark.parametrize("bucket", ["vankho", "elsewhere"])
def test_a_bucket_that_cannot_be_an_inbox_is_refused(tmp_path: Path, bucket: str) -> None:
    where = {
        "VANKHO_STORE__URL": "http://127.0.0.1:9",
        "VANKHO_STORE__ACCESS_KEY": "a",
        "VANKHO_STORE__SECRET_KEY": "b",
    }
    of = load_settings(
        {"VANKHO_HOME": str(tmp_path), "VANKHO_INBOX__BUCKET": bucket} | (where if bucket == "vankho" else {})
    )

    with pytest.raises(SettingsError, match=r"inbox\.bucket"):
        inboxes_of(of)
