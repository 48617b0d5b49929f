"""What the local store does beyond the contract: crashes and full disks."""

import errno
import io
import os
from pathlib import Path

import pytest

from pipeline.errors import StorageFullError
from pipeline.storage.local import LocalStore


def test_what_a_crash_left_is_swept_but_not_what_is_being_written(tmp_path: Path) -> None:
    incoming = tmp_path / ".incoming"
    incoming.mkdir()
    (incoming / "left").write_bytes(b"half")

    class Writing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() == 0:
                LocalStore(tmp_path)  # another process opens the store meanwhile
            return super().read(size)

    LocalStore(tmp_path).put("a", Writing(b"data"), media_type="image/png")
    assert list(incoming.iterdir()) == []
    assert (tmp_path / "a").read_bytes() == b"data"


def test_a_full_disk_keeps_nothing_by_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    store = LocalStore(tmp_path)
    with pytest.raises(StorageFullError, match="giải phóng chỗ"):
        store.put("a/b", io.BytesIO(b"data"), media_type="image/png")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
