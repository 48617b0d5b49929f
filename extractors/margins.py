"""What stands on a page and is not of its text: captions of digital signatures, stamps of incoming mail, page numbers.

    Ký bởi: …  Email: …  Cơ quan: …  Thời gian ký: …      the program that signed laid it over the page
    CÔNG VĂN ĐẾN  Số: …  Ngày: …                          the office that received the paper stamped it

Captions and stamps are taken out of the words, so that neither a search nor the describing takes them for what the
paper says, and above all not for its own number and date; they are kept as facts of the page. A page number is told and
stays where it is. Marks of secrecy come before: a page with one is left alone. Rules: `docs/domain.md`, "Layout".
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from extractors.secrecy import find_mark
from extractors.turning import lying, upright
from extractors.zones import Line, rows_of, segments, union
from pipeline.model import Margin, MarginKind, PageResult, PageText, Word
from pipeline.text import fold

_SIGNED_BY = r"(?:duoc )?ky (?:so )?boi"
_OPENING = re.compile(rf"\W*{_SIGNED_BY}\s*[:;]")
_LABEL = re.compile(rf"\W*(?:{_SIGNED_BY}|nguoi ky|thoi gian ky|ngay ky|co quan|to chuc|don vi|chuc vu|e-?mail)\s*[:;]")
_OF_SIGNING = re.compile(rf"\W*(?:{_SIGNED_BY}|nguoi ky|thoi gian ky|ngay ky)\s*[:;]")
_MOMENT = re.compile(r"\W*(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{1,2}:\d{2})[\d\s:.,+/-]*\W*")
_FEWEST_LABELS = 2
_FLUSH, _APART = 0.03, 0.045
"""Lines of a caption begin within this share of the width, and follow within this share of the height."""

_INCOMING = re.compile(r"\W*(?:(?:cong van|van ban) )?den\W*")
_INCOMING_DEPTH = 0.45
_ENTRY = re.compile(r"\W*(?:(?:so|ngay|gio)(?: den)?\s*[:.;]*[\s\d./:…_-]*|(?:chuyen|luu ho so(?: so)?)\s*[:;].*)\W*")
_FIGURES = re.compile(r"\W*\d[\d\s./-]*\W*")
_SYMBOL = re.compile(r"[\W\d_]*[-/]\s*[a-z]{2}")
"""What goes on behind the digits of a paper's own number."""
_BEFORE_SYMBOL = re.compile(r"\W*so\b.*\d\s*[-/]\s*")
"""A number line up to the stroke before its symbol."""
_BESIDE, _ABOVE, _BELOW = 0.2, 0.04, 0.08
"""How far from its word `ĐẾN` a stamp reaches; shares of the page (40 mm, 12 mm, 24 mm)."""

_TOKEN, _EMPTY_LINES = re.compile(r"\S+"), re.compile(r"\n{3,}")
_GONE = "\0"

_PAGE_NUMBER = re.compile(r"\W*(?P<number>\d{1,3})\W*(?:/\s*\d{1,3}\W*)?")
_NUMBER_MARGIN = 0.1
"""Page numbers stand in the upper or lower tenth."""


@dataclass(frozen=True, slots=True)
class PageNumber:
    """The number that is printed on a page, and the row that it stands in by itself."""

    number: int
    row: Line


def page_number(rows: Sequence[Line]) -> PageNumber | None:
    """The number printed at the top or bottom of the page by itself."""
    for row in [*rows[:1], *rows[-1:]]:
        found = _PAGE_NUMBER.fullmatch(row.text)
        if found and not _NUMBER_MARGIN < row.y < 1 - _NUMBER_MARGIN:
            return PageNumber(int(found["number"]), row)
    return None


def set_apart(page: PageResult) -> PageResult:
    """The page with captions and stamps taken out of its words and kept as its margins."""
    if page.content is None or find_mark(page) is not None:
        return page
    level = upright(page)
    content, margins = _parted(level.content) if level.content else (None, ())
    others = tuple(_parted(other)[0] for other in level.others)
    apart = replace(level, content=content, others=others)
    if (number := page_number(rows_of(apart))) is not None:
        margins = (*margins, _margin(MarginKind.PAGE_NUMBER, [number.row]))
    apart = replace(apart, margins=margins)
    return lying(apart, page.turned) if page.turned else apart


def _parted(content: PageText) -> tuple[PageText, tuple[Margin, ...]]:
    pieces = list(_pieces(content.words))
    found = [
        *((MarginKind.SIGNATURE, caption) for caption in _captions(pieces)),
        *((MarginKind.INCOMING, stamp) for stamp in _stamps(pieces)),
    ]
    if not found:
        return content, ()
    taken = {id(word) for _, group in found for piece in group for word in piece.words}
    words = tuple(word for word in content.words if id(word) not in taken)
    margins = tuple(_margin(kind, group) for kind, group in found)
    return replace(content, words=words, text=_text_without(content, taken)), margins


def _text_without(content: PageText, taken: Collection[int]) -> str:
    """The text without these words. It has the words in their order, some put right, without specks."""
    marked = list(content.text)
    tokens = _TOKEN.finditer(content.text)
    token = next(tokens, None)
    for word in content.words:
        if token is None or not _is_spelled(token[0], word.text):
            continue
        if id(word) in taken:
            marked[token.start() : token.end()] = _GONE * len(token[0])
        token = next(tokens, None)
    lines = (_left_of(line) for line in "".join(marked).split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(line for line in lines if line is not None)).strip("\n")


def _is_spelled(token: str, word: str) -> bool:
    """Whether a token of the text is this word, be it put right: then it is as long and has most of its letters."""
    same = sum(one == other for one, other in zip(fold(token), fold(word), strict=False))
    return len(token) == len(word) and 2 * same >= len(word)


def _left_of(line: str) -> str | None:
    """A line without what is gone from it; None where nothing is left."""
    return line if _GONE not in line else " ".join(line.replace(_GONE, " ").split()) or None


def _margin(kind: MarginKind, pieces: Sequence[Line]) -> Margin:
    """What was read, once: stamps are read by themselves and again with their page."""
    told: list[Line] = []
    for piece in pieces:
        if not any(_lies_on(piece, other) for other in told):
            told.append(piece)
    return Margin(kind, "\n".join(piece.text for piece in told), union(piece.box for piece in pieces))


def _lies_on(piece: Line, other: Line) -> bool:
    left, top, right, bottom = other.box
    return left <= piece.middle <= right and top <= piece.y <= bottom


def _pieces(words: Sequence[Word]) -> Iterator[Line]:
    """The reader's lines, cut at wide gaps, for a stamp may stand beside print."""
    for _, group in groupby(words, key=lambda word: word.line):
        line = tuple(sorted(group, key=lambda word: word.box[0]))
        box = union(word.box for word in line)
        yield from segments(Line(line, (box[1] + box[3]) / 2))


def _captions(pieces: Sequence[Line]) -> Iterator[list[Line]]:
    """Each caption's lines from top to bottom: lines with labels one below the other, and what runs on between them."""
    for labelled in _columns(sorted((p for p in pieces if _LABEL.match(p.folded)), key=lambda piece: piece.y)):
        is_caption = any(_OPENING.match(piece.folded) for piece in labelled) or (
            len(labelled) >= _FEWEST_LABELS and any(_OF_SIGNING.match(piece.folded) for piece in labelled)
        )
        if is_caption:
            caption = [piece for piece in pieces if piece in labelled or _runs_on(piece, labelled)]
            yield sorted(caption, key=lambda piece: piece.y)


def _columns(labelled: Iterable[Line]) -> list[list[Line]]:
    """Lines that begin below each other and follow closely."""
    columns: list[list[Line]] = []
    for piece in labelled:
        for column in columns:
            if _is_flush(piece, column[-1]) and piece.y - column[-1].y <= _APART:
                column.append(piece)
                break
        else:
            columns.append([piece])
    return columns


def _is_flush(piece: Line, other: Line) -> bool:
    return abs(piece.box[0] - other.box[0]) <= _FLUSH


def _runs_on(piece: Line, labelled: Sequence[Line]) -> bool:
    """Whether a line without a label stands among those of a caption, or is the moment of signing under the last."""
    first, last = labelled[0], labelled[-1]
    is_among = _is_flush(piece, first) and first.y < piece.y < last.y
    below = piece.y - last.y
    is_moment = _MOMENT.fullmatch(piece.folded) is not None and last.box[0] - _FLUSH <= piece.box[0] <= last.box[2]
    return is_among or (is_moment and abs(below) <= _APART / 2)


def _stamps(pieces: Sequence[Line]) -> Iterator[list[Line]]:
    """Each incoming stamp's lines: the word `ĐẾN` by itself in capitals, and the entries round it."""
    heads = [piece for piece in pieces if _is_head(piece)]
    while heads:
        anchor = heads[0]
        near = [piece for piece in pieces if piece is not anchor and _is_near(piece, anchor)]
        entries = [piece for piece in near if _ENTRY.fullmatch(piece.folded) and not _is_own(piece, pieces)]
        figures = [piece for piece in near if _FIGURES.fullmatch(piece.folded) and _is_behind(piece, entries)]
        same = [head for head in heads if head is anchor or _lies_on(head, anchor)]
        heads = [head for head in heads if head not in same]
        if entries:
            yield sorted([*same, *entries, *figures], key=lambda piece: (piece.y, piece.box[0]))


def _is_head(piece: Line) -> bool:
    return piece.y < _INCOMING_DEPTH and piece.text.isupper() and _INCOMING.fullmatch(piece.folded) is not None


def _is_near(piece: Line, anchor: Line) -> bool:
    across = max(piece.box[0] - anchor.box[2], anchor.box[0] - piece.box[2])
    return across <= _BESIDE and -_ABOVE <= piece.y - anchor.y <= _BELOW


def _is_beside(piece: Line, other: Line) -> bool:
    """Whether a piece begins right of another, in the same row."""
    return piece.box[0] - other.box[0] > 0 and other.box[1] <= piece.y <= other.box[3]


def _is_own(entry: Line, pieces: Sequence[Line]) -> bool:
    """Whether it is the beginning of the paper's own number line, whose symbol stands apart behind a hand's digits."""
    return _BEFORE_SYMBOL.fullmatch(entry.folded) is not None or any(
        _is_beside(piece, entry) and piece.box[0] - entry.box[2] <= _BESIDE and _SYMBOL.match(piece.folded)
        for piece in pieces
    )


def _is_behind(figures: Line, entries: Sequence[Line]) -> bool:
    """Whether figures stand behind the label of an entry that has none."""
    return any(
        _is_beside(figures, entry) and not any(map(str.isdigit, entry.text)) and figures.box[0] - entry.box[2] < _BESIDE
        for entry in entries
    )
