"""The night on a real Prefect server, under `vankho up`: ticks, overlap, killed runs, catching up.

No test here depends on how fast the machine is: each waits until something has happened.
"""

import os
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.ingest import run_direct
from flows.night import lock_of, run_night
from flows.progress import Silence
from flows.wiring import night_means
from pipeline.catalogue import Catalogue
from pipeline.catalogue.nights import NightOrigin, NightStatus
from pipeline.clock import HOME_ZONE
from pipeline.settings import load_settings
from pipeline.wiring import installation_of
from tests.flows.scans import write_paper
from tests.flows.upkeep import children, flow_runs, is_alive, up

NAME = "vụ việc X"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


def drop(home: Path, number: int) -> None:
    """A whole paper arrives at once, as by renaming."""
    folder = home / "inbox" / "dang-uy"
    folder.mkdir(parents=True, exist_ok=True)
    write_paper(home.parent / "new.pdf", number).rename(folder / f"{NAME} {number}.pdf")


def documents(facts: Catalogue) -> int:
    return len(list(facts.documents.document_ids()))


def ended(facts: Catalogue, status: NightStatus) -> int:
    return sum(night.status is status for night in facts.nights.latest(1000))


def runs_of(served: int) -> list[int]:
    """The processes that run the night now, started by the service that serves it: one at work, others refused."""
    return [pid for pid, args in children(served).items() if "prefect.engine" in args]


def test_it_ticks_does_not_overlap_and_a_killed_run_blocks_nothing(home: Path, facts: Catalogue) -> None:
    with up(home, VANKHO_NIGHTLY__CRON="* * * * * */20", VANKHO_INBOX__QUIET_SECONDS="0") as running:
        drop(home, 1)
        running.until(lambda: documents(facts) == 1, "a tick has taken in what arrived")
        running.until(lambda: "Completed" in flow_runs(home), "Prefect knows that it went well")

        with facts.locks.held(lock_of(installation_of(load_settings({"VANKHO_HOME": str(home)}))), wait=True, busy=""):
            before, skipped = len(facts.nights.latest(1000)), flow_runs(home).count("Skipped")
            running.until(lambda: flow_runs(home).count("Skipped") >= skipped + 2, "two ticks were skipped")
            assert len(facts.nights.latest(1000)) == before
            for number in range(2, 22):
                drop(home, number)

        served = running.child("flows.served") or 0
        running.until(lambda: 1 < documents(facts) < 21 and runs_of(served), "a run is in the middle of its work")
        completed = ended(facts, NightStatus.COMPLETED)
        for process in runs_of(served):
            os.kill(process, signal.SIGKILL)
        running.until(lambda: documents(facts) == 21, "a later run has finished the work")
        running.until(lambda: ended(facts, NightStatus.COMPLETED) > completed, "it has ended well")
        assert ended(facts, NightStatus.INTERRUPTED) >= 1
        assert list((home / "inbox" / "dang-uy").glob("*.pdf")) == []
        assert running.stop() == 0

    kept = b"".join(path.read_bytes() for path in (home / "prefect").rglob("*") if path.is_file())
    assert NAME.encode() not in kept
    assert b"-TB/" not in kept


def test_downtime_is_caught_up_once(home: Path, facts: Catalogue) -> None:
    of = load_settings({"VANKHO_HOME": str(home), "VANKHO_INBOX__QUIET_SECONDS": "0"})
    with night_means(of, facts, runner=run_direct, progress=Silence(), is_stopped=lambda: False) as means:
        run_night(means, NightOrigin.HAND)
    (yesterday,) = facts.nights.latest(1)
    missed = yesterday.started_at.astimezone(HOME_ZONE) + timedelta(seconds=1)
    cron = f"{missed.minute} {missed.hour} * * * {missed.second}"
    drop(home, 1)

    with up(home, VANKHO_NIGHTLY__CRON=cron, VANKHO_INBOX__QUIET_SECONDS="0") as running:
        running.until(lambda: ended(facts, NightStatus.COMPLETED) == 2, "what was missed is caught up")
        (caught_up, _) = facts.nights.latest(2)
        assert caught_up.origin is NightOrigin.CATCH_UP
        assert documents(facts) == 1
        running.until(lambda: flow_runs(home) == ["Completed"], "Prefect knows of one run")
        family = running.family()
        running.process.kill()  # and not a word to those that it has started

    assert all(not is_alive(process) or _dies(process) for process in family)
    started = datetime.now(UTC)
    with up(home, VANKHO_NIGHTLY__CRON=cron, VANKHO_INBOX__QUIET_SECONDS="0") as running:
        running.until(lambda: _last_polled(home) > started, "the deployment is served again")
        assert flow_runs(home) == ["Completed"]
        assert len(facts.nights.latest(1000)) == 2
        assert running.stop() == 0


def _dies(process: int) -> bool:
    end = time.monotonic() + 60
    while is_alive(process) and time.monotonic() < end:
        time.sleep(0.1)
    return not is_alive(process)


def _last_polled(home: Path) -> datetime:
    """When Prefect was last asked for work by the service; that comes after what was missed was looked for."""
    with closing(sqlite3.connect(f"file:{home}/prefect/prefect.db?mode=ro", uri=True, timeout=30)) as connection:
        (polled,) = connection.execute("SELECT last_polled FROM deployment").fetchone()
    return datetime.fromisoformat(polled).replace(tzinfo=UTC)
