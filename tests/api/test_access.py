"""Nobody sees what is not theirs: every route of the API's own description, for every reader."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.testclient import TestClient

from search_api.app import API
from tests.api.house import HOLDERS, READERS, House, Paper, open_house, running

OPEN = {("get", "/health/live"), ("get", "/health/ready"), ("post", "/sessions"), ("post", "/passwords")} | {
    ("get", f"/oidc/{step}") for step in ("start", "callback")
}
"""The routes that ask for nobody; the description of the API itself is the fourth."""

PUBLISHERS = frozenset({"van-thu", "bi-thu"})
"""Who may publish what they see, by their roles in the owner unit."""

MISSING = str(uuid4())

BODIES: dict[str, dict[str, Any]] = {
    "publish": {"grants": ["everyone"]},
    "class": {"class": "noi_bo"},
    "fields": {"number": "06-NQ/ĐU"},
    "validity": {"validity": "het_hieu_luc"},
    "validity/refusals": {"ground": MISSING, "relation": "replaces"},
}
"""What changes of a document that need a body are told."""

VARIATIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "with a range": {"headers": {"Range": "bytes=0-3"}},
    "with a query": {"params": {"q": "đất đai", "width": "100"}},
    "with a body that will not do": {"json": {"grants": ["nobody"]}},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route and method, as the description names them."""

    method: str
    path: str

    def call(self, client: TestClient, document: str = MISSING, session: str = MISSING, **sent: Any) -> httpx.Response:  # noqa: ANN401
        """Call it with these ids, its first page, and a body that would do."""
        named = defaultdict(lambda: MISSING, document_id=document, session_id=session, number="1")
        path = self.path.format_map(named)
        body = {"json": BODIES[self.change]} if self.method == "post" and self.change in BODIES else {}
        response: httpx.Response = client.request(self.method, path, **(body | sent))
        return response

    @property
    def change(self) -> str:
        """What a route of a document does to it, by the end of its path."""
        return self.path.rpartition("{document_id}/")[2]


def operations(house: House) -> list[Operation]:
    """Everything that can be called; HEAD wherever GET can."""
    paths = house.app.openapi()["paths"]
    found = [Operation(method, path.removeprefix(API)) for path, methods in paths.items() for method in methods]
    assert len(found) >= 14
    return found + [Operation("head", operation.path) for operation in found if operation.method == "get"]


def of_documents(house: House) -> list[Operation]:
    """What can be asked of a document."""
    return [operation for operation in operations(house) if "{document_id}" in operation.path]


def answered(response: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that an answer tells."""
    return response.status_code, response.content, list(response.headers.multi_items())


@pytest.fixture(scope="module")
def full_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Papers of every kind of grant; the walk changes none of them."""
    home: Path = tmp_path_factory.mktemp("walk")
    with running(open_house(home / "home")) as made:
        for grant in HOLDERS:
            made.file(Paper(f"cho {grant}", grants=(grant,)))
        made.file(Paper("chưa công bố"))
        made.file(Paper("trong tập", grants=("under:dang-uy",)), Paper("kín trong tập", grants=("person:hai",)))
        yield made


def test_without_signing_in_only_health_and_signing_in_answer(full_house: House) -> None:
    client, some = full_house.client(), next(iter(full_house.papers))
    described = full_house.app.openapi()["paths"]
    for operation in operations(full_house):
        if operation.method != "head":
            security = described[API + operation.path][operation.method].get("security", [])
            assert bool(security) == ((operation.method, operation.path) not in OPEN), operation
        response = operation.call(client, some)
        if operation in {Operation("get", path) for method, path in OPEN if method == "get"}:
            assert response.status_code == (404 if "/oidc/" in operation.path else 200), operation
        elif (operation.method, operation.path) not in OPEN and operation.path not in {path for _, path in OPEN}:
            assert response.status_code == 401, operation
            assert response.headers["www-authenticate"] == "Bearer"
            if operation.method != "head":
                assert response.json()["error"]["code"] == "not_signed_in"


@pytest.mark.parametrize("variation", VARIATIONS)
@pytest.mark.parametrize("person", READERS)
def test_hidden_and_missing_are_the_same_to_the_byte(full_house: House, person: str, variation: str) -> None:
    client, sent = full_house.client(person), VARIATIONS[variation]
    hidden = [document for document, paper in full_house.papers.items() if person not in paper.readers]
    readable = next((document for document in full_house.papers if document not in hidden), MISSING)
    for operation in of_documents(full_house):
        missing = operation.call(client, **sent)
        assert missing.status_code == 404 or (sent and missing.status_code == 422), operation
        for document in (*hidden[:1], "not-an-id", readable.upper()):  # all kinds of grants: test_non_interference
            assert answered(operation.call(client, document, **sent)) == answered(missing), operation
    assert hidden or person == "van-thu"


def expected_status(operation: Operation, person: str, document: str, house: House) -> int:
    """What somebody gets who may read the document, as the issue says it."""
    if operation.method == "post" or operation.path.endswith(("/access", "/proposed-grants")):
        return 200 if person in PUBLISHERS else 403
    stack = {"trong tập", "kín trong tập"}
    if operation.path.endswith("/original") and house.papers[document].text in stack:
        others = [paper for paper in house.papers.values() if paper.text in stack]
        return 200 if all(person in paper.readers for paper in others) else 403
    return 200


@pytest.mark.parametrize("person", READERS)
def test_what_is_granted_can_be_read_on_every_route_and_no_more_be_done(full_house: House, person: str) -> None:
    client = full_house.client(person)
    before = {document: full_house.of.catalogue.documents.document(document) for document in full_house.papers}
    for document, paper in full_house.papers.items():
        if person not in paper.readers:
            continue
        for operation in of_documents(full_house):
            expected = expected_status(operation, person, document, full_house)
            if operation.method == "post" and expected == 200:
                continue  # a change: below
            response = operation.call(client, document)
            assert response.status_code == expected, (operation, paper)
            if operation.method == "head":
                told = client.get(str(response.request.url))
                assert response.content == b""
                assert response.headers.items() == told.headers.items()
    assert {document: full_house.of.catalogue.documents.document(document) for document in before} == before


@pytest.mark.parametrize("person", sorted(PUBLISHERS))
def test_who_may_publish_can_do_so_on_every_route_of_change(house: House, person: str) -> None:
    for operation in of_documents(house):
        if operation.method == "post":
            (document,) = house.file(Paper("đất đai", grants=("role:cap_uy@dang-uy",)))
            response = operation.call(house.client(person), document)
            if operation.change == "validity/refusals":  # nothing is proposed for this document
                assert response.status_code == 404
                assert response.content != operation.call(house.client(person)).content
                continue
            assert response.status_code == 200, operation
            assert house.of.catalogue.documents.document(document).version == 3


def test_a_page_that_the_document_has_not_is_missing(full_house: House) -> None:
    client = full_house.client("van-thu")
    for operation in of_documents(full_house):
        if "{number}" not in operation.path:
            continue
        for number in (0, -1, 2, 10**30):
            path = operation.path.format(document_id="{document_id}", number=number)
            for document in (*full_house.papers,)[-2:]:
                response = Operation(operation.method, path).call(client, document)
                assert answered(response) == answered(Operation(operation.method, path).call(client))


def test_somebody_elses_session_is_as_if_it_were_not_there(full_house: House) -> None:
    other = full_house.client("hai").get("/sessions").json()[0]["id"]
    client = full_house.client("mot")
    assert answered(client.delete(f"/sessions/{other}")) == answered(client.delete(f"/sessions/{MISSING}"))
    assert other in {session["id"] for session in full_house.client("hai").get("/sessions").json()}


def test_the_whole_file_is_only_for_who_may_read_all_of_it(full_house: House) -> None:
    first, second = (
        next(i for i, p in full_house.papers.items() if p.text == text) for text in ("trong tập", "kín trong tập")
    )
    refused = full_house.client("mot").get(f"/documents/{first}/original")
    assert refused.status_code == 403
    assert second not in refused.text
    whole = full_house.client("hai").get(f"/documents/{first}/original")
    sha256 = full_house.of.catalogue.documents.document(first).file.sha256
    with full_house.of.store.open(f"originals/{sha256}") as stream:
        assert whole.content == stream.read()


def test_a_page_that_is_in_no_document_is_for_the_clerks_alone(house: House) -> None:
    kept, gone = house.file(Paper("ở lại", grants=("everyone",)), Paper("đi mất", grants=("everyone",)))
    assert house.client("mot").get(f"/documents/{kept}/original").status_code == 200
    house.forget([gone])
    assert house.client("mot").get(f"/documents/{kept}/original").status_code == 403
    assert house.client("van-thu").get(f"/documents/{kept}/original").status_code == 200


def test_a_revoked_grant_ends_at_once(house: House) -> None:
    (document,) = house.file(Paper("cho mọi người", grants=("everyone",)))
    reader, clerk = house.client("mot"), house.client("van-thu")
    assert reader.get("/search").json()["total"] == 1
    assert clerk.post(f"/documents/{document}/withdraw").json()["status"] == "unpublished"
    assert reader.get(f"/documents/{document}").status_code == 404
    assert reader.get("/search").json()["total"] == 0
    assert clerk.get(f"/documents/{document}").status_code == 200


def test_a_published_document_is_found_at_once_by_its_readers_and_by_no_other(house: House) -> None:
    (document,) = house.file(Paper("đất đai"))
    answer = house.client("van-thu").post(f"/documents/{document}/publish", json={"grants": ["unit:chi-bo-1"]})
    assert answer.status_code == 200
    assert answer.json()["grants"] == ["unit:chi-bo-1"]
    found = {person: house.client(person).get("/search?q=dat dai").json()["total"] for person in READERS}
    assert found == {"van-thu": 1, "mot": 1, "bi-thu": 0, "hai": 0, "ky-thuat": 0, "da-nghi": 0}


def test_who_may_read_but_not_publish_is_told_so(house: House) -> None:
    (document,) = house.file(Paper("cho mọi người", grants=("everyone",)))
    for action, body in (("publish", {"grants": ["person:mot"]}), ("withdraw", None)):
        refused = house.client("mot").post(f"/documents/{document}/{action}", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
        assert ("mot", action, document, "refused") in house.audited()
    assert house.client("hai").get(f"/documents/{document}").status_code == 200


@pytest.mark.parametrize(
    ("grants", "said"),
    [
        (["nobody"], "viết sai"),
        (["role:emperor@dang-uy"], "viết sai"),
        (["unit:nowhere"], "unit:nowhere"),
        (["person:nobody"], "person:nobody"),
        ([], "quá ít"),
    ],
)
def test_a_grant_that_is_none_changes_nothing(house: House, grants: list[str], said: str) -> None:
    (document,) = house.file(Paper("cho mọi người", grants=("everyone",)))
    refused = house.client("van-thu").post(f"/documents/{document}/publish", json={"grants": grants})
    assert refused.status_code == 422
    assert said in refused.json()["error"]["message"]
    assert house.client("van-thu").get(f"/documents/{document}").json()["grants"] == ["everyone"]


def test_grants_and_the_files_name_are_told_to_who_may_publish_alone(house: House) -> None:
    (document,) = house.file(Paper("cho mọi người", grants=("everyone",)))
    clerk, reader = (house.client(person).get(f"/documents/{document}").json() for person in ("van-thu", "mot"))
    assert clerk["grants"] == ["everyone"]
    assert "grants" not in reader
    assert clerk["fields"]["date"]["raw"] == "tên tệp kể cả chuyện khác"
    assert reader["fields"]["date"] == {**clerk["fields"]["date"], "raw": None}
    clerk, reader = (house.client(person).get(f"/documents/{document}/original") for person in ("van-thu", "mot"))
    assert "filename*=UTF-8''qu%C3%A9t%201.tiff" in clerk.headers["content-disposition"]
    assert "qu%C3%A9t" not in reader.headers["content-disposition"]


def test_every_view_download_change_and_refusal_is_written_down(house: House) -> None:
    (document,) = house.file(Paper("cho chi bộ một", grants=("unit:chi-bo-1",)))
    actions = {
        "": "view",
        "/pages/1": "view-page",
        "/pages/1/image": "view-image",
        "/pages/1/words": "view-words",
        "/original": "download-original",
        "/pdf": "download-pdf",
        "/relations": "view-relations",
        "/validity": "view-validity",
        "/access": "explain-access",
        "/proposed-grants": "view-proposed-grants",
    }
    publishing = {"/access", "/proposed-grants"}
    read = {operation.path.format(document_id="", number=1) for operation in of_documents(house)}
    changes = {f"/documents//{change}" for change in ("publish", "withdraw", "class", "fields", "validity/refusals")}
    assert {f"/documents/{suffix}" for suffix in actions} | changes == read
    reader, other, clerk = house.client("mot"), house.client("hai"), house.client("van-thu")
    for suffix in actions:
        (clerk if suffix in publishing else reader).get(f"/documents/{document}{suffix}")
        other.get(f"/documents/{document}{suffix}")
    clerk.post(f"/documents/{document}/publish", json={"grants": ["person:hai"]})
    clerk.post(f"/documents/{document}/withdraw")
    expected = [
        (who, action, document, outcome)
        for suffix, action in actions.items()
        for who, outcome in (("van-thu" if suffix in publishing else "mot", "allowed"), ("hai", "refused"))
    ]
    expected += [("van-thu", action, document, "allowed") for action in ("publish", "withdraw")]
    assert house.audited() == expected
    assert house.of.catalogue.audit.first_broken() is None
    assert {line.event.origin for line in house.of.catalogue.audit.lines()} == {"http:testclient"}


def test_the_description_is_complete(full_house: House) -> None:
    for path, methods in full_house.app.openapi()["paths"].items():
        for method, operation in methods.items():
            names_another = "{" in path or (method, path) == ("post", f"{API}/units")  # it is below another unit
            assert operation["summary"]
            assert re.search(r"\w", operation["description"])
            refusals = {status for status in operation["responses"] if status[0] in "45"}
            assert ("503" in refusals) == (path != f"{API}/health/live")
            assert ("401" in refusals) == (not path.startswith(f"{API}/health"))
            assert ("404" in refusals) == (names_another or "/oidc/" in path)  # there may be no such provider
            assert "HTTPValidationError" not in str(operation)
