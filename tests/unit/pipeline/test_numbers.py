"""Document numbers: whatever their spelling, one number has one printed form and one set of keys."""

import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.numbers import DocumentNumber, number_in_query, number_keys, parse_number
from pipeline.text import fold
from pipeline.types import SYMBOLS, TYPES

PARTY_SYMBOLS = sorted({symbol for entry in TYPES.values() for symbol in entry.party if len(symbol) > 1})
STATE_SYMBOLS = sorted({symbol for entry in TYPES.values() for symbol in entry.state})
BODIES = ("TW", "TU", "ĐU", "BTCTW", "HĐND", "UBND", "CP", "TTg", "BNV", "MTTQ", "ĐUK")

digits = st.integers(1, 99_999).flatmap(lambda n: st.integers(len(str(n)), 5).map(lambda width: f"{n:0{width}}"))
bodies = st.lists(st.sampled_from(BODIES), min_size=1, max_size=2).map("-".join)
own_names = st.text("BCĐGHKLMNPQRSTVX", min_size=2, max_size=5).filter(lambda name: fold(name) not in SYMBOLS)

Numbers = st.SearchStrategy[DocumentNumber]
Part = st.SearchStrategy[str]
OptionalPart = st.SearchStrategy[str | None]


def built(symbol: OptionalPart, org: Part, years: st.SearchStrategy[int | None], *, is_party: bool) -> Numbers:
    def make(parts: tuple[str, str | None, str, int | None]) -> DocumentNumber:
        return DocumentNumber(*parts, is_party=is_party)

    return st.tuples(digits, symbol, org, years).map(make)


party = built(st.sampled_from(PARTY_SYMBOLS), bodies, st.none(), is_party=True)
state = built(st.sampled_from(STATE_SYMBOLS), bodies, st.none() | st.integers(1945, 2099), is_party=False)
letters = built(st.none(), st.tuples(own_names, st.sampled_from(BODIES)).map("-".join), st.none(), is_party=False)
laws = built(st.none(), st.sampled_from(("QH13", "QH15", "UBTVQH14")), st.integers(1946, 2099), is_party=False)
numbers = party | state | letters | laws


@given(numbers)
def test_a_number_is_read_again_from_its_printed_form(number: DocumentNumber) -> None:
    assert parse_number(str(number)) == number


@given(st.text("0123456789-/ .NQĐUTWqđuCPH–ÐÐ", max_size=20))
def test_what_is_read_prints_as_something_that_reads_the_same(text: str) -> None:
    number = parse_number(text)
    if number is not None:
        assert parse_number(str(number)) == number


def spaced(text: str) -> str:
    return text.replace("-", " - ").replace("/", " / ")


def eth(text: str) -> str:
    """As OCR and old converters print Đ."""
    return text.replace("Đ", "\u00d0").replace("đ", "\u00f0")


def long_dashes(text: str) -> str:
    return text.replace("-", "\u2013")


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


PRINTINGS = (spaced, eth, long_dashes, decomposed)


@given(numbers, st.permutations(PRINTINGS), st.integers(0, len(PRINTINGS)))
def test_every_printing_is_one_number(
    number: DocumentNumber, printings: Sequence[Callable[[str], str]], count: int
) -> None:
    printed = str(number)
    for printing in printings[:count]:
        printed = printing(printed)
    assert parse_number(printed) == number


@given(numbers, st.integers(0, 3), st.sampled_from((str.upper, str.lower)))
def test_zeros_and_case_make_no_other_keys(number: DocumentNumber, zeros: int, case: Callable[[str], str]) -> None:
    written = parse_number(case(str(number)))
    padded = DocumentNumber(
        (zeros * "0" + number.digits)[-5:], number.type_symbol, number.org, number.year, is_party=number.is_party
    )
    if padded.integer == number.integer:
        assert number_keys(padded) == number_keys(number)
    assert written is not None
    assert set(number_keys(written)) == set(number_keys(number))


@given(numbers, numbers)
def test_different_numbers_of_one_form_share_no_whole_key(one: DocumentNumber, other: DocumentNumber) -> None:
    if one.integer != other.integer:
        assert not set(number_keys(one)) & set(number_keys(other))


def words_apart(text: str) -> str:
    return text.replace("-", " ").replace("/", " ")


def plain(text: str) -> str:
    return fold(text)


@given(party, st.sampled_from((str, spaced, words_apart, plain, decomposed, str.lower, str.upper)))
def test_a_party_number_is_recognised_in_what_somebody_types(
    number: DocumentNumber, spelling: Callable[[str], str]
) -> None:
    assume(spelling is not words_apart or "-" not in number.org)  # where such a body ends is not to be seen
    asked = number_in_query(spelling(str(number)))
    assert asked is not None
    assert set(asked.keys) & set(number_keys(number))


@given(state, st.sampled_from((str, spaced, plain, decomposed, str.lower, str.upper)))
def test_a_state_number_is_recognised_in_what_somebody_types(
    number: DocumentNumber, spelling: Callable[[str], str]
) -> None:
    asked = number_in_query(spelling(str(number)))
    assert asked is not None
    assert set(asked.keys) & set(number_keys(number))


@given(st.text(max_size=200))
def test_no_text_is_an_error(text: str) -> None:
    parse_number(text)
    number_in_query(text)


@pytest.mark.parametrize("text", ["", "2024", "57", "năm 2024", "chi bộ 12", "tháng 7/2024", "12/2024"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None
    assert number_in_query(text) is None


@pytest.mark.parametrize(
    ("text", "printed", "integer", "year"),
    [
        ("57-NQ/TW", "57-NQ/TW", 57, None),
        ("05 - NQ / ĐU", "05-NQ/ĐU", 5, None),
        ("30/2020/NĐ-CP", "30/2020/NĐ-CP", 30, 2020),
        ("749/QĐ-TTg", "749/QĐ-TTg", 749, None),
        ("45/LHH-VP", "45/LHH-VP", 45, None),
        ("12/2017/qh14", "12/2017/QH14", 12, 2017),
    ],
)
def test_real_numbers(text: str, printed: str, integer: int, year: int | None) -> None:
    number = parse_number(text)
    assert number is not None
    assert (str(number), number.integer, number.year) == (printed, integer, year)
