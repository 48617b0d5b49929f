"""What `vankho up --check` tells, and which appointed times count as missed."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.health import problems
from flows.installation import only_one
from flows.night import lock_of
from flows.prefect_server import prefect_environment
from pipeline.audit_heads import noted_heads
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.nights import NightOrigin, NightRecord, NightReport, NightStatus
from pipeline.errors import SettingsError
from pipeline.model import FileStatus
from pipeline.settings import Settings, load_settings
from pipeline.wiring import catalogue_of, installation_of
from tests.flows.house import House

Missed = Callable[[str, NightStatus, datetime], bool]
AT_ONE = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""01:00 in Vietnam."""


@pytest.fixture
def of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in prefect_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return load_settings({"VANKHO_HOME": str(tmp_path), "VANKHO_WEB__PORT": "0"})


@pytest.fixture
def facts(of: Settings) -> Iterator[Catalogue]:
    opened = catalogue_of(of)
    yield opened
    opened.close()


def told(of: Settings, facts: Catalogue) -> str:
    """What is told of an installation that claims to be up, though no service of it runs."""
    with only_one(of):
        return "\n".join(problems(of, facts))


def test_nothing_runs(of: Settings, facts: Catalogue) -> None:
    assert problems(of, facts) == ["`vankho up` không chạy."]


def test_a_service_that_does_not_answer_is_named(of: Settings, facts: Catalogue) -> None:
    assert "Prefect" in told(of, facts)


def test_a_night_that_did_not_come_through_is_told_until_one_does(of: Settings, facts: Catalogue) -> None:
    assert "Lượt" not in told(of, facts)
    failed = facts.nights.begin(NightOrigin.SCHEDULE)
    facts.nights.end(failed, NightStatus.FAILED, NightReport(), reason="Ổ đĩa đã đầy.")
    assert "KHÔNG CHẠY HẾT" in told(of, facts)

    done = facts.nights.begin(NightOrigin.HAND)
    facts.nights.end(done, NightStatus.COMPLETED, NightReport({FileStatus.REFUSED: 1}))
    assert "Lượt" not in told(of, facts)


def test_a_night_at_work_is_well_and_one_that_has_died_is_not(of: Settings, facts: Catalogue) -> None:
    with facts.locks.held(lock_of(installation_of(of)), wait=False, busy=""):
        facts.nights.begin(NightOrigin.SCHEDULE)
        assert "Lượt" not in told(of, facts)
    assert "Lượt" in told(of, facts)


@pytest.fixture
def missed(of: Settings) -> Missed:
    from flows.nightly import missed, schedule_of  # noqa: PLC0415 - with Prefect's settings in the environment

    def ask(cron: str, status: NightStatus, now: datetime) -> bool:
        nights = of.nightly.model_copy(update={"cron": cron})
        record = NightRecord("n", NightOrigin.SCHEDULE, status, AT_ONE, None, NightReport(), None)
        return missed(schedule_of(of.model_copy(update={"nightly": nights})), [record], now) is not None

    return ask


@pytest.mark.parametrize(
    ("status", "hours", "is_missed"),
    [
        (NightStatus.COMPLETED, 23.9, False),
        (NightStatus.COMPLETED, 24.1, True),
        (NightStatus.COMPLETED, 24 * 30, True),
        (NightStatus.RUNNING, 1, True),
        (NightStatus.INTERRUPTED, 1, True),
        (NightStatus.FAILED, 1, True),
    ],
)
def test_a_time_that_no_run_has_served_is_missed(
    missed: Missed, status: NightStatus, hours: float, *, is_missed: bool
) -> None:
    # a run that began at one o'clock sharp has served that one o'clock
    begun = AT_ONE + timedelta(hours=hours)
    assert missed("0 1 * * *", status, begun) is is_missed


def test_the_clock_is_vietnams(missed: Missed) -> None:
    assert missed("30 1 * * *", NightStatus.COMPLETED, AT_ONE + timedelta(minutes=31))
    assert not missed("30 18 * * *", NightStatus.COMPLETED, AT_ONE + timedelta(minutes=31))


def test_an_impossible_time_is_named(missed: Missed) -> None:
    with pytest.raises(SettingsError, match=r"nightly\.cron"):
        missed("at one", NightStatus.COMPLETED, AT_ONE)


def test_before_the_first_night_nothing_is_missed(of: Settings) -> None:
    from flows.nightly import missed, schedule_of  # noqa: PLC0415 - as above

    assert missed(schedule_of(of), [], AT_ONE) is None


class _Well(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Nothing."""


class _AtSix(HTTPServer):
    address_family = socket.AF_INET6


def test_the_service_is_asked_at_an_address_of_version_six(of: Settings, facts: Catalogue) -> None:
    with _AtSix(("::1", 0), _Well) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        web = of.web.model_copy(update={"host": "::1", "port": server.server_address[1]})
        assert "HTTP" not in told(of.model_copy(update={"web": web}), facts)
        server.shutdown()


def test_a_check_notes_the_audits_head_and_the_status_is_of_ones_own_night(of: Settings, facts: Catalogue) -> None:
    facts.audit.record(AuditEvent("van-thu", "view", None, Outcome.ALLOWED, "http:test"))
    own = facts.nights.of(installation_of(of)).begin(NightOrigin.HAND)
    facts.nights.of("another").begin(NightOrigin.HAND)

    house = House(of.home, of.home / "in")
    assert house.run("up", "--check").code == 1  # it does not run

    assert noted_heads(of.home) == (facts.audit.head(),)
    assert house.run("status", "--json").report["night"]["id"] == own
