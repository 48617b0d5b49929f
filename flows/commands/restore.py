"""`vankho restore`: a new installation from a backup, checked and with its index, ready to be used."""

from pathlib import Path
from typing import Annotated

import typer

from flows.console import catalogue, command_app, origin, print_json, settings, system_user
from flows.wiring import drainer
from pipeline.backup import restore
from pipeline.catalogue.audit import AuditEvent, Outcome

app = command_app("Khôi phục từ bản sao lưu vào thư mục dữ liệu trống.")


@app.command()
def restore_command(
    folder: Annotated[Path, typer.Argument(help="Thư mục do `vankho backup` tạo")],
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Kiểm tra từng tệp gốc khi chép và dựng lại chỉ mục. Mã thoát 1 nếu có tệp gốc thiếu hoặc hỏng."""
    of = settings()
    copied = restore(folder.absolute(), of)
    with catalogue(of) as facts:
        facts.audit.record(AuditEvent(f"os:{system_user()}", "restore", None, Outcome.ALLOWED, origin()))
        indexed = drainer(of, facts).rebuild()
    if as_json:
        print_json({"files": copied.files, "indexed": indexed, "faults": list(copied.faults)})
    else:
        print(f"Đã khôi phục {copied.files} tệp, chỉ mục có {indexed} văn bản. Mọi người phải đăng nhập lại.")
        for key in copied.faults:
            print(f"  THIẾU HOẶC HỎNG trong bản sao lưu: {key}.")
    raise typer.Exit(1 if copied.faults else 0)
