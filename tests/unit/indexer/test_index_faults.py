"""An index that is lost, damaged, rebuilt under load, killed: it never answers less than there is without a word."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.embedded import open_embedded
from indexer.search import Search
from pipeline.access import EVERYONE, Grant
from pipeline.catalogue import open_catalogue, sqlite_url
from pipeline.errors import UnavailableError
from pipeline.query import SearchPage, SearchRequest, Sort
from tests.papers import MEMBER, ORGANISATION, Installation, Paper, fill, found, shelve

PAPERS = [
    Paper(
        f"paper {n}",
        (f"chuyển đổi số {n} " * 20, f"Nghị quyết số {n}-NQ/TU"),
        number=f"{n}-NQ/TU",
        type="nghi_quyet",
        date=f"2025-01-{1 + n % 28:02}",
        issuer="Tỉnh ủy",
    )
    for n in range(40)
]
REQUESTS = [SearchRequest(text, sort=sort) for text in ("", "chuyển đổi", "nq 7", '"đổi số"') for sort in Sort]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Installation]:
    facts = open_catalogue(sqlite_url(tmp_path / "catalogue.sqlite3"))
    facts.organisation.replace(ORGANISATION)
    yield Installation(tmp_path, facts)
    facts.close()


@pytest.fixture
def installation(empty: Installation) -> Installation:
    shelve(empty.facts, PAPERS)
    empty.drainer().drain_now()
    return empty


def answers(search: Search) -> list[SearchPage]:
    return [search.search(request, reader=MEMBER) for request in REQUESTS]


def test_a_new_installation_has_an_empty_index(empty: Installation) -> None:
    assert empty.search().search(SearchRequest(), reader=MEMBER).total == 0


def test_what_is_filed_before_anybody_looked_for_the_index_is_told_to_it(empty: Installation) -> None:
    shelve(empty.facts, PAPERS)
    assert empty.search().search(SearchRequest(), reader=MEMBER).total == 0  # all of it is still pending
    shutil.rmtree(empty.index)
    assert empty.drainer().drain_now() == 2 * len(PAPERS)  # filed, and published
    assert empty.search().search(SearchRequest(), reader=MEMBER).total == len(PAPERS)


def lose_folder(index: Path) -> None:
    shutil.rmtree(index)


def lose_current(index: Path) -> None:
    (index / "CURRENT").unlink()


def spoil_current(index: Path) -> None:
    (index / "CURRENT").write_bytes(b"\0\xff")


def empty_current(index: Path) -> None:
    (index / "CURRENT").write_bytes(b"")


def lose_schema(index: Path) -> None:
    (index / "v1" / "SCHEMA").unlink()


def lose_version(index: Path) -> None:
    shutil.rmtree(index / "v1")


def lose_documents(index: Path) -> None:
    (index / "v1" / "documents" / "meta.json").unlink()


def lose_pages(index: Path) -> None:
    shutil.rmtree(index / "v1" / "pages")


def cut_terms(index: Path) -> None:
    for terms in index.rglob("*.term"):
        terms.write_bytes(terms.read_bytes()[: terms.stat().st_size // 2])


def lose_segments(index: Path) -> None:
    for segment in index.rglob("*.idx"):
        segment.unlink()


def of_another_version(index: Path) -> None:
    (index / "v1" / "SCHEMA").write_text("another", "ascii")


MISHAPS = [
    lose_folder,
    lose_current,
    spoil_current,
    empty_current,
    lose_schema,
    lose_version,
    lose_documents,
    lose_pages,
    cut_terms,
    lose_segments,
    of_another_version,
]


@pytest.mark.parametrize("mishap", MISHAPS)
def test_a_lost_or_damaged_index_says_what_to_do_and_a_rebuild_repairs_it(
    installation: Installation, mishap: Callable[[Path], None]
) -> None:
    open_before = installation.search()
    before = answers(open_before)
    mishap(installation.index)
    for attempt in (installation.search().index.count, lambda: answers(installation.search())):
        with pytest.raises(UnavailableError, match="vankho reindex"):
            attempt()
    shelve(installation.facts, [Paper("while it was lost", grants=())])
    with pytest.raises(UnavailableError, match="vankho reindex"):
        installation.drainer().drain_now()
    assert installation.facts.documents.pending(10)  # the change is still due
    assert installation.drainer().rebuild() == len(PAPERS) + 1
    assert not installation.facts.documents.pending(10)
    assert answers(installation.search()) == before
    assert answers(open_before) == before  # a process that had it open goes on


def test_a_folder_that_cannot_be_used_is_our_error(installation: Installation) -> None:
    drainer, search = installation.drainer(), installation.search()
    shelve(installation.facts, [Paper("pending")])
    shutil.rmtree(installation.index)
    installation.index.write_bytes(b"")
    for attempt in (
        lambda: answers(search),
        search.index.create,
        drainer.drain_now,
        drainer.rebuild,
        installation.search,
    ):
        with pytest.raises(UnavailableError):
            attempt()


def rebuild_here(home: Path) -> None:
    facts = open_catalogue(sqlite_url(home / "catalogue.sqlite3"))
    Installation(home, facts).drainer().rebuild()
    facts.close()


def test_nothing_is_lost_when_facts_change_during_rebuilds(empty: Installation) -> None:
    ids = list(shelve(empty.facts, PAPERS).values())
    drainer, search, everything = empty.drainer(), empty.search(), SearchRequest(size=100)
    drainer.drain_now()
    kept = set(ids)

    def change(round_: int) -> None:
        """File one, take one back, and give one to others; each is seen at once."""
        hidden = ids[2 * round_ : 2 * round_ + 2]
        kept.update(shelve(empty.facts, [Paper(f"new {round_}", "chuyển đổi số", date="2026-01-01")]).values())
        kept.difference_update(hidden)
        empty.facts.documents.withdraw(hidden[:1])
        empty.facts.documents.publish(hidden[1:], [Grant("unit:elsewhere")], actor="van-thu")
        drainer.drain_now()
        assert {hit.id for hit in search.search(everything, reader=MEMBER).hits} == kept

    with ThreadPoolExecutor(1) as executor:
        rebuilding = executor.submit(lambda: list(map(rebuild_here, [empty.home] * 4)))
        for round_ in range(len(ids) // 2):
            change(round_)
            if rebuilding.done():
                break
        rebuilding.result()
    assert {hit.id for hit in search.search(everything, reader=MEMBER).hits} == kept
    assert not empty.facts.documents.pending(1)
    drainer.rebuild()
    assert {hit.id for hit in search.search(everything, reader=MEMBER).hits} == kept


REBUILD = """
import sys
from pathlib import Path
from indexer.embedded import open_embedded
from indexer.fields import indexed_document
from pipeline.catalogue import open_catalogue, sqlite_url

home = Path(sys.argv[1])
documents = open_catalogue(sqlite_url(home / "catalogue.sqlite3")).documents
ids = list(documents.document_ids())
records, texts = documents.documents(ids), documents.page_texts(ids)
with open_embedded(home / "index").rebuild() as writer:
    print("read", flush=True)
    sys.stdin.readline()
    writer.write(indexed_document(records[document], texts[document], {}) for document in ids)
"""


def test_what_changes_while_another_process_rebuilds_is_in_the_new_index(empty: Installation) -> None:
    ids = list(shelve(empty.facts, PAPERS).values())
    drainer, search, everything = empty.drainer(), empty.search(), SearchRequest(size=100)
    drainer.drain_now()
    with subprocess.Popen(
        [sys.executable, "-c", REBUILD, str(empty.home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as rebuilding:
        assert rebuilding.stdout is not None
        assert rebuilding.stdout.readline() == b"read\n"  # the facts of before; what it writes is old by now
        new = shelve(empty.facts, [Paper("new", date="2026-01-01")])
        empty.facts.documents.withdraw(ids[:5])
        assert drainer.drain_now() == 2 + 5
        expected = {*ids[5:], *new.values()}
        assert {hit.id for hit in search.search(everything, reader=MEMBER).hits} == expected
        rebuilding.communicate(b"go on\n")
    assert rebuilding.returncode == 0
    assert (empty.index / "CURRENT").read_text() == "v2"
    assert {hit.id for hit in search.search(everything, reader=MEMBER).hits} == expected
    assert search.index.count() == len(PAPERS) + 1


WRITE = """
import sys
from pathlib import Path
from indexer.embedded import open_embedded
from tests.papers import Paper

index = open_embedded(Path(sys.argv[1]))
for n in range(100_000):
    with getattr(index, sys.argv[2])() as writer:
        writer.write(Paper(f"killed {n} {m}", "chuyển đổi số " * 50, grants=("unit:none",)).indexed for m in range(20))
        if sys.argv[2] == "rebuild":
            print("written", flush=True)
            writer.write(Paper(f"{m}", "chuyển đổi số " * 50).indexed for m in range(100_000))
    print("written", flush=True)
"""


@pytest.mark.parametrize("what", ["writer", "rebuild"])
def test_killed_while_writing_or_rebuilding_the_index_is_as_it_was_and_can_be_written(
    tmp_path: Path, what: str
) -> None:
    index = open_embedded(tmp_path / "index")
    index.create()
    fill(index, *PAPERS)
    before = found(index, "")
    for delay in (0.0, 0.01, 0.05, 0.13):
        command = [sys.executable, "-c", WRITE, str(tmp_path / "index"), what]
        killed = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
        assert killed.stdout is not None
        killed.stdout.readline()
        time.sleep(delay)
        killed.kill()
        killed.communicate()
        again = open_embedded(tmp_path / "index", patience=0)
        assert found(again, "") == found(index, "") == before
        assert again.search(SearchRequest("chuyển"), reader=MEMBER, offset=0, limit=1).total == len(PAPERS)
        fill(again, Paper(f"after {delay}", date=f"202{6 + int(delay * 10)}", grants=(EVERYONE,)))
        before = found(again, "")
        assert f"after {delay}" in before
    with index.rebuild() as writer:
        writer.write(paper.indexed for paper in PAPERS)
    assert [path.name for path in (tmp_path / "index").glob("v*")] == [(tmp_path / "index" / "CURRENT").read_text()]
    assert sorted(found(index, "")) == sorted(paper.id for paper in PAPERS)


def test_a_line_that_a_killed_writer_left_unfinished_does_not_harm_the_rebuild(tmp_path: Path) -> None:
    index = open_embedded(tmp_path / "index")
    index.create()
    with index.rebuild() as writer:
        writer.write([Paper("a").indexed])
        with (tmp_path / "index" / "CHANGES").open("ab") as journal:
            journal.write(b'{"id": "torn')
        fill(index, Paper("b"))
        fill(index, Paper("c"))
    assert sorted(found(index, "")) == ["a", "b", "c"]
