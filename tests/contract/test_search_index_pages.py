"""Which page of a document every search index says answers best, and to whom it says so."""

import pytest

from pipeline.access import EVERYONE, Reader
from pipeline.ports import SearchIndex
from pipeline.query import SearchRequest
from tests.papers import CLERK, MEMBER, NOBODY, Paper, fill

REPORT = Paper(
    "report",
    (
        "Báo cáo công tác xây dựng Đảng",
        "Kết quả phát triển đảng viên; số liệu chuyển giao; đổi mới",
        "Phương hướng: chuyển đổi số trong công tác đảng",
        "Kiến nghị chuyen doi so",
    ),
)
PLAN = Paper("plan", ("Kế hoạch chuyển đổi số", "chuyển đổi số quốc gia", "57-NQ/TU"))


def best(index: SearchIndex, query: str, *papers: Paper, reader: Reader = MEMBER) -> dict[str, int]:
    return dict(index.best_pages(SearchRequest(query), [paper.id for paper in papers], reader=reader))


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("phát triển đảng viên", 2),
        ("chuyển đổi số", 3),  # with its accents, and the words together
        ("chuyen doi so", 3),  # the first of equally good ones
        ('"chuyen doi so"', 3),
        ("số liệu", 2),
        ("báo cáo", 1),
        ("kiến nghị chuyển đổi số", 4),  # more of the words
        ("xây dựng phương hướng kế hoạch kiến nghị công tác", 1),
    ],
)
def test_the_page_with_most_of_what_was_asked(index: SearchIndex, query: str, page: int) -> None:
    fill(index, REPORT)
    assert best(index, query, REPORT) == {"report": page}


def test_each_document_has_its_own(index: SearchIndex) -> None:
    fill(index, REPORT, PLAN)
    assert best(index, "chuyển đổi số quốc gia", REPORT, PLAN) == {"report": 3, "plan": 2}
    assert best(index, "chuyển đổi số quốc gia", PLAN) == {"plan": 2}
    assert best(index, "57 nq tu", REPORT, PLAN) == {"plan": 3}


def test_without_a_query_or_a_match_there_is_none(index: SearchIndex) -> None:
    fill(index, REPORT)
    assert best(index, "", REPORT) == {}
    assert best(index, "nước ngoài", REPORT) == {}
    assert best(index, "báo cáo") == {}
    assert best(index, "báo cáo", Paper("missing")) == {}


def test_the_choice_does_not_depend_on_other_documents(index: SearchIndex) -> None:
    fill(index, REPORT)
    queries = ("chuyển đổi số", "công tác đảng", "kiến nghị chuyển giao", "số liệu kiến nghị")
    before = [best(index, query, REPORT) for query in queries]
    fill(index, *(Paper(f"other-{n}", "kiến nghị chuyển giao số liệu", grants=("unit:x",)) for n in range(40)))
    assert [best(index, query, REPORT) for query in queries] == before


def test_a_page_is_never_named_to_who_may_not_read_it(index: SearchIndex) -> None:
    hidden = Paper("hidden", ("văn bản", "chuyển đổi số"), grants=())
    other = Paper("other", ("văn bản", "chuyển đổi số"), grants=("unit:chi-bo-02",))
    fill(index, hidden, other, REPORT)
    asked = (hidden, other, REPORT)
    assert best(index, "chuyển đổi số", *asked) == {"report": 3}
    assert best(index, "chuyển đổi số", *asked, reader=NOBODY) == {}
    assert best(index, "chuyển đổi số", *asked, reader=CLERK) == {"hidden": 2, "other": 2, "report": 3}
    only = Reader("hai", frozenset({"unit:chi-bo-02"}))
    assert best(index, "chuyển đổi số", *asked, reader=only) == {"other": 2}


def test_a_page_follows_its_documents_grants_and_text(index: SearchIndex) -> None:
    first = Paper("p", ("một", "hai", "ba bốn"), grants=(EVERYONE,))
    fill(index, first)
    assert best(index, "ba bốn", first) == {"p": 3}
    fill(index, Paper("p", ("ba", "hai"), grants=(EVERYONE,), version=2))
    assert best(index, "ba bốn", first) == {"p": 1}
    fill(index, Paper("p", ("ba", "hai"), grants=("unit:chi-bo-02",), version=3))
    assert best(index, "ba bốn", first) == {}
    with index.writer() as writer:
        writer.remove([("p", 4)])
    assert best(index, "ba bốn", first, reader=CLERK) == {}
