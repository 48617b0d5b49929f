"""Processes that are given work one piece at a time, each bounded in time and memory, and replaced when they die.

Each process has a pool of its own (pebble): in a common one they share a lock, and one that is killed while it waits
for work takes it along and breaks the pool for all. Leaves what the work is, and doing lost work again, to its callers.
"""

import ctypes
import resource
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from pebble import ProcessExpired, ProcessPool

LOOK_EVERY = 0.2
"""Seconds between two looks whether work was given up."""

_TASKS_PER_PROCESS = 500
"""After so many pieces of work a process is replaced, so that leaks in foreign libraries cannot add up."""

_PR_SET_DUMPABLE = 4

_Result = TypeVar("_Result")


class LostError(Exception):
    """The process died over the work, or the work was given up."""


class TimeOverError(Exception):
    """The work took too long, and its process was stopped."""


class BoundedProcesses:
    """So many processes, each with a thread that hands it its work. Started when first needed."""

    def __init__(self, count: int, *, worker_bytes: int) -> None:
        """Each process may take so many bytes of address space beyond what it starts with."""
        self._worker_bytes = worker_bytes
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="bounded")
        self._own = threading.local()
        self._pools: list[ProcessPool] = []
        self._is_closed = False

    def submit(self, call: Callable[[], _Result], seconds: float, is_given_up: Callable[[], bool]) -> Future[_Result]:
        """Have this called in the next free process. The future raises its errors, `LostError` and `TimeOverError`."""
        return self._threads.submit(self._run, call, seconds, is_given_up)

    def close(self) -> None:
        """Stop all processes; what they have in hand is given up."""
        self._is_closed = True
        self._threads.shutdown(cancel_futures=True)
        for pool in self._pools:
            _stop(pool)

    def _run(self, call: Callable[[], _Result], seconds: float, is_given_up: Callable[[], bool]) -> _Result:
        try:
            future: Future[_Result] = self._pool().schedule(call, timeout=seconds)
            while wait([future], timeout=LOOK_EVERY).not_done:
                if is_given_up() or self._is_closed:
                    future.cancel()
                    raise LostError
            return future.result()
        except FutureTimeoutError as error:
            raise TimeOverError from error
        except (ProcessExpired, BrokenProcessPool, CancelledError, RuntimeError) as error:
            raise LostError from error

    def _pool(self) -> ProcessPool:
        """This thread's pool of one process; a new one where the old broke."""
        pool: ProcessPool | None = getattr(self._own, "pool", None)
        if pool is not None and pool.active:
            return pool
        if pool is not None:
            _stop(pool)
            self._pools.remove(pool)
        pool = self._own.pool = self._new_pool()
        return pool

    def _new_pool(self) -> ProcessPool:
        pool = ProcessPool(
            max_workers=1,
            max_tasks=_TASKS_PER_PROCESS,
            initializer=_begin,
            initargs=[self._worker_bytes],
            context=get_context("spawn"),
        )
        self._pools.append(pool)
        return pool


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    pool.join()


def _begin(spare: int) -> None:
    """Set the process up before its first work."""
    _forbid_core_dumps()
    _limit_memory(spare)


def _forbid_core_dumps() -> None:
    """Keep what it has in memory from the disk when it crashes, and that of the programs that it starts.

    A limit of one byte, unlike none, also holds where the kernel hands the dump to a program (core(5)).
    """
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    most = 1 if hard == resource.RLIM_INFINITY else min(1, hard)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _limit_memory(spare: int) -> None:
    """Bound the process's address space to what it has now and so much more."""
    used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = used + spare
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))
