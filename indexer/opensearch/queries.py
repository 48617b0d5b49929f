"""Plans as OpenSearch's queries, and its answers as values.

Nothing is decided here that another engine would have to decide again: that is `indexer.plan`'s. There is no suggester,
no query string, no filter outside the query and no count of what was not found: each of them tells of hidden documents.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from indexer.entries import Field
from indexer.opensearch.client import Answer
from indexer.plan import AnyOf, Clause, Filter, PagePlan, Phrase, Range, SearchPlan, Term
from pipeline.ports import IndexHits
from pipeline.query import FACETS, FacetCount

_FACET_VALUES = 60_000
"""Most values of one facet; up to so many, every count is exact. OpenSearch takes 65,535 in all facets together."""

_TERMS = 65_536
"""Most values that one `terms` query takes."""

Body = dict[str, Any]


def search_body(plan: SearchPlan, *, offset: int, limit: int, with_facets: bool) -> Body:
    """The search for documents: exact total, ids alone, equal scores by date, facets of what is found."""
    by_date = {Field.ORDER: "desc"}
    body: Body = {
        "query": {
            "bool": {
                "must": [_clause(clause) for clause in plan.must],
                "should": [_clause(clause) for clause in plan.should],
                "filter": [_filter(found) for found in plan.filters],
                "must_not": list(_terms(Field.ID, plan.excluded)),
            }
        },
        "sort": [by_date] if plan.is_by_date else [{"_score": "desc"}, by_date],
        "from": offset,
        "size": limit,
        "track_total_hits": True,
    }
    if with_facets:
        terms = {"size": _FACET_VALUES, "shard_size": _FACET_VALUES, "min_doc_count": 1}
        body["aggs"] = {facet: {"terms": {"field": facet, **terms}} for facet in FACETS}
    return body


def hits(answer: Answer) -> IndexHits:
    """What was found."""
    found = answer["hits"]
    counted = answer.get("aggregations", {})
    return IndexHits(
        total=found["total"]["value"],
        ids=tuple(hit["_id"] for hit in found["hits"]),
        facets={facet: _in_order(counted[facet]["buckets"]) for facet in FACETS if facet in counted},
    )


def pages_body(plan: PagePlan, ids: Sequence[str]) -> Body:
    """The search for the best page of each document, the first of equally good ones."""
    weighted = [{"constant_score": {"filter": _clause(clause), "boost": weight}} for clause, weight in plan.weighted]
    return {
        "query": {
            "bool": {
                "must": [{"bool": {"should": weighted, "minimum_should_match": 1}}],
                "filter": [_filter(found) for found in plan.filters],
            }
        },
        "collapse": {"field": Field.ID},
        "docvalue_fields": [Field.ID, Field.PAGE],
        "sort": [{"_score": "desc"}, {Field.PAGE: "asc"}],
        "size": len(ids),
        "track_total_hits": False,
    }


def best_pages(answer: Answer) -> dict[str, int]:
    """The best page by document."""
    fields = (hit["fields"] for hit in answer["hits"]["hits"])
    return {found[Field.ID][0]: found[Field.PAGE][0] for found in fields}


def indexed_body() -> Body:
    """The query for all documents, without what is left of removed ones."""
    return {"query": {"exists": {"field": Field.ORDER}}}


def pages_of(documents: Sequence[str], *, except_for: Sequence[str]) -> Body:
    """The query for pages of these documents, except for some by their own ids."""
    return {
        "query": {
            "bool": {
                "filter": [{"terms": {Field.ID: documents}}],
                "must_not": [{"ids": {"values": except_for}}],
            }
        }
    }


def _in_order(buckets: Iterable[Mapping[str, Any]]) -> tuple[FacetCount, ...]:
    counts = [FacetCount(bucket["key"], bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda found: (-found.count, found.key)))


def _filter(found: Filter) -> Body:
    if isinstance(found, Range):
        bounds = {"gte": found.at_least, "lte": found.at_most}
        return {"range": {found.field: {name: bound for name, bound in bounds.items() if bound is not None}}}
    terms: dict[Field, list[str]] = {}
    for clause in found.clauses:
        if not isinstance(clause, Term) or found.minimum != 1:
            return _clause(found)
        terms.setdefault(clause.field, []).append(clause.value)
    return _any_of([query for field, values in terms.items() for query in _terms(field, values)], 1)


def _terms(field: Field, values: Sequence[str]) -> Iterable[Body]:
    return ({"terms": {field: values[at : at + _TERMS]}} for at in range(0, len(values), _TERMS))


def _clause(clause: Clause) -> Body:
    match clause:
        case Term(field, value, boost):
            return {"term": {field: {"value": value, "boost": boost}}}
        case Phrase(field, words, boost):
            return {"match_phrase": {field: {"query": " ".join(words), "boost": boost}}}
        case AnyOf(clauses, minimum):
            return _any_of([_clause(inner) for inner in clauses], minimum)


def _any_of(queries: Sequence[Body], minimum: int) -> Body:
    if len(queries) < minimum:
        return {"match_none": {}}
    return {"bool": {"should": queries, "minimum_should_match": minimum}}
