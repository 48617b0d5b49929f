"""The fictional organisation and the rule who may read what, written out for the truth.

The product has its own rule; this one is computed apart from it, so that the two can be compared.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

ORGANISATION_FILE = Path(__file__).parents[1] / "organisation.yaml"
OWNER_UNIT = "dang-uy"
CLERK_ROLE = "van_thu"
ROLES_WITHOUT_READING = frozenset({"quan_tri_ky_thuat", "kiem_toan"})


@dataclass(frozen=True, slots=True)
class Person:
    """A person and the roles held, as (role, unit)."""

    id: str
    name: str
    roles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Units (id to parent id, None at the top) and people."""

    parents: Mapping[str, str | None]
    people: tuple[Person, ...]

    def readers(self, grants: Iterable[str]) -> list[str]:
        """Ids of the persons whom the grants let read, and the owner unit's clerks, sorted.

        A grant is `everyone`, `unit:<unit>`, `under:<unit>`, `role:<role>@<unit>` or `person:<id>`. Technical
        administrators and auditors read nothing by these roles.
        """
        wanted = set(grants)
        return sorted(p.id for p in self.people if (CLERK_ROLE, OWNER_UNIT) in p.roles or self.tokens(p) & wanted)

    def tokens(self, person: Person) -> set[str]:
        """Every grant that reaches a person."""
        reading = [(role, unit) for role, unit in person.roles if role not in ROLES_WITHOUT_READING]
        found: set[str] = set()
        for role, unit in reading:
            found |= {"everyone", f"person:{person.id}", f"unit:{unit}", f"role:{role}@{unit}"}
            found |= {f"under:{above}" for above in self.line_above(unit)}
        return found

    def line_above(self, unit: str) -> list[str]:
        """The unit and all units above it."""
        line: list[str] = []
        step: str | None = unit
        while step is not None:
            line.append(step)
            step = self.parents[step]
        return line


def load_organisation(path: Path = ORGANISATION_FILE) -> Organisation:
    """Read an organisation file."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    parents = {unit["id"]: unit.get("parent") for unit in data["units"]}
    people = tuple(
        Person(entry["id"], entry["name"], tuple((role["role"], role["unit"]) for role in entry["roles"]))
        for entry in data["people"]
    )
    return Organisation(parents, people)
