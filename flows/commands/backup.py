"""`vankho backup`: the whole installation into a folder, while it runs; again into the same folder for what is new."""

from pathlib import Path
from typing import Annotated

import typer

from flows.console import catalogue, command_app, origin, print_json, settings, system_user
from pipeline.backup import back_up
from pipeline.catalogue.audit import AuditEvent, Outcome

app = command_app("Sao lưu toàn bộ vào một thư mục.")


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Thư mục sao lưu, nên ở ổ đĩa khác")],
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Chạy được cả khi chương trình đang làm việc; lần sau chỉ chép phần mới. Mã thoát 1 nếu kho thiếu hoặc hỏng."""
    of = settings()
    with catalogue(of) as facts:
        facts.audit.record(AuditEvent(f"os:{system_user()}", "backup", None, Outcome.ALLOWED, origin()))
        copied = back_up(of, facts, folder.absolute())
    if as_json:
        print_json({"files": copied.files, "copied": copied.objects, "faults": list(copied.faults)})
    else:
        print(f"Đã sao lưu {copied.files} tệp vào {folder} ({copied.objects} đối tượng mới).")
        for key in copied.faults:
            print(f"  THIẾU HOẶC HỎNG trong kho: {key}. Hãy chạy `vankho verify`.")
    raise typer.Exit(1 if copied.faults else 0)
