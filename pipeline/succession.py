"""What a unit was before, and which unit took the place of which: merges and splits, each with its day.

A succession is history. It gives nobody a right, unless it was made `with_rights`: then a grant that names the old unit
is read as if it named the successor too, from that day on. Leaves tokens and grants to `pipeline.access`, and what a
unit is now to `pipeline.model`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Past:
    """What a unit was called, its code, and the unit above it, up to the day `until` (included)."""

    until: date
    name: str
    symbol: str | None = None
    parent: str | None = None


class SuccessionKind(StrEnum):
    """How one unit came from another: several became one (sáp nhập), or one became several (chia tách)."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Succession:
    """That `successor` stands in the place of `unit` from `day` on; a unit that is split may go on beside it."""

    kind: SuccessionKind
    unit: str
    successor: str
    day: date
    with_rights: bool = False
    """Whether the people of the successor read what is granted to those of the unit."""


def inherited(successions: Iterable[Succession], today: date) -> Mapping[str, frozenset[str]]:
    """For each unit that has any: the units whose rights its people have today, those of their predecessors too."""
    direct: dict[str, set[str]] = {}
    for each in successions:
        if each.with_rights and each.day <= today:
            direct.setdefault(each.successor, set()).add(each.unit)
    return {unit: frozenset(_all_before(unit, direct)) for unit in direct}


def _all_before(unit: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [unit]
    while waiting:
        fresh = direct.get(waiting.pop(), set()) - found - {unit}
        found |= fresh
        waiting += fresh
    return found
