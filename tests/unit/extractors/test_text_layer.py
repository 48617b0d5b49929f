"""Text layers: old encodings come out as Unicode, what is no text is not believed, whatever the fonts are called."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from viparse.normalize import tcvn3, vni

from extractors.legacy_encodings import TCVN3, VNI, Encoding, to_unicode
from extractors.pdf_text import open_text_layer
from extractors.syllables import is_syllable
from extractors.text_layer import Run, judge
from pipeline.model import Source
from samples.generator.fonts import PRINT_FILES, font_path
from tests.unit.extractors.layers import A4, TCVN3_CODES, Said, in_tcvn3, in_vni, layer_pdf

LINES = (
    "Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;",
    "Thực hiện Nghị quyết số 57-NQ/TW về đột phá phát triển khoa học, công nghệ",
    "Hội nghị khẳng định: nhà nước, tư tưởng và những kết quả đã đạt được của cả nhiệm kỳ",
    "chẳng hạn như xã kỵ binh; ngõ ngách, sẵn sàng, mẫu mực, giữ gìn, khuỷu tay, quỹ đất",
)
HEADING = "ĐẢNG ỦY LIÊN HIỆP CÁC HỘI KHOA HỌC VÀ KỸ THUẬT VIỆT NAM"
TEXT = "\n".join(LINES)
SYLLABLES = "nghiêng khuỷu quốc gìn giếng oách nguyễn yêu tuýp hoà hòa uỷ ủy xoong Đảng"
OTHERS = "nghành kương cghi tàt nướcc ViÖt Þnh ngh th 57 house wie"

WORDS = st.lists(st.sampled_from(sorted({*TEXT.split()})), min_size=30, max_size=50, unique=True)


def read(path: Path, page: int = 1) -> str | None:
    """The running text of a page's layer on one line, None where it is not believed."""
    with open_text_layer(path) as layers:
        content = layers.text_of(page)
        if content is None:
            return None
        assert content.source is Source.TEXT_LAYER
        assert unicodedata.is_normalized("NFC", content.text)
        assert [word.text for word in content.words] == content.text.split()
        return " ".join(content.text.split())


def flat(*lines: str) -> str:
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("encoding", ["WinAnsiEncoding", None])
@pytest.mark.parametrize("font", [".VnTime", "ABCDEF+.VnArial,Bold", "TimesNewRoman"])
def test_tcvn3_becomes_unicode_also_in_fonts_that_are_not_called_so(
    tmp_path: Path, font: str, encoding: str | None
) -> None:
    path = layer_pdf(tmp_path / "a.pdf", [[in_tcvn3(line, font) for line in LINES]], encoding=encoding)
    assert read(path) == flat(*LINES)


@pytest.mark.parametrize("font", ["VNI-Times", "ABCDEF+VNI-Helve-Bold", "Arial"])
def test_vni_becomes_unicode_also_in_fonts_that_are_not_called_so(tmp_path: Path, font: str) -> None:
    lines = (*LINES, HEADING)
    assert read(layer_pdf(tmp_path / "a.pdf", [[in_vni(line, font) for line in lines]])) == flat(*lines)


@pytest.mark.parametrize("font", [".VnTimeH", "ABCDEF+.VnArialH,Bold", ".VnTimeH-Bold"])
def test_what_capital_fonts_of_tcvn3_draw_is_capital(tmp_path: Path, font: str) -> None:
    lines = [in_tcvn3(HEADING.lower(), font), *map(in_tcvn3, LINES)]
    assert read(layer_pdf(tmp_path / "a.pdf", [lines])) == flat(HEADING, *LINES)


def test_capitals_of_tcvn3_are_whole_words_in_other_fonts_too(tmp_path: Path) -> None:
    heading = "NGHỊ QUYẾT CỦA HỘI ĐỒNG NHÂN DÂN"
    lines = [in_tcvn3(heading), *map(in_tcvn3, LINES)]
    assert read(layer_pdf(tmp_path / "a.pdf", [lines])) == flat(heading, *LINES)


def test_pages_are_judged_one_by_one_and_fonts_one_by_one(tmp_path: Path) -> None:
    english = "Copyright 2024 The Office of the Committee, all rights reserved; see the terms of use"
    pages = [
        [*map(in_tcvn3, LINES), Said("Công ty ABC® (C) 2008 ½", "TimesNewRoman")],
        list(map(in_vni, LINES)),
        [Said(english, "Arial")],
        [Said("8 §#¤ ¿¿ 77 ¢£ xqzt krtv ±±±", "Arial")] * 6,
    ]
    path = layer_pdf(tmp_path / "a.pdf", pages)
    assert [read(path, page) for page in (1, 2, 3, 4)] == [
        flat(*LINES, "Công ty ABC® (C) 2008 ½"),
        flat(*LINES),
        english,
        None,
    ]


def shifted(text: str, by: int) -> str:
    """A text in codes that are some numbers off, as fonts without a table of their letters give it."""
    return "".join(letter if letter == " " else chr(ord(letter) + by) for letter in text)


@pytest.mark.parametrize(
    "lines",
    [
        [unicodedata.normalize("NFD", line).encode("ascii", "ignore").decode() for line in LINES],
        [shifted(line.encode("ascii", "ignore").decode(), 3) for line in LINES],
        ["".join(letter for letter in line if letter.isascii()) for line in LINES],
    ],
    ids=["without marks", "shifted codes", "letters missing"],
)
def test_layers_that_lost_their_letters_are_not_believed(tmp_path: Path, lines: Sequence[str]) -> None:
    assert read(layer_pdf(tmp_path / "a.pdf", [[Said(line, "Arial") for line in lines]])) is None


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unicode_in_either_form_is_read_as_nfc(tmp_path: Path, form: Literal["NFC", "NFD"]) -> None:
    pdfmetrics.registerFont(TTFont("regular", str(font_path(PRINT_FILES["regular"]))))
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=A4)
    canvas.setFont("regular", 11)
    for row, line in enumerate((*LINES, HEADING)):
        canvas.drawString(50, 780 - 20 * row, unicodedata.normalize(form, line))
    canvas.save()
    assert read(path) == flat(*LINES, HEADING)


def test_bullets_of_symbol_fonts_do_not_spoil_a_page() -> None:
    words = [[Run("\uf0b7", "Symbol")], *([Run(word, "Times")] for word in TEXT.split())]
    judged = judge(words)
    assert judged.is_good
    assert judged.read(words[0]) == "•"


def test_letter_and_mark_of_vni_may_stand_in_two_runs() -> None:
    words = [[Run("ta", "VNI-Times"), Run("ùc", "VNI-Times,Bold")]]
    assert judge(words).read(words[0]) == "tác"


def test_the_tables_agree_with_those_made_from_other_documents() -> None:
    assert dict(tcvn3.TCVN3.pairs) == TCVN3
    theirs = dict(vni.VNI.pairs)
    assert theirs.items() <= VNI.items()


@given(WORDS)
@settings(max_examples=30, deadline=None)
def test_whichever_words_a_page_has_the_encodings_are_told_apart(words: list[str]) -> None:
    for said in (in_tcvn3, in_vni):
        runs = [[Run(said(word).codes, "Times")] for word in words]
        judged = judge(runs)
        assert [judged.read(word) for word in runs] == words


def test_every_letter_of_tcvn3_comes_back() -> None:
    assert {letter: to_unicode(code, Encoding.TCVN3) for letter, code in TCVN3_CODES.items()} == {
        letter: letter for letter in TCVN3_CODES
    }


def test_where_a_file_calls_that_code_a_hyphen_the_syllable_tells() -> None:
    said = "n-íc th- t- t-ëng 57-NQ/TW Q§-UBND kinh tÕ - x· héi"
    read = [to_unicode(word, Encoding.TCVN3) for word in said.split()]
    assert " ".join(read) == "nước thư tư tưởng 57-NQ/TW QĐ-UBND kinh tế - xã hội"


@pytest.mark.parametrize("word", SYLLABLES.split())
def test_what_is_spelled_as_vietnamese_is_a_syllable(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(unicodedata.normalize("NFD", word.upper()))


@pytest.mark.parametrize("word", OTHERS.split())
def test_what_is_not_is_none(word: str) -> None:
    assert not is_syllable(word)
