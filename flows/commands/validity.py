"""`vankho validity`: whether documents still hold, what is proposed, and a person's decision."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

import typer

from flows.acts import readable, record_act, require_publisher
from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.wiring import drainer
from flows.words import RELATION_WORDS
from indexer.entries import first_day
from indexer.fields import display_title
from pipeline.catalogue.audit import Outcome
from pipeline.catalogue.validity import Decided, Decision
from pipeline.errors import NotFoundError, UsageError
from pipeline.rulings import Proposal, Ruling, decide, proposals_of_unit, ruling_of
from pipeline.validity import VALIDITY_WORDS, Validity

app = command_app("Hiệu lực của văn bản.")

Document = Annotated[str, typer.Argument(help="Mã văn bản", metavar="MÃ")]
Person = Annotated[str, typer.Option("--as", help="Mã người xem hoặc quyết định")]
Json = Annotated[bool, typer.Option("--json", help="In dạng JSON")]


@app.command()
def show(document: Document, as_person: Person, as_json: Json = False) -> None:
    """Hiệu lực của một văn bản, các lần quyết định, các đề xuất."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = readable(document, reader, "view-validity", facts)
        record_act(reader, "view-validity", document, facts)
        _print(ruling_of(record, facts, reader=reader), as_json=as_json)


@app.command()
def confirm(
    document: Document,
    validity: Annotated[Validity, typer.Argument(help="het_hieu_luc, het_hieu_luc_mot_phan, con_hieu_luc …")],
    as_person: Person,
    since: Annotated[str | None, typer.Option(help="Từ ngày YYYY-MM-DD")] = None,
    scope: Annotated[str | None, typer.Option(help="Phần nào, ví dụ «khoản 2 Điều 5»")] = None,
    ground: Annotated[str | None, typer.Option(help="Mã văn bản làm căn cứ")] = None,
    relation: Annotated[str | None, typer.Option(help="Văn bản căn cứ làm gì, ví dụ replaces")] = None,
    as_json: Json = False,
) -> None:
    """Quyết định hiệu lực của một văn bản; các lần trước vẫn còn trong lịch sử."""
    if since is not None and (first_day(since) is None or len(since) != len("2024-12-22")):
        raise UsageError(f"Ngày «{since}» không đúng. Hãy ghi năm-tháng-ngày, ví dụ 2024-12-22.")
    decision = Decision(validity, since, scope, ground, relation)
    _decide(document, decision, "confirm-validity", as_person, as_json=as_json)


@app.command()
def refuse(
    document: Document,
    ground: Annotated[str, typer.Option(help="Mã văn bản đã đề xuất")],
    relation: Annotated[str, typer.Option(help="Quan hệ đã đề xuất, ví dụ replaces")],
    as_person: Person,
    as_json: Json = False,
) -> None:
    """Bác một đề xuất; nó không được đề xuất lại."""
    decision = Decision(None, ground=ground, relation=relation)
    _decide(document, decision, "refuse-validity", as_person, as_json=as_json)


@app.command()
def proposals(
    unit: Annotated[str, typer.Option(help="Đơn vị giữ văn bản")], as_person: Person, as_json: Json = False
) -> None:
    """Những gì chờ xác nhận cho các văn bản của một đơn vị."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        require_publisher(reader, unit, "list-validity", unit, facts)
        record_act(reader, "list-validity", unit, facts)
        found = list(proposals_of_unit(unit, facts, reader=reader))
    if as_json:
        print_json({"proposals": [{"document": record.id, **_proposal(proposal)} for record, proposal in found]})
        return
    print(f"{len(found)} đề xuất chờ xác nhận.")
    for record, proposal in found:
        print(f"{record.id}  {display_title(record)}\n{_line(proposal)}")


def _decide(document: str, decision: Decision, action: str, as_person: str, *, as_json: bool) -> None:
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = readable(document, reader, action, facts)
        require_publisher(reader, record.owner_unit, action, document, facts)
        try:
            decide(record, decision, facts, reader=reader)
        except NotFoundError:
            record_act(reader, action, document, facts, Outcome.REFUSED)
            raise
        record_act(reader, action, document, facts)
        drainer(of, facts).drain_now()
        _print(ruling_of(facts.documents.document(document), facts, reader=reader), as_json=as_json)


def _print(ruling: Ruling, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "validity": ruling.validity,
                "history": [_decision(decided) for decided in ruling.history],
                "proposals": [_proposal(proposal) for proposal in ruling.proposals],
            }
        )
    else:
        print("\n".join(_lines(ruling)))


def _decision(decided: Decided) -> dict[str, object]:
    return {**asdict(decided.decision), "actor": decided.actor or None, "at": decided.at.isoformat()}


def _proposal(proposal: Proposal) -> dict[str, object]:
    reference = proposal.by.reference
    return {
        "validity": proposal.validity,
        "since": proposal.since,
        "scope": reference.scope,
        "relation": reference.relation,
        "ground": proposal.by.document.id,
        "evidence": reference.evidence,
        "page": reference.page,
    }


def _lines(ruling: Ruling) -> Iterator[str]:
    yield VALIDITY_WORDS[ruling.validity]
    for decided in ruling.history:
        made = decided.decision
        what = VALIDITY_WORDS[made.validity] if made.validity else "bác đề xuất"
        parts = (
            made.scope,
            f"từ {made.since}" if made.since else None,
            f"căn cứ {made.ground}" if made.ground else None,
        )
        by = f" ({decided.actor})" if decided.actor else ""
        yield f"  {decided.at:%Y-%m-%d}: {', '.join([what, *filter(None, parts)])}{by}"
    yield from map(_line, ruling.proposals)


def _line(proposal: Proposal) -> str:
    reference = proposal.by.reference
    scope = f" ({reference.scope})" if reference.scope else ""
    by = proposal.by.document
    return (
        f"  đề xuất: {VALIDITY_WORDS[proposal.validity]}{scope} từ {proposal.since or 'ngày chưa rõ'}: "
        f"{by.id} {RELATION_WORDS[reference.relation]}: {reference.evidence}"
    )
