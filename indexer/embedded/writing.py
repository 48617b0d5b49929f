"""Writing into one version: which write wins, and commits that are acknowledged when both indices have them.

Tantivy knows no versions of documents, so an entry carries its own, and a removed document leaves an entry with
nothing but its version. Leaves the lock between processes to `indexer.embedded.index`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import tantivy
from tantivy import Query, Searcher

from indexer.embedded.journal import Journal
from indexer.embedded.store import Store, Version, engine_errors
from indexer.entries import Entry, Field, entries_of, removal_of
from pipeline.ports import IndexedDocument

_HEAP_BYTES = 64_000_000
"""Memory of a writer before it writes a segment; tantivy takes no less than 15 MB."""


@contextmanager
def writing(version: Version, journal: Journal | None = None) -> Iterator["Writer"]:
    """A writer, flushed at the end if all went well. What was not flushed is dropped, and tantivy's locks with it."""
    with engine_errors():
        writer = Writer(version, journal)
    try:
        yield writer
        writer.flush()
    finally:
        writer.close()


@dataclass(frozen=True, slots=True)
class _Known:
    """What an index has of a document."""

    version: int
    is_removed: bool

    def yields_to(self, version: int) -> bool:
        """Whether a write of this version wins. The same again is written again; a removal stands against it."""
        return version > self.version or (version == self.version and not self.is_removed)


class Writer:
    """See `pipeline.ports.IndexWriter`."""

    def __init__(self, version: Version, journal: Journal | None) -> None:
        """Write into this version, and note it where a rebuild wants to know."""
        self._journal = journal
        self._documents = _StoreWriter(version.documents)
        self._pages = _StoreWriter(version.pages)
        self._unflushed: dict[str, _Known] = {}
        self._committed = self._documents.searcher()

    def write(self, documents: Iterable[IndexedDocument]) -> None:
        """Add or replace documents with their pages."""
        for document in documents:
            if self._journal:
                self._journal.note(document)
            known = self._known(document.id)
            if known is None or known.yields_to(document.version):
                self._replace(document)

    def remove(self, removed: Iterable[tuple[str, int]]) -> None:
        """Remove documents, each with the version of its removal."""
        for document, version in removed:
            if self._journal:
                self._journal.note((document, version))
            known = self._known(document)
            if known is None or version >= known.version:
                with engine_errors():
                    self._documents.replace(document, [removal_of(document, version)])
                    self._pages.replace(document, [])
                self._unflushed[document] = _Known(version, is_removed=True)

    def flush(self) -> None:
        """Commit pages, then documents: what a crash leaves between was not acknowledged and is written again."""
        if self._journal:
            with engine_errors():
                self._journal.flush()
        if self._unflushed:
            with engine_errors():
                self._pages.commit()
                self._documents.commit()
                self._committed = self._documents.searcher()
            self._unflushed.clear()

    def close(self) -> None:
        """Let running merges end, so that many small writes do not leave many small segments."""
        with engine_errors():
            self._pages.close()
            self._documents.close()

    def _replace(self, document: IndexedDocument) -> None:
        entries = entries_of(document)
        with engine_errors():
            self._documents.replace(document.id, [entries.document])
            self._pages.replace(document.id, entries.pages)
        self._unflushed[document.id] = _Known(document.version, is_removed=False)

    def _known(self, document: str) -> _Known | None:
        """What the index has of a document, as written since the last flush or as committed."""
        unflushed = self._unflushed.get(document)
        if unflushed is not None or self._committed.num_docs == 0:
            return unflushed
        with engine_errors():
            return self._documents.known(self._committed, document)


class _StoreWriter:
    """Writes entries into one tantivy index. One thread, so that a document's pages stay together and in order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._writer = store.index.writer(_HEAP_BYTES, 1)

    def searcher(self) -> Searcher:
        self._store.index.reload()
        return self._store.index.searcher()

    def known(self, searcher: Searcher, document: str) -> _Known | None:
        query = Query.term_query(self._store.schema, Field.ID, document, "basic")
        addresses = [address for _, address in searcher.search(query, limit=1, count=False).hits]
        if not addresses:
            return None
        (version,) = searcher.fast_field_values(Field.VERSION, addresses)
        (order,) = searcher.fast_field_values(Field.ORDER, addresses)
        return _Known(int(version or 0), is_removed=order is None)

    def replace(self, document: str, entries: Iterable[Entry]) -> None:
        self._writer.delete_documents_by_term(Field.ID, document)
        for entry in entries:
            values = {field.value: list(found) for field, found in entry.values.items()}
            self._writer.add_document(tantivy.Document.from_dict(values, self._store.schema))

    def commit(self) -> None:
        self._writer.commit()

    def close(self) -> None:
        self._writer.wait_merging_threads()
