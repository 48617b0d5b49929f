"""Words into lines, paragraphs and running text.

The recogniser brings its own lines and paragraphs; the words of a text layer are put together here, by their places.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from pipeline.model import Box, Word

_COLUMN_GAP = 2.5
"""A gap in a row wider than this many times the row's height parts two columns."""
_PARAGRAPH_GAP = 1.0
"""A gap between rows wider than this many times a row's height parts two paragraphs."""
_SIDES, _FEWEST_LINES = 2, 2


@dataclass(frozen=True, slots=True)
class PlacedWord:
    """A word at its place on the page, 0-1."""

    text: str
    box: Box

    @property
    def centre(self) -> tuple[float, float]:
        """The middle of the box."""
        return (self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2


def running_text(words: Sequence[Word]) -> str:
    """The words as text: a line each line, an empty line between paragraphs."""
    paragraphs = []
    for _, block in groupby(words, key=lambda word: word.block):
        lines = groupby(block, key=lambda word: word.line)
        paragraphs.append("\n".join(" ".join(word.text for word in line) for _, line in lines))
    return "\n\n".join(paragraphs)


def words_in_reading_order(placed: Iterable[PlacedWord], ratio: float, tables: Sequence[Box] = ()) -> tuple[Word, ...]:
    """The words as a person reads them: row by row, but columns that stand side by side one after the other.

    `ratio` is the page's height by its width. What lies in a table is read row by row.
    """
    rows = [
        _Row(segments, any(_holds(table, segments) for table in tables))
        for row in _rows(sorted(placed, key=lambda word: word.centre[1]))
        for segments in [_segments(row, _COLUMN_GAP * _height(row) * ratio)]
    ]
    words: list[Word] = []
    line, block = 0, -1
    for part in _parts(rows):
        below: float | None = None
        for segments in part:
            row = [word for segment in segments for word in segment]
            if below is None or min(word.box[1] for word in row) - below > _PARAGRAPH_GAP * _height(row):
                block += 1
            for segment in segments:
                words += [Word(word.text, word.box, 1.0, line, block) for word in segment]
                line += 1
            below = max(word.box[3] for word in row)
    return tuple(words)


_Segment = list[PlacedWord]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the page, cut where columns end."""

    segments: list[_Segment]
    is_in_table: bool

    @property
    def top(self) -> float:
        return min(word.box[1] for segment in self.segments for word in segment)

    @property
    def bottom(self) -> float:
        return max(word.box[3] for segment in self.segments for word in segment)


def _parts(rows: Sequence[_Row]) -> Iterator[list[list[_Segment]]]:
    """The rows in parts that are read one after the other, each row as its segments."""
    plain: list[list[_Segment]] = []
    at = 0
    while at < len(rows):
        left, right, count = _columns_from(rows[at:])
        if count == 0:
            plain.append(rows[at].segments)
        else:
            yield from (
                part for part in (plain, [[segment] for segment in left], [[segment] for segment in right]) if part
            )
            plain = []
        at += max(1, count)
    if plain:
        yield plain


def _columns_from(rows: Sequence[_Row]) -> tuple[list[_Segment], list[_Segment], int]:
    """The two columns in which the first rows stand, and how many rows these are; none where they do not.

    A row in one column only belongs to it where it follows closely. A column has two lines at least.
    """
    left: list[_Segment] = []
    right: list[_Segment] = []
    count = 0
    for at, row in enumerate(rows):
        sides = _sides(row, left, right)
        is_close = at > 0 and row.top - rows[at - 1].bottom <= _PARAGRAPH_GAP * (row.bottom - row.top)
        if sides is None or not (is_close or len(row.segments) == _SIDES):
            break
        left += sides[0]
        right += sides[1]
        count = at + 1
    are_columns = min(len(left), len(right)) >= _FEWEST_LINES
    return (left, right, count) if are_columns else ([], [], 0)


def _sides(
    row: _Row, left: Sequence[_Segment], right: Sequence[_Segment]
) -> tuple[list[_Segment], list[_Segment]] | None:
    """What of a row stands in the left and in the right column; None where it is in neither, or in a table."""
    if row.is_in_table or len(row.segments) > _SIDES:
        return None
    ends = max((segment[-1].box[2] for segment in left), default=0.0)
    begins = min((segment[0].box[0] for segment in right), default=1.0)
    if len(row.segments) == _SIDES:
        first, second = row.segments
        fits = max(ends, first[-1].box[2]) < min(begins, second[0].box[0])
        return ([first], [second]) if fits else None
    (only,) = row.segments
    if only[-1].box[2] < begins and left:
        return [only], []
    return ([], [only]) if only[0].box[0] > ends and right else None


def _holds(table: Box, segments: Sequence[_Segment]) -> bool:
    """Whether the row begins inside the table."""
    x, y = segments[0][0].centre
    return table[0] <= x <= table[2] and table[1] <= y <= table[3]


def _height(row: Iterable[PlacedWord]) -> float:
    return median(word.box[3] - word.box[1] for word in row)


def _rows(placed: Sequence[PlacedWord]) -> list[list[PlacedWord]]:
    """Words whose middles lie on one height, from left to right."""
    rows: list[list[PlacedWord]] = []
    for word in placed:
        if rows and word.centre[1] < _middle_band(rows[-1]):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.box[0]) for row in rows]


def _middle_band(row: Sequence[PlacedWord]) -> float:
    """How far down the middle of a word may lie to belong to the row."""
    first = row[0]
    return first.centre[1] + (first.box[3] - first.box[1]) * 0.4


def _segments(row: Sequence[PlacedWord], gap: float) -> list[list[PlacedWord]]:
    segments: list[list[PlacedWord]] = [[row[0]]]
    for before, word in pairwise(row):
        if word.box[0] - before.box[2] > gap:
            segments.append([word])
        else:
            segments[-1].append(word)
    return segments
