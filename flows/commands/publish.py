"""`vankho publish`: a person confirms who may read a document, or every document of a batch."""

from typing import Annotated

import typer

from flows.acts import Target, act_on, require_allowed, target
from flows.console import catalogue, command_app, grants, print_json, settings
from flows.wiring import drainer
from pipeline.access import Grant
from pipeline.catalogue import Catalogue
from pipeline.clock import today
from pipeline.errors import UsageError
from pipeline.grant_proposals import proposed_grants

app = command_app("Công bố văn bản hoặc cả đợt cho người được xem.")


@app.command()
def publish(
    document: Annotated[str | None, typer.Argument(help="Mã văn bản", metavar="MÃ")] = None,
    grant: Annotated[list[str] | None, typer.Option(help="everyone, unit:…, under:…, role:…@…, person:…")] = None,
    proposed: Annotated[str | None, typer.Option(help="Đúng như đề xuất có dấu này (vankho grants propose)")] = None,
    batch: Annotated[str | None, typer.Option(help="Công bố mọi văn bản của đợt này")] = None,
    as_person: Annotated[str | None, typer.Option("--as", help="Mã người thực hiện")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Đặt đúng các quyền xem này (thay các quyền trước) và công bố."""
    if bool(grant) == (proposed is not None) or (proposed is not None and batch is not None):
        raise UsageError("Hãy nêu --grant, hoặc với một văn bản --proposed và dấu của đề xuất đã xem.")
    of = settings()
    with catalogue(of) as facts:
        wanted = grants(grant or [], facts)
        chosen: Target = target(document, batch, as_person, of, facts)
        if proposed is not None:
            require_allowed(chosen, "publish", facts)
            wanted = _as_proposed(document, proposed, facts)
        act_on(chosen, "publish", facts, lambda ids: facts.documents.publish(ids, wanted, actor=chosen.actor))
        drainer(of, facts).drain_now()
    if as_json:
        print_json({"published": list(chosen.documents), "grants": [given.token for given in wanted]})
    else:
        print(f"Đã công bố {len(chosen.documents)} văn bản cho: {', '.join(given.token for given in wanted)}.")


def _as_proposed(document: str | None, mark: str, facts: Catalogue) -> list[Grant]:
    """The grants that were proposed for a document and shown under this mark. Raises `UsageError`."""
    record = facts.documents.document(document or "")
    return proposed_grants(record, facts.organisation.whole(), today=today()).confirmed(mark)
