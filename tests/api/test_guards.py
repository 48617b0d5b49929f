"""Each place that keeps something from somebody is needed: without it, somebody is told what is not theirs.

The places are found in the code (`tests.api.guards`), so a new one is tried by being there. Where one stands behind
another, it is tried by what only it can stop.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import update

from pipeline.access import Reader
from pipeline.access_reasons import Page, access_of
from pipeline.catalogue.accounts import CredentialKind
from pipeline.catalogue.jobs import Once
from pipeline.catalogue.readable import ReadableFacts, ReadablePage
from pipeline.catalogue.tables import DocumentRow
from pipeline.catalogue.validity import Decision
from pipeline.clock import today
from pipeline.identity import number_key
from pipeline.model import Membership, Organisation, Person
from pipeline.query import SearchRequest
from pipeline.rulings import proposals_of_unit
from pipeline.settings import IndexSettings, Settings
from pipeline.validity import Validity
from tests.api.guards import Guard, guards, of_function, removed
from tests.api.house import CLERK, ORGANISATION, House, Paper, asleep, open_house
from tests.api.intake import form
from tests.api.interference import Comparison, reads
from tests.api.operations import answered, one_missing, operations
from tests.api.random_archive import without
from tests.services import empty_indices, server

HEAD, MEMBER, OTHER = "chanh", "mot", "hai"
"""The head of office, who publishes and is no clerk; a member; another member, for whom what is hidden is."""

PEOPLE = Organisation(
    ORGANISATION.units,
    (*ORGANISATION.people, Person(HEAD, "Đỗ Thị Chánh", (Membership("chanh_van_phong", "dang-uy"),))),
)
DRAWN = ("pdf", "image")
"""What takes long to make, and is guarded as the other parts of a document are."""

SECRETS = ("ten-tep-bi-mat", "tên tệp kể cả chuyện khác", "person:hai", "nguoi-quyet")
"""What of a document that a member may read is for those who publish it."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An archive, and the same without what the head of office may not see. Documents and others by what they are."""

    whole: House
    less: House
    ids: dict[str, str]
    sessions: dict[str, str]

    @property
    def head(self) -> Reader:
        """The head of office as a reader."""
        return self.whole.of.catalogue.organisation.reader(HEAD, today=today())

    def state(self) -> list[object]:
        """What only a change changes."""
        facts = [house.of.catalogue for house in (self.whole, self.less)]
        papers = [each.documents.documents([*self.whole.papers]) for each in facts]
        return [[record.version for record in found.values()] for found in papers] + [
            len(each.jobs.open()) for each in facts
        ]


class Pairs:
    """Makes a new pair when the one of before was changed by somebody who may not."""

    def __init__(self, folder: Path, new_index: Callable[[], IndexSettings]) -> None:
        """In this folder, each on an index of its own."""
        self._folder = folder
        self._new_index = new_index
        self._opened = ExitStack()
        self._last: tuple[Pair, list[object]] | None = None

    def unchanged(self) -> Pair:
        """A pair as it was made."""
        if self._last is None or self._last[0].state() != self._last[1]:
            self.close()
            made = self._made(self._folder / uuid4().hex)
            self._last = (made, made.state())
        return self._last[0]

    def close(self) -> None:
        """Close what is open."""
        self._opened.close()
        self._opened = ExitStack()

    def _made(self, folder: Path) -> Pair:
        folder.mkdir()
        of = Settings(home=folder / "whole", index=self._new_index())
        whole = self._opened.enter_context(asleep(open_house(of.home, of, PEOPLE)))
        ids = _fill(whole)
        sessions = {person: whole.credential(person, CredentialKind.SESSION) for person in (HEAD, MEMBER)}
        hidden = [ids[name] for name in ("hidden", "cut", "taken")]
        without_hidden = without(whole, hidden, folder / "less", self._new_index(), run=asleep)
        less = self._opened.enter_context(without_hidden)
        whole.of.catalogue.documents.withdraw([ids["taken"]])  # which the index is not told of
        return Pair(whole, less, ids, sessions)


def _fill(house: House) -> dict[str, str]:
    """Papers that speak of each other, some of them hidden from the head of office."""

    def file(*papers: Paper, actor: str = CLERK) -> tuple[str, ...]:
        return house.lay_in(*papers, name="ten-tep-bi-mat.tiff", actor=actor)

    (kept,) = file(Paper("đất đai", "05-NQ/ĐU", grants=("everyone", "person:hai"), cites=(("mentions", "9-NQ/TW"),)))
    ends = (("replaces", "05-NQ/ĐU"), ("amends", "06-NQ/ĐU"), ("mentions", "8-NQ/TW"))
    (hidden,) = file(Paper("đất ở", "06-NQ/ĐU", date="2025-01-02", grants=("person:hai",), cites=ends), actor=HEAD)
    (ending,) = file(
        Paper("bộ luật", "07-NQ/ĐU", date="2025-02-03", grants=("everyone",), cites=(("repeals", "06-NQ/ĐU"),))
    )
    open_, cut = file(
        Paper("chi bộ", "08-NQ/ĐU", grants=("everyone",)), Paper("kín", "09-NQ/ĐU", grants=("person:hai",))
    )
    file(Paper("cho chánh văn phòng", "11-NQ/ĐU", grants=("role:chanh_van_phong@dang-uy",)))
    (taken,) = file(Paper("đất rừng", "10-NQ/ĐU", type="chi_thi", grants=("everyone",)))
    facts = house.of.catalogue
    facts.validity.decide(kept, Decision(Validity.ENDED, None, None, hidden, "replaces"), actor="nguoi-quyet")
    house.of.outbox.after_change()
    batch = next(batch.id for batch in facts.batches.latest(10) if batch.actor == HEAD)
    others = next(batch.id for batch in facts.batches.latest(10) if batch.actor == CLERK)
    jobs = {"job": str(uuid4()), "own-job": str(uuid4())}
    facts.jobs.add(jobs["job"], unit="dang-uy", actor=CLERK, spool=house.of.desk.spool.name)
    once = Once(sha256(repr((MEMBER, "khoa-1")).encode()).hexdigest(), "x")
    facts.jobs.add(jobs["own-job"], unit="dang-uy", actor=MEMBER, spool=house.of.desk.spool.name, once=once)
    named = {"kept": kept, "hidden": hidden, "ending": ending, "open": open_, "cut": cut, "taken": taken}
    return {**named, **jobs, "batch": batch, "others-batch": others}


def told_too_much(pair: Pair) -> Iterator[str]:
    """Whatever somebody is told that is not theirs; nothing."""
    yield from _behind_others(pair)
    yield from _of_a_member(pair)
    yield from _of_the_head(pair)


def _of_the_head(pair: Pair) -> Iterator[str]:
    """What tells them that there is more than they see."""
    ids = pair.ids
    there = {
        **one_missing(),
        "document_id": [ids["kept"], ids["open"]],
        "unit": ["dang-uy"],
        "person": [HEAD, OTHER, CLERK],
        "batch_id": [ids["batch"]],
    }
    comparison = Comparison(pair.whole, pair.less, pair.sessions[HEAD], there, [ids["hidden"]], DRAWN)
    yield from comparison.unlike_missing()
    yield from comparison.differing_reads()


def _of_a_member(pair: Pair) -> Iterator[str]:
    """What they can do or learn that is for those who publish, of documents that they may read."""
    ids, client = pair.ids, pair.whole.browser(pair.sessions[MEMBER])
    there = {**one_missing(), "document_id": [ids["kept"]], "unit": ["dang-uy"]}
    foreign = {"batch_id": ids["others-batch"], "job_id": ids["job"], "unit": "dang-uy"}
    for question in reads(pair.whole, there, DRAWN):
        answer = question.ask(client)
        told = answer.text + str(answer.headers)
        yield from (f"{question} tells {secret}" for secret in SECRETS if secret in told)
        if question.path in {"/batches", "/jobs"} and answer.json() != []:
            yield f"{question} tells of what is not theirs"
    for operation in operations(pair.whole.app):
        for name in foreign.keys() & set(operation.unset) if operation.is_safe or "job_id" in operation.names else ():
            named = (operation.questions({**there, name: [one]}) for one in (foreign[name], *one_missing()[name]))
            for one, other in zip(*named, strict=True):
                if answered(one.ask(client)) != answered(other.ask(client)):
                    yield f"{one} is unlike missing"
        if operation.is_of_a_document and not operation.is_safe:
            yield from (f"{one} is done" for one in operation.questions(there) if one.ask(client).status_code != 403)
    upload = client.post("/batches", params={"unit": "dang-uy"}, **cast("Any", form(("a.txt", b"a"))))
    if upload.status_code != 403:
        yield "an upload is taken"


def _behind_others(pair: Pair) -> Iterator[str]:
    """What is stopped twice, each by itself."""
    of, head, hidden = pair.whole.of, pair.head, pair.ids["hidden"]
    if of.index.best_pages(SearchRequest("đất"), [hidden], reader=head):
        yield "the best page of what is hidden"
    keys, relations = {number_key("06-NQ/ĐU") or "", number_key("05-NQ/ĐU") or ""}, of.catalogue.relations
    if hidden in [document for found in relations.with_keys(keys, head).values() for document in found]:
        yield "who has a number"
    if hidden in relations.citing(keys, head):
        yield "who cites a number"
    if hidden in {said.document for said in relations.statements(keys, head)}:
        yield "who says something of a number"
    with removed(*of_function("_Archive.readable"), *of_function("RelationFacts.with_keys")):
        if hidden in {document.id for document, _ in proposals_of_unit("dang-uy", of.catalogue, reader=head)}:
            yield "what is proposed for it"
    yield from _of_somebody_else(pair)
    kept = pair.ids["kept"]
    try:
        _publish_behind_the_back(pair.whole, kept, is_published=False)
        if kept in {hit.id for hit in of.search.search(SearchRequest("đất"), reader=head).hits}:
            yield "a hit that was taken back while it was searched"
    finally:
        _publish_behind_the_back(pair.whole, kept, is_published=True)


def _of_somebody_else(pair: Pair) -> Iterator[str]:
    """What the head of office learns of what another person may read: what both may read."""
    of, every = pair.whole.of.catalogue, tuple(pair.whole.papers)
    both = {pair.ids[name] for name in ("kept", "ending", "open")}
    other = of.organisation.person(OTHER)
    page, reader = Page(1, len(every)), of.organisation.reader(OTHER, today=today())
    if of.readable.page(reader, told_to=pair.head, offset=0, limit=len(every)).total != len(both):
        yield "how much two people may both read"
    stale = cast("ReadableFacts", SimpleNamespace(page=lambda *_, **__: ReadablePage(len(every), {}, every)))
    told = access_of(other, replace(of, readable=stale), told_to=pair.head, page=page, today=today())
    if {document.record.id for document in told.documents} != both:
        yield "what one of two people may read, taken back while it was asked"


def _publish_behind_the_back(house: House, document: str, *, is_published: bool) -> None:
    """As if it had come between asking the index and asking the catalogue."""
    with house.of.catalogue.database.writing() as session:
        session.execute(update(DocumentRow).where(DocumentRow.id == document).values(is_published=is_published))


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Pair]]:
    """An unchanged pair on each engine."""
    with ExitStack() as opened:
        made: dict[str, Pairs] = {}

        def on(engine: str) -> Pair:
            if engine not in made:
                new_index: Callable[[], IndexSettings] = IndexSettings
                if engine == "opensearch":
                    of = opened.enter_context(empty_indices(server("opensearch")))
                    new_index = lambda: of.model_copy(update={"prefix": f"{of.prefix}-{uuid4().hex[:8]}"})  # noqa: E731
                made[engine] = Pairs(tmp_path_factory.mktemp(engine), new_index)
                opened.callback(made[engine].close)
            return made[engine].unchanged()

        yield on


@pytest.mark.parametrize("engine", ["embedded", "opensearch"])
def test_with_all_of_them_nobody_is_told_too_much(pairs: Callable[[str], Pair], engine: str) -> None:
    pair = pairs(engine)
    before = pair.state()
    assert list(told_too_much(pair)) == []
    assert pair.state() == before


@pytest.mark.parametrize("guard", guards(), ids=str)
def test_without_any_one_of_them_somebody_is(pairs: Callable[[str], Pair], guard: Guard) -> None:
    pair = pairs(guard.engine)
    with removed(guard):
        first = next(told_too_much(pair), None)
    assert first is not None, f"{guard}: nobody sees that it is gone; say in told_too_much what it is there for"


def test_they_are_found() -> None:
    """Were the rules renamed, there would be none."""
    found = guards()
    assert len(found) > 30
    assert {guard.path.name for guard in found} >= {"visit.py", "search.py", "plan.py", "relations.py", "queries.py"}
