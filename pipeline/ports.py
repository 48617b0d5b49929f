"""The ports: what the steps and the entry points ask of stores, index and readers, in our own words.

Each promise holds for every implementation and is checked by one contract suite in `tests/contract`. Errors are
those of `pipeline.errors`. The catalogue is one class over SQLAlchemy (`pipeline.catalogue`) and needs no port,
but the index asks of it only what `DocumentSource` says.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from pipeline.access import Reader
from pipeline.model import (
    Description,
    DocumentRecord,
    FieldValue,
    FileFacts,
    PageReading,
    PageResult,
    SecrecyMark,
    Unit,
)
from pipeline.query import FacetCount, SearchRequest


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in the store: its key, size in bytes and SHA-256."""

    key: str
    size: int
    sha256: str


class ObjectStore(Protocol):
    """Bytes under keys, written once. Keys are `/`-separated ASCII; nothing is ever overwritten."""

    def put(self, key: str, source: BinaryIO, *, media_type: str) -> StoredObject:
        """Keep all of `source` under `key`, whole or not at all. The same bytes again change nothing.

        Raises:
            ObjectConflictError: the key holds other bytes.
            StorageFullError: no space; nothing was kept.
        """

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """The object's bytes as a stream. Raises `ObjectMissingError`."""

    def describe(self, key: str) -> StoredObject:
        """Size and SHA-256 as they are now, read from the bytes. Raises `ObjectMissingError`."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """All keys that begin with `prefix`, in order."""

    def remove(self, key: str) -> None:
        """Remove the object if it is there."""


class FileReader(Protocol):
    """Opens a file of a kind that can be taken in, and reads its pages. It keeps nothing."""

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        """Kind and number of pages, before anything is decoded. Raises `FileRefusedError` with the reason."""

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these file pages. Each ends in a result; a page that cannot be read is a failed one.

        Raises:
            MissingProgramError: the recogniser or its language is not installed.
        """

    def screen(self, page: PageResult) -> SecrecyMark | None:
        """The state secret mark in the page's header zone, or None."""


class Describer(Protocol):
    """Says what a document is from the words of its pages."""

    def describe(self, pages: Sequence[PageResult], *, file_name: str, units: Sequence[Unit]) -> Description:
        """Fields and references. `pages` are the document's pages in order; `units` resolve issuers."""


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """Pages of a file that are one document. `cut` says where it begins and how sure that is; None for a whole file."""

    pages: tuple[PageResult, ...]
    cut: FieldValue | None = None


Splitter = Callable[[Sequence[PageResult]], Sequence[DocumentPart]]
"""Parts all pages of a file into its documents, in order: `extractors.batch_split.split`, or `one_document`."""


def one_document(pages: Sequence[PageResult]) -> Sequence[DocumentPart]:
    """A file that is one document, whatever is in it."""
    return [DocumentPart(tuple(pages))]


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """A page's text as it is indexed."""

    page: int
    text: str


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """All that the index is told of a document. `tokens` are those of `pipeline.access.document_tokens`."""

    id: str
    version: int
    tokens: frozenset[str]
    title: str
    number_keys: tuple[str, ...]
    cited_keys: tuple[str, ...]
    type: str | None
    issuer: str | None
    unit: str
    date: str | None
    validity: str | None
    pages: tuple[IndexedPage, ...]
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class IndexHits:
    """What an engine found: ids in order from `offset`, the exact total, facets most first then by key."""

    total: int
    ids: tuple[str, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]


class IndexWriter(Protocol):
    """Writes documents into an index."""

    def write(self, documents: Iterable[IndexedDocument]) -> None:
        """Add or replace documents with their pages. An older version than the one written loses."""

    def remove(self, removed: Iterable[tuple[str, int]]) -> None:
        """Remove documents, each with the version of its removal; an older write after it loses."""

    def flush(self) -> None:
        """Make all that was written visible to searches."""


class SearchIndex(Protocol):
    """Finds documents. There is no search without a reader, and the reader's filter is inside every query.

    An index that is missing, damaged or out of reach raises `UnavailableError` on every use: never an empty answer.
    """

    def is_there(self) -> bool:
        """Whether an index was created, be it usable or not."""

    def create(self) -> None:
        """Make an empty index where there is none; else change nothing."""

    def search(
        self,
        request: SearchRequest,
        *,
        reader: Reader,
        offset: int,
        limit: int,
        with_facets: bool = True,
        excluded: Collection[str] = (),
    ) -> IndexHits:
        """Documents that match and that the reader may read, from `offset` on. `request.page` is not looked at.

        Of the `excluded` documents, named by their ids, nothing is told: no hit, no total and no facet counts them.
        """

    def best_pages(self, request: SearchRequest, ids: Sequence[str], *, reader: Reader) -> Mapping[str, int]:
        """For these documents the page that matches the query best, where one does and the reader may read it."""

    def writer(self) -> AbstractContextManager[IndexWriter]:
        """Write into the index that is searched now; flushed on leaving.

        Raises:
            BusyError: another writes, and goes on for longer than one would wait.
        """

    def rebuild(self) -> AbstractContextManager[IndexWriter]:
        """Write a new index beside the present one, which takes its place when this ends without an error.

        Until then the present one, if there is one, is searched and written on, and what others write into it is in
        the new one too.

        Raises:
            BusyError: another rebuilds.
        """

    def count(self) -> int:
        """How many documents are indexed, for the operator."""


class DocumentSource(Protocol):
    """What the index needs of the catalogue."""

    def documents(self, ids: Sequence[str]) -> Mapping[str, DocumentRecord]:
        """The present state of these documents; unknown ids are absent."""

    def page_texts(self, ids: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
        """The text of each page of these documents, by document and page."""

    def texts_of_pages(self, pages: Mapping[str, int]) -> Mapping[str, str]:
        """The text of one page of each of these documents; unknown pages are absent."""

    def document_ids(self) -> Iterator[str]:
        """Every document's id, in a stable order."""

    def unit_names(self) -> Mapping[str, str]:
        """The name of every unit by its id."""

    def untold_access(self) -> Mapping[str, frozenset[str]]:
        """The tokens of those who may read, now, each document of which the index may still tell what was before.

        A document that is gone has none.
        """


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A document whose index entry is out of date, in the order of the changes (`seq`)."""

    seq: int
    document_id: str
    version: int


class Outbox(Protocol):
    """Which documents the index has still to be told of. A change and its entry are one transaction."""

    def pending(self, limit: int) -> Sequence[OutboxEntry]:
        """The oldest entries, in order."""

    def done(self, entries: Sequence[OutboxEntry]) -> None:
        """Forget these entries: the index has flushed the present state of their documents."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file in the inbox of a unit. `name` is its path there; `stamp` tells it from another one of that name."""

    unit: str
    name: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Stray:
    """Something in the inbox that cannot be taken as it lies, and why, in Vietnamese."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class InboxLook:
    """What lies in the inbox at one moment: what is whole, in the order of names, how many are still being copied."""

    settled: tuple[Arrival, ...]
    waiting: int
    strays: tuple[Stray, ...]


class Inbox(Protocol):
    """Where files arrive by themselves, each under the unit that keeps it. One run at a time empties it.

    What was taken is moved away and never over another file. A file that has changed since it was looked at is
    another one: it is left where it is, for the next look.
    """

    most_at_once: int
    """How many files may be fetched together."""

    def look(self, units: Collection[str]) -> InboxLook:
        """What lies there now for these units. Raises `UnavailableError` where the inbox cannot be read."""

    def fetched(self, arrivals: Sequence[Arrival]) -> AbstractContextManager[Sequence[Path]]:
        """These files as paths on this machine, in their order, for a while."""

    def accept(self, arrival: Arrival, note: str | None) -> bool:
        """Move a file that is in the archive away, with a note where there is one. False where it has changed."""

    def reject(self, arrival: Arrival, reason: str) -> bool:
        """Move a file that is not in the archive away, with the reason beside it. False where it has changed."""

    def wipe(self, arrival: Arrival) -> bool:
        """Remove a file that must not be kept. False where it has changed."""


class Locks(Protocol):
    """Locks between all who work on one installation, by their names. Who dies lets go."""

    def held(self, name: str, *, wait: bool, busy: str) -> AbstractContextManager[None]:
        """Hold the lock of this name for a while. Without `wait`, `BusyError` with these words where it is taken."""
