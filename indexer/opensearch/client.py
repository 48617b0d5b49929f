"""The connection to OpenSearch: one place where it is asked, where its errors become ours, and where one tries again.

Every request has a time limit, and trying again has one too. Leaves what is asked to the other modules.
"""

import json
import logging
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom
from typing import Any, TypeVar, cast

from opensearchpy import (
    ConnectionError as NoConnectionError,
)
from opensearchpy import (
    ConnectionTimeout,
    OpenSearch,
    OpenSearchException,
    SSLError,
    TransportError,
)

from indexer.opensearch import faults
from indexer.opensearch.faults import ConflictError, PassingError, SlowError, fault
from pipeline.errors import SettingsError, UnavailableError
from pipeline.settings import IndexSettings

T = TypeVar("T")

Answer = dict[str, Any]
"""The server's JSON."""

SEARCH_SECONDS = 10.0
"""Time limit of a search."""
WRITE_SECONDS = 60.0
"""Time limit of one request that changes something."""

_CONNECTIONS = 32
_BULK_BYTES = 5_000_000
"""Most bytes of one bulk request, unless one document has more."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Action:
    """One entry to be written: its id, its external version, and its fields as JSON."""

    id: str
    version: int
    source: bytes


class Cluster:
    """A server or cluster. Safe to use from several threads."""

    def __init__(self, settings: IndexSettings, *, patience: float) -> None:
        """Nothing is asked yet. What may pass is tried again for `patience` seconds.

        Raises:
            SettingsError: the certificate of `settings.ca` cannot be read.
        """
        password = settings.password.get_secret_value() if settings.password else ""
        self._patience = patience
        self._client = OpenSearch(
            hosts=[str(settings.url)],
            http_auth=(settings.user, password) if settings.user else None,
            ssl_context=_trust(settings.ca) if str(settings.url).startswith("https:") else None,
            pool_maxsize=_CONNECTIONS,
            max_retries=1,  # for a connection that was closed while nobody used it
        )
        # It prints each failed request with its trace, amid a command's own output; what matters is in our errors.
        logging.getLogger("opensearch").setLevel(logging.CRITICAL)

    def ask(
        self, method: str, path: str, body: object = None, *, seconds: float = WRITE_SECONDS, **parameters: str | int
    ) -> Answer:
        """Ask once; the answer's JSON.

        Raises:
            UnavailableError: in the form that `indexer.opensearch.faults` gives it.
        """
        with _server_errors():
            limited = {"request_timeout": seconds, **parameters}
            return cast("Answer", self._client.transport.perform_request(method, path, params=limited, body=body))

    def insist(self, method: str, path: str, body: object = None, **parameters: str | int) -> Answer:
        """Ask, and again while what hinders may pass, as it is when the server starts or has too much to do."""
        return self.patiently(lambda: self.ask(method, path, body, seconds=WRITE_SECONDS, **parameters))

    def patiently(self, attempt: Callable[[], T]) -> T:
        """The result of an attempt, made again while it fails with what may pass."""
        pauses = self.pauses()
        while True:
            try:
                return attempt()
            except PassingError as error:
                pauses.wait_or_raise(error)

    def pauses(self) -> "Pauses":
        """Pauses between tries, as long as the patience lasts."""
        return Pauses(self._patience)

    def bulk(self, alias: str, actions: Sequence[Action]) -> Mapping[str, int]:
        """Write entries through an alias; the status of each by its id. 409 is an entry that lost to a later version.

        What the server has no room for at the moment is sent again, after ever longer pauses, until nothing of it was
        taken for as long as the patience lasts.

        Raises:
            UnavailableError: an entry cannot be written. Others may have been.
        """
        statuses: dict[str, int] = {}
        pending, pauses = actions, self.pauses()
        while pending:
            taken, hindrance = self._bulk_round(alias, pending)
            statuses |= taken
            pending = [action for action in pending if action.id not in taken]
            if taken:
                pauses.begin_again()
            if hindrance is not None:
                pauses.wait_or_raise(hindrance)
        return statuses

    def _bulk_round(self, alias: str, actions: Sequence[Action]) -> tuple[dict[str, int], PassingError | None]:
        """Send all in pieces; the statuses of what was taken, and why the rest was not, if that may pass."""
        taken: dict[str, int] = {}
        hindrance = None
        for piece in _pieces(actions):
            try:
                answer = self._bulk_request(alias, piece)
            except PassingError as error:
                return taken, error
            for action, item in zip(piece, answer["items"], strict=True):
                result = item["index"]
                try:
                    taken[action.id] = _status(result)
                except PassingError as error:
                    hindrance = error
        return taken, hindrance

    def _bulk_request(self, alias: str, actions: Sequence[Action]) -> Answer:
        lines = b"".join(_lines(actions))
        return self.ask("POST", f"/{alias}/_bulk", lines, require_alias="true", timeout="30s")


class Pauses:
    """Ever longer pauses between tries, each of a random length, so that many who wait do not come back at once."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._longest = _FIRST_PAUSE
        self._random = SystemRandom()
        self.begin_again()

    def begin_again(self) -> None:
        """Count the patience from now: something went well. The pauses do not become shorter by it."""
        self._until = time.monotonic() + self._patience

    def wait_or_raise(self, hindrance: PassingError) -> None:
        """Wait, or raise what hinders where that would be beyond the patience."""
        pause = self._random.uniform(self._longest / 2, self._longest)
        if time.monotonic() + pause > self._until:
            raise hindrance
        time.sleep(pause)
        self._longest = min(self._longest * 2, _LONGEST_PAUSE)


def whole(answer: Answer) -> Answer:
    """An answer that every shard had a part in. Raises `PassingError` for any other: it would be less than there is."""
    shards = answer["_shards"]
    if answer.get("timed_out") or shards["failed"] or not shards["successful"]:
        raise PassingError(faults.NOT_READY)
    return answer


def _status(result: Mapping[str, Any]) -> int:
    status = int(result["status"])
    if "error" not in result:
        return status
    error = fault(status, result["error"])
    if isinstance(error, ConflictError):
        return status
    raise error


def _lines(actions: Sequence[Action]) -> Iterator[bytes]:
    for action in actions:
        of = {"_id": action.id, "version": action.version, "version_type": "external_gte"}
        yield json.dumps({"index": of}).encode()
        yield b"\n" + action.source + b"\n"


def _pieces(actions: Sequence[Action]) -> Iterator[list[Action]]:
    piece: list[Action] = []
    size = 0
    for action in actions:
        if piece and size + len(action.source) > _BULK_BYTES:
            yield piece
            piece, size = [], 0
        piece.append(action)
        size += len(action.source)
    if piece:
        yield piece


def _trust(authority: Path | None) -> ssl.SSLContext:
    """Whose certificates are believed: the system's authorities, or this one alone."""
    try:
        return ssl.create_default_context(cafile=authority)
    except OSError as error:
        message = f"Không đọc được chứng chỉ {authority}. Hãy sửa index.ca."
        raise SettingsError(message) from error


@contextmanager
def _server_errors() -> Iterator[None]:
    """The client's errors as ours. Those that carry a text of the server lose it: it may hold words of documents."""
    try:
        yield
    except ConnectionTimeout as error:
        raise SlowError(faults.SLOW) from error
    except SSLError as error:
        raise UnavailableError(faults.UNTRUSTED) from error
    except NoConnectionError as error:
        raise PassingError(faults.DOWN) from error
    except TransportError as error:
        told = error.info.get("error") if isinstance(error.info, Mapping) else None
        raise fault(int(error.status_code), told) from None
    except OpenSearchException as error:
        raise UnavailableError(faults.REFUSED.format(status="", kind=type(error).__name__)) from None
