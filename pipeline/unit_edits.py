"""Edits of units: a new one, another name or place, the end of one, several that become one, one that becomes several.

What a unit was stays known, with its days. None of them gives anybody a right unless that is said (`with_rights`,
`rights_to`, `move_people`). Leaves who may make them, and checking what comes of it, to `pipeline.organisation_edits`.
"""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar

from pipeline.access import MEMBER_ROLES
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_edits import below, refusal, unit_of
from pipeline.organisation_file import NO_HANDLE, is_handle
from pipeline.succession import Past, Succession, SuccessionKind

_SHORT = 64
_A_DAY = timedelta(days=1)


class _UnitEdit(ABC):
    """What edits of units have in common."""

    __slots__ = ()

    @property
    @abstractmethod
    def units(self) -> tuple[str, ...]:
        """Those that it touches."""

    @property
    def about(self) -> tuple[str, ...]:
        """The same."""
        return self.units

    @property
    def person(self) -> str | None:
        """Nobody by name."""
        return None

    @property
    def roles(self) -> tuple[str, ...]:
        """None by name."""
        return ()


@dataclass(frozen=True, slots=True)
class AddUnit(_UnitEdit):
    """A unit that was not known before."""

    action: ClassVar[str] = "add-unit"
    unit: Unit

    @property
    def units(self) -> tuple[str, ...]:
        """The one above it."""
        return () if self.unit.parent is None else (self.unit.parent,)

    @property
    def about(self) -> tuple[str, ...]:
        """The unit itself."""
        return (self.unit.id,)

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the unit, at its place by its handle."""
        require_handle(self.unit.id)
        if self.unit.parent is not None and unit_of(organisation, self.unit.parent):
            _require_lasting(organisation, self.unit.parent, self.unit.valid_from or today)
        made = replace(
            self.unit,
            name=clean_name(self.unit.name),
            kind=_short(self.unit.kind, "loại"),
            symbol=_symbol(self.unit.symbol),
            aliases=tuple(map(clean_name, self.unit.aliases)),
        )
        return replace(organisation, units=tuple(sorted((*organisation.units, made), key=lambda unit: unit.id)))


@dataclass(frozen=True, slots=True)
class RenameUnit(_UnitEdit):
    """Another name, another code, or both, from a day on; what is None stays, an empty code takes it away."""

    action: ClassVar[str] = "rename-unit"
    unit: str
    day: date
    name: str | None = None
    symbol: str | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """The one."""
        return (self.unit,)

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the unit renamed, and its name of before in its past."""
        unit = _require_lasting(organisation, self.unit, self.day)
        name = unit.name if self.name is None else clean_name(self.name)
        symbol = unit.symbol if self.symbol is None else _symbol(self.symbol)
        return _changed(organisation, unit, replace(unit, name=name, symbol=symbol), self.day, today)


@dataclass(frozen=True, slots=True)
class MoveUnit(_UnitEdit):
    """Another unit above it from a day on, or none."""

    action: ClassVar[str] = "move-unit"
    unit: str
    parent: str | None
    day: date

    @property
    def units(self) -> tuple[str, ...]:
        """Both; none where it comes to stand at the top."""
        return () if self.parent is None else (self.unit, self.parent)

    @property
    def about(self) -> tuple[str, ...]:
        """The one that is moved."""
        return (self.unit,)

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the unit at its new place, and the one of before in its past."""
        unit = _require_lasting(organisation, self.unit, self.day)
        if self.parent is not None:
            _require_lasting(organisation, self.parent, today)
        return _changed(organisation, unit, replace(unit, parent=self.parent), self.day, today)


@dataclass(frozen=True, slots=True)
class EndUnit(_UnitEdit):
    """The end of a unit, with its last day. There must be none below it by then."""

    action: ClassVar[str] = "end-unit"
    unit: str
    last: date

    @property
    def units(self) -> tuple[str, ...]:
        """The one."""
        return (self.unit,)

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the unit ended."""
        del today
        return _with_units(organisation, [_ended(organisation, self.unit, self.last)])


@dataclass(frozen=True, slots=True)
class MergeUnits(_UnitEdit):
    """Units that end the day before, and one that stands in their place from the day on."""

    action: ClassVar[str] = "merge-units"
    merged: tuple[str, ...]
    into: str
    day: date
    with_rights: bool = False
    move_people: bool = False
    """Whether whoever has a reading role in one of them has it in the other from the day on."""

    @property
    def units(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.merged, self.into)

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the units ended, their people moved if wanted, and the succession noted."""
        del today
        if not self.merged or self.into in self.merged or len(set(self.merged)) < len(self.merged):
            raise refusal("hãy nêu các đơn vị được sáp nhập, mỗi đơn vị một lần, khác đơn vị nhận")
        after = organisation
        for unit in self.merged:
            after = _with_units(after, [_ended(after, unit, _day_before(self.day))])
        if self.move_people:
            people = tuple(_moved(person, self.merged, self.into, self.day) for person in after.people)
            after = replace(after, people=people)
        return _with_successions(
            after,
            (Succession(SuccessionKind.MERGE, unit, self.into, self.day, self.with_rights) for unit in self.merged),
        )


@dataclass(frozen=True, slots=True)
class SplitUnit(_UnitEdit):
    """A unit that becomes several from a day on; it goes on if it is one of them, else it ends the day before."""

    action: ClassVar[str] = "split-unit"
    unit: str
    into: tuple[str, ...]
    day: date
    rights_to: tuple[str, ...] = ()
    """Which of them have its people's rights."""

    @property
    def units(self) -> tuple[str, ...]:
        """All of them."""
        return (self.unit, *(unit for unit in self.into if unit != self.unit))

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """With the unit ended, if it does not go on, and the successions noted."""
        del today
        if len(set(self.into)) < max(2, len(self.into)):
            raise refusal("hãy nêu ít nhất hai đơn vị được tách ra, mỗi đơn vị một lần")
        others = [unit for unit in self.into if unit != self.unit]
        if not set(self.rights_to) <= set(others):
            raise refusal("đơn vị kế thừa quyền xem phải là một trong các đơn vị được tách ra")
        after = organisation
        if self.unit in self.into:
            _require_lasting(after, self.unit, self.day)
        else:
            after = _with_units(after, [_ended(after, self.unit, _day_before(self.day))])
        return _with_successions(
            after,
            (Succession(SuccessionKind.SPLIT, self.unit, unit, self.day, unit in self.rights_to) for unit in others),
        )


def clean_name(name: str) -> str:
    """A name in one Unicode form. Raises `OrganisationError` for an empty one."""
    cleaned = unicodedata.normalize("NFC", name).strip()
    if not cleaned:
        raise refusal("tên còn trống")
    return cleaned


def require_handle(handle: str) -> None:
    """Raises `OrganisationError` for what cannot be a handle."""
    if not is_handle(handle):
        raise refusal(f"«{handle}» không dùng được: {NO_HANDLE}")


def _short(text: str, what: str) -> str:
    cleaned = clean_name(text)
    if len(cleaned) > _SHORT:
        raise refusal(f"{what} dài quá {_SHORT} ký tự")
    return cleaned


def _symbol(symbol: str | None) -> str | None:
    return _short(symbol, "ký hiệu") if symbol and symbol.strip() else None


def _require_lasting(organisation: Organisation, unit: str, day: date) -> Unit:
    """The unit, which exists on that day."""
    found = unit_of(organisation, unit)
    if found is None:
        raise refusal(f"không có đơn vị «{unit}»")
    if not found.is_there_on(day):
        raise refusal(f"đơn vị {unit} không tồn tại vào ngày {day}")
    return found


def _changed(organisation: Organisation, old: Unit, new: Unit, day: date, today: date) -> Organisation:
    """With a unit that is otherwise from the day on; what it was before is kept if it was that for a day."""
    if new == old:
        raise refusal(f"đơn vị {old.id}: không có gì thay đổi")
    if day > today:
        raise refusal(f"ngày {day} chưa đến: hãy đổi vào ngày đó")
    until = _day_before(day)
    has_begun_then = old.past[-1].until == until if old.past else old.valid_from == day
    was = () if has_begun_then else (Past(until, old.name, old.symbol, old.parent),)
    return _with_units(organisation, [replace(new, past=(*old.past, *was))])


def _day_before(day: date) -> date:
    if day == date.min:
        raise refusal(f"ngày {day} quá sớm")
    return day - _A_DAY


def _ended(organisation: Organisation, unit: str, last: date) -> Unit:
    found = _require_lasting(organisation, unit, last)
    left = sorted(below(organisation, unit, after=last))
    if left:
        raise refusal(f"đơn vị {unit} còn đơn vị cấp dưới: {', '.join(left)}; hãy chuyển hoặc kết thúc trước")
    if found.valid_to == last:
        raise refusal(f"đơn vị {unit} đã kết thúc ngày {last}")
    return replace(found, valid_to=last)


def _with_units(organisation: Organisation, changed: Collection[Unit]) -> Organisation:
    now = {unit.id: unit for unit in changed}
    return replace(organisation, units=tuple(now.get(unit.id, unit) for unit in organisation.units))


def _moved(person: Person, units: Collection[str], into: str, day: date) -> Person:
    """The person with each reading role in one of the units ended, and begun in the other from the day on."""
    kept: list[Membership] = []
    fresh: list[Membership] = []
    for role in person.memberships:
        if role.unit not in units or role.role not in MEMBER_ROLES or (role.valid_to and role.valid_to < day):
            kept.append(role)
            continue
        begins = max(role.valid_from or day, day)
        fresh.append(Membership(role.role, into, begins, role.valid_to))
        if role.valid_from is None or role.valid_from < day:
            kept.append(replace(role, valid_to=_day_before(day)))
    for role in fresh:
        if not any(_covers(other, role) for other in kept):
            kept.append(role)
    return replace(person, memberships=tuple(kept))


def _covers(other: Membership, role: Membership) -> bool:
    """Whether another role is the same and holds whenever this one does."""
    is_same = (other.role, other.unit) == (role.role, role.unit)
    begins, ends = (role.valid_from or date.min), (role.valid_to or date.max)
    return is_same and (other.valid_from or date.min) <= begins and ends <= (other.valid_to or date.max)


def _with_successions(organisation: Organisation, made: Iterable[Succession]) -> Organisation:
    together = sorted((*organisation.successions, *made), key=lambda each: (each.day, each.unit, each.successor))
    return replace(organisation, successions=tuple(together))
