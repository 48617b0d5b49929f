"""A worker beside the API's installation, which does what is asked of it in this process."""

import io
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from flows.ingest import run_direct
from flows.stopping import Stop
from flows.wiring import ingest_rooms
from flows.worker import Worker
from pipeline.audit_heads import note_head
from tests.api.house import House
from tests.flows.scans import write_paper

FILE = tuple[str, bytes]


@contextmanager
def worker_of(house: House) -> Iterator[Worker]:
    """A worker that takes in what lies in the spool, when it is told to."""
    of, stop, lost = house.of, Stop(), threading.Event()
    with ingest_rooms(of.settings, of.catalogue, workers=1, is_stopped=stop.is_asked) as rooms:
        yield Worker(
            "one",
            rooms,
            of.desk.spool,
            run_direct,
            1,
            after_file=lambda: None,
            note_head=lambda: note_head(of.settings.home, of.catalogue.audit),
            stop=stop,
            lost=lost,
        )


def paper(folder: Path, number: int, *, mark: str | None = None) -> bytes:
    """A paper of one page with a text layer."""
    return write_paper(folder / f"made-{number}-{mark is None}.pdf", number, mark=mark).read_bytes()


def form(*files: FILE) -> Mapping[str, Sequence[tuple[str, tuple[str, BinaryIO, str]]]]:
    """The files as a browser sends them."""
    return {"files": [("files", (name, io.BytesIO(data), "application/octet-stream")) for name, data in files]}


def laid_down(house: House) -> dict[str, bytes]:
    """All files that lie in the spool, by job and name."""
    spool = house.of.settings.home / "spool"
    return {
        path.relative_to(spool).as_posix(): path.read_bytes()
        for path in sorted(spool.rglob("*"))
        if path.is_file() and "files" in path.relative_to(spool).parts
    }
