"""The organisation in the catalogue, its history and one edit of it at a time, on each database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import text

from pipeline.catalogue import Catalogue
from pipeline.errors import NotAllowedError, OrganisationError, StaleError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_edits import Edit, Editor, edition_of
from pipeline.person_edits import AddPerson, AddRole, Leave
from pipeline.succession import Past, Succession, SuccessionKind
from pipeline.unit_edits import AddUnit, MergeUnits, RenameUnit

HISTORY = Organisation(
    units=(
        Unit("chi-bo-1", "Chi bộ Một", "chi_bo", "dang-uy", valid_to=date(2025, 6, 30)),
        Unit("chi-bo-2", "Chi bộ Hai", "chi_bo", "dang-uy", past=(Past(date(2019, 5, 1), "Tổ Hai", "T2", "chi-bo-1"),)),
        Unit("dang-uy", "Đảng ủy", "dang_uy", symbol="ĐU", past=(Past(date(2020, 1, 1), "Đảng bộ"),)),
    ),
    people=(Person("an", "An", (Membership("dang_vien", "chi-bo-2"),)),),
    successions=(Succession(SuccessionKind.MERGE, "chi-bo-1", "chi-bo-2", date(2025, 7, 1), with_rights=True),),
)


@pytest.fixture
def facts(catalogue: Catalogue) -> Catalogue:
    catalogue.organisation.replace(HISTORY)
    return catalogue


def test_history_is_given_back_as_it_was_told(facts: Catalogue) -> None:
    assert facts.organisation.whole() == HISTORY
    facts.organisation.replace(HISTORY)
    assert facts.organisation.whole() == HISTORY


def test_a_unit_is_known_as_it_was_on_a_day(facts: Catalogue) -> None:
    unit = facts.organisation.require_unit("chi-bo-2")
    then, now = unit.at(date(2019, 5, 1)), unit.at(date(2019, 5, 2))
    assert (then.name, then.symbol, then.parent) == ("Tổ Hai", "T2", "chi-bo-1")
    assert now == unit


def test_a_successor_has_the_rights_of_before_only_where_that_was_said(facts: Catalogue) -> None:
    """`dang-uy` above, `cu` before, `moi` now with `to` below it: `an` in `moi`, `binh` in `to`, `chi` in `cu`."""
    day = date(2025, 7, 1)
    units = (
        Unit("dang-uy", "Đảng ủy", "dang_uy"),
        Unit("cu", "Cũ", "chi_bo", "dang-uy", valid_to=day - timedelta(days=1)),
        Unit("moi", "Mới", "chi_bo", "dang-uy", valid_from=day),
        Unit("to", "Tổ", "to", "moi"),
    )
    people = tuple(
        Person(person, person, (Membership(role, unit),))
        for person, role, unit in (("an", "van_thu", "moi"), ("binh", "dang_vien", "to"), ("chi", "van_thu", "cu"))
    )

    def held(person: str, on: date = day) -> set[str]:
        return {token for token in facts.organisation.reader(person, today=on).tokens if token.endswith((":cu", "@cu"))}

    for kind, with_rights in product(SuccessionKind, (False, True)):
        succession = Succession(kind, "cu", "moi", day, with_rights=with_rights)
        facts.organisation.replace(Organisation(units, people, (succession,)))
        assert held("an") == ({"unit:cu", "under:cu", "role:van_thu@cu"} if with_rights else set())
        assert held("binh") == ({"under:cu"} if with_rights else set())
        assert facts.organisation.reader("chi", today=day).tokens == frozenset()
        assert held("binh", day - timedelta(days=1)) == set()
        assert held("chi", day - timedelta(days=1)) == {"unit:cu", "under:cu", "role:van_thu@cu"}
    facts.organisation.replace(Organisation(units, people))
    assert held("an") == set()


def test_rights_go_on_through_successions_as_long_as_each_says_so(facts: Catalogue) -> None:
    ends = {"a": date(2020, 1, 1), "b": date(2021, 1, 1), "c": date(2022, 1, 1)}
    units = tuple(Unit(unit, unit.upper(), "chi_bo", valid_to=ends.get(unit)) for unit in "abcd")
    people = (Person("an", "An", (Membership("dang_vien", "d"),)),)

    def chain(*, silent: str = "") -> tuple[Succession, ...]:
        pairs = (("a", "b"), ("b", "c"), ("c", "d"))
        return tuple(
            Succession(SuccessionKind.MERGE, old, new, ends[old] + timedelta(days=1), with_rights=old != silent)
            for old, new in pairs
        )

    for silent, units_held in (("", "abcd"), ("a", "bcd"), ("b", "cd"), ("c", "d")):
        facts.organisation.replace(Organisation(units, people, chain(silent=silent)))
        tokens = facts.organisation.reader("an", today=date(2026, 1, 1)).tokens
        assert {token for token in tokens if token.startswith("unit:")} == {f"unit:{unit}" for unit in units_held}


def test_a_unit_that_a_new_file_leaves_out_ended_yesterday_and_can_be_written_to_a_file(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.catalogue.organisation.today", lambda: date(2026, 11, 24))
    yesterday = date(2026, 11, 23)
    facts.organisation.replace(Organisation((Unit("chi-bo-3", "Ba", "chi_bo", valid_from=date(2026, 11, 24)),), ()))
    facts.organisation.replace(Organisation((Unit("khac", "Khác", "dang_uy"),), ()))
    left = {unit.id: unit for unit in facts.organisation.units()}
    assert left["chi-bo-1"] == HISTORY.units[0]
    assert {left[unit].valid_to for unit in ("chi-bo-2", "chi-bo-3", "dang-uy")} == {yesterday}
    assert left["chi-bo-2"].past == HISTORY.units[1].past
    assert left["chi-bo-3"].valid_from == yesterday
    assert facts.organisation.successions() == ()


def test_units_of_before_have_no_history_when_the_schema_learns_of_it(catalogue: Catalogue) -> None:
    catalogue.database.downgrade("0009")
    with catalogue.database.writing() as session:
        session.execute(
            text("INSERT INTO units (id, name, kind, aliases) VALUES ('dang-uy', 'Đảng ủy', 'dang_uy', '[]')")
        )
    catalogue.database.upgrade()
    assert catalogue.organisation.whole() == Organisation((Unit("dang-uy", "Đảng ủy", "dang_uy"),), ())
    catalogue.database.downgrade("0009")
    catalogue.database.upgrade()
    assert catalogue.organisation.whole() == Organisation((Unit("dang-uy", "Đảng ủy", "dang_uy"),), ())


OPERATOR = Editor("os:root", "cli:root", None)
TODAY = date(2026, 11, 24)
EDITS: tuple[Edit, ...] = (
    AddUnit(Unit("chi-bo-4", "Chi bộ Bốn", "chi_bo", "dang-uy", valid_from=TODAY)),
    RenameUnit("chi-bo-2", TODAY, "Chi bộ Nhị", "CBN"),
    AddPerson("binh", "Bình"),
    AddRole("binh", Membership("van_thu", "chi-bo-2", TODAY)),
    MergeUnits(("chi-bo-2",), "chi-bo-4", date(2026, 12, 1), with_rights=True, move_people=True),
    Leave("an", TODAY),
)


def test_what_an_edit_makes_is_what_is_kept_and_each_has_its_lines_in_the_audit(facts: Catalogue) -> None:
    for edit in EDITS:
        assert facts.organisation.edit(edit, OPERATOR, today=TODAY) == facts.organisation.whole()
    told = [(line.event.action, line.event.object) for line in facts.audit.lines()]
    assert told == [(edit.action, what) for edit in EDITS for what in edit.about]
    assert facts.audit.first_broken() is None
    assert facts.organisation.reader("binh", today=date(2026, 12, 1)).tokens >= {"unit:chi-bo-4", "unit:chi-bo-2"}


def test_an_edit_that_fails_leaves_nothing_behind(facts: Catalogue) -> None:
    seen = edition_of(HISTORY)
    with pytest.raises(OrganisationError, match="chi-bo-9"):
        facts.organisation.edit(AddRole("an", Membership("dang_vien", "chi-bo-9")), OPERATOR, today=TODAY)
    with pytest.raises(StaleError):
        facts.organisation.edit(AddPerson("binh", "Bình"), OPERATOR, today=TODAY, seen="khác")
    assert facts.organisation.whole() == HISTORY
    assert list(facts.audit.lines()) == []
    facts.organisation.edit(AddPerson("binh", "Bình"), OPERATOR, today=TODAY, seen=seen)
    with pytest.raises(StaleError):
        facts.organisation.edit(AddPerson("chi", "Chi"), OPERATOR, today=TODAY, seen=seen)


def test_who_may_not_edit_is_written_down_with_what_there_is(facts: Catalogue) -> None:
    for edit in (
        AddPerson("binh", "Bình"),
        RenameUnit("chi-bo-2", TODAY, "Nhị"),
        RenameUnit("chi-bo-9", TODAY, "Chín"),
    ):
        with pytest.raises(NotAllowedError):
            facts.organisation.edit(edit, Editor("an", "http:x", "an"), today=TODAY)
    told = [(line.event.actor, line.event.object, line.event.outcome) for line in facts.audit.lines()]
    assert told == [("an", None, "refused"), ("an", "chi-bo-2", "refused"), ("an", None, "refused")]
    assert facts.organisation.whole() == HISTORY


def test_of_those_who_edit_what_they_saw_at_once_one_does(facts: Catalogue) -> None:
    seen = edition_of(facts.organisation.whole())

    def attempt(number: int) -> bool:
        edit = AddPerson(f"nguoi-{number}", f"Người {number}")
        try:
            facts.organisation.edit(edit, OPERATOR, today=TODAY, seen=seen)
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(4) as executor:
        assert sorted(executor.map(attempt, range(4))) == [False, False, False, True]
    assert len(facts.organisation.people()) == len(HISTORY.people) + 1
    assert facts.audit.first_broken() is None
