"""The operator's command line `vankho`: finds the command and runs it.

Names and one-line helps are a static table, so that `vankho --help` imports nothing heavy. Each command is a module
of `flows.commands`, or comes from another room by the entry-point group `vankho.commands`. Exit codes: 0 all well,
1 something did not succeed, 2 the command was used wrongly.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import entry_points

PROGRAM = "vankho"

OWNER_ONLY = 0o077
"""The mask of rights under which every program of ours runs: what it writes is for its own account alone."""

COMMANDS = {
    "org": "Tổ chức: nạp đơn vị, người và vai trò từ tệp, xuất ra tệp",
    "account": "Tài khoản: cấp, đổi mật khẩu, cấp mã cho chương trình",
    "ingest": "Nạp tệp quét: đọc, mô tả và lưu từng văn bản",
    "nightly": "Nạp những gì đã đến hộp nhận, hoặc xem lượt gần nhất",
    "publish": "Công bố văn bản hoặc cả đợt cho người được xem",
    "grants": "Quyền xem được đề xuất theo nơi nhận và mức phổ biến",
    "withdraw": "Rút văn bản khỏi người xem",
    "access": "Ai xem được một văn bản, một người xem được gì, và vì sao",
    "search": "Tìm văn bản trong phạm vi một người được xem",
    "show": "Xem một văn bản: các trường, các trang, quan hệ",
    "validity": "Hiệu lực: xem, đề xuất, xác nhận, bác",
    "correct": "Sửa các trường của một văn bản; máy không sửa lại nữa",
    "explain": "Vì sao một trường có giá trị như vậy",
    "missing": "Văn bản được viện dẫn mà kho chưa có",
    "up": "Chạy toàn bộ: dịch vụ HTTP, lịch đêm, hàng việc, chỉ mục",
    "serve": "Chạy dịch vụ HTTP để mọi người tìm và đọc",
    "status": "Tình trạng: văn bản, đợt nạp, chỉ mục",
    "reindex": "Dựng lại chỉ mục tìm kiếm từ danh mục",
    "backup": "Sao lưu toàn bộ vào một thư mục, kể cả khi đang chạy",
    "restore": "Khôi phục từ bản sao lưu vào thư mục dữ liệu trống",
    "audit": "Nhật ký: kiểm tra còn nguyên không, xuất ra tệp",
    "verify": "Kiểm tra kho: từng tệp gốc còn nguyên từng bit",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    os.umask(OWNER_ONLY)
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("--help", "-h", "help"):
        print(usage())
        return 0 if words else 2
    if words[0] == "--version":
        from importlib.metadata import version

        print(f"{PROGRAM} {version(PROGRAM)}")
        return 0
    if words[0] not in COMMANDS:
        print(f"Không có lệnh «{words[0]}».\n\n{usage()}", file=sys.stderr)
        return 2
    return _run(words[0], words[1:])


def usage() -> str:
    """The list of commands."""
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()]
    return "\n".join(
        [
            f"Cách dùng: {PROGRAM} LỆNH [TÙY CHỌN]",
            "",
            "Văn Kho: nạp, đọc, mô tả và tìm văn bản của tổ chức đảng.",
            "",
            *lines,
            "",
            f"Xem tùy chọn của một lệnh: {PROGRAM} LỆNH --help",
        ]
    )


def _run(name: str, words: Sequence[str]) -> int:
    from flows.console import run_app

    foreign = {point.name: point for point in entry_points(group="vankho.commands")}
    app = foreign[name].load() if name in foreign else import_module(f"flows.commands.{name}").app
    return run_app(app, name, words)


if __name__ == "__main__":
    sys.exit(main())
