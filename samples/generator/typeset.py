"""Setting lines of words on sheets: measuring, breaking, justifying, turning the page.

Knows nothing of what a resolution or a letter looks like; that is `layout`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from samples.generator.fonts import text_width
from samples.generator.model import (
    MM,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    Blank,
    Column,
    Line,
    Mark,
    Rule,
    Seal,
    Sheet,
    Signature,
    Style,
    Word,
    Zone,
)

Align: TypeAlias = Literal["left", "centre", "justify"]

LEFT = 30 * MM
RIGHT = PAGE_WIDTH - 15 * MM
TOP = 20 * MM
BOTTOM = PAGE_HEIGHT - 20 * MM
MEASURE = RIGHT - LEFT
BALANCE_STEP = 4.0


@dataclass(frozen=True, slots=True)
class Token:
    """A word to be set. `written` is the width in points of the blank it is written into by hand, 0 = printed.

    `glued` tokens follow the one before without a space.
    """

    text: str
    style: Style
    fields: tuple[str, ...] = ()
    written: float = 0.0
    glued: bool = False

    @property
    def width(self) -> float:
        """Width in points as set."""
        return self.written or text_width(self.text, self.style)


def tokens(text: str, style: Style, *fields: str) -> list[Token]:
    """Cut a text at its spaces."""
    return [Token(word, style, fields) for word in text.split()]


def plain(line: Sequence[Token]) -> str:
    """Return the line as a reader would type it."""
    return "".join(token.text if token.glued or not i else f" {token.text}" for i, token in enumerate(line))


def natural_width(line: Sequence[Token]) -> float:
    """Width of a line with plain spaces."""
    return sum(t.width + (0 if t.glued or not i else _space(t.style)) for i, t in enumerate(line))


def break_lines(words: Sequence[Token], measure: float, indent: float = 0.0) -> Iterator[list[Token]]:
    """Fill lines greedily; `indent` narrows the first."""
    line: list[Token] = []
    room = measure - indent
    for group in _groups(words):
        if line and natural_width([*line, *group]) > room:
            yield line
            line, room = [], measure
        line.extend(group)
    if line:
        yield line


def balance_lines(words: Sequence[Token], measure: float) -> list[list[Token]]:
    """Break into as few lines as `break_lines` does, about equally long."""
    lines = list(break_lines(words, measure))
    while measure > BALANCE_STEP:
        measure -= BALANCE_STEP
        narrower = list(break_lines(words, measure))
        is_too_narrow = any(natural_width(line) > measure for line in narrower)
        if len(narrower) > len(lines) or is_too_narrow:
            break
        lines = narrower
    return lines


def _groups(words: Sequence[Token]) -> Iterator[list[Token]]:
    """Words with what is glued to them: they stay on one line."""
    group: list[Token] = []
    for token in words:
        if group and not token.glued:
            yield group
            group = []
        group.append(token)
    if group:
        yield group


def _space(style: Style) -> float:
    return text_width(" ", style)


@dataclass(slots=True)
class SheetBuilder:
    """A sheet while it is being set."""

    words: list[Word] = field(default_factory=list)
    blanks: list[Blank] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    seals: list[Seal] = field(default_factory=list)
    signatures: list[Signature] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def freeze(self) -> Sheet:
        """Return the finished sheet, its lines in reading order of creation."""
        return Sheet(
            tuple(self.words),
            tuple(self.blanks),
            tuple(self.rules),
            tuple(self.seals),
            tuple(self.signatures),
            tuple(self.marks),
            tuple(self.lines),
        )

    def set_line(self, line: Sequence[Token], x: float, y: float, *, stretch: float = 0.0) -> float:
        """Put a line's words at a baseline, `stretch` points added to each space; return its right end."""
        for i, token in enumerate(line):
            if i and not token.glued:
                x += _space(token.style) + stretch
            if token.written:
                self.blanks.append(Blank(token.text, x, y, token.written, token.style.size, token.fields))
            else:
                self.words.append(Word(token.text, x, y, token.width, token.style, token.fields))
            x += token.width
        return x

    def centre(self, line: Sequence[Token], x: float, y: float, zone: Zone, column: Column) -> None:
        """Set a line centred about `x` and note it for the truth."""
        self.set_line(line, x - natural_width(line) / 2, y)
        self.lines.append(Line(plain(line), y, zone, column))


@dataclass(slots=True)
class Flow:
    """Running text over as many sheets as it needs. `y` is the baseline last set on the present sheet."""

    sheets: list[SheetBuilder]
    y: float
    pitch: float
    is_party: bool

    @property
    def sheet(self) -> SheetBuilder:
        """The present sheet."""
        return self.sheets[-1]

    def room(self) -> float:
        """Points left below the present baseline."""
        return BOTTOM - self.y

    def turn_page(self) -> None:
        """Begin a new sheet with its page number top centre."""
        self.sheets.append(SheetBuilder())
        self.y = TOP
        line = tokens(str(len(self.sheets)), Style("regular", 14))
        self.sheet.centre(line, PAGE_WIDTH / 2, TOP - 12, "body", "full")

    def keep(self, height: float) -> None:
        """Turn the page unless that much room is left: a heading does not stand alone at the foot."""
        if height and self.room() < height:
            self.turn_page()

    def step(self, pitch: float | None = None) -> float:
        """Move to the next baseline, on a new sheet when this one is full."""
        pitch = self.pitch if pitch is None else pitch
        if self.room() < pitch:
            self.turn_page()
            pitch = self.pitch
        self.y += pitch
        return self.y

    def paragraph(self, words: Sequence[Token], align: Align, *, indent: float = 0.0, after: float = 5.0) -> None:
        """Set a paragraph over the full measure."""
        is_centred = align == "centre"
        lines = balance_lines(words, MEASURE - 60) if is_centred else list(break_lines(words, MEASURE, indent))
        for i, line in enumerate(lines):
            self.step()
            if is_centred:
                self.sheet.centre(line, (LEFT + RIGHT) / 2, self.y, "body", "full")
                continue
            start = LEFT + (indent if i == 0 else 0)
            is_last = i == len(lines) - 1
            spaces = sum(not token.glued for token in line[1:])
            slack = RIGHT - start - natural_width(line)
            stretch = slack / spaces if align == "justify" and not is_last and spaces else 0.0
            self.sheet.set_line(line, start, self.y, stretch=stretch)
            self.sheet.lines.append(Line(plain(line), self.y, "body", "full"))
        self.y += after


def bolden(words: Sequence[Token]) -> list[Token]:
    """Return the same words in bold."""
    return [replace(token, style=Style("bold", token.style.size)) for token in words]
