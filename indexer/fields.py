"""From the facts of the catalogue to what the index is told of a document, and the title and values that people see.

Leaves the fields and values of an engine to `indexer.entries`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pipeline.access import Reader, may_publish
from pipeline.model import DocumentRecord, FieldName, FieldValue, Source
from pipeline.numbers import number_in_query, number_keys, parse_number
from pipeline.ports import IndexedDocument, IndexedPage
from pipeline.text import fold, name_key
from pipeline.types import TYPES, UNKNOWN_TYPE, symbols


def indexed_document(
    record: DocumentRecord, page_texts: Mapping[int, str], unit_names: Mapping[str, str]
) -> IndexedDocument:
    """What the index is told of a document as it is now. `unit_names` gives the name of an issuer that is a unit."""
    return IndexedDocument(
        id=record.id,
        version=record.version,
        tokens=record.tokens,
        title=_searchable_title(record, unit_names),
        number_keys=_own_keys(record),
        cited_keys=_cited_keys(record),
        type=record.value(FieldName.TYPE),
        issuer=record.value(FieldName.ISSUER),
        unit=record.owner_unit,
        date=record.value(FieldName.DATE),
        validity=record.value(FieldName.VALIDITY),
        topic=record.value(FieldName.TOPIC),
        pages=tuple(IndexedPage(page, page_texts[page]) for page in sorted(page_texts)),
    )


def display_title(record: DocumentRecord) -> str:
    """The document's name for people: its type and subject (trích yếu), or its type and number, or plain words.

    Never the name of its file, which says things that its readers were not meant to be told.
    """
    kind = _type_title(record)
    subject = record.value(FieldName.SUBJECT)
    if subject:
        is_named = kind is None or name_key(subject).startswith(name_key(kind))
        return subject if is_named else f"{kind} {subject}"
    number = record.value(FieldName.NUMBER)
    if number:
        return f"{kind or 'Văn bản'} số {number}"
    return f"{kind or 'Văn bản'} (chưa có trích yếu)"


def told_fields(record: DocumentRecord, reader: Reader) -> dict[FieldName, FieldValue]:
    """The document's values as its reader may be told of them.

    A file's name and the place of the cut speak of the whole stack that was scanned, the class of who else may read:
    only who may publish the document is told of them.
    """
    is_publisher = may_publish(reader, record.owner_unit)
    return {
        name: value if is_publisher or value.source is not Source.FILE_NAME else replace(value, raw=None)
        for name, value in record.fields.items()
        if is_publisher or name not in {FieldName.CUT, FieldName.CLASS}
    }


def _type_title(record: DocumentRecord) -> str | None:
    slug = record.value(FieldName.TYPE)
    return TYPES[slug].title if slug is not None and slug in TYPES and slug != UNKNOWN_TYPE else None


def _searchable_title(record: DocumentRecord, unit_names: Mapping[str, str]) -> str:
    issuer = record.value(FieldName.ISSUER)
    parts = (
        record.value(FieldName.NUMBER),
        _type_title(record),
        record.value(FieldName.SUBJECT),
        unit_names.get(issuer, issuer) if issuer else None,
    )
    return " ".join(part for part in parts if part)


def _own_keys(record: DocumentRecord) -> tuple[str, ...]:
    printed = record.value(FieldName.NUMBER)
    if printed is None:
        return ()
    keys = [*keys_of_number(printed), *_keys_by_type(printed, record.value(FieldName.TYPE))]
    return tuple(dict.fromkeys(keys))


def _keys_by_type(printed: str, slug: str | None) -> Iterator[str]:
    """Keys of a number that lacks its type's symbol, as letters (`45/LHH-VP`) do: they are asked for as `cv 45`."""
    number = parse_number(printed)
    if number is not None and number.type_symbol is None and slug is not None and slug in TYPES:
        yield from (f"{number.integer}-{fold(symbol)}" for symbol in symbols(slug))


def _cited_keys(record: DocumentRecord) -> tuple[str, ...]:
    numbers = [cited.number for cited in record.references if cited.number]
    return tuple(dict.fromkeys(key for number in numbers for key in keys_of_number(number)))


def keys_of_number(printed: str) -> tuple[str, ...]:
    """The keys of a number as it stands in a paper, well-formed or not; none where nothing like a number is read."""
    number = parse_number(printed)
    if number is not None:
        return number_keys(number)
    query = number_in_query(printed)
    return query.keys if query else ()
