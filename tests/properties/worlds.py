"""An installation with a random archive, and the same one as if some of its documents had never been."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hypothesis import settings
from sqlalchemy import text

from pipeline.access import Reader
from pipeline.catalogue import open_catalogue, sqlite_url
from pipeline.model import Organisation
from pipeline.query import SearchRequest, Sort
from tests.papers import Installation, Paper, shelve
from tests.properties import archives as random
from tests.properties.plain_rules import may_see

TABLES = (
    "grants",
    "validity_decisions",
    "document_references",
    "document_statements",
    "field_values",
    "pages",
    "outbox",
    "documents",
)
MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one: an archive for each example is much waiting for a disk
ROUNDS = settings(max_examples=25, deadline=None)


@dataclass(frozen=True)
class World:
    """An archive told to an installation in several steps, so that its index has a history."""

    installation: Installation
    organisation: Organisation
    papers: Sequence[Paper]
    ids: dict[str, str]

    def reader(self, person: str) -> Reader:
        return self.installation.facts.organisation.reader(person, today=random.TODAY)

    def seen_by(self, person: str) -> list[Paper]:
        """The papers that the plain rule lets this person see."""
        who = next(each for each in self.organisation.people if each.id == person)
        return [paper for paper in self.papers if may_see(who, paper, self.organisation, random.TODAY)]

    @property
    def unit_names(self) -> dict[str, str]:
        return {unit.id: unit.name for unit in self.organisation.units}


@contextmanager
def world(template: Path, organisation: Organisation, papers: Sequence[Paper]) -> Iterator[World]:
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        home = Path(folder) / "whole"
        home.mkdir()
        shutil.copy(template, home / "catalogue.sqlite3")
        facts = open_catalogue(sqlite_url(home / "catalogue.sqlite3"))
        facts.organisation.replace(organisation)
        installation = Installation(home, facts)
        half = len(papers) // 2
        ids = shelve(facts, papers[:half])
        installation.drainer().drain_now()
        ids |= shelve(facts, papers[half:])
        facts.documents.withdraw(
            [ids[paper.id] for paper in papers if not paper.grants]
        )  # nothing new, but written again
        installation.drainer().drain_now()
        yield World(installation, organisation, papers, ids)
        facts.close()


@contextmanager
def without(whole: World, hidden: Sequence[str]) -> Iterator[Installation]:
    """The same installation as if these documents had never been."""
    home = whole.installation.home.with_name("without")
    home.mkdir()
    whole.installation.facts.close()
    shutil.copy(whole.installation.home / "catalogue.sqlite3", home)
    facts = open_catalogue(sqlite_url(home / "catalogue.sqlite3"))
    with facts.database.writing() as session:
        for document in hidden:
            for table in TABLES:
                column = "id" if table == "documents" else "document"
                session.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": document})  # noqa: S608
    less = Installation(home, facts)
    less.drainer().rebuild()
    yield less
    facts.close()


def by_date(request: SearchRequest) -> SearchRequest:
    """The same search, newest first."""
    return replace(request, sort=Sort.NEWEST)
