"""What a person may do that is not about documents: manage accounts, keep the organisation, read the audit.

Apart from who may read documents (`pipeline.access`), on purpose: a technical administrator and an auditor read none by
these roles, and a reader has none of this by being one. Only what holds today counts, in units that exist today.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.access import DatedRole, Role, lineage


@dataclass(frozen=True, slots=True)
class Duties:
    """What `person` may do today, by the units for whose people they may do it."""

    person: str
    administers: frozenset[str] = frozenset()
    """Units whose people's accounts they manage: where they are technical administrator, and all below."""
    keeps: frozenset[str] = frozenset()
    """Units whose names, people and roles they keep: where they are head of office, and all below."""
    audits: bool = False
    """Whether they read the audit: auditors of a unit at the top of the tree, for it is about everybody."""


def duties_for(person: str, roles: Iterable[DatedRole], *, parents: Mapping[str, str | None], today: date) -> Duties:
    """The duties that a person has today. `parents` maps each unit that exists today to its parent."""
    held = [(role.role, role.unit) for role in roles if role.holds_on(today) and role.unit in parents]

    def below(kind: Role) -> frozenset[str]:
        own = {unit for role, unit in held if role == kind}
        return frozenset(unit for unit in parents if own.intersection(lineage(unit, parents)))

    return Duties(
        person,
        administers=below(Role.QUAN_TRI_KY_THUAT),
        keeps=below(Role.CHANH_VAN_PHONG),
        audits=any(role == Role.KIEM_TOAN and parents[unit] is None for role, unit in held),
    )


def manages(units: Collection[str], roles: Iterable[DatedRole], *, today: date) -> bool:
    """Whether who administers these units manages the account of somebody with these roles, or with none today."""
    held = {role.unit for role in roles if role.holds_on(today)}
    return bool(units) and (not held or not held.isdisjoint(units))
