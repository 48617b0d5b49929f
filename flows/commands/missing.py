"""`vankho missing`: the papers that a unit's documents cite and that are not in the archive."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from flows.acts import record_act, require_publisher
from flows.console import catalogue, command_app, print_json, reader_as, settings
from pipeline.relations import Missing, missing_of
from pipeline.types import TYPES

app = command_app("Văn bản được viện dẫn mà kho chưa có.")


@app.command()
def missing(
    unit: Annotated[str, typer.Option(help="Đơn vị giữ các văn bản viện dẫn")],
    as_person: Annotated[str, typer.Option("--as", help="Mã người xem")],
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON")] = False,
) -> None:
    """Liệt kê, nhiều nơi viện dẫn nhất trước."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        require_publisher(reader, unit, "list-missing", unit, facts)
        found = missing_of(unit, facts, reader=reader)
        record_act(reader, "list-missing", unit, facts)
    if as_json:
        print_json({"missing": [asdict(entry) for entry in found]})
    else:
        print("\n".join(_lines(found)))


def _lines(found: Sequence[Missing]) -> Iterator[str]:
    yield f"{len(found)} văn bản được viện dẫn mà kho chưa có."
    for entry in found:
        kind = TYPES[entry.type].title if entry.type else "Văn bản"
        called = entry.name or f"{kind} số {entry.number}"
        dated = f", ngày {'/'.join(reversed(entry.date.split('-')))}" if entry.date else ""
        by = f", của {entry.issuer}" if entry.issuer else ""
        yield f"{entry.citing:>5} × {called}{dated}{by}  (ví dụ: {entry.example})"
