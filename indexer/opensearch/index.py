"""The index itself: which pair of indices is searched, which is being built, and the steps of each call of the port."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain
from typing import Any

from indexer.entries import document_key
from indexer.faults import BUSY, MISSING, OTHER_SCHEMA, REBUILDING
from indexer.opensearch import queries
from indexer.opensearch.client import SEARCH_SECONDS, Answer, Cluster, whole
from indexer.opensearch.faults import AlreadyThereError, GoneError, PassingError, SlowError
from indexer.opensearch.locks import Lease, Locks
from indexer.opensearch.schema import Names, Target
from indexer.opensearch.writing import writing
from indexer.plan import checked_window, page_plan, search_plan
from pipeline.access import Reader
from pipeline.errors import UnavailableError
from pipeline.ports import IndexHits, IndexWriter
from pipeline.query import FACETS, SearchRequest

_TRIES = 3
"""Of a search: the index may be swapped under it."""

Aliases = Mapping[str, frozenset[str]]
"""The aliases of each of our indices."""


class OpenSearchIndex:
    """See `pipeline.ports.SearchIndex`. One object may be used by several threads."""

    def __init__(self, cluster: Cluster, prefix: str, *, patience: float) -> None:
        """The index below this prefix, if there is one. A writer waits `patience` seconds for another."""
        self._cluster = cluster
        self._names = Names(prefix)
        self._locks = Locks(cluster, self._names.locks)
        self._patience = patience

    def is_there(self) -> bool:
        """Whether there is an index, be it usable or not."""
        return bool(_current(self._aliases_now()))

    def create(self) -> None:
        """Make an empty index where there is none."""
        with self._locks.held("writer", busy=BUSY, patience=self._patience):
            aliases = self._aliases()
            if not _current(aliases):
                self._point(self._names.current, to=self._make_pair(aliases))

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
        checked_window(offset, limit)
        plan = search_plan(request, reader=reader, excluded=excluded)
        if plan is None:
            return IndexHits(total=0, ids=(), facets=dict.fromkeys(FACETS, ()) if with_facets else {})
        body = queries.search_body(plan, offset=offset, limit=limit, with_facets=with_facets)
        return queries.hits(self._search(self._names.current.documents, body, reader))

    def best_pages(self, request: SearchRequest, ids: Sequence[str], *, reader: Reader) -> Mapping[str, int]:
        """For each of these documents the page that matches best; the first of those that match equally."""
        plan = page_plan(request, ids, reader=reader)
        if plan is None:
            return {}
        return queries.best_pages(self._search(self._names.current.pages, queries.pages_body(plan, ids), reader))

    @contextmanager
    def writer(self) -> Iterator[IndexWriter]:
        """Write into the pair that is searched, and into the one that is being built, if any."""
        with (
            self._locks.held("writer", busy=BUSY, patience=self._patience) as lease,
            writing(self._cluster, self._targets(), lease.checked) as writer,
        ):
            yield writer

    @contextmanager
    def rebuild(self) -> Iterator[IndexWriter]:
        """Write a new pair, while others search and write the present one.

        What they write goes into both. They and the rebuild take turns, so that the pages of one state of a document
        are never mixed with those of another. The aliases are swapped while no writer is under way.
        """
        with self._locks.held("rebuild", busy=REBUILDING, patience=self._patience) as lease:
            turn = partial(self._turn, lease)
            with turn():
                pair = self._begin()
            try:
                with writing(self._cluster, [self._names.next], turn) as writer:
                    yield writer
                with turn():
                    self._point(self._names.current, to=pair)
            except BaseException:
                with suppress(UnavailableError):
                    self._delete([pair.documents, pair.pages])
                raise
            with suppress(UnavailableError):  # the next one clears too
                self._delete(self._aliases().keys() - {pair.documents, pair.pages})

    def count(self) -> int:
        """How many documents are indexed; removed ones are not counted."""
        path = f"/{self._names.current.documents}/_count"
        return int(self._looking(path, queries.indexed_body())["count"])

    @contextmanager
    def _turn(self, rebuilding: Lease) -> Iterator[None]:
        """A moment of a rebuild in which nobody else writes."""
        with self._locks.held("writer", busy=BUSY, patience=math.inf):
            rebuilding.check()
            yield

    def _begin(self) -> Target:
        """A new pair, into which everybody writes from now on. What a dead rebuild left is gone."""
        aliases = self._aliases()
        self._delete(aliases.keys() - _current(aliases))
        pair = self._make_pair(aliases)
        self._point(self._names.next, to=pair)
        return pair

    def _make_pair(self, aliases: Aliases) -> Target:
        for name, template in self._names.templates().items():
            self._cluster.insist("PUT", f"/_index_template/{name}", template)
        last = max((self._names.generation(index) or 0 for index in aliases), default=0)
        pair = self._names.pair(last + 1)
        for index in (pair.documents, pair.pages):
            with suppress(AlreadyThereError):  # made by our own request before, whose answer was lost
                self._cluster.insist("PUT", f"/{index}")
        return pair

    def _point(self, target: Target, *, to: Target) -> None:
        """Let the aliases of a target, and no other, point to this pair. One change of the cluster's state."""
        wanted = ((target.documents, to.documents), (target.pages, to.pages))
        actions: list[dict[str, Any]] = [
            {"remove": {"index": index, "alias": alias, "must_exist": False}}
            for index, aliases in self._aliases().items()
            for alias in aliases
            if index in {to.documents, to.pages} or alias in {target.documents, target.pages}
        ]
        actions += [{"add": {"index": index, "alias": alias}} for alias, index in wanted]
        self._cluster.insist("POST", "/_aliases", {"actions": actions})

    def _delete(self, indices: Collection[str]) -> None:
        if indices:
            self._cluster.insist("DELETE", f"/{','.join(sorted(indices))}", ignore_unavailable="true")

    def _aliases(self) -> Aliases:
        return self._cluster.patiently(self._aliases_now)

    def _aliases_now(self) -> Aliases:
        answer = self._cluster.ask("GET", f"/{self._names.all}/_alias", seconds=SEARCH_SECONDS)
        return {index: frozenset(told["aliases"]) for index, told in answer.items()}

    def _targets(self) -> list[Target]:
        """Where writers write."""
        aliases = self._aliases()
        names = frozenset(chain.from_iterable(aliases.values()))
        current, following = self._names.current, self._names.next
        if not {current.documents, current.pages} <= names:
            raise _missing(aliases)
        return [current, following] if {following.documents, following.pages} <= names else [current]

    def _search(self, alias: str, body: queries.Body, reader: Reader) -> Answer:
        """All of what there is, or an error. A reader's searches go to one copy, so that pages of hits fit together."""
        return self._looking(
            f"/{alias}/_search",
            body,
            _source="false",
            allow_partial_search_results="false",
            preference=str(document_key(reader.id)),
        )

    def _looking(self, path: str, body: queries.Body, **parameters: str) -> Answer:
        """Ask, and at once again where the index was swapped away meanwhile."""
        for tries in reversed(range(_TRIES)):
            try:
                return whole(self._cluster.ask("POST", path, body, seconds=SEARCH_SECONDS, **parameters))
            except SlowError:
                raise
            except PassingError:
                if not tries:
                    raise
            except GoneError as error:
                if not tries:
                    raise _missing(self._aliases_now()) from error
        raise AssertionError


def _current(aliases: Aliases) -> set[str]:
    """The indices that are searched, by this version of the software or by another."""
    return {index for index, names in aliases.items() if index.rpartition("-")[0] in names}


def _missing(aliases: Aliases) -> UnavailableError:
    return UnavailableError(OTHER_SCHEMA if _current(aliases) else MISSING)
