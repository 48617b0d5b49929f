"""Locks between machines, kept in OpenSearch: who writes, and who builds anew. They end with their holder.

A lock is a document with its holder's name. Whoever holds it rewrites it every few seconds; whoever wants it and sees
it unchanged for `_LIFE` by their own clock takes it for left behind. Each change names the state that it changes
(`if_seq_no`), so two never succeed, and a holder that was too slow learns it. Even then nothing gets lost or goes
backwards: entries have versions.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from indexer.opensearch.client import SEARCH_SECONDS, Cluster
from indexer.opensearch.faults import AlreadyThereError, ConflictError, PassingError
from indexer.opensearch.schema import LOCKS
from pipeline.errors import BusyError, UnavailableError

_LIFE = 12.0
_BEAT = 3.0
_PAUSE = 0.05
_LOST = "Chỉ mục vừa được một tiến trình khác tiếp quản vì tiến trình này chậm quá lâu. Hãy chạy lại."


@dataclass(frozen=True, slots=True)
class _State:
    """What a lock's document says. `holder` is empty where nobody holds it."""

    holder: str
    seq_no: int
    term: int


class _Watch:
    """Watches a lock that another holds, for signs of life."""

    def __init__(self) -> None:
        self._seen: _State | None = None
        self._since = 0.0

    def is_free(self, state: _State | None) -> bool:
        """Whether nobody holds it, or nobody alive."""
        if state is None or not state.holder:
            return True
        if state != self._seen:
            self._seen, self._since = state, time.monotonic()
        return time.monotonic() - self._since > _LIFE

    def forget(self) -> None:
        """Watch anew: who could not ask does not know whether the holder could say that it lives."""
        self._seen = None


class Lease:
    """A lock that is held, and kept alive by a thread until it is let go."""

    def __init__(self, locks: "Locks", name: str, state: _State) -> None:
        self._locks = locks
        self._name = name
        self._state = state
        self._is_lost = False
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"index lock {name}", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise `BusyError` where somebody else has taken it over."""
        if self._is_lost:
            raise BusyError(_LOST)

    @contextmanager
    def checked(self) -> Iterator[None]:
        """Do something that only the holder may. Raises `BusyError` as `check` does."""
        self.check()
        yield

    def release(self) -> None:
        """Let it go. Where that cannot be said now, it is free when it has not been renewed for a while."""
        self._is_over.set()
        self._thread.join()
        if not self._is_lost:
            with suppress(UnavailableError):
                self._locks.free(self._name, self._state)

    def _keep(self) -> None:
        while not self._is_over.wait(_BEAT):
            try:
                self._state = self._locks.put(self._name, self._state.holder, self._state)
            except ConflictError:
                self._is_lost = not self._is_still_ours()
            except UnavailableError:
                continue  # nobody else can take it over meanwhile either
            if self._is_lost:
                return

    def _is_still_ours(self) -> bool:
        """After a conflict: whether it was our own renewal, whose answer did not come through."""
        with suppress(UnavailableError):
            state = self._locks.get(self._name)
            if state is not None and state.holder == self._state.holder:
                self._state = state
                return True
        return False


class Locks:
    """The locks below one prefix."""

    def __init__(self, cluster: Cluster, index: str) -> None:
        """Locks in this index, which is made with the first of them."""
        self._cluster = cluster
        self._index = index

    @contextmanager
    def held(self, name: str, *, busy: str, patience: float) -> Iterator[Lease]:
        """Hold a lock.

        Raises:
            BusyError: with this message, where another does not let go within so many seconds.
        """
        lease = Lease(self, name, self._acquire(name, busy, patience))
        try:
            yield lease
        finally:
            lease.release()

    def get(self, name: str) -> _State | None:
        """The state of a lock; None for one that nobody ever held."""
        found = self._cluster.ask("GET", f"/{self._index}/_doc/{name}", seconds=SEARCH_SECONDS, ignore=404)
        if "error" in found:
            self._make_index()
        if not found.get("found"):
            return None
        return _State(found["_source"]["holder"], found["_seq_no"], found["_primary_term"])

    def put(self, name: str, holder: str, before: _State | None) -> _State:
        """Write a lock that is in this state. Raises `ConflictError` where it is in another."""
        expected: dict[str, Any] = (
            {"if_seq_no": before.seq_no, "if_primary_term": before.term} if before else {"op_type": "create"}
        )
        path = f"/{self._index}/_doc/{name}"
        written = self._cluster.ask("PUT", path, {"holder": holder}, seconds=SEARCH_SECONDS, **expected)
        return _State(holder, written["_seq_no"], written["_primary_term"])

    def free(self, name: str, before: _State) -> None:
        """Write that nobody holds a lock any more. Raises as `put` does."""
        self._cluster.patiently(lambda: self.put(name, "", before))

    def _acquire(self, name: str, busy: str, patience: float) -> _State:
        us, watch, pauses = uuid4().hex, _Watch(), self._cluster.pauses()
        until = time.monotonic() + patience
        while True:
            try:
                state = self.get(name)
                if state is not None and state.holder == us:
                    return state  # our own request, whose answer was lost
                if watch.is_free(state):
                    return self.put(name, us, state)
            except ConflictError:
                continue  # somebody was quicker
            except PassingError as error:
                watch.forget()
                pauses.wait_or_raise(error)
                continue
            pauses.begin_again()
            if time.monotonic() >= until:
                raise BusyError(busy)
            time.sleep(_PAUSE)

    def _make_index(self) -> None:
        with suppress(AlreadyThereError):
            self._cluster.ask("PUT", f"/{self._index}", LOCKS)
