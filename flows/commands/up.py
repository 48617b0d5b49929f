"""`vankho up`: run the whole installation until asked to stop, or say whether it is well."""

import sys
import time
from contextlib import suppress
from typing import Annotated

import typer

from flows.console import catalogue, command_app, settings
from flows.health import problems
from flows.installation import only_one, services
from flows.stopping import stop_on_signals
from flows.supervisor import supervise
from pipeline.audit_heads import note_head
from pipeline.errors import UnavailableError

app = command_app("Chạy toàn bộ: dịch vụ HTTP, lịch đêm, hàng việc, chỉ mục.")


@app.command()
def up(
    check: Annotated[bool, typer.Option("--check", help="Không chạy; kiểm tra bản đang chạy")] = False,
) -> None:
    """Chạy mọi dịch vụ cho tới khi được yêu cầu dừng (Ctrl+C, SIGTERM)."""
    of = settings()
    if check:
        with catalogue(of) as facts:
            found = problems(of, facts)
            with suppress(UnavailableError):  # on a full disk the next check notes it
                note_head(of.home, facts.audit)
        print("\n".join(found) or "Mọi thứ đều ổn.")
        raise typer.Exit(1 if found else 0)
    with catalogue(of):
        pass  # whatever is wrong with settings or schema is said here, once, and not by each service
    with only_one(of), stop_on_signals() as stop:
        code = supervise(services(of), is_stopped=stop.is_asked, tell=_tell)
    raise typer.Exit(code)


def _tell(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)
