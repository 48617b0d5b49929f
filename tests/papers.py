"""Small archives for tests of search: a paper told in a few words, as the catalogue and the index would have it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexer.drainer import Drainer
from indexer.fields import indexed_document
from indexer.search import Search, open_index
from pipeline.access import EVERYONE, Grant, Reader, Role, role_token
from pipeline.catalogue import Catalogue
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.model import (
    Description,
    DocumentRecord,
    DocumentStatus,
    FieldName,
    FieldValue,
    FileRecord,
    Membership,
    Organisation,
    PageRecord,
    PageResult,
    PageStatus,
    PageText,
    Person,
    Reference,
    Source,
    Unit,
)
from pipeline.ports import IndexedDocument, SearchIndex
from pipeline.query import SearchRequest
from pipeline.settings import Settings

ORGANISATION = Organisation(
    units=(
        Unit("dang-uy", "Đảng ủy Cơ quan", "dang_uy"),
        Unit("chi-bo-01", "Chi bộ Một", "chi_bo", parent="dang-uy"),
        Unit("chi-bo-02", "Chi bộ Hai", "chi_bo", parent="dang-uy"),
        Unit("to-dang-01", "Tổ đảng Một", "to_dang", parent="chi-bo-01"),
    ),
    people=(
        Person("dang-vien", "Đảng Viên", (Membership("dang_vien", "chi-bo-01"),)),
        Person("hai-noi", "Hai Nơi", (Membership("dang_vien", "to-dang-01"), Membership("chi_uy", "chi-bo-02"))),
        Person("van-thu", "Văn Thư", (Membership("van_thu", "dang-uy"),)),
        Person("van-thu-01", "Văn Thư Một", (Membership("van_thu", "chi-bo-01"),)),
        Person("ky-thuat", "Kỹ Thuật", (Membership("quan_tri_ky_thuat", "dang-uy"),)),
    ),
)
UNIT_NAMES: Mapping[str, str] = {unit.id: unit.name for unit in ORGANISATION.units}

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
    validity: str | None = None
    topic: str | None = None
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
    def fields(self) -> dict[FieldName, FieldValue]:
        told = {
            FieldName.NUMBER: self.number,
            FieldName.TYPE: self.type,
            FieldName.DATE: self.date,
            FieldName.ISSUER: self.issuer,
            FieldName.SUBJECT: self.subject,
            FieldName.VALIDITY: self.validity,
            FieldName.TOPIC: self.topic,
        }
        return {name: FieldValue(value, 1.0, Source.PERSON) for name, value in told.items() if value is not None}

    @property
    def references(self) -> tuple[Reference, ...]:
        return tuple(Reference("based_on", number, None, number, 1) for number in self.cites)

    @property
    def record(self) -> DocumentRecord:
        """As the catalogue has it: published where it has a grant."""
        return DocumentRecord(
            id=self.id,
            version=self.version,
            file=FileRecord(self.id, self.unit, "0" * 64, f"{self.id}.pdf", "application/pdf", 1, len(self.pages)),
            status=DocumentStatus.PUBLISHED if self.grants else DocumentStatus.UNPUBLISHED,
            fields=self.fields,
            references=self.references,
            grants=tuple(map(Grant, self.grants)),
            pages=tuple(PageRecord(page, page, PageStatus.READ, 1.0, Source.OCR, None) for page in self.page_texts),
        )

    @property
    def new_file(self) -> NewFile:
        """As it is filed, in a file of its own."""
        pages = tuple(
            PageResult(page, PageStatus.READ, PageText((), text, 1.0, Source.OCR))
            for page, text in self.page_texts.items()
        )
        document = NewDocument(pages, Description(self.fields, self.references))
        sha256 = hashlib.sha256(self.id.encode()).hexdigest()
        return NewFile(self.unit, sha256, f"{self.id}.pdf", "application/pdf", 1, len(pages), (document,))

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

    def texts_of_pages(self, pages: Mapping[str, int]) -> Mapping[str, str]:
        texts = self.page_texts(list(pages))
        return {
            wanted: of_document[pages[wanted]] for wanted, of_document in texts.items() if pages[wanted] in of_document
        }

    def document_ids(self) -> Iterator[str]:
        yield from sorted(self.papers)

    def unit_names(self) -> Mapping[str, str]:
        return UNIT_NAMES

    def untold_access(self) -> Mapping[str, frozenset[str]]:
        return {}


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


def shelve(facts: Catalogue, papers: Iterable[Paper]) -> dict[str, str]:
    """File and publish papers as `vankho ingest` would, each as a file of its own; their documents' ids by theirs."""
    shelved = list(papers)
    batch = facts.batches.begin(unit="dang-uy", actor="van-thu", files=len(shelved))
    ids: dict[str, str] = {}
    for ordinal, paper in enumerate(shelved, start=1):
        grants = tuple(map(Grant, paper.grants))
        (ids[paper.id],) = (
            facts.documents.file(paper.new_file, FilingPlace("van-thu", batch, ordinal), grants=grants) or ()
        )
    return ids


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder with a catalogue and an index, opened as every entry point opens them."""

    home: Path
    facts: Catalogue

    @property
    def index(self) -> Path:
        """The folder of the index."""
        return self.home / "index"

    def drainer(self) -> Drainer:
        return Drainer(self.facts, open_index(Settings(home=self.home), self.facts.documents))

    def search(self) -> Search:
        return Search(open_index(Settings(home=self.home), self.facts.documents), self.facts.documents)
