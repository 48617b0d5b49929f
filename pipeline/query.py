"""What somebody asks of the index, and what they get back; the words of a query read once for both engines.

Leaves the translation into an engine's own query to `indexer`, and who may see what to `pipeline.access`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.numbers import NumberQuery, number_in_query
from pipeline.text import Token, clean, tokens

ALL_MUST_MATCH = 4
"""Up to so many syllables all must match; of a longer question, half."""

MAX_QUERY = 1_000
"""Longest query text read, in characters; the rest is ignored."""

MAX_QUERY_WORDS = 64
"""Most words of a query that are searched for; the rest is ignored."""


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    NEWEST = "newest"


FACETS = ("type", "issuer", "year", "unit", "validity", "topic")
"""The facets counted with every search, each under the reader's filter."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Several values of one filter are alternatives; different filters must all hold.

    `date_from` and `date_to` are ISO dates, both included; a document dated only to its month or year is in a
    range if all of its month or year may be. `page` counts from 1.
    """

    text: str = ""
    types: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    validities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    number: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    size: int = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One document found. `snippet` is text of `page` with the found words marked by `<mark>`, HTML-escaped."""

    id: str
    number: str | None
    type: str | None
    date: str | None
    issuer: str | None
    title: str
    snippet: str
    page: int | None
    validity: str | None = None


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the found documents have this value."""

    key: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of hits, with the exact total and the facet counts of the whole result (most first, then by key)."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """The words of a query. `phrases` must occur as they stand; `words` are all words, those of phrases too."""

    words: tuple[Token, ...]
    phrases: tuple[tuple[Token, ...], ...]
    number: NumberQuery | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for: browsing."""
        return not self.words

    @property
    def minimum_match(self) -> int:
        """How many of the distinct words must occur in a document."""
        distinct = len({word.folded for word in self.words})
        return distinct if distinct <= ALL_MUST_MATCH else (distinct + 1) // 2


_QUOTED = re.compile(r"[\"“”„]([^\"“”„]+)[\"“”„]")


def parse_query(text: str) -> ParsedQuery:
    """Read what somebody typed. Nothing is an error: what is no operator of ours is searched for literally."""
    cleaned = clean(text[:MAX_QUERY])
    phrases = tuple(tuple(tokens(quoted)) for quoted in _QUOTED.findall(cleaned))
    words = tuple(tokens(cleaned))[:MAX_QUERY_WORDS]
    return ParsedQuery(
        words=words,
        phrases=tuple(phrase[:MAX_QUERY_WORDS] for phrase in phrases if phrase),
        number=number_in_query(cleaned),
    )
