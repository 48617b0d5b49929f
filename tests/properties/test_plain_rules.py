"""What is seen, found, counted and in which order is what the plain rules of `tests.properties.plain_rules` say."""

from dataclasses import replace
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.access import reader_for
from pipeline.model import DocumentStatus, Organisation
from pipeline.query import SearchRequest
from tests.papers import Paper
from tests.properties import archives as random
from tests.properties.plain_rules import days, facets, matches, may_see
from tests.properties.worlds import ROUNDS, by_date, world


@ROUNDS
@given(random.organisations(), random.archives(), random.people, st.lists(random.requests(), min_size=3, max_size=6))
def test_what_is_found_is_what_the_plain_rules_say(
    template: Path, organisation: Organisation, papers: list[Paper], person: str, requests: list[SearchRequest]
) -> None:
    with world(template, organisation, papers) as whole:
        search, reader, seen = whole.installation.search(), whole.reader(person), whole.seen_by(person)
        dated = {whole.ids[paper.id]: days(paper.date)[0] for paper in papers}
        for request in requests:
            expected = [paper for paper in seen if matches(paper, request, whole.unit_names)]
            for sorted_ in (request, by_date(request)):
                found = search.search(sorted_, reader=reader)
                assert {hit.id for hit in found.hits} == {whole.ids[paper.id] for paper in expected}
                assert (found.total, len(found.hits)) == (len(expected), len(expected))
                assert found.facets == facets(expected)
            in_order = [dated[hit.id] for hit in search.search(by_date(request), reader=reader).hits]
            assert in_order == sorted(in_order, reverse=True)


@settings(deadline=None)
@given(random.organisations(), random.archives(), st.sampled_from(DocumentStatus))
def test_the_rule_in_tokens_is_the_plain_rule(
    organisation: Organisation, papers: list[Paper], status: DocumentStatus
) -> None:
    parents = {unit.id: unit.parent for unit in organisation.units}
    for person, paper in product(organisation.people, papers):
        reader = reader_for(person.id, person.memberships, parents=parents, today=random.TODAY)
        as_shown = paper if status is DocumentStatus.PUBLISHED else replace(paper, grants=())
        is_seen = may_see(person, as_shown, organisation, random.TODAY)
        assert replace(paper.record, status=status).is_readable_by(reader) == is_seen
