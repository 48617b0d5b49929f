"""What would change if one organisation took the place of another: for people who want to see it before it is done."""

from dataclasses import dataclass
from datetime import date

from pipeline.model import Organisation


@dataclass(frozen=True, slots=True)
class Changes:
    """Ids of what would change, in the order of the new organisation; successions as `<unit> → <successor>`."""

    units_added: tuple[str, ...]
    units_changed: tuple[str, ...]
    units_ended: tuple[str, ...]
    people_added: tuple[str, ...]
    people_changed: tuple[str, ...]
    people_left_out: tuple[str, ...]
    successions_added: tuple[str, ...]
    successions_left_out: tuple[str, ...]


def changes(*, before: Organisation, now: Organisation, today: date) -> Changes:
    """The changes from `before` to `now`. Who is left out loses their roles, and a unit that is, ends `today`."""
    old_units, old_people = {unit.id: unit for unit in before.units}, {person.id: person for person in before.people}
    units, people = {unit.id for unit in now.units}, {person.id for person in now.people}
    return Changes(
        units_added=tuple(unit.id for unit in now.units if unit.id not in old_units),
        units_changed=tuple(unit.id for unit in now.units if old_units.get(unit.id, unit) != unit),
        units_ended=tuple(
            unit.id for unit in before.units if unit.id not in units and (unit.valid_to or date.max) >= today
        ),
        people_added=tuple(person.id for person in now.people if person.id not in old_people),
        people_changed=tuple(person.id for person in now.people if old_people.get(person.id, person) != person),
        people_left_out=tuple(person.id for person in before.people if person.id not in people and person.memberships),
        successions_added=_told(now, but=before),
        successions_left_out=_told(before, but=now),
    )


def _told(organisation: Organisation, *, but: Organisation) -> tuple[str, ...]:
    """The successions of one that the other has not, or has otherwise."""
    return tuple(f"{each.unit} → {each.successor}" for each in organisation.successions if each not in but.successions)
