"""Places given in turn, fairly: whoever asks for many at once waits behind themselves, not before everybody else.

Who waits holds no thread. Works across event loops. Leaves what is done in a place to its callers.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from threading import Lock

from pipeline.errors import UnavailableError

_BUSY = "Đang có quá nhiều người đăng nhập. Hãy thử lại sau ít phút."


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many have a place `at_once`, and how many may wait: of one key, and of all together."""

    at_once: int
    each: int
    together: int


class Turns:
    """Gives places to keys (such as addresses) in rotation, to those of one key in their order."""

    def __init__(self, capacity: Capacity) -> None:
        """All places are free."""
        self._capacity = capacity
        self._free = capacity.at_once
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._lock = Lock()

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """A place, when it is the key's turn.

        Raises:
            UnavailableError: too many wait already.
        """
        mine = self._enter(key)
        if mine is not None:
            await self._wait(key, mine)
        try:
            yield
        finally:
            self._leave()

    def _enter(self, key: str) -> asyncio.Future[None] | None:
        """Nothing where a place is free, else what is done when one is given."""
        with self._lock:
            if self._free:
                self._free -= 1
                return None
            own = self._waiting.get(key, deque())
            if len(own) >= self._capacity.each or sum(map(len, self._waiting.values())) >= self._capacity.together:
                raise UnavailableError(_BUSY)
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.setdefault(key, own).append(mine)
            return mine

    async def _wait(self, key: str, mine: asyncio.Future[None]) -> None:
        try:
            await mine
        except asyncio.CancelledError:  # the one who waits has gone
            if not self._forget(key, mine) and not mine.cancelled():
                self._leave()  # it had been given a place in this moment
            raise

    def _forget(self, key: str, mine: asyncio.Future[None]) -> bool:
        """No longer wait; whether it still did."""
        with self._lock:
            own = self._waiting.get(key, deque())
            if mine not in own:
                return False
            own.remove(mine)
            if not own:
                del self._waiting[key]
            return True

    def _leave(self) -> None:
        """Give the place to the next key's first, or leave it free."""
        with self._lock:
            if self._waiting:
                key, own = self._waiting.popitem(last=False)
                following = own.popleft()
                if own:
                    self._waiting[key] = own  # at the end: the others come first
                following.get_loop().call_soon_threadsafe(self._give, following)
            else:
                self._free += 1

    def _give(self, waiting: asyncio.Future[None]) -> None:
        if waiting.done():
            self._leave()
        else:
            waiting.set_result(None)
