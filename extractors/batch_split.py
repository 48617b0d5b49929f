"""Where the documents of a file begin: a stack scanned in one go is many papers, one behind the other.

    each page ─► its top (title line, number line, date, type, annex, page number) ─► begins? how sure, and why
               ─► its end (recipients, signature) ─► the paper before it is complete

The top of a first page speaks for a cut, the end of the paper before it too; a page number above 1 and the words of an
annex or of an enclosed paper speak against. A cut is made where more speaks for it; where something is left to say for
the other side, the document is doubtful in its `cut`, with the reason. Blank pages and separator sheets stay with the
paper before them. What the papers are is left to `extractors.describe`. Layout: `docs/domain.md`, "Layout".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extractors.closing import closing_of
from extractors.issuer import is_number_line
from extractors.margins import page_number
from extractors.turning import upright
from extractors.zones import Line, header_of, rows_of, segments
from pipeline.model import FieldValue, PageResult, PageStatus, Source
from pipeline.ports import DocumentPart

_TOP = 0.34
"""Number line and date stand above this share of the page's height."""
_LEFT, _RIGHT = 0.48, 0.5
_WIDE = 0.55
_OPENING_ROWS = 8

_DATE = re.compile(r".*\bn[a-z]?ay\b.{0,12}\bth[a-z]?ng\b.{0,8}\bn[a-z]m\s*\S{4}\W*")
_ANNEX = re.compile(r"\W*(?:phu luc|mau (?:so|bieu)|bieu (?:so|mau))\b|\W*\(?\s*(?:ban hanh )?kem theo\b")
_SEPARATOR = re.compile(r"\W*(?:to |trang )?(?:phan cach|ngan cach)\b|\W*(?:patch|separator)\b")
_SEPARATOR_WORDS = 20

_SURE, _FAIR, _DOUBTFUL = 0.97, 0.88, 0.7
"""The last is below `pipeline.model.CERTAIN`: a person is asked."""
_AGREEING = 3
"""So many signs, the end of the paper before among them, are enough where one or two may be misread."""


@dataclass(frozen=True, slots=True)
class _Page:
    """What speaks for or against a page being the first of a paper."""

    has_heading: bool
    has_number: bool
    has_date: bool
    has_type: bool
    is_annex: bool
    number: int | None
    is_separator: bool


@dataclass(frozen=True, slots=True)
class _Verdict:
    """Whether a paper begins with a page, how sure that is, and why, in Vietnamese."""

    is_cut: bool
    confidence: float
    reason: str


def split(pages: Sequence[PageResult]) -> tuple[DocumentPart, ...]:
    """The documents of a file in order; together they have all its pages. Of one that was not cut, nothing is said."""
    level = [upright(page) for page in pages]
    parts: list[list[PageResult]] = []
    cuts: list[list[_Verdict]] = []
    start = 0
    for index in range(len(pages)):
        verdict = _verdict(level, start, index) if index else None
        if not index or (verdict and verdict.is_cut):
            start = index
            parts.append([])
            cuts.append([])
        parts[-1].append(pages[index])
        if verdict is not None:
            cuts[-1].append(verdict)
    is_whole = len(parts) == 1 and not cuts[0]
    return tuple(
        DocumentPart(tuple(part), None if is_whole else _cut(part[0], told))
        for part, told in zip(parts, cuts, strict=True)
    )


def _cut(first: PageResult, told: Sequence[_Verdict]) -> FieldValue:
    """Where a document begins in its file, and all that is to be said of it."""
    confidence = min((verdict.confidence for verdict in told), default=_SURE)
    reason = "; ".join(verdict.reason for verdict in told) or "Trang đầu của tệp"
    return FieldValue(str(first.file_page), confidence, Source.RULE, page=1, reason=reason)


def _verdict(pages: Sequence[PageResult], start: int, index: int) -> _Verdict | None:
    """What is to be said of a page, where the present paper began at `start`; None where it plainly goes on."""
    page = pages[index]
    if page.status is PageStatus.BLANK:
        return None
    is_closed = closing_of(pages[start:index]) is not None
    if page.status is PageStatus.FAILED:
        return _left(page, "không đọc được, có thể là trang đầu của văn bản khác") if is_closed else None
    seen = _seen(page)
    if seen.is_separator:
        return None
    before = next((p for p in reversed(pages[start:index]) if p.status is not PageStatus.BLANK), None)
    if before is not None and _is_separator(rows_of(before)):
        return _Verdict(is_cut=True, confidence=_SURE, reason="Có tờ phân cách ở trước")
    return _judged(page, seen, is_closed=is_closed)


def _judged(page: PageResult, seen: _Page, *, is_closed: bool) -> _Verdict | None:
    marks = list(_marks(seen))
    if not marks:
        return None
    told = ", ".join(marks) + ("; văn bản trước đã kết thúc" if is_closed else "")
    is_header = seen.has_heading or (seen.has_number and seen.has_date)
    if seen.is_annex or (seen.number or 1) > 1:
        against = "phụ lục hoặc tài liệu kèm theo" if seen.is_annex else f"số trang {seen.number}"
        return _left(page, f"có {told} nhưng là {against}") if is_header else None
    confidence = _weighed(seen, len(marks) + is_closed, is_closed=is_closed)
    if confidence is not None:
        return _Verdict(is_cut=True, confidence=confidence, reason=told[:1].upper() + told[1:])
    return _left(page, f"có {told}") if is_header or (is_closed and seen.has_type) else None


def _weighed(seen: _Page, signs: int, *, is_closed: bool) -> float | None:
    """How sure it is that a paper begins with a page that shows so many signs of it; None where that is too little."""
    is_full = seen.has_heading and seen.has_number and seen.has_date
    if is_full or (seen.has_heading and signs >= _AGREEING):
        return _SURE if is_full and is_closed else _FAIR if is_full or is_closed else _DOUBTFUL
    if seen.has_number and seen.has_date and signs >= _AGREEING:
        return _FAIR if is_closed else _DOUBTFUL
    return _DOUBTFUL if is_closed and (seen.has_heading or signs >= _AGREEING) else None


def _left(page: PageResult, why: str) -> _Verdict:
    """No cut, but a person should look."""
    return _Verdict(is_cut=False, confidence=_DOUBTFUL, reason=f"Không cắt ở trang {page.file_page} của tệp: {why}")


def _marks(seen: _Page) -> Iterator[str]:
    if seen.has_heading:
        yield "tiêu đề Đảng hoặc Quốc hiệu"
    if seen.has_number:
        yield "dòng số, ký hiệu"
    if seen.has_date:
        yield "địa danh, ngày tháng"
    if seen.has_type:
        yield "tên loại văn bản"


def _seen(page: PageResult) -> _Page:
    header = header_of(page)
    rows = rows_of(page)
    printed = page_number(rows)
    parts = [part for row in rows if row.y < _TOP for part in segments(row)]
    return _Page(
        has_heading=header.heading is not None,
        has_number=any(part.middle < _LEFT and part.box[2] < _WIDE and is_number_line(part) for part in parts),
        has_date=any(part.middle > _RIGHT and _width(part) < _WIDE and _DATE.fullmatch(part.folded) for part in parts),
        has_type=header.title is not None,
        is_annex=any(_ANNEX.match(part.folded) for row in rows[:_OPENING_ROWS] for part in segments(row)),
        number=printed.number if printed else None,
        is_separator=_is_separator(rows),
    )


def _width(line: Line) -> float:
    return line.box[2] - line.box[0]


def _is_separator(rows: Sequence[Line]) -> bool:
    return sum(len(row.words) for row in rows) <= _SEPARATOR_WORDS and any(_SEPARATOR.match(r.folded) for r in rows)
