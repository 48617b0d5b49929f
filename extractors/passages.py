"""The running text of a document as passages: a base, an article, an item, each of which speaks of one thing.

What a passage says of other documents is read by `extractors.references`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extractors.phrases import mended
from extractors.zones import Line, header_of, rows_of
from pipeline.model import FieldName, FieldValue, PageResult
from pipeline.text import clean

_ITEM = re.compile(
    r"\s*(?:[-+–•*~]\s|[a-zđ]\)\s|\(?\d{1,2}[.)]\s|[IVX]{1,4}\.\s|Điều\s+\d+\b"
    r"|(?:Căn cứ|Theo đề nghị|Xét đề nghị|Trên cơ sở|Thực hiện|Tiếp tục|Triển khai|Thi hành|Quán triệt)\b)"
)
_WIDE_STEP = 1.35
"""A gap between rows so many times as wide as usual parts two passages."""
_OPENED, _CLOSED = "“", "”"


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the text that speaks of one thing. `text` is as read, `mended` the same with its accents put right.

    `is_quoted` says that it begins within quotation marks: it is text that another paper is to have.
    """

    text: str
    mended: str
    page: int
    is_subject: bool = False
    is_quoted: bool = False

    @property
    def is_last(self) -> bool:
        """Whether a list ends with it: its entries end with `;`, the last one with `.`."""
        return not self.text.rstrip().endswith((";", ",", ":"))


def passages_of(pages: Sequence[PageResult], fields: Mapping[FieldName, FieldValue]) -> Iterator[Passage]:
    """The subject, then the passages of all pages, in order."""
    subject = fields.get(FieldName.SUBJECT)
    if subject is not None:
        yield _passage([subject.raw or subject.value], subject.page or 1, is_subject=True)
    is_quoted = False
    for ordinal, page in enumerate(pages, start=1):
        rows = _below_subject(header_of(page).below, subject) if ordinal == 1 else rows_of(page)
        for texts in _parted(rows):
            yield _passage(texts, ordinal, is_quoted=is_quoted)
            is_quoted = _is_quoted_after(" ".join(texts), is_quoted=is_quoted)


def _is_quoted_after(text: str, *, is_quoted: bool) -> bool:
    opened, closed = text.rfind(_OPENED), text.rfind(_CLOSED)
    return is_quoted if opened == closed else opened > closed


def _below_subject(rows: Sequence[Line], subject: FieldValue | None) -> list[Line]:
    """The rows under the header without those of the subject, which is a passage of its own."""
    box = subject.box if subject else None
    return [row for row in rows if box is None or not (row.box[1] >= box[1] and row.box[3] <= box[3])]


def _parted(rows: Sequence[Line]) -> Iterator[list[str]]:
    """Rows of one passage; a new one begins at an item's mark, an article, `Căn cứ`, a wide gap or an ended row."""
    step = median(below.y - above.y for above, below in pairwise(rows)) if len(rows) > 1 else 0.0
    joined: list[Line] = []
    for row in rows:
        if joined and (_ITEM.match(mended(row.text)) or _ends(joined[-1], row, step)):
            yield [line.text for line in joined]
            joined = []
        joined.append(row)
    if joined:
        yield [line.text for line in joined]


def _ends(row: Line, below: Line, step: float) -> bool:
    """Whether a passage ends with a row: by its last mark, or by the gap below it."""
    return below.y - row.y > _WIDE_STEP * step or (row.text.endswith((".", ";", ":")) and below.text[:1].isupper())


def _passage(texts: Sequence[str], page: int, *, is_subject: bool = False, is_quoted: bool = False) -> Passage:
    read = clean(" ".join(texts))
    return Passage(read, mended(read), page, is_subject, is_quoted)
