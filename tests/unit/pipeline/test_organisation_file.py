"""An organisation file says the whole organisation: what is written is what is read, and every fault has its line."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipeline.access import Role
from pipeline.catalogue import open_catalogue, sqlite_url
from pipeline.errors import OrganisationError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_file import read_organisation

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
        units.append(Unit(unit, draw(names), draw(handles), parent, draw(st.none() | names), aliases, start, end))
    roles = st.builds(
        lambda role, unit, period: Membership(role, unit, *period),
        st.sampled_from(list(Role)), st.sampled_from(ids), periods,
    )  # fmt: skip
    people = [
        Person(person, draw(names), tuple(draw(st.lists(roles, max_size=3))))
        for person in draw(st.lists(handles, unique=True, max_size=4))
    ]
    return Organisation(tuple(draw(st.permutations(units))), tuple(people))


def written(organisation: Organisation) -> dict[str, Any]:
    """As `docs/organisation.md` says it is written; what is not said is left out."""
    units = [
        {
            "id": unit.id, "name": unit.name, "kind": unit.kind, "parent": unit.parent, "symbol": unit.symbol,
            "aliases": list(unit.aliases), "valid_from": unit.valid_from, "valid_to": unit.valid_to,
        }
        for unit in organisation.units
    ]  # fmt: skip
    people = [
        {"id": person.id, "name": person.name, "roles": [_role(role) for role in person.memberships]}
        for person in organisation.people
    ]
    return {"units": [_said(unit) for unit in units], "people": people}


def _role(role: Membership) -> dict[str, Any]:
    return _said({"role": str(role.role), "unit": role.unit, "from": role.valid_from, "to": role.valid_to})


def _said(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if value not in (None, [])}


def as_file(folder: Path, content: object) -> Path:
    path = folder / "organisation.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


@given(organisations())
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, organisation: Organisation) -> None:
    assert read_organisation(as_file(tmp_path_factory.mktemp("org"), written(organisation))) == organisation


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
        others = [person for person in people.values() if person.id not in {p.id for p in organisation.people}]
        assert not any(person.memberships for person in others)
    facts.close()


ROOT = {"id": "goc", "name": "Gốc", "kind": "dang_uy"}


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
