"""Vietnamese text has one form: however it was typed, printed or encoded, its tokens are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import analyse, bigrams, canonical_capitals, clean, fold, name_key, tokens

VIETNAMESE = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
letters = st.sampled_from(VIETNAMESE + VIETNAMESE.upper())
texts = st.text(letters | st.sampled_from(" .,-/0123456789\n"), max_size=60)
anything = st.text(max_size=60)


@given(anything)
def test_cleaning_again_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_folding_again_changes_nothing_and_keeps_the_length(text: str) -> None:
    folded = fold(clean(text))
    assert fold(folded) == folded
    assert len(folded) == len(clean(text))


@given(texts)
def test_the_encoding_of_letters_does_not_matter(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]
    assert len({clean(form) for form in forms}) == 1
    assert len({analyse(form) for form in forms}) == 1
    assert len({fold(clean(form)) for form in forms}) == 1
    assert len({name_key(form) for form in forms}) == 1
    assert len({canonical_capitals(form) for form in forms}) == 1


@given(texts)
def test_what_is_folded_has_no_mark_left(text: str) -> None:
    assert fold(clean(text)).isascii()


@given(texts)
def test_case_does_not_matter_to_tokens(text: str) -> None:
    assert analyse(text.upper()) == analyse(text.lower()) == analyse(text)


@given(texts)
def test_unaccented_words_are_folded_as_accented_ones(text: str) -> None:
    assert analyse(fold(clean(text))).folded == analyse(text).folded


@given(anything)
def test_spans_of_tokens_lie_in_the_text_one_after_the_other(text: str) -> None:
    cleaned = clean(text)
    end = 0
    for token in tokens(cleaned):
        assert end <= token.start < token.end <= len(cleaned)
        assert token.exact
        end = token.end


@given(anything)
def test_the_three_strings_have_one_word_for_each_token(text: str) -> None:
    found = list(tokens(clean(text)))
    seen = analyse(text)
    assert seen.exact.split() == [token.exact for token in found]
    assert seen.folded.split() == [token.folded for token in found]
    assert seen.bigrams.split() == bigrams([token.folded for token in found])


@given(texts)
def test_invisible_characters_do_not_matter(text: str) -> None:
    assert clean("\u200b".join(text)) == clean(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hoà", "hòa"), ("khoẻ", "khỏe"), ("thuỷ", "thủy"), ("nghịêp", "nghiệp"), ("Ðảng", "Đảng"), ("ỦY", "UỶ")],
)
def test_the_place_of_the_tone_mark_and_the_kind_of_d_do_not_matter(one: str, other: str) -> None:
    assert analyse(one) == analyse(other)


@pytest.mark.parametrize(("one", "other"), [("mát", "mạt"), ("đá", "da"), ("ma", "mã"), ("hoa", "hóa")])
def test_different_words_stay_apart(one: str, other: str) -> None:
    assert analyse(one).exact != analyse(other).exact
