"""`vankho withdraw`: a person takes a document, or every document of a batch, back from its readers."""

from typing import Annotated

import typer

from flows.acts import act_on, target
from flows.console import catalogue, command_app, print_json, settings
from flows.wiring import drainer

app = command_app("Rút văn bản khỏi người xem.")


@app.command()
def withdraw(
    document: Annotated[str | None, typer.Argument(help="Mã văn bản", metavar="MÃ")] = None,
    batch: Annotated[str | None, typer.Option(help="Rút mọi văn bản của đợt này")] = None,
    as_person: Annotated[str | None, typer.Option("--as", help="Mã người thực hiện")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Bỏ mọi quyền xem; chỉ văn thư của đơn vị giữ văn bản còn thấy."""
    of = settings()
    with catalogue(of) as facts:
        chosen = target(document, batch, as_person, of, facts)
        act_on(chosen, "withdraw", facts, facts.documents.withdraw)
        drainer(of, facts).drain_now()
    if as_json:
        print_json({"withdrawn": list(chosen.documents)})
    else:
        print(f"Đã rút {len(chosen.documents)} văn bản.")
