"""A disk that fills up while files are taken in: reasons, nothing by halves, and a later run that completes."""

import hashlib
import io
import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from tests.flows.house import SCANS, House, counts, digital, open_house

pytestmark = pytest.mark.slow

_MANY = 24


class Room:
    """A world in which the data folder is a small disk of its own, as only a mount can make it."""

    def __init__(self, folder: Path) -> None:
        """Open it; `is_open` says whether the system lets us."""
        self._folder = folder
        self._shell = subprocess.Popen(
            ["unshare", "--map-root-user", "--mount", "sh"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        folder.mkdir()
        self.is_open = self.tell(f"mount -t tmpfs -o size=100m tmpfs '{folder}'")

    def tell(self, command: str) -> bool:
        """Whether a command in this world succeeds."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        try:
            self._shell.stdin.write(f"{command} >&2; echo $?\n")
            self._shell.stdin.flush()
        except BrokenPipeError:
            return False
        return self._shell.stdout.readline() == "0\n"

    def resize(self, size: int) -> None:
        """Make the disk larger or smaller; not smaller than what is on it."""
        assert self.tell(f"mount -o remount,size={size} '{self._folder}'")

    def used(self) -> int:
        """Bytes that are taken."""
        status = os.statvfs(f"/proc/{self._shell.pid}/root{self._folder}")
        return (status.f_blocks - status.f_bfree) * status.f_frsize

    @property
    def wrapper(self) -> tuple[str, ...]:
        """Words that run a command in this world."""
        return ("nsenter", "--preserve-credentials", "--user", "--mount", "--target", str(self._shell.pid))

    def inside(self, path: Path) -> Path:
        """A path in this world as it is seen from ours."""
        return Path(f"/proc/{self._shell.pid}/root{path}")

    def close(self) -> None:
        """Leave; the disk goes with it."""
        self._shell.communicate()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path / "home")
    if not room.is_open:
        room.close()
        pytest.skip("this system lets nobody mount a small disk")
    yield room
    room.close()


def require_whole(store: Path) -> None:
    """Each original in the store is what its name says, and nothing lies half-written."""
    for original in (store / "originals").iterdir():
        assert hashlib.sha256(original.read_bytes()).hexdigest() == original.name
    assert not list((store / ".incoming").iterdir())


def heavy(pdf: bytes) -> bytes:
    """The same paper with three megabytes of something in it."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.Root.Padding = opened.make_stream(random.Random(1).randbytes(3_000_000))
        opened.save(out)
    return out.getvalue()


def test_a_full_disk_stops_files_with_reasons_and_a_later_run_completes(room: Room, tmp_path: Path) -> None:
    house = open_house(tmp_path, wrapper=room.wrapper)
    house.put_samples(*SCANS)
    for number in range(_MANY):
        house.put(f"{number:02}.pdf", digital(number))
    # The catalogue is made and may grow a little: room for some files and not for all.
    room.resize(room.used() + 2_000_000)
    full = house.ingest()
    statuses = full.statuses()
    assert full.code == 1, full.err
    assert len(statuses) == _MANY + len(SCANS)
    assert set(statuses.values()) == {"stored", "failed"}
    for file in full.report["files"]:
        if file["status"] == "failed":
            assert "đầy" in file["reason"], file
            assert "nạp lại" in file["reason"] or "chạy lại" in file["reason"], file
    require_whole(room.inside(house.home) / "store")
    room.resize(100_000_000)
    done = house.ingest()
    assert done.code == 0, done.out
    already = counts(statuses)["stored"]
    assert counts(done.statuses()) == {"stored": len(statuses) - already, "duplicate": already}
    house.require_order(documents=len(statuses))


def test_a_disk_with_no_room_at_all_ends_with_a_reason(room: Room, tmp_path: Path) -> None:
    house = open_house(tmp_path, wrapper=room.wrapper)
    house.put("1.pdf", digital(1))
    room.resize(room.used() + 4_096)
    full = house.ingest()
    assert full.code == 1
    assert "đầy" in full.err + full.out
    assert "Traceback" not in full.err
    room.resize(100_000_000)
    assert house.ingest().code == 0
    house.require_order(documents=1)


def test_what_no_file_of_the_disk_can_hold_is_refused_by_the_system_and_harms_nothing(tmp_path: Path) -> None:
    """The same by a limit on the size of files, which any account may set itself."""
    house = open_house(tmp_path)
    house.put("large.pdf", heavy(digital(1)))
    house.put("small.pdf", digital(2))
    limited = House(house.home, house.inbox, ("prlimit", "--fsize=2000000"))
    full = limited.ingest()
    assert full.code == 1
    assert full.statuses() == {"large.pdf": "failed", "small.pdf": "stored"}
    assert "đầy" in full.report["files"][0]["reason"]
    require_whole(house.home / "store")
    assert house.is_staging_empty()
    assert house.ingest().statuses() == {"large.pdf": "stored", "small.pdf": "duplicate"}
    house.require_order(documents=2)
