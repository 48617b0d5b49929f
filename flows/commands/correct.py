"""`vankho correct`: a person sets fields of a document, for certain; no machine's reading outranks that again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

import typer

from flows.acts import readable, record_act, require_publisher
from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.wiring import drainer
from flows.words import FIELD_WORDS, NOTHING_WORDS
from pipeline.corrections import correctable, corrected
from pipeline.errors import UsageError
from pipeline.model import FieldName

app = command_app("Sửa các trường của một văn bản; giá trị do người nhập không bị máy thay.")


@app.command()
def correct(
    document: Annotated[str, typer.Argument(help="Mã văn bản", metavar="MÃ")],
    fields: Annotated[
        list[str],
        typer.Argument(help="number=05-NQ/ĐU, date=2024-12-22 …; để trống là không có", metavar="TRƯỜNG=GIÁ_TRỊ"),
    ],
    as_person: Annotated[str, typer.Option("--as", help="Mã người được công bố văn bản")],
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON")] = False,
) -> None:
    """Đặt các trường này; mọi lần đọc trước vẫn còn trong lịch sử."""
    wanted = _assigned(fields)
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = readable(document, reader, "correct", facts)
        require_publisher(reader, record.owner_unit, "correct", document, facts)
        kept = corrected(wanted, facts.organisation.units())
        facts.corrections.correct(document, kept, actor=reader.id)
        for name in kept:
            record_act(reader, f"correct-{name}", document, facts)
        drainer(of, facts).drain_now()
    if as_json:
        print_json({"document": document, "corrected": kept})
    else:
        print("\n".join(_lines(kept)))


def _assigned(written: Sequence[str]) -> dict[FieldName, str]:
    """The value of each field that is written `field=value`. Raises `UsageError`."""
    found: dict[FieldName, str] = {}
    for text in written:
        name, is_assigned, value = text.partition("=")
        if not is_assigned:
            message = f"«{text}» viết sai. Hãy viết TRƯỜNG=GIÁ_TRỊ, ví dụ number=05-NQ/ĐU."
            raise UsageError(message)
        field = correctable(name.strip())
        if field in found:
            message = f"Trường «{field}» được nêu hai lần."
            raise UsageError(message)
        found[field] = value
    return found


def _lines(kept: Mapping[FieldName, str]) -> Iterator[str]:
    for name, value in kept.items():
        yield f"{FIELD_WORDS[name]}: {value or NOTHING_WORDS}"
