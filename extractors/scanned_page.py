"""A page's picture into words: prepared, recognised once, its words and its text-only PDF page put back on the page.

Stamps in the header zone are read once more by themselves (`extractors.stamps`): their red ink is taken out before the
page is read, and a mark of secrecy must not be lost with it. Finding the picture is left to `extractors.reader`.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from extractors.handwriting import find_hands
from extractors.image_prep import Affine, Prepared, prepare
from extractors.layout import running_text
from extractors.page_images import PageImage
from extractors.searchable_pdf import placed_layer
from extractors.stamps import STAMP_DPI, stamp_sheet
from extractors.tesseract import RawWord, Recognition
from pipeline.model import Box, PageText, Source, Word


class Recogniser(Protocol):
    """What is asked of the program that reads pixels."""

    def recognise(
        self, pixels: NDArray[np.uint8], *, dpi: float, seconds: float, is_sparse: bool = False
    ) -> Recognition:
        """Words of an image in grey or RGB. Raises `PageFailedError` where there are none in time."""


@dataclass(frozen=True, slots=True)
class ScanReading:
    """What a picture of a page says, and its invisible text as a one-page PDF of the page's size."""

    content: PageText
    layer: bytes
    hands: tuple[Box, ...]
    """What is written by hand into the number and date lines (`extractors.handwriting`)."""


def read_scan(image: PageImage, recogniser: Recogniser, seconds: float) -> ScanReading:
    """Read a page from its picture. Raises `PageFailedError`."""
    prepared = prepare(image.pixels, image.dpi)
    found = recogniser.recognise(prepared.pixels, dpi=prepared.dpi, seconds=seconds)
    height, width = image.pixels.shape[:2]
    stamped = _stamped_words(image, prepared, recogniser, seconds)
    last = max((word.line for word in found.words), default=0)
    raw = [*(replace(word, line=word.line + last + 1) for word in stamped), *found.words]
    words = tuple(
        Word(word.text, box_on_page(word.box, prepared.to_page, width, height), word.confidence, word.line, word.block)
        for word in raw
    )
    content = PageText(words, running_text(words), found.confidence, Source.OCR)
    layer = placed_layer(found.layer, _unit_map(prepared, width, height), (width, height), image.dpi)
    hands = find_hands(image.pixels, prepared, found.words)
    return ScanReading(content, layer, tuple(box_on_page(hand, prepared.to_page, width, height) for hand in hands))


def _stamped_words(image: PageImage, prepared: Prepared, recogniser: Recogniser, seconds: float) -> list[RawWord]:
    """The words of stamps in the header zone, with their boxes on the prepared page."""
    sheet = stamp_sheet(image.pixels, prepared)
    if sheet is None:
        return []
    found = recogniser.recognise(sheet.pixels, dpi=STAMP_DPI, seconds=seconds, is_sparse=True)
    return [replace(word, box=sheet.cutting_at(word.box[1]).box_on_prepared(word.box)) for word in found.words]


def box_on_page(box: Box, to_page: Affine, width: int, height: int) -> Box:
    """The upright rectangle, 0-1 of the page, round a rectangle of the prepared image."""
    left, top, right, bottom = box
    corners = np.array([(left, top, 1), (right, top, 1), (left, bottom, 1), (right, bottom, 1)]).T
    xs, ys, _ = to_page @ corners
    return (
        float(max(0.0, xs.min() / width)),
        float(max(0.0, ys.min() / height)),
        float(min(1.0, xs.max() / width)),
        float(min(1.0, ys.max() / height)),
    )


def _unit_map(prepared: Prepared, width: int, height: int) -> Affine:
    """The map from the prepared image to the page, both measured 0-1."""
    down, across = prepared.pixels.shape[:2]
    return np.diag([1 / width, 1 / height, 1.0]) @ prepared.to_page @ np.diag([across, down, 1.0])
