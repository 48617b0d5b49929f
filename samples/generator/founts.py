"""A typeset sheet set anew in another fount: the same lines in one size, as wide as they were.

Lines were broken for the first fount. Each is set again from its words: a full line fills the measure, a line that
begins at the margin begins there, any other keeps its middle.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from samples.generator.fonts import text_width
from samples.generator.model import MM, Sheet, Style, Word
from samples.generator.typeset import LEFT, RIGHT

SIZES = {"serif": 1.0, "sans": 0.9, "typewriter": 10 / 14}
"""How large a fount is set for a line of text to be as wide as in the first: `typewriter` has 12 letters an inch."""
_APART = 1.5
"""A gap wider than this many times the size of the print parts cells of a table."""
_BEGINNINGS = (LEFT, LEFT + 6, LEFT + 10 * MM)
"""Where lines of paragraphs and of recipients begin; others are centred."""
_NARROWEST = 0.6
"""The narrowest space of a full line, of a usual one."""


def in_fount(sheet: Sheet, fount: str) -> Sheet:
    """The sheet with its printed words in this fount. Rules, blanks and stamps stay where they are."""
    words = [word for run in _runs(sheet.words) for word in _reset(run, fount)]
    return replace(sheet, words=tuple(words))


def _runs(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words that stand on one line, one after the other."""
    run: list[Word] = []
    for before, word in pairwise((None, *words)):
        if word is None:
            continue
        if before and run and not _follows(before, word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _follows(before: Word, word: Word) -> bool:
    gap = word.x - before.x - before.width
    return word.y == before.y and -1 < gap < _APART * word.style.size


def _reset(run: Sequence[Word], fount: str) -> Iterator[Word]:
    styles = [Style(word.style.face, word.style.size * SIZES[fount]) for word in run]
    widths = [text_width(word.text, style, fount) for word, style in zip(run, styles, strict=True)]
    is_glued = [word.x - before.x - before.width < 1 for before, word in pairwise(run)]
    spaces = [0.0 if glued else text_width(" ", style, fount) for glued, style in zip(is_glued, styles, strict=False)]
    first, end = run[0].x, run[-1].x + run[-1].width
    printed, blank = sum(widths), math.fsum(spaces)
    if all(abs(first - beginning) > 1 for beginning in _BEGINNINGS):
        first = (first + end - printed - blank) / 2
    elif blank and (abs(end - RIGHT) < 1 or first + printed + blank > RIGHT):
        stretch = max(_NARROWEST, (RIGHT - first - printed) / blank)
        spaces = [space * stretch for space in spaces]
    x = first
    for word, style, width, space in zip(run, styles, widths, (*spaces, 0.0), strict=True):
        yield replace(word, x=x, width=width, style=style)
        x += width + space
