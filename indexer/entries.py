"""The fields of the two indices and what a document puts into them: the schema facts that all engines share.

There are two indices: documents (hits, counts, facets) and pages (which page answers best). Engines are given
values only: keywords as they stand, numbers, and words that `pipeline.text` has made, joined by spaces for a
whitespace tokenizer. Leaves the facts behind a document to `indexer.fields`, queries to `indexer.plan`.
"""

import hashlib
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from pipeline.ports import IndexedDocument
from pipeline.text import Analysis, analyse


class Field(StrEnum):
    """The names of the fields, the same in every engine."""

    ID = "id"
    VERSION = "version"
    ACCESS = "access"
    NUMBER_KEYS = "number_keys"
    CITED_KEYS = "cited_keys"
    TYPE = "type"
    ISSUER = "issuer"
    UNIT = "unit"
    YEAR = "year"
    VALIDITY = "validity"
    TOPIC = "topic"
    FIRST_DAY = "first_day"
    LAST_DAY = "last_day"
    ORDER = "order"
    TITLE = "title"
    BODY = "body"
    EXACT = "exact"
    BIGRAMS = "bigrams"
    PAGE = "page"
    DOCUMENT_KEY = "document_key"


class Kind(StrEnum):
    """What an engine does with a field."""

    IDENTITY = "identity"  # a keyword that is given back
    KEYWORD = "keyword"  # matched as it stands
    FACET = "facet"  # a keyword that is also counted
    NUMBER = "number"  # compared and sorted, below 2 ** 63
    WORDS = "words"  # words in their places, for phrases
    PAIRS = "pairs"  # words without their places


DOCUMENT_FIELDS: Mapping[Field, Kind] = MappingProxyType(
    {
        Field.ID: Kind.IDENTITY,
        Field.VERSION: Kind.NUMBER,
        Field.ACCESS: Kind.KEYWORD,
        Field.NUMBER_KEYS: Kind.KEYWORD,
        Field.CITED_KEYS: Kind.KEYWORD,
        Field.TYPE: Kind.FACET,
        Field.ISSUER: Kind.FACET,
        Field.UNIT: Kind.FACET,
        Field.YEAR: Kind.FACET,
        Field.VALIDITY: Kind.FACET,
        Field.TOPIC: Kind.FACET,
        Field.FIRST_DAY: Kind.NUMBER,
        Field.LAST_DAY: Kind.NUMBER,
        Field.ORDER: Kind.NUMBER,
        Field.TITLE: Kind.WORDS,
        Field.BODY: Kind.WORDS,
        Field.EXACT: Kind.WORDS,
        Field.BIGRAMS: Kind.PAIRS,
    }
)

PAGE_FIELDS: Mapping[Field, Kind] = MappingProxyType(
    {
        Field.ID: Kind.IDENTITY,
        Field.DOCUMENT_KEY: Kind.NUMBER,
        Field.PAGE: Kind.NUMBER,
        Field.ACCESS: Kind.KEYWORD,
        Field.BODY: Kind.WORDS,
        Field.EXACT: Kind.WORDS,
        Field.BIGRAMS: Kind.PAIRS,
    }
)

Value = str | int

NOTHING = "_"
"""Stands in a document's field that is scored and would be empty; no query can ask for it. Tantivy asks how rare a word
is among all documents, Lucene among those that have the field, so each must have it for engines to rank alike."""

SCORED = (Field.NUMBER_KEYS, Field.CITED_KEYS, Field.TITLE, Field.BODY, Field.EXACT, Field.BIGRAMS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an index: the values of each field. A field with several values has words of none across two."""

    values: Mapping[Field, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Entries:
    """What a document puts into the two indices."""

    document: Entry
    pages: tuple[Entry, ...]


def entries_of(document: IndexedDocument) -> Entries:
    """Analyse a document for the indices. `ID` of a page is its document's."""
    access = tuple(sorted(document.tokens))
    texts = [(page.page, analyse(page.text)) for page in document.pages]
    return Entries(
        document=_document_entry(document, access, [text for _, text in texts]),
        pages=tuple(_page_entry(document.id, access, page, text) for page, text in texts if text.folded),
    )


def removal_of(document_id: str, version: int) -> Entry:
    """What is left of a removed document, so that an older write cannot bring it back: nobody finds it."""
    return Entry({Field.ID: (document_id,), Field.VERSION: (version,)})


def _document_entry(document: IndexedDocument, access: tuple[str, ...], pages: list[Analysis]) -> Entry:
    title = analyse(document.title)
    texts = [title, *pages]
    day = first_day(document.date)
    values: dict[Field, tuple[Value | None, ...]] = {
        Field.ID: (document.id,),
        Field.VERSION: (document.version,),
        Field.ACCESS: access,
        Field.NUMBER_KEYS: document.number_keys,
        Field.CITED_KEYS: document.cited_keys,
        Field.TYPE: (document.type,),
        Field.ISSUER: (document.issuer,),
        Field.UNIT: (document.unit,),
        Field.YEAR: (year_of(document.date),),
        Field.VALIDITY: (document.validity,),
        Field.TOPIC: (document.topic,),
        Field.FIRST_DAY: (day,),
        Field.LAST_DAY: (last_day(document.date),),
        Field.ORDER: (order_key(document.date, document.id),),
        Field.TITLE: (title.folded,),
        Field.BODY: tuple(text.folded for text in pages),
        Field.EXACT: tuple(text.exact for text in texts),
        Field.BIGRAMS: tuple(text.bigrams for text in texts),
    }
    return _entry(values | {field: (NOTHING,) for field in SCORED if not any(values[field])})


def _page_entry(document_id: str, access: tuple[str, ...], page: int, text: Analysis) -> Entry:
    values: dict[Field, tuple[Value | None, ...]] = {
        Field.ID: (document_id,),
        Field.DOCUMENT_KEY: (document_key(document_id),),
        Field.PAGE: (page,),
        Field.ACCESS: access,
        Field.BODY: (text.folded,),
        Field.EXACT: (text.exact,),
        Field.BIGRAMS: (text.bigrams,),
    }
    return _entry(values)


def _entry(values: Mapping[Field, tuple[Value | None, ...]]) -> Entry:
    """The entry without values that say nothing."""
    return Entry({field: tuple(value for value in found if value not in (None, "")) for field, found in values.items()})


_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def first_day(text: str | None) -> int | None:
    """The first day that an ISO date with precision (`2024-12-22`, `2024-12`, `2024`) may be, as its ordinal.

    None for what is no date: such a document is undated.
    """
    span = _span(text)
    return span and span[0].toordinal()


def last_day(text: str | None) -> int | None:
    """The last day that an ISO date with precision may be, as its ordinal. None for what is no date."""
    span = _span(text)
    return span and span[1].toordinal()


def year_of(text: str | None) -> str | None:
    """The year of an ISO date with precision. None for what is no date."""
    span = _span(text)
    return span and f"{span[0].year:04}"


def _span(text: str | None) -> tuple[date, date] | None:
    match = _DATE.fullmatch(text or "")
    if match is None:
        return None
    year = int(match[1])
    first_month, last_month = (int(match[2]),) * 2 if match[2] else (1, 12)
    try:
        first = date(year, first_month, int(match[3] or 1))
        last = date(year, last_month, int(match[3] or monthrange(year, last_month)[1]))
    except ValueError:
        return None
    return first, last


_ID_BITS = 41


def order_key(text: str | None, document_id: str) -> int:
    """The key by which documents are sorted, newest highest, undated lowest, below 2 ** 63.

    A date without its day counts as its first day. Documents of one day stand in the order of a hash of their ids:
    meaningless, but the same in every engine and after every rebuild.
    """
    return (first_day(text) or 0) << _ID_BITS | document_key(document_id) & (1 << _ID_BITS) - 1


def document_key(document_id: str) -> int:
    """A number below 2 ** 63 for a document's id."""
    return int.from_bytes(hashlib.blake2b(document_id.encode(), digest_size=8).digest()) >> 1


_SAMPLE = "SỐ 57-NQ/TW, Hoà bình; kĩ thuật; nghịêp; Ðảng 12.345 — ĐƯỜNG\u00adlối: «ủy_ban»"


def fingerprint() -> str:
    """Changes with the fields and with the way text is analysed: another one's index must be built anew."""
    analysed = analyse(_SAMPLE)
    facts = (
        [(field.value, kind.value) for fields in (DOCUMENT_FIELDS, PAGE_FIELDS) for field, kind in fields.items()],
        [analysed.exact, analysed.folded, analysed.bigrams],
        [order_key("2024-12-22", "1"), NOTHING],
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()
