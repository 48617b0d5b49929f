"""Keeps the index true to the catalogue: the outbox is drained into it, and it can be built anew at any time.

What is written is always a document's present state, never what an outbox row remembers, so replays and races end in
the same state. Leaves locking out other drainers to the caller.
"""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice

from indexer.fields import indexed_document
from pipeline.ports import DocumentSource, IndexedDocument, IndexWriter, Outbox, OutboxEntry, SearchIndex

CHUNK = 200
"""Documents read and written at a time."""


def drain(index: SearchIndex, outbox: Outbox, source: DocumentSource) -> int:
    """Tell the index of everything that is pending; how many entries there were.

    Entries are forgotten only after the index has flushed, so a crash in between repeats them to no effect.
    """
    entries = outbox.pending(CHUNK)
    if not entries:
        return 0
    drained = 0
    with index.writer() as writer:
        while entries:
            _write_present(writer, entries, source)
            writer.flush()
            outbox.done(entries)
            drained += len(entries)
            entries = outbox.pending(CHUNK)
    return drained


def reindex(index: SearchIndex, source: DocumentSource) -> int:
    """Build the index anew while the present one is searched and drained into; how many documents were read for it."""
    written = 0
    ids = source.document_ids()
    with index.rebuild() as writer:
        while chunk := list(islice(ids, CHUNK)):
            writer.write(_documents(chunk, source))
            written += len(chunk)
    return written


def is_new(source: DocumentSource, outbox: Outbox) -> bool:
    """Whether no index was ever told of any document: each is still pending. So an empty index lacks nothing."""
    pending = {entry.document_id for entry in outbox.pending(sys.maxsize)}
    return pending.issuperset(source.document_ids())


def _write_present(writer: IndexWriter, entries: Sequence[OutboxEntry], source: DocumentSource) -> None:
    latest = {entry.document_id: entry.version for entry in entries}
    present = list(_documents(list(latest), source))
    writer.write(present)
    gone = latest.keys() - {document.id for document in present}
    writer.remove((document, latest[document]) for document in sorted(gone))


def _documents(ids: Sequence[str], source: DocumentSource) -> Iterator[IndexedDocument]:
    records = source.documents(ids)
    texts = source.page_texts(ids)
    names = source.unit_names()
    return (indexed_document(record, texts.get(record.id, {}), names) for record in records.values())
