"""Who may see this, and what may this person see, and why: told to whose business it is, of what they see too."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.model import Membership, Person
from tests.api.house import ORGANISATION, READERS, House, Paper

HEAD, INSPECTOR = "chanh-vp", "kiem-toan"


@pytest.fixture
def house(house: House) -> House:
    """With a head of office, who keeps everybody, another who keeps one unit, and an auditor."""
    more = (
        Person(HEAD, "Đỗ Chánh", (Membership("chanh_van_phong", "dang-uy"),)),
        Person("chanh-mot", "Bùi Một", (Membership("chanh_van_phong", "chi-bo-1"),)),
        Person(INSPECTOR, "Ngô Kiểm", (Membership("kiem_toan", "dang-uy"),)),
    )
    house.of.catalogue.organisation.replace(replace(ORGANISATION, people=(*ORGANISATION.people, *more)))
    return house


def told(house: House, asker: str, path: str) -> dict[str, Any]:
    response = house.client(asker).get(path)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def test_each_reader_is_named_with_the_grant_and_the_role_that_gives_it(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("unit:chi-bo-1", "person:hai")))
    assert told(house, "van-thu", f"/documents/{document}/access") == {
        "tokens": [
            {"token": "role:van_thu@dang-uy", "is_granted": False, "people": 1},
            {"token": "person:hai", "is_granted": True, "people": 1},
            {"token": "unit:chi-bo-1", "is_granted": True, "people": 2},
        ],
        "total": 1,
        "people": [
            _holder("van-thu", "Trần Thị Thư", "role:van_thu@dang-uy", "van_thu", "dang-uy"),
        ],
    }


def _holder(person: str, name: str, token: str, role: str, unit: str) -> dict[str, object]:
    return {"person": person, "name": name, "by": [{"token": token, "role": role, "unit": unit}]}


def test_a_wide_grant_is_counted_and_its_people_are_paged(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone", "unit:chi-bo-2")))
    path = f"/documents/{document}/access"
    pages = [told(house, "van-thu", f"{path}?size=2&page={page}") for page in (1, 2, 3)]
    assert {page["total"] for page in pages} == {3}  # nobody of the units below
    assert [[each["person"] for each in page["people"]] for page in pages] == [["bi-thu", HEAD], ["van-thu"], []]
    assert [door["people"] for door in pages[0]["tokens"]] == [1, 6, 1]
    assert told(house, "van-thu", f"{path}?token=unit:chi-bo-2")["total"] == 0
    assert told(house, "van-thu", f"{path}?token=unit:chi-bo-1")["total"] == 0


def test_before_publishing_the_clerks_alone_are_named(house: House) -> None:
    (document,) = house.file(Paper("đất đai"))
    answer = told(house, "van-thu", f"/documents/{document}/access")
    assert [each["person"] for each in answer["people"]] == ["van-thu"]


def test_who_may_not_publish_is_not_told_who_reads(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    refused = house.client("mot").get(f"/documents/{document}/access")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "not_allowed")
    told(house, "bi-thu", f"/documents/{document}/access")
    acts = [line for line in house.audited() if line[1] == "explain-access"]
    assert acts == [
        ("mot", "explain-access", document, "refused"),
        ("bi-thu", "explain-access", document, "allowed"),
    ]


def test_a_person_is_told_all_that_they_read_and_why(house: House) -> None:
    (mine,) = house.file(Paper("đất đai", grants=("unit:chi-bo-1", "everyone")))
    house.file(Paper("kín", grants=("person:hai",)), Paper("chưa công bố"))
    answer = told(house, "mot", "/people/mot/access")
    assert answer["total"] == 1
    (read,) = answer["documents"]
    assert (read["id"], read["title"], read["status"]) == (mine, "Nghị quyết về công tác", "published")
    assert read["by"] == [
        {"token": token, "role": "dang_vien", "unit": "chi-bo-1"} for token in ("everyone", "unit:chi-bo-1")
    ]
    counts = {held["token"]: held["documents"] for held in answer["tokens"]}
    assert counts == {
        "everyone": 1,
        "person:mot": 0,
        "role:dang_vien@chi-bo-1": 0,
        "under:chi-bo-1": 0,
        "under:dang-uy": 0,
        "unit:chi-bo-1": 1,
    }


def test_whoever_asks_is_told_of_no_document_that_they_do_not_see(house: House) -> None:
    (both,) = house.file(Paper("cho mọi người", grants=("everyone",)))
    (hidden,) = house.file(Paper("riêng", grants=("unit:chi-bo-1",)))
    answer = house.client(HEAD).get("/people/mot/access")
    assert [read["id"] for read in answer.json()["documents"]] == [both]
    assert answer.json()["total"] == 1
    assert hidden not in answer.text
    house.forget([hidden])
    assert house.client(HEAD).get("/people/mot/access").content == answer.content


@pytest.mark.parametrize("asker", [*READERS, HEAD, "chanh-mot", INSPECTOR])
def test_only_the_person_and_the_head_of_their_office_may_ask(house: House, asker: str) -> None:
    house.file(Paper("cho mọi người", grants=("everyone",)))
    people = [*READERS, HEAD, "chanh-mot", INSPECTOR, "khong-ai"]
    kept = {HEAD: {*people} - {"khong-ai"}, "chanh-mot": {"mot", "chanh-mot", "da-nghi"}}
    client = house.client(asker)
    for person in people:
        answer = client.get(f"/people/{person}/access")
        if person in kept.get(asker, {asker}):
            assert answer.status_code == 200
            reads = person not in {"ky-thuat", "da-nghi", INSPECTOR}
            assert bool(answer.json()["tokens"]) == reads
            assert answer.json()["total"] == int(reads and asker not in {"ky-thuat", "da-nghi", INSPECTOR})
        else:
            assert answer.status_code == (404 if asker in kept else 403)
            assert answer.content == client.get("/people/khong-ai/access").content
    acts = [line for line in house.audited() if line[1] == "explain-person"]
    assert {line[2] for line in acts if line[3] == "allowed"} == kept.get(asker, {asker})
    assert {line[2] for line in acts if line[3] == "refused"} <= {*people, None} - {"khong-ai"}


def test_a_role_that_ends_ends_what_it_gave(house: House) -> None:
    house.file(Paper("cho mọi người", grants=("everyone",)))
    assert told(house, HEAD, "/people/mot/access")["total"] == 1
    gone = tuple(
        replace(each, memberships=()) if each.id == "mot" else each for each in house.of.catalogue.organisation.people()
    )
    house.of.catalogue.organisation.replace(replace(ORGANISATION, people=gone))
    answer = told(house, HEAD, "/people/mot/access")
    assert (answer["tokens"], answer["total"], answer["documents"]) == ([], 0, [])
