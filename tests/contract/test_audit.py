"""The audit's chain: whatever is done to its rows behind its back is found, and the first line hit is named."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from pipeline.audit_heads import FILE, note_head, noted_heads
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.catalogue.audit import AuditEvent, AuditHead, Outcome
from pipeline.catalogue.tables import AuditRow
from pipeline.errors import UnavailableError

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
events = st.builds(
    AuditEvent, words, st.sampled_from(("view", "publish", "download")), st.none() | words,
    st.sampled_from(Outcome), words,
)  # fmt: skip
FEW = settings(max_examples=30)
"""Each is a catalogue of its own, and there are few kinds of what can be done."""

COLUMNS = ("at", "actor", "action", "object", "outcome", "origin", "previous", "hash", "version")


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
            other = {"at": datetime(2001, 1, 1, tzinfo=UTC), "version": 7}.get(done.column, "other")
            setattr(row, done.column, other)
        if done.what in {"remove", "renumber"}:
            session.execute(delete(AuditRow).where(AuditRow.seq == here))
        moves = {
            "renumber": [(seq, seq - 1) for seq in range(here + 1, lines + 1)],
            "swap": [(here, 0), (here + 1, here), (0, here + 1)],
        }
        for old, new in moves.get(done.what, []):
            session.execute(update(AuditRow).where(AuditRow.seq == old).values(seq=new))


@FEW
@given(st.lists(events, max_size=6))
def test_what_happened_is_told_in_order_and_the_chain_is_whole(
    tmp_path_factory: pytest.TempPathFactory, happened: list[AuditEvent]
) -> None:
    with audited(tmp_path_factory.getbasetemp(), happened) as facts:
        assert [line.event for line in facts.audit.lines()] == happened
        assert [line.seq for line in facts.audit.lines()] == list(range(1, len(happened) + 1))
        assert facts.audit.first_broken() is None


@FEW
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


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_of_any_column_is_found(tmp_path: Path, column: str) -> None:
    happened = [AuditEvent("a", "view", None, Outcome.ALLOWED, "b")] * 2
    with audited(tmp_path, happened) as facts:
        tamper(facts, Tampering("change", 0, column), len(happened))
        assert facts.audit.first_broken() == 1


@FEW
@given(st.lists(events, min_size=1, max_size=6), st.data())
def test_lines_cut_off_at_the_end_are_found_by_a_head_that_was_noted(
    tmp_path_factory: pytest.TempPathFactory, happened: list[AuditEvent], data: st.DataObject
) -> None:
    kept = data.draw(st.integers(0, len(happened) - 1))
    with audited(tmp_path_factory.getbasetemp(), happened) as facts:
        head = facts.audit.head()
        assert head is not None
        assert facts.audit.first_broken([head]) is None
        with facts.database.writing() as session:
            session.execute(delete(AuditRow).where(AuditRow.seq > kept))
        assert facts.audit.first_broken() is None
        assert facts.audit.first_broken([head]) == kept + 1


@FEW
@given(st.lists(events, min_size=1, max_size=6))
def test_a_chain_that_was_written_anew_is_found_by_a_head_that_was_noted(
    tmp_path_factory: pytest.TempPathFactory, happened: list[AuditEvent]
) -> None:
    with audited(tmp_path_factory.getbasetemp(), happened) as facts:
        head = facts.audit.head()
    with audited(tmp_path_factory.getbasetemp(), [replace(event, actor="other") for event in happened]) as facts:
        assert facts.audit.first_broken() is None
        assert head is not None
        assert facts.audit.first_broken([head]) == len(happened)


def test_heads_are_noted_in_a_file_each_once(tmp_path: Path) -> None:
    with audited(tmp_path, []) as facts:
        note_head(tmp_path, facts.audit)
        assert noted_heads(tmp_path) == ()
        for number in range(3):
            facts.audit.record(AuditEvent("van-thu", "view", str(number), Outcome.ALLOWED, "cli:root"))
            for _ in range(2):
                note_head(tmp_path, facts.audit)
        heads = noted_heads(tmp_path)
        assert [head.seq for head in heads] == [1, 2, 3]
        assert facts.audit.first_broken(heads) is None
        assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_a_line_that_was_cut_short_is_left_out_and_a_strange_one_is_told_of(tmp_path: Path) -> None:
    whole = f"2026-11-24T01:00:00+00:00 7 {'ab' * 32}\n"
    (tmp_path / FILE).write_text(whole + whole[:30], "utf-8")
    assert noted_heads(tmp_path) == (AuditHead(7, "ab" * 32),)
    (tmp_path / FILE).write_text("something else\n" + whole, "utf-8")
    with pytest.raises(UnavailableError, match="something else"):
        noted_heads(tmp_path)
