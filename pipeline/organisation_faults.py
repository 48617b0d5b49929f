"""What can be wrong with a whole organisation, whatever file it came in: doubled ids, unknown units, circles, periods.

Leaves the form of a file, and where in it a fault lies, to `pipeline.organisation_file` and `organisation_table`.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.access import lineage
from pipeline.model import Organisation


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of an organisation: the `unit`-th unit, or of the `person`-th person the `role`-th role (from 0)."""

    unit: int | None = None
    person: int | None = None
    role: int | None = None


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
    """Control characters come from damaged files, and neither PostgreSQL nor a spreadsheet keeps them all."""
    if any(unicodedata.category(letter) == "Cc" for text in texts for letter in text):
        yield Fault(place, what, "tên có ký tự điều khiển không in được")
