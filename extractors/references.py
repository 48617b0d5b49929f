"""References to other documents (viện dẫn): which papers a document cites, and what it says of them.

    rows of all pages ─► passages (a base, an article, an item) ─► citations ─► relation by the words before

A relation is the document's own only where the document is its subject: in its subject line, at the head of a passage,
or behind `... này`. Anything else that is cited is `mentions`. Phrases are matched with their accents, in which
`đình chỉ` is not `định chi (tiết)`. Papers cited by name alone (`Điều lệ Đảng`) have no number and are left out.
Rules: `docs/domain.md`, "Relations".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extractors.citations import Citation, citations_in
from extractors.phrases import mended
from extractors.zones import Line, header_of, rows_of
from pipeline.model import FieldName, FieldValue, PageResult, Reference
from pipeline.text import clean, fold

MENTIONS = "mentions"

_ITEM = re.compile(
    r"\s*(?:[-+–•*~]\s|[a-zđ]\)\s|\(?\d{1,2}[.)]\s|[IVX]{1,4}\.\s|Điều\s+\d+\b"
    r"|(?:Căn cứ|Theo đề nghị|Xét đề nghị|Trên cơ sở|Thực hiện|Tiếp tục|Triển khai|Thi hành|Quán triệt)\b)"
)
_HEAD = r"^[\W_]*(?:(?:điều\s+\d+|[\divx]+|[a-zđ])\s*[.):]\s*)?"
_THIS = r"\b(?:\w+\s){1,3}này\s(?:\S+\s){0,8}?"
_OWN: tuple[tuple[str, str], ...] = (
    ("amends", r"sửa đổi(?:, bổ sung)?|bổ sung một số điều"),
    ("repeals", r"bãi bỏ|hủy bỏ|huỷ bỏ"),
    ("replaces", r"thay thế(?! (?:cụm )?từ| mẫu| phụ lục| (?:một số )?(?:điều|khoản|điểm))"),
    ("suspends", r"đình chỉ"),
    ("corrects", r"đính chính"),
)
"""Relations of which the document must be the subject, and their phrases."""
_OPENING: tuple[tuple[str, str], ...] = (
    ("based_on", r"căn cứ|trên cơ sở"),
    ("proposed_in", r"(?:theo|xét) đề nghị"),
    ("replies_to", r"(?:trả lời|phúc đáp)"),
    ("follows", r"tiếp theo"),
    ("summarises", r"(?:tổng|sơ) kết"),
    ("guides", r"hướng dẫn|quy định chi tiết"),
    (
        "implements",
        r"(?:để |nhằm |tiếp tục )*(?<!kết quả )(?<!tình hình )(?:triển khai|thực hiện|thi hành|quán triệt|thể chế hóa)",
    ),
)
"""Relations that a passage opens with."""
RELATIONS = frozenset({*dict(_OWN), *dict(_OPENING), "issued_with", MENTIONS})
"""Every relation that a reference may have."""

_WITH = re.compile(r"kèm theo\W+(?:\w+\W+){0,3}?$", re.IGNORECASE)
_EXPIRES = re.compile(r"^[^;.]{0,80}\bhết hiệu lực\b(?! một phần)", re.IGNORECASE)
_PASSIVE = re.compile(r"\bđược (?:sửa đổi|bổ sung|thay thế|bãi bỏ)", re.IGNORECASE)
_LONGEST_EVIDENCE = 240
_NEAR = 90
"""The words of a relation reach so many letters to a citation, and from one citation to the next."""
_WIDE_STEP = 1.35
"""A gap between rows so many times as wide as usual parts two passages."""

_WHOLE_PASSAGE = {"based_on", "proposed_in"}
_STARTS = {name: re.compile(_HEAD + f"(?P<cue>{cue})", re.IGNORECASE) for name, cue in (*_OPENING, *_OWN)}
_BEHIND_THIS = {name: re.compile(f"{_THIS}(?P<cue>{cue})", re.IGNORECASE) for name, cue in _OWN}
_INSIDE = {name: re.compile(rf"\b(?P<cue>{cue})", re.IGNORECASE) for name, cue in (*_OPENING, *_OWN)}


@dataclass(frozen=True, slots=True)
class _Passage:
    """A part of the text that speaks of one thing. `text` is as read, `mended` the same with its accents put right."""

    text: str
    mended: str
    page: int
    is_subject: bool = False

    @property
    def is_last(self) -> bool:
        """Whether a list ends with it: its entries end with `;`, the last one with `.`."""
        return not self.text.rstrip().endswith((";", ",", ":"))


def references_of(pages: Sequence[PageResult], fields: Mapping[FieldName, FieldValue]) -> tuple[Reference, ...]:
    """The documents cited, each with what is said of it, once; what is only mentioned as `mentions`."""
    found: dict[tuple[str, str], Reference] = {}
    for reference in _all_references(pages, fields):
        if not _is_own(reference, fields):
            found.setdefault((reference.relation, reference.number), reference)
    said = {number for relation, number in found if relation != MENTIONS}
    return tuple(r for r in found.values() if r.relation != MENTIONS or r.number not in said)


def _all_references(pages: Sequence[PageResult], fields: Mapping[FieldName, FieldValue]) -> Iterator[Reference]:
    carried: str | None = None
    for passage in _passages(pages, fields):
        reach = 0
        for citation in citations_in(passage.mended):
            said = _Said(passage, citation, reach, carried)
            relation, start = said.relation()
            evidence = passage.text[max(start, citation.end - _LONGEST_EVIDENCE) : citation.end]
            yield Reference(
                _as_guidance(relation, passage, fields),
                citation.number,
                citation.type,
                evidence.strip(" -+*~"),
                passage.page,
            )
            reach = citation.end
        carried = _announced(passage) or (None if passage.is_last else carried)


def _is_own(reference: Reference, fields: Mapping[FieldName, FieldValue]) -> bool:
    """Whether a reference is to the document itself: by its number, or on its annex (`Kèm theo Nghị quyết ...`)."""
    number, kind = fields.get(FieldName.NUMBER), fields.get(FieldName.TYPE)
    is_same = number is not None and fold(number.value) == fold(reference.number)
    is_annex = reference.relation == "issued_with" and reference.page > 1
    return is_same or (is_annex and kind is not None and kind.value == reference.type)


def _passages(pages: Sequence[PageResult], fields: Mapping[FieldName, FieldValue]) -> Iterator[_Passage]:
    """The subject, then the passages of all pages, in order."""
    subject = fields.get(FieldName.SUBJECT)
    if subject is not None:
        yield _passage(subject.raw or subject.value, subject.page or 1, is_subject=True)
    for ordinal, page in enumerate(pages, start=1):
        rows = _below_subject(header_of(page).below, subject) if ordinal == 1 else rows_of(page)
        yield from _passages_of(rows, ordinal)


def _below_subject(rows: Sequence[Line], subject: FieldValue | None) -> list[Line]:
    """The rows under the header without those of the subject, which is a passage of its own."""
    box = subject.box if subject else None
    return [row for row in rows if box is None or not (row.box[1] >= box[1] and row.box[3] <= box[3])]


def _passages_of(rows: Sequence[Line], page: int) -> Iterator[_Passage]:
    """Rows joined; a new passage begins at an item's mark, an article, `Căn cứ`, below a wide gap or an ended row."""
    step = median(below.y - above.y for above, below in pairwise(rows)) if len(rows) > 1 else 0.0
    joined: list[Line] = []
    for row in rows:
        if joined and (_ITEM.match(mended(row.text)) or _ends(joined[-1], row, step)):
            yield _passage(" ".join(line.text for line in joined), page)
            joined = []
        joined.append(row)
    if joined:
        yield _passage(" ".join(line.text for line in joined), page)


def _ends(row: Line, below: Line, step: float) -> bool:
    """Whether a passage ends with a row: by its last mark, or by the gap below it."""
    return below.y - row.y > _WIDE_STEP * step or (row.text.endswith((".", ";", ":")) and below.text[:1].isupper())


def _passage(text: str, page: int, *, is_subject: bool = False) -> _Passage:
    read = clean(text)
    return _Passage(read, mended(read), page, is_subject)


@dataclass(frozen=True, slots=True)
class _Said:
    """A citation in its passage.

    `reach` is where the citation before it ends, `carried` what the list that the passage belongs to announced.
    """

    passage: _Passage
    citation: Citation
    reach: int
    carried: str | None

    def relation(self) -> tuple[str, int]:
        """What the passage says of the document it cites, and where the words that say it begin."""
        before = self.passage.mended[: self.citation.start]
        if with_it := _WITH.search(before):
            return "issued_with", with_it.start()
        if _EXPIRES.match(self.passage.mended[self.citation.end :]):
            return "expires", self.citation.start
        for name, cue in _said_before(self.passage, before):
            if name in _WHOLE_PASSAGE or self.citation.start - max(cue.end("cue"), self.reach) <= _NEAR:
                return name, cue.start("cue")
        return (self.carried, 0) if self.carried else (MENTIONS, self.citation.start)


def _said_before(passage: _Passage, before: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Relations whose words stand before a citation, most telling first, with the words."""
    for name, _ in () if _PASSIVE.search(before) else _OWN:
        for pattern in (_STARTS[name], _BEHIND_THIS[name], *([_INSIDE[name]] if passage.is_subject else [])):
            if cue := pattern.search(before):
                yield name, cue
    for name, _ in _OPENING:
        if cue := (_INSIDE if passage.is_subject else _STARTS)[name].search(before):
            yield name, cue


def _as_guidance(name: str, passage: _Passage, fields: Mapping[FieldName, FieldValue]) -> str:
    """`Hướng dẫn thực hiện ...` is guidance: its type line says the first half, its subject the second."""
    kind = fields.get(FieldName.TYPE)
    return "guides" if name == "implements" and passage.is_subject and kind and kind.value == "huong_dan" else name


def _announced(passage: _Passage) -> str | None:
    """The relation of a list that a passage announces: `Bãi bỏ các văn bản sau:`."""
    if not passage.mended.rstrip().endswith(":"):
        return None
    return next((name for name, _ in _said_before(passage, passage.mended) if name in dict(_OWN)), None)
