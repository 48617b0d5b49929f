"""Signing in and out, sessions and tokens, lock-out, and requests from other sites."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.catalogue.accounts import CredentialKind
from pipeline.catalogue.audit import AuditEvent
from pipeline.errors import NotSignedInError, TooManyAttemptsError, UnavailableError
from search_api.addresses import WINDOW, FailingAddresses, network_of
from search_api.app import API
from search_api.auth import COOKIE
from search_api.code_check import CodeCheck
from search_api.password_check import (
    FIRST_LOCK,
    FREE_FAILURES,
    LONGEST_LOCK,
    STEP,
    Attempt,
    Clock,
    PasswordCheck,
    lock_end,
    to_full_step,
)
from search_api.unknown import MOST_ORIGINS, OTHERS, UnknownAttempts
from tests.api.house import PASSWORD, READERS, House, open_house

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


class Watch:
    """A clock that tells of every wait, and waits for nothing."""

    def __init__(self) -> None:
        self.at = 0.0
        self.waits: list[float] = []

    def elapsed(self) -> float:
        """Each look takes a little."""
        self.at += 0.07
        return self.at

    async def sleep(self, seconds: float) -> None:
        """Go on at once."""
        self.waits.append(seconds)
        self.at += seconds


@pytest.fixture
def member(house: House) -> House:
    """The house, with an account for one member."""
    house.give_account("mot")
    return house


@pytest.fixture
def browser(member: House) -> TestClient:
    """A browser of that member, signed in."""
    client = member.client()
    assert sign_in(client).status_code == 201
    return client


def sign_in(client: TestClient, person: str = "mot", password: str = PASSWORD, **headers: str) -> httpx.Response:
    answer: httpx.Response = client.post("/sessions", json={"person": person, "password": password}, headers=headers)
    return answer


def test_nobody_can_sign_in_to_a_new_installation(house: House) -> None:
    for person in (*READERS, "admin", "root", "vankho"):
        assert house.of.catalogue.accounts.account(person) is None
    assert sign_in(house.client(), "van-thu", "vankho").status_code == 401


def test_a_member_signs_in_and_is_who_they_are(member: House) -> None:
    client = member.client()

    answer = sign_in(client, " MOT ")

    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for rule in ("HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={12 * 3600}"):
        assert rule in cookie
    assert "Secure" not in cookie  # without TLS a browser would not send it back
    secret = client.cookies[COOKIE]
    assert secret not in answer.text
    me = client.get("/me").json()
    assert me == {
        "person": "mot",
        "name": "Nguyễn Văn Một",
        "roles": [{"role": "dang_vien", "unit": "chi-bo-1", "unit_name": "Chi bộ Một"}],
    }
    assert ("mot", "sign-in", None, "allowed") in member.audited()


def test_roles_that_have_ended_are_not_told(house: House) -> None:
    assert house.client("da-nghi").get("/me").json()["roles"] == []


def test_the_secret_is_kept_nowhere(browser: TestClient, member: House) -> None:
    secret = browser.cookies[COOKIE].encode()
    for path in member.of.settings.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert secret not in content
            assert PASSWORD.encode() not in content


def check_of(house: House, addresses: FailingAddresses, clock: Clock | None = None) -> PasswordCheck:
    """A check of its own."""
    facts = house.of.catalogue
    return PasswordCheck(facts, addresses, CodeCheck(facts, house.of.seal), clock)


FAILURES = [
    ("mot", "sai mật khẩu rồi"),
    ("mot", PASSWORD + " "),
    ("hai", PASSWORD),
    ("khong-co-ai", PASSWORD),
    ("mot\x00", PASSWORD),
    ("một", PASSWORD),
    ("' or 1=1 --", PASSWORD),
]


def test_every_failure_is_answered_alike(member: House) -> None:
    answers = [sign_in(member.client(), person, password) for person, password in FAILURES]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(answer.headers.multi_items()) for answer in answers}) == 1
    assert "set-cookie" not in answers[0].headers


def test_what_was_typed_is_not_written_down(member: House) -> None:
    sign_in(member.client(), "mật khẩu gõ nhầm chỗ", "x")
    sign_in(member.client(), "mot", "mật khẩu gõ sai")
    assert member.audited() == [("unknown", "sign-in", None, "refused"), ("mot", "sign-in", None, "refused")]


def test_after_failures_in_a_row_the_right_password_has_to_wait(member: House) -> None:
    for _ in range(FREE_FAILURES):
        assert sign_in(member.client(), password="sai").status_code == 401
    assert sign_in(member.client()).status_code == 201  # which counts anew
    for _ in range(FREE_FAILURES + 1):
        wrong = sign_in(member.client(), password="sai")
    locked = sign_in(member.client())
    assert (locked.status_code, locked.content) == (401, wrong.content)
    account = member.of.catalogue.accounts.account("mot")
    assert account is not None
    assert account.locked_until is not None

    member.of.catalogue.accounts.record_attempt(
        "mot", failures=account.failures, locked_until=datetime.now(UTC) - timedelta(seconds=1)
    )

    assert sign_in(member.client()).status_code == 201
    assert member.of.catalogue.accounts.account("mot").failures == 0  # type: ignore[union-attr]


def test_a_lock_does_not_end_sessions(browser: TestClient, member: House) -> None:
    for _ in range(FREE_FAILURES + 1):
        sign_in(member.client(), password="sai")
    assert browser.get("/me").status_code == 200


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_each_further_failure_waits_longer_up_to_an_hour(failures: int) -> None:
    now, then = lock_end(failures, NOW), lock_end(failures + 1, NOW)
    if failures <= FREE_FAILURES:
        assert now is None
    else:
        assert now is not None
        assert then is not None
        assert FIRST_LOCK <= now - NOW <= LONGEST_LOCK
        assert then - NOW == min(2 * (now - NOW), LONGEST_LOCK)


@settings(deadline=None)
@given(st.floats(0, 1e4))
def test_a_refusal_waits_for_a_full_step(elapsed: float) -> None:
    wait = to_full_step(elapsed)
    assert 0 <= wait <= STEP
    steps = (elapsed + wait) / STEP
    assert steps == pytest.approx(round(steps), abs=1e-6)


@pytest.mark.parametrize("case", ["wrong", "no account", "unknown", "locked"])
def test_a_refusal_is_answered_at_a_full_step_whatever_its_reason(member: House, case: str) -> None:
    watch, told = Watch(), list[float]()
    check = check_of(member, FailingAddresses(9), Clock(watch.elapsed, sleep=watch.sleep))
    if case == "locked":
        member.of.catalogue.accounts.record_attempt(
            "mot", failures=9, locked_until=datetime.now(UTC) + timedelta(hours=1)
        )
    person = {"wrong": "mot", "no account": "hai", "unknown": "khong-co-ai", "locked": "mot"}[case]
    attempt = Attempt(person, "sai" if case == "wrong" else PASSWORD, "192.0.2.1")

    with pytest.raises(NotSignedInError):
        asyncio.run(check.check(attempt, refused=lambda: told.append(watch.at)))

    assert watch.waits == [pytest.approx(STEP - 0.07)]
    assert told == [0.07]  # written down before the wait: that it was cannot be measured


def test_an_address_from_which_too_much_failed_is_not_heard(member: House) -> None:
    limited = replace(member.of, passwords=check_of(member, FailingAddresses(3)))
    member.app.state.services = limited
    for person in ("mot", "hai", "khong-co-ai"):
        assert sign_in(member.client(), person, "sai").status_code == 401
    answer = sign_in(member.client())
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW
    member.of.unknown.write_down()
    assert member.audited()[-1] == ("unknown", "sign-in", "+2", "refused")  # with those of nobody before


def test_failures_of_an_address_are_past_after_a_while_and_are_its_own() -> None:
    now = [0.0]
    addresses = FailingAddresses(2, lambda: now[0])
    addresses.note("192.0.2.1")
    now[0] = 100
    addresses.note("192.0.2.1")
    addresses.require_heard("192.0.2.2")
    with pytest.raises(TooManyAttemptsError) as refusal:
        addresses.require_heard("192.0.2.1")
    assert refusal.value.retry_seconds == WINDOW - 100 + 1
    now[0] = WINDOW
    addresses.require_heard("192.0.2.1")
    addresses.note("192.0.2.1")
    with pytest.raises(TooManyAttemptsError):
        addresses.require_heard("192.0.2.1")


def test_the_addresses_that_are_kept_are_bounded() -> None:
    addresses = FailingAddresses(1, lambda: 0.0)
    for number in range(10_001):
        addresses.note(str(number))
    addresses.require_heard("0")
    with pytest.raises(TooManyAttemptsError):
        addresses.require_heard("1")


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        (None, ""),
    ],
)
def test_who_has_many_addresses_counts_as_one(host: str | None, network: str) -> None:
    assert network_of(host) == network


def test_signing_out_ends_the_session(browser: TestClient, member: House) -> None:
    secret = browser.cookies[COOKIE]
    answer = browser.delete("/sessions/current")
    assert answer.status_code == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    again = TestClient(member.app, base_url=f"http://testserver{API}", cookies={COOKIE: secret})
    assert again.get("/me").status_code == 401
    assert ("mot", "sign-out", None, "allowed") in member.audited()


def test_sessions_are_listed_and_ended_one_by_one(browser: TestClient, member: House) -> None:
    other = member.client()
    sign_in(other, **{"user-agent": "máy ở nhà".encode("ascii", "replace").decode()})
    listed = browser.get("/sessions").json()
    assert [session["is_current"] for session in listed] == [False, True]
    assert {session["kind"] for session in listed} == {"session"}
    assert browser.delete(f"/sessions/{listed[0]['id']}").status_code == 204
    assert other.get("/me").status_code == 401
    assert browser.get("/me").status_code == 200
    assert [session["id"] for session in browser.get("/sessions").json()] == [listed[1]["id"]]


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_what_has_expired_holds_no_more(house: House, kind: CredentialKind) -> None:
    def asks(lasting: timedelta) -> int:
        secret = house.credential("mot", kind, lasting=lasting)
        client = TestClient(house.app, base_url=f"http://testserver{API}")
        if kind is CredentialKind.SESSION:
            client.cookies[COOKIE] = secret
        else:
            client.headers["Authorization"] = f"Bearer {secret}"
        return int(client.get("/me").status_code)

    assert asks(timedelta(minutes=1)) == 200
    assert asks(timedelta(seconds=-1)) == 401


def test_a_new_password_ends_sessions_and_tokens(browser: TestClient, member: House) -> None:
    program = member.client("mot")
    assert program.get("/me").status_code == 200
    member.give_account("mot", "Một mật khẩu khác hẳn")
    assert browser.get("/me").status_code == 401
    assert program.get("/me").status_code == 401


def test_a_session_is_no_token_and_a_token_no_session(house: House) -> None:
    session, token = house.credential("mot", CredentialKind.SESSION), house.token("mot")
    as_token = TestClient(house.app, base_url=f"http://testserver{API}", headers={"Authorization": f"Bearer {session}"})
    as_session = TestClient(house.app, base_url=f"http://testserver{API}", cookies={COOKIE: token})
    assert as_token.get("/me").status_code == 401
    assert as_session.get("/me").status_code == 401


STRANGER = ("unknown", "token")


def test_a_wrong_token_is_not_made_good_by_a_cookie(browser: TestClient, member: House) -> None:
    for header in ("Bearer", "Bearer ", "Bearer wrong", "Basic bW90Og==", "", "Bearer a b"):
        assert browser.get("/me", headers={"Authorization": header}).status_code == 401
    member.of.unknown.write_down()
    assert sum(int(told or 1) for actor, action, told, _ in member.audited() if (actor, action) == STRANGER) == 6


def test_what_strangers_add_to_the_audit_is_bounded_and_counted(tmp_path: Path) -> None:
    house = open_house(tmp_path / "home")  # nothing runs in its background
    client = house.client()
    for _ in range(50):
        client.get("/me", headers={"Authorization": "Bearer wrong"})
        sign_in(client, **{"sec-fetch-site": "cross-site"})
    once = [("unknown", "token", None, "refused"), ("unknown", "cross-site", None, "refused")]
    assert house.audited() == once
    house.of.unknown.write_down()
    counted = [("unknown", "token", "+49", "refused"), ("unknown", "cross-site", "+49", "refused")]
    assert house.audited() == once + counted
    house.of.unknown.write_down()  # nothing came since
    client.get("/me", headers={"Authorization": "Bearer wrong"})
    assert house.audited() == once + counted + once[:1]
    assert house.of.catalogue.audit.first_broken() is None
    house.of.close()


def test_strangers_from_many_addresses_are_counted_together_beyond_a_hundred() -> None:
    lines: list[AuditEvent] = []
    attempts = UnknownAttempts(lines.append)
    for address in range(1_000):
        for _ in range(2):
            attempts.note("token", f"http:{address}")
    assert len(lines) == MOST_ORIGINS + 1
    attempts.write_down()
    assert len(lines) == 2 * (MOST_ORIGINS + 1)
    assert sum(int(line.object or 1) for line in lines) == 2_000
    assert {line.origin for line in lines[-2:]} == {f"http:{MOST_ORIGINS - 1}", OTHERS}


def test_what_cannot_be_written_stays_counted() -> None:
    lines: list[AuditEvent] = []
    is_full = False

    def record(event: AuditEvent) -> None:
        if is_full:
            raise UnavailableError("đĩa đầy")
        lines.append(event)

    attempts, stop = UnknownAttempts(record), Event()
    for _ in range(3):
        attempts.note("token", "http:a")
    is_full = True
    stop.set()
    attempts.keep_writing(stop)
    with pytest.raises(UnavailableError):
        attempts.note("token", "http:b")
    is_full = False
    attempts.keep_writing(stop)
    assert [(line.object, line.origin) for line in lines] == [(None, "http:a"), ("+2", "http:a")]


def test_who_has_lost_their_roles_signs_in_and_finds_nothing(house: House) -> None:
    house.give_account("da-nghi")
    client = house.client()
    assert sign_in(client, "da-nghi").status_code == 201
    assert client.get("/search").json()["total"] == 0


CHANGES: list[Callable[[TestClient], httpx.Response]] = [
    lambda client: client.delete("/sessions/current"),
    lambda client: client.delete("/sessions/x"),
    lambda client: client.post("/documents/x/publish", json={"grants": ["everyone"]}),
    lambda client: client.post("/documents/x/withdraw"),
    lambda client: client.put("/me/password", json={"current": "x", "new": "y"}),
    sign_in,
]

FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "https://xau.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://[testserver"},
    {"origin": "ftp://testserver"},
    {"origin": "http://testserver.xau.example"},
    {"origin": "http://testserver:8080"},
    {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
    {"origin": "https://xau.example", "sec-fetch-site": "same-origin"},
]


def test_a_change_from_another_site_is_refused(browser: TestClient, member: House) -> None:
    for change in CHANGES:
        for headers in FOREIGN:
            browser.headers.update(headers)
            answer = change(browser)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed"), headers
            assert member.audited()[-1][1:] == ("cross-site", None, "refused")
            assert browser.get("/me").status_code == 200  # the session goes on; reading needs no such proof
            for name in headers:
                del browser.headers[name]


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://testserver"}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}]
)
def test_a_change_from_our_own_pages_is_made(house: House, headers: dict[str, str]) -> None:
    secret = house.credential("mot", CredentialKind.SESSION)
    client = TestClient(house.app, base_url=f"http://testserver{API}", cookies={COOKIE: secret})
    assert client.delete("/sessions/current", headers=headers).status_code == 204


def test_a_program_needs_no_such_proof(house: House) -> None:
    for headers in FOREIGN:
        assert house.client("mot").delete("/sessions/current", headers=headers).status_code == 204


def test_the_sessions_length_is_a_setting(house: House) -> None:
    house.give_account("mot")
    client = house.client()
    session = sign_in(client).json()
    lasting = datetime.fromisoformat(session["expires_at"]) - datetime.fromisoformat(session["created_at"])
    assert lasting.total_seconds() == pytest.approx(house.of.settings.web.session_hours * 3600, abs=5)


NEW = "Sông dài cá lội biệt tăm"


def test_ones_own_password_is_changed_with_the_one_of_before(browser: TestClient, member: House) -> None:
    other, program = member.client(), member.client("mot")
    sign_in(other)
    wrong = browser.put("/me/password", json={"current": "sai", "new": NEW})
    assert (wrong.status_code, browser.get("/me").status_code) == (401, 200)
    weak = browser.put("/me/password", json={"current": PASSWORD, "new": "matkhau123456"})
    assert (weak.status_code, "đoán" in weak.json()["error"]["message"]) == (422, True)

    assert browser.put("/me/password", json={"current": PASSWORD, "new": NEW}).status_code == 204

    assert browser.get("/me").status_code == 200
    assert [client.get("/me").status_code for client in (other, program)] == [401, 401]
    assert [sign_in(member.client(), password=typed).status_code for typed in (PASSWORD, NEW)] == [401, 201]
    changes = [told for told in member.audited() if told[1] == "change-password"]
    assert changes == [("mot", "change-password", "mot", outcome) for outcome in ("refused", "allowed")]


def test_a_program_cannot_change_the_password(member: House) -> None:
    answer = member.client("mot").put("/me/password", json={"current": PASSWORD, "new": NEW})
    assert answer.status_code == 403
    assert sign_in(member.client()).status_code == 201
