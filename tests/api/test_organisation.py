"""Units and people over HTTP: heads of office edit their own part, one thing at a time, and nobody else does."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.catalogue.accounts import CredentialKind, Scope
from pipeline.model import Membership, Organisation, Person, Unit
from tests.api.house import ORGANISATION, READERS, House, Paper, open_house, running

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)
HEAD, LESSER = "chanh", "chanh-2"

OWN = Organisation(
    (*ORGANISATION.units, Unit("to-2", "Tổ Hai", "to", "chi-bo-2"), Unit("xa", "Đảng ủy Xa", "dang_uy")),
    (
        *ORGANISATION.people,
        Person(HEAD, "Chánh Văn", (Membership("chanh_van_phong", "dang-uy"),)),
        Person(LESSER, "Chánh Hai", (Membership("chanh_van_phong", "chi-bo-2"),)),
        Person("la", "Người Lạ", (Membership("dang_vien", "xa"),)),
    ),
)

EDITS: Mapping[str, dict[str, Any]] = {
    "/units": {"unit": "to-1", "name": "Tổ Một", "kind": "to", "parent": "chi-bo-2", "from": "2026-01-01"},
    "/units/chi-bo-1/rename": {"name": "Chi bộ Nhất", "symbol": "CBN", "from": "2026-01-01"},
    "/units/to-2/move": {"parent": "chi-bo-1", "from": "2026-01-01"},
    "/units/to-2/end": {"to": YESTERDAY.isoformat()},
    "/units/chi-bo-1/split": {"into": ["chi-bo-1", "chi-bo-2"], "from": "2026-01-01", "rights_to": ["chi-bo-2"]},
    "/people": {"person": "moi", "name": "Người Mới"},
    "/people/mot/rename": {"name": "Nguyễn Nhất"},
    "/people/hai/leave": {},
    "/people/mot/roles": {"role": "van_thu", "unit": "chi-bo-1", "to": "2030-01-01"},
    "/people/mot/roles/end": {"role": "dang_vien", "unit": "chi-bo-1"},
    "/units/chi-bo-2/merge": {"units": ["chi-bo-1"], "with_rights": True, "move_people": True},
}
"""Every edit, in an order in which each can be made."""


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """An installation with heads of office, on one day."""
    for place in ("search_api.routes.organisation", "search_api.auth", "search_api.visit"):
        monkeypatch.setattr(f"{place}.today", lambda: TODAY)
    with running(open_house(tmp_path / "home", organisation=OWN)) as made:
        yield made


def whole(house: House) -> Organisation:
    return house.of.catalogue.organisation.whole()


def unit(house: House, handle: str) -> Unit:
    return house.of.catalogue.organisation.require_unit(handle)


def test_a_head_of_office_makes_every_edit_and_each_is_written_down(house: House) -> None:
    client = house.client(HEAD)
    for path, body in EDITS.items():
        before = whole(house)
        answer = client.post(path, json=body)
        assert answer.status_code in {200, 201}, answer.text
        assert whole(house) != before
        assert client.get("/units").json()["edition"] == answer.json()["edition"]
    assert unit(house, "to-1").parent == "chi-bo-2"
    assert unit(house, "chi-bo-1").names == ("Chi bộ Nhất", "Chi bộ Một")
    assert unit(house, "chi-bo-1").past[0].until == date(2025, 12, 31)
    assert [(who, how) for who, _, _, how in house.audited()] == [(HEAD, "allowed")] * len(house.audited())
    assert ("chanh", "add-role", "role:van_thu@chi-bo-1", "allowed") in house.audited()


def test_nobody_else_edits_and_every_attempt_is_written_down(house: House) -> None:
    before = whole(house)
    for person in READERS:
        client = house.client(person)
        for path, body in EDITS.items():
            answer = client.post(path, json=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
        tried = {action for who, action, _, how in house.audited() if (who, how) == (person, "refused")}
        assert len(tried) == len(EDITS)
    client = house.client(LESSER)
    for path, body in EDITS.items():
        if "chi-bo-1" in f"{path} {body}" or "mot" in path:
            assert client.post(path, json=body).status_code == 404
    assert whole(house) == before


def test_only_what_one_keeps_is_shown(house: House) -> None:
    for person, units, people in (
        (HEAD, {"dang-uy", "chi-bo-1", "chi-bo-2", "to-2"}, {each.id for each in OWN.people} - {"la"}),
        (LESSER, {"chi-bo-2", "to-2"}, {"hai", LESSER, "da-nghi"}),
    ):
        client = house.client(person)
        assert {each["id"] for each in client.get("/units").json()["units"]} == units
        assert {each["person"] for each in client.get("/people").json()["people"]} == people
        for kind, missing, hidden in (("units", "khong-co", "xa"), ("people", "khong-ai", "la")):
            answers = [client.get(f"/{kind}/{handle}") for handle in (missing, hidden)]
            assert [answer.status_code for answer in answers] == [404, 404]
            assert answers[0].content == answers[1].content
            assert client.get(f"/{kind}/{(units if kind == 'units' else people).pop()}").status_code == 200
    for person in READERS:
        for path in ("/units", "/units/dang-uy", "/people", "/people/mot"):
            assert house.client(person).get(path).status_code == 403


def test_a_foreign_unit_named_in_a_body_looks_as_one_that_is_missing(house: House) -> None:
    client = house.client(HEAD)
    for path, body in (
        ("/units", {"unit": "to-9", "name": "Tổ", "kind": "to", "parent": "?"}),
        ("/units/to-2/move", {"parent": "?"}),
        ("/units/chi-bo-1/merge", {"units": ["?"]}),
        ("/units/chi-bo-1/split", {"into": ["chi-bo-2", "?"]}),
        ("/people/mot/roles", {"role": "dang_vien", "unit": "?"}),
        ("/people/mot/roles/end", {"role": "dang_vien", "unit": "?"}),
    ):
        answers = [
            client.post(path, json={key: _named(value, handle) for key, value in body.items()})
            for handle in ("khong-co", "xa")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def _named(value: Any, handle: str) -> Any:  # noqa: ANN401 - a part of a body
    return [_named(each, handle) for each in value] if isinstance(value, list) else handle if value == "?" else value


def test_a_unit_has_its_history_on_a_day(house: House) -> None:
    client = house.client(HEAD)
    client.post("/units/chi-bo-1/rename", json={"name": "Chi bộ Nhất"})
    client.post("/units/chi-bo-1/merge", json={"units": ["to-2"]})
    told = client.get("/units/chi-bo-1").json()["unit"]
    was = {"until": YESTERDAY.isoformat(), "name": "Chi bộ Một", "symbol": None, "parent": "dang-uy"}
    step = {"kind": "merge", "day": TODAY.isoformat(), "with_rights": False}
    assert (told["name"], told["past"], told["came_from"]) == ("Chi bộ Nhất", [was], [{"unit": "to-2", **step}])
    assert client.get("/units/chi-bo-1", params={"on": YESTERDAY.isoformat()}).json()["unit"]["name"] == "Chi bộ Một"
    assert client.get("/units/to-2").json()["unit"]["became"] == [{"unit": "chi-bo-1", **step}]


@pytest.mark.parametrize("with_rights", [False, True])
def test_a_merge_shows_its_people_no_document_unless_that_is_said(house: House, *, with_rights: bool) -> None:
    (document,) = house.file(Paper("đất đai", grants=("unit:chi-bo-2",)))
    clerk = house.client(HEAD)
    assert clerk.post("/units/to-2/end", json={}).status_code == 200
    assert house.client("mot").get(f"/documents/{document}").status_code == 404
    merged = clerk.post("/units/chi-bo-1/merge", json={"units": ["chi-bo-2"], "with_rights": with_rights})
    assert merged.status_code == 200
    reader = house.client("mot")
    assert reader.get(f"/documents/{document}").status_code == (200 if with_rights else 404)
    assert reader.get("/search?q=dat dai").json()["total"] == int(with_rights)
    assert house.client("hai").get(f"/documents/{document}").status_code == 404
    assert house.client("van-thu").get(f"/documents/{document}").status_code == 200
    record = house.of.catalogue.documents.document(document)
    assert (record.version, record.owner_unit, [grant.token for grant in record.grants]) == (
        2, "dang-uy", ["unit:chi-bo-2"],
    )  # fmt: skip


def test_a_role_that_ends_takes_its_documents_with_the_next_request(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("unit:chi-bo-1",)))
    reader, head = house.client("mot"), house.client(HEAD)
    assert reader.get(f"/documents/{document}").status_code == 200
    assert head.post("/people/mot/roles/end", json=EDITS["/people/mot/roles/end"]).status_code == 200
    assert reader.get(f"/documents/{document}").status_code == 404
    assert head.post("/people/mot/roles", json=EDITS["/people/mot/roles"]).status_code == 201
    assert reader.get(f"/documents/{document}").status_code == 200


def test_an_edit_of_another_edition_is_refused_and_does_nothing(house: House) -> None:
    client = house.client(HEAD)
    seen = client.get("/units").json()["edition"]
    first = client.post("/units/chi-bo-1/rename", json={"name": "Chi bộ Nhất", "edition": seen})
    assert first.status_code == 200
    before = whole(house)
    refused = client.post("/people/mot/rename", json={"name": "Nguyễn Nhất", "edition": seen})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "changed_meanwhile")
    assert whole(house) == before
    again = client.post("/people/mot/rename", json={"name": "Nguyễn Nhất", "edition": first.json()["edition"]})
    assert again.status_code == 200


FAULTY: Sequence[tuple[str, dict[str, Any], str]] = [
    ("/units", EDITS["/units"] | {"unit": "chi-bo-2"}, "mã xuất hiện 2 lần"),
    ("/units", EDITS["/units"] | {"unit": "Tổ"}, "mã chỉ gồm"),
    ("/units/chi-bo-2/end", {}, "còn đơn vị cấp dưới: to-2"),
    ("/units/chi-bo-1/rename", {}, "không có gì thay đổi"),
    ("/units/chi-bo-1/rename", {"name": "x", "from": "2999-01-01"}, "chưa đến"),
    ("/units/chi-bo-1/rename", {"name": "x", "ten": "y"}, "ten"),
    ("/people/mot/roles", {"role": "vua", "unit": "chi-bo-1"}, "role"),
    ("/people/mot/roles", {"role": "dang_vien", "unit": "chi-bo-1"}, "đã có vai trò này"),
]


def test_what_cannot_be_is_named_and_changes_nothing(house: House) -> None:
    before, client = whole(house), house.client(HEAD)
    for path, body, said in FAULTY:
        answer = client.post(path, json=body)
        assert answer.status_code == 422
        assert said in answer.json()["error"]["message"]
    assert whole(house) == before


def test_a_token_edits_only_if_it_was_made_to_manage(house: House) -> None:
    browser = house.browser(house.credential(HEAD, CredentialKind.SESSION))
    for scopes, status in (([Scope.READ, Scope.WRITE], 403), ([Scope.MANAGE], 200)):
        made = browser.post("/me/tokens", json={"name": "máy", "days": 7, "scopes": scopes}).json()
        client = house.client()
        client.headers["Authorization"] = f"Bearer {made['token']}"
        assert client.get("/units").status_code == status
        assert client.post("/people/mot/rename", json={"name": f"Một {status}"}).status_code == status
