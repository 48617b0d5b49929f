"""Who may read a document: the one rule, as a check and as tokens that an index can filter by.

Grants alone decide. A grant names everyone, a unit, a unit with all below it, a role in a unit, or a person.
A reader becomes a small set of tokens at query time, a document carries the tokens of its grants; a reader may
read a document if and only if the two sets meet. Moving a unit or a person therefore changes no document.
No tokens: nothing. Engines and pages apply this module; nobody else decides.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, TypeVar

EVERYONE = "everyone"


class Role(StrEnum):
    """What a person is in a unit."""

    DANG_VIEN = "dang_vien"
    CHI_UY = "chi_uy"
    CAP_UY = "cap_uy"
    VAN_THU = "van_thu"
    CHANH_VAN_PHONG = "chanh_van_phong"
    UY_BAN_KIEM_TRA = "uy_ban_kiem_tra"
    QUAN_TRI_KY_THUAT = "quan_tri_ky_thuat"
    KIEM_TOAN = "kiem_toan"


MEMBER_ROLES = frozenset(
    {Role.DANG_VIEN, Role.CHI_UY, Role.CAP_UY, Role.VAN_THU, Role.CHANH_VAN_PHONG, Role.UY_BAN_KIEM_TRA}
)
"""Roles that make a person a member of the unit. The technical administrator and the auditor read no document."""

PUBLISHING_ROLES = frozenset({Role.VAN_THU, Role.CHANH_VAN_PHONG, Role.CAP_UY})
"""Roles that may publish a document of their own unit."""

_HANDLE = r"[a-z0-9][a-z0-9._-]*"
_GRANT = re.compile(
    rf"(?P<everyone>everyone)|unit:(?P<unit>{_HANDLE})|under:(?P<under>{_HANDLE})"
    rf"|role:(?P<role>[a-z_]+)@(?P<role_unit>{_HANDLE})|person:(?P<person>{_HANDLE})"
)


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """The right to read, given to whoever holds `token`.

    Written `everyone`, `unit:<unit>`, `under:<unit>` (the unit and all below it), `role:<role>@<unit>`
    or `person:<person>`.
    """

    token: str

    def __post_init__(self) -> None:
        """Refuse what is not a grant, so that a slip of the pen can never widen a document's readers.

        Raises:
            ValueError: the text is not one of the five forms, or names an unknown role.
        """
        match = _GRANT.fullmatch(self.token)
        if match is None:
            message = f"not a grant: {self.token!r}"
            raise ValueError(message)
        if match["role"] is not None:
            Role(match["role"])

    @property
    def unit(self) -> str | None:
        """The unit that the grant names, if it names one."""
        match = _GRANT.fullmatch(self.token)
        return match and (match["unit"] or match["under"] or match["role_unit"])

    @property
    def person(self) -> str | None:
        """The person that the grant names, if it names one."""
        match = _GRANT.fullmatch(self.token)
        return match and match["person"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody asking, with the tokens they hold today. `id` names them in the audit."""

    id: str
    tokens: frozenset[str]


class DatedRole(Protocol):
    """A role in a unit that holds on some days (see `pipeline.model.Membership`)."""

    @property
    def role(self) -> str:
        """The role's slug."""

    @property
    def unit(self) -> str:
        """The unit's id."""

    def holds_on(self, day: date, /) -> bool:
        """Whether it is in force on that day."""


NO_RIGHTS_OF_BEFORE: Mapping[str, frozenset[str]] = MappingProxyType({})

_Role = TypeVar("_Role", bound=DatedRole)


def reader_for(
    person: str,
    roles: Iterable[DatedRole],
    *,
    parents: Mapping[str, str | None],
    today: date,
    before: Mapping[str, frozenset[str]] = NO_RIGHTS_OF_BEFORE,
) -> Reader:
    """The reader that a person is today.

    `parents` maps each unit that exists today to its parent. A role in a unit that is not in it gives nothing. `before`
    maps units to those before them whose rights their people have (`pipeline.succession.inherited`).
    A person without a member role holds no token, not even their own: deny by default.
    """
    given = tokens_by_role(person, roles, parents=parents, today=today, before=before)
    return Reader(id=person, tokens=frozenset().union(*(tokens for _, tokens in given)))


def tokens_by_role(
    person: str,
    roles: Iterable[_Role],
    *,
    parents: Mapping[str, str | None],
    today: date,
    before: Mapping[str, frozenset[str]],
) -> list[tuple[_Role, frozenset[str]]]:
    """The roles that give a person something today, each with the tokens that it gives (see `reader_for`)."""
    held = [role for role in roles if role.holds_on(today) and role.unit in parents and role.role in MEMBER_ROLES]
    return [
        (
            role,
            frozenset({EVERYONE, f"person:{person}"})
            | {f"unit:{unit}" for unit in _with_before([role.unit], before)}
            | {role_token(role.role, unit) for unit in _with_before([role.unit], before)}
            | {f"under:{unit}" for unit in _with_before(lineage(role.unit, parents), before)},
        )
        for role in held
    ]


def _with_before(units: Sequence[str], before: Mapping[str, frozenset[str]]) -> set[str]:
    return set(units).union(*(before.get(unit, ()) for unit in units))


def lineage(unit: str, parents: Mapping[str, str | None]) -> list[str]:
    """The unit and all units above it, nearest first. A cycle, which import refuses, ends the walk."""
    walked: list[str] = []
    current: str | None = unit
    while current is not None and current not in walked:
        walked.append(current)
        current = parents.get(current)
    return walked


def role_token(role: str, unit: str) -> str:
    """The token of a role in a unit."""
    return f"role:{role}@{unit}"


def document_tokens(*, owner_unit: str, is_published: bool, grants: Iterable[Grant]) -> frozenset[str]:
    """The tokens of those who may read a document: the owner unit's clerks, and once published its grants."""
    clerks = {clerk_token(owner_unit)}
    return frozenset(clerks | {grant.token for grant in grants} if is_published else clerks)


def clerk_token(unit: str) -> str:
    """The token of the unit's clerks, who read whatever it keeps."""
    return role_token(Role.VAN_THU, unit)


def clerk_units(reader: Reader) -> frozenset[str]:
    """The units of which the reader is a clerk."""
    return _units_of(reader, {Role.VAN_THU})


def may_read(reader: Reader, tokens: frozenset[str]) -> bool:
    """Whether the reader may read a document that carries these tokens."""
    return not reader.tokens.isdisjoint(tokens)


def may_publish(reader: Reader, owner_unit: str) -> bool:
    """Whether the reader may publish documents of that unit."""
    return any(role_token(role, owner_unit) in reader.tokens for role in PUBLISHING_ROLES)


@dataclass(frozen=True, slots=True)
class IntakeView:
    """What somebody sees of jobs and batches: all of some units, and of others what they asked for themselves."""

    person: str
    all_of: frozenset[str]
    own_of: frozenset[str]

    def shows(self, *, unit: str, actor: str) -> bool:
        """Whether they see what this actor asked for this unit."""
        return unit in self.all_of or (unit in self.own_of and actor == self.person)


def intake_view(reader: Reader) -> IntakeView:
    """The view of intake that a reader has.

    A unit's clerks see every document of it, so they see all that was taken in for it. Others who may file for it may
    not read what somebody else filed, so they see their own. To everybody else it is as if it were not there.
    """
    return IntakeView(reader.id, all_of=clerk_units(reader), own_of=_units_of(reader, PUBLISHING_ROLES))


def _units_of(reader: Reader, roles: Iterable[Role]) -> frozenset[str]:
    """The units in which the reader holds one of these roles."""
    prefixes = [role_token(role, "") for role in roles]
    return frozenset(
        token.removeprefix(prefix) for prefix in prefixes for token in reader.tokens if token.startswith(prefix)
    )
