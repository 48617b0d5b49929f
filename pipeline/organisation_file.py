"""Reading an organisation (units, people, roles) from a YAML file, with every fault named. Nothing half-read.

The form is documented in `docs/organisation.md`. Leaves keeping it to `pipeline.catalogue`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.access import Role, lineage
from pipeline.errors import OrganisationError
from pipeline.model import Membership, Organisation, Person, Unit

_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def _checked_handle(value: object) -> object:
    if not isinstance(value, str) or not _HANDLE.fullmatch(value):
        message = "mã chỉ gồm chữ thường không dấu, số và . _ - (tối đa 64 ký tự)"
        raise ValueError(message)
    return value


Handle = Annotated[str, BeforeValidator(_checked_handle)]
ShortText = Annotated[str, Field(max_length=64)]
"""What every catalogue keeps whole: PostgreSQL holds to the lengths that SQLite only notes."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _UnitEntry(_Entry):
    id: Handle
    name: str
    kind: ShortText
    parent: Handle | None = None
    symbol: ShortText | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


class _RoleEntry(_Entry):
    role: Role
    unit: Handle
    valid_from: date | None = Field(default=None, alias="from")
    valid_to: date | None = Field(default=None, alias="to")


class _PersonEntry(_Entry):
    id: Handle
    name: str
    roles: tuple[_RoleEntry, ...] = ()


class _File(_Entry):
    units: tuple[_UnitEntry, ...]
    people: tuple[_PersonEntry, ...] = ()


def read_organisation(path: Path) -> Organisation:
    """The organisation in a YAML file.

    Raises:
        OrganisationError: the file cannot be read or has faults; the message names each, a line a fault.
    """
    try:
        entries = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        message = f"Không đọc được tệp tổ chức {path}: {error}"
        raise OrganisationError(message) from error
    except yaml.YAMLError as error:
        message = f"Tệp tổ chức {path} không phải YAML hợp lệ: {error}"
        raise OrganisationError(message) from error
    except ValidationError as error:
        raise OrganisationError(_explain(error)) from error
    organisation = _organisation(entries)
    faults = list(_faults(organisation))
    if faults:
        raise OrganisationError("\n".join(["Tệp tổ chức có lỗi, chưa nạp gì:", *faults]))
    return organisation


def _organisation(entries: _File) -> Organisation:
    return Organisation(
        units=tuple(Unit(**unit.model_dump()) for unit in entries.units),
        people=tuple(
            Person(person.id, person.name, tuple(Membership(**role.model_dump()) for role in person.roles))
            for person in entries.people
        ),
    )


def _faults(organisation: Organisation) -> Iterator[str]:
    """What is wrong beyond the form: doubled ids, unknown units, circles, periods that end before they begin."""
    units = {unit.id for unit in organisation.units}
    yield from _doubled("đơn vị", [unit.id for unit in organisation.units])
    yield from _doubled("người", [person.id for person in organisation.people])
    parents = {unit.id: unit.parent for unit in organisation.units}
    for unit in organisation.units:
        if unit.parent is not None and unit.parent not in units:
            yield f"- đơn vị {unit.id}: không có đơn vị cấp trên «{unit.parent}»"
        elif parents.get(lineage(unit.id, parents)[-1]) is not None:
            yield f"- đơn vị {unit.id}: các đơn vị cấp trên tạo thành vòng tròn"
        yield from _period(f"đơn vị {unit.id}", unit.valid_from, unit.valid_to)
    for person in organisation.people:
        for role in person.memberships:
            if role.unit not in units:
                yield f"- người {person.id}: không có đơn vị «{role.unit}»"
            yield from _period(f"người {person.id}", role.valid_from, role.valid_to)


def _doubled(what: str, ids: Sequence[str]) -> Iterator[str]:
    yield from (f"- {what} {name}: mã xuất hiện {count} lần" for name, count in Counter(ids).items() if count > 1)


def _period(what: str, start: date | None, end: date | None) -> Iterator[str]:
    if start is not None and end is not None and end < start:
        yield f"- {what}: ngày kết thúc {end} trước ngày bắt đầu {start}"


def _explain(error: ValidationError) -> str:
    faults = [f"- {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return "\n".join(["Tệp tổ chức sai dạng, chưa nạp gì:", *faults])
