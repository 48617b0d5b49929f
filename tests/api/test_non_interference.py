"""What the API gives a reader is what it would give without the documents that they may not see: on every route.

The routes are those of the API's own description (`tests.api.operations`), so a new one is asked by being described.
"""

from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.query import FACETS
from pipeline.settings import Settings
from tests.api.conftest import NewIndex
from tests.api.house import HOLDERS, House, Paper
from tests.api.interference import Comparison, reads, told
from tests.api.operations import not_said, one_missing
from tests.api.random_archive import PEOPLE, Archive, random_archive, without


def test_every_route_can_be_asked(house: House) -> None:
    """Where a route was added this says what to add to `tests/api/operations.py`."""
    missing = not_said(house.app)
    assert not missing, "\n".join(["", *missing])


# One archive has all there is in it; a smaller one would say no more of what went wrong than which answers differ.
@settings(max_examples=2, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(rnd=st.randoms(use_true_random=True))
def test_hidden_documents_change_nothing_that_a_reader_is_told(
    new_index: NewIndex, tmp_path_factory: pytest.TempPathFactory, rnd: Random
) -> None:
    folder = tmp_path_factory.mktemp("archive")
    with random_archive(rnd, Settings(home=folder / "whole", index=new_index())) as archive:
        for person in _some_readers(rnd, archive):
            hidden = archive.hidden_from(person)
            readable = [document for document in archive.house.papers if document not in hidden]
            some = _some(rnd, readable, 2)
            with without(archive.house, hidden, folder / person, new_index()) as less:
                session, there = archive.sessions[person], archive.there(some)
                comparison = Comparison(archive.house, less, session, there, _some(rnd, hidden, 1))
                assert list(comparison.differing()) == [], person
            archive.note_changes(some)


def _some(rnd: Random, documents: list[str], most: int) -> list[str]:
    return rnd.sample(documents, min(most, len(documents)))


def _some_readers(rnd: Random, archive: Archive) -> list[str]:
    """One who sees something and not everything, where there is one, and one more."""
    hidden = {person: len(archive.hidden_from(person)) for person in PEOPLE}
    partly = [person for person in PEOPLE if 0 < hidden[person] < len(archive.house.papers)]
    return list(dict.fromkeys([*rnd.sample(partly, min(1, len(partly))), *rnd.sample(PEOPLE, 1)]))


def test_the_comparison_would_notice_a_document(house: House) -> None:
    """What may be seen does change what is told, so that the property above is no empty one."""
    kept, gone = house.file(Paper("đất", grants=("everyone",)), Paper("đai", type="chi_thi", grants=("everyone",)))
    there = one_missing() | {"document_id": [kept, gone]}
    client, asked = house.client("mot"), list(reads(house, there))
    before = told(client, asked)
    house.forget([gone])
    after = told(client, asked)
    changed = {question for question in before if before[question] != after[question]}
    assert f"GET /documents/{kept}/original" in changed
    assert f"GET /documents/{kept}/pdf" not in changed
    assert {f"GET /documents/{gone}{rest}" for rest in ("", "/pdf", "/pages/1", "/relations")} <= changed
    assert {question for question in changed if question.startswith("GET /search")}


@pytest.mark.parametrize("person", ["ky-thuat", "da-nghi"])
def test_who_holds_no_right_is_told_nothing(house: House, person: str) -> None:
    documents = house.file(*(Paper("đất đai", grants=(grant,)) for grant in HOLDERS))
    client = house.client(person)
    there = one_missing() | {"document_id": list(documents)}
    for question in reads(house, there):
        response = question.ask(client)
        if question.operation.is_of_a_document:
            assert response.status_code == 404, question
        assert not any(document in response.text for document in documents), question
        assert "đất" not in response.text, question
    empty = {"total": 0, "hits": [], "facets": {facet: [] for facet in FACETS}}
    assert client.get("/search").json() == empty
    assert [client.get(path).json() for path in ("/jobs", "/batches")] == [[], []]
    assert [
        client.get(path, params={"unit": "dang-uy"}).status_code for path in ("/missing", "/validity/proposals")
    ] == [
        403,
        403,
    ]
