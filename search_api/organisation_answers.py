"""What the API answers of units and people, and what it takes to edit them, as models."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pipeline.access import Role
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.succession import SuccessionKind

Handle = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=1_000)]
Short = Annotated[str, Field(min_length=1, max_length=64)]
Handles = Annotated[list[Handle], Field(min_length=1, max_length=100)]


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class PastAnswer(_Answer):
    """What a unit was until a day."""

    until: date
    name: str
    symbol: str | None
    parent: str | None


class SuccessionAnswer(_Answer):
    """A unit that this one came from or became, from which day on, and whether with the rights of its people."""

    unit: str
    kind: SuccessionKind
    day: date
    with_rights: bool


class UnitAnswer(_Answer):
    """A unit, as it is or as it was on a day, and its history."""

    id: str
    name: str
    kind: str
    symbol: str | None
    parent: str | None
    aliases: list[str]
    valid_from: date | None
    valid_to: date | None
    past: list[PastAnswer]
    came_from: list[SuccessionAnswer]
    became: list[SuccessionAnswer]


class MembershipAnswer(_Answer):
    """A role in a unit, with its first and last day."""

    role: str
    unit: str
    valid_from: date | None
    valid_to: date | None


class PersonAnswer(_Answer):
    """A person with all their roles in units that whoever asks keeps."""

    person: str
    name: str
    roles: list[MembershipAnswer]


class UnitsAnswer(_Answer):
    """The units that somebody keeps, and which edition of the organisation that was."""

    edition: str
    units: list[UnitAnswer]


class OneUnitAnswer(_Answer):
    """A unit, and which edition of the organisation that was."""

    edition: str
    unit: UnitAnswer


class PeopleAnswer(_Answer):
    """The people of the units that somebody keeps, and those without a role."""

    edition: str
    people: list[PersonAnswer]


class OnePersonAnswer(_Answer):
    """A person, and which edition of the organisation that was."""

    edition: str
    person: PersonAnswer


def unit_answer(unit: Unit, organisation: Organisation) -> UnitAnswer:
    """A unit with what came before and after it."""
    return UnitAnswer(
        id=unit.id,
        name=unit.name,
        kind=unit.kind,
        symbol=unit.symbol,
        parent=unit.parent,
        aliases=list(unit.aliases),
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        past=[PastAnswer.model_validate(past) for past in unit.past],
        came_from=[
            SuccessionAnswer(unit=each.unit, kind=each.kind, day=each.day, with_rights=each.with_rights)
            for each in organisation.successions
            if each.successor == unit.id
        ],
        became=[
            SuccessionAnswer(unit=each.successor, kind=each.kind, day=each.day, with_rights=each.with_rights)
            for each in organisation.successions
            if each.unit == unit.id
        ],
    )


def person_answer(person: Person, roles: list[Membership]) -> PersonAnswer:
    """A person with these of their roles."""
    return PersonAnswer(
        person=person.id, name=person.name, roles=[MembershipAnswer.model_validate(role) for role in roles]
    )


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    edition: Annotated[str, Field(max_length=64)] | None = Field(
        default=None, description="Chỉ sửa nếu tổ chức vẫn là bản này"
    )


class _FromDay(_Edit):
    start: date | None = Field(default=None, alias="from", description="Từ ngày nào; không nêu là hôm nay")


class _ToDay(_Edit):
    last: date | None = Field(default=None, alias="to", description="Ngày cuối cùng; không nêu là hôm qua")


class NewUnitRequest(_FromDay):
    """A unit that was not known before."""

    unit: Handle
    name: Name
    kind: Short
    parent: Handle | None = None
    symbol: Short | None = None
    aliases: Annotated[list[Name], Field(max_length=100)] = []


class RenameUnitRequest(_FromDay):
    """Another name, another code, or both; an empty code takes it away."""

    name: Name | None = None
    symbol: Annotated[str, Field(max_length=64)] | None = None


class MoveUnitRequest(_FromDay):
    """Another unit above it."""

    parent: Handle


class EndRequest(_ToDay):
    """The last day."""


class MergeRequest(_FromDay):
    """Units that end, and in whose place the one of the address stands."""

    units: Handles
    with_rights: bool = Field(default=False, description="Người của đơn vị nhận xem được những gì người cũ xem")
    move_people: bool = Field(default=False, description="Chuyển vai trò của mọi người sang đơn vị nhận")


class SplitRequest(_FromDay):
    """Units that the one of the address becomes."""

    into: Handles
    rights_to: Annotated[list[Handle], Field(max_length=100)] = Field(
        default=[], description="Đơn vị nào có người xem được những gì người của đơn vị cũ xem"
    )


class NewPersonRequest(_Edit):
    """Somebody who was not known before."""

    person: Handle
    name: Name


class RenamePersonRequest(_Edit):
    """Another name."""

    name: Name


class NewRoleRequest(_FromDay):
    """A role in a unit."""

    role: Role
    unit: Handle
    last: date | None = Field(default=None, alias="to", description="Ngày cuối cùng; không nêu là chưa định")


class EndRoleRequest(_ToDay):
    """A role in a unit that ends."""

    role: Role
    unit: Handle
