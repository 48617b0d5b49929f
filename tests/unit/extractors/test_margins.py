"""Captions of signatures and incoming stamps are facts of the page, and never what the paper says of itself."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors.describe import open_describer
from extractors.margins import set_apart
from extractors.secrecy import find_mark
from extractors.turning import lying, upright
from pipeline.model import FieldName, MarginKind, PageResult, Source
from samples.generator.fonts import PRINT_FILES, font_path
from tests.unit.extractors.layers import A4
from tests.unit.extractors.papers import results_of
from tests.unit.extractors.sheet import UNITS, Printed, body, page, party_header, state_header, titled

CAPTION = ("Ký bởi: Văn phòng", "Liên hiệp các Hội", "Email: vp@lienhiep.example", "Thời gian ký: 15/03/2024 10:15")
STAMP = ("CÔNG VĂN ĐẾN", "Số: 412", "Ngày: 16/3/2025")
SAID = ("Căn cứ Điều lệ Đảng, Ban Thường vụ ban hành nghị quyết", "và giao các chi bộ trực thuộc thực hiện.")
PAPER = [*party_header(), *titled("NGHỊ QUYẾT", "về công tác kiểm tra năm 2025"), *body(*SAID)]


def caption(*texts: str, x: float = 0.06, top: float = 0.012) -> list[Printed]:
    return [Printed(text, x, top + 0.0135 * i, "left") for i, text in enumerate(texts)]


def stamp(*texts: str, x: float = 0.2, top: float = 0.17) -> list[Printed]:
    return [Printed(text, x, top + 0.017 * i) for i, text in enumerate(texts)]


def margins(lines: list[Printed]) -> list[tuple[MarginKind, str]]:
    return [(margin.kind, margin.text) for margin in set_apart(page(lines)).margins]


def words(of: PageResult) -> set[str]:
    return {word.text for word in of.content.words} if of.content else set()


def own(of: PageResult) -> tuple[str | None, ...]:
    found = open_describer().describe([of], file_name="Scan0001.pdf", units=UNITS).fields
    return tuple(found[name].value if name in found else None for name in (FieldName.NUMBER, FieldName.DATE))


def test_a_caption_is_taken_out_with_what_runs_on_in_it() -> None:
    apart = set_apart(page([*caption(*CAPTION), *PAPER]))
    assert [(m.kind, m.text) for m in apart.margins] == [(MarginKind.SIGNATURE, "\n".join(CAPTION))]
    assert words(apart) == words(page(PAPER))
    assert "Email" not in apart.text


@pytest.mark.parametrize("top", [0.17, 0.03])
def test_a_stamp_is_taken_out_and_its_number_and_day_are_not_the_papers(top: float) -> None:
    stamped = stamp(*STAMP, x=0.13, top=top)
    blank = [line for line in PAPER if not line.text.startswith(("Số", "Lam Sơn,"))]
    apart = set_apart(page([*stamped, *blank]))
    assert [(m.kind, m.text) for m in apart.margins] == [(MarginKind.INCOMING, "\n".join(STAMP))]
    assert own(apart) == (None, None)
    assert own(set_apart(page([*stamped, *PAPER]))) == ("05-NQ/ĐU", "2025-03-14")


def test_the_text_loses_these_lines_alone_and_keeps_what_was_put_right_in_it() -> None:
    """Slips are put right in the text and not in the words; specks are among the words alone."""
    straight = page([*caption(*CAPTION), Printed("chỉ bộ trực thuộc", 0.2, 0.4), Printed("~", 0.5, 0.6)])
    assert straight.content
    text = "\n".join([*CAPTION[:2], "", *CAPTION[2:], "", "chi bộ trực thuộc"])
    assert set_apart(replace(straight, content=replace(straight.content, text=text))).text == "chi bộ trực thuộc"


def test_figures_by_themselves_belong_to_the_entry_before_them() -> None:
    stamped = [*stamp("ĐẾN"), Printed("Số:", 0.2, 0.19, "left"), Printed("412", 0.29, 0.19, "left")]
    assert margins([*stamped, *PAPER]) == [(MarginKind.INCOMING, "ĐẾN\nSố:\n412")]


def test_a_number_whose_symbol_stands_apart_is_the_papers_own_beside_a_stamp_too() -> None:
    lines = [line for line in PAPER if not line.text.startswith("Số")]
    number = [Printed("Số 05", 0.2, 0.14, "left"), Printed("-NQ/ĐU", 0.31, 0.14, "left")]
    apart = set_apart(page([*stamp(*STAMP, x=0.12), *lines, *number]))
    assert {"05", "-NQ/ĐU"} <= words(apart)
    assert "412" not in words(apart)


def test_a_number_line_up_to_its_stroke_is_the_papers_own() -> None:
    lines = [line for line in PAPER if not line.text.startswith("Số")]
    number = [Printed("Số: 123/", 0.2, 0.14, "left"), Printed("QĐ-UBND", 0.31, 0.14, "left")]
    apart = set_apart(page([*stamp("CÔNG VĂN ĐẾN", "Ngày: 16/3/2025", x=0.12), *lines, *number]))
    assert {"123/", "QĐ-UBND"} <= words(apart)
    assert "16/3/2025" not in words(apart)


@pytest.mark.parametrize(
    "lines",
    [
        PAPER,
        [
            *state_header(),
            *titled("QUYẾT ĐỊNH", "về việc tiếp nhận công văn đến"),
            *body("Đến ngày 15/3/2025", "Số: 2"),
        ],
        [*party_header(), *body("Người ký: Nguyễn Văn Minh", "không ghi chức vụ", "và giao cho Văn phòng")],
        [*party_header(), *body("Cơ quan: Văn phòng Đảng ủy", "Đơn vị: Chi bộ Hội Tin học")],
        [*party_header(), *titled("BÁO CÁO", "SỐ VĂN BẢN ĐI VÀ ĐẾN"), *body("ĐẾN NAY đã xong", "Ngày: 16/3/2025")],
    ],
)
def test_what_the_paper_says_itself_stays(lines: list[Printed]) -> None:
    before = page(lines)
    assert set_apart(before) == before


def test_a_page_number_is_told_and_stays() -> None:
    apart = set_apart(page([Printed("2", 0.5, 0.04), *body(*SAID)]))
    assert [(m.kind, m.text) for m in apart.margins] == [(MarginKind.PAGE_NUMBER, "2")]
    assert "2" in words(apart)


def test_a_page_with_a_mark_of_secrecy_is_left_alone() -> None:
    marked = page([*caption(*CAPTION), Printed("TỐI MẬT", 0.2, 0.1), *PAPER])
    assert find_mark(marked)
    assert set_apart(marked) == marked


def test_the_places_on_a_page_that_lies_on_its_side_are_those_of_the_page_as_it_lies() -> None:
    straight = page([*caption(*CAPTION), *PAPER])
    apart = set_apart(lying(straight, 1))
    (margin,) = upright(apart).margins
    (expected,) = set_apart(straight).margins
    assert apart.turned == 1
    assert margin.box == pytest.approx(expected.box)


def test_the_second_readers_words_are_parted_too() -> None:
    straight = page([*stamp(*STAMP, x=0.12), *PAPER])
    assert straight.content
    other = replace(straight.content, source=Source.SECOND_READER)
    (apart,) = set_apart(replace(straight, others=(other,))).others
    assert {word.text for word in apart.words} == words(page(PAPER))


def drawn(path: Path) -> Path:
    """A signed and stamped paper as a born-digital PDF."""
    pdfmetrics.registerFont(TTFont("regular", str(font_path(PRINT_FILES["regular"]))))
    canvas = Canvas(str(path), pagesize=A4)

    def put(lines: tuple[str, ...], x: float, top: float, size: float, pitch: float, *, is_centred: bool) -> None:
        canvas.setFont("regular", size)
        for row, line in enumerate(lines):
            draw = canvas.drawCentredString if is_centred else canvas.drawString
            draw(x, A4[1] - top - pitch * row, line)

    put(CAPTION, 20, 22, 8, 10, is_centred=False)
    put(("ĐẢNG BỘ TỈNH LAM SƠN", "ĐẢNG ỦY LIÊN HIỆP CÁC HỘI", "*", "Số 05-NQ/ĐU"), 165, 85, 12, 17, is_centred=True)
    put(("ĐẢNG CỘNG SẢN VIỆT NAM", "Lam Sơn, ngày 22 tháng 12 năm 2024"), 430, 85, 12, 20, is_centred=True)
    canvas.rect(55, A4[1] - 212, 130, 54)
    put(STAMP, 120, 175, 11, 15, is_centred=True)
    put(("NGHỊ QUYẾT", "về công tác kiểm tra năm 2025"), 330, 180, 13, 18, is_centred=True)
    put((*SAID, *SAID, *SAID), 85, 260, 13, 20, is_centred=False)
    canvas.save()
    return path


@pytest.mark.ocr
@pytest.mark.parametrize("source", [Source.TEXT_LAYER, Source.OCR])
def test_both_are_parted_from_a_signed_and_stamped_paper(tmp_path: Path, source: Source) -> None:
    path = drawn(tmp_path / "paper.pdf")
    if source is Source.OCR:
        with pypdfium2.PdfDocument(path) as document:
            document[0].render(scale=200 / 72).to_pil().save(tmp_path / "paper.png", dpi=(200, 200))
        path = tmp_path / "paper.png"
    (read,) = results_of(path)
    assert read.content
    assert read.content.source is source
    assert [margin.kind for margin in read.margins] == [MarginKind.SIGNATURE, MarginKind.INCOMING]
    assert "15/03/2024" in read.margins[0].text
    assert "412" in read.margins[1].text
    assert not {"bởi:", "Email:", "412", "16/3/2025", "CÔNG"} & words(read)
    assert own(read) == ("05-NQ/ĐU", "2024-12-22")
