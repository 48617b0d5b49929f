"""Accents of fixed phrases: `docs/domain.md`, "Text"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.phrases import mended
from pipeline.text import clean, fold


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("về tố chức tuần lễ sách", "về tổ chức tuần lễ sách"),
        ("Chỉ bộ Hội Tin học", "Chi bộ Hội Tin học"),
        ("chuyến đối số", "chuyển đổi số"),
        ("nắm 2022", "năm 2022"),
        ("TÍNH ỦY LAM SƠN", "TỈNH ỦY LAM SƠN"),
        ("CHANH VAN PHONG", "CHÁNH VĂN PHÒNG"),
        ("Văn phòng Đáng ỦY", "Văn phòng Đảng ủy"),
    ],
)
def test_usual_phrases_get_their_accents(read: str, meant: str) -> None:
    assert mended(read) == meant


@pytest.mark.parametrize(
    "text",
    [
        "công tác",  # could be cộng tác
        "đang bỏ ngỏ",  # no syllable of đảng bộ
        "ĐẢNG UỶ",  # the older placement of the tone mark is as printed
        "số 05-NQ/ĐU",
        "nắm 22 tài liệu",
    ],
)
def test_what_may_be_meant_stays_as_read(text: str) -> None:
    assert mended(text) == text


@given(st.text(alphabet="aáàảãạăâbcdđeêghiklmnoôơpqrstuủưvxy 0123456789-/ĐẢNG ỦYCHIBỘTỔCHỨC", max_size=40))
def test_only_accents_and_the_case_of_like_letters_change(text: str) -> None:
    assert fold(mended(text)) == fold(clean(text))
