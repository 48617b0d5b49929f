"""S3 for tests: buckets of one's own, and a proxy that misbehaves."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit
from uuid import uuid4

from minio import Minio

from pipeline.storage.endpoint import Endpoint


def endpoint_of(settings: Mapping[str, str]) -> Endpoint:
    """How a store reaches this S3 server."""
    return Endpoint(settings["endpoint"], settings["access_key"], settings["secret_key"])


def s3_client(endpoint: Endpoint) -> Minio:
    """A client beside the one under test."""
    return Minio(
        urlsplit(endpoint.url).netloc, endpoint.access_key, endpoint.secret_key, secure=False, region=endpoint.region
    )


@contextmanager
def own_bucket(endpoint: Endpoint) -> Iterator[str]:
    """The name of a bucket that is not there yet. All whose names begin with it are removed afterwards, full or not."""
    name = f"test-{uuid4().hex}"
    yield name
    client = s3_client(endpoint)
    for bucket in client.list_buckets():
        if bucket.name.startswith(name):
            for found in client.list_objects(bucket.name, recursive=True):
                client.remove_object(bucket.name, str(found.object_name))
            client.remove_bucket(bucket.name)


@dataclass(frozen=True, slots=True)
class Call:
    """A request on its way through the proxy."""

    method: str
    path: str
    headers: Mapping[str, str]


Misbehaviour = Callable[[Call], "int | str | None"]
"""What is done to a request: a status to answer instead, `lost` to lose the answer, `cut` to end it early, or None."""


@contextmanager
def misbehaving(endpoint: Endpoint, misbehave: Misbehaviour) -> Iterator[Endpoint]:
    """The same server behind a proxy on loopback that does to each request what it is told."""
    target = urlsplit(endpoint.url).netloc

    class Proxy(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            what = misbehave(Call(self.command, self.path, dict(self.headers)))
            if isinstance(what, int):
                self._answer(what, {"Content-Type": "application/xml"}, _ERRORS[what])
                return
            connection = HTTPConnection(target)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            self.close_connection = what is not None
            if what != "lost":
                self._answer(
                    answer.status, dict(answer.getheaders()), data[: len(data) // 2] if what == "cut" else data
                )

        def _answer(self, status: int, headers: Mapping[str, str], data: bytes) -> None:
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(data))} | dict(headers)).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on  # noqa: N815 - the names of the base class

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        thread = Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Endpoint(f"http://127.0.0.1:{proxy.server_port}", endpoint.access_key, endpoint.secret_key)
        finally:
            proxy.shutdown()
            thread.join()


def _error(code: str) -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>as told</Message></Error>".encode()


_ERRORS = {501: _error("NotImplemented"), 503: _error("SlowDown"), 507: _error("XMinioStorageFull")}
