"""Small archives for tests of search: a paper told in a few words, as the catalogue and the index would have it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from indexer.fields import indexed_document
from pipeline.access import EVERYONE, Grant, Reader, Role, role_token
from pipeline.model import (
    DocumentRecord,
    DocumentStatus,
    FieldName,
    FieldValue,
    FileRecord,
    PageRecord,
    PageStatus,
    Reference,
    Source,
)
from pipeline.ports import IndexedDocument, SearchIndex
from pipeline.query import SearchRequest

UNIT_NAMES: Mapping[str, str] = {"dang-uy": "Đảng ủy Cơ quan", "chi-bo-01": "Chi bộ Một", "chi-bo-02": "Chi bộ Hai"}

MEMBER = Reader("dang-vien", frozenset({EVERYONE, "person:dang-vien", "unit:chi-bo-01", "under:dang-uy"}))
CLERK = Reader("van-thu", frozenset({EVERYONE, "person:van-thu", role_token(Role.VAN_THU, "dang-uy")}))
NOBODY = Reader("ky-thuat", frozenset())


@dataclass(frozen=True, slots=True)
class Paper:
    """A document in the words of a test. `text` is one page, or several."""

    id: str
    text: str | tuple[str, ...] = "văn bản"
    subject: str | None = None
    number: str | None = None
    type: str | None = None
    issuer: str | None = None
    date: str | None = None
    cites: tuple[str, ...] = ()
    grants: tuple[str, ...] = (EVERYONE,)
    unit: str = "dang-uy"
    version: int = 1

    @property
    def pages(self) -> tuple[str, ...]:
        return (self.text,) if isinstance(self.text, str) else self.text

    @property
    def page_texts(self) -> dict[int, str]:
        return dict(enumerate(self.pages, start=1))

    @property
    def record(self) -> DocumentRecord:
        """As the catalogue has it: published where it has a grant."""
        told = {
            FieldName.NUMBER: self.number,
            FieldName.TYPE: self.type,
            FieldName.DATE: self.date,
            FieldName.ISSUER: self.issuer,
            FieldName.SUBJECT: self.subject,
        }
        return DocumentRecord(
            id=self.id,
            version=self.version,
            file=FileRecord(self.id, self.unit, "0" * 64, f"{self.id}.pdf", "application/pdf", 1, len(self.pages)),
            status=DocumentStatus.PUBLISHED if self.grants else DocumentStatus.UNPUBLISHED,
            fields={name: FieldValue(value, 1.0, Source.PERSON) for name, value in told.items() if value is not None},
            references=tuple(Reference("can_cu", number, None, number, 1) for number in self.cites),
            grants=tuple(map(Grant, self.grants)),
            pages=tuple(PageRecord(page, page, PageStatus.READ, 1.0, Source.OCR, None) for page in self.page_texts),
        )

    @property
    def indexed(self) -> IndexedDocument:
        """As the index is told of it."""
        return indexed_document(self.record, self.page_texts, UNIT_NAMES)


class Shelf:
    """Papers as a `pipeline.ports.DocumentSource`."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.papers = {paper.id: paper for paper in papers}

    def documents(self, ids: Sequence[str]) -> Mapping[str, DocumentRecord]:
        return {wanted: self.papers[wanted].record for wanted in ids if wanted in self.papers}

    def page_texts(self, ids: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
        return {wanted: self.papers[wanted].page_texts for wanted in ids if wanted in self.papers}

    def document_ids(self) -> Iterator[str]:
        yield from sorted(self.papers)

    def unit_names(self) -> Mapping[str, str]:
        return UNIT_NAMES


def fill(index: SearchIndex, *papers: Paper) -> None:
    """Write papers into the index that is searched."""
    with index.writer() as writer:
        writer.write(paper.indexed for paper in papers)


def found(index: SearchIndex, request: SearchRequest | str, reader: Reader = MEMBER) -> list[str]:
    """The ids of all that this reader finds, in order."""
    asked = SearchRequest(request) if isinstance(request, str) else request
    hits = index.search(asked, reader=reader, offset=0, limit=1_000)
    assert hits.total == len(hits.ids)
    return list(hits.ids)
