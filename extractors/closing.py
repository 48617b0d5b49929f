"""The end of a document: the part of its last page on which recipients (left) and signature (right) stand.

Found by the row of `Nơi nhận`, else by that of the signer's capacity or title. What stands in it is read by
`extractors.signature` and `extractors.recipients`. Rules: `docs/domain.md`, "Layout", "Signatures".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.likeness import distance, is_capitals, letters_of
from extractors.zones import Line, columns_below, rows_of, segments
from pipeline.model import PageResult, Source

_RECIPIENTS = "noinhan"
_CAPACITY = re.compile(r"\W*(?:t[/.il1|]{1,2}m\b|[tk][/.]{0,2}[mtl]\b|tuq\b|q\s?\.)")
_OFFICE = re.compile(r"\W*(?:pho |quyen )?(?:bi thu|chu tich|chanh van phong|truong ban|giam doc|chu tri|chu toa)\b")
_ABOVE = 0.02
"""The capacity may begin a line above `Nơi nhận`; a share of the page's height."""
_RIGHT = 0.55
_UNDER_HEADER = 0.2


@dataclass(frozen=True, slots=True)
class Closing:
    """Both columns of the end of a document. `page` is the ordinal in the document."""

    page: int
    source: Source
    left: tuple[Line, ...]
    right: tuple[Line, ...]


def closing_of(pages: Sequence[PageResult]) -> Closing | None:
    """The end of the document, on the last page that has one; annexes behind it have neither row."""
    for find in (_recipients_row, _signature_row):
        for ordinal, page in reversed(list(enumerate(pages, start=1))):
            start = find(rows_of(page))
            if start is not None and page.content is not None:
                left, right = columns_below(page, start - _ABOVE)
                return Closing(ordinal, page.content.source, left, right)
    return None


def is_recipients_head(row: Line) -> bool:
    """Whether `Nơi nhận` stands in the row, by itself or before the first entry; `Hội Nhãn khoa` is no such head."""
    return any(
        letters.startswith(_RECIPIENTS) or distance(letters, _RECIPIENTS, 1) is not None
        for part in segments(row)
        if part.text.lstrip(" -_.|")[:1].isupper()
        for letters in [letters_of(part.text)]
    )


def _recipients_row(rows: Sequence[Line]) -> float | None:
    return next((row.y for row in reversed(rows) if is_recipients_head(row)), None)


def _signature_row(rows: Sequence[Line]) -> float | None:
    return next((row.y for row in rows if row.y > _UNDER_HEADER and _is_signature(row)), None)


def _is_signature(row: Line) -> bool:
    return any(_CAPACITY.match(part.folded) or _OFFICE.match(part.folded) for part in _capitals_at_right(row))


def _capitals_at_right(row: Line) -> Iterator[Line]:
    return (part for part in segments(row) if part.middle > _RIGHT and is_capitals(part.text))
