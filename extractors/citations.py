"""Where a text cites other documents by their numbers: `Nghị quyết số 57-NQ/TU`, `Quyết định 749/QĐ-TTg`.

Finds the numbers with their types in running text; what the citing document has to do with them is read by
`extractors.references`. Form numbers and standards (`Mẫu số 19/TB-...`, `QCVN 07:2009/...`) look alike and are none.
Rules: `docs/domain.md`, "Numbers", "Relations".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from extractors.likeness import distance
from pipeline.numbers import DocumentNumber, parse_number
from pipeline.text import fold
from pipeline.types import SYMBOLS, TITLES, TYPES, types_of_symbol

_PART = r"(?:[A-ZĐ][^\W_]*|(?:19|20)\d\d)"
_NUMBER = re.compile(rf"(?<![\w/.,:-])\d{{1,5}}(?:\s?[-/]{{1,2}}\s?{_PART})+(?:\.{_PART})*(?![\w/])")
_DOUBLED = re.compile(r"([-/])\1")
_TITLE = re.compile("|".join(rf"\b{title}\b" for title in sorted(TITLES, key=len, reverse=True)))
_LABEL = re.compile(r"\bso\s*:?\s*$")
_CLAUSE = re.compile(r"[;:()]|\.\s")
_NO_PAPER = re.compile(
    r"\b(?:mau|bieu|phu luc|hop dong|tai khoan|dien thoai|q?tcvn|qcvn|iso|bien so)\s*(?:so\s*:?\s*)?$"
)
_COMMITTEE = re.compile(r"[DĐ]{1,2}U(?=K?$)")
_LOOK_BACK = 90
"""The type stands at most so many letters before the number: `Quy chế làm việc của Ban Chấp hành Đảng bộ số ...`."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A cited number: its kept form, the slug of its type, and the span of type and number in the text."""

    number: str
    type: str | None
    start: int
    end: int


def citations_in(text: str) -> Iterator[Citation]:
    """The documents cited in a text in the form that `pipeline.text.clean` gives, in order."""
    folded = fold(text)
    previous: Citation | None = None
    for match in _NUMBER.finditer(text):
        number = parse_number(_DOUBLED.sub(r"\1", match.group()))
        before = folded[max(previous.end if previous else 0, match.start() - _LOOK_BACK) : match.start()]
        if number is None or _NO_PAPER.search(before):
            continue
        citation = _cited(number, before, match, previous)
        if citation is not None:
            yield citation
            previous = citation


def _cited(number: DocumentNumber, before: str, match: re.Match[str], previous: Citation | None) -> Citation | None:
    """The citation, where a type is named before the number or its symbol is that of one."""
    clause = _CLAUSE.split(before)[-1]
    titles = list(_TITLE.finditer(clause))
    is_labelled = _LABEL.search(before) is not None
    has_symbol = number.type_symbol is not None and fold(number.type_symbol) in SYMBOLS
    if not has_symbol and not (titles and is_labelled) and number.year is None:
        return None
    slugs = types_of_symbol(number.type_symbol, is_party=number.is_party) if number.type_symbol else ()
    title = _nearest(titles, slugs)
    slug = TITLES[title.group()] if title else _type_alone(slugs, previous)
    start = match.start() - len(clause) + title.start() if title else match.start()
    return Citation(str(_as_written(number, slug)), slug, start, match.end())


def _nearest(titles: list[re.Match[str]], slugs: tuple[str, ...]) -> re.Match[str] | None:
    """The title that the symbol may stand for, else the one nearest to the number."""
    fitting = [title for title in titles if TITLES[title.group()] in slugs] or titles
    return fitting[-1] if fitting else None


def _type_alone(slugs: tuple[str, ...], previous: Citation | None) -> str | None:
    """The type of a number without one before it: of several the one cited last (`số 12-QĐ/ĐU, số 15-QĐ/ĐU`)."""
    if previous is not None and previous.type in slugs:
        return previous.type
    return slugs[0] if len(slugs) == 1 else None


def _as_written(number: DocumentNumber, slug: str | None) -> DocumentNumber:
    """The number with the symbol of its type and with `ĐU`, the code of every Party committee, as they are written.

    Recognisers lose the bar of Đ or read it twice (`QĐĐ`, `ĐĐU`).
    """
    org = _COMMITTEE.sub("ĐU", number.org) if number.is_party else number.org
    forms = (TYPES[slug].party if number.is_party else TYPES[slug].state) if slug else ()
    symbol, first, rest = number.type_symbol, *org.partition("-")[::2]
    if symbol is None and rest and (meant := _meant(first, forms)):
        return replace(number, type_symbol=meant, org=rest)
    return replace(number, type_symbol=_meant(symbol, forms) or symbol if symbol else None, org=org)


def _meant(read: str, forms: tuple[str, ...]) -> str | None:
    """The symbol of a type that was read, with one letter lost, doubled or misread at most."""
    if read in forms:
        return read
    near = [form for form in forms if distance(fold(read), fold(form), 1) is not None]
    return min(near, key=lambda form: fold(form) != fold(read), default=None)
