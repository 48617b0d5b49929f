"""What a search asks of an engine, as frozen values: clauses, boosts, filters and order, decided once for all engines.

An adapter translates a plan clause by clause and adds nothing of its own, so that engines count, filter, facet and
rank alike. Scoring clauses are BM25 throughout, for the ratio of scores between engines is then one number; only
the choice of a page (`page_plan`) scores by plain sums of weights, which no other document can sway.
Leaves the words of a query to `pipeline.query` and the fields' values to `indexer.entries`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexer.entries import Field, first_day, last_day
from pipeline.access import Reader
from pipeline.errors import UsageError
from pipeline.numbers import number_in_query, number_keys, parse_number
from pipeline.query import ParsedQuery, SearchRequest, Sort, parse_query
from pipeline.synonyms import Form, expansions, is_found_exactly
from pipeline.text import Token

WINDOW = 10_000
"""How deep a search can be paged, in documents: OpenSearch's own limit, kept on every engine."""

NUMBER_BOOST = 1_000.0
"""So much that a document with the number asked for comes before any that only speaks of it."""

CITED_BOOST = 2.0
TITLE_BOOST = 3.0
EXACT_BOOST = 0.3
BIGRAM_BOOST = 1.0
"""The four above: measured on two public sets of Vietnamese legal questions, see `docs/search.md`."""

PAGE_PHRASE_WEIGHT = 16.0
PAGE_EXACT_WEIGHT = 0.25
"""Of a page's words and pairs each counts 1. Halves and quarters add up without rounding, so that ties are ties."""


@dataclass(frozen=True, slots=True)
class Term:
    """The field has this value or word."""

    field: Field
    value: str
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """The field has these words (two or more) one after another."""

    field: Field
    words: tuple[str, ...]
    boost: float = 1.0


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least `minimum` of the clauses hold; those that hold add up. No clauses: nothing matches."""

    clauses: tuple["Clause", ...]
    minimum: int = 1


Clause = Term | Phrase | AnyOf


@dataclass(frozen=True, slots=True)
class Range:
    """The number in the field is within these bounds, both included; no number, no match."""

    field: Field
    at_least: int | None = None
    at_most: int | None = None


Filter = AnyOf | Range


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """`must` and `filters` decide what matches, `must` and `should` the score. Filters add nothing to the score.

    What has one of the `excluded` ids does not match.
    """

    must: tuple[Clause, ...]
    should: tuple[Clause, ...]
    filters: tuple[Filter, ...]
    excluded: tuple[str, ...]
    is_by_date: bool


@dataclass(frozen=True, slots=True)
class PagePlan:
    """A page matches if a clause holds and all filters do; its score is the sum of the weights of what holds."""

    weighted: tuple[tuple[Clause, float], ...]
    filters: tuple[Filter, ...]


def search_plan(request: SearchRequest, *, reader: Reader, excluded: Collection[str] = ()) -> SearchPlan | None:
    """The plan of a search, or None where the reader holds no token and so may see nothing.

    Raises:
        UsageError: a filter cannot be read.
    """
    filters = (readable_by(reader), *_filters(request))
    if not reader.tokens:
        return None
    without = tuple(sorted(excluded))
    parsed = parse_query(request.text)
    if parsed.is_empty:
        return SearchPlan((), (), filters, without, is_by_date=True)
    return SearchPlan(
        must=(_matching(parsed), *map(_in_title_or_body, parsed.phrases), *_exact_phrases(parsed)),
        should=tuple(_boosts(parsed.words)),
        filters=filters,
        excluded=without,
        is_by_date=request.sort is Sort.NEWEST,
    )


def page_plan(request: SearchRequest, ids: Sequence[str], *, reader: Reader) -> PagePlan | None:
    """The plan that finds the best page of these documents; None where nothing can match.

    The best page has most of the words, of their pairs and of the phrases, however rare they are elsewhere: so it
    does not depend on documents that the reader may not see.
    """
    parsed = parse_query(request.text)
    if parsed.is_empty or not ids or not reader.tokens:
        return None
    weighted: list[tuple[Clause, float]] = [(clause, 1.0) for clause in _words(parsed.words, fields=(Field.BODY,))]
    weighted += [(_sequence(Field.BODY, _folded(phrase)), PAGE_PHRASE_WEIGHT) for phrase in parsed.phrases]
    weighted += [(Term(Field.BIGRAMS, pair), 1.0) for pair in _pairs(parsed.words)]
    weighted += [(Term(Field.EXACT, word), PAGE_EXACT_WEIGHT) for word in _accented(parsed.words)]
    return PagePlan(tuple(weighted), (readable_by(reader), _one_of(Field.ID, ids)))


def readable_by(reader: Reader) -> AnyOf:
    """The reader's filter: it is part of every plan."""
    return _one_of(Field.ACCESS, sorted(reader.tokens))


def checked_window(offset: int, limit: int) -> int:
    """The number of documents from the first to the last asked for. Raises `UsageError` beyond `WINDOW`."""
    if offset < 0 or limit < 0 or offset + limit > WINDOW:
        message = f"Chỉ xem được {WINDOW:,} kết quả đầu. Hãy thu hẹp bằng bộ lọc hoặc thêm từ khóa.".replace(",", ".")
        raise UsageError(message)
    return offset + limit


def _matching(parsed: ParsedQuery) -> Clause:
    """The text, or the document number recognised in it: as the document's own or as one that it cites."""
    words = AnyOf(tuple(_words(parsed.words)), parsed.minimum_match)
    if parsed.number is None:
        return words
    own = [Term(Field.NUMBER_KEYS, key, NUMBER_BOOST) for key in parsed.number.keys]
    cited = [Term(Field.CITED_KEYS, key, CITED_BOOST) for key in parsed.number.keys]
    return AnyOf((*own, *cited, words))


def _words(words: Sequence[Token], *, fields: tuple[Field, ...] = (Field.TITLE, Field.BODY)) -> Iterator[AnyOf]:
    """A clause for each distinct word: the word itself, or another form of the expression that it is part of.

    So an expression is found if all its words are, or if its other form is, however many words must match.
    """
    others: dict[str, dict[Form, None]] = {word.folded: {} for word in words}
    for expansion in expansions(words):
        for word in words[expansion.start : expansion.end]:
            others[word.folded].update(dict.fromkeys(expansion.alternatives))
    for folded, forms in others.items():
        clauses = [_boosted(Term(field, folded)) for field in fields]
        yield AnyOf((*clauses, *(clause for form in forms for clause in _alternative(form, fields))))


def _alternative(form: Form, fields: tuple[Field, ...]) -> list[Clause]:
    if is_found_exactly(form):
        return [Term(Field.EXACT, form[0].exact)]
    return [_boosted(_sequence(field, _folded(form))) for field in fields]


def _boosted(clause: Term | Phrase) -> Term | Phrase:
    if clause.field is not Field.TITLE:
        return clause
    if isinstance(clause, Term):
        return Term(clause.field, clause.value, TITLE_BOOST)
    return Phrase(clause.field, clause.words, TITLE_BOOST)


def _in_title_or_body(phrase: Sequence[Token]) -> Clause:
    return AnyOf(tuple(_boosted(_sequence(field, _folded(phrase))) for field in (Field.TITLE, Field.BODY)))


def _exact_phrases(parsed: ParsedQuery) -> Iterator[Clause]:
    """Phrases typed with accents must occur with these accents."""
    for phrase in parsed.phrases:
        if any(word.is_accented for word in phrase):
            yield _sequence(Field.EXACT, tuple(word.exact for word in phrase))


def _boosts(words: Sequence[Token]) -> Iterator[Clause]:
    """What lifts a document without being asked of it: words with their accents, and neighbours as neighbours."""
    yield from (Term(Field.EXACT, word, EXACT_BOOST) for word in _accented(words))
    yield from (Term(Field.BIGRAMS, pair, BIGRAM_BOOST) for pair in _pairs(words))


def _accented(words: Iterable[Token]) -> list[str]:
    return list(dict.fromkeys(word.exact for word in words if word.is_accented))


def _pairs(words: Iterable[Token]) -> list[str]:
    return list(dict.fromkeys(f"{first.folded}_{second.folded}" for first, second in pairwise(words)))


def _folded(words: Iterable[Token]) -> tuple[str, ...]:
    return tuple(word.folded for word in words)


def _sequence(field: Field, words: tuple[str, ...]) -> Term | Phrase:
    return Phrase(field, words) if len(words) > 1 else Term(field, words[0])


def _one_of(field: Field, values: Iterable[str]) -> AnyOf:
    return AnyOf(tuple(Term(field, value) for value in values))


def _filters(request: SearchRequest) -> Iterator[Filter]:
    chosen = {
        Field.TYPE: request.types,
        Field.ISSUER: request.issuers,
        Field.UNIT: request.units,
        Field.YEAR: tuple(map(str, request.years)),
        Field.VALIDITY: request.validities,
        Field.TOPIC: request.topics,
    }
    yield from (_one_of(field, values) for field, values in chosen.items() if values)
    if request.number is not None:
        yield _one_of(Field.NUMBER_KEYS, _keys_of(request.number))
    if request.date_from is not None:
        yield Range(Field.FIRST_DAY, at_least=_day(first_day(request.date_from), request.date_from))
    if request.date_to is not None:
        yield Range(Field.LAST_DAY, at_most=_day(last_day(request.date_to), request.date_to))


def _keys_of(text: str) -> tuple[str, ...]:
    """The keys of the number that a filter names: the fullest one of a whole number, else what a query would mean."""
    if number := parse_number(text):
        return (max(number_keys(number), key=len),)
    if query := number_in_query(text):
        return query.keys
    message = f"Không nhận ra số, ký hiệu «{text}». Hãy ghi cả ký hiệu, ví dụ 57-NQ/TW."
    raise UsageError(message)


def _day(day: int | None, text: str) -> int:
    if day is None:
        message = f"Ngày «{text}» không đúng. Hãy ghi năm-tháng-ngày, ví dụ 2024-12-22."
        raise UsageError(message)
    return day
