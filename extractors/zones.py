"""A page's words as the parts of a document's layout (thể thức): header columns, type line, body, closing columns.

Works with the places of the words, not with the order in which they were read: two columns come interleaved or one
after the other, and a skewed page slopes. What the parts say is read by the modules for each field.
Layout: `docs/domain.md`, "Layout".
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise
from statistics import median

from extractors.likeness import distance, letters_of
from extractors.titles import TitleMatch, match_title
from pipeline.model import Box, PageResult, Source, Word
from pipeline.text import fold

HEADER_DEPTH = 0.42
"""The type line, the address or the first `Căn cứ` is looked for down to here; a share of the page's height."""
_DEFAULT_DEPTH = 0.33
_ROW = 0.0075
"""Middles of words of one row differ by less than this share of the height: half of a narrow line pitch."""
_GAP = 0.028
"""A gap in a row wider than this share of the width parts two columns: about the width of three letters."""
_LONG_LINE = 0.25
_MIDDLE = (0.38, 0.68)

PARTY_TITLE, STATE_TITLE, MOTTO = "dangcongsanvietnam", "conghoaxahoichunghiavietnam", "doclaptudohanhphuc"
_HEADINGS = ((PARTY_TITLE, 4), (STATE_TITLE, 6), (MOTTO, 4))

_ADDRESS = re.compile(r"\W*kinh\s*(?:gui|trinh)\b")
_BASIS = re.compile(r"\W*can\s*cu\b")


def union(boxes: Iterable[Box]) -> Box:
    """The rectangle round all boxes; there is at least one."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


@dataclass(frozen=True)
class Line:
    """Words of one row from left to right. `y` is the height of its middle on the page made level."""

    words: tuple[Word, ...]
    y: float

    @cached_property
    def text(self) -> str:
        """The words joined by spaces."""
        return " ".join(word.text for word in self.words)

    @cached_property
    def folded(self) -> str:
        """The folded text, character for character."""
        return fold(self.text)

    @cached_property
    def box(self) -> Box:
        """The rectangle round the words."""
        return union(word.box for word in self.words)

    @property
    def middle(self) -> float:
        """The middle of the line's width."""
        return (self.box[0] + self.box[2]) / 2

    def words_at(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that `text[start:end]` touches."""
        touched, at = [], 0
        for word in self.words:
            if at < end and start < at + len(word.text):
                touched.append(word)
            at += len(word.text) + 1
        return tuple(touched)


def confidence_of(words: Sequence[Word]) -> float:
    """Mean confidence, weighted by length; 0 without words."""
    total = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Header:
    """The top of a first page, above body and address. `heading` is the title line at the top right, as letters.

    `title` and what it names; `below` are the rows under the columns, without the type line.
    """

    left: tuple[Line, ...]
    right: tuple[Line, ...]
    heading: str | None
    title: Line | None
    titled: TitleMatch | None
    below: tuple[Line, ...]
    hands: tuple[Box, ...]
    source: Source

    @property
    def is_addressed(self) -> bool:
        """Whether an address (`Kính gửi`, `Kính trình`) opens the body."""
        return any(_ADDRESS.match(line.folded) for line in self.below[:6])


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of a document: recipients on the left, signature on the right."""

    left: tuple[Line, ...]
    right: tuple[Line, ...]


def rows_of(page: PageResult) -> tuple[Line, ...]:
    """All words of a page in rows over its whole width, from top to bottom, sloping rows made level."""
    return _rows(_levelled(page.content.words)) if page.content else ()


def header_of(page: PageResult) -> Header:
    """The header zone of a first page that was read."""
    content = page.content
    words = _levelled(content.words) if content else []
    rows = _rows(words)
    title_row, titled = _find_title(rows)
    depth = _depth(rows, title_row)
    top = [(y, word) for y, word in words if y < depth]
    boundary, heading = _boundary(_rows(top))
    left = _rows((y, w) for y, w in top if _middle(w) < boundary)
    right = _rows((y, w) for y, w in top if _middle(w) >= boundary)
    below = tuple(row for row in rows if row.y >= depth and not (title_row and row.y == title_row.y))
    return Header(left, right, heading, title_row, titled, below, page.hands, content.source if content else Source.OCR)


def closing_of(page: PageResult, *, below: float) -> Closing:
    """The two columns under a height of the level page."""
    words = [(y, word) for y, word in _levelled(page.content.words if page.content else ()) if y >= below]
    boundary = _closing_boundary([word for _, word in words])
    left = _rows((y, w) for y, w in words if _middle(w) < boundary)
    right = _rows((y, w) for y, w in words if _middle(w) >= boundary)
    return Closing(left, right)


def segments(line: Line) -> tuple[Line, ...]:
    """A row cut at its wide gaps."""
    parts: list[list[Word]] = [[line.words[0]]]
    for before, word in pairwise(line.words):
        if word.box[0] - before.box[2] > _GAP:
            parts.append([word])
        else:
            parts[-1].append(word)
    return tuple(Line(tuple(part), line.y) for part in parts)


def _middle(word: Word) -> float:
    return (word.box[0] + word.box[2]) / 2


def _height(word: Word) -> float:
    return (word.box[1] + word.box[3]) / 2


def _levelled(words: Sequence[Word]) -> list[tuple[float, Word]]:
    """The words with the height of their middles, freed of the slope of the page's long lines."""
    slopes = []
    for _, group in groupby(words, key=lambda word: word.line):
        line = sorted(group, key=_middle)
        across = _middle(line[-1]) - _middle(line[0])
        if across > _LONG_LINE:
            slopes.append((_height(line[-1]) - _height(line[0])) / across)
    slope = median(slopes) if slopes else 0.0
    return [(_height(word) - slope * (_middle(word) - 0.5), word) for word in words]


def _rows(words: Iterable[tuple[float, Word]]) -> tuple[Line, ...]:
    """Words whose middles lie on one height, from left to right."""
    rows: list[list[tuple[float, Word]]] = []
    for y, word in sorted(words, key=lambda entry: entry[0]):
        if rows and y - median(height for height, _ in rows[-1]) < _ROW:
            rows[-1].append((y, word))
        else:
            rows.append([(y, word)])
    return tuple(
        Line(tuple(word for _, word in sorted(row, key=lambda entry: entry[1].box[0])), median(y for y, _ in row))
        for row in rows
    )


def _find_title(rows: Sequence[Line]) -> tuple[Line | None, TitleMatch | None]:
    """The type line: in capitals, by itself in the middle of its row, in the upper part of the page."""
    for row in rows:
        if row.y > HEADER_DEPTH or _opens_body(row):
            break
        for segment in segments(row):
            if _MIDDLE[0] <= segment.middle <= _MIDDLE[1] and (found := match_title(segment.text)):
                return segment, found
    return None, None


def _opens_body(row: Line) -> bool:
    return any(_ADDRESS.match(part.folded) or _BASIS.match(part.folded) for part in segments(row))


def _depth(rows: Sequence[Line], title: Line | None) -> float:
    """Where the header's columns end: at the type line, the address or the first `Căn cứ`, whichever comes first."""
    if title is not None:
        return title.y - _ROW
    opening = next((row for row in rows if row.y <= HEADER_DEPTH and _opens_body(row)), None)
    return opening.y - _ROW if opening else _DEFAULT_DEPTH


def _boundary(rows: Sequence[Line]) -> tuple[float, str | None]:
    """Where the right column begins, by its widest line, the heading; and the heading."""
    for row in rows:
        for start, word in enumerate(row.words):
            if word.box[0] < _MIDDLE[0]:
                continue
            rest = letters_of(" ".join(w.text for w in row.words[start:]))
            for heading, edits in _HEADINGS:
                if distance(rest, heading, edits) is not None:
                    begins = _start_of_heading(row, start, heading)
                    return begins - 0.004, PARTY_TITLE if heading == PARTY_TITLE else STATE_TITLE
    return 0.5, None


def _start_of_heading(row: Line, start: int, heading: str) -> float:
    """The left edge of the heading: of near readings the one with the fewest letters too many or too few."""
    starts = range(start, min(start + 3, len(row.words)))
    best = min(starts, key=lambda i: distance(letters_of(" ".join(w.text for w in row.words[i:])), heading, 12) or 0)
    return row.words[best].box[0]


