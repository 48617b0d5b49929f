"""The audit of attempts that name nobody: anybody can make any number, so they are counted, not written one by one.

Of each kind of attempt from each address the first in a minute is written at once, and all further ones of that minute
as one line that says how many they were. So what strangers can add to the audit is bounded, and nothing goes uncounted.
Attempts of people are written by those who know them.
"""

import logging
from collections.abc import Callable
from threading import Event, Lock

from pipeline.catalogue.audit import AuditEvent, Outcome
from search_api.errors import log_unforeseen

UNKNOWN = "unknown"
"""The actor of a failed attempt that names no account: what was typed may be a password in the wrong place."""

OTHERS = "http:others"
"""The origin of what comes from further addresses than are told apart."""

MOST_ORIGINS = 100
"""Kinds of attempts and addresses that are told apart in one minute."""

_MINUTE = 60.0
_LOG = logging.getLogger(__name__)


class UnknownAttempts:
    """Counts refused attempts of nobody. Safe to use from several threads."""

    def __init__(self, record: Callable[[AuditEvent], None]) -> None:
        """Write lines by this."""
        self._record = record
        self._further: dict[tuple[str, str], int] = {}
        self._lock = Lock()

    def note(self, action: str, origin: str) -> None:
        """Write a refused attempt down, or count it where one like it was written this minute."""
        with self._lock:
            is_told_apart = (action, origin) in self._further or len(self._further) < MOST_ORIGINS
            key = (action, origin if is_told_apart else OTHERS)
            if key in self._further:
                self._further[key] += 1
            else:
                self._record(AuditEvent(UNKNOWN, action, None, Outcome.REFUSED, key[1]))
                self._further[key] = 0

    def write_down(self) -> None:
        """Write what was counted, and begin to count anew. What cannot be written stays counted."""
        with self._lock:
            for (action, origin), further in list(self._further.items()):
                if further:
                    self._record(AuditEvent(UNKNOWN, action, f"+{further}", Outcome.REFUSED, origin))
                del self._further[action, origin]

    def keep_writing(self, stop: Event) -> None:
        """Write down what was counted each minute, and once more when told to stop."""
        is_stopped = False
        while not is_stopped:
            is_stopped = stop.wait(_MINUTE)
            try:
                self.write_down()
            except Exception as error:  # noqa: BLE001 - the outer edge of this thread; the next minute tries again
                log_unforeseen(error, _LOG)
