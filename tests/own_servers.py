"""Servers for one test alone, which may be stopped and killed, on the programs that `make services` installed."""

import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.services import servers
from deploy.services.minio import MinIO
from deploy.services.postgresql import PostgreSQL
from deploy.services.records import ROOT, Record, read_record
from deploy.services.servers import Server
from tests.services import server


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A server of this kind below a folder of the test."""

    kind: Server
    root: Path

    @property
    def settings(self) -> Mapping[str, str]:
        """How it is reached; the same after each start."""
        return self._record.settings

    @property
    def _record(self) -> Record:
        record = read_record(self.root, self.kind.name)
        assert record is not None
        return record

    def start(self) -> None:
        """Start it and wait until it answers."""
        servers.start(self.root, [self.kind], lambda _text: None)

    def stop(self) -> None:
        """End it as its administrator would."""
        servers.stop(self.root, [self.kind])

    def kill(self) -> None:
        """End it as a power cut would."""
        process = self._record.process
        if process is not None and servers.running(self.root, self.kind.name) is not None:
            os.kill(process.pid, signal.SIGKILL)
            os.waitpid(process.pid, 0)


@contextmanager
def own_minio(folder: Path) -> Iterator[OwnServer]:
    """A MinIO below this folder, ended afterwards."""
    server(MinIO.name)  # skips or fails where there is no program to run
    (folder / MinIO.name).mkdir(parents=True)
    for built in (ROOT / MinIO.name).glob("v*"):
        (folder / MinIO.name / built.name).symlink_to(built)
    own = OwnServer(MinIO(), folder)
    own.start()
    try:
        yield own
    finally:
        own.kill()


@contextmanager
def own_postgresql(folder: Path) -> Iterator[OwnServer]:
    """A PostgreSQL below this folder, ended and removed afterwards."""
    server(PostgreSQL.name)
    folder.mkdir(parents=True, exist_ok=True)
    own = OwnServer(PostgreSQL(), folder)
    own.start()
    try:
        yield own
    finally:
        own.stop()
        shutil.rmtree(own.settings["data"])  # it may lie outside the folder, where its user can come
