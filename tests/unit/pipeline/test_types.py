"""The table of document types says each thing once, and each title, slug and symbol leads back to its type."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import clean, fold
from pipeline.types import SYMBOLS, TITLES, TYPES, UNKNOWN_TYPE, DocumentType, symbols, types_of_symbol

entries = st.sampled_from(list(TYPES.values()))


def test_slugs_and_titles_are_said_once() -> None:
    assert len({entry.title for entry in TYPES.values()}) == len(TYPES)
    assert len(TITLES) == len(TYPES) - 1  # all but the unknown one
    assert TYPES[UNKNOWN_TYPE].title == "Khác"


@pytest.mark.parametrize("entry", TYPES.values(), ids=lambda entry: entry.slug)
def test_a_slug_is_made_of_its_title(entry: DocumentType) -> None:
    made = fold(clean(entry.title)).replace(" ", "_")
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", entry.slug)
    assert entry.slug == made


@given(entries)
def test_a_title_in_any_case_leads_to_its_type(entry: DocumentType) -> None:
    if entry.slug != UNKNOWN_TYPE:
        for title in (entry.title, entry.title.upper(), fold(entry.title)):
            assert TITLES[fold(clean(title))] == entry.slug


@given(entries, st.booleans())
def test_a_symbol_in_any_case_and_with_any_d_leads_to_its_type(entry: DocumentType, is_party: bool) -> None:  # noqa: FBT001
    for symbol in entry.party if is_party else entry.state:
        for written in (symbol, symbol.upper(), symbol.lower(), symbol.replace("Đ", "D")):
            assert entry.slug in types_of_symbol(written, is_party=is_party)
            assert fold(written) in SYMBOLS


@given(entries, st.booleans())
def test_what_a_symbol_may_mean_has_that_symbol(entry: DocumentType, is_party: bool) -> None:  # noqa: FBT001
    for symbol in symbols(entry.slug):
        for slug in types_of_symbol(symbol, is_party=is_party):
            assert fold(symbol) in map(fold, symbols(slug))


@given(st.text(max_size=6))
def test_an_unknown_symbol_means_nothing(symbol: str) -> None:
    if fold(symbol) not in SYMBOLS:
        assert types_of_symbol(symbol, is_party=True) == types_of_symbol(symbol, is_party=False) == ()
