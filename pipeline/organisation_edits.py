"""One edit of the organisation at a time: what it is, who may make it, and the organisation that comes of it.

An edit is a value that is put to an organisation as it is now and gives another, which is checked as a whole file is:
what would be wrong with it is named, and then nothing happens. Leaves the edits to `pipeline.unit_edits` and
`pipeline.person_edits`, and keeping what comes of them to `pipeline.catalogue`.

Who edits: the operator of the command line, and in what they keep (`pipeline.duties`), heads of office. Those give and
take roles in which one reads; the technical administrator's and the auditor's, who watch over the others, the operator
alone. Nobody changes their own roles, and what an edit comes to has its bounds (`pipeline.edit_bounds`).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from pipeline.access import MEMBER_ROLES, lineage
from pipeline.duties import Duties, duties_for
from pipeline.edit_bounds import require_in_bounds
from pipeline.errors import NotAllowedError, NotFoundError, OrganisationError, StaleError
from pipeline.model import Membership, Organisation, Person, Unit, present_parents
from pipeline.organisation_faults import faults


class Edit(Protocol):
    """One change. Its handles need not exist."""

    action: ClassVar[str]
    """The audit's word for it."""

    @property
    def units(self) -> tuple[str, ...]:
        """The units that it touches; none where it is about the top of the tree."""

    @property
    def about(self) -> tuple[str, ...]:
        """What the audit says it was done to: a line for each."""

    @property
    def person(self) -> str | None:
        """The person whom it touches."""

    @property
    def roles(self) -> tuple[str, ...]:
        """Roles that it gives or takes by their name."""

    def applied(self, organisation: Organisation, today: date) -> Organisation:
        """The organisation after it. Raises `OrganisationError` for what cannot be done."""


@dataclass(frozen=True, slots=True)
class Editor:
    """Who makes an edit and from where, for the audit; `person` is the one with whose rights, None for the operator."""

    actor: str
    origin: str
    person: str | None


def edited(organisation: Organisation, edit: Edit, by: Editor, *, today: date) -> Organisation:
    """The organisation after an edit by somebody who may make it.

    Raises:
        NotAllowedError: this person edits nothing, or not this.
        NotFoundError: a unit or person is not there or not theirs to edit: the two look the same.
        OrganisationError: it cannot be done; the message names each fault.
    """
    if by.person is not None:
        _require_may_edit(organisation, edit, by.person, today)
    after = edit.applied(organisation, today)
    known = Counter((fault.what, fault.text) for fault in faults(organisation))
    fresh = Counter((fault.what, fault.text) for fault in faults(after)) - known
    if fresh:
        raise refusal(*(f"{what}: {text}" for what, text in fresh))
    if by.person is not None:
        require_in_bounds(organisation, after, by.person, today=today)
    return after


def refusal(*reasons: str) -> OrganisationError:
    """The error that says why nothing was changed."""
    return OrganisationError("\n".join(["Chưa đổi gì:", *(f"- {reason}" for reason in reasons)]))


def edition_of(organisation: Organisation) -> str:
    """What stands for the organisation as it is: anything that changes gives another."""
    return hashlib.sha256(repr(organisation).encode()).hexdigest()[:16]


def require_edition(organisation: Organisation, seen: str | None) -> None:
    """Refuse an edit of what has changed since it was seen. Raises `StaleError`; without `seen`, never."""
    if seen is not None and seen != edition_of(organisation):
        raise StaleError("Tổ chức đã thay đổi từ khi bạn xem. Hãy xem lại rồi sửa.")


@dataclass(frozen=True, slots=True)
class Field:
    """What somebody keeps of an organisation: units with all below them, and the people in them or without a role."""

    organisation: Organisation
    keeps: frozenset[str]
    today: date

    def has_unit(self, unit: str) -> bool:
        """Whether it is there and theirs, be it there today or not."""
        parents = {each.id: each.parent for each in self.organisation.units}
        return unit in parents and not self.keeps.isdisjoint(lineage(unit, parents))

    def has_person(self, person: str) -> bool:
        """Whether they are there, and have a role in a unit of theirs, or none that holds or will hold."""
        found = person_of(self.organisation, person)
        units = {role.unit for role in self.lasting(found)} if found else set()
        return found is not None and (not units or any(map(self.has_unit, units)))

    def lasting(self, person: Person) -> list[Membership]:
        """The roles that are not over."""
        return [role for role in person.memberships if role.valid_to is None or role.valid_to >= self.today]


def field_of(organisation: Organisation, person: str, *, today: date) -> Field:
    """What a person keeps today. Raises `NotAllowedError` for who keeps nothing."""
    keeps = _duties(organisation, person, today).keeps
    if not keeps:
        raise NotAllowedError("Chỉ chánh văn phòng của đơn vị, hoặc của đơn vị cấp trên, mới sửa được tổ chức.")
    return Field(organisation, keeps, today)


def person_of(organisation: Organisation, person: str) -> Person | None:
    """The person with this id."""
    return next((each for each in organisation.people if each.id == person), None)


def unit_of(organisation: Organisation, unit: str) -> Unit | None:
    """The unit with this id."""
    return next((each for each in organisation.units if each.id == unit), None)


def _require_may_edit(organisation: Organisation, edit: Edit, person: str, today: date) -> None:
    field = field_of(organisation, person, today=today)
    if edit.person == person:  # by another name one might come to stand among the recipients of papers
        raise NotAllowedError(
            "Không ai tự sửa tên hay vai trò của mình. Hãy nhờ chánh văn phòng khác hoặc người quản trị."
        )
    if not edit.units and edit.person is None:
        raise NotAllowedError("Đơn vị ở đầu cây tổ chức chỉ đặt được bằng dòng lệnh.")
    is_new_person = edit.action == "add-person"
    if not all(map(field.has_unit, edit.units)):
        raise NotFoundError("Không có đơn vị này trong phạm vi bạn phụ trách.")
    if edit.person is not None and not is_new_person and not field.has_person(edit.person):
        raise NotFoundError("Không có người này trong phạm vi bạn phụ trách.")
    if edit.action == "leave" and edit.person is not None:
        _require_all_theirs(field, edit.person)
    if not MEMBER_ROLES.issuperset(edit.roles):
        raise NotAllowedError("Vai trò quản trị kỹ thuật và kiểm toán chỉ cấp và thu được bằng dòng lệnh.")


def _require_all_theirs(field: Field, person: str) -> None:
    """Whoever leaves loses all roles: each must be one that the editor may take."""
    found = person_of(field.organisation, person)
    for role in field.lasting(found) if found else ():
        if not field.has_unit(role.unit) or role.role not in MEMBER_ROLES:
            raise NotAllowedError("Người này còn vai trò ngoài phạm vi bạn phụ trách. Hãy thu từng vai trò của mình.")


def _duties(organisation: Organisation, person: str, day: date) -> Duties:
    found = person_of(organisation, person)
    parents = present_parents(organisation.units, day)
    return duties_for(person, found.memberships if found else (), parents=parents, today=day)


def below(organisation: Organisation, unit: str, *, after: date) -> Iterator[str]:
    """The units right below one that exist after that day."""
    for each in organisation.units:
        if each.parent == unit and (each.valid_to is None or each.valid_to > after):
            yield each.id
