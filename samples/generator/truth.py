"""What a generated document says, in the shape of `truth.json`."""

from collections.abc import Iterable
from itertools import product
from typing import Any

from samples.generator.document import GeneratedDocument
from samples.generator.model import Line, Sheet, Zone
from samples.generator.organisation import Organisation


def document_truth(document: GeneratedDocument, organisation: Organisation) -> dict[str, Any]:
    """Describe a document.

    `pages[].text` reads header and closing column by column, `alternatives` the other fair orders (row by row).
    `boxes` says where facts stand, `[x0, y0, x1, y1]` in 0-1 of the stored page; `number_written` and `day_written`
    are the digits filled in by hand. `fields.issuer_parent` is always the printed name in capitals.
    """
    recipe, paper = document.recipe, document.paper
    pages = [reading_orders(page.sheet) for page in document.pages]
    return {
        "path": recipe.path,
        "outcome": recipe.outcome,
        "kind": recipe.kind,
        "dpi": next((page.scan.look.dpi for page in document.pages if page.scan), None),
        "handwritten": list(paper.written),
        "fields": _fields(document),
        "pages": [{"text": first, "alternatives": others} for first, *others in pages],
        "boxes": [
            {"field": box.name, "page": box.page, "box": [round(value, 4) for value in box.box]}
            for box in document.boxes
            if box.name in _BOXED_FIELDS
        ],
        "references": [{"number": r.number, "type": r.type, "relation": r.relation} for r in paper.references],
        "grants": list(recipe.grants),
        "readers": organisation.readers(recipe.grants) if recipe.outcome == "stored" else [],
    }


_BOXED_FIELDS = frozenset(
    {"issuer", "issuer_parent", "number", "number_written", "date", "day_written", "type", "subject", "signer"}
)


def _fields(document: GeneratedDocument) -> dict[str, str]:
    paper, body = document.paper, document.body
    return {
        "system": body.system,
        "number": paper.number,
        "type": paper.type,
        "date": paper.date,
        "issuer": body.issuer,
        "issuer_parent": body.issuer_parent,
        "subject": paper.subject,
        "signer": paper.signer,
        "place": body.place,
    }


def reading_orders(sheet: Sheet) -> list[str]:
    """The texts of a page in every fair order; the first reads columns one after the other."""
    zones: list[list[str]] = [_zone_orders(sheet.lines, zone) for zone in ("header", "body", "closing")]
    texts = ["\n".join(part for part in parts if part) for parts in product(*zones)]
    return list(dict.fromkeys(texts))


def _zone_orders(lines: Iterable[Line], zone: Zone) -> list[str]:
    own = [line for line in lines if line.zone == zone]
    by_column = sorted(own, key=lambda line: (line.column != "left", line.y))
    if zone == "body":
        by_column = own
    by_row = sorted(own, key=lambda line: (round(line.y / 6), line.column != "left"))
    orders = [by_column] if zone == "body" else [by_column, by_row]
    return ["\n".join(line.text for line in order) for order in orders]
