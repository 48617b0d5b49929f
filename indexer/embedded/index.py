"""The index itself: which version is open, who may write, and the steps of each call of the port."""

import math
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

from tantivy import Schema, Searcher

from indexer.embedded import queries
from indexer.embedded.journal import Journal, Replay
from indexer.embedded.locking import Locks
from indexer.embedded.store import BROKEN, Version, create_version, engine_errors, open_version
from indexer.embedded.versions import Versions
from indexer.embedded.writing import writing
from indexer.entries import DOCUMENT_FIELDS, Field, fingerprint
from indexer.plan import checked_window, page_plan, search_plan
from pipeline.access import Reader
from pipeline.errors import UnavailableError
from pipeline.ports import IndexHits, IndexWriter
from pipeline.query import FACETS, SearchRequest

_REOPENINGS = 3


class EmbeddedIndex:
    """See `pipeline.ports.SearchIndex`. One object may be used by several threads."""

    def __init__(self, folder: Path, *, patience: float) -> None:
        """The index in this folder, if there is one. A writer waits `patience` seconds for another."""
        self._journal_path = folder / "CHANGES"
        self._locks = Locks(folder, patience)
        self._versions = Versions(folder)
        self._lock = threading.Lock()
        self._opened: Version | None = None

    def is_there(self) -> bool:
        """Whether there is an index, be it usable or not."""
        with engine_errors():
            return self._versions.current() is not None

    def create(self) -> None:
        """Make an empty index where there is none."""
        with self._locks.writing(), engine_errors():
            if self._versions.current() is None:
                path = self._versions.prepare(fingerprint())
                create_version(path)
                self._versions.make_current(path)

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
        """Documents that match and that the reader may read, but for the excluded ones."""
        window = checked_window(offset, limit)
        plan = search_plan(request, reader=reader, excluded=excluded)
        if plan is None:
            return IndexHits(total=0, ids=(), facets=dict.fromkeys(FACETS, ()) if with_facets else {})
        with engine_errors():
            schema, searcher = self._searching(Field.TITLE)
            query = queries.document_query(plan, schema)
            found = queries.newest if plan.is_by_date else queries.ranked
            total, addresses = found(searcher, query, window)
            ids = tuple(queries.document_id(searcher, address) for address in addresses[offset:])
            return IndexHits(total, ids, queries.facets(searcher, query) if with_facets else {})

    def best_pages(self, request: SearchRequest, ids: Sequence[str], *, reader: Reader) -> Mapping[str, int]:
        """For each of these documents the page that matches best; the first of those that match equally."""
        plan = page_plan(request, ids, reader=reader)
        if plan is None:
            return {}
        with engine_errors():
            schema, searcher = self._searching(Field.PAGE)
            return queries.best_pages(searcher, queries.page_query(plan, schema), ids)

    @contextmanager
    def writer(self) -> Iterator[IndexWriter]:
        """Write into the version that is searched now; while another is being built, it is told too."""
        with self._locks.writing():
            with engine_errors():
                version = self._current()
                journal = Journal(self._journal_path) if self._locks.is_rebuilding() else None
            with closing(journal) if journal else nullcontext(), writing(version, journal) as writer:
                yield writer

    @contextmanager
    def rebuild(self) -> Iterator[IndexWriter]:
        """Write a new version, made current at the end, while others search and write the present one.

        Their writes are noted in a journal, and replayed into the new version: most of them before they are kept
        waiting, the last ones in the moment in which it becomes current. So none falls between two versions.
        """
        with self._locks.rebuilding():
            with self._locks.writing(patience=math.inf), engine_errors():
                self._versions.clear()
                path = self._versions.prepare(fingerprint())
                version = create_version(path)
                replay = Replay(self._journal_path)
            try:
                with replay:
                    with writing(version) as writer:
                        yield writer
                        replay.into(writer)
                    with self._locks.writing(patience=math.inf):
                        with writing(version) as writer:
                            replay.into(writer)
                        with engine_errors():
                            self._versions.make_current(path)
                self._versions.clear()
            except BaseException:
                self._versions.discard(path)
                raise

    def count(self) -> int:
        """How many documents are indexed; removed ones are not counted."""
        with engine_errors():
            _, searcher = self._searching(Field.TITLE)
            return queries.indexed_documents(searcher)

    def _searching(self, wanted: Field) -> tuple[Schema, Searcher]:
        """The last commit of the index that has this field. A version swapped away meanwhile is opened anew."""
        for _ in range(_REOPENINGS):
            path = self._versions.current()
            try:
                version = self._current()
                store = version.documents if wanted in DOCUMENT_FIELDS else version.pages
                with self._lock:
                    store.index.reload()
                    return store.schema, store.index.searcher()
            except (ValueError, OSError, UnavailableError):
                if self._versions.current() == path:
                    raise
        raise UnavailableError(BROKEN)

    def _current(self) -> Version:
        path = self._versions.current()
        with self._lock:
            if self._opened is None or self._opened.path != path:
                self._opened = open_version(path)
            return self._opened
