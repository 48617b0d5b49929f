"""Failed attempts by the address they came from: one address cannot try passwords on one account after another.

Kept in memory, for the last ten minutes: a restart forgets. Leaves counting by account to `search_api.password_check`.
"""

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from pipeline.errors import TooManyAttemptsError

WINDOW = 600.0
"""Seconds for which a failure counts."""
_MOST_ADDRESSES = 10_000
"""Addresses that are kept; of further ones the longest quiet is forgotten."""
_SUBNET = 64
"""One subscriber has this much of an IPv6 address to choose from."""


class FailingAddresses:
    """Addresses from which attempts failed. Safe to use from several threads."""

    def __init__(self, most: int, elapsed: Callable[[], float] = time.monotonic) -> None:
        """An address may fail so many times in the window."""
        self._most = most
        self._elapsed = elapsed
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def require_heard(self, address: str) -> None:
        """Refuse an address that has failed too often.

        Raises:
            TooManyAttemptsError: it has, and has to wait.
        """
        with self._lock:
            failures = self._recent(address)
            if len(failures) >= self._most:
                wait = int(failures[0] + WINDOW - self._elapsed()) + 1
                message = "Đã có quá nhiều lần đăng nhập sai từ địa chỉ này. Hãy thử lại sau ít phút."
                raise TooManyAttemptsError(message, retry_seconds=wait)

    def note(self, address: str) -> None:
        """Count a failure."""
        with self._lock:
            failures = self._recent(address)
            failures.append(self._elapsed())
            self._failures[address] = failures
            self._failures.move_to_end(address)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)

    def _recent(self, address: str) -> deque[float]:
        failures, since = self._failures.get(address, deque()), self._elapsed() - WINDOW
        while failures and failures[0] <= since:
            failures.popleft()
        return failures


def network_of(host: str | None) -> str:
    """What counts as one address: an IPv4 address, the network of an IPv6 address, or the name as it is."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ipaddress.ip_network((address, _SUBNET), strict=False))
