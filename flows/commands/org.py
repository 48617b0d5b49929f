"""`vankho org import FILE`: make the organisation the one in the file."""

from pathlib import Path
from typing import Annotated

import typer

from flows.console import catalogue, command_app, origin, print_json, settings, system_user
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.organisation_file import read_organisation

app = command_app("Tổ chức: đơn vị, người và vai trò.")


@app.callback()
def org() -> None:
    """Tổ chức: đơn vị, người và vai trò."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Tệp YAML của tổ chức")],
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Thay toàn bộ tổ chức bằng tổ chức trong tệp; có lỗi nào thì không nạp gì."""
    organisation = read_organisation(file)
    of = settings()
    with catalogue(of) as facts:
        facts.organisation.replace(organisation)
        actor = f"os:{system_user()}"
        facts.audit.record(AuditEvent(actor, "import_organisation", None, Outcome.ALLOWED, origin()))
    if as_json:
        print_json({"units": len(organisation.units), "people": len(organisation.people)})
    else:
        print(f"Đã nạp {len(organisation.units)} đơn vị, {len(organisation.people)} người.")
