"""`vankho audit`: whether the audit is whole, and all of it in a file for whoever has to look through it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.console import catalogue, command_app, origin, print_json, settings, system_user
from pipeline.audit_heads import note_head, noted_heads, read_heads
from pipeline.catalogue.audit import AuditEvent, AuditRecord, Outcome
from pipeline.errors import UsageError

app = command_app("Nhật ký: ai đã làm gì, với văn bản nào, khi nào.")

_COLUMNS = ("seq", "at", "actor", "action", "object", "outcome", "origin", "previous", "hash", "version")

JSONOption = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")]


@app.callback()
def audit() -> None:
    """Nhật ký: ai đã làm gì, với văn bản nào, khi nào."""


@app.command("verify")
def verify_audit(
    heads: Annotated[Path | None, typer.Option(help="Bản sao của audit-heads.txt giữ ở nơi khác, để đối chiếu")] = None,
    as_json: JSONOption = False,
) -> None:
    """Kiểm tra chuỗi băm của nhật ký và đối chiếu với các mốc đã ghi. Mã thoát 1 nếu có dòng bị sửa."""
    of = settings()
    if heads is not None and not heads.is_file():
        message = f"Không có tệp {heads}."
        raise UsageError(message)
    with catalogue(of) as facts:
        noted = (*noted_heads(of.home), *(read_heads(heads) if heads else ()))
        broken, head = facts.audit.first_broken(noted), facts.audit.head()
        if broken is None:
            note_head(of.home, facts.audit)
    lines = head.seq if head else 0
    if as_json:
        print_json({"lines": lines, "broken_at": broken, "heads": len(noted), "hash": head.hash if head else None})
    elif broken is None:
        print(f"Nhật ký nguyên vẹn: {lines} dòng, khớp {len(noted)} mốc đã ghi.")
    else:
        print(f"NHẬT KÝ BỊ SỬA: dòng {broken} là dòng đầu tiên không khớp. So với bản sao lưu để biết đã sửa gì.")
    raise typer.Exit(0 if broken is None else 1)


@app.command("export")
def export_audit(
    file: Annotated[Path, typer.Argument(help="Tệp sẽ ghi: .csv cho bảng tính, hoặc .jsonl")],
    as_json: JSONOption = False,
) -> None:
    """Ghi toàn bộ nhật ký ra tệp, kèm mã băm từng dòng."""
    if file.suffix not in (".csv", ".jsonl"):
        message = f"Tệp {file} phải có đuôi .csv hoặc .jsonl."
        raise UsageError(message)
    with catalogue(settings()) as facts:
        facts.audit.record(AuditEvent(f"os:{system_user()}", "export-audit", None, Outcome.ALLOWED, origin()))
        written = _write(file, facts.audit.records())
    if as_json:
        print_json({"lines": written})
    else:
        print(f"Đã ghi {written} dòng nhật ký vào {file}.")


def _write(file: Path, records: Iterator[AuditRecord]) -> int:
    """Write line by line, however many there are; their number."""
    from pipeline.sheets import CSV_MARK, csv_line

    is_csv, count = file.suffix == ".csv", 0
    try:
        with file.open("w", encoding="utf-8", newline="") as out:
            if is_csv:
                out.write(CSV_MARK + csv_line(_COLUMNS))
            for count, record in enumerate(records, 1):  # noqa: B007 - the last one is how many there are
                told = asdict(record) | {"at": record.at.isoformat()}
                cells = ["" if told[name] is None else str(told[name]) for name in _COLUMNS]
                out.write(csv_line(cells) if is_csv else json.dumps(told, ensure_ascii=False) + "\n")
    except OSError as error:
        message = f"Không ghi được tệp {file}: {error}"
        raise UsageError(message) from error
    return count
