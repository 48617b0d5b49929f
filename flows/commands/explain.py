"""`vankho explain`: why a field of a document has its value, for those who may correct and publish the document."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from extractors.evidence import Candidate, candidates
from flows.acts import readable, record_act, require_publisher
from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.words import FIELD_WORDS, NOTHING_WORDS, SOURCE_WORDS, correction_words
from pipeline.access import Reader
from pipeline.catalogue import Catalogue
from pipeline.catalogue.corrections import Correction
from pipeline.errors import UsageError
from pipeline.model import Box, Evidence, FieldName, FieldValue

app = command_app("Vì sao một trường có giá trị như vậy: đọc ở đâu, căn cứ nào, còn khả năng nào khác.")


@app.command()
def explain(
    document: Annotated[str, typer.Argument(help="Mã văn bản", metavar="MÃ")],
    field: Annotated[str, typer.Argument(help="Tên trường, ví dụ number, date", metavar="TRƯỜNG")],
    as_person: Annotated[str, typer.Option("--as", help="Mã người xem")],
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON")] = False,
) -> None:
    """Giá trị, nơi đọc, từng căn cứ với trọng số, và các khả năng theo thứ tự."""
    name = _field(field)
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = readable(document, reader, "explain", facts)
        require_publisher(reader, record.owner_unit, "explain", document, facts)
        pieces = _told(facts.documents.evidence(document, name), reader, facts)
        made = facts.corrections.of(document).get(name)
        record_act(reader, "explain", document, facts)
    value, ordered = record.fields.get(name), candidates(pieces)
    if as_json:
        print_json(_json(name, value, made, ordered))
    else:
        print("\n".join(_lines(name, value, made, ordered)))


def _field(written: str) -> FieldName:
    try:
        return FieldName(written)
    except ValueError as error:
        message = f"Không có trường «{written}». Các trường: {', '.join(FieldName)}."
        raise UsageError(message) from error


def _told(pieces: Sequence[Evidence], reader: Reader, facts: Catalogue) -> list[Evidence]:
    """The pieces that this reader may be told of: what another paper says only where they may read that paper."""
    witnesses = facts.documents.documents([piece.document for piece in pieces if piece.document is not None])
    told = {id_ for id_, record in witnesses.items() if record.is_readable_by(reader)}
    return [piece for piece in pieces if piece.document is None or piece.document in told]


def _json(
    name: FieldName, value: FieldValue | None, made: Correction | None, ordered: Sequence[Candidate]
) -> dict[str, object]:
    return {
        "field": name,
        "value": {**asdict(value), "doubtful": value.is_doubtful} if value else None,
        "correction": {**asdict(made), "at": made.at.isoformat()} if made else None,
        "candidates": [
            {
                "value": candidate.value,
                "weight": round(candidate.weight, 2),
                "evidence": [asdict(piece) for piece in candidate.evidence],
            }
            for candidate in ordered
        ],
    }


def _lines(
    name: FieldName, value: FieldValue | None, made: Correction | None, ordered: Sequence[Candidate]
) -> Iterator[str]:
    if value is None:
        yield f"{FIELD_WORDS[name]}: (chưa đọc được)"
    else:
        yield f"{FIELD_WORDS[name]}: {value.value or NOTHING_WORDS}"
        yield f"  nguồn: {SOURCE_WORDS[value.source]}; độ chắc chắn: {value.confidence:.0%}"
        if value.page is not None:
            yield f"  nơi đọc: {_place(value.page, value.box)}"
        if value.raw is not None:
            yield f"  đọc nguyên văn: {value.raw}"
        if value.is_doubtful:
            yield f"  cần xem lại: {value.reason or 'chưa chắc chắn'}"
    if made is not None:
        yield f"  {correction_words(made)}"
    for number, candidate in enumerate(ordered, start=1):
        yield f"{number}. {candidate.value} (tổng trọng số {candidate.weight:.1f})"
        for piece in candidate.evidence:
            place = f"; {_place(piece.page, piece.box)}" if piece.page is not None else ""
            yield f"   {piece.weight:+.1f}  {SOURCE_WORDS[piece.source]}: {piece.words}{place}"


def _place(page: int, box: Box | None) -> str:
    shown = ", ".join(f"{edge:.3f}" for edge in box) if box else ""
    return f"trang {page}, khung [{shown}]" if box else f"trang {page}"
