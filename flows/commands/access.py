"""`vankho access`: who may read a document and what a person may read, each with the reasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from flows.acts import readable, record_act, require_publisher
from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.words import DOCUMENT_WORDS
from indexer.fields import display_title
from pipeline.access import Reader
from pipeline.access_reasons import (
    DocumentAccess,
    Holder,
    Page,
    PersonAccess,
    Reason,
    access_of,
    access_to,
    known_person,
    require_may_ask,
)
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import Outcome
from pipeline.clock import today
from pipeline.errors import NotAllowedError, NotFoundError
from pipeline.model import Person

app = command_app("Ai xem được một văn bản, một người xem được gì, và vì sao.")

AsPerson = Annotated[str, typer.Option("--as", help="Mã người hỏi")]
PageOption = Annotated[int, typer.Option(min=1, max=10_000, help="Trang")]
SizeOption = Annotated[int, typer.Option(min=1, max=100, help="Số dòng một trang")]
Json = Annotated[bool, typer.Option("--json", help="In dạng JSON")]


@app.command()
def document(
    document: Annotated[str, typer.Argument(help="Mã văn bản", metavar="MÃ")],
    as_person: AsPerson,
    token: Annotated[str | None, typer.Option(help="Chỉ những người xem được nhờ quyền này")] = None,
    page: PageOption = 1,
    size: SizeOption = 20,
    as_json: Json = False,
) -> None:
    """Bao nhiêu người xem được văn bản hôm nay nhờ quyền nào, và người thuộc phạm vi. Cho người được công bố nó."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = readable(document, reader, "explain-access", facts)
        require_publisher(reader, record.owner_unit, "explain-access", document, facts)
        record_act(reader, "explain-access", document, facts)
        organisation = facts.organisation.whole()
        found = access_to(record, organisation, today(), told_to=reader.id)
    people = found.who_hold(token)
    shown = people[Page(page, size).offset :][:size]
    if as_json:
        print_json(
            {
                "tokens": [asdict(door) for door in found.tokens],
                "total": len(people),
                "people": [asdict(holder) for holder in shown],
            }
        )
    else:
        print(
            "\n".join(_document_lines(found, len(people), shown, {unit.id: unit.name for unit in organisation.units}))
        )


@app.command()
def person(
    person: Annotated[str, typer.Argument(help="Mã người", metavar="NGƯỜI")],
    as_person: AsPerson,
    page: PageOption = 1,
    size: SizeOption = 20,
    as_json: Json = False,
) -> None:
    """Một người xem được gì hôm nay, trong những gì người hỏi cũng được xem. Cho chính họ và chánh văn phòng."""
    of = settings()
    with catalogue(of) as facts:
        reader, day = reader_as(as_person, of, facts), today()
        found = _asked_for(person, reader, facts)
        record_act(reader, "explain-person", found.id, facts)
        told = access_of(found, facts, told_to=reader, page=Page(page, size), today=day)
        names = facts.documents.unit_names()
    if as_json:
        print_json(_person_json(told))
    else:
        print("\n".join(_person_lines(told, names)))


def _asked_for(person: str, asker: Reader, facts: Catalogue) -> Person:
    """The person, if the asker may ask for them; a refusal is written down."""
    day = today()
    try:
        return require_may_ask(person, facts.organisation.duties(asker.id, today=day), facts, today=day)
    except (NotAllowedError, NotFoundError):
        record_act(asker, "explain-person", known_person(person, facts), facts, Outcome.REFUSED)
        raise


def _document_lines(
    found: DocumentAccess, total: int, shown: Sequence[Holder], names: Mapping[str, str]
) -> Iterator[str]:
    for door in found.tokens:
        why = "quyền xem đã cấp" if door.is_granted else "văn thư của đơn vị giữ văn bản"
        yield f"{door.people:>6} người  {door.token} ({why})"
    yield f"{total} người được nêu tên: người của đơn vị giữ văn bản và người do người hỏi phụ trách."
    for holder in shown:
        yield f"{holder.person}  {holder.name}: {_said(holder.by, names)}"


def _person_json(told: PersonAccess) -> dict[str, object]:
    return {
        "person": told.person,
        "name": told.name,
        "tokens": [asdict(held) for held in told.tokens],
        "total": told.total,
        "documents": [
            {
                "id": read.record.id,
                "title": display_title(read.record),
                "status": read.record.status,
                "by": [asdict(reason) for reason in read.by],
            }
            for read in told.documents
        ],
    }


def _person_lines(told: PersonAccess, names: Mapping[str, str]) -> Iterator[str]:
    yield f"{told.person}  {told.name}"
    for held in told.tokens:
        yield f"{held.documents:>6} văn bản  {_said(held.by, names)}"
    yield f"Xem được {told.total} văn bản, trong những văn bản mà người hỏi cũng được xem."
    for read in told.documents:
        status = DOCUMENT_WORDS[read.record.status]
        yield f"{read.record.id}  {display_title(read.record)} ({status}): {_said(read.by, names)}"


def _said(reasons: Sequence[Reason], names: Mapping[str, str]) -> str:
    """Each token with the roles that give it, `under:dang-uy (dang_vien, Chi bộ Một)`."""
    by_token: dict[str, list[str]] = {}
    for reason in reasons:
        by_token.setdefault(reason.token, []).append(f"{reason.role}, {names.get(reason.unit, reason.unit)}")
    return "; ".join(f"{token} ({' / '.join(roles)})" for token, roles in by_token.items())
