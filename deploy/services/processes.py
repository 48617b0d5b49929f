"""Processes that outlive us: started apart from the terminal, known by id and birth, stopped by id alone."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.services.records import ServerProcess

_PAUSE = 0.1
_PORTS = range(20_000, 32_768)
"""Below those that Linux gives to connections: one that was free stays so until the server listens, and while it is
stopped."""
_RANDOM = random.SystemRandom()
_STATE, _BORN = 0, 19
"""Places in `/proc/<pid>/stat` behind the process's name: its state, and when it was born, in clock ticks."""


@dataclass(frozen=True, slots=True)
class Command:
    """How a server is started. `user` is the id of another user to run as."""

    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: int | None = None


def start(command: Command, *, log: Path) -> ServerProcess:
    """Start the command in a session of its own, its output going to the log."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.arguments,
            env=os.environ | command.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            user=command.user,
            extra_groups=None if command.user is None else [],
        )
    started = ServerProcess(process.pid, _born(process.pid) or 0)
    process.returncode = 0  # it is to outlive us: without this, Popen would warn that it still runs
    return started


def is_alive(process: ServerProcess) -> bool:
    """Whether this very process runs."""
    return _born(process.pid) == process.born


def stop(process: ServerProcess, *, how: signal.Signals = signal.SIGTERM, patience: float = 30) -> None:
    """Ask the process to end, and end it where it does not in so many seconds."""
    for asked, seconds in ((how, patience), (signal.SIGKILL, patience)):
        if not is_alive(process):
            return
        with suppress(ProcessLookupError):
            os.kill(process.pid, asked)
        until = time.monotonic() + seconds
        while is_alive(process) and time.monotonic() < until:
            time.sleep(_PAUSE)


def _born(pid: int) -> int | None:
    """When the process was born; None for one that has ended, even if its parent has not looked yet."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[_STATE] in "ZX" else int(fields[_BORN])


def free_port(wanted: str | None) -> str:
    """The wanted port of loopback if nobody listens there, else a free one that no connection is given by itself."""
    for port in (*([int(wanted)] if wanted else []), *_RANDOM.sample(_PORTS, 100)):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return str(probe.getsockname()[1])
    message = "no free port on loopback"
    raise OSError(message)
