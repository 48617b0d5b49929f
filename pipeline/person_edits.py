"""Edits of people: somebody new, another name, who leaves, a role that begins or ends.

A day on which a role ends is its last. Leaves who may make them, and checking what comes of them, to
`pipeline.organisation_edits`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from pipeline.access import role_token
from pipeline.model import Membership, Organisation, Person
from pipeline.organisation_edits import person_of, refusal, unit_of
from pipeline.unit_edits import clean_name, require_handle


class _PersonEdit:
    """What edits of people have in common."""

    __slots__ = ()
    person: str

    @property
    def units(self) -> tuple[str, ...]:
        """None."""
        return ()

    @property
    def about(self) -> tuple[str, ...]:
        """Them."""
        return (self.person,)

    @property
    def roles(self) -> tuple[str, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class AddPerson(_PersonEdit):
    """Somebody who was not known before."""

    action: ClassVar[str] = "add-person"
    person: str
    name: str

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With them, at their place by their handle, without a role."""
        del today
        require_handle(self.person)
        people = (*organisation.people, Person(self.person, clean_name(self.name)))
        return replace(organisation, people=tuple(sorted(people, key=lambda person: person.id)))


@dataclass(frozen=True, slots=True)
class RenamePerson(_PersonEdit):
    """Another name."""

    action: ClassVar[str] = "rename-person"
    person: str
    name: str

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the other name."""
        del today
        return _with_person(organisation, self.person, lambda person: replace(person, name=clean_name(self.name)))


@dataclass(frozen=True, slots=True)
class Leave(_PersonEdit):
    """Who leaves: all their roles end with a last day, and those that would begin later never do."""

    action: ClassVar[str] = "leave"
    person: str
    last: date

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With their roles ended."""
        del today

        def left(person: Person) -> Person:
            kept = _ended(person.memberships, self.last)
            if kept == person.memberships:
                raise refusal(f"người {person.id} không còn vai trò nào sau ngày {self.last}")
            return replace(person, memberships=kept)

        return _with_person(organisation, self.person, left)


@dataclass(frozen=True, slots=True)
class AddRole(_PersonEdit):
    """A role of somebody in a unit."""

    action: ClassVar[str] = "add-role"
    person: str
    membership: Membership

    @property
    def units(self) -> tuple[str, ...]:
        """Where."""
        return (self.membership.unit,)

    @property
    def roles(self) -> tuple[str, ...]:
        """Which."""
        return (self.membership.role,)

    @property
    def about(self) -> tuple[str, ...]:
        """Who, and which role."""
        return (self.person, role_token(self.membership.role, self.membership.unit))

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the role, after the others."""
        fresh = self.membership
        unit = unit_of(organisation, fresh.unit)
        if unit is not None and unit.valid_to is not None and unit.valid_to < max(today, fresh.valid_from or today):
            raise refusal(f"đơn vị {unit.id} đã kết thúc ngày {unit.valid_to}")

        def given(person: Person) -> Person:
            if any(_is_same(role, fresh) and _overlap(role, fresh) for role in person.memberships):
                raise refusal(f"người {person.id} đã có vai trò này trong thời gian đó")
            return replace(person, memberships=(*person.memberships, fresh))

        return _with_person(organisation, self.person, given)


@dataclass(frozen=True, slots=True)
class EndRole(_PersonEdit):
    """The end of a role of somebody in a unit, with its last day."""

    action: ClassVar[str] = "end-role"
    person: str
    role: str
    unit: str
    last: date

    @property
    def units(self) -> tuple[str, ...]:
        """Where."""
        return (self.unit,)

    @property
    def roles(self) -> tuple[str, ...]:
        """Which."""
        return (self.role,)

    @property
    def about(self) -> tuple[str, ...]:
        """Who, and which role."""
        return (self.person, role_token(self.role, self.unit))

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the role ended."""
        del today
        meant = Membership(self.role, self.unit)

        def taken(person: Person) -> Person:
            kept = _ended(person.memberships, self.last, meant)
            if kept == person.memberships:
                raise refusal(f"người {person.id} không có vai trò này sau ngày {self.last}")
            return replace(person, memberships=kept)

        return _with_person(organisation, self.person, taken)


def _with_person(organisation: Organisation, person: str, change: Callable[[Person], Person]) -> Organisation:
    found = person_of(organisation, person)
    if found is None:
        raise refusal(f"không có người «{person}»")
    changed = change(found)
    if changed == found:
        raise refusal(f"người {person}: không có gì thay đổi")
    people = tuple(changed if each.id == person else each for each in organisation.people)
    return replace(organisation, people=people)


def _ended(roles: Iterable[Membership], last: date, meant: Membership | None = None) -> tuple[Membership, ...]:
    """The roles, those that are meant not beyond the day; one that would only begin after it is gone."""
    return tuple(
        replace(role, valid_to=last) if is_meant and _goes_beyond(role, last) else role
        for role in roles
        for is_meant in [meant is None or _is_same(role, meant)]
        if not (is_meant and role.valid_from is not None and role.valid_from > last)
    )


def _goes_beyond(role: Membership, last: date) -> bool:
    return role.valid_to is None or role.valid_to > last


def _is_same(role: Membership, other: Membership) -> bool:
    return (role.role, role.unit) == (other.role, other.unit)


def _overlap(role: Membership, other: Membership) -> bool:
    latest_begin = max(role.valid_from or date.min, other.valid_from or date.min)
    return latest_begin <= min(role.valid_to or date.max, other.valid_to or date.max)
