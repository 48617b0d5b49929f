"""What no edit of the organisation may come to: more for whoever makes it, less for those who watch over them.

More is: what they read; whose accounts they manage, for who sets a password may sign in with it; what those read whose
passwords they may have set; what they keep; the audit. Those who watch are technical administrators and auditors. The
unit at the top of the tree, by which an auditor is one, stays where it is. Looked at are today and all days on which
anything begins or ends. Leaves who may make an edit at all to `pipeline.organisation_edits`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.access import Role, reader_for
from pipeline.duties import Duties, duties_for, manages
from pipeline.errors import NotAllowedError
from pipeline.model import Membership, Organisation, present_parents
from pipeline.succession import inherited

_WATCHING = frozenset({Role.QUAN_TRI_KY_THUAT, Role.KIEM_TOAN})
_BY_OPERATOR = "Hãy nhờ người quản trị bằng dòng lệnh."


@dataclass(frozen=True, slots=True)
class _OnDay:
    """What the people of an organisation may do on a day. `parents` are those of the units that exist then."""

    roles: Mapping[str, tuple[Membership, ...]]
    units: frozenset[str]
    parents: Mapping[str, str | None]
    inherited: Mapping[str, frozenset[str]]
    day: date

    @classmethod
    def of(cls, organisation: Organisation, day: date) -> "_OnDay":
        """The organisation on this day."""
        return cls(
            {person.id: person.memberships for person in organisation.people},
            frozenset(unit.id for unit in organisation.units),
            present_parents(organisation.units, day),
            inherited(organisation.successions, day),
            day,
        )

    def duties(self, person: str) -> Duties:
        """What somebody may do."""
        return duties_for(person, self.roles.get(person, ()), parents=self.parents, today=self.day)

    def tokens(self, person: str) -> frozenset[str]:
        """What somebody reads by."""
        roles = self.roles.get(person, ())
        return reader_for(person, roles, parents=self.parents, today=self.day, before=self.inherited).tokens

    def managed(self, person: str) -> frozenset[str]:
        """The others whose accounts somebody manages."""
        units = self.duties(person).administers
        return frozenset(
            each for each, roles in self.roles.items() if each != person and manages(units, roles, today=self.day)
        )

    def watches_in(self, person: str, unit: str) -> bool:
        """Whether somebody watches by a role in this very unit."""
        return any(
            role.unit == unit and role.role in _WATCHING and role.holds_on(self.day) for role in self.roles[person]
        )


def require_in_bounds(before: Organisation, after: Organisation, editor: str, *, today: date) -> None:
    """Refuse what an edit would come to.

    Raises:
        NotAllowedError: the editor would gain, somebody who watches would lose, or a unit at the top would move or end.
    """
    if _moved_tops(before, after):
        raise NotAllowedError(
            f"Đơn vị ở đầu cây tổ chức chỉ chuyển, sáp nhập hay kết thúc bằng dòng lệnh. {_BY_OPERATOR}"
        )
    days = sorted({today, *(day for whole in (before, after) for day in _days_of_change(whole) if day > today)})
    pairs = [(_OnDay.of(before, day), _OnDay.of(after, day)) for day in days]
    managed = frozenset().union(*(was.managed(editor) for was, _ in pairs))
    if any(_gains(was, then, editor, managed) for was, then in pairs):
        raise NotAllowedError(
            "Việc này cho chính bạn xem hoặc quản lý được thêm. Hãy nhờ chánh văn phòng khác hoặc người quản trị."
        )
    watching = {
        each.id for each in before.people if each.id != editor and any(r.role in _WATCHING for r in each.memberships)
    }
    if any(_loses(was, then, person) for was, then in pairs for person in watching):
        raise NotAllowedError(f"Việc này thu hẹp phạm vi của người quản trị kỹ thuật hoặc kiểm toán. {_BY_OPERATOR}")


def _moved_tops(before: Organisation, after: Organisation) -> bool:
    now = {unit.id: (unit.parent, unit.valid_to) for unit in after.units}
    return any(now[unit.id] != (None, unit.valid_to) for unit in before.units if unit.parent is None)


def _days_of_change(organisation: Organisation) -> Iterator[date]:
    """The days on which a role, a unit or a succession begins, or the first without it."""
    periods = [(unit.valid_from, unit.valid_to) for unit in organisation.units]
    periods += [(role.valid_from, role.valid_to) for person in organisation.people for role in person.memberships]
    for begin, end in periods:
        if begin is not None:
            yield begin
        if end is not None and end < date.max:
            yield end + timedelta(days=1)
    yield from (each.day for each in organisation.successions)


def _gains(was: _OnDay, then: _OnDay, editor: str, managed: frozenset[str]) -> bool:
    """Whether the editor has more than before on a day. `managed` are those whose passwords they may have set.

    Units and people that were not there before may come: nothing is granted to them.
    """
    own, duties, duties_then = was.tokens(editor), was.duties(editor), then.duties(editor)
    return (
        not then.tokens(editor) <= own
        or duties_then.audits > duties.audits
        or not (duties_then.keeps & was.units) <= duties.keeps
        or not (then.managed(editor) & was.roles.keys()) <= was.managed(editor)
        or any(not then.tokens(person) <= was.tokens(person) | own for person in managed)
    )


def _loses(was: _OnDay, then: _OnDay, person: str) -> bool:
    """Whether somebody watches over less: an ended unit counts where they held the role in it."""
    duties, duties_then = was.duties(person), then.duties(person)
    lost = duties.administers - duties_then.administers
    is_less = any(unit in then.parents or was.watches_in(person, unit) for unit in lost)
    return is_less or duties.audits > duties_then.audits
