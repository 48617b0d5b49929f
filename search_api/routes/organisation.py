"""Units and people, for heads of office: what they keep of the organisation, and one edit of it at a time.

Who keeps nothing is refused; what somebody does not keep is as if it were not there. Leaves the rules to
`pipeline.organisation_edits`.
"""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from pipeline.catalogue.audit import Outcome
from pipeline.clock import today
from pipeline.errors import NotAllowedError, NotFoundError
from pipeline.model import Membership, Organisation, Unit
from pipeline.organisation_edits import Edit, Editor, edition_of, field_of, person_of, unit_of
from pipeline.organisation_edits import Field as Kept
from pipeline.person_edits import AddPerson, AddRole, EndRole, Leave, RenamePerson
from pipeline.unit_edits import AddUnit, EndUnit, MergeUnits, MoveUnit, RenameUnit, SplitUnit
from search_api.organisation_answers import (
    EndRequest,
    EndRoleRequest,
    MergeRequest,
    MoveUnitRequest,
    NewPersonRequest,
    NewRoleRequest,
    NewUnitRequest,
    OnePersonAnswer,
    OneUnitAnswer,
    PeopleAnswer,
    PersonAnswer,
    RenamePersonRequest,
    RenameUnitRequest,
    SplitRequest,
    UnitsAnswer,
    person_answer,
    unit_answer,
)
from search_api.responses import errors
from search_api.visit import CurrentVisit, Visit

router = APIRouter(tags=["organisation"])

_LOOK = errors(401, 403, 404, 422, 503)
_EDIT = errors(400, 401, 403, 404, 409, 413, 422, 503)
_A_DAY = timedelta(days=1)


class DayQuery(BaseModel):
    """On which day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: date | None = Field(None, description="Vào ngày nào; không nêu là như hiện nay")


@router.get("/units", summary="Các đơn vị tôi phụ trách", responses=errors(401, 403, 503))
def units(visit: CurrentVisit) -> UnitsAnswer:
    """All of them, ended ones too, with their history."""
    whole, kept = _looked_at(visit, "list-units", None)
    visit.record("list-units", None)
    return UnitsAnswer(
        edition=edition_of(whole), units=[unit_answer(unit, whole) for unit in whole.units if kept.has_unit(unit.id)]
    )


@router.post("/units", status_code=201, summary="Thêm một đơn vị", responses=_EDIT)
def add_unit(asked: NewUnitRequest, visit: CurrentVisit) -> OneUnitAnswer:
    """A unit below one that whoever asks keeps."""
    made = Unit(
        asked.unit, asked.name, asked.kind, asked.parent, asked.symbol, tuple(asked.aliases), _from(asked.start)
    )
    return _edit_unit(AddUnit(made), asked.unit, asked.edition, visit)


@router.get("/units/{unit}", summary="Một đơn vị", responses=_LOOK)
def one_unit(unit: str, asked: Annotated[DayQuery, Query()], visit: CurrentVisit) -> OneUnitAnswer:
    """As it is or was on a day: what it was called, what it came from and what it became."""
    whole, kept = _looked_at(visit, "view-unit", unit)
    found = unit_of(whole, unit) if kept.has_unit(unit) else None
    if found is None:
        visit.record("view-unit", unit if unit_of(whole, unit) else None, Outcome.REFUSED)
        raise NotFoundError("Không có đơn vị này trong phạm vi bạn phụ trách.")
    visit.record("view-unit", unit)
    return OneUnitAnswer(edition=edition_of(whole), unit=unit_answer(found.at(asked.on or today()), whole))


@router.post("/units/{unit}/rename", summary="Đổi tên hoặc ký hiệu", responses=_EDIT)
def rename_unit(unit: str, asked: RenameUnitRequest, visit: CurrentVisit) -> OneUnitAnswer:
    """From a day that has come; what it was called stays known."""
    return _edit_unit(RenameUnit(unit, _from(asked.start), asked.name, asked.symbol), unit, asked.edition, visit)


@router.post("/units/{unit}/move", summary="Chuyển sang cấp trên khác", responses=_EDIT)
def move_unit(unit: str, asked: MoveUnitRequest, visit: CurrentVisit) -> OneUnitAnswer:
    """Who may see what follows at once."""
    return _edit_unit(MoveUnit(unit, asked.parent, _from(asked.start)), unit, asked.edition, visit)


@router.post("/units/{unit}/end", summary="Kết thúc một đơn vị", responses=_EDIT)
def end_unit(unit: str, asked: EndRequest, visit: CurrentVisit) -> OneUnitAnswer:
    """With its last day. Its documents stay."""
    return _edit_unit(EndUnit(unit, _last(asked.last)), unit, asked.edition, visit)


@router.post("/units/{unit}/merge", summary="Sáp nhập các đơn vị vào đơn vị này", responses=_EDIT)
def merge_units(unit: str, asked: MergeRequest, visit: CurrentVisit) -> OneUnitAnswer:
    """They end with the day before. By itself nobody comes to read more."""
    edit = MergeUnits(
        tuple(asked.units), unit, _from(asked.start), with_rights=asked.with_rights, move_people=asked.move_people
    )
    return _edit_unit(edit, unit, asked.edition, visit)


@router.post("/units/{unit}/split", summary="Tách đơn vị này thành nhiều đơn vị", responses=_EDIT)
def split_unit(unit: str, asked: SplitRequest, visit: CurrentVisit) -> OneUnitAnswer:
    """Into units that are there; it goes on if it is one of them. By itself nobody comes to read more."""
    edit = SplitUnit(unit, tuple(asked.into), _from(asked.start), tuple(asked.rights_to))
    return _edit_unit(edit, unit, asked.edition, visit)


@router.get("/people", summary="Những người tôi phụ trách", responses=errors(401, 403, 503))
def people(visit: CurrentVisit) -> PeopleAnswer:
    """Who has a role in a unit that whoever asks keeps, and who has none."""
    whole, kept = _looked_at(visit, "list-people", None)
    visit.record("list-people", None)
    shown = [_person(person.id, whole, kept) for person in whole.people if kept.has_person(person.id)]
    return PeopleAnswer(edition=edition_of(whole), people=shown)


@router.post("/people", status_code=201, summary="Thêm một người", responses=errors(400, 401, 403, 409, 413, 422, 503))
def add_person(asked: NewPersonRequest, visit: CurrentVisit) -> OnePersonAnswer:
    """Somebody new, without a role."""
    return _edit_person(AddPerson(asked.person, asked.name), asked.person, asked.edition, visit)


@router.get("/people/{person}", summary="Một người và các vai trò", responses=_LOOK)
def one_person(person: str, visit: CurrentVisit) -> OnePersonAnswer:
    """With their roles in the units that whoever asks keeps."""
    whole, kept = _looked_at(visit, "view-person", person)
    if not kept.has_person(person):
        visit.record("view-person", person if person_of(whole, person) else None, Outcome.REFUSED)
        raise NotFoundError("Không có người này trong phạm vi bạn phụ trách.")
    visit.record("view-person", person)
    return OnePersonAnswer(edition=edition_of(whole), person=_person(person, whole, kept))


@router.post("/people/{person}/rename", summary="Sửa tên một người", responses=_EDIT)
def rename_person(person: str, asked: RenamePersonRequest, visit: CurrentVisit) -> OnePersonAnswer:
    """Another name."""
    return _edit_person(RenamePerson(person, asked.name), person, asked.edition, visit)


@router.post("/people/{person}/leave", summary="Một người rời đi", responses=_EDIT)
def leave(person: str, asked: EndRequest, visit: CurrentVisit) -> OnePersonAnswer:
    """All their roles end."""
    return _edit_person(Leave(person, _last(asked.last)), person, asked.edition, visit)


@router.post("/people/{person}/roles", status_code=201, summary="Giao một vai trò", responses=_EDIT)
def add_role(person: str, asked: NewRoleRequest, visit: CurrentVisit) -> OnePersonAnswer:
    """A role in a unit, from a day on."""
    role = Membership(asked.role.value, asked.unit, _from(asked.start), asked.last)
    return _edit_person(AddRole(person, role), person, asked.edition, visit)


@router.post("/people/{person}/roles/end", summary="Kết thúc một vai trò", responses=_EDIT)
def end_role(person: str, asked: EndRoleRequest, visit: CurrentVisit) -> OnePersonAnswer:
    """With its last day."""
    edit = EndRole(person, asked.role.value, asked.unit, _last(asked.last))
    return _edit_person(edit, person, asked.edition, visit)


def _from(day: date | None) -> date:
    return day or today()


def _last(day: date | None) -> date:
    return day or today() - _A_DAY


def _looked_at(visit: Visit, action: str, what: str | None) -> tuple[Organisation, Kept]:
    """The organisation and what of it whoever asks keeps; a refusal is written down.

    Raises:
        NotAllowedError: they keep nothing.
    """
    whole = visit.of.catalogue.organisation.whole()
    try:
        return whole, field_of(whole, visit.who.reader.id, today=today())
    except NotAllowedError:
        is_known = what is not None and (unit_of(whole, what) or person_of(whole, what))
        visit.record(action, what if is_known else None, Outcome.REFUSED)
        raise


def _edited(edit: Edit, edition: str | None, visit: Visit) -> Organisation:
    who = visit.who
    by = Editor(who.reader.id, who.origin, who.reader.id)
    return visit.of.catalogue.organisation.edit(edit, by, today=today(), seen=edition)


def _edit_unit(edit: Edit, unit: str, edition: str | None, visit: Visit) -> OneUnitAnswer:
    after = _edited(edit, edition, visit)
    answers = [unit_answer(each, after) for each in after.units if each.id == unit]
    return OneUnitAnswer(edition=edition_of(after), unit=answers[0])


def _edit_person(edit: Edit, person: str, edition: str | None, visit: Visit) -> OnePersonAnswer:
    after = _edited(edit, edition, visit)
    kept = field_of(after, visit.who.reader.id, today=today())
    return OnePersonAnswer(edition=edition_of(after), person=_person(person, after, kept))


def _person(person: str, whole: Organisation, kept: Kept) -> PersonAnswer:
    found = next(each for each in whole.people if each.id == person)
    return person_answer(found, [role for role in found.memberships if kept.has_unit(role.unit)])
