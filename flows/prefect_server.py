"""A Prefect server of our own for the time of a run: on loopback, under the data folder, without telemetry.

It dies with us, however we die, so that a killed run leaves nothing behind. Leaves flows to `flows.ingest`.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from pipeline.errors import UnavailableError

_START_SECONDS = 120
_STOP_SECONDS = 20
_PR_SET_PDEATHSIG = 1


def prefect_environment(home: Path) -> dict[str, str]:
    """Prefect's settings: its files under the data folder, no telemetry, no content in its database or logs."""
    return {
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_SERVER_LEVEL": "ERROR",
        "PREFECT_LOCAL_STORAGE_PATH": str(home / "prefect" / "results"),
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    }


@contextmanager
def prefect_server(home: Path) -> Iterator[str]:
    """Run a server while the block runs; its API's URL.

    Raises:
        UnavailableError: it did not start in time.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}/api"
    process = _start(home, port)
    try:
        _wait_until_ready(process, url)
        yield url
    finally:
        _stop(process)


def _start(home: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    (home / "prefect").mkdir(parents=True, exist_ok=True)
    environment = _inherited(os.environ) | prefect_environment(home)
    with (home / "prefect" / "server.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own interpreter with fixed words
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - called from the main thread, before any other is started
        )


def _inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without settings of another Prefect installation."""
    return {name: value for name, value in environment.items() if not name.startswith("PREFECT_")}


def _die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent dies (Linux)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{url}/health", timeout=2):  # noqa: S310 - our own loopback address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    message = "Không khởi động được Prefect. Hãy xem prefect/server.log, hoặc chạy lại với --direct."
    raise UnavailableError(message)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server and what it started, gently first."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(_STOP_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
