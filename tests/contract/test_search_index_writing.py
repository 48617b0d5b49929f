"""What every search index promises of writing, removing and building anew (`pipeline.ports.SearchIndex`)."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from threading import Event

import pytest

from pipeline.access import EVERYONE
from pipeline.errors import BusyError, UnavailableError
from pipeline.ports import IndexWriter, SearchIndex
from pipeline.query import SearchRequest, Sort
from tests.papers import MEMBER, Paper, fill, found

PAPERS = [Paper(f"p{n:02}", f"chuyển đổi số {n}", date=f"2025-01-{1 + n:02}", type="nghi_quyet") for n in range(12)]
NEWEST = [paper.id for paper in reversed(PAPERS)]
OpenIndex = Callable[[], SearchIndex]


def refill(index: SearchIndex, papers: Sequence[Paper]) -> None:
    with index.rebuild() as writer:
        writer.write(paper.indexed for paper in papers)


def remove(index: SearchIndex, *removed: tuple[str, int]) -> None:
    with index.writer() as writer:
        writer.remove(removed)


def test_a_newer_version_takes_the_place_of_an_older_one(index: SearchIndex) -> None:
    fill(index, Paper("p", "một", date="2024-01-01", version=1))
    fill(index, Paper("p", "hai", date="2025-01-01", version=2))
    assert (found(index, "một"), found(index, "hai"), index.count()) == ([], ["p"], 1)


@pytest.mark.parametrize("is_flushed", [True, False])
def test_an_older_version_loses(index: SearchIndex, is_flushed: bool) -> None:  # noqa: FBT001 - a parameter
    with index.writer() as writer:
        writer.write([Paper("p", "hai", grants=(), version=2).indexed])
        if is_flushed:
            writer.flush()
        writer.write([Paper("p", "một", grants=(EVERYONE,), version=1).indexed])
    assert found(index, "") == []
    assert index.count() == 1


def test_the_same_again_changes_nothing(index: SearchIndex) -> None:
    fill(index, *PAPERS)
    fill(index, *PAPERS)
    assert (found(index, ""), index.count()) == (NEWEST, len(PAPERS))


@pytest.mark.parametrize("late", [1, 2, 3])
def test_the_removed_stays_removed_against_older_writes(index: SearchIndex, late: int) -> None:
    fill(index, Paper("p", version=2), Paper("other"))
    remove(index, ("p", 3))
    fill(index, Paper("p", version=late))
    assert (found(index, ""), index.count()) == (["other"], 1)
    fill(index, Paper("p", version=4))
    assert sorted(found(index, "")) == ["other", "p"]


def test_an_older_removal_loses_and_the_unknown_may_be_removed(index: SearchIndex) -> None:
    fill(index, Paper("p", version=3))
    remove(index, ("p", 2), ("never", 1))
    assert (found(index, ""), index.count()) == (["p"], 1)


def test_the_order_of_writes_does_not_matter(index: SearchIndex) -> None:
    changes = [Paper("p", f"chuyển {n}", grants=(EVERYONE,) if n % 2 else (), version=n) for n in (3, 1, 5, 2, 4)]
    for paper in changes:
        fill(index, paper)
    assert found(index, "chuyển 5") == ["p"]
    assert found(index, "chuyển 3") == []


def test_nothing_is_seen_before_it_is_flushed_and_then_by_everybody(index: SearchIndex, open_index: OpenIndex) -> None:
    other = open_index()
    with index.writer() as writer:
        writer.write([PAPERS[0].indexed])
        assert found(index, "") == found(other, "") == []
        writer.flush()
        assert found(index, "") == found(other, "") == ["p00"]
        writer.write([PAPERS[1].indexed])
        writer.remove([("p00", 9)])
        assert found(other, "") == ["p00"]
    assert found(index, "") == found(other, "") == ["p01"]


class BrokenError(Exception):
    pass


def write_until_broken(writing: AbstractContextManager[IndexWriter], *, flushed: Paper, lost: Paper) -> None:
    with writing as writer:
        writer.write([flushed.indexed])
        writer.flush()
        writer.write([lost.indexed])
        raise BrokenError


def test_what_was_not_flushed_when_a_writer_broke_is_not_there_and_the_next_can_write(index: SearchIndex) -> None:
    with pytest.raises(BrokenError):
        write_until_broken(index.writer(), flushed=PAPERS[0], lost=PAPERS[1])
    assert found(index, "") == ["p00"]
    fill(index, PAPERS[2])
    assert found(index, "") == ["p02", "p00"]


def test_one_writes_at_a_time(index: SearchIndex, open_hasty: OpenIndex) -> None:
    with index.writer(), pytest.raises(BusyError), open_hasty().writer():
        pass


def test_writers_wait_for_each_other(open_index: OpenIndex, index: SearchIndex) -> None:
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(lambda paper: fill(open_index(), paper), PAPERS))
    assert found(index, "") == NEWEST


def test_many_small_writes_find_and_rank_as_one_large_one(index: SearchIndex, open_index: OpenIndex) -> None:
    texts = ["chuyển đổi số", "chuyển đổi", "số số số chuyển đổi chuyển đổi", "đổi mới và chuyển giao số liệu", "số"]
    papers = [Paper(f"{n}", text, subject=text[:9], date=f"2025-02-{1 + n:02}") for n, text in enumerate(texts * 3)]
    requests = [SearchRequest(text, sort=sort) for text in ("chuyển đổi số", "số", '"đổi số"') for sort in Sort]
    for paper in papers:
        fill(index, paper)
    one_by_one = [index.search(request, reader=MEMBER, offset=0, limit=20) for request in requests]
    refill(index, papers)
    assert [open_index().search(request, reader=MEMBER, offset=0, limit=20) for request in requests] == one_by_one


def test_an_index_that_was_not_made_is_an_error_and_never_empty(open_index: OpenIndex) -> None:
    index = open_index()
    assert not index.is_there()
    with pytest.raises(UnavailableError, match="vankho reindex"):
        found(index, "")
    with pytest.raises(UnavailableError, match="vankho reindex"):
        index.best_pages(SearchRequest("một"), ["p"], reader=MEMBER)
    with pytest.raises(UnavailableError, match="vankho reindex"):
        index.count()
    with pytest.raises(UnavailableError, match="vankho reindex"), index.writer():
        pass
    assert not index.is_there()


def test_an_index_is_made_once(open_index: OpenIndex) -> None:
    with ThreadPoolExecutor(4) as executor:
        list(executor.map(lambda _: open_index().create(), range(4)))
    fill(open_index(), *PAPERS)
    open_index().create()
    assert found(open_index(), "") == NEWEST


def test_a_rebuild_makes_a_missing_index(open_index: OpenIndex) -> None:
    refill(open_index(), PAPERS)
    assert found(open_index(), "") == NEWEST


def test_a_rebuild_takes_the_place_of_the_index_at_its_end(index: SearchIndex, open_index: OpenIndex) -> None:
    fill(index, PAPERS[0], Paper("gone"))
    other = open_index()
    with index.rebuild() as writer:
        writer.write(paper.indexed for paper in PAPERS)
        writer.flush()
        assert sorted(found(other, "")) == ["gone", "p00"]
    assert found(other, "") == found(index, "") == NEWEST
    assert index.count() == len(PAPERS)


def test_a_rebuild_that_broke_changes_nothing(index: SearchIndex) -> None:
    fill(index, *PAPERS)
    for _ in range(2):
        with pytest.raises(BrokenError):
            write_until_broken(index.rebuild(), flushed=Paper("new"), lost=Paper("newer"))
        fill(index, replace(PAPERS[0], version=2))
    assert found(index, "") == NEWEST


def test_one_rebuilds_at_a_time(index: SearchIndex, open_hasty: OpenIndex) -> None:
    with index.rebuild(), pytest.raises(BusyError), open_hasty().rebuild():
        pass


def test_what_is_written_during_a_rebuild_is_found_at_once_and_after_it(
    index: SearchIndex, open_index: OpenIndex
) -> None:
    fill(index, *PAPERS)
    with index.rebuild() as writer:
        writer.write(paper.indexed for paper in PAPERS[:6])
        others = open_index()
        fill(others, replace(PAPERS[0], text="sửa lại", version=2), Paper("new", date="2026-01-01"))
        fill(others, replace(PAPERS[8], text="sửa lại", version=2))  # before the rebuild comes to it
        remove(others, ("p01", 2), ("p09", 2))
        present = found(others, "")
        assert present == ["new", *(paper for paper in NEWEST if paper not in {"p01", "p09"})]
        assert found(others, "sửa lại") == ["p08", "p00"]
        writer.write(paper.indexed for paper in PAPERS[6:])  # as they were when it began
    for opened in (index, others, open_index()):
        assert found(opened, "") == present
        assert found(opened, "sửa lại") == ["p08", "p00"]
    fill(index, PAPERS[9])
    assert found(index, "") == present  # a removal during the rebuild stands too


def test_searching_and_writing_go_on_through_rebuilds(index: SearchIndex, open_index: OpenIndex) -> None:
    fill(index, *PAPERS)
    is_over = Event()

    def search() -> int:
        searches = 0
        opened = open_index()
        while not is_over.is_set():
            hits = opened.search(SearchRequest("chuyển đổi số"), reader=MEMBER, offset=0, limit=50)
            assert (hits.total, set(hits.ids)) == (len(PAPERS), set(NEWEST))
            assert len(opened.best_pages(SearchRequest("chuyển"), hits.ids, reader=MEMBER)) == len(PAPERS)
            searches += 1
        return searches

    def refill_often() -> None:
        for _ in range(3):
            refill(open_index(), PAPERS)

    def write_often() -> None:
        for version in range(2, 12):
            fill(open_index(), replace(PAPERS[version], version=version))

    with ExitStack() as stack:
        executor = stack.enter_context(ThreadPoolExecutor(3))
        stack.callback(is_over.set)
        searching = executor.submit(search)
        changing = [executor.submit(refill_often), executor.submit(write_often)]
        for change in changing:
            change.result()
        is_over.set()
        assert searching.result() > 0
    assert found(index, "") == NEWEST
