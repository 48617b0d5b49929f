import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import NotFoundError
from pipeline.storage.spool import Request, Spool, own_name

ASKED = Request(paths=("/scans/Tờ trình.pdf",), publish_to=("everyone",), workers=2)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def test_what_was_asked_is_read_back(spool: Spool) -> None:
    spool.ask("job-1", ASKED)

    assert spool.request("job-1") == ASKED


def test_nobody_else_can_look_in(spool: Spool, tmp_path: Path) -> None:
    spool.files("job-1")
    spool.ask("job-2", ASKED)

    for job in ("job-1", "job-2"):
        assert (tmp_path / "spool" / job).stat().st_mode & 0o077 == 0


def test_the_answer_takes_the_place_of_request_and_files_and_is_fetched_once(spool: Spool, tmp_path: Path) -> None:
    (spool.files("job-1") / "a.pdf").write_bytes(b"scan")
    spool.ask("job-1", ASKED)

    spool.answer("job-1", b"report")

    with pytest.raises(NotFoundError):
        spool.request("job-1")
    assert [p.name for p in (tmp_path / "spool" / "job-1").iterdir()] == ["report.json"]
    assert spool.fetch("job-1") == b"report"
    with pytest.raises(NotFoundError):
        spool.fetch("job-1")
    assert not (tmp_path / "spool" / "job-1").exists()


def test_only_old_and_ended_things_are_swept(spool: Spool, tmp_path: Path) -> None:
    for job in ("old", "old-open", "new"):
        spool.ask(job, ASKED)
    yesterday = time.time() - 24 * 3600
    for job in ("old", "old-open"):
        os.utime(tmp_path / "spool" / job, (yesterday, yesterday))

    spool.sweep(but=["old-open"], seconds=3600, is_job=lambda _: True)

    assert sorted(p.name for p in (tmp_path / "spool").iterdir()) == ["new", "old-open"]


def test_what_nobody_was_promised_is_swept_with_its_files(spool: Spool, tmp_path: Path) -> None:
    for job in ("promised", "cut-off"):
        (spool.files(job) / "a.pdf").write_bytes(b"scan")
        spool.ask(job, Request())
    (spool.files("half") / "a.pdf").write_bytes(b"sc")

    spool.sweep(but=(), seconds=-1, is_job=lambda job: job == "promised")

    assert [p.name for p in (tmp_path / "spool").iterdir()] == ["promised"]
    assert spool.has_files("promised")


def test_an_earlier_report_is_kept_beside_the_next_and_swept_with_it(spool: Spool) -> None:
    kept = spool.files("job-1") / "a.pdf"
    kept.write_bytes(b"scan")
    spool.ask("job-1", Request())
    spool.answer("job-1", b"first", keep=[kept])
    spool.reopen("job-1", "batch-1")
    with pytest.raises(NotFoundError):
        spool.report("job-1")
    assert spool.has_files("job-1")

    spool.answer("job-1", b"second", keep=[kept])

    assert (spool.report_of("job-1", "batch-1"), spool.report("job-1")) == (b"first", b"second")
    spool.wipe("job-1")
    with pytest.raises(NotFoundError):
        spool.report("job-1")
    with pytest.raises(NotFoundError):
        spool.report_of("job-1", "batch-1")
    assert spool.has_files("job-1")
    spool.discard("job-1")
    assert not spool.has_files("job-1")


def test_an_installation_has_one_name_of_its_own(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as executor:
        names = set(executor.map(lambda _: own_name(tmp_path / "installation"), range(8)))

    assert len(names) == 1
    assert names != {own_name(tmp_path / "other")}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["installation", "other"]
