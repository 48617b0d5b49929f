"""`vankho grants`: who is proposed to read a document, by its recipients and its class. Publishing confirms it."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from flows.acts import readable, record_act, require_publisher
from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.wiring import drainer
from pipeline.access import Reader
from pipeline.catalogue import Catalogue
from pipeline.clock import today
from pipeline.grant_proposals import DocumentClass, GrantProposal, LineOutcome, proposed_grants
from pipeline.model import DocumentRecord, FieldName

app = command_app("Quyền xem được đề xuất theo nơi nhận và mức phổ biến.")

Document = Annotated[str, typer.Argument(help="Mã văn bản", metavar="MÃ")]
Person = Annotated[str, typer.Option("--as", help="Mã người được công bố văn bản")]
Json = Annotated[bool, typer.Option("--json", help="In dạng JSON")]

_MARKS = {
    LineOutcome.MATCHED: "+",
    LineOutcome.DOUBTFUL: "?",
    LineOutcome.OUTSIDE: "-",
    LineOutcome.ARCHIVE: "-",
}


@app.command()
def propose(document: Document, as_person: Person, as_json: Json = False) -> None:
    """Đề xuất cho một văn bản, từng dòng với lý do; chưa ai được xem gì thêm."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = _publishable(document, reader, "view-proposed-grants", facts)
        record_act(reader, "view-proposed-grants", document, facts)
        _print(record, facts, as_json=as_json)


@app.command("class")
def classify(
    document: Document,
    class_: Annotated[DocumentClass, typer.Argument(help="cong_khai, noi_bo, han_che", metavar="MỨC")],
    as_person: Person,
    as_json: Json = False,
) -> None:
    """Đặt mức phổ biến của văn bản: mẫu để đề xuất quyền xem, tự nó không cho ai xem."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        _publishable(document, reader, "classify", facts)
        facts.corrections.correct(document, {FieldName.CLASS: class_}, actor=reader.id)
        record_act(reader, "classify", document, facts)
        drainer(of, facts).drain_now()
        _print(facts.documents.document(document), facts, as_json=as_json)


def _publishable(document: str, reader: Reader, action: str, facts: Catalogue) -> DocumentRecord:
    record = readable(document, reader, action, facts)
    require_publisher(reader, record.owner_unit, action, document, facts)
    return record


def _print(record: DocumentRecord, facts: Catalogue, *, as_json: bool) -> None:
    found = proposed_grants(record, facts.organisation.whole(), today=today())
    if as_json:
        print_json(asdict(found))
    else:
        print("\n".join(_lines(record.id, found)))


def _lines(document: str, found: GrantProposal) -> Iterator[str]:
    for line in found.lines:
        tokens = f" → {', '.join(line.grants)}" if line.grants else ""
        yield f"  {_MARKS[line.outcome]} {line.text}: {line.reason}{tokens}"
    if found.doubts:
        yield "Còn chỗ chưa rõ, nên hãy tự nêu quyền xem bằng --grant:"
        yield from (f"  {doubt}" for doubt in found.doubts)
    elif found.grants:
        yield f"Để công bố đúng như vậy: vankho publish {document} --proposed {found.mark}"
    else:
        yield "Không đề xuất được quyền xem nào."
