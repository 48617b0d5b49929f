"""A thousand tries of a password: nearly all of them reach no account, and each of them is in the audit."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from pipeline.settings import Settings, WebSettings
from search_api.addresses import FailingAddresses
from search_api.app import API
from search_api.code_check import CodeCheck
from search_api.password_check import FREE_FAILURES, Clock, PasswordCheck
from tests.api.house import PASSWORD, House, asleep, open_house

TRIES = 1_000
HEARD = 7
"""So many may fail from one address."""

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Real hashes that take no time: how long one takes is not the subject."""

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


async def _at_once(_seconds: float) -> None:
    """Wait for nothing."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """An installation in which no time passes and nothing is done in the background, with an account."""
    of = Settings(home=tmp_path / "home", web=WebSettings(failures_per_address=HEARD))
    with asleep(open_house(of.home, of)) as made:
        facts, clock = made.of.catalogue, Clock(elapsed=lambda: 0.0, now=lambda: NOW, sleep=_at_once)
        check = PasswordCheck(facts, FailingAddresses(HEARD, lambda: 0.0), CodeCheck(facts, made.of.seal), clock)
        check.__dict__["_decoy"] = CHEAP.hash("của không ai")
        made.app.state.services = replace(made.of, passwords=check)
        facts.accounts.set_password("mot", CHEAP.hash(PASSWORD))
        yield replace(made, of=made.app.state.services)


def tries(house: House, addresses: Iterable[str], password: str = "thử") -> Iterator[int]:  # noqa: S107 - a wrong one
    """How a try from each of these addresses is answered. One client makes them all: to make one takes longest."""
    told = iter(addresses)

    async def from_the_next(scope: Scope, receive: Receive, send: Send) -> None:
        await house.app({**scope, "client": (next(told), 50_000)}, receive, send)

    client = TestClient(from_the_next, base_url="http://testserver" + API)
    client.portal = house.portal
    for _ in addresses:
        yield client.post("/sessions", json={"person": "mot", "password": password}).status_code


def failures(house: House) -> int:
    account = house.of.catalogue.accounts.account("mot")
    assert account is not None
    return account.failures


def test_from_one_address_few_are_heard_and_all_are_counted(house: House) -> None:
    assert Counter(tries(house, ["10.0.0.1"] * TRIES)) == {401: HEARD, 429: TRIES - HEARD}
    assert failures(house) == FREE_FAILURES + 1
    assert list(tries(house, ["10.0.0.1", "10.0.0.2"], PASSWORD)) == [429, 401]  # the account waits, whoever asks
    house.of.unknown.write_down()
    assert house.audited() == [
        *[("mot", "sign-in", None, "refused")] * HEARD,
        ("unknown", "sign-in", None, "refused"),
        ("mot", "sign-in", None, "refused"),
        ("unknown", "sign-in", f"+{TRIES - HEARD}", "refused"),
    ]
    assert house.of.catalogue.audit.first_broken() is None


def test_from_many_addresses_few_reach_the_account_and_each_is_written_down(house: House) -> None:
    addresses = [f"10.{number >> 8}.{number & 255}.9" for number in range(TRIES)]
    assert set(tries(house, addresses)) == {401}
    assert failures(house) == FREE_FAILURES + 1
    assert list(tries(house, ["10.200.0.1"], PASSWORD)) == [401]
    lines = [line.event for line in house.of.catalogue.audit.lines()]
    assert {(line.actor, line.action, line.outcome.value) for line in lines} == {("mot", "sign-in", "refused")}
    assert [line.origin for line in lines] == [f"http:{address}" for address in (*addresses, "10.200.0.1")]
    assert house.of.catalogue.audit.first_broken() is None
