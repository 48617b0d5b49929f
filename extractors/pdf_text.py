"""The text layer of a born-digital PDF page: its words with their places, where the layer can be believed.

Whether a page is a picture of paper is `extractors.pdf_pages`' to say; here the layer itself is judged.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfexceptions import PDFException
from pdfminer.psexceptions import PSException
from pdfplumber.pdf import PDF
from pdfplumber.utils.exceptions import PdfminerException

from extractors.layout import PlacedWord, running_text, words_in_reading_order
from pipeline.model import PageText, Source
from pipeline.text import clean, fold

_FEWEST_LETTERS = 20
_LEAST_KNOWN_SHARE = 0.95
_LEGACY_FONT = re.compile(r"(^|\+)(\.?Vn[A-Z]|VNI|VN[A-Z]?-|UVN|SVN-)", re.ASCII)
"""TCVN3 (`.VnTime`) and VNI fonts draw Vietnamese over the codes of other letters (`docs/domain.md`, "Text")."""
_GARBAGE = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_KNOWN = re.compile(r"[a-z0-9đ\s]")
_ORDINARY = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text layers of an open PDF."""

    document: PDF

    def text_of(self, file_page: int) -> PageText | None:
        """The words of a page, or None where its layer is missing, broken or not to be believed."""
        page = self.document.pages[file_page - 1]
        try:
            found = page.extract_words(
                use_text_flow=False, keep_blank_chars=False, extra_attrs=["fontname"], return_chars=False
            )
            return _page_text(found, page.cropbox) if _is_good(found) else None
        except (PDFException, PSException, PdfminerException, ValueError, TypeError, KeyError, IndexError):
            return None  # what cannot be parsed is read from the picture of the page instead
        finally:
            page.close()


@contextmanager
def open_text_layer(path: Path) -> Iterator[TextLayer]:
    """The text layers of a PDF, parsed page by page."""
    with pdfplumber.open(path, unicode_norm="NFC") as document:
        yield TextLayer(document)


def _is_good(found: Sequence[dict[str, Any]]) -> bool:
    """Enough letters, nearly all of them of Vietnamese text, and none in a font of an old encoding."""
    text = " ".join(word["text"] for word in found)
    letters = "".join(_ORDINARY.findall(text))
    if len(letters) < _FEWEST_LETTERS or _GARBAGE.search(text):
        return False
    if any(_LEGACY_FONT.search(word["fontname"]) for word in found):
        return False
    return len(_KNOWN.findall(fold(letters))) >= _LEAST_KNOWN_SHARE * len(letters)


def _page_text(found: Sequence[dict[str, Any]], visible: tuple[float, float, float, float]) -> PageText:
    """The words inside the visible part of the page, placed in 0-1 of it."""
    left, top, right, bottom = visible
    width, height = right - left, bottom - top
    placed = [
        PlacedWord(
            text=text,
            box=(
                (word["x0"] - left) / width,
                (word["top"] - top) / height,
                (word["x1"] - left) / width,
                (word["bottom"] - top) / height,
            ),
        )
        for word in found
        if (text := clean(word["text"]).strip())
    ]
    inside = [word for word in placed if 0 <= word.centre[0] <= 1 and 0 <= word.centre[1] <= 1]
    words = words_in_reading_order(inside, height / width)
    return PageText(words=words, text=running_text(words), confidence=1.0, source=Source.TEXT_LAYER)
