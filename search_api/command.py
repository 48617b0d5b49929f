"""The command `vankho serve`, found by the entry-point group `vankho.commands`.

The web stack is imported only when it runs.
"""

import json
import os
import sys
from typing import Annotated

import typer

from pipeline.settings import load_settings

serve = typer.Typer(
    help="Chạy dịch vụ HTTP.", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


@serve.command()
def _serve(
    host: Annotated[str | None, typer.Option(help="Địa chỉ; ngoài máy này cần TLS [web.host]")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65_535, help="Cổng; 0 là cổng trống bất kỳ [web.port]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In địa chỉ dạng JSON khi đã sẵn sàng")] = False,
) -> None:
    """Chạy dịch vụ cho tới khi được yêu cầu dừng (Ctrl+C, SIGTERM)."""
    from search_api.server import run_server

    def announce(address: str) -> None:
        line = json.dumps({"url": address}) if as_json else f"Văn Kho đang chạy tại {address} (dừng: Ctrl+C)."
        print(line, flush=True)

    def tell(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    settings = load_settings(os.environ)
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    run_server(settings.model_copy(update={"web": settings.web.model_copy(update=chosen)}), announce, tell)
