"""`make demo-servers`: the demo on OpenSearch, MinIO and PostgreSQL, which are started where they do not run.

Each run has a database, buckets and indices of its own, under one name; those of the run before are removed. The
settings that lead to them are in `var/demo-servers/settings`, readable by their owner alone.
"""

import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import psycopg
from minio import Minio
from psycopg import sql

from deploy.services import servers
from deploy.services.records import ROOT, ServiceError
from samples.demo import VAR, Installation, run, tell

HOME = VAR / "demo-servers"
_SETTINGS = "settings"
_PREFIX = "VANKHO_INDEX__PREFIX"
"""The setting that is the run's name."""

Reached = Mapping[str, Mapping[str, str]]
"""How each server is reached."""


def main() -> int:
    """Run the demo on the servers; 1 if it shows anything other than what is expected, or did not use them."""
    try:
        servers.start(ROOT, list(servers.SERVERS.values()), lambda text: print(text, file=sys.stderr, flush=True))
    except ServiceError as error:
        sys.exit(str(error))
    reached = {name: servers.running(ROOT, name) or {} for name in servers.SERVERS}
    forget(reached)
    here = Installation(HOME, begin(reached))
    faults = [*run(here), *not_on_servers(reached, here)]
    print(f"\nXem tiếp: set -a; . {HOME / _SETTINGS}; set +a")
    return tell(here, faults)


def begin(reached: Reached) -> Mapping[str, str]:
    """An empty data folder and database under a new name; the settings of the installation on the servers."""
    name = f"vankho-demo-{uuid4().hex[:8]}"
    server_url = reached["postgresql"]["url"].rpartition("/")[0]
    settings = {
        "VANKHO_HOME": str(HOME),
        "VANKHO_STORE__URL": reached["minio"]["endpoint"],
        "VANKHO_STORE__ACCESS_KEY": reached["minio"]["access_key"],
        "VANKHO_STORE__SECRET_KEY": reached["minio"]["secret_key"],
        "VANKHO_STORE__BUCKET": name,
        "VANKHO_STORE__STAGING_BUCKET": f"{name}-staging",
        "VANKHO_CATALOGUE__URL": f"{server_url}/{name}",
        "VANKHO_INDEX__URL": reached["opensearch"]["url"],
        _PREFIX: name,
        "VANKHO_CLI__IMPERSONATION": "true",
    }
    HOME.mkdir(mode=0o700, parents=True)
    (HOME / _SETTINGS).touch(mode=0o600)
    lines = [f"{variable}={shlex.quote(value)}\n" for variable, value in settings.items()]
    (HOME / _SETTINGS).write_text("".join(lines), "utf-8")
    with _database_server(reached) as connection:
        make = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        connection.execute(make.format(sql.Identifier(name)))
    return settings


def forget(reached: Reached) -> None:
    """Remove what the run before left on the servers, and its data folder."""
    name = _name_before(HOME / _SETTINGS)
    if name is not None:
        with _database_server(reached) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        client = _object_server(reached)
        for bucket in (name, f"{name}-staging"):
            if client.bucket_exists(bucket):
                for found in client.list_objects(bucket, recursive=True):
                    client.remove_object(bucket, str(found.object_name))
                client.remove_bucket(bucket)
        for path in (f"{name}-*", f"_index_template/{name}-*"):
            httpx.delete(f"{reached['opensearch']['url']}/{path}", timeout=60).raise_for_status()
    shutil.rmtree(HOME, ignore_errors=True)


def _name_before(file: Path) -> str | None:
    if not file.exists():
        return None
    settings = dict(line.split("=", 1) for line in shlex.split(file.read_text("utf-8")))
    return settings.get(_PREFIX)


def not_on_servers(reached: Reached, here: Installation) -> list[str]:
    """Parts that the demo kept elsewhere than on the server that is for them."""
    name = here.settings[_PREFIX]
    with psycopg.connect(here.settings["VANKHO_CATALOGUE__URL"]) as connection:
        documents = (connection.execute("SELECT count(*) FROM documents").fetchone() or (0,))[0]
    count = httpx.get(f"{reached['opensearch']['url']}/{name}-documents-*/_count", timeout=60).raise_for_status()
    originals = sum(1 for _ in _object_server(reached).list_objects(name, prefix="originals/"))
    found = {"văn bản trong PostgreSQL": documents, "trong OpenSearch": count.json()["count"], "tệp gốc": originals}
    print(f"\nTrên máy chủ: {', '.join(f'{number} {what}' for what, number in found.items())}.")
    faults = [f"không có {what}" for what, number in found.items() if not number]
    return faults + [
        f"{part} nằm trên đĩa" for part in ("catalogue.sqlite3", "store", "index") if (HOME / part).exists()
    ]


def _database_server(reached: Reached) -> psycopg.Connection[tuple[object, ...]]:
    server_url = reached["postgresql"]["url"].rpartition("/")[0]
    return psycopg.connect(f"{server_url}/postgres", autocommit=True)


def _object_server(reached: Reached) -> Minio:
    of = reached["minio"]
    host = urlsplit(of["endpoint"]).netloc
    return Minio(host, of["access_key"], of["secret_key"], secure=False, region="us-east-1")


if __name__ == "__main__":
    sys.exit(main())
