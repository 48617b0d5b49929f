"""The text layer of a born-digital PDF page: its words with their places, where the layer can be believed.

Whether a page is a picture of paper is `extractors.pdf_pages`' to say, whether its layer is to be believed
`extractors.text_layer`'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdffont import PDFFont, PDFSimpleFont
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import resolve1
from pdfminer.psexceptions import PSException
from pdfminer.psparser import literal_name
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from extractors.layout import PlacedWord, running_text, words_in_reading_order
from extractors.legacy_encodings import Encoding
from extractors.text_layer import Run, encoding_by_name, judge
from pipeline.model import Box, PageText, Source

_LATIN_CODES = {code: chr(code) for code in range(0xA1, 0x100)}
_SOFT_HYPHEN = {0xAD: "\u00ad"}
_BYTE_FOR_BYTE = ("", "WinAnsiEncoding")


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text layers of an open PDF."""

    document: PDF

    def text_of(self, file_page: int) -> PageText | None:
        """The words of a page, or None where its layer is missing, broken or not to be believed."""
        page = self.document.pages[file_page - 1]
        try:
            found = page.extract_words(use_text_flow=False, keep_blank_chars=False, return_chars=True)
            return _page_text(found, page.cropbox, [table.bbox for table in page.find_tables()])
        except (PDFException, PSException, PdfminerException, ValueError, TypeError, KeyError, IndexError):
            return None  # what cannot be parsed is read from the picture of the page instead
        finally:
            page.close()


@contextmanager
def open_text_layer(path: Path) -> Iterator[TextLayer]:
    """The text layers of a PDF, parsed page by page."""
    with pdfplumber.open(path, unicode_norm="NFC") as document:
        document.rsrcmgr = _Fonts()
        yield TextLayer(document)


class _Fonts(PDFResourceManager):
    """Fonts of TCVN3 and VNI whose codes are kept as they are, where the file does not say what letters they stand for.

    pdfminer takes the codes for those of Windows or for names of glyphs: some it does not know, and of the code 0xAD,
    which is ư in TCVN3, it makes a space.
    """

    def get_font(self, objid: object, spec: Mapping[str, object]) -> PDFFont:
        """The font, kept by pdfminer under its number."""
        font = super().get_font(objid, spec)
        if isinstance(font, PDFSimpleFont) and font.unicode_map is None:
            encoding = resolve1(spec.get("Encoding", ""))
            is_plain = not isinstance(encoding, dict) and literal_name(encoding) in _BYTE_FOR_BYTE
            is_legacy = encoding_by_name(str(font.fontname)) is not Encoding.UNICODE
            font.cid2unicode = font.cid2unicode | (_LATIN_CODES if is_plain and is_legacy else _SOFT_HYPHEN)
        return font


def _page_text(found: Sequence[dict[str, Any]], visible: Box, tables: Sequence[Box]) -> PageText | None:
    """The words inside the visible part of the page, placed in 0-1 of it; None where they are not to be believed."""
    left, top, right, bottom = visible
    width, height = right - left, bottom - top
    runs = [_runs(word) for word in found]
    judged = judge(runs)
    if not judged.is_good:
        return None

    def share(box: Box) -> Box:
        return (box[0] - left) / width, (box[1] - top) / height, (box[2] - left) / width, (box[3] - top) / height

    placed = [
        PlacedWord(text, share((word["x0"], word["top"], word["x1"], word["bottom"])))
        for word, said in zip(found, runs, strict=True)
        if (text := judged.read(said))
    ]
    inside = [word for word in placed if 0 <= word.centre[0] <= 1 and 0 <= word.centre[1] <= 1]
    words = words_in_reading_order(inside, height / width, [share(table) for table in tables])
    return PageText(words=words, text=running_text(words), confidence=1.0, source=Source.TEXT_LAYER)


def _runs(word: Mapping[str, Any]) -> tuple[Run, ...]:
    fonts = groupby(word["chars"], key=lambda letter: str(letter["fontname"]))
    return tuple(Run("".join(str(letter["text"]) for letter in letters), font) for font, letters in fonts)
