"""`vankho verify`: check that every original and product of reading is there and whole, and nothing unclaimed."""

from typing import Annotated

import typer

from flows.console import catalogue, command_app, print_json, settings
from pipeline.audit_heads import note_head, noted_heads
from pipeline.steps.verify import Findings, verify
from pipeline.wiring import staging_of, store_of

_FROM_BACKUP = "Chép lại đúng đối tượng này từ thư mục `store` của bản sao lưu (docs/operations.md)."

app = command_app("Kiểm tra kho: từng tệp gốc còn nguyên từng bit.")


@app.command()
def verify_command(as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False) -> None:
    """Đọc lại mọi tệp gốc và so với mã băm; đọc lại chữ của mọi trang. Mã thoát 1 nếu có sai lệch."""
    of = settings()
    with catalogue(of) as facts:
        findings = verify(facts, store_of(of), staging_of(of), noted_heads(of.home))
        if findings.audit_broken_at is None:
            note_head(of.home, facts.audit)
    if as_json:
        print_json(_json(findings))
    else:
        print("\n".join(_lines(findings)))
    raise typer.Exit(0 if findings.is_clean else 1)


def _json(findings: Findings) -> dict[str, object]:
    return {
        "clean": findings.is_clean,
        "files": findings.files,
        "missing": list(findings.missing),
        "altered": list(findings.altered),
        "unclaimed": list(findings.unclaimed),
        "staged": findings.staged,
        "audit_broken_at": findings.audit_broken_at,
    }


def _lines(findings: Findings) -> list[str]:
    lines = [f"Đã kiểm tra {findings.files} tệp gốc: {'nguyên vẹn' if findings.is_clean else 'CÓ SAI LỆCH'}."]
    lines += [f"  THIẾU: {key}. {_FROM_BACKUP}" for key in findings.missing]
    lines += [f"  BỊ THAY ĐỔI HOẶC HỎNG: {key}. {_FROM_BACKUP}" for key in findings.altered]
    lines += [f"  không thuộc văn bản nào: {key}" for key in findings.unclaimed]
    if findings.staged:
        lines.append(f"  {findings.staged} tệp còn dở trong vùng đệm: chạy lại `vankho ingest` để làm tiếp.")
    if findings.audit_broken_at is not None:
        lines.append(f"  Nhật ký bị sửa từ dòng {findings.audit_broken_at}.")
    return lines
