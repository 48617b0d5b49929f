"""`vankho show`: one document as a person may see it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated

import typer

from flows.acts import readable, record_act
from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.words import (
    DOCUMENT_WORDS,
    FIELD_WORDS,
    NOTHING_WORDS,
    PAGE_WORDS,
    RELATION_WORDS,
    SYSTEM_WORDS,
    correction_words,
)
from indexer.fields import display_title, told_fields
from pipeline.access import Reader, may_publish
from pipeline.catalogue import Catalogue
from pipeline.catalogue.corrections import Correction
from pipeline.clock import today
from pipeline.grant_proposals import proposed_grants
from pipeline.model import DocumentRecord, FieldName, FieldValue
from pipeline.relations import Relations, relations_of
from pipeline.topics import TOPICS
from pipeline.types import TYPES
from pipeline.validity import VALIDITY_WORDS
from pipeline.whole_file import may_read_whole_file

_WIDTH = max(map(len, FIELD_WORDS.values()))

app = command_app("Xem một văn bản: các trường, các trang, quan hệ với văn bản khác.")


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="Mã văn bản", metavar="MÃ")],
    as_person: Annotated[str, typer.Option("--as", help="Mã người xem")],
    as_json: Annotated[bool, typer.Option("--json", help="In dạng JSON")] = False,
) -> None:
    """Xem như người đó xem; văn bản không được xem thì như không có."""
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        record = readable(document, reader, "view", facts)
        told = told_fields(record, reader)
        record = replace(record, fields=told)
        texts = facts.documents.page_texts([document]).get(document, {})
        ties = relations_of(record, facts, reader=reader)
        is_whole = may_read_whole_file(record, facts, reader=reader)
        proposed = _proposed(record, reader, facts)
        made = facts.corrections.of(document) if may_publish(reader, record.owner_unit) else None
        record_act(reader, "view", document, facts)
    if as_json:
        pages = {"pages": _pages(record, texts, is_whole=is_whole)}
        print_json(_json(record, told) | _corrections(made) | pages | _ties(ties) | proposed)
    else:
        print("\n".join([*_lines(record, made or {}), *_tie_lines(ties), *_page_lines(record, texts)]))


def _proposed(record: DocumentRecord, reader: Reader, facts: Catalogue) -> dict[str, object]:
    """Who is proposed to read it, for those who may publish it."""
    if not may_publish(reader, record.owner_unit):
        return {}
    return {"proposed_grants": asdict(proposed_grants(record, facts.organisation.whole(), today=today()))}


def _json(record: DocumentRecord, told: Mapping[FieldName, FieldValue]) -> dict[str, object]:
    return {
        "id": record.id,
        "status": record.status,
        "doubtful": list(record.doubtful),
        "fields": {name: _field(value) for name, value in told.items()},
    }


def _corrections(made: Mapping[FieldName, Correction] | None) -> dict[str, object]:
    """What people have set, for those who may do so."""
    if made is None:
        return {}
    return {"corrections": {name: {**asdict(one), "at": one.at.isoformat()} for name, one in made.items()}}


def _ties(ties: Relations) -> dict[str, object]:
    """Citations with the ids of the documents meant, and who cites this one."""
    return {
        "references": [
            {**asdict(cited.reference), "document": cited.document.id if cited.document else None}
            for cited in ties.cites
        ],
        "statements": [asdict(statement) for statement in ties.statements],
        "cited_by": [{**asdict(citing.reference), "document": citing.document.id} for citing in ties.cited_by],
        "said_elsewhere": [{**asdict(said.statement), "document": said.document.id} for said in ties.said_elsewhere],
        "same": [document.id for document in ties.same],
    }


def _field(value: FieldValue) -> dict[str, object]:
    return {**asdict(value), "doubtful": value.is_doubtful}


def _pages(record: DocumentRecord, texts: Mapping[int, str], *, is_whole: bool) -> list[dict[str, object]]:
    """The pages. Where in the file they lie speaks of what else was scanned with them, as the file itself does."""
    return [
        {
            "number": page.page,
            "file_page": page.file_page if is_whole else None,
            "status": page.status,
            "reason": page.reason,
            "source": page.source,
            "confidence": page.confidence,
            "text": texts.get(page.page, ""),
        }
        for page in record.pages
    ]


def _lines(record: DocumentRecord, made: Mapping[FieldName, Correction]) -> list[str]:
    lines = [f"{record.id} ({DOCUMENT_WORDS[record.status]})"]
    for name in FieldName:
        value = record.fields.get(name)
        if value is not None:
            doubt = f"  ← cần xem lại: {value.reason or 'chưa chắc chắn'}" if value.is_doubtful else ""
            by = f"  ({correction_words(made[name])})" if name in made else ""
            lines.append(f"  {FIELD_WORDS[name]:<{_WIDTH}}  {_value(name, value.value)}{doubt}{by}")
        elif name in record.doubtful:
            lines.append(f"  {FIELD_WORDS[name]:<{_WIDTH}}  (chưa đọc được)")
    return lines


def _tie_lines(ties: Relations) -> list[str]:
    lines = []
    for cited in ties.cites:
        found = cited.reference
        scope = f" ({found.scope})" if found.scope else ""
        where = f" → {cited.document.id}" if cited.document else ""
        lines.append(
            f"  {RELATION_WORDS[found.relation]} {found.number or found.name}{scope} (trang {found.page}){where}"
        )
    lines += [f"  = {document.id} là cùng văn bản này, quét lại hoặc bản sao" for document in ties.same]
    for citing in ties.cited_by:
        scope = f" ({citing.reference.scope})" if citing.reference.scope else ""
        said = RELATION_WORDS[citing.reference.relation]
        lines.append(f"  ← {citing.document.id} {said} văn bản này{scope}: {display_title(citing.document)}")
    return lines


def _page_lines(record: DocumentRecord, texts: Mapping[int, str]) -> list[str]:
    lines = []
    for page in record.pages:
        lines += [f"--- trang {page.page} ({PAGE_WORDS[page.status]}{': ' + page.reason if page.reason else ''})"]
        lines += [texts.get(page.page, "")]
    return lines


def _value(name: FieldName, value: str) -> str:
    """A value as people say it."""
    if not value:
        return NOTHING_WORDS
    if name is FieldName.SYSTEM:
        return SYSTEM_WORDS.get(value, value)
    if name is FieldName.TOPIC:
        return TOPICS.get(value, value)
    if name is FieldName.VALIDITY:
        return VALIDITY_WORDS.get(value, value)
    return TYPES[value].title if name is FieldName.TYPE and value in TYPES else value
