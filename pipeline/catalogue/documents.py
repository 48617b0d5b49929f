"""Files, the documents cut from them, what is known of each, and the outbox that keeps the index true.

A change of facts and its outbox row are one transaction. A person's reading of a field outranks every machine's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from pipeline.access import Grant
from pipeline.catalogue.chunks import chunks
from pipeline.catalogue.database import Database
from pipeline.catalogue.evidence import add_evidence, evidence_of
from pipeline.catalogue.relations import add_relations, references_of
from pipeline.catalogue.tables import (
    BatchItemRow,
    DocumentRow,
    FieldRow,
    FileRow,
    GrantRow,
    OutboxRow,
    PageRow,
    UnitRow,
)
from pipeline.catalogue.untold import untold_access
from pipeline.errors import NotFoundError
from pipeline.identity import number_key
from pipeline.model import (
    Box,
    Description,
    DocumentRecord,
    DocumentStatus,
    Evidence,
    FieldName,
    FieldValue,
    FileRecord,
    FileStatus,
    PageRecord,
    PageResult,
    PageStatus,
    Source,
)
from pipeline.ports import OutboxEntry

_CHUNK = 500
"""Rows read at a time."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A screened file about to be filed, with the documents cut from it."""

    owner_unit: str
    sha256: str
    name: str
    media_type: str
    size: int
    pages: int
    documents: tuple["NewDocument", ...]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document about to be filed: its pages in order and what it is."""

    pages: tuple[PageResult, ...]
    description: Description


@dataclass(frozen=True, slots=True)
class FilingPlace:
    """For whom and as which file of which batch something is filed."""

    actor: str
    batch: str
    ordinal: int


class DocumentFacts:
    """Files and documents in the catalogue. Implements `pipeline.ports.DocumentSource` and `Outbox`."""

    def __init__(self, database: Database) -> None:
        """Facts in this database."""
        self._database = database

    def file_id(self, owner_unit: str, sha256: str) -> str | None:
        """The id of the unit's file with these bytes, if it was filed."""
        return self.file_ids(owner_unit, [sha256]).get(sha256)

    def file_ids(self, owner_unit: str, sha256s: Collection[str]) -> Mapping[str, str]:
        """The id of the unit's file for each of these hashes of bytes that was filed."""
        found: dict[str, str] = {}
        with self._database.reading() as session:
            for chunk in chunks(sha256s):
                query = select(FileRow.sha256, FileRow.id).where(FileRow.owner_unit == owner_unit)
                rows = session.execute(query.where(FileRow.sha256.in_(chunk)))
                found |= {row.sha256: row.id for row in rows}
        return found

    def file(
        self,
        new: NewFile,
        place: FilingPlace,
        *,
        status: FileStatus = FileStatus.STORED,
        reason: str | None = None,
        grants: Sequence[Grant] = (),
    ) -> tuple[str, ...] | None:
        """File the documents of a file, all in one transaction; their ids.

        With grants, the actor publishes them in the same transaction. None where the unit has a file with these
        bytes already (somebody was quicker): nothing is changed.
        """
        try:
            with self._database.writing() as session:
                if _file_id(session, new.owner_unit, new.sha256) is not None:
                    return None
                ids = _file(session, new, place)
                session.merge(
                    BatchItemRow(
                        batch=place.batch,
                        ordinal=place.ordinal,
                        status=status,
                        reason=reason,
                        file=_file_id(session, new.owner_unit, new.sha256),
                    )
                )
                if grants:
                    _publish(session, ids, grants, place.actor)
                return ids
        except IntegrityError:
            if self.file_id(new.owner_unit, new.sha256) is None:
                raise
            return None

    def documents(self, ids: Sequence[str]) -> Mapping[str, DocumentRecord]:
        """The present state of these documents; unknown ids are absent."""
        found: dict[str, DocumentRecord] = {}
        with self._database.reading() as session:
            for chunk in chunks(ids):
                found |= _records(session, chunk)
        return found

    def document(self, document_id: str) -> DocumentRecord:
        """The present state of one document. Raises `NotFoundError`."""
        found = self.documents([document_id])
        if document_id not in found:
            raise NotFoundError(not_found_message())
        return found[document_id]

    def evidence(self, document_id: str, name: FieldName) -> tuple[Evidence, ...]:
        """What speaks for the values of a field of a document, as it was found when it was described."""
        with self._database.reading() as session:
            return evidence_of(session, document_id, name)

    def page_texts(self, ids: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
        """The text of each page of these documents, by document and page."""
        texts: dict[str, dict[int, str]] = {}
        with self._database.reading() as session:
            for chunk in chunks(ids):
                rows = session.execute(
                    select(PageRow.document, PageRow.page, PageRow.text)
                    .where(PageRow.document.in_(chunk))
                    .order_by(PageRow.document, PageRow.page)
                )
                for document, page, text in rows:
                    texts.setdefault(document, {})[page] = text
        return texts

    def texts_of_pages(self, pages: Mapping[str, int]) -> Mapping[str, str]:
        """The text of one page of each of these documents; unknown pages are absent."""
        texts: dict[str, str] = {}
        with self._database.reading() as session:
            for chunk in chunks(pages):
                # Pairs would say it more closely, but SQLite looks for pairs without its index.
                rows = session.execute(
                    select(PageRow.document, PageRow.page, PageRow.text).where(
                        PageRow.document.in_(chunk), PageRow.page.in_({pages[document] for document in chunk})
                    )
                )
                texts.update((document, text) for document, page, text in rows if pages[document] == page)
        return texts

    def document_ids(self) -> Iterator[str]:
        """Every document's id, in order."""
        last = ""
        while True:
            with self._database.reading() as session:
                query = select(DocumentRow.id).where(DocumentRow.id > last).order_by(DocumentRow.id).limit(_CHUNK)
                ids = list(session.scalars(query))
            yield from ids
            if len(ids) < _CHUNK:
                return
            last = ids[-1]

    def ids_of_file(self, file_id: str) -> tuple[str, ...]:
        """The ids of the documents cut from a file, in the order of its pages."""
        return self.ids_of_files([file_id]).get(file_id, ())

    def ids_of_files(self, file_ids: Collection[str]) -> Mapping[str, tuple[str, ...]]:
        """The ids of the documents cut from each of these files, in the order of its pages."""
        found: dict[str, tuple[str, ...]] = {}
        with self._database.reading() as session:
            for chunk in chunks(file_ids):
                query = (
                    select(DocumentRow.file, DocumentRow.id)
                    .join(PageRow, (PageRow.document == DocumentRow.id) & (PageRow.page == 1))
                    .where(DocumentRow.file.in_(chunk))
                    .order_by(PageRow.file_page)
                )
                for file_id, document_id in session.execute(query):
                    found[file_id] = (*found.get(file_id, ()), document_id)
        return found

    def ids_of_batch(self, batch: str) -> tuple[str, ...]:
        """The ids of the documents that a batch filed, in its order."""
        with self._database.reading() as session:
            query = (
                select(DocumentRow.id)
                .join(FileRow, FileRow.id == DocumentRow.file)
                .join(BatchItemRow, (BatchItemRow.file == FileRow.id) & (BatchItemRow.batch == FileRow.batch))
                .where(FileRow.batch == batch)
                .order_by(BatchItemRow.ordinal, DocumentRow.id)
            )
            return tuple(session.scalars(query))

    def files(self) -> Iterator[FileRecord]:
        """Every file, by id."""
        last = ""
        while True:
            with self._database.reading() as session:
                query = select(FileRow).where(FileRow.id > last).order_by(FileRow.id).limit(_CHUNK)
                records = [_file_record(row) for row in session.scalars(query)]
            yield from records
            if len(records) < _CHUNK:
                return
            last = records[-1].id

    def publish(self, ids: Sequence[str], grants: Sequence[Grant], *, actor: str) -> None:
        """Publish these documents to the holders of these grants, which replace those of before; all or none."""
        with self._database.writing() as session:
            _publish(session, ids, grants, actor)

    def withdraw(self, ids: Sequence[str]) -> None:
        """Take these documents back from their readers; all or none. Their clerks still see them."""
        with self._database.writing() as session:
            for document_id in ids:
                row = changed_row(session, document_id)
                row.is_published = False
                session.execute(delete(GrantRow).where(GrantRow.document == document_id))

    def unit_names(self) -> Mapping[str, str]:
        """The name of every unit by its id."""
        with self._database.reading() as session:
            return {row.id: row.name for row in session.scalars(select(UnitRow))}

    def count(self) -> Mapping[DocumentStatus, int]:
        """How many documents there are in each status."""
        with self._database.reading() as session:
            rows = session.execute(select(DocumentRow.is_published, func.count()).group_by(DocumentRow.is_published))
            counts = {_status(is_published=published): number for published, number in rows}
        return {status: counts.get(status, 0) for status in DocumentStatus}

    def pending(self, limit: int) -> Sequence[OutboxEntry]:
        """The oldest changes that the index has not been told of."""
        with self._database.reading() as session:
            rows = session.scalars(select(OutboxRow).order_by(OutboxRow.seq).limit(limit))
            return [OutboxEntry(row.seq, row.document, row.version) for row in rows]

    def untold_access(self) -> Mapping[str, frozenset[str]]:
        """Who may read, now, each document of which the index may still tell what was before."""
        with self._database.reading() as session:
            return untold_access(session)

    def done(self, entries: Sequence[OutboxEntry]) -> None:
        """Forget these entries."""
        with self._database.writing() as session:
            for start in range(0, len(entries), _CHUNK):
                seqs = [entry.seq for entry in entries[start : start + _CHUNK]]
                session.execute(delete(OutboxRow).where(OutboxRow.seq.in_(seqs)))


def not_found_message() -> str:
    """What is said of a document that is missing or hidden: the same words for both."""
    return "Không có văn bản này, hoặc bạn không có quyền xem."


def _file_id(session: Session, owner_unit: str, sha256: str) -> str | None:
    query = select(FileRow.id).where(FileRow.owner_unit == owner_unit, FileRow.sha256 == sha256)
    return session.scalar(query)


def _file(session: Session, new: NewFile, place: FilingPlace) -> tuple[str, ...]:
    at = datetime.now(UTC)
    file_id = str(uuid4())
    session.add(
        FileRow(
            id=file_id,
            owner_unit=new.owner_unit,
            sha256=new.sha256,
            name=new.name,
            media_type=new.media_type,
            size=new.size,
            pages=new.pages,
            filed_at=at,
            batch=place.batch,
        )
    )
    session.flush()
    return tuple(_add_document(session, file_id, document, place.actor, at) for document in new.documents)


def _add_document(session: Session, file_id: str, new: NewDocument, actor: str, at: datetime) -> str:
    document_id = str(uuid4())
    session.add(DocumentRow(id=document_id, file=file_id, version=1, is_published=False))
    session.flush()
    session.add_all(_page_row(document_id, page, result) for page, result in enumerate(new.pages, start=1))
    session.add_all(field_row(document_id, name, value, actor, at) for name, value in new.description.fields.items())
    add_relations(session, document_id, new.description)
    add_evidence(session, document_id, new.description)
    session.add(OutboxRow(document=document_id, version=1))
    return document_id


def _page_row(document_id: str, page: int, result: PageResult) -> PageRow:
    return PageRow(
        document=document_id,
        page=page,
        file_page=result.file_page,
        status=result.status,
        confidence=result.content.confidence if result.content else 0.0,
        source=result.content.source if result.content else None,
        reason=result.reason,
        text=result.text,
    )


def field_row(document_id: str, name: FieldName, value: FieldValue, actor: str, at: datetime) -> FieldRow:
    """A reading of a field, with the key by which a number is found."""
    return FieldRow(
        document=document_id,
        name=name,
        value=value.value,
        key=number_key(value.value) if name is FieldName.NUMBER else None,
        confidence=value.confidence,
        source=value.source,
        page=value.page,
        box=list(value.box) if value.box else None,
        raw=value.raw,
        reason=value.reason,
        actor=actor,
        at=at,
    )


def changed_row(session: Session, document_id: str) -> DocumentRow:
    """The document's row at its next version, with the outbox row that this change owes to the index."""
    row = session.get(DocumentRow, document_id, with_for_update=True)
    if row is None:
        raise NotFoundError(not_found_message())
    row.version += 1
    session.add(OutboxRow(document=document_id, version=row.version))
    return row


def _publish(session: Session, ids: Sequence[str], grants: Sequence[Grant], actor: str) -> None:
    for document_id in ids:
        row = changed_row(session, document_id)
        row.is_published = True
        _replace_grants(session, document_id, grants, actor)


def _replace_grants(session: Session, document_id: str, grants: Sequence[Grant], actor: str) -> None:
    session.execute(delete(GrantRow).where(GrantRow.document == document_id))
    at = datetime.now(UTC)
    tokens = dict.fromkeys(grant.token for grant in grants)
    session.add_all(GrantRow(document=document_id, token=token, actor=actor, at=at) for token in tokens)


def _records(session: Session, ids: Sequence[str]) -> dict[str, DocumentRecord]:
    documents = session.execute(
        select(DocumentRow, FileRow).join(FileRow, FileRow.id == DocumentRow.file).where(DocumentRow.id.in_(ids))
    ).all()
    fields = _present_fields(session, ids)
    references = references_of(session, ids)
    grants: dict[str, list[Grant]] = {}
    for grant in session.scalars(
        select(GrantRow).where(GrantRow.document.in_(ids)).order_by(GrantRow.document, GrantRow.token)
    ):
        grants.setdefault(grant.document, []).append(Grant(grant.token))
    pages = _grouped_pages(session, ids)
    return {
        row.id: DocumentRecord(
            id=row.id,
            version=row.version,
            file=_file_record(file),
            status=_status(is_published=row.is_published),
            fields=fields.get(row.id, {}),
            references=tuple(references.get(row.id, ())),
            grants=tuple(grants.get(row.id, ())),
            pages=tuple(pages.get(row.id, ())),
        )
        for row, file in documents
    }


def _present_fields(session: Session, ids: Sequence[str]) -> dict[str, dict[FieldName, FieldValue]]:
    """The reading that holds for each field: the latest by a person, else the latest by a machine."""
    present: dict[str, dict[FieldName, FieldValue]] = {}
    columns = (  # not whole rows: every search reads the fields of all its hits
        FieldRow.document,
        FieldRow.name,
        FieldRow.value,
        FieldRow.confidence,
        FieldRow.source,
        FieldRow.page,
        FieldRow.box,
        FieldRow.raw,
        FieldRow.reason,
    )
    query = select(*columns).where(FieldRow.document.in_(ids)).order_by(FieldRow.document, FieldRow.id)
    for document, name, value, confidence, source, page, box, raw, reason in session.execute(query):
        fields = present.setdefault(document, {})
        before = fields.get(FieldName(name))
        if before is None or before.source is not Source.PERSON or source == Source.PERSON:
            place = _box(box) if box else None
            fields[FieldName(name)] = FieldValue(value, confidence, Source(source), page, place, raw, reason)
    return present


def _box(kept: Sequence[float]) -> Box:
    x0, y0, x1, y1 = kept
    return x0, y0, x1, y1


def _grouped_pages(session: Session, ids: Sequence[str]) -> dict[str, list[PageRecord]]:
    """The pages without their text, which is long."""
    grouped: dict[str, list[PageRecord]] = {}
    columns = (
        PageRow.document,
        PageRow.page,
        PageRow.file_page,
        PageRow.status,
        PageRow.confidence,
        PageRow.source,
        PageRow.reason,
    )
    query = select(*columns).where(PageRow.document.in_(ids)).order_by(PageRow.document, PageRow.page)
    for document, page, file_page, status, confidence, source, reason in session.execute(query):
        grouped.setdefault(document, []).append(
            PageRecord(page, file_page, PageStatus(status), confidence, Source(source) if source else None, reason)
        )
    return grouped


def _file_record(row: FileRow) -> FileRecord:
    return FileRecord(row.id, row.owner_unit, row.sha256, row.name, row.media_type, row.size, row.pages)


def _status(*, is_published: bool) -> DocumentStatus:
    return DocumentStatus.PUBLISHED if is_published else DocumentStatus.UNPUBLISHED
