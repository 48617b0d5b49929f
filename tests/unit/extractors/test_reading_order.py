"""Born-digital pages are read as a person reads them: columns one after the other, tables row by row."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors.pdf_text import open_text_layer
from samples.generator.fonts import PRINT_FILES, font_path
from tests.unit.extractors.layers import A4

LEFT, RIGHT, MIDDLE = 165, 420, 297
BODY = (
    "Thực hiện Nghị quyết của Đại hội, Ban Thường vụ yêu cầu các chi bộ trực thuộc triển khai",
    "kế hoạch kiểm tra năm 2025, báo cáo kết quả trước ngày 15 tháng 12 và rút kinh nghiệm.",
)


class Paper:
    """A born-digital page on which lines are set at their heights."""

    def __init__(self, path: Path) -> None:
        pdfmetrics.registerFont(TTFont("regular", str(font_path(PRINT_FILES["regular"]))))
        self.path = path
        self.canvas = Canvas(str(path), pagesize=A4)

    def column(self, x: float, top: float, lines: Sequence[str], pitch: float = 17) -> None:
        """Lines centred on `x`."""
        self.canvas.setFont("regular", 11)
        for row, line in enumerate(lines):
            self.canvas.drawCentredString(x, A4[1] - top - pitch * row, line)

    def body(self, top: float, lines: Sequence[str], x: float = 60, pitch: float = 17) -> None:
        """Lines from `x` on."""
        self.canvas.setFont("regular", 11)
        for row, line in enumerate(lines):
            self.canvas.drawString(x, A4[1] - top - pitch * row, line)

    def lines(self) -> list[str]:
        """The lines as they are read."""
        self.canvas.save()
        with open_text_layer(self.path) as layers:
            content = layers.text_of(1)
        assert content is not None
        return [line for line in content.text.split("\n") if line]


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path / "a.pdf")


OFFICE = ("ĐẢNG BỘ TỈNH LAM SƠN", "ĐẢNG ỦY LIÊN HIỆP CÁC HỘI", "*", "Số 05-NQ/ĐU")
TITLE = ("ĐẢNG CỘNG SẢN VIỆT NAM", "Lam Sơn, ngày 22 tháng 12 năm 2024")
RECIPIENTS = ("Nơi nhận:", "- Các chi bộ trực thuộc,", "- Lưu Văn phòng Đảng ủy.")
SIGNER = ("T/M BAN THƯỜNG VỤ", "BÍ THƯ", "Nguyễn Văn Minh")


def test_the_columns_of_header_and_signature_are_read_one_after_the_other(paper: Paper) -> None:
    paper.column(LEFT, 60, OFFICE)
    paper.column(RIGHT, 60, TITLE[:1])
    paper.column(RIGHT, 111, TITLE[1:])
    paper.column(MIDDLE, 170, ["NGHỊ QUYẾT", "về công tác kiểm tra, giám sát"])
    paper.body(230, BODY)
    paper.body(300, RECIPIENTS)
    paper.column(RIGHT, 300, SIGNER[:2])
    paper.column(RIGHT, 400, SIGNER[2:])
    title = ["NGHỊ QUYẾT", "về công tác kiểm tra, giám sát"]
    assert paper.lines() == [*OFFICE, *TITLE, *title, *BODY, *RECIPIENTS, *SIGNER]


def test_a_body_in_two_columns_is_read_down_the_first(paper: Paper) -> None:
    left = ["Các chi bộ trực thuộc Đảng ủy đã", "triển khai đầy đủ kế hoạch kiểm", "tra, giám sát của năm 2024 và"]
    right = ["báo cáo kết quả đúng hạn. Ban", "Thường vụ biểu dương những đơn", "vị làm tốt, có cách làm hay."]
    paper.column(MIDDLE, 60, ["BẢN TIN NỘI BỘ"])
    paper.body(120, left)
    paper.body(120, right, x=330)
    assert paper.lines() == ["BẢN TIN NỘI BỘ", *left, *right]


def test_a_ruled_table_is_read_row_by_row(paper: Paper) -> None:
    rows = [("Chi bộ", "Số đảng viên"), ("Chi bộ Hội Cơ khí", "27 người"), ("Chi bộ Hội Tin học", "31 người")]
    paper.body(60, BODY)
    for row, (first, second) in enumerate(rows):
        paper.body(140 + 20 * row, [first], x=70)
        paper.body(140 + 20 * row, [second], x=330)
    paper.canvas.grid([60, 320, 540], [A4[1] - 125 - 20 * row for row in range(len(rows) + 1)])
    paper.body(230, BODY)
    assert paper.lines() == [*BODY, *(cell for row in rows for cell in row), *BODY]


def test_one_wide_gap_in_a_line_makes_no_columns(paper: Paper) -> None:
    paper.body(60, BODY)
    paper.body(94, ["Nơi họp: trụ sở Đảng ủy"])
    paper.body(94, ["Giờ họp: 8 giờ 30"], x=330)
    paper.body(111, BODY)
    assert paper.lines() == [*BODY, "Nơi họp: trụ sở Đảng ủy", "Giờ họp: 8 giờ 30", *BODY]
