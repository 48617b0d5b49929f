"""`vankho up` as an administrator meets it: jobs, killed services, a second start, a stop, and its own sudden death."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from flows.prefect_server import prefect_environment
from flows.supervisor import USED_WRONGLY
from pipeline.catalogue import Catalogue
from pipeline.catalogue.jobs import JobStatus
from tests.flows.scans import write_paper
from tests.flows.upkeep import VANKHO, Up, is_alive, up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def start(home: Path, *words: str) -> subprocess.Popen[str]:
    environment = os.environ | {"VANKHO_HOME": str(home), "VANKHO_WEB__PORT": "0"}
    return subprocess.Popen(
        [VANKHO, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(home: Path, *words: str) -> tuple[int, str, str]:
    process = start(home, *words)
    out, err = process.communicate()
    return process.returncode, out, err


def ingest_words(folder: Path) -> tuple[str, ...]:
    return ("ingest", str(folder), "--unit", "dang-uy", "--as", "van-thu", "--json")


def papers(folder: Path, count: int) -> Path:
    for number in range(1, count + 1):
        write_paper(folder / f"{number:02d}.pdf", number)
    return folder


def statuses(out: str) -> list[str]:
    report: dict[str, Any] = json.loads(out)
    return [file["status"] for file in report["files"]]


def has_workers(running: Up) -> bool:
    return running.child("flows.worker") is not None


def test_an_installation_is_kept_running(home: Path, facts: Catalogue) -> None:
    first, second = papers(home.parent / "first", 3), papers(home.parent / "second", 20)
    with up(home) as running:
        running.until(lambda: has_workers(running), "it runs")
        code, out, err = run(home, *ingest_words(first))
        assert (code, statuses(out)) == (0, ["stored"] * 3), err
        running.until(lambda: run(home, "up", "--check")[0] == 0, "it says that all is well")
        assert run(home, "up")[0] == 1  # one at a time

        watched = start(home, *ingest_words(second))
        running.until(lambda: len(list(facts.documents.document_ids())) > 5, "a job is in the middle of its work")
        (job,) = facts.jobs.open()
        os.kill(running.child("prefect server") or 0, signal.SIGKILL)
        killed = running.child("flows.worker") or 0
        os.kill(killed, signal.SIGKILL)
        out, err = watched.communicate()
        assert (watched.returncode, len(statuses(out))) == (0, 20), err
        assert set(statuses(out)) <= {"stored", "duplicate"}
        assert facts.jobs.job(job.id).status is JobStatus.DONE
        assert facts.jobs.job(job.id).attempts >= 2
        assert running.child("flows.worker") not in (None, killed)

        family = running.family()
        assert running.stop() == 0
        assert not any(is_alive(process) for process in family)

    assert run(home, "up", "--check")[0] == 1
    code, out, _ = run(home, "verify", "--json")
    assert (code, json.loads(out)["clean"]) == (0, True)
    assert len(list(facts.documents.document_ids())) == 20  # three of them had come before


def test_all_ends_with_it_and_the_next_goes_on(home: Path, facts: Catalogue) -> None:
    folder = papers(home.parent / "in", 20)
    with up(home) as running:
        running.until(lambda: has_workers(running), "it runs")
        watched = start(home, *ingest_words(folder))
        running.until(lambda: len(list(facts.documents.document_ids())) > 5, "a job is in the middle of its work")
        family = running.family()
        running.process.kill()
        running.process.wait()
        while any(is_alive(process) for process in family):  # the kernel and their own watch see to it
            time.sleep(0.1)

    with up(home) as running:
        out, err = watched.communicate()
        assert set(statuses(out)) <= {"stored", "duplicate"}, err
        assert running.stop() == 0
    assert len(list(facts.documents.document_ids())) == 20


def test_impossible_settings_stop_it(home: Path, facts: Catalogue) -> None:
    assert facts.organisation.units()
    with up(home, VANKHO_WEB__HOST="192.0.2.1") as running:
        assert running.process.wait(1400) == USED_WRONGLY, running.log()


def test_an_impossible_time_ends_the_service_of_the_night(home: Path) -> None:
    settings = {"VANKHO_HOME": str(home), "VANKHO_NIGHTLY__CRON": "at one", "PREFECT_API_URL": "http://127.0.0.1:9/api"}
    done = subprocess.run(
        [sys.executable, "-m", "flows.served"],
        env=os.environ | prefect_environment(home) | settings,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == USED_WRONGLY
    assert "nightly.cron" in done.stderr
