"""What `vankho up` runs, and how the other commands find out that it runs.

It holds a lock while it lives, and says where its Prefect server is, and what secret that asks for, in files that count
only while the lock is held.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.prefect_server import (
    PrefectApi,
    client_environment,
    free_port,
    is_answering,
    new_api,
    server_environment,
    server_log,
    server_words,
)
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


def running_prefect(of: Settings) -> PrefectApi | None:
    """The Prefect server's API, where `vankho up` runs and the server answers."""
    if not is_up(of):
        return None
    try:
        api = PrefectApi(_url_file(of).read_text("ascii"), _secret_file(of).read_text("ascii"))
    except FileNotFoundError:
        return None
    return api if is_answering(api.url) else None


def services(of: Settings) -> list[Service]:
    """The services of this installation, with the Prefect server on a free port."""
    port = free_port()
    api = new_api(port)
    log = server_log(of.home)
    _note(_secret_file(of), api.secret)
    _note(_url_file(of), api.url)
    with_prefect = client_environment(of.home, api)
    return [
        Service("prefect", server_words(port), server_environment(of.home, api), log),
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


def _secret_file(of: Settings) -> Path:
    return of.home / "prefect" / "secret"


def _note(path: Path, text: str) -> None:
    """Write a file that its owner alone can ever have read."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text, "ascii")
