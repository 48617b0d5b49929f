"""Real servers for tests: those that `make services` started, each test with a database or bucket of its own.

A test whose server does not run is skipped with the reason. With `TEST_SERVICES=required` it fails: nothing may be
missing in continuous integration.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import httpx
import psycopg
import pytest

from deploy.services.records import ROOT
from deploy.services.servers import running
from pipeline.settings import IndexSettings


def server(name: str) -> Mapping[str, str]:
    """How the running server of this name is reached."""
    settings = running(ROOT, name)
    if settings is not None:
        return settings
    reason = f"{name} is not running; start it with `make services`"
    if os.environ.get("TEST_SERVICES") == "required":
        pytest.fail(reason)
    pytest.skip(reason)


@contextmanager
def empty_database(settings: Mapping[str, str], *options: str) -> Iterator[str]:
    """The URL of a new database on this PostgreSQL server, made with these options and dropped afterwards."""
    name = f"test_{uuid4().hex}"
    server_url = settings["url"].rpartition("/")[0]
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 {' '.join(options)}".encode())
        try:
            yield f"{server_url}/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@contextmanager
def empty_indices(settings: Mapping[str, str]) -> Iterator[IndexSettings]:
    """Settings of an index on this OpenSearch server; all whose name begins with its prefix is removed afterwards."""
    of = IndexSettings(url=settings["url"], prefix=f"test-{uuid4().hex[:8]}")
    try:
        yield of
    finally:
        for path in (f"{of.prefix}-*", f"_index_template/{of.prefix}-*"):
            httpx.delete(f"{of.url}/{path}", timeout=60).raise_for_status()
