"""The search that people get: what changed since the last drain is not shown, and pages stay full."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.embedded import open_embedded
from indexer.plan import page_plan, search_plan
from indexer.search import MAX_SIZE, MOST_EXCLUDED, Search
from pipeline.errors import UnavailableError, UsageError
from pipeline.ports import SearchIndex
from pipeline.query import SearchRequest, Sort
from tests.papers import CLERK, MEMBER, NOBODY, Paper, Shelf, fill

PAPERS = [Paper(f"p{n:02}", f"chuyển đổi số {n}", date=f"2025-01-{31 - n:02}") for n in range(12)]
REQUEST = SearchRequest("chuyển đổi", sort=Sort.NEWEST, size=5)


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    opened = open_embedded(tmp_path / "index")
    opened.create()
    fill(opened, *PAPERS)
    return opened


def changed(*gone: str) -> Shelf:
    """The papers as the catalogue has them after some were taken back, of which the index does not know yet."""
    return Shelf(replace(paper, grants=()) if paper.id in gone else paper for paper in PAPERS)


def test_a_page_is_filled_with_the_next_hits_where_some_are_gone(index: SearchIndex) -> None:
    page = Search(index, changed("p00", "p03", "p05")).search(REQUEST, reader=MEMBER)
    assert [hit.id for hit in page.hits] == ["p01", "p02", "p04", "p06", "p07"]
    assert page.total == 12 - 3


class Untold(Shelf):
    """The papers after some were taken back, which the outbox says."""

    def __init__(self, *gone: str) -> None:
        super().__init__(changed(*gone).papers.values())
        self._gone = gone

    def untold_access(self) -> Mapping[str, frozenset[str]]:
        return {document: frozenset({"role:van_thu@dang-uy"}) for document in self._gone}


@pytest.mark.parametrize("page", [1, 2])
def test_totals_facets_and_later_pages_tell_nothing_of_what_was_taken_back(index: SearchIndex, page: int) -> None:
    asked = replace(REQUEST, page=page)
    taken = Search(index, Untold("p00", "p03", "p11")).search(asked, reader=MEMBER)
    assert [hit.id for hit in taken.hits] == [["p01", "p02", "p04", "p05", "p06"], ["p07", "p08", "p09", "p10"]][
        page - 1
    ]
    assert taken.total == 12 - 3
    assert [(count.key, count.count) for count in taken.facets["year"]] == [("2025", 12 - 3)]


def test_who_may_still_read_what_was_taken_back_misses_nothing(index: SearchIndex) -> None:
    page = Search(index, Untold("p00", "p03")).search(REQUEST, reader=CLERK)
    assert (page.hits[0].id, page.total) == ("p00", 12)


def test_where_too_much_was_taken_back_only_those_are_answered_who_may_still_read_it(index: SearchIndex) -> None:
    source = Untold(*(f"many-{n}" for n in range(MOST_EXCLUDED + 1)))
    assert Search(index, source).search(REQUEST, reader=CLERK).total == 12
    with pytest.raises(UnavailableError, match="chưa cập nhật"):
        Search(index, source).search(REQUEST, reader=MEMBER)


def test_all_may_be_gone(index: SearchIndex) -> None:
    page = Search(index, changed(*(paper.id for paper in PAPERS))).search(REQUEST, reader=MEMBER)
    assert (page.hits, page.total) == ((), 0)


def test_who_may_still_read_it_still_finds_it(index: SearchIndex) -> None:
    page = Search(index, changed("p00")).search(REQUEST, reader=CLERK)
    assert [hit.id for hit in page.hits] == ["p00", "p01", "p02", "p03", "p04"]


def test_what_the_catalogue_does_not_know_is_not_shown(index: SearchIndex) -> None:
    page = Search(index, Shelf(PAPERS[2:])).search(REQUEST, reader=MEMBER)
    assert [hit.id for hit in page.hits] == ["p02", "p03", "p04", "p05", "p06"]


def test_what_is_shown_is_what_the_catalogue_has_now(index: SearchIndex) -> None:
    now = replace(PAPERS[0], subject="Về một việc khác", number="1-NQ/ĐU", type="nghi_quyet", text="chữ khác")
    (hit, *_) = Search(index, Shelf([now, *PAPERS[1:]])).search(REQUEST, reader=MEMBER).hits
    assert (hit.title, hit.number, hit.type, hit.page) == ("Nghị quyết Về một việc khác", "1-NQ/ĐU", "nghi_quyet", 1)
    assert hit.snippet == "chữ khác"


def test_a_page_that_is_no_longer_there_is_not_quoted(index: SearchIndex) -> None:
    fill(index, Paper("two", ("một", "hai ba"), version=1))
    source = Shelf([*PAPERS, Paper("two", "một", subject="Việc hai", version=2)])
    (hit,) = Search(index, source).search(SearchRequest("hai ba"), reader=MEMBER).hits
    assert (hit.snippet, hit.page) == ("Việc <mark>hai</mark>", None)


def test_a_reader_without_tokens_is_told_nothing(index: SearchIndex) -> None:
    page = Search(index, Shelf(PAPERS)).search(REQUEST, reader=NOBODY)
    assert (page.total, page.hits, set(page.facets.values())) == (0, (), {()})


def test_that_is_decided_before_any_engine_is_asked() -> None:
    assert search_plan(REQUEST, reader=NOBODY) is None
    assert page_plan(REQUEST, ["p00"], reader=NOBODY) is None


@pytest.mark.parametrize(("page", "size"), [(0, 5), (-1, 5), (1, 0), (1, -1), (1, MAX_SIZE + 1), (2_001, 5)])
def test_impossible_pages_are_errors(index: SearchIndex, page: int, size: int) -> None:
    with pytest.raises(UsageError):
        Search(index, Shelf(PAPERS)).search(replace(REQUEST, page=page, size=size), reader=MEMBER)


def test_following_pages(index: SearchIndex) -> None:
    pages = [
        Search(index, Shelf(PAPERS)).search(replace(REQUEST, page=number), reader=MEMBER) for number in (1, 2, 3, 4)
    ]
    assert [hit.id for page in pages for hit in page.hits] == [paper.id for paper in PAPERS]
    assert {page.total for page in pages} == {12}
