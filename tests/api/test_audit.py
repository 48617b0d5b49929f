"""The audit over HTTP: for the auditor alone, whole or with the line that is not, and without a document's words."""

import pytest
from sqlalchemy import update

from pipeline.catalogue.tables import AuditRow
from pipeline.model import Membership, Person
from pipeline.settings import AuditSettings
from tests.api.house import ORGANISATION, READERS, House, Paper

AUDITOR = Person("kiem-toan", "Đinh Thị Toán", (Membership("kiem_toan", "dang-uy"),))
LOWER = Person("kiem-toan-duoi", "Đặng Văn Tính", (Membership("kiem_toan", "chi-bo-1"),))


@pytest.fixture
def audited(house: House) -> House:
    """A house with auditors, in which something happened."""
    people = (*ORGANISATION.people, AUDITOR, LOWER)
    house.of.catalogue.organisation.replace(type(ORGANISATION)(ORGANISATION.units, people))
    (document,) = house.file(Paper("đất đai của tôi", grants=("unit:chi-bo-1",)))
    assert house.client("mot").get(f"/documents/{document}").status_code == 200
    assert house.client("hai").get(f"/documents/{document}").status_code == 404
    return house


def test_the_auditor_reads_who_did_what_and_no_document(audited: House) -> None:
    client = audited.client("kiem-toan")
    (document,) = audited.papers
    answer = client.get("/audit")
    told = [(line["actor"], line["action"], line["object"], line["outcome"]) for line in answer.json()["lines"]]
    assert told == [
        ("kiem-toan", "read-audit", None, "allowed"),
        ("hai", "view", document, "refused"),
        ("mot", "view", document, "allowed"),
    ]
    assert "đất đai" not in answer.text
    assert client.get(f"/documents/{document}").status_code == 404
    assert client.get("/search").json()["total"] == 0


@pytest.mark.parametrize("person", [*READERS, "kiem-toan-duoi"])
def test_nobody_else_reads_it_and_each_attempt_is_in_it(audited: House, person: str) -> None:
    client = audited.client(person)
    for path in ("/audit", "/audit/state"):
        assert client.get(path).json()["error"]["code"] == "not_allowed"
        assert audited.audited()[-1] == (person, "read-audit", None, "refused")


def test_lines_are_chosen_and_paged(audited: House) -> None:
    client = audited.client("kiem-toan")

    def seqs(**asked: str | int) -> list[int]:
        return [line["seq"] for line in client.get("/audit", params=asked).json()["lines"]]

    whole = seqs(to="2999-12-31", size=1_000)
    assert whole == sorted(whole, reverse=True)
    assert [line.event.actor for line in audited.of.catalogue.audit.lines()][:2] == ["mot", "hai"]
    assert seqs(actor="mot") == [1]
    assert seqs(action="view", outcome="refused") == [2]
    assert seqs(object=next(iter(audited.papers))) == [2, 1]
    assert seqs(to="2000-01-01") == []
    assert seqs(**{"from": "2999-12-31"}) == []
    first = client.get("/audit", params={"action": "view", "size": 1}).json()
    assert (first["lines"][0]["seq"], first["next"]) == (2, 2)
    assert seqs(action="view", size=1, before=first["next"]) == [1]
    assert client.get("/audit", params={"from": "0001-01-01"}).status_code == 422


def test_a_line_that_was_tampered_with_is_named(audited: House) -> None:
    client = audited.client("kiem-toan")
    assert client.get("/audit/state").json()["broken_at"] is None
    with audited.of.catalogue.database.writing() as session:
        session.execute(update(AuditRow).where(AuditRow.seq == 2).values(outcome="other", actor="mot"))
    assert client.get("/audit/state").json()["broken_at"] == 2
    assert client.get("/audit", params={"object": next(iter(audited.papers))}).json()["lines"][0]["outcome"] == "other"


def test_search_texts_are_in_it_only_if_the_settings_say_so(audited: House) -> None:
    client = audited.client("mot")
    before = audited.audited()
    client.get("/search", params={"q": "chuyện riêng"})
    assert audited.audited() == before
    loud = audited.of.settings.model_copy(update={"audit": AuditSettings(search_texts=True)})
    object.__setattr__(audited.of, "settings", loud)
    client.get("/search", params={"q": "chuyện riêng"})
    assert audited.audited()[len(before) :] == [("mot", "search", "chuyện riêng", "allowed")]
