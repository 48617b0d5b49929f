"""A page's picture into words: prepared, recognised once, its words and its text-only PDF page put back on the page.

Stamps in the header zone are read once more by themselves (`extractors.stamps`): their red ink is taken out before the
page is read, and a mark of secrecy must not be lost with it; marks that cannot be read are looked for by their shape
(`extractors.mark_shapes`). Where a page cannot be read, its top may still be, so that
it has been looked at for marks. Finding the picture is left to `extractors.reader`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from extractors.handwriting import find_hands
from extractors.image_prep import Affine, Prepared, prepare
from extractors.layout import running_text
from extractors.line_order import in_reading_order
from extractors.mark_shapes import with_seen_marks
from extractors.page_images import PageImage
from extractors.searchable_pdf import placed_layer
from extractors.secrecy import ZONE
from extractors.slips import without_slips
from extractors.stamps import STAMP_DPI, stamp_sheet
from extractors.tesseract import RawWord, Recognition
from pipeline.model import Box, PageText, Source, Word

_LEAST_SECONDS = 1.0


class Recogniser(Protocol):
    """What is asked of the program that reads pixels."""

    def recognise(
        self, pixels: NDArray[np.uint8], *, dpi: float, seconds: float, is_sparse: bool = False
    ) -> Recognition:
        """Words of an image in grey or RGB. Raises `PageFailedError` where there are none in time."""


@dataclass(frozen=True, slots=True)
class HeaderReading:
    """What the top of a page says."""

    content: PageText
    hands: tuple[Box, ...]
    """What is written by hand into the number and date lines (`extractors.handwriting`)."""


@dataclass(frozen=True, slots=True)
class ScanReading(HeaderReading):
    """What a picture of a page says, and its invisible text as a one-page PDF of the page's size."""

    layer: bytes


def read_scan(image: PageImage, recogniser: Recogniser, seconds: float) -> ScanReading:
    """Read a page from its picture. Raises `PageFailedError`, also where it takes longer than `seconds`."""
    prepared = prepare(image.pixels, image.dpi)
    found, stamped = _recognised(image, prepared, ZONE, recogniser, seconds)
    read = _on_page(image, prepared, found, stamped, 1.0)
    height, width = image.pixels.shape[:2]
    layer = placed_layer(found.layer, _unit_map(prepared, width, height), (width, height), image.dpi)
    return ScanReading(read.content, read.hands, layer)


def read_top(image: PageImage, share: float, recogniser: Recogniser, seconds: float) -> HeaderReading:
    """Read the top of a page from a picture of that share of its height. Raises `PageFailedError`."""
    prepared = prepare(image.pixels, image.dpi)
    found, stamped = _recognised(image, prepared, min(1.0, ZONE / share), recogniser, seconds)
    return _on_page(image, prepared, found, stamped, share)


def _recognised(
    image: PageImage, prepared: Prepared, zone: float, recogniser: Recogniser, seconds: float
) -> tuple[Recognition, list[RawWord]]:
    """The words of the picture, and those of the stamps in its header zone, with their boxes on the prepared page."""
    begun = monotonic()
    found = recogniser.recognise(prepared.pixels, dpi=prepared.dpi, seconds=seconds)
    left = max(_LEAST_SECONDS, seconds - (monotonic() - begun))
    return found, stamped_words(image, prepared, zone, recogniser, left)


def stamped_words(
    image: PageImage, prepared: Prepared, zone: float, recogniser: Recogniser, seconds: float
) -> list[RawWord]:
    """The words of the stamps in the upper zone (a share) of a picture, with their boxes on the prepared one.

    Behind those that can be read come the marks of secrecy that are seen by their shape.
    """
    return with_seen_marks(read_stamps(image, prepared, zone, recogniser, seconds), image, prepared, zone)


def read_stamps(
    image: PageImage, prepared: Prepared, zone: float, recogniser: Recogniser, seconds: float
) -> list[RawWord]:
    """The words of the stamps in the upper zone that can be read, with their boxes on the prepared picture."""
    sheet = stamp_sheet(image.pixels, prepared, zone)
    if sheet is None:
        return []
    found = recogniser.recognise(sheet.pixels, dpi=STAMP_DPI, seconds=seconds, is_sparse=True)
    return [replace(word, box=sheet.cutting_at(word.box[1]).box_on_prepared(word.box)) for word in found.words]


def _on_page(
    image: PageImage, prepared: Prepared, found: Recognition, stamped: Sequence[RawWord], share: float
) -> HeaderReading:
    """The words, those of stamps first, and the hands with their boxes on a page of which the picture is a share."""
    height, width = image.pixels.shape[:2]
    ordered = in_reading_order(found.words, prepared.skew)
    readings = [placed_words(image, prepared, part, share) for part in (stamped, ordered.printed, ordered.specks)]
    hands = find_hands(image.pixels, prepared, found.words, min(1.0, ZONE / share))
    text = without_slips(running_text(joined(*readings[:2])))
    return HeaderReading(
        content=PageText(joined(*readings), text, found.confidence, Source.OCR),
        hands=tuple(box_on_page(hand, prepared.to_page, width, height / share) for hand in hands),
    )


def placed_words(image: PageImage, prepared: Prepared, words: Iterable[RawWord], share: float) -> list[Word]:
    """The words with their boxes on the page of which the picture is the upper share."""
    height, width = image.pixels.shape[:2]
    return [
        Word(
            word.text,
            box_on_page(word.box, prepared.to_page, width, height / share),
            word.confidence,
            word.line,
            word.block,
        )
        for word in words
    ]


def joined(*readings: Sequence[Word]) -> tuple[Word, ...]:
    """The words of several readings of a page, one reading after the other; lines of different readings differ."""
    words: list[Word] = []
    for reading in readings:
        first = max((word.line for word in words), default=-1) + 1
        words += [replace(word, line=word.line + first) for word in reading]
    return tuple(words)


def box_on_page(box: Box, to_page: Affine, width: float, height: float) -> Box:
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
