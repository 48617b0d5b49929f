"""What can be wrong with a whole organisation, doubled ids, unknown units, circles, periods, history.

Leaves the form of a file, and where in it a fault lies, to `pipeline.organisation_file` and `organisation_table`.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.access import lineage
from pipeline.model import Organisation, Unit
from pipeline.succession import SuccessionKind


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of an organisation, counted from 0.

    The `unit`-th unit, or what it was before (`past`); of the `person`-th person the `role`-th role; a `succession`.
    """

    unit: int | None = None
    past: int | None = None
    person: int | None = None
    role: int | None = None
    succession: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `what` names the unit or person, `text` says what is wrong with it, in Vietnamese."""

    place: Place
    what: str
    text: str


def faults(organisation: Organisation) -> Iterator[Fault]:
    """All that is wrong, units first."""
    yield from _of_units(organisation)
    yield from _of_people(organisation)
    yield from _of_successions(organisation)


def _of_units(organisation: Organisation) -> Iterator[Fault]:
    ids = [unit.id for unit in organisation.units]
    parents = {unit.id: unit.parent for unit in organisation.units}
    yield from _doubled("đơn vị", ids, is_unit=True)
    for index, unit in enumerate(organisation.units):
        place, what = Place(unit=index), f"đơn vị {unit.id}"
        if unit.parent is not None and unit.parent not in parents:
            yield Fault(place, what, f"không có đơn vị cấp trên «{unit.parent}»")
        elif parents.get(lineage(unit.id, parents)[-1]) is not None:
            yield Fault(place, what, "các đơn vị cấp trên tạo thành vòng tròn")
        yield from _period(place, what, unit.valid_from, unit.valid_to)
        yield from _printable(place, what, (unit.name, unit.symbol or "", *unit.aliases))
        yield from _of_past(index, unit, parents.keys())


def _of_past(index: int, unit: Unit, units: Collection[str]) -> Iterator[Fault]:
    """What a unit was must lie in its own time, in order, and leave at least a day to what it is."""
    begun = unit.valid_from
    for number, past in enumerate(unit.past):
        place, what = Place(unit=index, past=number), f"đơn vị {unit.id}, trước đây"
        if past.parent is not None and past.parent not in units:
            yield Fault(place, what, f"không có đơn vị cấp trên «{past.parent}»")
        if begun is not None and past.until < begun:
            yield Fault(place, what, f"ngày kết thúc {past.until} trước ngày bắt đầu {begun}")
        if unit.valid_to is not None and past.until >= unit.valid_to:
            yield Fault(place, what, f"ngày kết thúc {past.until} không trước ngày {unit.valid_to} đơn vị kết thúc")
        begun = past.until + timedelta(days=1) if past.until < date.max else past.until
        yield from _printable(place, what, (past.name, past.symbol or ""))


def _of_people(organisation: Organisation) -> Iterator[Fault]:
    units = {unit.id for unit in organisation.units}
    yield from _doubled("người", [person.id for person in organisation.people], is_unit=False)
    for index, person in enumerate(organisation.people):
        what = f"người {person.id}"
        yield from _printable(Place(person=index), what, (person.name,))
        for number, role in enumerate(person.memberships):
            place = Place(person=index, role=number)
            if role.unit not in units:
                yield Fault(place, what, f"không có đơn vị «{role.unit}»")
            yield from _period(place, what, role.valid_from, role.valid_to)


def _of_successions(organisation: Organisation) -> Iterator[Fault]:
    units = {unit.id: unit for unit in organisation.units}
    known: set[tuple[str, str, date]] = set()
    for index, each in enumerate(organisation.successions):
        place, what = Place(succession=index), f"kế tục {each.unit} → {each.successor}"
        if (each.unit, each.successor, each.day) in known:
            yield Fault(place, what, "xuất hiện hai lần")
        known.add((each.unit, each.successor, each.day))
        if each.unit == each.successor:
            yield Fault(place, what, "một đơn vị không thể kế tục chính nó")
        missing = [unit for unit in dict.fromkeys((each.unit, each.successor)) if unit not in units]
        if missing:
            yield from (Fault(place, what, f"không có đơn vị «{unit}»") for unit in missing)
            continue
        old, new = units[each.unit], units[each.successor]
        if each.kind is SuccessionKind.MERGE and (old.valid_to is None or old.valid_to >= each.day):
            yield Fault(place, what, f"đơn vị {old.id} sáp nhập ngày {each.day} nên phải kết thúc trước ngày đó")
        if old.valid_from is not None and old.valid_from >= each.day:
            yield Fault(place, what, f"đơn vị {old.id} chưa có trước ngày {each.day}")
        if not new.is_there_on(each.day):
            yield Fault(place, what, f"đơn vị {new.id} không tồn tại vào ngày {each.day}")


def _doubled(kind: str, ids: Sequence[str], *, is_unit: bool) -> Iterator[Fault]:
    """Each doubled id once, at its last place: what stood before it was there first."""
    last = {name: index for index, name in enumerate(ids)}
    for name, count in Counter(ids).items():
        if count > 1:
            place = Place(unit=last[name]) if is_unit else Place(person=last[name])
            yield Fault(place, f"{kind} {name}", f"mã xuất hiện {count} lần")


def _period(place: Place, what: str, start: date | None, end: date | None) -> Iterator[Fault]:
    if start is not None and end is not None and end < start:
        yield Fault(place, what, f"ngày kết thúc {end} trước ngày bắt đầu {start}")


def _printable(place: Place, what: str, texts: Sequence[str]) -> Iterator[Fault]:
    """Control characters and halves of surrogate pairs: neither PostgreSQL nor a spreadsheet keeps them all."""
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for text in texts for letter in text):
        yield Fault(place, what, "tên có ký tự điều khiển không in được")
