"""Signing in with an identity provider: over real HTTP, with signed tokens, and nothing that was not meant for us."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import OctKey, RSAKey
from pydantic import SecretStr

from pipeline.settings import OIDCSettings
from search_api.app import API
from tests.api.house import House
from tests.api.provider import CLIENT, SECRET, Provider, providing

CALLBACK = f"http://testserver{API}/oidc/callback"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with providing() as running:
        yield running


def with_provider(house: House, issuer: str) -> House:
    """The house, whose people may sign in there."""
    oidc = OIDCSettings(issuer=issuer, client_id=CLIENT, client_secret=SecretStr(SECRET), callback=CALLBACK)
    settings = house.of.settings.model_copy(update={"oidc": oidc})
    house.app.state.services = replace(house.of, settings=settings)
    return house


@pytest.fixture
def office(house: House, provider: Provider) -> House:
    return with_provider(house, provider.url)


def begun(office: House) -> tuple[TestClient, str]:
    """A browser that was sent to the provider, and where to."""
    browser = TestClient(office.app, base_url=f"http://testserver{API}", follow_redirects=False)
    sent = browser.get("/oidc/start")
    assert sent.status_code == 303
    return browser, sent.headers["location"]


def come_back(browser: TestClient, address: str) -> httpx.Response:
    answer: httpx.Response = browser.get(address)
    return answer


def test_a_member_signs_in_at_the_provider(office: House, provider: Provider) -> None:
    browser, there = begun(office)
    assert there.startswith(f"{provider.url}/authorize?")
    back = come_back(browser, provider.approve(there, "mot"))
    assert back.status_code == 200
    assert 'url=/"' in back.text
    assert browser.get("/me").json()["person"] == "mot"
    assert browser.get("/sessions").json()[0]["kind"] == "session"
    assert ("mot", "sign-in-oidc", None, "allowed") in office.audited()


def refused(office: House, answer: httpx.Response) -> bool:
    """Whether nobody came in by this answer, which is written down."""
    assert "vankho=" not in answer.headers.get("set-cookie", "").replace("vankho-oidc=", "")
    return answer.status_code == 401 and office.audited()[-1][1:] == ("sign-in-oidc", None, "refused")


CHEATS: list[dict[str, Any]] = [
    {"nonce": "of another sign-in"},
    {"nonce": None},
    {"iss": "https://other.example"},
    {"aud": "another client"},
    {"aud": [CLIENT, "another"], "azp": "another"},
    {"exp": 1},
    {"exp": None},
    {"iat": None},
    {"preferred_username": None},
    {"preferred_username": 7},
    {"preferred_username": "nguoi-la"},
    {"preferred_username": "Một Hai"},
]


@pytest.mark.parametrize("claims", CHEATS, ids=str)
def test_a_token_that_is_not_meant_for_us_lets_nobody_in(
    office: House, provider: Provider, claims: dict[str, Any]
) -> None:
    browser, there = begun(office)
    provider.claims = claims
    assert refused(office, come_back(browser, provider.approve(there, "mot")))
    assert browser.get("/me").status_code == 401


@pytest.mark.parametrize("key", [RSAKey.generate_key(2048), OctKey.import_key(SECRET)], ids=["stranger", "secret"])
def test_a_token_that_another_key_signed_lets_nobody_in(
    office: House, provider: Provider, key: RSAKey | OctKey
) -> None:
    browser, there = begun(office)
    provider.key = key
    assert refused(office, come_back(browser, provider.approve(there, "mot")))


def test_only_the_browser_that_began_comes_back(office: House, provider: Provider) -> None:
    victim, _ = begun(office)
    _, of_attacker = begun(office)
    assert refused(office, come_back(victim, provider.approve(of_attacker, "hai")))
    stranger = TestClient(office.app, base_url=f"http://testserver{API}")
    assert refused(office, come_back(stranger, provider.approve(of_attacker, "hai")))
    assert provider.refused == []  # the codes were not even shown to the provider


def test_a_code_is_exchanged_once_and_only_with_its_verifier(office: House, provider: Provider) -> None:
    browser, there = begun(office)
    back = provider.approve(there, "mot")
    cookie = browser.cookies["vankho-oidc"]
    assert come_back(browser, back).status_code == 200
    browser.cookies.clear()
    browser.cookies["vankho-oidc"] = cookie
    assert refused(office, come_back(browser, back))
    other, also_there = begun(office)
    stolen = provider.approve(there, "mot").rpartition("code=")[2]  # a code for the challenge of another sign-in
    mixed = re.sub(r"code=.*", f"code={stolen}", provider.approve(also_there, "hai"))
    assert refused(office, come_back(other, mixed))
    assert len(provider.refused) == 2


def test_a_provider_that_is_down_is_said_to_be(office: House, provider: Provider) -> None:
    with_provider(office, "http://127.0.0.1:9")
    browser = TestClient(office.app, base_url=f"http://testserver{API}")
    assert browser.get("/oidc/start").status_code == 503
    with_provider(office, provider.url + "/")  # not how it calls itself
    assert browser.get("/oidc/start").status_code == 401


def test_a_provider_from_the_registry_is_understood(house: House, tmp_path: Path) -> None:
    """One that others wrote: what we say is what OpenID Connect means by it."""
    claims = tmp_path / "people.json"
    with subprocess.Popen(
        [sys.executable, "-c", PUBLISHED], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path
    ) as running:
        try:
            assert running.stdout is not None
            url = running.stdout.readline().strip()
            assert url, claims
            browser, there = begun(with_provider(house, url))
            sent = httpx.post(there, data={"sub": "mot"})
            assert sent.status_code in {302, 303}
            back = come_back(browser, sent.headers["location"])
            assert back.status_code == 200
            assert browser.get("/me").json()["person"] == "mot"
        finally:
            running.kill()


PUBLISHED = """
from werkzeug.serving import make_server
from oidc_provider_mock import User, app
server = make_server("127.0.0.1", 0, app(user_claims=[User(sub="mot", claims={"preferred_username": "mot"})]))
print(f"http://127.0.0.1:{server.port}", flush=True)
server.serve_forever()
"""
