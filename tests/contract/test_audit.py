"""The audit's chain: whatever is done to its rows behind its back is found, and the first line hit is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, update

from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.tables import AuditRow

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
events = st.builds(
    AuditEvent, words, st.sampled_from(("view", "publish", "download")), st.none() | words,
    st.sampled_from(Outcome), words,
)  # fmt: skip
COLUMNS = ("at", "actor", "action", "object", "outcome", "origin", "previous", "hash")


class Tampering(NamedTuple):
    """What is done to which line (by its place, from 0)."""

    what: str
    place: int
    column: str = "actor"


@contextmanager
def audited(folder: Path, happened: list[AuditEvent]) -> Iterator[Catalogue]:
    """A catalogue in which this happened and nothing else."""
    facts = open_catalogue(sqlite_url(folder / "audit.sqlite3"))
    with facts.database.writing() as session:
        session.execute(delete(AuditRow))
    for event in happened:
        facts.audit.record(event)
    yield facts
    facts.close()


def tamper(facts: Catalogue, done: Tampering, lines: int) -> None:
    here = done.place + 1
    with facts.database.writing() as session:
        if done.what == "change":
            row = session.get_one(AuditRow, here)
            setattr(row, done.column, datetime(2001, 1, 1, tzinfo=UTC) if done.column == "at" else "other")
        if done.what in {"remove", "renumber"}:
            session.execute(delete(AuditRow).where(AuditRow.seq == here))
        moves = {
            "renumber": [(seq, seq - 1) for seq in range(here + 1, lines + 1)],
            "swap": [(here, 0), (here + 1, here), (0, here + 1)],
        }
        for old, new in moves.get(done.what, []):
            session.execute(update(AuditRow).where(AuditRow.seq == old).values(seq=new))


@given(st.lists(events, max_size=6))
def test_what_happened_is_told_in_order_and_the_chain_is_whole(
    tmp_path_factory: pytest.TempPathFactory, happened: list[AuditEvent]
) -> None:
    with audited(tmp_path_factory.getbasetemp(), happened) as facts:
        assert [line.event for line in facts.audit.lines()] == happened
        assert [line.seq for line in facts.audit.lines()] == list(range(1, len(happened) + 1))
        assert facts.audit.first_broken() is None


@given(st.lists(events, min_size=2, max_size=6), st.data())
def test_a_line_that_was_changed_removed_or_moved_is_found_and_named(
    tmp_path_factory: pytest.TempPathFactory, happened: list[AuditEvent], data: st.DataObject
) -> None:
    # The last lines can be removed without a trace in the chain itself, so another stands behind the one that is hit.
    done = Tampering(
        data.draw(st.sampled_from(("change", "remove", "renumber", "swap"))),
        data.draw(st.integers(0, len(happened) - 2)),
        data.draw(st.sampled_from(COLUMNS)),
    )
    with audited(tmp_path_factory.getbasetemp(), happened) as facts:
        tamper(facts, done, len(happened))
        assert facts.audit.first_broken() == done.place + 1
