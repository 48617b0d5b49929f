"""Both engines answer the same: one archive of many odd papers, and 300 queries of several readers."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from indexer.embedded import open_embedded
from indexer.opensearch import open_opensearch
from indexer.rebuild import reindex
from indexer.search import Search
from pipeline.access import EVERYONE, Reader, may_read
from pipeline.ports import SearchIndex
from pipeline.query import SearchPage, SearchRequest, Sort
from pipeline.text import fold
from tests.papers import CLERK, MEMBER, Paper, Shelf
from tests.services import empty_indices, server

SPEECH = (
    "nghị quyết chuyển đổi số chi bộ đảng viên tổ chức cán bộ đại hội nhiệm kỳ công tác kiểm tra giám sát tuyên giáo"
    " dân vận kế hoạch chương trình hành động báo cáo tổng kết phương hướng nhiệm vụ giải pháp trọng tâm xây dựng nông"
    " thôn mới khoa học công nghệ đột phá phát triển quốc gia hòa giải hoà bình kĩ thuật kỹ thuật ủy ban nhân dân UBND"
    " MTTQ mặt trận Tổ quốc huyện tỉnh ủy thành phố bản bàn bán bạn 57 2024 12.345 57-NQ/TU 12-KH/ĐU quy định thi đua"
)
WORDS = SPEECH.split()
TYPES = ("nghi_quyet", "ke_hoach", "cong_van", "bao_cao", None)
SYMBOLS = {"nghi_quyet": "NQ", "ke_hoach": "KH", "cong_van": "CV", "bao_cao": "BC"}
ISSUERS = ("dang-uy", "chi-bo-01", "Tỉnh ủy", "Huyện ủy Ba Vì", None)
GRANTS = (EVERYONE, "unit:chi-bo-01", "unit:chi-bo-02", "under:dang-uy", "person:hai")
READERS = (MEMBER, CLERK, Reader("hai", frozenset({"person:hai", "unit:chi-bo-02"})))


def text(random: Random, longest: int) -> str:
    """Words by their rank, a few of them very often, as in a language."""
    weights = [1 / (rank + 1) for rank in range(len(WORDS))]
    return " ".join(random.choices(WORDS, weights, k=random.randint(0, longest)))


def date(random: Random) -> str | None:
    year, month, day = random.randint(2019, 2025), random.randint(1, 12), random.randint(1, 28)
    return random.choice([None, f"{year}", f"{year}-{month:02}", *[f"{year}-{month:02}-{day:02}"] * 5])


def number(random: Random, slug: str | None) -> str | None:
    of = random.choice(["TU", "ĐU", "HU"])
    return random.choice([None, f"{random.randint(1, 60)}-{SYMBOLS[slug]}/{of}"]) if slug else None


def paper(random: Random, id_: int) -> Paper:
    slug = random.choice(TYPES)
    return Paper(
        f"{id_}",
        tuple(text(random, 120) for _ in range(random.randint(0, 5))),
        subject=random.choice([None, text(random, 20) or None]),
        number=number(random, slug),
        type=slug,
        issuer=random.choice(ISSUERS),
        date=date(random),
        cites=tuple(f"{random.randint(1, 60)}-NQ/TU" for _ in range(random.choice([0, 0, 0, 1, 3]))),
        grants=tuple(random.sample(GRANTS, random.randint(0, 2))),
        unit=random.choice(["dang-uy", "chi-bo-01"]),
    )


def request(random: Random) -> SearchRequest:
    typed = text(random, random.choice([0, 1, 2, 3, 4, 8])).split()
    asked = random.choice(
        [
            " ".join(typed),
            " ".join(typed),
            fold(" ".join(typed)),
            '"' + " ".join(typed[:3]) + '" ' + " ".join(typed[3:]),
            f"{random.randint(1, 60)}-NQ/TU",
            f"nghị quyết {random.randint(1, 60)} {' '.join(typed[:2])}",
        ]
    )
    return SearchRequest(
        asked,
        types=tuple(random.sample(sorted(SYMBOLS), random.choice([0, 0, 0, 1, 2]))),
        issuers=random.choice([(), (), (), ("dang-uy",), ("Tỉnh ủy", "Huyện ủy Ba Vì")]),
        units=random.choice([(), (), (), ("chi-bo-01",)]),
        years=tuple(random.sample(range(2019, 2026), random.choice([0, 0, 0, 1, 3]))),
        date_from=random.choice([None, None, None, "2021-02", "2023"]),
        date_to=random.choice([None, None, None, "2024-06-15"]),
        number=random.choice([None] * 9 + ["12-NQ/TU"]),
        sort=random.choice(list(Sort)),
        size=100,
    )


RANDOM = Random("one archive")
PAPERS = [paper(RANDOM, id_) for id_ in range(1_000)]
ASKED = [(request(RANDOM), reader) for _ in range(100) for reader in READERS]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Search, Search]]:
    """The same archive in each engine, as it is after `vankho reindex`."""
    with empty_indices(server("opensearch")) as of:
        indices: list[SearchIndex] = [open_embedded(tmp_path_factory.mktemp("embedded")), open_opensearch(of)]
        shelf = Shelf(PAPERS)
        for index in indices:
            reindex(index, shelf)
        embedded, opensearch = (Search(index, shelf) for index in indices)
        yield embedded, opensearch


def walk(search: Search, asked: SearchRequest, reader: Reader) -> Iterator[SearchPage]:
    """Every page of what is found."""
    seen, page = 0, 0
    while True:
        page += 1
        found = search.search(replace(asked, page=page), reader=reader)
        yield found
        seen += len(found.hits)
        if seen >= found.total:
            return


def test_both_engines_answer_alike(engines: tuple[Search, Search]) -> None:
    """Totals, facets, hits with their pages and snippets, and their order, by relevance as well as by date."""
    empty = 0
    for asked, reader in ASKED:
        embedded, opensearch = (list(walk(search, asked, reader)) for search in engines)
        assert opensearch == embedded, asked
        assert [list(page.facets) for page in opensearch] == [list(page.facets) for page in embedded]
        empty += not embedded[0].total
    assert empty < len(ASKED) / 2  # most of what is asked is found


@pytest.mark.parametrize("reader", READERS)
def test_hidden_documents_change_nothing_on_opensearch(engines: tuple[Search, Search], reader: Reader) -> None:
    """But the order by relevance: `docs/decisions/0004-relevance-order-is-exempt.md`."""
    _, whole = engines
    seen = Shelf(paper for paper in PAPERS if may_read(reader, paper.indexed.tokens))
    with empty_indices(server("opensearch")) as of:
        index = open_opensearch(of)
        reindex(index, seen)
        less = Search(index, seen)
        every = [paper.id for paper in PAPERS]
        for asked, _ in ASKED[::6]:
            for request in (asked, replace(asked, sort=Sort.NEWEST, size=7, page=2)):
                one, other = (search.search(request, reader=reader) for search in (whole, less))
                assert (one.total, one.facets) == (other.total, other.facets)
                assert {hit.id for hit in one.hits} == {hit.id for hit in other.hits} or one.total > request.size
                assert one.hits == other.hits or request.sort is Sort.RELEVANCE
            ids = every[:: len(every) // 90]
            assert whole.index.best_pages(asked, ids, reader=reader) == index.best_pages(asked, ids, reader=reader)


def test_what_is_counted_is_what_a_reader_may_read(engines: tuple[Search, Search]) -> None:
    for reader in READERS:
        readable = {paper.id for paper in PAPERS if may_read(reader, paper.indexed.tokens)}
        for search in engines:
            pages = list(walk(search, SearchRequest(size=100), reader))
            assert {hit.id for page in pages for hit in page.hits} == readable
            assert pages[0].total == len(readable)
