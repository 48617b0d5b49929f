"""Handwriting in the blanks of the header zone: the digits of the number, of the day and of the month.

Clerks write these by hand into a printed line, and whoever takes such digits for print is wrong in silence. So the
question is turned round: digits are print only where they are as high as the print of their line, stand on its baseline
and have its ink. What fails one of these measures, or cannot be measured, counts as written by hand.
How often that is right: `docs/reading.md`. What follows from it is the describer's to say.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, median
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.image_prep import Grey, Pixels, Prepared, is_coloured
from extractors.tesseract import PixelBox, RawWord
from pipeline.text import fold

Span = tuple[float, float]
"""From left to right, in pixels of the prepared page."""

_LABEL = re.compile(r"\W{0,2}(?P<s>s)(?:[o068]|[a-z&]?(?![a-z]))[\s:.;,]*")
_WORD = re.compile(r"\S+")
_SEPARATOR = re.compile(r"[-–—~/⁄](?=\s?[^\W\d_]{2})")
_DIGITS = re.compile(r"[\s.…_]*\d[\d\s.…_/⁄–—~-]*")
_DAY, _MONTH = re.compile(r"(?<![a-z])n[gq][a-z]{1,2}"), re.compile(r"[a-z]{0,2}hang")
_YEAR = re.compile(r"nam\W*(\d{4})")

_LEGIBLE = 0.75
"""A line with a better mean confidence was read."""
_INK = 0.4
"""A pixel is ink from this share of the way between paper and the darkest print on; thin strokes must hold together."""
_DUST, _MARK = 0.12, 0.35
"""Lower than this, in heights of the print, is dust; lower than that a point, a hyphen or a dotted blank."""
_SAME = 0.5
"""Ink that shares more than this of its width with other ink belongs to the same character."""
_TALL = 0.75
_PITCH = 0.74
"""From one printed digit to the next, in heights of a digit."""
_OFF_HEIGHT, _OFF_LINE = 0.13, 0.11
"""How much the height of a printed digit and the places of its ends may differ, in heights of the print."""
_UNEQUAL = 0.18
"""The most by which two printed parts of a line may differ in height: capitals are a little lower than digits."""
_PALE = 0.8
"""Ink with less than this share of the print's darkness is another ink."""
_COLOURED = 22
"""Ink whose channels differ by so much more than the print's (0-255) is another ink."""


@dataclass(frozen=True, slots=True)
class Blank:
    """What stands between two printed parts of a line, as recognised, and the printed parts to compare it with."""

    text: str
    span: Span
    prints: tuple[Span, ...]
    """Each has capitals or digits; the last tells best where the print's line is."""
    rows: Span
    """The line's top and bottom."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """Connected ink of one character or more. `darkness` is relative to the line's darkest, `chroma` 0-255."""

    left: float
    top: float
    right: float
    bottom: float
    darkness: float
    chroma: float

    @property
    def middle(self) -> float:
        """The middle of its width."""
        return (self.left + self.right) / 2

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def is_in(self, span: Span) -> bool:
        """Whether its middle lies in the span."""
        return span[0] <= self.middle <= span[1]


@dataclass(frozen=True, slots=True)
class _Line:
    """The words of a recognised line, from left to right."""

    words: tuple[RawWord, ...]

    @property
    def text(self) -> str:
        """The words joined by spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean confidence of the words."""
        return mean(word.confidence for word in self.words)

    @property
    def end(self) -> float:
        """The right edge."""
        return self.words[-1].box[2]

    def x_at(self, index: int) -> float:
        """Where the character begins; inside a word its characters are taken as equally wide."""
        for word in self.words:
            if index <= len(word.text):
                return word.box[0] + (word.box[2] - word.box[0]) * index / max(1, len(word.text))
            index -= len(word.text) + 1
        return self.end

    def span(self, start: int, end: int) -> Span:
        """The place of `text[start:end]` without spaces round it."""
        part = self.text[start:end]
        start += len(part) - len(part.lstrip())
        end -= len(part) - len(part.rstrip())
        return self.x_at(start), self.x_at(max(start, end))

    def blank(self, left: int, right: int, *, prints: tuple[Span, ...]) -> Blank:
        """What lies from the end of the print that ends at `left` to the start of the print that begins at `right`."""
        edges = [edge for span in prints for edge in span]
        # Words round handwriting may overlap, so that the right edge of one lies behind the left edge of the next.
        start, end = sorted((self.x_at(len(self.text[:left].rstrip())), self.x_at(right)))
        within = min(start, *edges), max(end, *edges)
        inside = [word for word in self.words if word.box[0] <= within[1] and word.box[2] >= within[0]]
        rows = min(word.box[1] for word in inside), max(word.box[3] for word in inside)
        return Blank(self.text[left:right], (start, end), prints, rows)


def find_hands(page: Pixels, prepared: Prepared, words: Sequence[RawWord], zone: float) -> tuple[PixelBox, ...]:
    """Boxes, on the prepared page, of what is written by hand into the number and the date line.

    `page` is the page as scanned, with its colours; `words` are those recognised on the prepared page; lines that begin
    in its upper `zone` (a share of the height) are looked at.
    """
    lines = [_Line(tuple(line)) for _, line in groupby(words, key=lambda word: word.line)]
    sheet = _Sheet(page, prepared)
    header = [line for line in lines if line.words[0].box[1] < zone * prepared.pixels.shape[0]]
    blanks = [blank for line in header for blank in (*_number_blanks(line), *_date_blanks(line))]
    return tuple(box for blank in blanks if (box := _written(sheet, blank)))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The page to measure on."""

    page: Pixels
    prepared: Prepared

    @property
    def grey(self) -> Grey:
        """The prepared page."""
        return self.prepared.pixels

    @property
    def slope(self) -> float:
        """How far down the lines of print go for each pixel to the right."""
        return -math.tan(math.radians(self.prepared.skew))

    def within(self, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        """The whole pixels of a box, as far as it lies on the page."""
        height, width = self.grey.shape
        return max(0, int(left)), max(0, int(top)), min(width, int(right) + 1), min(height, int(bottom) + 1)

    def colours(self, left: int, top: int, right: int, bottom: int) -> Pixels | None:
        """The scanned colours in the place of a box of the prepared page."""
        if not is_coloured(self.page):
            return None
        shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
        matrix = (shift @ np.linalg.inv(self.prepared.to_page))[:2]
        return cast("Pixels", cv2.warpAffine(self.page, matrix, (right - left, bottom - top), flags=cv2.INTER_LINEAR))


def _number_blanks(line: _Line) -> Iterator[Blank]:
    """Between `Số` and the symbol; `S` and the symbol's capitals are the print to compare with."""
    label = _LABEL.match(fold(line.text))
    if label is None:
        return
    first = line.span(label.start("s"), label.start("s") + 1)
    separator = _SEPARATOR.search(line.text, label.end())
    if separator is None and line.confidence > _LEGIBLE:
        return  # `SỞ NỘI VỤ`
    if separator is None:
        yield line.blank(label.end(), len(line.text), prints=(first,))
        return
    symbol = _WORD.search(line.text, separator.end())
    printed = line.span(separator.end(), symbol.end() if symbol else len(line.text))
    yield line.blank(label.end(), separator.end(), prints=(first, printed))


def _date_blanks(line: _Line) -> Iterator[Blank]:
    """Between `ngày` and `tháng` and between `tháng` and `năm`; the year's digits are the print to compare with."""
    folded = fold(line.text)
    year = _YEAR.search(folded)
    if year is None:
        return
    month = _MONTH.search(folded, 0, year.start())
    *_, day = None, *_DAY.finditer(folded, 0, month.start() if month else year.start())
    prints = (line.span(*year.span(1)),)
    if day is not None:
        yield line.blank(day.end(), month.start() if month else year.start(), prints=prints)
    if month is not None:
        yield line.blank(month.end(), year.start(), prints=prints)


def _written(sheet: _Sheet, blank: Blank) -> PixelBox | None:
    """The box of a blank and all that stands in it, unless that is print."""
    glyphs = _glyphs(sheet, blank)
    filled = [glyph for glyph in glyphs if glyph.is_in(blank.span)]
    references = [found for span in blank.prints if (found := _tall(glyphs, span))]
    if _is_print(blank.text, filled, references):
        return None
    top, bottom = blank.rows
    margin = (bottom - top) / 2  # where words touch the writing their edges are only guessed
    return (
        min([blank.span[0] - margin, *(glyph.left for glyph in filled)]),
        min([top, *(glyph.top for glyph in filled)]),
        max([blank.span[1] + margin, *(glyph.right for glyph in filled)]),
        max([bottom, *(glyph.bottom for glyph in filled)]),
    )


def _tall(glyphs: Sequence[Glyph], span: Span) -> list[Glyph]:
    """The capitals and digits among the glyphs of a printed part."""
    inside = [glyph for glyph in glyphs if glyph.is_in(span)]
    highest = max((glyph.height for glyph in inside), default=0.0)
    return [glyph for glyph in inside if glyph.height >= _TALL * highest]


def _is_print(text: str, filled: Sequence[Glyph], references: Sequence[Sequence[Glyph]]) -> bool:
    """Whether a blank was read as digits, and what stands in it has the size, the line and the ink of the print."""
    if not references or not _DIGITS.fullmatch(text):
        return False
    printed = references[-1]
    heights = [median(glyph.height for glyph in reference) for reference in references]
    if heights[-1] > (1 + _UNEQUAL) * heights[0]:
        return False  # what was taken for the printed symbol is higher than the label: it is writing too
    height = mean(h for h in heights if h <= (1 + _UNEQUAL) * heights[-1])  # `S` may have grown together with `ố`
    tall = [glyph for glyph in filled if glyph.height >= _MARK * height]
    digits = list(_first_characters(tall, sum(map(str.isdigit, text)), _PITCH * height))
    foot, head = median(glyph.bottom for glyph in printed), median(glyph.top for glyph in printed)
    return bool(digits) and all(
        (
            all(abs(digit.height - height) <= _OFF_HEIGHT * height for digit in digits),
            all(abs(digit.bottom - foot) <= _OFF_LINE * height for digit in digits),
            all(abs(digit.top - head) <= _OFF_LINE * height for digit in digits),
            max(digit.darkness for digit in digits) >= _PALE * median(glyph.darkness for glyph in printed),
            max(digit.chroma for digit in digits) <= _COLOURED + median(glyph.chroma for glyph in printed),
        )
    )


def _first_characters(glyphs: Sequence[Glyph], count: int, pitch: float) -> Iterator[Glyph]:
    """The glyphs that hold the first so many characters: on copies two or three grow together."""
    left = count
    for glyph in glyphs:
        if left <= 0:
            return
        yield glyph
        left -= max(1, round((glyph.right - glyph.left) / pitch))


def _glyphs(sheet: _Sheet, blank: Blank) -> list[Glyph]:
    """The ink of a line from its first printed part to its last, as characters, made level about the blank."""
    top, bottom = blank.rows
    high = bottom - top
    edges = [edge for span in (blank.span, *blank.prints) for edge in span]
    x, y, right, low = sheet.within(min(edges) - high, top - high / 2, max(edges) + high, bottom + high / 3)
    if right <= x or low <= y:
        return []
    band = sheet.grey[y:low, x:right]
    colours = sheet.colours(x, y, right, low)
    paper, ink = (float(value) for value in np.percentile(band, (80, 2)))
    depth = (paper - band.astype(np.float32)) / max(paper - ink, 1.0)
    glyphs = []
    for patch, rows, columns in _patches(depth > _INK):
        if not top - 0.15 * high <= y + (rows.start + rows.stop) / 2 <= bottom + 0.15 * high:
            continue
        rise = sheet.slope * (x + (columns.start + columns.stop) / 2 - sum(blank.span) / 2)
        glyphs.append(
            Glyph(
                left=x + columns.start,
                top=y + rows.start - rise,
                right=x + columns.stop,
                bottom=y + rows.stop - rise,
                darkness=float(np.percentile(depth[rows, columns][patch], 85)),
                chroma=float(np.ptp(colours[rows, columns][patch].mean(axis=0))) if colours is not None else 0.0,
            )
        )
    return _joined(glyphs)


def _patches(is_ink: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.bool_], slice, slice]]:
    """Connected ink, each patch with its rows and columns."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(is_ink.astype(np.uint8))
    for index in range(1, count):
        left, top, width, height, _ = stats[index].tolist()
        rows, columns = slice(top, top + height), slice(left, left + width)
        yield labels[rows, columns] == index, rows, columns


def _joined(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Glyphs with what lies above or below them, as a broken 5 and its bar; dust is dropped."""
    least = _DUST * max((glyph.height for glyph in glyphs), default=0.0)
    joined: list[Glyph] = []
    for glyph in sorted((g for g in glyphs if g.height >= least), key=lambda g: g.left):
        if joined and _overlap(joined[-1], glyph) > _SAME:
            joined[-1] = _union(joined[-1], glyph)
        else:
            joined.append(glyph)
    return joined


def _overlap(a: Glyph, b: Glyph) -> float:
    """How much of the narrower one's width lies in both."""
    return (min(a.right, b.right) - max(a.left, b.left)) / min(a.right - a.left, b.right - b.left)


def _union(a: Glyph, b: Glyph) -> Glyph:
    return Glyph(
        left=min(a.left, b.left),
        top=min(a.top, b.top),
        right=max(a.right, b.right),
        bottom=max(a.bottom, b.bottom),
        darkness=max(a.darkness, b.darkness),
        chroma=max(a.chroma, b.chroma),
    )
