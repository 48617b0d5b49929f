"""Stacks parted into their papers, on pages as they are typeset; a doubtful cut says so, and why."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.stacks import page_text, papers_of, score, stacks_of
from extractors.batch_split import split
from pipeline.model import CERTAIN, PageResult, PageStatus, PageText, Source, Word
from samples.generator.layout import lay_out
from samples.generator.library import bodies
from samples.generator.model import Paper, Sheet

SEED = 90210


def sheets(paper: Paper) -> tuple[Sheet, ...]:
    return lay_out(paper, bodies()[paper.body_key])


def pages_of(*typeset: Sheet | None) -> list[PageResult]:
    """These sheets as pages of a file; None is a blank one."""
    return [
        PageResult(number, PageStatus.READ, page_text(sheet)) if sheet else PageResult(number, PageStatus.BLANK)
        for number, sheet in enumerate(typeset, start=1)
    ]


def starts(pages: Sequence[PageResult]) -> list[int]:
    return [part.pages[0].file_page for part in split(pages)]


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return papers_of(SEED, 0, 6)


def test_stacks_are_parted_where_their_papers_begin() -> None:
    for stack in stacks_of(SEED, 2, 12):
        found = score(stack)
        assert (found.found, found.false) == (found.true, 0)


def test_a_file_that_is_one_document_is_told_nothing_of_cuts(papers: list[Paper]) -> None:
    for paper in papers:
        pages = pages_of(*sheets(paper))
        (part,) = split(pages)
        assert part.pages == tuple(pages)
        assert part.cut is None


def test_every_page_is_in_one_document_and_each_has_its_cut(papers: list[Paper]) -> None:
    pages = pages_of(*sheets(papers[0]), None, *sheets(papers[1]), None)
    parts = split(pages)
    assert [page for part in parts for page in part.pages] == pages
    assert [part.cut.value for part in parts if part.cut] == [str(number) for number in starts(pages)]
    assert parts[0].pages[-1].status is PageStatus.BLANK


def test_an_annex_and_pages_that_go_on_in_capitals_stay_where_they_are(papers: list[Paper]) -> None:
    annexed, continued = papers[2], papers[1]
    assert annexed.annex
    pages = pages_of(*sheets(annexed), *sheets(continued))
    assert starts(pages) == [1, len(sheets(annexed)) + 1]


def test_a_cut_of_which_less_can_be_read_is_doubtful(papers: list[Paper]) -> None:
    """The title line alone is left of the second paper's header."""
    first, second = sheets(papers[0]), sheets(papers[1])
    bare = replace(
        second[0], words=tuple(w for w in second[0].words if w.y > 300 or "title" in w.fields), blanks=()
    )  # fmt: skip
    _, cut = split(pages_of(*first, bare))
    assert cut.cut is not None
    assert cut.cut.confidence < CERTAIN
    assert "đề Đảng hoặc Quốc hiệu; văn bản trước" in (cut.cut.reason or "")


def test_what_looks_like_a_first_page_but_is_enclosed_is_left_and_told(papers: list[Paper]) -> None:
    first, second = sheets(papers[0]), sheets(papers[1])
    pages = pages_of(*first, second[0])
    content = pages[-1].content
    assert content is not None
    words = [("Phụ", 0.45), ("lục", 0.5), ("I", 0.55)]
    head = tuple(Word(text, (x, 0.01, x + 0.04, 0.02), 0.95, 0) for text, x in words)
    pages[-1] = replace(pages[-1], content=PageText((*head, *content.words), content.text, 0.95, Source.OCR))
    (whole,) = split(pages)
    assert whole.cut is not None
    assert whole.cut.confidence < CERTAIN
    assert f"Không cắt ở trang {len(first) + 1}" in (whole.cut.reason or "")


def test_a_page_that_could_not_be_read_behind_a_finished_paper_is_told(papers: list[Paper]) -> None:
    pages = pages_of(*sheets(papers[0]))
    pages.append(PageResult(len(pages) + 1, PageStatus.FAILED, reason="hỏng"))
    (whole,) = split(pages)
    assert whole.cut is not None
    assert whole.cut.confidence < CERTAIN


def test_a_separator_sheet_parts_and_stays_with_the_paper_before(papers: list[Paper]) -> None:
    pages = pages_of(*sheets(papers[0]))
    word = Word("PHÂN", (0.4, 0.5, 0.5, 0.52), 0.95, 0), Word("CÁCH", (0.51, 0.5, 0.6, 0.52), 0.95, 0)
    sheet = PageResult(len(pages) + 1, PageStatus.READ, PageText(word, "PHÂN CÁCH", 0.95, Source.OCR))
    plain = PageResult(len(pages) + 2, PageStatus.READ, PageText((), "", 0.95, Source.OCR))
    assert starts([*pages, sheet, plain]) == [1, plain.file_page]
