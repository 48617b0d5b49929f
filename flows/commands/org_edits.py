"""`vankho org`: one edit of the organisation at a time, by the operator or with the rights of a person who keeps it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Annotated

import typer

from flows.console import catalogue, operator, origin, print_json, reader_as, settings
from pipeline.access import Role
from pipeline.catalogue import Catalogue
from pipeline.clock import today
from pipeline.errors import NotFoundError
from pipeline.model import Membership, Organisation, Unit
from pipeline.organisation_edits import Edit, Editor, edition_of, field_of, unit_of
from pipeline.person_edits import AddPerson, AddRole, EndRole, Leave, RenamePerson
from pipeline.settings import Settings
from pipeline.succession import Past, Succession, SuccessionKind
from pipeline.unit_edits import AddUnit, EndUnit, MergeUnits, MoveUnit, RenameUnit, SplitUnit

_A_DAY = timedelta(days=1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"«{text}» không phải ngày; hãy viết như 2025-12-31"
        raise typer.BadParameter(message) from error


UnitArgument = Annotated[str, typer.Argument(help="Mã đơn vị", metavar="ĐƠN_VỊ")]
PersonArgument = Annotated[str, typer.Argument(help="Mã người", metavar="NGƯỜI")]
RoleArgument = Annotated[Role, typer.Argument(help="Vai trò", metavar="VAI_TRÒ")]
From = Annotated[
    date | None, typer.Option("--from", parser=_day, metavar="NGÀY", help="Từ ngày nào; không nêu là hôm nay")
]
Last = Annotated[
    date | None, typer.Option("--to", parser=_day, metavar="NGÀY", help="Ngày cuối cùng; không nêu là hôm qua")
]
AsPerson = Annotated[str | None, typer.Option("--as", help="Mã người sửa: chánh văn phòng")]
Edition = Annotated[str | None, typer.Option(help="Chỉ sửa nếu tổ chức vẫn là bản này")]
Json = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")]


def add_unit(
    unit: UnitArgument,
    *,
    name: Annotated[str, typer.Option(help="Tên")],
    kind: Annotated[str, typer.Option(help="Loại: dang_uy, chi_bo …")],
    parent: Annotated[str | None, typer.Option(help="Mã đơn vị cấp trên; không nêu là đầu cây")] = None,
    symbol: Annotated[str | None, typer.Option(help="Ký hiệu trong số văn bản")] = None,
    alias: Annotated[list[str] | None, typer.Option(help="Tên khác; nêu được nhiều lần")] = None,
    start: From = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Thêm một đơn vị."""
    made = Unit(unit, name, kind, parent, symbol, tuple(alias or ()), start or today())
    _make(AddUnit(made), as_person, edition, as_json=as_json)


def rename_unit(
    unit: UnitArgument,
    name: Annotated[str | None, typer.Option(help="Tên mới")] = None,
    symbol: Annotated[str | None, typer.Option(help="Ký hiệu mới; để trống là bỏ ký hiệu")] = None,
    start: From = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Đổi tên, ký hiệu của một đơn vị từ một ngày. Tên trước đây vẫn được nhận ra trên văn bản."""
    _make(RenameUnit(unit, start or today(), name, symbol), as_person, edition, as_json=as_json)


def move_unit(
    unit: UnitArgument,
    parent: Annotated[str | None, typer.Option(help="Mã đơn vị cấp trên mới; không nêu là đầu cây")] = None,
    start: From = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Chuyển một đơn vị sang cấp trên khác. Quyền xem đổi theo ngay."""
    _make(MoveUnit(unit, parent, start or today()), as_person, edition, as_json=as_json)


def end_unit(
    unit: UnitArgument, last: Last = None, as_person: AsPerson = None, edition: Edition = None, as_json: Json = False
) -> None:
    """Kết thúc một đơn vị. Văn bản của nó vẫn còn, quyền xem không chuyển cho ai."""
    _make(EndUnit(unit, last or today() - _A_DAY), as_person, edition, as_json=as_json)


def merge(
    units: Annotated[list[str], typer.Argument(help="Mã các đơn vị được sáp nhập", metavar="ĐƠN_VỊ…")],
    into: Annotated[str, typer.Option(help="Mã đơn vị nhận, đã có")],
    start: From = None,
    with_rights: Annotated[
        bool, typer.Option("--with-rights", help="Người của đơn vị nhận xem được những gì người của các đơn vị cũ xem")
    ] = False,
    move_people: Annotated[
        bool, typer.Option("--move-people", help="Chuyển vai trò của mọi người sang đơn vị nhận")
    ] = False,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Sáp nhập các đơn vị vào một đơn vị. Không nêu thêm thì không ai được xem thêm gì."""
    edit = MergeUnits(tuple(units), into, start or today(), with_rights, move_people)
    _make(edit, as_person, edition, as_json=as_json)


def split(
    unit: UnitArgument,
    into: Annotated[list[str], typer.Option(help="Mã một đơn vị được tách ra, đã có; nêu từ hai lần")],
    start: From = None,
    rights_to: Annotated[
        list[str] | None,
        typer.Option(help="Người của đơn vị này xem được những gì người của đơn vị cũ xem; nêu được nhiều lần"),
    ] = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Tách một đơn vị thành nhiều đơn vị; nó vẫn còn nếu là một trong số đó."""
    edit = SplitUnit(unit, tuple(into), start or today(), tuple(rights_to or ()))
    _make(edit, as_person, edition, as_json=as_json)


def add_person(
    person: PersonArgument,
    name: Annotated[str, typer.Option(help="Họ và tên")],
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Thêm một người, chưa có vai trò."""
    _make(AddPerson(person, name), as_person, edition, as_json=as_json)


def rename_person(
    person: PersonArgument,
    name: Annotated[str, typer.Option(help="Họ và tên")],
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Sửa tên một người."""
    _make(RenamePerson(person, name), as_person, edition, as_json=as_json)


def leave(
    person: PersonArgument,
    last: Last = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Một người rời đi: kết thúc mọi vai trò của họ."""
    _make(Leave(person, last or today() - _A_DAY), as_person, edition, as_json=as_json)


def add_role(
    person: PersonArgument,
    role: RoleArgument,
    unit: UnitArgument,
    start: From = None,
    last: Annotated[
        date | None, typer.Option("--to", parser=_day, metavar="NGÀY", help="Ngày cuối cùng; không nêu là chưa định")
    ] = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Giao cho một người một vai trò ở một đơn vị."""
    edit = AddRole(person, Membership(role.value, unit, start or today(), last))
    _make(edit, as_person, edition, as_json=as_json)


def end_role(
    person: PersonArgument,
    role: RoleArgument,
    unit: UnitArgument,
    last: Last = None,
    as_person: AsPerson = None,
    edition: Edition = None,
    as_json: Json = False,
) -> None:
    """Kết thúc một vai trò của một người ở một đơn vị."""
    _make(EndRole(person, role.value, unit, last or today() - _A_DAY), as_person, edition, as_json=as_json)


def show(
    unit: UnitArgument,
    on: Annotated[date | None, typer.Option(parser=_day, metavar="NGÀY", help="Vào ngày nào; không nêu là nay")] = None,
    as_person: AsPerson = None,
    as_json: Json = False,
) -> None:
    """Một đơn vị: tên, ký hiệu, cấp trên vào một ngày, trước đây là gì, từ đâu ra và thành gì."""
    of = settings()
    with catalogue(of) as facts:
        by = _editor(as_person, of, facts)
        organisation = facts.organisation.whole()
    found = unit_of(organisation, unit)
    if found is None or (by.person and not field_of(organisation, by.person, today=today()).has_unit(unit)):
        message = f"Không có đơn vị nào mang mã «{unit}»."
        raise NotFoundError(message)
    told = _told(found.at(on or today()), organisation)
    if as_json:
        print_json(told | {"edition": edition_of(organisation)})
    else:
        print("\n".join(_lines(found.at(on or today()), organisation)))


EDITS: Mapping[str, Callable[..., None]] = MappingProxyType(
    {
        "show": show,
        "add-unit": add_unit,
        "rename-unit": rename_unit,
        "move-unit": move_unit,
        "end-unit": end_unit,
        "merge": merge,
        "split": split,
        "add-person": add_person,
        "rename-person": rename_person,
        "leave": leave,
        "add-role": add_role,
        "end-role": end_role,
    }
)
"""The commands by their names."""


def _make(edit: Edit, as_person: str | None, edition: str | None, *, as_json: bool) -> None:
    """Make the edit, or nothing of it."""
    of = settings()
    with catalogue(of) as facts:
        by = _editor(as_person, of, facts)
        after = facts.organisation.edit(edit, by, today=today(), seen=edition)
    told = {"action": edit.action, "about": list(edit.about), "edition": edition_of(after)}
    if as_json:
        print_json(told)
    else:
        print(f"Đã sửa tổ chức ({', '.join(edit.about)}). Bản hiện nay: {told['edition']}")


def _editor(as_person: str | None, of: Settings, facts: Catalogue) -> Editor:
    if as_person is None:
        return Editor(operator(of), origin(), None)
    reader_as(as_person, of, facts)
    return Editor(as_person, origin(), as_person)


def _told(unit: Unit, organisation: Organisation) -> dict[str, object]:
    """The unit in words that a program reads, and people too."""
    return {
        "unit": unit.id,
        "name": unit.name,
        "kind": unit.kind,
        "symbol": unit.symbol,
        "parent": unit.parent,
        "aliases": list(unit.aliases),
        "valid_from": unit.valid_from and unit.valid_from.isoformat(),
        "valid_to": unit.valid_to and unit.valid_to.isoformat(),
        "was": [
            {"until": past.until.isoformat(), "name": past.name, "symbol": past.symbol, "parent": past.parent}
            for past in unit.past
        ],
        "came_from": [_step(each.unit, each) for each in organisation.successions if each.successor == unit.id],
        "became": [_step(each.successor, each) for each in organisation.successions if each.unit == unit.id],
    }


def _step(other: str, each: Succession) -> dict[str, object]:
    return {"unit": other, "kind": each.kind, "day": each.day.isoformat(), "with_rights": each.with_rights}


def _lines(unit: Unit, organisation: Organisation) -> Iterator[str]:
    yield f"{unit.id}  {unit.name}" + (f" ({unit.symbol})" if unit.symbol else "")
    if unit.parent:
        yield f"cấp trên: {unit.parent}"
    if unit.valid_from:
        yield f"từ ngày {unit.valid_from:%d/%m/%Y}"
    if unit.valid_to:
        yield f"đến hết ngày {unit.valid_to:%d/%m/%Y}"
    yield from map(_past_line, unit.past)
    for each in organisation.successions:
        word = _KINDS[each.kind] + (", kèm quyền xem" if each.with_rights else "")
        if each.successor == unit.id:
            yield f"từ {each.unit}: {word}, ngày {each.day:%d/%m/%Y}"
        if each.unit == unit.id:
            yield f"thành {each.successor}: {word}, ngày {each.day:%d/%m/%Y}"


def _past_line(past: Past) -> str:
    symbol = f" ({past.symbol})" if past.symbol else ""
    above = f", cấp trên: {past.parent}" if past.parent else ""
    return f"trước đây, đến hết ngày {past.until:%d/%m/%Y}: {past.name}{symbol}{above}"


_KINDS: Mapping[SuccessionKind, str] = MappingProxyType(
    {SuccessionKind.MERGE: "sáp nhập", SuccessionKind.SPLIT: "chia tách"}
)
