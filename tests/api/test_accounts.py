"""Second factors, codes to choose a password, tokens with scopes, and what an administrator does without a document."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyotp
import pytest
from fastapi.testclient import TestClient

from pipeline.access import Role
from pipeline.catalogue.accounts import CredentialKind, Scope
from pipeline.catalogue.reset_codes import new_reset_code
from pipeline.model import Membership, Organisation, Person
from pipeline.passwords import secret_hash
from pipeline.second_factor import matching_step, new_code, plain_code
from search_api.addresses import FailingAddresses
from search_api.app import API
from search_api.auth import COOKIE
from search_api.code_check import CodeCheck
from search_api.password_check import Clock, PasswordCheck
from tests.api.house import ORGANISATION, PASSWORD, House, Paper

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NEW = "Sông dài cá lội biệt tăm"

PEOPLE = (
    *ORGANISATION.people,
    Person("van-phong", "Lý Chánh Văn", (Membership("chanh_van_phong", "dang-uy"),)),
    Person("ky-thuat-2", "Hồ Kỹ Thuật", (Membership("quan_tri_ky_thuat", "dang-uy"),)),
    Person("ky-thuat-duoi", "Ngô Dưới", (Membership("quan_tri_ky_thuat", "chi-bo-1"),)),
)


class Watch:
    """A clock that tests set; nobody waits for a full step."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, _seconds: float) -> None:
        """Go on at once."""


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def office(house: House, watch: Watch) -> House:
    """The house with administrators and a head of office, whose clock the test sets."""
    facts = house.of.catalogue
    facts.organisation.replace(Organisation(ORGANISATION.units, PEOPLE))
    clock = Clock(now=watch.now, sleep=watch.sleep)
    check = PasswordCheck(facts, FailingAddresses(1_000), CodeCheck(facts, house.of.seal), clock)
    house.app.state.services = replace(house.of, passwords=check)
    return house


def browser(house: House, person: str) -> TestClient:
    """Somebody with a session of their own."""
    secret = house.credential(person, CredentialKind.SESSION)
    return TestClient(house.app, base_url=f"http://testserver{API}", cookies={COOKIE: secret})


def sign_in(house: House, person: str, password: str = PASSWORD, code: str | None = None) -> httpx.Response:
    asked = {"person": person, "password": password} | ({"code": code} if code else {})
    answer: httpx.Response = house.client().post("/sessions", json=asked)
    return answer


def told(answer: httpx.Response) -> Any:  # noqa: ANN401 - JSON
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


def with_factor(office: House, watch: Watch) -> tuple[pyotp.TOTP, list[str]]:
    """A second factor for `mot`: the authenticator, and the recovery codes."""
    office.give_account("mot")
    client = browser(office, "mot")
    begun = told(client.post("/me/second-factor", json={"password": PASSWORD}))
    totp = pyotp.parse_uri(begun["address"])
    assert isinstance(totp, pyotp.TOTP)
    assert (totp.secret, totp.issuer, totp.name) == (begun["secret"], "Văn Kho", "mot")
    assert sign_in(office, "mot").status_code == 201  # nothing is asked for before it is confirmed
    assert client.post("/me/second-factor/confirm", json={"code": "000000"}).status_code == 422
    confirmed = told(client.post("/me/second-factor/confirm", json={"code": totp.at(watch.at)}))
    return totp, confirmed["recovery_codes"]


def test_with_a_second_factor_a_password_is_not_enough(office: House, watch: Watch) -> None:
    totp, _ = with_factor(office, watch)
    needed = sign_in(office, "mot")
    assert (needed.status_code, needed.json()["error"]["code"]) == (401, "second_factor_needed")
    assert sign_in(office, "mot", "sai mật khẩu").json()["error"]["code"] == "not_signed_in"
    watch.at += timedelta(seconds=30)
    assert sign_in(office, "mot", code=totp.at(watch.at)).status_code == 201
    assert ("mot", "confirm-second-factor", "mot", "allowed") in office.audited()


def test_a_code_is_good_once_and_none_before_it_any_more(office: House, watch: Watch) -> None:
    totp, _ = with_factor(office, watch)
    assert sign_in(office, "mot", code=totp.at(watch.at)).status_code == 401  # it confirmed
    watch.at += timedelta(seconds=60)
    code, earlier = totp.at(watch.at), totp.at(watch.at - timedelta(seconds=30))
    assert [sign_in(office, "mot", code=code).status_code for _ in range(2)] == [201, 401]
    assert sign_in(office, "mot", code=earlier).status_code == 401


@pytest.mark.parametrize(("seconds", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_half_a_minute(seconds: int, *, is_good: bool) -> None:
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=seconds))
    step = matching_step(secret, f"{code[:3]} {code[3:]}", NOW)
    assert step == ((int(NOW.timestamp()) + seconds) // 30 if is_good else None)


@pytest.mark.parametrize("code", ["", "12345", "٣٤٥٦٧٨", "abcdef", "-12345"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert matching_step(pyotp.random_base32(), code, NOW) is None


def test_a_recovery_code_stands_in_once(office: House, watch: Watch) -> None:
    _, codes = with_factor(office, watch)
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    assert [sign_in(office, "mot", code=typed).status_code for _ in range(2)] == [201, 401]
    state = told(browser(office, "mot").get("/me/second-factor"))
    assert state == {"is_on": True, "recovery_codes_left": 9}


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(office: House, watch: Watch) -> None:
    _, codes = with_factor(office, watch)
    for _ in range(5):
        assert sign_in(office, "mot", code="000000").status_code == 401
    assert sign_in(office, "mot", code=codes[0]).status_code == 401


def test_a_second_factor_is_removed_with_password_and_code(office: House, watch: Watch) -> None:
    _, codes = with_factor(office, watch)
    client = browser(office, "mot")
    again = client.post("/me/second-factor", json={"password": PASSWORD})
    assert (again.status_code, "đã bật" in again.text) == (422, True)
    wrong = {"password": PASSWORD, "code": "000000"}
    assert client.post("/me/second-factor/remove", json=wrong).status_code == 401
    assert client.post("/me/second-factor/remove", json=wrong | {"code": codes[1]}).status_code == 204
    assert sign_in(office, "mot").status_code == 201


def test_the_secret_lies_sealed_in_the_database(office: House, watch: Watch) -> None:
    totp, codes = with_factor(office, watch)
    for path in office.of.settings.home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert totp.secret.encode() not in content
            assert plain_code(codes[0]).encode() not in content


# --- codes to choose a password ----------------------------------------------------------------------


def ask_code(office: House, person: str, *, by: str = "ky-thuat", drop: bool = False) -> dict[str, Any]:
    answer = browser(office, by).post(f"/accounts/{person}/reset-codes", json={"drop_second_factor": drop})
    made: dict[str, Any] = told(answer)
    return made


def choose(office: House, person: str, code: str, password: str = NEW) -> int:
    asked = {"person": person, "code": code, "password": password}
    return int(office.client().post("/passwords", json=asked).status_code)


def test_a_member_chooses_a_password_with_a_code_that_is_good_once(office: House) -> None:
    office.give_account("mot")
    before = browser(office, "mot")
    made = ask_code(office, "mot")
    assert made["needs_approval"] is False
    assert choose(office, "hai", made["code"]) == 401
    assert choose(office, "mot", made["code"], "matkhau123456") == 422
    assert choose(office, "mot", made["code"]) == 204
    assert choose(office, "mot", made["code"], PASSWORD) == 401
    assert before.get("/me").status_code == 401
    assert [sign_in(office, "mot", typed).status_code for typed in (PASSWORD, NEW)] == [401, 201]
    assert ("ky-thuat", "create-reset-code", "mot", "allowed") in office.audited()
    assert ("mot", "reset-password", "mot", "allowed") in office.audited()


def test_a_first_account_is_made_by_such_a_code(office: House) -> None:
    assert choose(office, "hai", ask_code(office, "hai")["code"]) == 204
    assert sign_in(office, "hai", NEW).status_code == 201


@pytest.mark.parametrize("approver", ["ky-thuat-2", "van-phong"])
def test_a_higher_role_needs_a_second_person(office: House, approver: str) -> None:
    made = ask_code(office, "van-thu")
    assert made["needs_approval"] is True
    assert choose(office, "van-thu", made["code"]) == 401
    path = f"/reset-codes/{made['id']}/approve"
    for other in ("ky-thuat", "van-thu", "mot", "ky-thuat-duoi"):  # who asked, whom it is for, who has no say
        assert browser(office, other).post(path).status_code == 404
        assert told(browser(office, other).get("/reset-codes")) == []
    waiting = browser(office, approver).get("/reset-codes")
    assert [(code["person"], code["requested_by"]) for code in told(waiting)] == [("van-thu", "ky-thuat")]
    assert made["code"] not in waiting.text
    assert browser(office, approver).post(path).status_code == 204
    assert browser(office, approver).post(path).status_code == 404
    assert choose(office, "van-thu", made["code"]) == 204
    assert (approver, "approve-reset-code", "van-thu", "allowed") in office.audited()


def test_a_lost_telephone_needs_a_second_person_too(office: House, watch: Watch) -> None:
    with_factor(office, watch)
    kept = ask_code(office, "mot")
    assert choose(office, "mot", kept["code"]) == 204
    assert sign_in(office, "mot", NEW).json()["error"]["code"] == "second_factor_needed"
    made = ask_code(office, "mot", drop=True)
    assert choose(office, "mot", made["code"]) == 401
    assert browser(office, "van-phong").post(f"/reset-codes/{made['id']}/approve").status_code == 204
    assert choose(office, "mot", made["code"]) == 204
    assert sign_in(office, "mot", NEW).status_code == 201


def test_a_code_that_has_expired_is_good_no_more(office: House) -> None:
    code = new_code()
    past = datetime.now(UTC) - timedelta(seconds=1)
    made = new_reset_code("mot", "ky-thuat", expires_at=past, needs_approval=False, drops_second_factor=False)
    office.of.catalogue.reset_codes.add(made, secret_hash(plain_code(code)))
    assert choose(office, "mot", code) == 401


# --- administrators ----------------------------------------------------------------------------------


def test_an_administrator_manages_their_own_field_and_sees_no_document(office: House) -> None:
    (document,) = office.file(Paper("đất đai", grants=("everyone",)))
    upper, lower = browser(office, "ky-thuat"), browser(office, "ky-thuat-duoi")
    assert {account["person"] for account in told(upper.get("/accounts"))} == {person.id for person in PEOPLE}
    assert {account["person"] for account in told(lower.get("/accounts"))} == {"mot", "da-nghi", "ky-thuat-duoi"}
    hidden, missing = (lower.get(f"/accounts/{person}/sessions") for person in ("hai", "khong-co-ai"))
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert upper.get(f"/documents/{document}").status_code == 404
    assert told(upper.get("/search"))["total"] == 0


def test_an_administrator_ends_the_sessions_of_others(office: House) -> None:
    member = browser(office, "mot")
    admin = browser(office, "ky-thuat")
    assert [one["kind"] for one in told(admin.get("/accounts/mot/sessions"))] == ["session"]
    assert admin.delete("/accounts/mot/sessions").status_code == 204
    assert member.get("/me").status_code == 401
    assert ("ky-thuat", "end-sessions", "mot", "allowed") in office.audited()


# --- tokens with scopes ------------------------------------------------------------------------------


def test_a_token_does_nothing_beyond_its_scopes(office: House) -> None:
    (document,) = office.file(Paper("đất đai", grants=("everyone",)))

    def program(person: str, *scopes: Scope) -> TestClient:
        made = told(browser(office, person).post("/me/tokens", json={"name": "máy", "days": 7, "scopes": [*scopes]}))
        assert made["scopes"] == sorted(scopes)
        return TestClient(
            office.app, base_url=f"http://testserver{API}", headers={"Authorization": f"Bearer {made['token']}"}
        )

    def answers(client: TestClient) -> list[int]:
        return [
            client.get(f"/documents/{document}").status_code,
            client.post(f"/documents/{document}/publish", json={"grants": ["everyone"]}).status_code,
            client.get("/accounts").status_code,
            client.get("/me").status_code,
        ]

    assert answers(program("van-thu", Scope.READ)) == [200, 403, 403, 200]
    assert answers(program("van-thu", Scope.WRITE)) == [403, 200, 403, 200]
    assert answers(program("ky-thuat", Scope.MANAGE)) == [403, 403, 200, 200]
    assert ("van-thu", "token-scope", None, "refused") in office.audited()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/me/tokens", {"name": "x"}),
        ("/me/second-factor", {"password": PASSWORD}),
        ("/me/second-factor/confirm", {"code": "000000"}),
        ("/me/second-factor/remove", {"password": PASSWORD, "code": "000000"}),
    ],
)
def test_a_program_makes_itself_no_way_in(office: House, path: str, body: dict[str, str]) -> None:
    assert office.client("mot").post(path, json=body).status_code == 403


def test_every_role_is_lower_or_takes_two_people(office: House) -> None:
    """A new role is a higher one until somebody says otherwise."""
    needs = {}
    for role in Role:
        person = Person("ai-do", "Ai Đó", (Membership(role.value, "dang-uy"),))
        office.of.catalogue.organisation.replace(Organisation(ORGANISATION.units, (*PEOPLE, person)))
        needs[role] = ask_code(office, "ai-do")["needs_approval"]
    assert {role for role, is_higher in needs.items() if not is_higher} == {Role.DANG_VIEN, Role.CHI_UY}
