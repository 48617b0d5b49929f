"""Pages of invented papers as a reader would give them, without reading: words of the typesetting, some misread.

Thousands of papers can be described so in the time in which one is recognised. How letters are misread follows what
recognisers do (`docs/domain.md`, "Text"): tone marks and hats first, letters and digits of like form, few at random.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from random import Random

from pipeline.model import PageResult, PageStatus, PageText, Source, Word
from pipeline.text import fold
from samples.generator.layout import lay_out
from samples.generator.library import bodies
from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH, Paper, Sheet

_MARKS = ("aáàảãạăắằẳẵặâấầẩẫậ", "eéèẻẽẹêếềểễệ", "iíìỉĩị", "oóòỏõọôốồổỗộơớờởỡợ", "uúùủũụưứừửữự", "yýỳỷỹỵ", "dđ")
_ALIKE = {"0": "O", "O": "0", "1": "l", "l": "1", "5": "S", "S": "5", "8": "B", "/": "l", "-": "~", "Đ": "D", "7": "1"}
_TONE = 0.75


class Level(Enum):
    """The quality of a page: the share of letters that are misread."""

    BORN_DIGITAL = 0.0
    CLEAN = 0.003
    OFFICE = 0.011
    PHOTOCOPY = 0.04


def replayed(paper: Paper, level: Level, random: Random) -> list[PageResult]:
    """The pages of a paper as they are read at this quality."""
    sheets = lay_out(paper, bodies()[paper.body_key])
    return [
        PageResult(number, PageStatus.READ, _page(sheet, level, random)) for number, sheet in enumerate(sheets, start=1)
    ]


def as_read(pages: Sequence[PageResult], level: Level, random: Random) -> list[PageResult]:
    """Pages of placed words as they are read at this quality."""
    return [replace(page, content=_misread_words(page.content, level, random)) for page in pages]


def _misread_words(content: PageText | None, level: Level, random: Random) -> PageText | None:
    if content is None or level is Level.BORN_DIGITAL:
        return content
    words = []
    for word in content.words:
        read = misread(word.text, level.value, random)
        if read:
            words.append(replace(word, text=read, confidence=_confidence(read == word.text, level, random)))
    text = " ".join(word.text for word in words)
    return PageText(tuple(words), text, sum(word.confidence for word in words) / max(1, len(words)), Source.OCR)


def _page(sheet: Sheet, level: Level, random: Random) -> PageText:
    placed = [(w.y, w.x, w.text, w.width, w.style.size) for w in sheet.words]
    placed += [(b.y, b.x, b.text, b.width, b.size) for b in sheet.blanks]
    lines = sorted({round(y, 1) for y, *_ in placed})
    words = []
    for y, x, text, width, size in sorted(placed, key=lambda each: (round(each[0], 1), each[1])):
        read = misread(text, level.value, random)
        box = (
            x / PAGE_WIDTH,
            (y - 0.75 * size) / PAGE_HEIGHT,
            (x + width) / PAGE_WIDTH,
            (y + 0.2 * size) / PAGE_HEIGHT,
        )
        words.append(Word(read, box, _confidence(read == text, level, random), lines.index(round(y, 1))))
    source = Source.TEXT_LAYER if level is Level.BORN_DIGITAL else Source.OCR
    mean = sum(word.confidence for word in words) / max(1, len(words))
    return PageText(tuple(words), " ".join(word.text for word in words), mean, source)


def _confidence(is_right: bool, level: Level, random: Random) -> float:  # noqa: FBT001 - a plain fact
    """A recogniser is mostly a little less sure of what it misread."""
    if level is Level.BORN_DIGITAL:
        return 1.0
    return random.uniform(0.80, 0.97) if is_right else random.uniform(0.35, 0.95)


def misread(text: str, share: float, random: Random) -> str:
    """The text with this share of its letters misread."""
    return "".join(_slip(letter, random) if random.random() < share else letter for letter in text)


def _slip(letter: str, random: Random) -> str:
    marks = next((row for row in _MARKS if letter.lower() in row), None)
    if marks and random.random() < _TONE:
        other = random.choice(marks)
        return other.upper() if letter.isupper() else other
    return _ALIKE.get(letter, fold(letter) if random.random() < _TONE else "")
