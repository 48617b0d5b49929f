"""An organisation file says the whole organisation: what is written is what is read, and every fault has its line."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.access import Role
from pipeline.catalogue import open_catalogue, sqlite_url
from pipeline.errors import OrganisationError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_file import read_organisation, write_organisation
from pipeline.succession import Past, Succession, SuccessionKind

handles = st.from_regex(r"[a-z0-9][a-z0-9._-]{0,12}", fullmatch=True)
names = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20)
periods = st.tuples(st.none() | st.dates(), st.none() | st.dates()).map(
    lambda pair: pair if None in pair else (min(pair[0], pair[1]), max(pair[0], pair[1]))  # type: ignore[type-var]
)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Units in a tree of any shape, in any order, and people with roles in them."""
    ids = draw(st.lists(handles, unique=True, min_size=1, max_size=6))
    units = []
    for place, unit in enumerate(ids):
        start, end = draw(periods)
        parent = draw(st.none() | st.sampled_from(ids[:place])) if place else None
        aliases = tuple(draw(st.lists(names, max_size=2)))
        past = draw(pasts(ids, start, end))
        units.append(Unit(unit, draw(names), draw(handles), parent, draw(st.none() | names), aliases, start, end, past))
    roles = st.builds(
        lambda role, unit, period: Membership(role, unit, *period),
        st.sampled_from(list(Role)), st.sampled_from(ids), periods,
    )  # fmt: skip
    people = [
        Person(person, draw(names), tuple(draw(st.lists(roles, max_size=3))))
        for person in draw(st.lists(handles, unique=True, max_size=4))
    ]
    return Organisation(tuple(draw(st.permutations(units))), tuple(people), draw(successions(units)))


@st.composite
def pasts(draw: st.DrawFn, units: list[str], start: date | None, end: date | None) -> tuple[Past, ...]:
    """What a unit may have been in its time: each until another day, and the last not until its end."""
    days = st.dates(start or date.min, end or date.max).filter(lambda day: day < (end or date.max))
    untils = draw(st.lists(days, unique=True, max_size=2)) if start != (end or date.max) else []
    made = st.builds(Past, st.none(), names, st.none() | names, st.none() | st.sampled_from(units))
    return tuple(replace(draw(made), until=until) for until in sorted(untils))


@st.composite
def successions(draw: st.DrawFn, units: list[Unit]) -> tuple[Succession, ...]:
    """Merges and splits that can have been, in the order of their days."""
    days = st.dates()
    pairs = [(old, new) for old in units for new in units if old is not new]
    made = (
        [
            Succession(kind, old.id, new.id, day, draw(st.booleans()))
            for old, new in draw(st.lists(st.sampled_from(pairs), max_size=3, unique_by=lambda p: (p[0].id, p[1].id)))
            for kind, day in [(draw(st.sampled_from(list(SuccessionKind))), _day(old, new, draw(days)))]
            if new.is_there_on(day) and (old.valid_from or date.min) < day
            if kind is SuccessionKind.SPLIT or (old.valid_to or date.max) < day
        ]
        if pairs
        else []
    )
    return tuple(sorted(made, key=lambda each: (each.day, each.unit, each.successor)))


def _day(old: Unit, new: Unit, day: date) -> date:
    """Mostly one on which the new unit may take the place of the old one."""
    after = old.valid_to + timedelta(days=1) if old.valid_to and old.valid_to < date.max else day
    return new.valid_from if new.valid_from and new.valid_from > after else after


def written(organisation: Organisation) -> dict[str, Any]:
    """As `docs/organisation.md` says it is written; what is not said is left out."""
    units = [
        {
            "id": unit.id, "name": unit.name, "kind": unit.kind, "parent": unit.parent, "symbol": unit.symbol,
            "aliases": list(unit.aliases), "valid_from": unit.valid_from, "valid_to": unit.valid_to,
            "past": [_said(asdict(past)) for past in unit.past],
        }
        for unit in organisation.units
    ]  # fmt: skip
    people = [
        {"id": person.id, "name": person.name, "roles": [_role(role) for role in person.memberships]}
        for person in organisation.people
    ]
    told = [asdict(each) | {"kind": str(each.kind)} for each in organisation.successions]
    return {"units": [_said(unit) for unit in units], "people": people, "successions": told}


def _role(role: Membership) -> dict[str, Any]:
    return _said({"role": str(role.role), "unit": role.unit, "from": role.valid_from, "to": role.valid_to})


def _said(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value not in (None, [])}


def as_file(folder: Path, content: object) -> Path:
    path = folder / "organisation.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


@settings(max_examples=50)
@given(organisations())
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, organisation: Organisation) -> None:
    path = as_file(tmp_path_factory.mktemp("org"), written(organisation))
    assert read_organisation(path) == organisation
    write_organisation(path, organisation)
    assert read_organisation(path) == organisation


@settings(max_examples=25, deadline=None)
@given(organisations())
def test_the_catalogue_gives_back_what_the_file_says(
    tmp_path_factory: pytest.TempPathFactory, organisation: Organisation
) -> None:
    facts = open_catalogue(sqlite_url(tmp_path_factory.getbasetemp() / "organisations.sqlite3"))
    for _ in range(2):  # once more changes nothing
        facts.organisation.replace(organisation)
        kept = {unit.id: unit for unit in facts.organisation.units()}
        assert [kept[unit.id] for unit in organisation.units] == list(organisation.units)
        people = {person.id: person for person in facts.organisation.people()}
        assert [people[person.id] for person in organisation.people] == list(organisation.people)
        assert facts.organisation.successions() == organisation.successions
        others = [person for person in people.values() if person.id not in {p.id for p in organisation.people}]
        assert not any(person.memberships for person in others)
    facts.close()


ROOT = {"id": "goc", "name": "Gốc", "kind": "dang_uy"}
OLD = ROOT | {"valid_to": date(2020, 1, 1)}
NEW = {"id": "moi", "name": "Mới", "kind": "dang_uy"}
WAS = {"until": date(2020, 1, 1), "name": "Xưa"}
GIVEN = {"kind": "merge", "unit": "goc", "successor": "moi", "day": date(2020, 1, 2)}
EARLY = {"kind": "split", "day": date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"units": [ROOT, ROOT]}, "goc: mã xuất hiện 2 lần"),
        ({"units": [ROOT | {"parent": "khac"}]}, "«khac»"),
        ({"units": [ROOT | {"parent": "goc"}]}, "vòng tròn"),
        ({"units": [ROOT | {"parent": "la"}, ROOT | {"id": "la", "parent": "goc"}]}, "vòng tròn"),
        ({"units": [ROOT | {"valid_from": date(2025, 1, 2), "valid_to": date(2025, 1, 1)}]}, "2025-01-01"),
        ({"units": [ROOT | {"id": "Gốc"}]}, "units.0.id"),
        ({"units": [ROOT | {"nmae": "x"}]}, "units.0.nmae"),
        ({"units": [ROOT | {"kind": "x" * 65}]}, "units.0.kind"),
        ({"units": [ROOT | {"symbol": "Đ" * 65}]}, "units.0.symbol"),
        ({"units": [ROOT], "people": [{"id": "a", "name": "A", "roles": [{"role": "vua", "unit": "goc"}]}]}, "roles.0"),
        (
            {"units": [ROOT], "people": [{"id": "a", "name": "A", "roles": [{"role": "van_thu", "unit": "x"}]}]},
            "không có đơn vị «x»",
        ),
        ({"units": [ROOT | {"past": [{"until": date(2020, 1, 1), "name": "A", "parent": "x"}]}]}, "trước đây.*«x»"),
        ({"units": [ROOT | {"past": [WAS, WAS]}]}, "2020-01-01 trước ngày bắt đầu 2020-01-02"),
        ({"units": [ROOT | {"past": [WAS], "valid_from": date(2021, 1, 1)}]}, "2020-01-01 trước ngày bắt đầu"),
        ({"units": [ROOT | {"past": [WAS], "valid_to": date(2020, 1, 1)}]}, "không trước ngày 2020-01-01"),
        ({"units": [ROOT | {"past": [WAS | {"nmae": "x"}]}]}, "units.0.past.0.nmae"),
        ({"units": [ROOT, NEW], "successions": [GIVEN | {"kind": "marry"}]}, "successions.0.kind"),
        ({"units": [ROOT, NEW], "successions": [GIVEN]}, "goc sáp nhập ngày 2020-01-02 nên phải kết thúc"),
        ({"units": [OLD, NEW], "successions": [GIVEN, GIVEN]}, "goc → moi: xuất hiện hai lần"),
        ({"units": [OLD | {"valid_from": date(2020, 1, 1)}, NEW], "successions": [GIVEN | EARLY]}, "chưa có trước"),
        ({"units": [OLD, NEW | {"valid_from": date(2021, 1, 1)}], "successions": [GIVEN]}, "moi không tồn tại"),
        ({"units": [OLD, NEW], "successions": [GIVEN | {"successor": "goc"}]}, "kế tục chính nó"),
        ({"units": [OLD, NEW], "successions": [GIVEN | {"unit": "x"}]}, "không có đơn vị «x»"),
        ({"people": []}, "units"),
        (None, "chưa nạp gì"),
        ("units", "chưa nạp gì"),
    ],
)
def test_every_fault_is_named_and_nothing_is_read(tmp_path: Path, content: object, named: str) -> None:
    with pytest.raises(OrganisationError, match=named):
        read_organisation(as_file(tmp_path, content))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"units: [", b"units: !!python/object/apply:os.getcwd []\n"])
def test_what_is_no_yaml_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "organisation.yaml"
    path.write_bytes(data)
    with pytest.raises(OrganisationError):
        read_organisation(path)
