"""The organisation's history in the catalogue, on each database."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from pipeline.catalogue import Catalogue
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.succession import Past, Succession, SuccessionKind

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


@pytest.mark.parametrize("kind", list(SuccessionKind))
@pytest.mark.parametrize("with_rights", [False, True])
def test_a_successor_has_the_rights_of_before_only_where_that_was_said(
    facts: Catalogue, kind: SuccessionKind, *, with_rights: bool
) -> None:
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
    succession = Succession(kind, "cu", "moi", day, with_rights=with_rights)
    facts.organisation.replace(Organisation(units, people, (succession,)))

    def held(person: str, on: date = day) -> set[str]:
        return {token for token in facts.organisation.reader(person, today=on).tokens if token.endswith((":cu", "@cu"))}

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
