"""`vankho org`: the organisation, in and out of a file that an office can keep: YAML, or a table as CSV or XLSX.

Leaves edits one at a time to `flows.commands.org_edits`.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.org_edits import EDITS
from flows.console import catalogue, command_app, origin, print_json, settings, system_user
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.clock import today
from pipeline.errors import OrganisationError
from pipeline.model import Organisation
from pipeline.organisation_changes import Changes, changes
from pipeline.organisation_file import read_organisation, write_organisation

app = command_app("Tổ chức: đơn vị, người và vai trò.")

_YAML = (".yaml", ".yml")
_TABLES = (".csv", ".xlsx")

JSONOption = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")]


@app.callback()
def org() -> None:
    """Tổ chức: đơn vị, người và vai trò."""


for _name, _command in EDITS.items():
    app.command(_name)(_command)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Tệp tổ chức: .yaml, .csv hoặc .xlsx")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Chỉ kiểm tra và nói sẽ đổi gì; không nạp")] = False,
    as_json: JSONOption = False,
) -> None:
    """Thay toàn bộ tổ chức bằng tổ chức trong tệp; có lỗi nào thì không nạp gì."""
    organisation = _read(file, as_json=as_json)
    with catalogue(settings()) as facts:
        changed = changes(before=facts.organisation.whole(), now=organisation, today=today())
        if not dry_run:
            facts.organisation.replace(organisation)
            _record("import_organisation", facts)
    told = {"units": len(organisation.units), "people": len(organisation.people)}
    if as_json:
        print_json(told | ({"dry_run": True, "problems": [], "changes": asdict(changed)} if dry_run else {}))
    elif dry_run:
        print(f"Tệp dùng được: {told['units']} đơn vị, {told['people']} người. Chưa nạp gì. Nếu nạp:")
        print("\n".join(_lines(changed)))
    else:
        print(f"Đã nạp {told['units']} đơn vị, {told['people']} người.")


@app.command("export")
def export_file(
    file: Annotated[Path, typer.Argument(help="Tệp sẽ ghi: .yaml, .csv hoặc .xlsx")], as_json: JSONOption = False
) -> None:
    """Ghi tổ chức hiện có ra tệp, nạp lại được."""
    _require_known_kind(file)
    with catalogue(settings()) as facts:
        organisation = facts.organisation.whole()
        if file.suffix.lower() in _TABLES:
            from pipeline.organisation_table import write_table

            write_table(file, organisation)
        else:
            write_organisation(file, organisation)
        _record("export_organisation", facts)
    told = {"units": len(organisation.units), "people": len(organisation.people)}
    if as_json:
        print_json(told)
    else:
        print(f"Đã ghi {told['units']} đơn vị, {told['people']} người vào {file}.")


def _read(file: Path, *, as_json: bool) -> Organisation:
    """The organisation in a file. Faults of a table are told by row, for programs too.

    Raises:
        OrganisationError: it has faults, each of which is named.
    """
    _require_known_kind(file)
    if file.suffix.lower() not in _TABLES:
        return read_organisation(file)
    from pipeline.organisation_table import read_table, require_read

    reading = read_table(file)
    if as_json and reading.faults:
        print_json({"problems": [{"row": fault.row, "problem": fault.text} for fault in reading.faults]})
    return require_read(reading)


def _require_known_kind(file: Path) -> None:
    if file.suffix.lower() not in (*_YAML, *_TABLES):
        message = f"Tệp {file} phải có đuôi {', '.join((*_YAML, *_TABLES))}."
        raise OrganisationError(message)


def _record(action: str, facts: Catalogue) -> None:
    facts.audit.record(AuditEvent(f"os:{system_user()}", action, None, Outcome.ALLOWED, origin()))


def _lines(changed: Changes) -> list[str]:
    told = (
        ("đơn vị mới", changed.units_added),
        ("đơn vị thay đổi", changed.units_changed),
        ("đơn vị kết thúc vì không còn trong tệp", changed.units_ended),
        ("người mới", changed.people_added),
        ("người đổi tên hoặc vai trò", changed.people_changed),
        ("người mất mọi vai trò vì không còn trong tệp", changed.people_left_out),
        ("kế tục mới", changed.successions_added),
        ("kế tục bị bỏ vì không còn trong tệp", changed.successions_left_out),
    )
    return [f"  {what}: {_named(names)}" for what, names in told if names] or ["  không có gì thay đổi"]


def _named(names: Sequence[str]) -> str:
    return f"{len(names)} ({', '.join(names)})"
