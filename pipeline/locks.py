"""Locks between processes on one machine, as locked files: the system lets go of them when their holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import BusyError


def lock_file(path: Path, *, wait: bool) -> int | None:
    """Lock this file, made if it is not there; its descriptor, to be closed to let go.

    Without `wait`, None where somebody else holds it. If the file was removed by its holder while we waited, the
    new one is locked instead.
    """
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


@contextmanager
def held(path: Path, *, wait: bool, busy: str) -> Iterator[None]:
    """Hold the lock for a while. Without `wait`, raises `BusyError` with these words where it is taken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = lock_file(path, wait=wait)
    if descriptor is None:
        raise BusyError(busy)
    try:
        yield
    finally:
        os.close(descriptor)
