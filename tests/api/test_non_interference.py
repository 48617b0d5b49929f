"""What the API gives a reader is what it would give without the documents that they may not see."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.catalogue.validity import Decision
from pipeline.validity import Validity
from tests.api.house import HOLDERS, READERS, House, Paper, open_house

WORDS = ("đất", "đai", "đảng", "dang", "viên", "chi", "bộ", "kỷ", "luật", "57-NQ/TW")
TYPES = ("nghi_quyet", "chi_thi", "bao_cao")

QUERIES: Sequence[dict[str, Any]] = (
    {},
    {"q": "đất đai"},
    {"q": "dang"},
    {"q": '"chi bộ"'},
    {"q": "57-NQ/TW"},
    {"q": "nghị quyết số 3"},
    {"q": "kỷ", "type": ["nghi_quyet", "bao_cao"]},
    {"year": [2023, 2024]},
    {"number": "3-NQ/ĐU"},
    {"from": "2022-01-01", "to": "2023"},
    {"unit": "dang-uy", "size": 1, "page": 2},
    {"validity": "het_hieu_luc"},
    {"q": "bộ", "size": 2},
)

papers = st.builds(
    Paper,
    text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join),
    number=st.integers(1, 5).map(lambda number: f"{number:02}-NQ/ĐU"),
    type=st.sampled_from(TYPES),
    date=st.sampled_from(("2021-03-15", "2022-03", "2023", "2024-12-22")),
    grants=st.lists(st.sampled_from(sorted(HOLDERS)), max_size=2, unique=True).map(tuple),
    cites=st.lists(
        st.tuples(
            st.sampled_from(("replaces", "repeals", "mentions")),
            st.integers(1, 6).map(lambda number: f"{number}-NQ/ĐU"),
        ),
        max_size=2,
    ).map(tuple),
)
archives = st.lists(st.lists(papers, min_size=1, max_size=3), min_size=1, max_size=4)


def answered(response: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that an answer tells."""
    return response.status_code, response.content, list(response.headers.multi_items())


def everything(client: TestClient, documents: Sequence[str]) -> Iterator[tuple[str, object]]:
    """All that a reader can be told, by what was asked."""
    for query in QUERIES:
        yield f"newest {query}", answered(client.get("/search", params={**query, "sort": "newest"}))
        found = client.get("/search", params={**query, "size": 100, "page": 1}).json()
        hits = sorted(found["hits"], key=lambda hit: str(hit["id"]))
        yield f"relevance {query}", (found["total"], hits, found["facets"])
    for path in ("/jobs", "/batches"):
        yield path, answered(client.get(path))
    yield "missing", answered(client.get("/missing", params={"unit": "dang-uy"}))
    yield "proposals", answered(client.get("/validity/proposals", params={"unit": "dang-uy"}))
    for document in documents:
        for rest in (
            "",
            "/relations",
            "/validity",
            "/original",
            "/pdf",
            "/pages/1",
            "/pages/1/image?width=50",
            "/pages/1/words?q=dat",
            "/pages/2",
        ):
            yield f"{document}{rest}", answered(client.get(f"/documents/{document}{rest}"))
        yield f"publish {document}", answered(client.post(f"/documents/{document}/publish", json={"grants": ["x"]}))


def decisions(documents: Sequence[str]) -> Iterator[tuple[str, str, Validity | None]]:
    """Every second document was ended by the one before it, or was not, as somebody has decided."""
    for place, (ground, document) in enumerate(pairwise(documents)):
        if place % 2 == 0:
            yield document, ground, Validity.ENDED if place % 4 == 0 else None


def of_reader(house: House, person: str, documents: Sequence[str]) -> dict[str, object]:
    return dict(everything(house.client(person), documents))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(archive=archives, person=st.sampled_from(READERS))
def test_hidden_documents_change_nothing_that_a_reader_is_told(archive: list[list[Paper]], person: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(Path(folder) / "home")
        with TestClient(house.app):
            documents = [document for file in archive for document in house.file(*file)]
            for document, ground, validity in decisions(documents):
                decision = Decision(validity, "2025-01-01", None, ground, "replaces")
                house.of.catalogue.validity.decide(document, decision, actor="van-thu")
            house.of.outbox.after_change()
            hidden = [document for document in documents if person not in house.papers[document].readers]
            before = of_reader(house, person, documents)

            house.forget(hidden)

            after = of_reader(house, person, documents)
            assert {asked for asked in before if before[asked] != after[asked]} == set()
            assert house.of.index.count() == len(documents) - len(hidden)


def test_the_comparison_would_notice_a_document(house: House) -> None:
    """What may be seen does change what is told, so that the property above is no empty one."""
    kept, gone = house.file(Paper("đất", grants=("everyone",)), Paper("đai", type="chi_thi", grants=("everyone",)))
    before = of_reader(house, "mot", [kept, gone])
    house.forget([gone])
    after = of_reader(house, "mot", [kept, gone])
    changed = {asked for asked in before if before[asked] != after[asked]}
    assert f"{kept}/original" in changed
    assert {f"{gone}{rest}" for rest in ("", "/pdf", "/pages/1", "/pages/1/words?q=dat")} <= changed
    assert "newest {}" in changed
    assert f"{kept}/pdf" not in changed


@pytest.mark.parametrize("person", ["ky-thuat", "da-nghi"])
def test_who_holds_no_right_is_told_nothing(house: House, person: str) -> None:
    documents = house.file(*(Paper("đất đai", grants=(grant,)) for grant in HOLDERS))
    empty = {"total": 0, "hits": [], "facets": {name: [] for name in ("type", "issuer", "year", "unit", "validity")}}
    for asked, told in of_reader(house, person, documents).items():
        if asked.startswith("relevance"):
            assert told == (0, [], empty["facets"]), asked
        elif asked in ("/jobs", "/batches"):
            assert isinstance(told, tuple)
            assert told[:2] == (200, b"[]"), asked
        elif not asked.startswith("newest"):
            assert isinstance(told, tuple)
            assert told[0] == (403 if asked in {"missing", "proposals"} else 404), asked
    assert house.client(person).get("/search").json() == empty
