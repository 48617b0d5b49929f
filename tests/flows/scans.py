"""Small papers for tests of the night: one page with a text layer each, so that reading them is quick."""

from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from samples.generator.fonts import PRINT_FILES, font_path

_FONT = "regular"


def write_paper(path: Path, number: int, *, mark: str | None = None) -> Path:
    """A Party paper with this number, the same bytes each time; with a secrecy mark in its header if one is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    registerFont(TTFont(_FONT, str(font_path(PRINT_FILES["regular"]))))
    page = Canvas(str(path), pagesize=A4, invariant=1)
    page.setFont(_FONT, 13)
    _, height = A4
    lines = [
        (60, 60, "ĐẢNG ỦY XÃ BÌNH MINH"),
        (330, 60, "ĐẢNG CỘNG SẢN VIỆT NAM"),
        (60, 85, f"Số {number:02d}-TB/ĐU"),
        (330, 85, "Bình Minh, ngày 12 tháng 3 năm 2025"),
        (250, 150, "THÔNG BÁO"),
        (150, 175, f"về việc kiểm tra công tác văn thư đợt {number}"),
    ]
    if mark is not None:
        lines.append((60, 115, mark))
    body = "Thực hiện chương trình công tác, Đảng ủy thông báo để các chi bộ biết và thực hiện nghiêm túc."
    lines += [(60, 220 + 22 * row, body) for row in range(12)]
    for x, from_top, text in lines:
        page.drawString(x, height - from_top, text)
    page.save()
    return path
