"""What kind of paper it is: the system it belongs to (Party, state) and its type.

The type line decides; the symbol in the number is asked only where there is none, for `QĐ` is quyết định and quy định.
A letter (công văn) prints no type line. Rules: `docs/domain.md`, "Types", "Layout".
"""

import re

from extractors.confidence import confidence_of, sureness
from extractors.titles import TitleMatch
from extractors.zones import PARTY_TITLE, Header, Line
from pipeline.model import FieldValue, Source
from pipeline.numbers import DocumentNumber, parse_number
from pipeline.types import UNKNOWN_TYPE, types_of_symbol

PARTY, STATE, OTHER = "party", "state", "other"

_PARTY_ISSUER = re.compile(r"\b(?:dang bo|dang uy|chi bo|tinh uy|thanh uy|huyen uy|dang doan|ban chap hanh)\b")
_LETTER_SUBJECT = re.compile(r"\W*v\s*[/i]\s*v\b|\W*ve viec\b", re.IGNORECASE)

_CLEAR = 0.8
_SHOWN, _LIKELY, _GUESSED = 0.95, 0.82, 0.4
"""How sure a rule is that has no words of its own: something on the page shows it, speaks for it, allows it."""
_NAME_LINES = 6

NO_HEADING = "Không thấy dòng quốc hiệu hoặc tiêu đề Đảng"
UNSURE_TITLE = "Tên loại văn bản đọc không rõ"
NO_TITLE = "Không thấy tên loại văn bản"
UNLIKE_SYMBOL = "Tên loại văn bản không khớp ký hiệu trong số"


def system_of(header: Header, page: int) -> FieldValue:
    """The system: by the title line at the top right, else by the issuing body, else by the form of the number."""
    if header.heading is not None:
        value = PARTY if header.heading == PARTY_TITLE else STATE
        return FieldValue(value, _SHOWN, Source.RULE, page)
    if any(_PARTY_ISSUER.search(line.folded) for line in header.left[:_NAME_LINES]):
        return FieldValue(PARTY, _LIKELY, Source.RULE, page)
    numbers = [number for line in header.left if (number := _any_number(line.text)) is not None]
    if numbers:
        return FieldValue(PARTY if numbers[0].is_party else STATE, _GUESSED, Source.RULE, page, reason=NO_HEADING)
    return FieldValue(OTHER, _GUESSED, Source.RULE, page, reason=NO_HEADING)


def _any_number(text: str) -> DocumentNumber | None:
    return parse_number(re.sub(r"^\W*S\S{1,2}\s*:?\s*", "", text))


def titled_type(header: Header) -> str | None:
    """The type that the type line names, before the number is known."""
    return header.titled.slug if header.titled else None


def type_of(header: Header, number: str | None, page: int) -> FieldValue:
    """The type's slug; `khac` where nothing says it."""
    parsed = parse_number(number) if number else None
    if header.title is not None and header.titled is not None:
        return _by_title(header.title, header.titled, header.source, parsed, page)
    return _by_symbol(header, parsed, page)


def _by_title(title: Line, titled: TitleMatch, source: Source, number: DocumentNumber | None, page: int) -> FieldValue:
    sure = confidence_of(title.words)
    fits = _fits(titled.slug, number)
    doubt = None
    if titled.edits and not fits:
        doubt = UNSURE_TITLE
    elif fits is False and sure < _CLEAR:  # a clear type line outranks the symbol
        doubt = UNLIKE_SYMBOL
    return FieldValue(titled.slug, sureness(title.words, doubt), source, page, title.box, title.text, doubt)


def _fits(slug: str, number: DocumentNumber | None) -> bool | None:
    """Whether the symbol may stand for the type; None where there is no symbol."""
    if number is None or number.type_symbol is None:
        return None
    return slug in types_of_symbol(number.type_symbol, is_party=number.is_party)


def _by_symbol(header: Header, number: DocumentNumber | None, page: int) -> FieldValue:
    """Without a type line: a letter where the paper looks like one, else what the symbol may stand for."""
    symbol = number.type_symbol if number else None
    slugs = types_of_symbol(symbol, is_party=number.is_party) if number and symbol else ()
    if "cong_van" in slugs:
        return FieldValue("cong_van", _SHOWN, Source.RULE, page)
    if not slugs and (header.is_addressed or any(_LETTER_SUBJECT.match(line.folded) for line in header.left)):
        doubt = None if number is not None else NO_TITLE
        return FieldValue("cong_van", _GUESSED if doubt else _SHOWN, Source.RULE, page, reason=doubt)
    return FieldValue(slugs[0] if slugs else UNKNOWN_TYPE, _GUESSED, Source.RULE, page, reason=NO_TITLE)
