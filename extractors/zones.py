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
_OVERHANG = 0.12
"""A line of the right column begins no farther left of the heading than this, one of the left ends no farther right."""
_LONG_LINE = 0.25
_CENTRE = 0.5
_EDGE = 0.05
"""Nothing is printed so near the left or right edge of the page: margins are 15 mm (0.07) and more."""
_FLAT, _UNSURE = 0.005, 0.5
"""Letters are higher than this share of the page's height: 1.5 mm."""
_MIDDLE = (0.38, 0.68)

PARTY_TITLE, STATE_TITLE, MOTTO = "dangcongsanvietnam", "conghoaxahoichunghiavietnam", "doclaptudohanhphuc"
_HEADINGS = ((PARTY_TITLE, 4), (STATE_TITLE, 6), (MOTTO, 4))

_LONGEST_NAME = 10
"""Words of an issuer's name before a heading that runs on behind it."""
_PLACE_AND_DATE = re.compile(r"(?:^|[\s,])ngay\b.{0,12}\bthang\b.{0,8}\bnam\s+\d{4}\W*$")
_ADDRESS = re.compile(r"\W*kinh\s*(?:gui|trinh)\b")
_BASIS = re.compile(r"\W*can\s*cu\b")


_SHARED_ACROSS, _SHARED_DOWN = 0.2, 0.3
"""A word was written by hand where a region of handwriting shares this much of the narrower and of the lower one."""
_BODY_START = 6
"""The address stands within so many rows of the header's end."""


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
    slope: float
    source: Source
    is_in_columns: bool = True
    """False for retyped papers that print the two columns one below the other; they are parted by what they say."""

    def is_written(self, words: Sequence[Word]) -> bool:
        """Whether the reader saw handwriting where these words stand."""
        return any(_meet(word.box, hand) for word in words for hand in self.hands)

    def height(self, word: Word) -> float:
        """The height of a word, freed of what the slope of the page adds to its box."""
        across = word.box[2] - word.box[0]
        return max(word.box[3] - word.box[1] - abs(self.slope) * across, 0.001)

    @property
    def is_framed(self) -> bool:
        """Whether title line or type line show that this is the top of a document and not of any page."""
        return self.heading is not None or self.title is not None

    @property
    def is_addressed(self) -> bool:
        """Whether an address (`Kính gửi`, `Kính trình`) opens the body."""
        return any(_ADDRESS.match(line.folded) for line in self.below[:_BODY_START])


def rows_of(page: PageResult) -> tuple[Line, ...]:
    """All words of a page in rows over its whole width, from top to bottom, sloping rows made level."""
    return _rows(_levelled(page.content.words, slope_of(page.content.words))) if page.content else ()


def header_of(page: PageResult) -> Header:
    """The header zone of a first page that was read."""
    content = page.content
    slope = slope_of(content.words) if content else 0.0
    words = _levelled(content.words, slope) if content else []
    rows = _rows(words)
    if (at := _heading_in_one_column(rows)) is not None:
        return _header_in_one_column(page, rows, at, slope)
    title_row, titled = _find_title(rows)
    depth = _depth(rows, title_row)
    top = [(y, word) for y, word in words if y < depth]
    boundary, heading = _boundary(_rows(top))
    columns = _in_columns([word for _, word in top], boundary)
    left, right = (_rows((y, w) for y, w in top if (w in columns) == is_right) for is_right in (False, True))
    below = tuple(row for row in rows if row.y >= depth and not (title_row and row.y == title_row.y))
    source = content.source if content else Source.OCR
    return Header(left, right, heading, title_row, titled, below, page.hands, slope, source)


def _heading_in_one_column(rows: Sequence[Line]) -> str | None:
    """The heading, where it stands by itself in a page's only column or runs on behind the issuer's name."""
    for row in rows:
        if row.y > HEADER_DEPTH:
            return None
        if found := _heading_at(row, _HEADINGS[:2]):
            start, heading = found
            is_apart = start > 0 and row.words[start].box[0] - row.words[start - 1].box[2] > _GAP
            middle = (row.words[start].box[0] + row.words[-1].box[2]) / 2
            return heading if middle < _MIDDLE[1] - _OVERHANG / 2 and not is_apart else None
    return None


def _heading_at(row: Line, headings: Sequence[tuple[str, int]]) -> tuple[int, str] | None:
    """The first word of a heading with which a row ends, and the heading: of near readings the nearest."""
    found = [
        (edits, start, heading)
        for start in range(min(len(row.words), _LONGEST_NAME))
        for rest in [letters_of(" ".join(word.text for word in row.words[start:]))]
        for heading, limit in headings
        if (edits := distance(rest, heading, limit)) is not None
    ]
    return min(found)[1:] if found else None


def _header_in_one_column(page: PageResult, rows: Sequence[Line], heading: str, slope: float) -> Header:
    """The header of a retyped page. Heading, motto, place and date are what the right column would have."""
    title_row, titled = _title_in_one_column(rows)
    depth = _depth(rows, title_row)
    left: list[Line] = []
    right: list[Line] = []
    for row in (row for row in rows if row.y < depth):
        cut = _right_part(row)
        left += [Line(row.words[:cut], row.y)] if cut else []
        right += [Line(row.words[cut:], row.y)] if cut < len(row.words) else []
    below = tuple(row for row in rows if row.y >= depth and not (title_row and row.y == title_row.y))
    source = page.content.source if page.content else Source.OCR
    title = PARTY_TITLE if heading == PARTY_TITLE else STATE_TITLE
    return Header(
        tuple(left), tuple(right), title, title_row, titled, below, page.hands, slope, source, is_in_columns=False
    )


def _title_in_one_column(rows: Sequence[Line]) -> tuple[Line | None, TitleMatch | None]:
    """The type line, wherever it begins."""
    for row in rows:
        if row.y > HEADER_DEPTH or _opens_body(row):
            break
        if found := match_title(row.text):
            return row, found
    return None, None


def _right_part(row: Line) -> int:
    """Where in a row of a retyped header that begins which the right column would have; its end where nothing does."""
    texts = [word.text for word in row.words]
    if found := _heading_at(row, _HEADINGS):
        return found[0]
    if _PLACE_AND_DATE.search(row.folded):
        day = next(i for i, word in enumerate(row.words) if fold(word.text).strip(",.;") == "ngay")
        marked = [i for i, text in enumerate(texts[:day]) if any(map(str.isdigit, text)) and set(text) & set("/-")]
        return marked[-1] + 1 if marked else 0
    return len(texts)


def columns_below(page: PageResult, height: float) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The left and the right column of the level page from a height on."""
    words = page.content.words if page.content else ()
    low = [(y, word) for y, word in _levelled(words, slope_of(words)) if y >= height]
    left = _rows((y, word) for y, word in low if _middle(word) < _CENTRE)
    right = _rows((y, word) for y, word in low if _middle(word) >= _CENTRE)
    return left, right


def _in_columns(words: Sequence[Word], boundary: float) -> set[Word]:
    """The words of the right column: a line of it may begin left of the heading, as a long place before the date does.

    Lines are the reader's; one that runs through both columns is cut at its wide gap, else word by word.
    """
    right: set[Word] = set()
    for _, line in groupby(words, key=lambda word: word.line):
        for part in segments(Line(tuple(sorted(line, key=lambda word: word.box[0])), 0.0)):
            if part.middle >= boundary and part.box[0] > boundary - _OVERHANG:
                right.update(part.words)
            elif part.box[2] > boundary + _OVERHANG:
                right.update(word for word in part.words if _middle(word) >= boundary)
    return right


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


def slope_of(words: Sequence[Word]) -> float:
    """How far down the page's long lines go from its left to its right edge; a share of the height."""
    slopes = []
    for _, group in groupby(words, key=lambda word: word.line):
        line = sorted(group, key=_middle)
        across = _middle(line[-1]) - _middle(line[0])
        if across > _LONG_LINE:
            slopes.append((_height(line[-1]) - _height(line[0])) / across)
    return median(slopes) if slopes else 0.0


def _levelled(words: Sequence[Word], slope: float) -> list[tuple[float, Word]]:
    """The words with the height of their middles on the page made level, without what is none."""
    return [(_height(word) - slope * (_middle(word) - _CENTRE), word) for word in words if not _is_dirt(word)]


def _is_dirt(word: Word) -> bool:
    """Whether a word is what the edge of the sheet gave, or a ruled line read as letters."""
    is_at_edge = word.box[2] < _EDGE or word.box[0] > 1 - _EDGE
    is_flat = word.box[3] - word.box[1] < _FLAT and letters_of(word.text) != "" and word.confidence < _UNSURE
    return is_at_edge or is_flat


def _meet(word: Box, hand: Box) -> bool:
    """Whether two rectangles share a fair part of the smaller one's width and height."""
    across = min(word[2], hand[2]) - max(word[0], hand[0])
    down = min(word[3], hand[3]) - max(word[1], hand[1])
    narrow = min(word[2] - word[0], hand[2] - hand[0])
    low = min(word[3] - word[1], hand[3] - hand[1])
    return across > _SHARED_ACROSS * narrow and down > _SHARED_DOWN * low


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
            if word.box[0] < _MIDDLE[0] or not letters_of(word.text):
                continue
            rest = letters_of(" ".join(w.text for w in row.words[start:]))
            for heading, edits in _HEADINGS:
                if distance(rest, heading, edits) is not None:
                    begins = _start_of_heading(row, start, heading)
                    return begins - 0.004, PARTY_TITLE if heading == PARTY_TITLE else STATE_TITLE
    return _CENTRE, None


def _start_of_heading(row: Line, start: int, heading: str) -> float:
    """The left edge of the heading: of near readings the one with the fewest letters too many or too few."""
    starts = range(start, min(start + 3, len(row.words)))
    best = min(starts, key=lambda i: distance(letters_of(" ".join(w.text for w in row.words[i:])), heading, 12) or 0)
    return row.words[best].box[0]
