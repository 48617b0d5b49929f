"""A proposal gives nobody anything; publishing it publishes exactly what was shown."""

from datetime import UTC, datetime

import pytest

from pipeline.catalogue.tables import FieldRow
from pipeline.model import FieldName
from tests.api.house import House, Paper


def recipients(house: House, document: str, value: str) -> None:
    """Have these recipients been read on a document."""
    with house.of.catalogue.database.writing() as session:
        session.add(
            FieldRow(
                document=document,
                name=FieldName.RECIPIENTS,
                value=value,
                confidence=0.9,
                source="ocr",
                actor="van-thu",
                at=datetime.now(UTC),
            )
        )


def test_what_is_proposed_is_published_as_it_was_shown(house: House) -> None:
    (document,) = house.file(Paper("đất đai"))
    recipients(house, document, "Các chi bộ trực thuộc; Lưu Đảng ủy")
    clerk, path = house.client("van-thu"), f"/documents/{document}"
    shown = clerk.get(f"{path}/proposed-grants").json()
    assert shown["grants"] == ["under:chi-bo-1", "under:chi-bo-2"]
    assert [(line["text"], line["outcome"]) for line in shown["lines"]] == [
        ("Các chi bộ trực thuộc", "matched"),
        ("Lưu Đảng ủy", "archive"),
    ]
    assert house.client("mot").get(path).status_code == 404
    published = clerk.post(f"{path}/publish", json={"proposed": shown["mark"]})
    assert (published.status_code, published.json()["grants"]) == (200, shown["grants"])
    assert house.client("mot").get(path).status_code == 200
    assert house.client("bi-thu").get(path).status_code == 404


def test_a_class_proposes_and_what_was_shown_before_it_is_not_confirmed(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("person:mot", "role:cap_uy@dang-uy")))
    recipients(house, document, "Các chi bộ trực thuộc")
    clerk, path = house.client("van-thu"), f"/documents/{document}"
    before = clerk.get(f"{path}/proposed-grants").json()
    given = clerk.post(f"{path}/class", json={"class": "noi_bo"})
    assert given.json()["grants"] == ["under:chi-bo-1", "under:chi-bo-2", "under:dang-uy"]
    refused = clerk.post(f"{path}/publish", json={"proposed": before["mark"]})
    assert (refused.status_code, "đã thay đổi" in refused.json()["error"]["message"]) == (422, True)
    told = {person: house.client(person).get(path).json() for person in ("van-thu", "mot")}
    assert told["van-thu"]["grants"] == ["person:mot", "role:cap_uy@dang-uy"]
    assert told["van-thu"]["fields"]["class"]["value"] == "noi_bo"
    assert "class" not in told["mot"]["fields"]
    acts = {(who, what, outcome) for who, what, on, outcome in house.audited() if on == document}
    assert {("van-thu", "view-proposed-grants", "allowed"), ("van-thu", "classify", "allowed")} <= acts


@pytest.mark.parametrize("body", [{}, {"grants": ["everyone"], "proposed": "x"}, {"proposed": "0" * 16}])
def test_a_publishing_that_names_no_grants_for_certain_changes_nothing(house: House, body: dict[str, object]) -> None:
    (document,) = house.file(Paper("đất đai", grants=("person:mot",)))
    assert house.client("van-thu").post(f"/documents/{document}/publish", json=body).status_code == 422
    assert house.client("van-thu").get(f"/documents/{document}").json()["grants"] == ["person:mot"]


def test_a_doubtful_proposal_is_shown_and_not_published(house: House) -> None:
    (document,) = house.file(Paper("đất đai"))
    recipients(house, document, "Các chi bộ trực thuộc; Thường trực Đảng ủy")
    clerk, path = house.client("van-thu"), f"/documents/{document}"
    shown = clerk.get(f"{path}/proposed-grants").json()
    assert (len(shown["doubts"]), len(shown["grants"])) == (1, 2)
    assert clerk.post(f"{path}/publish", json={"proposed": shown["mark"]}).status_code == 422
    assert clerk.get(path).json()["status"] == "unpublished"


def test_proposals_and_classes_are_for_those_who_publish(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    for person, expected in (("mot", 403), ("ky-thuat", 404), ("bi-thu", 200)):
        client = house.client(person)
        shown = client.get(f"/documents/{document}/proposed-grants")
        given = client.post(f"/documents/{document}/class", json={"class": "cong_khai"})
        assert (shown.status_code, given.status_code) == (expected, expected)
    assert house.client("van-thu").get(f"/documents/{document}").json()["grants"] == ["everyone"]
