"""Who is said to read a document, and what a person is said to read, is what the plain rule says: reasons too."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from pathlib import Path

from hypothesis import given, settings

from pipeline.access_reasons import Page, PersonAccess, access_of, access_to
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.errors import NotAllowedError
from pipeline.model import Membership, Organisation, Person
from pipeline.organisation_edits import field_of
from tests.papers import Paper, shelve
from tests.properties import archives as random
from tests.properties.plain_rules import may_see
from tests.properties.worlds import MEMORY, ROUNDS

EVERYTHING = Page(1, 100)


@ROUNDS
@given(random.organisations(), random.archives())
def test_a_person_is_listed_if_and_only_if_they_can_read_it(organisation: Organisation, papers: list[Paper]) -> None:
    for paper, asker in product(papers, organisation.people):
        told = access_to(paper.record, organisation, random.TODAY, told_to=asker.id)
        seeing = [each for each in organisation.people if may_see(each, paper, organisation, random.TODAY)]
        parts = {each.id: _shown(each, asker, organisation, {paper.unit}) for each in seeing}
        named = [each for each in seeing if may_see(parts[each.id], paper, organisation, random.TODAY)]
        assert [holder.person for holder in told.people] == [each.id for each in named]
        assert {door.token for door in told.tokens if door.is_granted} == set(paper.grants)
        for door in told.tokens:
            assert door.people >= len(told.who_hold(door.token))
        for person, holder in zip(named, told.people, strict=True):
            reasons = {(reason.role, reason.unit) for reason in holder.by}
            for role in parts[person.id].memberships:  # each that is named would do alone, and no other would
                is_reason = (role.role, role.unit) in reasons and role.holds_on(random.TODAY)
                assert may_see(_only(person, role), paper, organisation, random.TODAY) == is_reason


def _shown(person: Person, asker: Person, organisation: Organisation, also: AbstractSet[str] = frozenset()) -> Person:
    """The person with those roles alone that the asker is told of."""
    if person.id == asker.id:
        return person
    try:
        kept = field_of(organisation, asker.id, today=random.TODAY)
    except NotAllowedError:
        return replace(person, memberships=tuple(role for role in person.memberships if role.unit in also))
    told = (role for role in person.memberships if role.unit in also or kept.has_unit(role.unit))
    return replace(person, memberships=tuple(told))


def _only(person: Person, role: Membership) -> Person:
    return replace(person, memberships=(role,))


@settings(ROUNDS, max_examples=10)
@given(random.organisations(), random.archives())
def test_what_a_person_is_said_to_read_is_what_both_may_read(
    template: Path, organisation: Organisation, papers: list[Paper]
) -> None:
    with _catalogue(template, organisation, papers) as (facts, ids):
        for person, asker in product(organisation.people, repeat=2):
            told = _told(facts, person, asker)
            both = [
                ids[paper.id]
                for paper in papers
                if all(
                    may_see(each, paper, organisation, random.TODAY)
                    for each in (_shown(person, asker, organisation), asker)
                )
            ]
            assert sorted(read.record.id for read in told.documents) == sorted(both)
            assert told.total == len(both)
            by = Counter(token for read in told.documents for token in {reason.token for reason in read.by})
            assert {held.token: held.documents for held in told.tokens if held.documents} == by
            assert all(read.by for read in told.documents)
            second = _told(facts, person, asker, Page(2, 1))
            assert (second.total, second.documents) == (told.total, told.documents[1:2])


def _told(facts: Catalogue, person: Person, asker: Person, page: Page = EVERYTHING) -> PersonAccess:
    reader = facts.organisation.reader(asker.id, today=random.TODAY)
    return access_of(person, facts, told_to=reader, page=page, today=random.TODAY)


@contextmanager
def _catalogue(
    template: Path, organisation: Organisation, papers: Sequence[Paper]
) -> Iterator[tuple[Catalogue, dict[str, str]]]:
    """A catalogue with these papers, and the ids of their documents by theirs."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        shutil.copy(template, Path(folder) / "catalogue.sqlite3")
        facts = open_catalogue(sqlite_url(Path(folder) / "catalogue.sqlite3"))
        facts.organisation.replace(organisation)
        yield facts, shelve(facts, papers)
        facts.close()
