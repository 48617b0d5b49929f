"""State secret marks (dấu chỉ độ mật) among the words of a page's header zone.

Decides from words and their places alone; making the words of a stamp readable is left to the reader. Nothing here
keeps or logs a word. Rule and traps: `docs/domain.md`, "Secrecy": accented text only, for folded `mat` is also
`mắt`, `mất` and `mặt`; on doubt a mark is a mark.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from extractors.likeness import distance
from extractors.turning import upright
from pipeline.model import PageResult, SecrecyMark, Word
from pipeline.text import clean, fold

ZONE = 0.38
"""The share of the page's height, from the top, in which marks stand."""

_GAP = 1.5
"""A gap wider than this many times the height of the letters parts a mark from what stands beside it."""

_FRAME = r"[\s|\[\](){}!_=~.,:;'\"*«»“”‘’-]*"
_SINGLE = re.compile(rf"{_FRAME}[1IlL]?(?:M[ẬÂẠAÀẢÃẦẨẪ]T|MẬ[I1F]|M[ậâạ]t|M[ậẬ][Tt])[1IlL]?{_FRAME}")
"""`MẬT` and the slips that are no other Vietnamese word. Not MẮT, MẶT, MẤT, MÁT; MAT, of both marks lost, on doubt."""
_DEGREE = re.compile(r"Độ mật\s*:?\s*(Mật|Tối mật|Tuyệt mật)\b", re.IGNORECASE)
_LEVELS = {"mat": "mat", "toimat": "toi_mat", "tuyetmat": "tuyet_mat"}
_TWO_WORDS = re.compile(r"[1il]?(toimat|tuyetmat)[1il]?")
_SECOND = re.compile(r"M(?:[ẬÂẠ]T[1IlL]?|Ậ)$")
_FIRST = {"toi": ("toi_mat", 1), "tuyet": ("tuyet_mat", 2)}
"""With the slips that are let pass. `GIẢI`, `BÍ`, `BẢO` are less alike."""
_NOT_LETTERS = re.compile(r"[\W_]+")


def find_mark(page: PageResult) -> SecrecyMark | None:
    """The mark in the header zone of a page as it is read upright, the highest if there are several, or None.

    A mark is a run of words that stands alone and says nothing but the mark; `bí mật nhà nước` in a sentence is none,
    nor is `GIẢI MẬT` by itself.
    """
    content = upright(page).content
    if content is None:
        return None
    words = [word for word in content.words if word.box[1] < ZONE]
    found = {level for run in _runs(words) if (level := _level(" ".join(_without_specks(run))))}
    highest = next((level for level in ("tuyet_mat", "toi_mat", "mat") if level in found), None)
    return SecrecyMark(highest, page.file_page) if highest else None


def _runs(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words that follow each other on a line without a wide gap."""
    run: list[Word] = []
    for before, word in pairwise([None, *words]):
        if word is None:
            continue
        if before is not None and run and not _follows(before, word):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _without_specks(run: Sequence[Word]) -> list[str]:
    """The words of a run without single signs at its ends, as which specks and pieces of a frame are read."""
    texts = [word.text for word in run]
    while texts and sum(map(str.isalnum, texts[0])) <= 1:
        del texts[0]
    while texts and sum(map(str.isalnum, texts[-1])) <= 1:
        del texts[-1]
    return texts


def _follows(before: Word, word: Word) -> bool:
    # Boxes are shares of width and height; on A4 a share of the width is 0.7 of one of the height.
    height = max(before.box[3] - before.box[1], word.box[3] - word.box[1])
    return before.line == word.line and word.box[0] - before.box[2] <= _GAP * height * 1.41


def _level(text: str) -> str | None:
    """The level that a run of words says, and nothing else."""
    printed = clean(text)
    if degree := _DEGREE.match(printed):
        return _LEVELS[_NOT_LETTERS.sub("", fold(degree[1]))]
    compact = _NOT_LETTERS.sub("", printed)
    if _SINGLE.fullmatch(compact):
        return "mat"
    if compact[:1].isupper() and sum(map(str.isupper, compact)) * 2 > len(compact):
        two = _TWO_WORDS.fullmatch(fold(compact))
        return _LEVELS[two[1]] if two else _nearly(compact)
    return None


def _nearly(compact: str) -> str | None:
    """The level of two words whose first a worn stamp has spoilt; the second must be the mark itself."""
    second = _SECOND.search(compact)
    if second is None:
        return None
    first = fold(compact[: second.start()])
    return next((level for word, (level, slips) in _FIRST.items() if distance(first, word, slips) is not None), None)
