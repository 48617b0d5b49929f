"""The lines of a scanned page in the order in which a person reads them, and the specks among its words.

A recogniser joins the two columns of header and signature into lines that run through both, or puts its blocks out of
order. Its lines are cut at their wide gaps here. Where pieces stand side by side, they are two columns, read one after
the other, down to the first piece that lies across; everything else is read from top to bottom. Rows of a table, whose
pieces all stand level, keep the recogniser's order. No word is added, changed or taken away.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from extractors.syllables import is_syllable
from extractors.tesseract import RawWord

_GAP = 1.4
"""A gap within a line wider than this many times the height of the page's words may part columns."""
_FEWEST = 2
"""Pieces of a column."""
_LEVEL = 0.5
"""Middles of pieces on one level differ by less than this many heights."""
_FOLLOWS = 2.0
"""A piece that stands alone above two columns belongs to its own where it ends within so many heights of it."""
_MOST = 1.5
"""A line counts as so many times as high as the page's words at most: strokes of pens make boxes of words too high."""

_TALL = 1.9
"""Strokes of pens and edges of paper are higher than so many words."""
_NARROW = 0.2
"""A letter of a word is at least so wide, by the word's height."""
_DOUBTFUL = 0.75
_TINY = 0.55
_TELLING = re.compile(r"[^\W_]{2}|\d")
_MARKS = frozenset("-–—*+…/&%=")
"""Signs that stand alone between words; other small ones are specks."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The words of a page in reading order. `specks` are those that spell nothing and look like no print."""

    printed: tuple[RawWord, ...]
    specks: tuple[RawWord, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one of the recogniser's lines without a wide gap. Heights are those of the page made level."""

    words: tuple[RawWord, ...]
    left: float
    right: float
    middle: float
    height: float

    def is_level_with(self, other: "_Piece") -> bool:
        return abs(self.middle - other.middle) < _LEVEL * max(self.height, other.height)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Two columns and how many pieces of the page they take."""

    left: tuple[_Piece, ...]
    right: tuple[_Piece, ...]

    @property
    def are_rows(self) -> bool:
        """Whether all pieces stand level in pairs, as those of a table do."""
        pairs = zip(self.left, self.right, strict=False)
        return len(self.left) == len(self.right) and all(first.is_level_with(second) for first, second in pairs)


def in_reading_order(words: Sequence[RawWord], skew: float) -> Ordered:
    """The words of a recognised picture in reading order. `skew`: degrees by which its lines rise to the right."""
    if not words:
        return Ordered((), ())
    height = median(word.box[3] - word.box[1] for word in words)
    specks = tuple(word for word in words if is_speck(word, height))
    printed = [word for word in words if word not in specks]
    slope = math.tan(math.radians(skew))
    pieces = sorted(_pieces(printed, height, slope), key=lambda piece: piece.middle)
    return Ordered(tuple(_numbered(_parts(pieces, height))), specks)


def is_speck(word: RawWord, height: float) -> bool:
    """Whether a word spells nothing and has no shape of print. `height` is the usual one of the page's words."""
    across, down = word.box[2] - word.box[0], word.box[3] - word.box[1]
    letters = len(word.text)
    if letters > 1 and across < _NARROW * down * letters and down > height:
        return True
    if word.confidence >= _DOUBTFUL or _spells(word.text):
        return False
    if down > _TALL * height:
        return not word.text.strip("./-").isdigit()  # a hand's one digit is tall
    return down < _TINY * height and not _TELLING.search(word.text) and not set(word.text) <= _MARKS


def _spells(text: str) -> bool:
    letters = text.strip(".,;:()[]\"'“”")
    return len(letters) > 1 and (is_syllable(letters) or letters.isdigit())


def _pieces(words: Sequence[RawWord], height: float, slope: float) -> Iterator[_Piece]:
    gap = _GAP * height
    for _, line in groupby(words, key=lambda word: word.line):
        piece: list[RawWord] = []
        for word in line:
            if piece and not -gap < word.box[0] - piece[-1].box[2] < gap:
                yield _piece(piece, height, slope)
                piece = []
            piece.append(word)
        yield _piece(piece, height, slope)


def _piece(words: Sequence[RawWord], height: float, slope: float) -> _Piece:
    left, right = min(word.box[0] for word in words), max(word.box[2] for word in words)
    middles = [(word.box[1] + word.box[3]) / 2 + (word.box[0] + word.box[2]) / 2 * slope for word in words]
    own = median(word.box[3] - word.box[1] for word in words)
    return _Piece(tuple(words), left, right, median(middles), min(own, _MOST * height))


def _parts(pieces: Sequence[_Piece], height: float) -> Iterator[Sequence[_Piece]]:
    """The pieces, from top to bottom, in parts that are read one after the other."""
    at = 0
    plain: list[_Piece] = []
    while at < len(pieces):
        columns = _columns_from(pieces[at:], height)
        if columns is None:
            plain.append(pieces[at])
            at += 1
            continue
        yield from _rows(plain)
        plain = []
        both = (*columns.left, *columns.right)
        at += len(both)
        if columns.are_rows:
            yield sorted(both, key=lambda piece: piece.words[0].line)
        else:
            yield from (*_rows(columns.left), *_rows(columns.right))
    yield from _rows(plain)


def _columns_from(pieces: Sequence[_Piece], height: float) -> _Columns | None:
    """The two columns with which these pieces begin, if they do: two pieces side by side, and what goes on below."""
    first = _pair(pieces, height)
    if first is None:
        return None
    left, right = [first[0]], [first[1]]
    for piece in pieces:
        if piece in first:
            continue
        ends, starts = max(other.right for other in left), min(other.left for other in right)
        if piece.right + height < starts:
            left.append(piece)
        elif piece.left - height > ends:
            right.append(piece)
        else:
            break
    if min(len(left), len(right)) < _FEWEST or _is_torn(left) or _is_torn(right):
        return None
    return _Columns(*(tuple(sorted(side, key=lambda piece: piece.middle)) for side in (left, right)))


def _pair(pieces: Sequence[_Piece], height: float) -> tuple[_Piece, _Piece] | None:
    """The first two pieces that stand side by side; none stands between them, and one at most closely above."""
    for at, piece in enumerate(pieces[:2]):
        beside = [other for other in pieces[at + 1 : at + 3] if other.is_level_with(piece)]
        if len(beside) == 1:
            left, right = sorted((piece, beside[0]), key=lambda found: found.left)
            is_near = at == 0 or (piece.middle - pieces[0].middle < _FOLLOWS * height)
            return (left, right) if right.left - left.right > height and is_near else None
    return None


def _is_torn(column: Sequence[_Piece]) -> bool:
    """Whether pieces of a column stand side by side more than once: so do the cells of a table. Marks do not count."""
    printed = [piece for piece in column if any(_TELLING.search(word.text) for word in piece.words)]
    return sum(a.is_level_with(b) for at, a in enumerate(printed) for b in printed[at + 1 :]) > 1


def _rows(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    """Pieces from top to bottom, those on one level from left to right."""
    row: list[_Piece] = []
    for piece in pieces:
        if row and not piece.is_level_with(row[0]):
            yield sorted(row, key=lambda found: found.left)
            row = []
        row.append(piece)
    if row:
        yield sorted(row, key=lambda found: found.left)


def _numbered(parts: Iterable[Sequence[_Piece]]) -> Iterator[RawWord]:
    """The words with their lines and paragraphs numbered anew; pieces of a part and a line stay one line."""
    line = block = -1
    before: RawWord | None = None
    for part in parts:
        for at, piece in enumerate(part):
            first = piece.words[0]
            if before is None or at == 0 or first.line != before.line:
                line += 1
            if before is None or first.block != before.block or first.line < before.line:
                block += 1
            before = piece.words[-1]
            yield from (replace(word, line=line, block=block) for word in piece.words)
