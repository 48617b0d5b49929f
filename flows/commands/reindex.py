"""`vankho reindex`: build the index anew from the catalogue while the present one goes on answering."""

from typing import Annotated

import typer

from flows.console import catalogue, command_app, print_json, settings
from flows.wiring import drainer

app = command_app("Dựng lại chỉ mục tìm kiếm từ danh mục.")


@app.command()
def reindex(as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False) -> None:
    """Dựng lại từ đầu; tìm kiếm vẫn chạy trong lúc đó."""
    of = settings()
    with catalogue(of) as facts:
        written = drainer(of, facts).rebuild()
    if as_json:
        print_json({"indexed": written})
    else:
        print(f"Đã dựng lại chỉ mục với {written} văn bản.")
