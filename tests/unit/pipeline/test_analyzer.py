"""The one analyzer: what both engines are fed and what queries and highlights are read with."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import (
    MAX_TOKEN,
    analyse,
    canonical_capitals,
    clean,
    fold,
    name_key,
    split_words,
    tokens,
    word_forms,
    word_spans,
)

GOLDEN = [
    ("Nghị quyết", "nghi quyet", "nghi_quyet"),
    ("NGHỊ QUYẾT", "nghi quyet", "nghi_quyet"),
    ("Đảng ủy", "dang uy", "dang_uy"),
    ("Ðảng", "dang", ""),  # Eth
    ("đường lối ĐẢNG ệ ữ ỵ ơ ư", "duong loi dang e u y o u", "duong_loi loi_dang dang_e e_u u_y y_o o_u"),
    ("57-NQ/TW", "57 nq tw", "57_nq nq_tw"),
    ("12.345", "12 345", "12_345"),
    ("kĩ thuật, lí luận; quí, hi sinh", "ky thuat ly luan quy hy sinh", None),
    ("vi tính, chi bộ", "vi tinh chi bo", None),  # not every i
    ("ủy_ban", "uy ban", "uy_ban"),
    ("chuyển\u00ad đổi s\u200bố", "chuyen doi so", None),
    ("a\u00a0b\u2009c", "a b c", None),
    ("😀 số 1 ² №", "so 1 ²", None),
    ("...—…«»", "", ""),
    ("", "", ""),
]


@pytest.mark.parametrize(("text", "folded", "bigrams"), GOLDEN)
def test_golden_tokens(text: str, folded: str, bigrams: str | None) -> None:
    for written in (text, unicodedata.normalize("NFD", text)):
        analysed = analyse(written)
        assert analysed.folded == folded
        assert bigrams is None or analysed.bigrams == bigrams
        assert len(analysed.exact.split()) == len(folded.split())


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("hoà", "hòa", True),  # where the tone mark stands
        ("thuý", "thúy", True),
        ("nghịêp", "nghiệp", True),
        ("Hoà", "HÒA", True),
        ("bản", "bàn", False),
        ("ban", "bàn", False),
        ("đa", "da", False),
        ("mưa", "mua", False),
    ],
)
def test_exact_tokens_differ_by_accents_alone(one: str, other: str, *, is_same: bool) -> None:
    assert (analyse(one).exact == analyse(other).exact) is is_same


@pytest.mark.parametrize(
    ("word", "is_accented"), [("ban", False), ("BAN", False), ("57", False), ("bàn", True), ("đa", True), ("mưa", True)]
)
def test_words_with_any_diacritic_are_accented(word: str, *, is_accented: bool) -> None:
    assert [token.is_accented for token in tokens(word)] == [is_accented]


def test_a_word_without_end_is_cut() -> None:
    analysed = analyse("a" * 10_000 + " b")
    assert analysed.folded == "a" * MAX_TOKEN + " b"
    assert len(analysed.bigrams) == MAX_TOKEN + 2


def test_names_in_one_form() -> None:
    assert canonical_capitals(" Đảng  bộ\u00a0Liên hiệp ") == "ĐẢNG BỘ LIÊN HIỆP"
    assert name_key("Toà án – Hà Nội.") == name_key("TÒA ÁN HÀ NỘI")
    assert name_key("Tỉnh ủy") != name_key("Tỉnh uy")


@given(st.text())
def test_cleaning_again_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert unicodedata.is_normalized("NFC", clean(text))


LETTERS = st.text(st.sampled_from("aăâeêioôơuưyđbcnghAĂÂEÊIOÔƠUƯYĐ \u0300\u0301\u0303\u0309\u0323\u00ad-/.,1"))


@given(LETTERS)
def test_the_same_text_in_another_form_has_the_same_tokens(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert analyse(unicodedata.normalize(form, text)) == analyse(text)
    assert analyse(clean(text).upper()) == analyse(clean(text))


@given(st.text() | LETTERS)
def test_folding_keeps_the_places_of_letters(text: str) -> None:
    assert len(fold(clean(text))) == len(clean(text))


@given(st.text() | LETTERS)
def test_all_ways_to_the_words_of_a_text_agree(text: str) -> None:
    cleaned = clean(text)
    found = list(tokens(cleaned))
    words = split_words(cleaned)
    assert word_forms(words) == [(token.exact, token.folded) for token in found]
    assert list(word_spans(cleaned, words)) == [(token.start, token.end) for token in found]
    assert analyse(text).folded == " ".join(token.folded for token in found)
    assert all(0 <= token.start < token.end <= len(cleaned) for token in found)
    assert all(not any(map(str.isspace, token.exact + token.folded)) for token in found)
    assert all(token.exact and token.folded for token in found)
