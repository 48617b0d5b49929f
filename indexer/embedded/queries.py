"""Plans as tantivy's queries, and what is asked of a searcher with them.

Nothing is decided here that another engine would have to decide again: that is `indexer.plan`'s.
"""

from collections.abc import Iterable, Mapping, Sequence

import tantivy
from tantivy import DocAddress, FieldType, Occur, Query, Schema, Searcher

from indexer.entries import Field, document_key
from indexer.plan import WINDOW, AnyOf, Clause, Filter, PagePlan, Phrase, Range, SearchPlan, Term
from pipeline.query import FACETS, FacetCount

_FACET_VALUES = 60_000
"""Most values of one facet; up to so many, every count is exact. Tantivy takes 65,000 in all facets together."""

_TIE_SLACK = 50


def document_query(plan: SearchPlan, schema: Schema) -> Query:
    """The query over documents. Filters stand beside the rest as what must hold, and add nothing to the score."""
    return Query.boolean_query(
        [
            *((Occur.Must, _clause(clause, schema)) for clause in plan.must),
            *((Occur.Should, _clause(clause, schema)) for clause in plan.should),
            *((Occur.Must, _filter(found, schema)) for found in plan.filters),
            *((Occur.MustNot, query) for query in _excluded(plan, schema)),
        ]
    )


def page_query(plan: PagePlan, schema: Schema) -> Query:
    """The query over pages."""
    weighted = [
        (Occur.Should, Query.const_score_query(_clause(clause, schema), weight)) for clause, weight in plan.weighted
    ]
    return Query.boolean_query(
        [
            (Occur.Must, Query.boolean_query(weighted)),
            *((Occur.Must, _filter(found, schema)) for found in plan.filters),
        ]
    )


def newest(searcher: Searcher, query: Query, window: int) -> tuple[int, list[DocAddress]]:
    """The exact total and the newest documents, up to `window`."""
    if window == 0:
        return _count(searcher, query), []
    result = searcher.search(query, limit=window, order_by_field=Field.ORDER)
    return _total(result), [address for _, address in result.hits]


def ranked(searcher: Searcher, query: Query, window: int) -> tuple[int, list[DocAddress]]:
    """The exact total and the best documents, up to `window`; equal scores by date, newest first.

    Tantivy breaks ties by the place on disk, so a little more is fetched, until the last score is below that of the
    window's end, and sorted here. Ties that reach beyond `WINDOW` stay in tantivy's order at its end.
    """
    if window == 0:
        return _count(searcher, query), []
    depth = window + _TIE_SLACK
    result = searcher.search(query, limit=depth)
    total = _total(result)
    while len(result.hits) == depth < WINDOW and result.hits[-1][0] == result.hits[window - 1][0]:
        depth = min(depth * 4, WINDOW)
        result = searcher.search(query, limit=depth, count=False)
    order = searcher.fast_field_values(Field.ORDER, [address for _, address in result.hits])
    by_rank = sorted(zip(result.hits, order, strict=True), key=lambda found: (-found[0][0], -(found[1] or 0)))
    return total, [address for (_, address), _ in by_rank[:window]]


def document_id(searcher: Searcher, address: DocAddress) -> str:
    """The id of a document that was found."""
    return str(searcher.doc(address).get_first(Field.ID))


def facets(searcher: Searcher, query: Query) -> Mapping[str, tuple[FacetCount, ...]]:
    """Of every facet, how many of the query's documents have which value."""
    terms = {"size": _FACET_VALUES, "segment_size": _FACET_VALUES, "min_doc_count": 1}
    counted = searcher.aggregate(query, {facet: {"terms": {"field": facet, **terms}} for facet in FACETS})
    return {facet: _in_order(counted[facet]["buckets"]) for facet in FACETS}


def best_pages(searcher: Searcher, query: Query, ids: Sequence[str]) -> Mapping[str, int]:
    """For each of these documents that has one, its best page; the first of equally good ones."""
    hits = searcher.search(query, limit=WINDOW, count=False).hits
    addresses = [address for _, address in hits]
    keys = searcher.fast_field_values(Field.DOCUMENT_KEY, addresses)
    pages = searcher.fast_field_values(Field.PAGE, addresses)
    best: dict[int, tuple[float, int]] = {}
    for (score, _), key, page in zip(hits, keys, pages, strict=True):
        rank = (-score, int(page or 0))
        best[int(key or 0)] = min(rank, best.get(int(key or 0), rank))
    by_id = {document: best.get(document_key(document)) for document in ids}
    return {document: found[1] for document, found in by_id.items() if found}


def indexed_documents(searcher: Searcher) -> int:
    """How many documents there are, without what is left of removed ones."""
    return _count(searcher, Query.exists_query(Field.ORDER))


def _count(searcher: Searcher, query: Query) -> int:
    return _total(searcher.search(query, limit=1))


def _total(result: tantivy.SearchResult) -> int:
    return int(result.count)  # type: ignore[attr-defined]  # missing in tantivy's own stubs


def _in_order(buckets: Iterable[Mapping[str, object]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(str(bucket["key"]), int(str(bucket["doc_count"]))) for bucket in buckets]
    return tuple(sorted(counts, key=lambda found: (-found.count, found.key)))


def _excluded(plan: SearchPlan, schema: Schema) -> list[Query]:
    return [Query.term_set_query(schema, Field.ID, list(plan.excluded))] if plan.excluded else []


def _filter(found: Filter, schema: Schema) -> Query:
    if isinstance(found, Range):
        query = Query.range_query(schema, found.field, FieldType.Unsigned, found.at_least, found.at_most)
    else:
        query = _clause(found, schema)
    return Query.const_score_query(query, 0.0)


def _clause(clause: Clause, schema: Schema) -> Query:
    match clause:
        case Term(field, value, boost):
            return _boosted(Query.term_query(schema, field, value, "freq"), boost)
        case Phrase(field, words, boost):
            return _boosted(Query.phrase_query(schema, field, list(words)), boost)
        case AnyOf(clauses, minimum):
            return _any_of([_clause(inner, schema) for inner in clauses], minimum)


def _any_of(queries: Sequence[Query], minimum: int) -> Query:
    if len(queries) < minimum:
        return Query.empty_query()
    if len(queries) == minimum:
        return Query.boolean_query([(Occur.Must, query) for query in queries])
    return Query.boolean_query([(Occur.Should, query) for query in queries], minimum)


def _boosted(query: Query, boost: float) -> Query:
    return query if boost == 1 else Query.boost_query(query, boost)
