"""OpenSearch servers for tests: a node of one's own that may be killed, and a proxy that misbehaves or wants TLS."""

import json
import os
import signal
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx

from deploy.services import servers
from deploy.services.opensearch import OpenSearch
from deploy.services.records import ROOT, read_record
from pipeline.settings import IndexSettings
from tests.services import server


@dataclass(frozen=True, slots=True)
class OwnOpenSearch:
    """A node for one test, on the libraries that `make services` has fetched."""

    root: Path

    @property
    def settings(self) -> IndexSettings:
        """How it is reached; the same after each start."""
        record = read_record(self.root, OpenSearch.name)
        assert record is not None
        return IndexSettings(url=record.settings["url"])

    def start(self) -> None:
        """Start it and wait until it answers."""
        servers.start(self.root, [OpenSearch()], lambda _text: None)

    def stop(self) -> None:
        """End it in order."""
        servers.stop(self.root, [OpenSearch()])

    def kill(self) -> None:
        """End it as a power cut would."""
        record = read_record(self.root, OpenSearch.name)
        assert record is not None
        if record.process is not None and servers.running(self.root, OpenSearch.name) is not None:
            os.kill(record.process.pid, signal.SIGKILL)
            os.waitpid(record.process.pid, 0)


@contextmanager
def own_opensearch(folder: Path) -> Iterator[OwnOpenSearch]:
    """A node below this folder, ended afterwards."""
    server(OpenSearch.name)  # skips or fails where there is nothing to run
    (folder / OpenSearch.name).mkdir(parents=True)
    for part in ("classes", "libraries", "installed"):
        (folder / OpenSearch.name / part).symlink_to(ROOT / OpenSearch.name / part)
    own = OwnOpenSearch(folder)
    own.start()
    try:
        yield own
    finally:
        own.kill()


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way through the proxy."""

    method: str
    path: str
    authorization: str | None


@dataclass(frozen=True, slots=True)
class Instead:
    """What the proxy answers by itself."""

    status: int
    kind: str
    reason: str = "as told"


LOST = "lost"
"""The request is passed on, and its answer lost."""

Misbehaviour = Callable[[Call], Instead | str | None]


@contextmanager
def misbehaving(
    of: IndexSettings, misbehave: Misbehaviour, *, tls: ssl.SSLContext | None = None
) -> Iterator[IndexSettings]:
    """The same server behind a proxy on loopback that does to each request what it is told."""
    client = httpx.Client(base_url=str(of.url), timeout=60)

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            what = misbehave(Call(self.command, self.path, self.headers.get("Authorization")))
            if isinstance(what, Instead):
                error = {"type": what.kind, "reason": what.reason}
                self._answer(what.status, json.dumps({"error": error, "status": what.status}).encode())
                return
            headers = {"Content-Type": self.headers.get("Content-Type", "application/json")}
            answer = client.request(self.command, self.path, content=body, headers=headers)
            if what == LOST:
                self.close_connection = True
            else:
                self._answer(answer.status_code, answer.content)

        def _answer(self, status: int, data: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data if self.command != "HEAD" else b"")

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - the names of the base class

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with client, ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        if tls is not None:
            proxy.socket = tls.wrap_socket(proxy.socket, server_side=True)
        thread = Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield of.model_copy(update={"url": f"http{'s' if tls else ''}://127.0.0.1:{proxy.server_port}"})
        finally:
            proxy.shutdown()
            thread.join()
