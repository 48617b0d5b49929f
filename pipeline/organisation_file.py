"""Reading an organisation (units, people, roles, history) from a YAML file, with every fault named. Nothing half-read.

The form is documented in `docs/organisation.md`. Leaves tables (CSV, XLSX) to `pipeline.organisation_table`, and
keeping it to `pipeline.catalogue`.
"""

import re
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipeline.access import Role
from pipeline.errors import OrganisationError, UsageError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_faults import faults
from pipeline.succession import Past, Succession, SuccessionKind

_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
NO_HANDLE = "mã chỉ gồm chữ thường không dấu, số và . _ - (tối đa 64 ký tự)"


def is_handle(value: object) -> bool:
    """Whether this can be the handle of a unit or person."""
    return isinstance(value, str) and _HANDLE.fullmatch(value) is not None


def _checked_handle(value: object) -> object:
    if not is_handle(value):
        raise ValueError(NO_HANDLE)
    return value


Handle = Annotated[str, BeforeValidator(_checked_handle)]
ShortText = Annotated[str, Field(max_length=64)]
"""What every catalogue keeps whole: PostgreSQL holds to the lengths that SQLite only notes."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _PastEntry(_Entry):
    until: date
    name: str
    symbol: ShortText | None = None
    parent: Handle | None = None


class _UnitEntry(_Entry):
    id: Handle
    name: str
    kind: ShortText
    parent: Handle | None = None
    symbol: ShortText | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    past: tuple[_PastEntry, ...] = ()


class _RoleEntry(_Entry):
    role: Role
    unit: Handle
    valid_from: date | None = Field(default=None, alias="from")
    valid_to: date | None = Field(default=None, alias="to")


class _PersonEntry(_Entry):
    id: Handle
    name: str
    roles: tuple[_RoleEntry, ...] = ()


class _SuccessionEntry(_Entry):
    kind: SuccessionKind
    unit: Handle
    successor: Handle
    day: date
    with_rights: bool = False


class _File(_Entry):
    units: tuple[_UnitEntry, ...]
    people: tuple[_PersonEntry, ...] = ()
    successions: tuple[_SuccessionEntry, ...] = ()


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
    wrong = [f"- {fault.what}: {fault.text}" for fault in faults(organisation)]
    if wrong:
        raise OrganisationError("\n".join(["Tệp tổ chức có lỗi, chưa nạp gì:", *wrong]))
    return organisation


def _organisation(entries: _File) -> Organisation:
    return Organisation(
        units=tuple(
            Unit(**unit.model_dump(exclude={"past"}), past=tuple(Past(**past.model_dump()) for past in unit.past))
            for unit in entries.units
        ),
        people=tuple(
            Person(person.id, person.name, tuple(Membership(**role.model_dump()) for role in person.roles))
            for person in entries.people
        ),
        successions=tuple(Succession(**each.model_dump()) for each in entries.successions),
    )


def _explain(error: ValidationError) -> str:
    faults = [f"- {'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return "\n".join(["Tệp tổ chức sai dạng, chưa nạp gì:", *faults])


def write_organisation(path: Path, organisation: Organisation) -> None:
    """Write an organisation as YAML, which `read_organisation` gives back.

    Raises:
        UsageError: the file cannot be written.
    """
    units = [
        _said(
            id=unit.id, name=unit.name, kind=unit.kind, parent=unit.parent, symbol=unit.symbol,
            aliases=list(unit.aliases), valid_from=unit.valid_from, valid_to=unit.valid_to,
            past=[_said(**asdict(past)) for past in unit.past],
        )
        for unit in organisation.units
    ]  # fmt: skip
    people = [
        _said(id=person.id, name=person.name, roles=[_role(role) for role in person.memberships])
        for person in organisation.people
    ]
    successions = [asdict(each) | {"kind": each.kind.value} for each in organisation.successions]
    told = {"units": units, "people": people} | ({"successions": successions} if successions else {})
    try:
        path.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), "utf-8")
    except OSError as error:
        raise UsageError(f"Không ghi được tệp {path}: {error}") from error


def _role(role: Membership) -> dict[str, object]:
    return _said(role=str(role.role), unit=role.unit, **{"from": role.valid_from, "to": role.valid_to})


def _said(**entry: object) -> dict[str, object]:
    """An entry without what is not said."""
    return {name: value for name, value in entry.items() if value not in (None, [])}
