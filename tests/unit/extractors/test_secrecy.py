"""Marks of secrecy: seen wherever they stand in the header, and not in words that only speak of secrets."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from extractors.secrecy import find_mark
from pipeline.model import PageResult, PageStatus, PageText, Source
from samples.generator.fonts import PRINT_FILES, load_font
from tests.unit.extractors.papers import digital_page, results_of, stamp
from tests.unit.extractors.sheet import Printed, words_of


def level_on(path: Path) -> str | None:
    (page,) = results_of(path)
    assert page.status is PageStatus.READ
    assert page.content
    assert page.content.source is Source.TEXT_LAYER
    mark = find_mark(page)
    return mark.level if mark else None


def level_of(*lines: Printed) -> str | None:
    mark = find_mark(PageResult(1, PageStatus.READ, PageText(tuple(words_of(lines)), "", 1.0, Source.OCR)))
    return mark.level if mark else None


@pytest.mark.ocr
@pytest.mark.parametrize(("text", "level"), [("MẬT", "mat"), ("TỐI MẬT", "toi_mat"), ("TUYỆT MẬT", "tuyet_mat")])
def test_a_stamp_as_a_picture_in_a_born_digital_paper_is_a_mark(tmp_path: Path, text: str, level: str) -> None:
    assert level_on(digital_page(tmp_path / "paper.pdf", picture=stamp(text))) == level


@pytest.mark.ocr
def test_so_is_one_in_black_and_one_without_a_frame(tmp_path: Path) -> None:
    assert level_on(digital_page(tmp_path / "black.pdf", picture=stamp("MẬT", colour=(30, 30, 30)))) == "mat"
    bare = Image.new("RGB", (300, 120), "white")
    font = load_font(PRINT_FILES["bold"], 60)
    ImageDraw.Draw(bare).text((150, 60), "MẬT", font=font, fill=(30, 30, 30), anchor="mm")
    assert level_on(digital_page(tmp_path / "bare.pdf", picture=bare)) == "mat"


@pytest.mark.ocr
@pytest.mark.parametrize("angle", [-8, 8])
@pytest.mark.parametrize("colour", [(200, 30, 40), (30, 30, 30)])
def test_so_is_one_that_stands_askew(tmp_path: Path, colour: tuple[int, int, int], angle: float) -> None:
    picture = stamp("TỐI MẬT", colour=colour, angle=angle)
    assert level_on(digital_page(tmp_path / "askew.pdf", picture=picture)) == "toi_mat"


@pytest.mark.ocr
@pytest.mark.parametrize("text", ["HỎA TỐC", "GIẢI MẬT", "BẢN SAO"])
def test_other_stamps_are_read_and_are_no_marks(tmp_path: Path, text: str) -> None:
    path = digital_page(tmp_path / "paper.pdf", picture=stamp(text))
    (page,) = results_of(path)
    assert text.rsplit(maxsplit=1)[-1] in page.text
    assert level_on(path) is None


@pytest.mark.ocr
def test_a_text_layer_that_speaks_of_secrets_is_no_mark(tmp_path: Path) -> None:
    lines = ["Việc bảo vệ bí mật nhà nước và tài liệu Mật, Tối mật do văn phòng theo dõi.", "Khoa Mắt: 4 người mất."]
    assert level_on(digital_page(tmp_path / "paper.pdf", lines=lines)) is None


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("MẬT", "mat"),
        ("| MẬT |", "mat"),
        ("TỐI MẬT", "toi_mat"),
        ("TUYỆT MẬT", "tuyet_mat"),
        ("Độ mật: Tối mật", "toi_mat"),
        ("MẮT", None),
        ("MẤT", None),
        ("MẶT", None),
        ("GIẢI MẬT", None),
        ("BÍ MẬT NHÀ NƯỚC", None),
        ("tài liệu mật", None),
        ("mật", None),
        ("TULYỆT MẬT", "tuyet_mat"),
        ("TỐT MẬT |", "toi_mat"),
        ("¡ TỐIMẬT j :", "toi_mat"),
        ("TỐI MẬ”", "toi_mat"),
        ("MÀT", "mat"),
        ("BẢO MẬT", None),
        ("BÍ MẬT", None),
        ("CÓ MẶT", None),
    ],
)
def test_a_mark_is_what_says_nothing_else(text: str, level: str | None) -> None:
    assert level_of(Printed(text, 0.3, 0.16)) == level


def test_a_mark_stands_in_the_header() -> None:
    assert level_of(Printed("MẬT", 0.3, 0.3)) == "mat"
    assert level_of(Printed("MẬT", 0.3, 0.6)) is None


def test_the_highest_mark_counts() -> None:
    assert level_of(Printed("MẬT", 0.3, 0.16), Printed("TUYỆT MẬT", 0.7, 0.2)) == "tuyet_mat"
