"""The search that people and programs get: the engine's hits, checked again against the catalogue, with snippets.

The engine's filter decides. Between a change of facts and the index knowing it, documents that the reader may no longer
read are excluded from the engine's query, so that hits, totals and facets tell nothing of them. The recheck of hits is
for what changes while a search is under way.
Leaves who asks to the entry points and the query itself to the engine.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from indexer.embedded import open_embedded
from indexer.fields import display_title
from indexer.highlight import snippet
from indexer.rebuild import is_new
from pipeline.access import Reader, may_read
from pipeline.errors import UnavailableError, UsageError
from pipeline.model import DocumentRecord, FieldName
from pipeline.ports import DocumentSource, Outbox, SearchIndex
from pipeline.query import Hit, ParsedQuery, SearchPage, SearchRequest, parse_query
from pipeline.settings import Settings

MAX_SIZE = 100
"""Most hits on one page."""

MOST_EXCLUDED = 10_000
"""Most documents that one search excludes. Beyond, none is answered until the index knows more of the changes."""


class IndexFacts(DocumentSource, Outbox, Protocol):
    """What of the catalogue says whether an index that is not there was lost or never made."""


def open_index(of: Settings, facts: IndexFacts) -> SearchIndex:
    """The index of the installation with these settings, made where the installation is new.

    A lost index is not made anew in silence: each use of it says that it must be rebuilt. Likewise each use says that a
    server is out of reach, and opening does not.
    """
    if of.index.url is None:
        index = open_embedded(of.home / "index")
        _make_if_new(index, facts)
    else:
        from indexer.opensearch import open_opensearch  # noqa: PLC0415 - its client takes long to import

        index = open_opensearch(of.index)
        with suppress(UnavailableError):
            _make_if_new(index, facts)
    return index


def _make_if_new(index: SearchIndex, facts: IndexFacts) -> None:
    if not index.is_there() and is_new(facts, facts):
        index.create()


@dataclass(frozen=True, slots=True)
class Search:
    """Searches an index for readers, with the catalogue's present facts."""

    index: SearchIndex
    source: DocumentSource

    def search(self, request: SearchRequest, *, reader: Reader) -> SearchPage:
        """One page of what the reader may see. Hits that the catalogue no longer allows are replaced by further ones.

        Raises:
            UsageError: the page is impossible.
            UnavailableError: the index still tells of too many documents that the reader may no longer read.
        """
        _require_possible(request)
        excluded = self._excluded(reader)
        offset = (request.page - 1) * request.size
        found = self.index.search(request, reader=reader, offset=offset, limit=request.size, excluded=excluded)
        records, stale = self._allowed(found.ids, reader)
        at = offset + len(found.ids)
        while len(records) < request.size and at < found.total:
            more = self.index.search(
                request,
                reader=reader,
                offset=at,
                limit=request.size - len(records),
                with_facets=False,
                excluded=excluded,
            )
            if not more.ids:
                break
            further, dropped = self._allowed(more.ids, reader)
            records, stale, at = records + further, stale + dropped, at + len(more.ids)
        return SearchPage(found.total - stale, self._hits(records, request, reader), found.facets)

    def _excluded(self, reader: Reader) -> frozenset[str]:
        """The documents that the reader may not read now, while the index may still say otherwise.

        It is asked for before the engine is, so that no change falls in between.
        """
        untold = self.source.untold_access()
        excluded = frozenset(document for document, tokens in untold.items() if not may_read(reader, tokens))
        if len(excluded) > MOST_EXCLUDED:
            message = "Chỉ mục còn quá nhiều thay đổi chưa cập nhật nên chưa tìm được. Hãy thử lại sau ít phút."
            raise UnavailableError(message)
        return excluded

    def _allowed(self, ids: Sequence[str], reader: Reader) -> tuple[list[DocumentRecord], int]:
        """The documents that the reader may read now, in order, and how many of the ids are not among them."""
        present = self.source.documents(ids)
        records = [present[i] for i in ids if i in present and present[i].is_readable_by(reader)]
        return records, len(ids) - len(records)

    def _hits(self, records: Sequence[DocumentRecord], request: SearchRequest, reader: Reader) -> tuple[Hit, ...]:
        ids = [record.id for record in records]
        pages = self.index.best_pages(request, ids, reader=reader)
        texts = self.source.texts_of_pages(pages)
        parsed = parse_query(request.text)
        return tuple(_hit(record, pages.get(record.id), texts.get(record.id), parsed) for record in records)


def _hit(record: DocumentRecord, page: int | None, text: str | None, parsed: ParsedQuery) -> Hit:
    title = display_title(record)
    return Hit(
        id=record.id,
        number=record.value(FieldName.NUMBER),
        type=record.value(FieldName.TYPE),
        date=record.value(FieldName.DATE),
        issuer=record.value(FieldName.ISSUER),
        title=title,
        snippet=snippet(title if text is None else text, parsed),
        page=None if text is None else page,
        validity=record.value(FieldName.VALIDITY),
    )


def _require_possible(request: SearchRequest) -> None:
    if request.page < 1 or not 1 <= request.size <= MAX_SIZE:
        message = f"Trang phải từ 1 và mỗi trang từ 1 đến {MAX_SIZE} văn bản."
        raise UsageError(message)
