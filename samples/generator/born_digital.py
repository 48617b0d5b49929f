"""Typeset sheets as PDF pages with text: what a word processor exports. Embedded founts, Unicode text, no images."""

import io
from collections.abc import Sequence

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from samples.generator.fonts import PRINT_FILES, font_path
from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH, Sheet, Word

_SAME_LINE = 0.01


def text_pdf(sheets: Sequence[Sheet]) -> bytes:
    """Return a PDF of the sheets' print. Signatures, seals and handwriting are not in it: such a file is unsigned."""
    for face, file_name in PRINT_FILES.items():
        pdfmetrics.registerFont(TTFont(face, str(font_path(file_name))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1, initialFontName="regular")
    for sheet in sheets:
        for rule in sheet.rules:
            canvas.setLineWidth(rule.width)
            canvas.line(rule.x0, PAGE_HEIGHT - rule.y0, rule.x1, PAGE_HEIGHT - rule.y1)
        for word, following in zip(sheet.words, (*sheet.words[1:], None), strict=True):
            canvas.setFont(word.style.face, word.style.size)
            canvas.drawString(word.x, PAGE_HEIGHT - word.y, word.text + _space_before(word, following))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _space_before(word: Word, following: Word | None) -> str:
    """A real space between the words of a line, as word processors write it."""
    return " " if following and abs(following.y - word.y) < _SAME_LINE and following.x > word.x + word.width else ""
