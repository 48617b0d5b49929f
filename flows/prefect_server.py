"""A Prefect server of our own: on loopback, under the data folder, without telemetry.

Whoever may write to it may have it run any code, and any account and any web page on the machine can reach it: it
lets nobody in without a secret of its own, made anew at each start. It dies with us, however we die, so that a killed
run leaves nothing behind. Leaves flows to `flows.ingest`.
"""

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flows.children import start_python, stop_child
from pipeline.errors import UnavailableError

_START_SECONDS = 120
_STOP_SECONDS = 20
_SECRET_BYTES = 32
_USER = "vankho"

_URL = "PREFECT_API_URL"
_SECRET = "PREFECT_API_AUTH_STRING"  # noqa: S105 - the name of a setting


@dataclass(frozen=True, slots=True)
class PrefectApi:
    """Where a server's API is, and the secret that it asks for."""

    url: str
    secret: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """Prefect's settings for those who use it."""
        return {_URL: self.url, _SECRET: self.secret}


def new_api(port: int) -> PrefectApi:
    """The API of a server to be started on this port of loopback, with a new secret."""
    return PrefectApi(f"http://127.0.0.1:{port}/api", f"{_USER}:{secrets.token_urlsafe(_SECRET_BYTES)}")


def api_of(environment: Mapping[str, str]) -> PrefectApi:
    """The API that whoever started us has named in the environment."""
    return PrefectApi(environment[_URL], environment[_SECRET])


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
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "https://none.invalid",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "200",
        "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "200",
    }


@contextmanager
def prefect_server(home: Path) -> Iterator[PrefectApi]:
    """Run a server while the block runs; its API.

    Raises:
        UnavailableError: it did not start in time.
    """
    port = free_port()
    api = new_api(port)
    process = start_python(server_words(port), server_environment(home, api), log=server_log(home))
    try:
        wait_for_server(api.url, is_alive=lambda: process.poll() is None)
        yield api
    finally:
        stop_child(process, seconds=_STOP_SECONDS)


def server_words(port: int) -> tuple[str, ...]:
    """The words with which our interpreter runs a server on this port."""
    return ("-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))


def server_environment(home: Path, api: PrefectApi) -> dict[str, str]:
    """The environment of a server that lets in whoever has the secret."""
    return _own_environment(home) | {"PREFECT_SERVER_API_AUTH_STRING": api.secret}


def client_environment(home: Path, api: PrefectApi) -> dict[str, str]:
    """The environment of a process that uses this server."""
    return _own_environment(home) | api.environment()


def _own_environment(home: Path) -> dict[str, str]:
    """Our environment with our settings of Prefect, and without those of another installation."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return own | prefect_environment(home)


def server_log(home: Path) -> Path:
    """Where a server writes its log; its folder is made."""
    (home / "prefect").mkdir(parents=True, exist_ok=True)
    return home / "prefect" / "server.log"


def wait_for_server(url: str, *, is_alive: Callable[[], bool]) -> None:
    """Wait until the server answers. Raises `UnavailableError` when it died or took too long."""
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and is_alive():
        if is_answering(url):
            return
        time.sleep(0.1)
    message = "Không khởi động được Prefect. Hãy xem prefect/server.log, hoặc chạy lại với --direct."
    raise UnavailableError(message)


def is_answering(url: str) -> bool:
    """Whether the server at this URL of its API is well."""
    try:
        with urlopen(f"{url}/health", timeout=2):  # noqa: S310 - our own loopback address
            return True
    except (URLError, OSError):
        return False


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
