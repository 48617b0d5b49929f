"""Starts, stops and asks after the servers. A server that runs is left alone; the others start at the same time."""

import signal
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from deploy.services import processes
from deploy.services.minio import MinIO
from deploy.services.opensearch import OpenSearch
from deploy.services.postgresql import PostgreSQL
from deploy.services.processes import Command
from deploy.services.records import Record, ServiceError, read_record, taking_turns, write_record
from deploy.services.tools import Say

_PATIENCE = 180.0
"""Seconds for a server to become ready; a busy machine takes its time."""
_PAUSE = 0.2
_LOG_TAIL = 2_000


class Server(Protocol):
    """A kind of server: how it is installed, set up, started and asked whether it is ready."""

    name: str
    stop_signal: signal.Signals

    def install(self, folder: Path, say: Say) -> None:
        """Make it runnable; quick where it is already, and going on where an earlier try was cut short."""

    def settings(self, folder: Path, before: Mapping[str, str], say: Say) -> dict[str, str]:
        """Ports and credentials for the next start, those of `before` where they can be kept."""

    def command(self, folder: Path, settings: Mapping[str, str]) -> Command:
        """How it is started."""

    def is_ready(self, settings: Mapping[str, str]) -> bool:
        """Whether it answers."""


SERVERS: Mapping[str, Server] = {"minio": MinIO(), "opensearch": OpenSearch(), "postgresql": PostgreSQL()}


def start(root: Path, servers: Sequence[Server], say: Say) -> None:
    """Have these servers installed, running and ready. Raises `ServiceError` naming those that are not."""
    with taking_turns(root / "lock"), ThreadPoolExecutor(len(servers)) as executor:
        starts = {server.name: executor.submit(_start, root, server, say) for server in servers}
        problems = [f"{name}: {error}" for name, future in starts.items() if (error := future.exception())]
    if problems:
        raise ServiceError("\n".join(problems))


def stop(root: Path, servers: Sequence[Server]) -> None:
    """End these servers; their data and credentials stay."""
    with taking_turns(root / "lock"):
        for server in servers:
            record = read_record(root, server.name)
            if record is not None and record.process is not None:
                processes.stop(record.process, how=server.stop_signal)
                write_record(root, server.name, Record(record.settings))


def running(root: Path, name: str) -> Mapping[str, str] | None:
    """How this server is reached, or None where it does not run."""
    record = read_record(root, name)
    is_running = record is not None and record.process is not None and processes.is_alive(record.process)
    return record.settings if record is not None and is_running else None


def _start(root: Path, server: Server, say: Say) -> None:
    record = read_record(root, server.name)
    if running(root, server.name) is None:
        folder = root / server.name
        folder.mkdir(mode=0o711, exist_ok=True)
        server.install(folder, say)
        settings = server.settings(folder, record.settings if record else {}, say)
        # The credentials are kept before there is data that only they open.
        write_record(root, server.name, Record(settings))
        say(f"Đang khởi động {server.name}")
        record = Record(settings, processes.start(server.command(folder, settings), log=_log(root, server)))
        write_record(root, server.name, record)
    _wait(root, server)


def _wait(root: Path, server: Server) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        settings = running(root, server.name)
        if settings is None:
            break
        if server.is_ready(settings):
            return
        time.sleep(_PAUSE)
    message = f"không khởi động được; nhật ký {_log(root, server)}:\n{_tail(_log(root, server))}"
    raise ServiceError(message)


def _log(root: Path, server: Server) -> Path:
    return root / f"{server.name}.log"


def _tail(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-_LOG_TAIL:] if log.exists() else ""
