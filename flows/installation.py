"""What `vankho up` runs, and how the other commands find out that it runs.

It holds a lock while it lives, and says where its Prefect server is in a file that counts only while the lock is
held.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.prefect_server import free_port, is_answering, server_environment, server_log, server_url, server_words
from flows.supervisor import Service
from pipeline.locks import held, lock_file
from pipeline.settings import Settings

_TRIES = 10
_PAUSE = 0.1

BUSY = "`vankho up` đang chạy rồi."


@contextmanager
def only_one(of: Settings) -> Iterator[None]:
    """Be the one `vankho up` of this installation. Raises `BusyError` where another is."""
    for _ in range(_TRIES):
        if not is_up(of):
            break
        time.sleep(_PAUSE)  # it may be another command that has just looked
    with held(_lock(of), wait=False, busy=BUSY):
        yield


def is_up(of: Settings) -> bool:
    """Whether `vankho up` runs for this installation, on this machine."""
    if not _lock(of).exists():
        return False
    descriptor = lock_file(_lock(of), wait=False)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def running_prefect(of: Settings) -> str | None:
    """The URL of the Prefect server's API, where `vankho up` runs and the server answers."""
    path = _url_file(of)
    url = path.read_text("ascii") if is_up(of) and path.exists() else None
    return url if url is not None and is_answering(url) else None


def services(of: Settings) -> list[Service]:
    """The services of this installation, with the Prefect server on a free port."""
    port = free_port()
    url = server_url(port)
    log = server_log(of.home)
    _url_file(of).write_text(url, "ascii")
    server = server_environment(of.home)
    with_prefect = server | {"PREFECT_API_URL": url}
    return [
        Service("prefect", server_words(port), server, log),
        Service("api", ("-m", "flows.cli", "serve"), os.environ),
        Service("outbox", ("-m", "flows.outbox"), os.environ),
        Service("worker", ("-m", "flows.worker"), with_prefect),
        Service("nightly", ("-m", "flows.served"), with_prefect | _QUIET),
    ]


_QUIET = {"PREFECT_LOGGING_LEVEL": "CRITICAL"}
"""A night with a file that failed is a failed run for Prefect, which would print a traceback of its own."""


def _lock(of: Settings) -> Path:
    return of.home / "locks" / "up.lock"


def _url_file(of: Settings) -> Path:
    return of.home / "prefect" / "url"
