"""Child processes that do not outlive us, however we die (Linux)."""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LOOK_EVERY = 1.0


def start_python(
    words: Sequence[str], environment: Mapping[str, str], *, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start our own interpreter with these words, in a session of its own, dying with us; output to the log if any.

    To be called from the main thread: the kernel's word of our death is the death of the thread that started it.
    """
    command = [sys.executable, "-P", *words]
    output = None if log is None else log.open("wb")
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter with fixed words
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - called from the main thread, before any other is started
        )
    finally:
        if output is not None:
            output.close()


def stop_child(process: subprocess.Popen[bytes], *, seconds: float) -> None:
    """Stop the child and what it started: asked first, killed after so long."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        else:
            return


def die_with_parent_process() -> None:
    """End this process at once when its parent is gone, for one that somebody else started."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_EVERY)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
