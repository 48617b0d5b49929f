"""Words into lines, paragraphs and running text.

The recogniser brings its own lines and paragraphs; the words of a text layer are put together here, by their places.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from pipeline.model import Box, Word

_COLUMN_GAP = 2.5
"""A gap in a row wider than this many times the row's height parts two columns."""
_PARAGRAPH_GAP = 1.0
"""A gap between rows wider than this many times a row's height parts two paragraphs."""


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


def words_in_reading_order(placed: Iterable[PlacedWord], ratio: float) -> tuple[Word, ...]:
    """The words row by row, each row cut where a column ends. `ratio` is the page's height by its width."""
    words: list[Word] = []
    line = block = 0
    below: float | None = None
    for row in _rows(sorted(placed, key=lambda word: word.centre[1])):
        height = median(word.box[3] - word.box[1] for word in row)
        top = min(word.box[1] for word in row)
        if below is not None and top - below > _PARAGRAPH_GAP * height:
            block += 1
        for segment in _segments(row, _COLUMN_GAP * height * ratio):
            words += [Word(word.text, word.box, 1.0, line, block) for word in segment]
            line += 1
        below = max(word.box[3] for word in row)
    return tuple(words)


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
