"""The first administrator begins with a code from the console, once, and nobody else by it."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
from sqlalchemy import select

from pipeline.catalogue.account_tables import ResetCodeRow
from pipeline.model import Membership, Person
from pipeline.passwords import secret_hash
from pipeline.second_factor import plain_code
from pipeline.settings import OIDCSettings
from search_api.first_start import LASTING, first_codes
from tests.api.house import ORGANISATION, PASSWORD, House

SECOND = Person("ky-thuat-2", "Lý Kỹ Thuật", (Membership("quan_tri_ky_thuat", "dang-uy"),))


def codes(house: House) -> dict[str, str]:
    """What the console is told, by person."""
    lines = list(first_codes(house.of))
    return dict(line.strip().split(": ") for line in lines[1:])


def chosen(house: House, person: str, code: str) -> int:
    body = {"person": person, "code": code, "password": PASSWORD}
    answer: httpx.Response = house.client().post("/passwords", json=body)
    return answer.status_code


def test_the_code_makes_an_administrator_once(house: House) -> None:
    made = codes(house)
    assert list(made) == ["ky-thuat"]
    assert chosen(house, "van-thu", made["ky-thuat"]) == 401
    assert chosen(house, "ky-thuat", made["ky-thuat"]) == 204
    assert chosen(house, "ky-thuat", made["ky-thuat"]) == 401
    signed_in = house.client()
    assert signed_in.post("/sessions", json={"person": "ky-thuat", "password": PASSWORD}).status_code == 201
    assert signed_in.get("/accounts").status_code == 200
    assert list(first_codes(house.of)) == []
    acts = [(what, on, outcome) for _, what, on, outcome in house.audited()]
    assert ("create-reset-code", "ky-thuat", "allowed") in acts
    assert ("reset-password", "ky-thuat", "allowed") in acts


def test_an_account_that_the_operator_gives_ends_the_codes(house: House) -> None:
    made = codes(house)
    house.give_account("ky-thuat")
    assert chosen(house, "ky-thuat", made["ky-thuat"]) == 401


def test_a_start_ends_the_codes_of_the_one_before(house: House) -> None:
    first, second = codes(house), codes(house)
    assert first != second
    assert chosen(house, "ky-thuat", first["ky-thuat"]) == 401
    assert chosen(house, "ky-thuat", second["ky-thuat"]) == 204


def test_of_several_the_first_is_the_only_one(house: House) -> None:
    house.of.catalogue.organisation.replace(replace(ORGANISATION, people=(*ORGANISATION.people, SECOND)))
    made = codes(house)
    assert set(made) == {"ky-thuat", "ky-thuat-2"}
    assert chosen(house, "ky-thuat-2", made["ky-thuat-2"]) == 204
    assert chosen(house, "ky-thuat", made["ky-thuat"]) == 401


def test_a_code_ends_after_a_day_and_is_kept_as_a_hash(house: House) -> None:
    before = datetime.now(UTC)
    code = plain_code(codes(house)["ky-thuat"])
    with house.of.catalogue.database.reading() as session:
        (row,) = session.scalars(select(ResetCodeRow))
        assert before + LASTING <= row.expires_at <= datetime.now(UTC) + LASTING
        assert row.code_hash == secret_hash(code)
    kept = [path.read_bytes() for path in house.of.settings.home.rglob("*") if path.is_file()]
    assert not any(code.encode() in data for data in kept)


def test_where_nobody_has_the_role_the_console_says_what_to_do(house: House) -> None:
    house.of.catalogue.organisation.replace(replace(ORGANISATION, people=ORGANISATION.people[:4]))
    (line,) = first_codes(house.of)
    assert "vankho org import" in line
    assert house.audited() == []


def test_an_account_of_somebody_else_does_not_do_and_an_identity_provider_does(house: House) -> None:
    house.give_account("van-thu")
    assert codes(house)
    with_provider = house.of.settings.model_copy(
        update={
            "oidc": OIDCSettings(
                issuer="https://dang-nhap.example",
                client_id="vankho",
                callback="https://vankho.example/api/v1/oidc/callback",
            )
        }
    )
    assert list(first_codes(replace(house.of, settings=with_provider))) == []
