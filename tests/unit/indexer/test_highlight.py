"""What is marked for a query, in snippets and on the words of a page image."""

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.highlight import marked_words, snippet
from pipeline.model import Word
from pipeline.query import parse_query
from pipeline.text import clean

PAGE = "Số 57-NQ/TU Nghị quyết của Ủy ban nhân dân về chuyển đổi số , bản ghi ban bàn UBND số 9"


def words(text: str) -> list[Word]:
    return [Word(word, (0.0, 0.0, 0.1, 0.1), 0.9, line=1) for word in text.split()]


def marked(text: str, query: str) -> list[str]:
    page = words(text)
    return [
        word.text for word, is_marked in zip(page, marked_words(page, parse_query(query)), strict=True) if is_marked
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("57 nq tu", ["57-NQ/TU", "Nghị", "quyết"]),  # one stored word for three, and what the symbol stands for
        ("nq 57", ["57-NQ/TU", "Nghị", "quyết"]),
        ("nghi quyet", ["57-NQ/TU", "Nghị", "quyết"]),
        ("NGHỊ QUYẾT", ["57-NQ/TU", "Nghị", "quyết"]),
        ("bàn", ["bàn"]),  # typed with an accent that the page has
        ("bạn", ["ban", "bản", "ban", "bàn"]),  # typed with one that it has not
        ("ban", ["ban", "bản", "ban", "bàn"]),
        ("ubnd", ["Ủy", "ban", "nhân", "dân", "UBND"]),  # the other form, over four stored words, not each of them
        ("uy ban nhan dan", ["Ủy", "ban", "nhân", "dân", "bản", "ban", "bàn", "UBND"]),
        ('"đổi số"', ["đổi", "số"]),  # not the other three
        ('"doi so" bản', ["đổi", "số", "bản"]),
        ('"số chuyển"', ["Số", "chuyển", "số", "số"]),  # nowhere on this page: its words
        ("không có gì", []),
        ("", []),
    ],
)
def test_the_words_of_the_query_are_marked(query: str, expected: list[str]) -> None:
    assert marked(PAGE, query) == expected
    assert marked(unicodedata.normalize("NFD", PAGE), query) == [
        unicodedata.normalize("NFD", word) for word in expected
    ]


def test_a_snippet_marks_the_same_words() -> None:
    for query in ("57 nq tu", "bàn", "ubnd", '"đổi số"', "ban"):
        shown = snippet(PAGE, parse_query(query))
        in_snippet = [html.unescape(part) for part in re.findall("<mark>(.*?)</mark>", shown)]
        assert " ".join(in_snippet) == " ".join(re.findall(r"\w+", " ".join(marked(PAGE, query))))


def test_a_snippet_shows_the_closest_stand_of_most_different_words() -> None:
    text = "số liệu " * 100 + "chuyển đổi số quốc gia " + "số liệu đổi " * 100
    shown = snippet(text, parse_query("chuyển đổi số"))
    assert "<mark>chuyển</mark> <mark>đổi</mark> <mark>số</mark> quốc gia" in shown
    assert shown.startswith("… <mark>số</mark> liệu")
    assert shown.endswith(" …")


def test_a_snippet_at_the_end_of_a_page_is_as_long_as_any() -> None:
    shown = snippet("một hai ba " * 100 + "cuối", parse_query("cuối"), length=60)
    assert shown.endswith("<mark>cuối</mark>")
    assert 50 <= len(shown.removeprefix("… ").replace("<mark>", "").replace("</mark>", "")) <= 60


@given(st.text(), st.text(), st.integers(1, 80))
def test_a_snippet_is_always_safe_text_of_the_page(text: str, query: str, length: int) -> None:
    plain = " ".join(clean(text).split())
    shown = snippet(text, parse_query(query), length=length)
    assert not re.search("<(?!/?mark>)", shown)
    bare = html.unescape(shown.replace("<mark>", "").replace("</mark>", ""))
    assert bare.removeprefix("… ").removesuffix(" …") in plain
    assert len(plain) > length or bare == plain


@given(st.lists(st.text(max_size=12), max_size=30), st.text(max_size=40))
def test_every_stored_word_has_its_answer(texts: list[str], query: str) -> None:
    page = [Word(text, (0.0, 0.0, 0.1, 0.1), 0.9, line=1) for text in texts]
    answers = marked_words(page, parse_query(query))
    assert len(answers) == len(page)
    asked = {word.folded for word in parse_query(query).words}
    if not asked:
        assert not any(answers)
