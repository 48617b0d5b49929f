"""`vankho publish`: a person confirms who may read a document, or every document of a batch."""

from typing import Annotated

import typer

from flows.acts import Target, act_on, target
from flows.console import catalogue, command_app, grants, print_json, settings
from flows.wiring import drainer

app = command_app("Công bố văn bản hoặc cả đợt cho người được xem.")


@app.command()
def publish(
    grant: Annotated[list[str], typer.Option(help="everyone, unit:…, under:…, role:…@…, person:…")],
    document: Annotated[str | None, typer.Argument(help="Mã văn bản", metavar="MÃ")] = None,
    batch: Annotated[str | None, typer.Option(help="Công bố mọi văn bản của đợt này")] = None,
    as_person: Annotated[str | None, typer.Option("--as", help="Mã người thực hiện")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Đặt đúng các quyền xem này (thay các quyền trước) và công bố."""
    of = settings()
    with catalogue(of) as facts:
        wanted = grants(grant, facts)
        chosen: Target = target(document, batch, as_person, of, facts)
        act_on(chosen, "publish", facts, lambda ids: facts.documents.publish(ids, wanted, actor=chosen.actor))
        drainer(of, facts).drain_now()
    if as_json:
        print_json({"published": list(chosen.documents), "grants": [given.token for given in wanted]})
    else:
        print(f"Đã công bố {len(chosen.documents)} văn bản cho: {', '.join(given.token for given in wanted)}.")
