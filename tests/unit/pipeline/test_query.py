"""How what somebody typed is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.query import MAX_QUERY_WORDS, parse_query
from pipeline.synonyms import expansions
from pipeline.text import clean, tokens


def folded(text: str) -> list[str]:
    return [word.folded for word in parse_query(text).words]


@pytest.mark.parametrize(
    ("text", "minimum"),
    [
        ("", 0),
        ("một", 1),
        ("một một một", 1),
        ("một hai ba bốn", 4),
        ("một hai ba bốn năm", 3),
        ("một hai ba bốn năm sáu", 3),
        ("bàn bản ban", 1),  # one word folded
    ],
)
def test_how_many_words_must_match(text: str, minimum: int) -> None:
    assert parse_query(text).minimum_match == minimum


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ('"chuyển đổi số"', [["chuyen", "doi", "so"]]),
        ("“chuyển đổi” số „quốc gia”", [["chuyen", "doi"], ["quoc", "gia"]]),
        ('"chuyển đổi', []),
        ('""', []),
        ('" , "', []),
    ],
)
def test_quoted_words_are_phrases(text: str, phrases: list[list[str]]) -> None:
    assert [[word.folded for word in phrase] for phrase in parse_query(text).phrases] == phrases


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("57-NQ/TW", ("57-nq-tw",)),
        ("57 nq tw", ("57-nq-tw",)),
        ("nq 57", ("57-nq",)),
        ("nq57-tw", ("57-nq-tw",)),
        ("nghị quyết số 57", ("57-nq",)),
        ("Nghị quyết số: 057-NQ/TW", ("57-nq-tw",)),
        ("qđ 749 ttg", ("749-qd-ttg",)),
        ("30/2020/NĐ-CP", ("30-2020-nd-cp",)),
        ("45/LHH-VP", ("45-lhh-vp",)),
    ],
)
def test_a_number_is_recognised(text: str, keys: tuple[str, ...]) -> None:
    number = parse_query(text).number
    assert number is not None
    assert number.keys == keys


@pytest.mark.parametrize("text", ["57", "2025", "số 57", "năm 2025", "22/12/2024", "12.345", "chi bộ 57", "đảng viên"])
def test_other_numbers_are_words(text: str) -> None:
    assert parse_query(text).number is None


@given(st.text())
def test_nothing_typed_is_an_error(text: str) -> None:
    parsed = parse_query(text)
    assert len(parsed.words) <= MAX_QUERY_WORDS
    assert parsed.is_empty == (not parsed.words)
    assert all(expansion.alternatives for expansion in expansions(parsed.words))


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        ("UBND", {"ủy ban nhân dân"}),
        ("ubnd", {"ủy ban nhân dân"}),
        ("uy ban nhan dan", {"ubnd"}),
        ("Ủy ban nhân dân", {"ubnd"}),
        ("uỷ ban nhân dân", {"ubnd"}),
        ("NQ", {"nghị quyết"}),
        ("TW", {"t w", "t ư", "trung ương"}),
        ("đu", {"đảng ủy"}),
        ("du", set()),  # the syllable of dự and du
        ("bàn chấp hành", set()),  # typed with an accent that the form has not
        ("văn bản", set()),
    ],
)
def test_other_forms_of_what_is_asked(text: str, forms: set[str]) -> None:
    found = expansions(list(tokens(clean(text))))
    said = {" ".join(word.exact for word in form) for expansion in found for form in expansion.alternatives}
    expected = {" ".join(word.exact for word in tokens(clean(form))) for form in forms}
    assert said == expected
