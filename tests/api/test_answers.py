"""What holds for every answer: one shape of errors, safe headers, bounded bodies, silent failures, health."""

import logging
import shutil
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StorageFullError, UnavailableError
from search_api.app import API
from search_api.errors import Code
from search_api.guards import MAX_BODY
from tests.api.house import House, Paper, open_house

STEADY = settings(max_examples=40, deadline=None)
"""Few examples, each of several requests, on a machine that may be slow."""


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house for tests that change nothing."""
    made = open_house(tmp_path_factory.mktemp("answers") / "home")
    with TestClient(made.app):
        made.file(Paper("cho mọi người", grants=("everyone",)))
        yield made


def code(response: httpx.Response) -> str:
    """The error's code, from an answer of exactly our shape."""
    answer = response.json()
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"code", "message"}
    assert response.headers["content-type"] == "application/json"
    assert answer["error"]["message"].strip()
    return str(Code(answer["error"]["code"]))


ERRORS = [
    ("GET", "/nowhere", {}, 404, "not_found"),
    ("GET", "/search/", {}, 404, "not_found"),
    ("PUT", "/search", {}, 405, "method_not_allowed"),
    ("GET", "/search", {"params": {"typ": "nghi_quyet"}}, 422, "invalid_request"),
    ("GET", "/search", {"params": {"page": "0"}}, 422, "invalid_request"),
    ("GET", "/search", {"params": {"size": "101"}}, 422, "invalid_request"),
    ("GET", "/search", {"params": {"sort": "score"}}, 422, "invalid_request"),
    ("GET", "/search", {"params": {"number": "không phải số"}}, 422, "invalid_request"),
    ("GET", "/search", {"params": {"from": "hôm qua"}}, 422, "invalid_request"),
    ("GET", "/documents/x/pages/một", {}, 422, "invalid_request"),
    ("GET", "/documents/x/pages/1/image", {"params": {"width": "9999"}}, 422, "invalid_request"),
    ("POST", "/sessions", {"content": b"{"}, 422, "invalid_request"),
    ("POST", "/sessions", {"content": b'"\xff"'}, 400, "invalid_request"),
    ("POST", "/sessions", {"json": {"person": "mot"}}, 422, "invalid_request"),
    ("POST", "/sessions", {"json": {"person": "mot", "password": "x", "admin": True}}, 422, "invalid_request"),
    ("POST", "/sessions", {"json": {"person": ["mot"], "password": {}}}, 422, "invalid_request"),
    ("POST", "/sessions", {"json": [1]}, 422, "invalid_request"),
]


@pytest.mark.parametrize(("method", "path", "sent", "status", "expected"), ERRORS)
def test_errors_have_one_shape(
    lasting: House, method: str, path: str, sent: dict[str, object], status: int, expected: str
) -> None:
    headers = {"content-type": "application/json"} if "content" in sent else {}
    answer = lasting.client("mot").request(method, path, headers=headers, **sent)  # type: ignore[arg-type]
    assert (answer.status_code, code(answer)) == (status, expected)


def test_what_was_sent_is_not_said_back(lasting: House) -> None:
    answer = lasting.client().post("/sessions", json={"person": "mot", "password": ["mật khẩu của tôi"]})
    assert answer.status_code == 422
    assert "mật khẩu của tôi" not in answer.text
    assert "password" in answer.json()["error"]["message"]


def test_a_name_that_was_made_up_is_said_back_in_short(lasting: House) -> None:
    answer = lasting.client("mot").get("/search", params={"x" * 5_000: "1"})
    assert answer.status_code == 422
    assert len(answer.json()["error"]["message"]) < 200


def test_every_answer_carries_the_safe_headers(lasting: House) -> None:
    client, (document, *_) = lasting.client("mot"), lasting.papers
    asked = ["/search", "/me", "/sessions", f"/documents/{document}", f"/documents/{document}/original", "/nowhere"]
    asked += [f"/documents/{document}/{rest}" for rest in ("pdf", "pages/1", "pages/1/image", "pages/1/words")]
    asked += ["/health/live", "/health/ready", "/openapi.json", "/search?wrong=1", "/documents/x"]
    answers = [client.get(path) for path in asked]
    answers += [lasting.client().get("/me"), client.post("/sessions", content=b"x" * (MAX_BODY + 1))]
    for answer in answers:
        assert answer.headers["cache-control"] == "private, no-store", answer.url
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def in_pieces(length: int) -> Iterator[bytes]:
    """A body whose length is not declared."""
    while length:
        piece = min(1_000, length)
        length -= piece
        yield b" " * piece


@pytest.mark.parametrize("body", [lambda length: b" " * length, in_pieces])
@pytest.mark.parametrize(("length", "status"), [(MAX_BODY, 422), (MAX_BODY + 1, 413), (50 * MAX_BODY, 413)])
def test_a_body_is_read_up_to_a_limit_and_no_further(
    lasting: House, body: Callable[[int], bytes | Iterator[bytes]], length: int, status: int
) -> None:
    content = body(length)
    answer = lasting.client().post("/sessions", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert code(answer) == ("too_large" if status == 413 else "invalid_request")


def test_a_length_that_is_a_lie_is_refused(lasting: House) -> None:
    for declared in ("9" * 5_000, "18446744073709551616"):
        answer = lasting.client().post("/sessions", content=b"{}", headers={"content-length": declared})
        assert answer.status_code == 413


@STEADY
@given(
    st.dictionaries(st.sampled_from(["q", "type", "year", "number", "from", "to", "page", "x"]), st.text(), max_size=4)
)
def test_no_query_is_an_error_of_ours(lasting_client: TestClient, query: dict[str, str]) -> None:
    answer = lasting_client.get("/search", params=query)
    assert answer.status_code in {200, 422}


@STEADY
@given(st.text(max_size=60))
def test_no_path_is_an_error_of_ours(lasting_client: TestClient, text: str) -> None:
    for path in ("/documents/", "/sessions/", "/"):
        answer = lasting_client.get(path + quote(text.encode(errors="replace"), safe=""))
        assert answer.status_code in {200, 404, 405, 422}


@pytest.fixture(scope="module")
def lasting_client(lasting: House) -> TestClient:
    return lasting.client("mot")


def test_the_interactive_pages_are_not_served(lasting: House) -> None:
    client = TestClient(lasting.app)
    for path in ("/docs", "/redoc", f"{API}/docs", "/openapi.json"):
        assert client.get(path).status_code == 404


def test_the_description_can_be_read_by_anybody_and_names_both_ways_in(lasting: House) -> None:
    description = lasting.client().get("/openapi.json").json()
    assert {scheme["type"] for scheme in description["components"]["securitySchemes"].values()} == {"http", "apiKey"}


def test_health_is_told_to_anybody(lasting: House) -> None:
    for path in ("/health/live", "/health/ready"):
        answer = lasting.client().get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "unavailable": []})


def test_a_part_that_fails_is_named_and_the_service_lives(house: House) -> None:
    (house.of.settings.home / "store").write_text("no folder")
    answer = house.client().get("/health/ready")
    assert (answer.status_code, answer.json()["unavailable"]) == (503, ["store"])
    assert answer.headers["retry-after"]
    assert house.client().get("/health/live").status_code == 200


def test_a_broken_catalogue_is_named(house: House) -> None:
    house.of.catalogue.close()
    for path in house.of.settings.home.glob("catalogue.sqlite3*"):
        path.unlink()
    (house.of.settings.home / "catalogue.sqlite3").write_bytes(b"no database" * 1_000)
    answer = house.client().get("/health/ready")
    assert (answer.status_code, answer.json()["unavailable"]) == (503, ["catalogue"])
    searched = house.client().get("/me", headers={"authorization": "Bearer x"})
    assert (searched.status_code, code(searched)) == (503, "unavailable")


def test_missing_and_damaged_objects_are_told_apart_from_hidden_ones(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    (document,) = house.file(Paper("cho mọi người", grants=("everyone",)))
    shutil.rmtree(house.of.settings.home / "store" / "derived")
    (original,) = (house.of.settings.home / "store" / "originals").iterdir()
    original.chmod(0o600)
    original.write_bytes(original.read_bytes()[:-7])
    client = house.client("mot")
    for rest in ("pages/1/words", "original", "pdf"):
        answer = client.get(f"/documents/{document}/{rest}")
        assert (answer.status_code, code(answer)) == (500, "damaged"), rest
        assert original.name not in answer.text
    assert client.get(f"/documents/{document}").status_code == 200
    assert original.name in caplog.text  # the operator is told which
    original.write_bytes(b"II*\x00")
    answer = client.get(f"/documents/{document}/pages/1/image")
    assert (answer.status_code, code(answer)) == (500, "page_failed")


@pytest.mark.parametrize("error", [StorageFullError("đĩa đầy ở /data/kho"), UnavailableError("máy chủ kho")])
def test_what_cannot_be_used_is_said_in_general_words(
    house: House, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(type(house.of.search), "search", fail)
    answer = house.client("mot").get("/search")
    assert (answer.status_code, code(answer)) == (503, "unavailable")
    assert answer.headers["retry-after"]
    assert str(error) not in answer.text


def test_an_unforeseen_error_says_nothing_of_what_it_was_about(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        message = "nội dung mật của văn bản"
        raise RuntimeError(message)

    monkeypatch.setattr(type(house.of.search), "search", fail)
    caplog.set_level(logging.DEBUG)
    answer = house.client("mot").get("/search?q=điều tôi tìm")
    assert (answer.status_code, code(answer)) == (500, "internal_error")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "RuntimeError" in caplog.text
    for text in (answer.text, caplog.text):
        assert "nội dung mật" not in text
        assert "điều tôi tìm" not in text
