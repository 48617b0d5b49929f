"""Writing into pairs of indices: which write wins, and what becomes of the pages of a document that has changed.

OpenSearch compares versions of entries by itself (`external_gte`). An entry's version is twice its document's, and one
more for a removal, so that a removal stands against a write of the same version. A removed document leaves an entry
with nothing but its id and version, as it does embedded: of what is deleted outright OpenSearch forgets the version
after a minute, or when it is restarted, and an older write that comes late would bring the document back. Such entries
are found by nobody, and a rebuild leaves them out.

A page has its document's version. The document is written first: whoever loses there writes no page. Pages that the
winner no longer has are deleted.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from indexer.entries import Entry, Field, entries_of, removal_of
from indexer.opensearch import faults, queries
from indexer.opensearch.client import Action, Cluster, whole
from indexer.opensearch.faults import PassingError
from indexer.opensearch.schema import Target
from pipeline.ports import IndexedDocument

_UNFLUSHED_BYTES = 16_000_000
"""Above, a writer flushes by itself."""

Turn = Callable[[], AbstractContextManager[object]]
"""Held while entries are sent."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A document as it is to be written, with its pages."""

    document: Action
    pages: tuple[Action, ...]

    @property
    def size(self) -> int:
        return len(self.document.source) + sum(len(page.source) for page in self.pages)


@contextmanager
def writing(cluster: Cluster, targets: Sequence[Target], turn: Turn) -> Iterator["Writer"]:
    """A writer, flushed at the end if all went well. What was not flushed is dropped."""
    writer = Writer(cluster, targets, turn)
    yield writer
    writer.flush()


class Writer:
    """See `pipeline.ports.IndexWriter`. Writes the same into each of the targets."""

    def __init__(self, cluster: Cluster, targets: Sequence[Target], turn: Turn) -> None:
        self._cluster = cluster
        self._targets = targets
        self._turn = turn
        self._changes: dict[str, _Change] = {}
        self._bytes = 0

    def write(self, documents: Iterable[IndexedDocument]) -> None:
        """Add or replace documents with their pages."""
        for document in documents:
            entries = entries_of(document)
            version = document.version * 2
            pages = tuple(_action(_page_id(page), version, page) for page in entries.pages)
            self._add(_Change(_action(document.id, version, entries.document), pages))

    def remove(self, removed: Iterable[tuple[str, int]]) -> None:
        """Remove documents, each with the version of its removal."""
        for document, version in removed:
            self._add(_Change(_action(document, version * 2 + 1, removal_of(document, version)), ()))

    def flush(self) -> None:
        """Write and show what has come together. Where this fails, some of it may be there; it can be written again."""
        if self._changes:
            with self._turn():
                for target in self._targets:
                    _send(self._cluster, target, list(self._changes.values()))
            self._changes.clear()
            self._bytes = 0

    def _add(self, change: _Change) -> None:
        known = self._changes.get(change.document.id)
        if known is not None and known.document.version > change.document.version:
            return
        self._changes[change.document.id] = change
        self._bytes += change.size - (known.size if known else 0)
        if self._bytes > _UNFLUSHED_BYTES:
            self.flush()


def _send(cluster: Cluster, target: Target, changes: Sequence[_Change]) -> None:
    """Documents, the pages of those that won, without pages that they no longer have; then show pages and documents."""
    statuses = cluster.bulk(target.documents, [change.document for change in changes])
    won = [change for change in changes if statuses[change.document.id] != HTTPStatus.CONFLICT]
    cluster.bulk(target.pages, [page for change in won for page in change.pages])
    _show(cluster, target.pages)
    known = [change for change in won if statuses[change.document.id] == HTTPStatus.OK]
    if known:
        _delete_other_pages(cluster, target.pages, known)
    _show(cluster, target.documents)


def _delete_other_pages(cluster: Cluster, alias: str, changes: Sequence[_Change]) -> None:
    """Delete the pages of these documents that are not among those just written and shown."""
    documents = [change.document.id for change in changes]
    pages = [page.id for change in changes for page in change.pages]
    query = queries.pages_of(documents, except_for=pages)

    def delete() -> None:
        path = f"/{alias}/_delete_by_query"
        answer = cluster.ask("POST", path, query, conflicts="proceed", refresh="true", allow_no_indices="false")
        if answer["timed_out"] or answer["failures"]:
            raise PassingError(faults.NOT_READY)

    cluster.patiently(delete)


def _show(cluster: Cluster, alias: str) -> None:
    cluster.patiently(lambda: whole(cluster.ask("POST", f"/{alias}/_refresh")))


def _action(entry_id: str, version: int, entry: Entry) -> Action:
    values = {field.value: found for field, found in entry.values.items() if found}
    return Action(entry_id, version, json.dumps(values, ensure_ascii=False).encode())


def _page_id(page: Entry) -> str:
    (document,), (number,) = page.values[Field.ID], page.values[Field.PAGE]
    return f"{document}/{number}"
