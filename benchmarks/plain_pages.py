"""Invented papers of state and Party form as pages of placed words, in several layouts, for benchmarks of describing.

No page is drawn or recognised: words stand where a text layer or a recogniser would put them. What the papers say is
made by `benchmarks.state_papers`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from textwrap import wrap

from pipeline.model import PageResult, PageStatus, PageText, Source, Word

LETTER, SPACE, HALF = 0.0086, 0.0052, 0.0062
STEP, TOP, BOTTOM = 0.0195, 0.06, 0.94
LEFT, RIGHT, MARGIN, END = 0.30, 0.70, 0.14, 0.93
_BODY_LETTERS = 84


class Layout(StrEnum):
    """How the header is set."""

    COLUMNS = "two columns"
    LEFT = "one column, from the left margin"
    CENTRED = "one column, centred"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is printed: both columns of the header, type line, subject, paragraphs, both columns at the end.

    The issuer's names are the first `number_in_left` lines of the left column.
    """

    left: Sequence[str]
    right: Sequence[str]
    title: str
    subject: Sequence[str]
    body: Sequence[str]
    recipients: Sequence[str] = ()
    signature: Sequence[str] = ()
    number_in_left: int = field(default=0)


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    x: float
    is_centred: bool
    y: float


def pages_of(sheet: Sheet, layout: Layout) -> list[PageResult]:
    """The sheet's pages."""
    pages: list[list[_Line]] = [[]]
    y = TOP
    for group in _groups(sheet, layout):
        if y + STEP > BOTTOM:
            pages.append([])
            y = TOP
        for text, x, is_centred in group:
            if text:
                pages[-1].append(_Line(text, x, is_centred, y))
        y += STEP
    return [_page(number, lines) for number, lines in enumerate(pages, start=1)]


Group = list[tuple[str, float, bool]]


def _groups(sheet: Sheet, layout: Layout) -> Iterator[Group]:
    """What stands on each row, from top to bottom."""
    yield from _header(sheet, layout)
    yield []
    middle, is_centred = ((LEFT + RIGHT) / 2 + 0.02, True) if layout is not Layout.LEFT else (MARGIN, False)
    if sheet.title:
        yield [(sheet.title, middle, is_centred)]
        yield from ([(line, middle, is_centred)] for line in sheet.subject)
        yield []
    for paragraph in sheet.body:
        for line in wrap(paragraph, _BODY_LETTERS):
            yield [(line, MARGIN, False)]
    yield []
    for place in range(max(len(sheet.recipients), len(sheet.signature))):
        group: Group = []
        if place < len(sheet.recipients):
            group.append((sheet.recipients[place], MARGIN, False))
        if place < len(sheet.signature):
            group.append((sheet.signature[place], RIGHT, True))
        yield group


def _header(sheet: Sheet, layout: Layout) -> Iterator[Group]:
    if layout is Layout.COLUMNS:
        for place in range(max(len(sheet.left), len(sheet.right))):
            columns = ((sheet.left, LEFT), (sheet.right, RIGHT))
            yield [(lines[place], x, True) for lines, x in columns if place < len(lines)]
        return
    x, is_centred = (MARGIN, False) if layout is Layout.LEFT else ((LEFT + RIGHT) / 2 + 0.02, True)
    names, rest = sheet.left[: sheet.number_in_left], sheet.left[sheet.number_in_left :]
    for line in (*names, "-------", *sheet.right[:2], "---------------", *rest, *sheet.right[2:]):
        yield [(line, x, is_centred)]


def _page(number: int, lines: Sequence[_Line]) -> PageResult:
    words = tuple(word for place, line in enumerate(lines) for word in _words(line, place))
    text = "\n".join(line.text for line in lines)
    return PageResult(number, PageStatus.READ, PageText(words, text, 1.0, Source.TEXT_LAYER))


def _words(line: _Line, number: int) -> Iterator[Word]:
    printed = line.text.split()
    width = sum(LETTER * len(word) for word in printed) + SPACE * (len(printed) - 1)
    x = line.x - width / 2 if line.is_centred else line.x
    for text in printed:
        yield Word(text, (x, line.y - HALF, x + LETTER * len(text), line.y + HALF), 1.0, number)
        x += LETTER * len(text) + SPACE
