"""What a reader gets from an archive is what they get from it without the documents that they may not see.

The order by relevance is exempt (`docs/decisions/0004-relevance-order-is-exempt.md`).
"""

import io
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from flows.cli import main
from pipeline.model import Organisation
from pipeline.query import SearchPage, SearchRequest
from tests.papers import Paper
from tests.properties import archives as random
from tests.properties.plain_rules import matches
from tests.properties.worlds import ROUNDS, World, by_date, without, world


def as_sets(page: SearchPage) -> tuple[object, ...]:
    return page.total, sorted(page.hits, key=lambda hit: hit.id), page.facets


@ROUNDS
@given(
    random.organisations(),
    random.archives(),
    random.people,
    st.lists(random.requests(random.plain_queries | random.number_queries), min_size=3, max_size=6),
)
def test_hidden_documents_change_nothing_that_is_found(
    template: Path, organisation: Organisation, papers: list[Paper], person: str, requests: list[SearchRequest]
) -> None:
    with world(template, organisation, papers) as whole:
        seen = {whole.ids[paper.id] for paper in whole.seen_by(person)}
        reader, every = whole.reader(person), list(whole.ids.values())
        with without(whole, [document for document in every if document not in seen]) as less:
            searches = (whole.installation.search(), less.search())
            for request in requests:
                ranked, ranked_less = (search.search(request, reader=reader) for search in searches)
                assert as_sets(ranked) == as_sets(ranked_less)
                dated, dated_less = (search.search(by_date(request), reader=reader) for search in searches)
                assert dated == dated_less
                short, short_less = (
                    search.search(replace(by_date(request), size=1, page=2), reader=reader) for search in searches
                )
                assert short == short_less
                pages, pages_less = (search.index.best_pages(request, every, reader=reader) for search in searches)
                assert pages == pages_less
                assert pages.keys() <= seen


@settings(ROUNDS, max_examples=10)
@given(random.organisations(), random.archives(max_size=5), random.people, random.plain_queries | random.number_queries)
def test_hidden_documents_change_nothing_that_the_command_line_says(
    template: Path, organisation: Organisation, papers: list[Paper], person: str, query: str
) -> None:
    with world(template, organisation, papers) as whole:
        seen = {whole.ids[paper.id] for paper in whole.seen_by(person)}
        every = list(whole.ids.values())
        hidden = [document for document in every if document not in seen]
        commands = [
            *(["search", asked, "--sort", "newest", *form] for asked in (query, "") for form in ([], ["--json"])),
            *(["show", document, *form] for document in every for form in ([], ["--json"])),
            *(["validity", "show", document, *form] for document in every for form in ([], ["--json"])),
            *(["access", "document", document] for document in every[:2]),
            ["access", "person", person, "--json"],
            *(["grants", "propose", document] for document in every[:2]),
            *(["validity", "proposals", "--unit", unit] for unit in random.UNITS[:2]),
            *(["missing", "--unit", unit, *form] for unit in random.UNITS[:2] for form in ([], ["--json"])),
            *(["publish", document, "--grant", "everyone"] for document in hidden),
            *(["withdraw", document] for document in hidden),
        ]
        with without(whole, hidden) as less:
            for command in commands:
                words = [*command, "--as", person]
                assert vankho(whole.installation.home, words) == vankho(less.home, words)


def vankho(home: Path, words: Sequence[str]) -> tuple[int, str, str]:
    """Run a command on this data folder, in this process; its exit code and all that it printed."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("VANKHO_HOME", str(home))
        code = main(words)
    return code, out.getvalue(), err.getvalue()


@ROUNDS
@given(random.organisations(), random.archives(), random.people, random.requests(), st.data())
def test_what_was_taken_back_a_moment_ago_is_not_shown_though_the_index_does_not_know_yet(
    template: Path,
    organisation: Organisation,
    papers: list[Paper],
    person: str,
    request: SearchRequest,
    data: st.DataObject,
) -> None:
    with world(template, organisation, papers) as whole:
        taken = data.draw(st.lists(st.sampled_from(papers), unique_by=lambda paper: paper.id))
        whole.installation.facts.documents.withdraw([whole.ids[paper.id] for paper in taken])
        now = replace_grants(whole, taken)
        expected = {now.ids[paper.id] for paper in now.seen_by(person) if matches(paper, request, now.unit_names)}
        for sorted_ in (request, by_date(request), replace(request, size=1)):
            found = whole.installation.search().search(sorted_, reader=whole.reader(person))
            hits = [hit.id for hit in found.hits]
            assert set(hits) <= expected
            assert len(hits) == min(request.size, len(expected)) if sorted_.size > 1 else len(hits) <= 1
            assert bool(hits) == bool(expected)
            assert found.total == len(expected)


@settings(ROUNDS, max_examples=15)
@given(
    random.organisations(),
    random.archives(),
    random.people,
    st.lists(random.requests(random.plain_queries | random.number_queries), min_size=2, max_size=4),
    st.data(),
)
def test_what_was_taken_back_a_moment_ago_is_as_if_it_had_never_been(
    template: Path,
    organisation: Organisation,
    papers: list[Paper],
    person: str,
    requests: list[SearchRequest],
    data: st.DataObject,
) -> None:
    with world(template, organisation, papers) as whole:
        before = whole.seen_by(person)
        assume(before)
        taken = data.draw(st.lists(st.sampled_from(before), min_size=1, unique_by=lambda paper: paper.id))
        whole.installation.facts.documents.withdraw([whole.ids[paper.id] for paper in taken])
        now = replace_grants(whole, taken)
        seen, reader = {now.ids[paper.id] for paper in now.seen_by(person)}, whole.reader(person)
        with without(whole, [document for document in whole.ids.values() if document not in seen]) as less:
            searches = (whole.installation.search(), less.search())
            assert whole.installation.facts.documents.pending(1)
            for request in (SearchRequest(), *requests):
                ranked, ranked_less = (search.search(request, reader=reader) for search in searches)
                assert as_sets(ranked) == as_sets(ranked_less)
                short = replace(by_date(request), size=1)
                for asked in (by_date(request), short, replace(short, page=2)):
                    found, found_less = (search.search(asked, reader=reader) for search in searches)
                    assert found == found_less


def replace_grants(whole: World, taken: Sequence[Paper]) -> World:
    gone = {paper.id for paper in taken}
    return replace(whole, papers=[replace(paper, grants=()) if paper.id in gone else paper for paper in whole.papers])
