"""The staging area: found again, held by one, wiped whole."""

import io
import multiprocessing
import os
from pathlib import Path

import pytest

from pipeline.errors import FileRefusedError
from pipeline.model import PageReading, PageResult, PageStatus
from pipeline.storage.staging import Manifest, Staging, open_staging

SHA = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
DATA = b"hello\n"


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    return open_staging(tmp_path / "staging", key_file=tmp_path / "keys" / "key")


def manifest() -> Manifest:
    return Manifest("dang-uy", SHA, "/quét/1.pdf", "1.pdf", len(DATA), "application/pdf", 2, "van-thu")


def stage(staging: Staging) -> None:
    with staging.claimed("dang-uy", SHA) as staged:
        staged.copy_in(io.BytesIO(DATA), sha256=SHA)
        staged.save_manifest(manifest())
        staged.save_page(PageReading(PageResult(1, PageStatus.BLANK), layer=b"%PDF"))


def test_a_later_run_finds_what_was_done(staging: Staging, tmp_path: Path) -> None:
    stage(staging)
    again = open_staging(tmp_path / "staging", key_file=tmp_path / "keys" / "key")
    assert list(again.leftovers()) == [manifest()]
    with again.claimed("dang-uy", SHA) as staged:
        assert staged.manifest() == manifest()
        assert staged.pages_done() == {1}
        assert staged.page(1) == PageResult(1, PageStatus.BLANK)
        layer = staged.layer(1)
        assert layer is not None
        assert layer.read_bytes() == b"%PDF"
        assert staged.layer(2) is None
        assert staged.original.read_bytes() == DATA
        staged.wipe()
    assert again.is_empty()


def test_names_in_staging_say_nothing(staging: Staging, tmp_path: Path) -> None:
    stage(staging)
    names = " ".join(path.name for path in (tmp_path / "staging").rglob("*"))
    assert SHA not in names
    assert "dang-uy" not in names


def test_a_file_that_changed_while_copied_is_refused(staging: Staging) -> None:
    with staging.claimed("dang-uy", SHA) as staged:
        with pytest.raises(FileRefusedError, match="thay đổi"):
            staged.copy_in(io.BytesIO(DATA + b"more"), sha256=SHA)
        staged.wipe()


def test_an_unfinished_copy_is_no_leftover_and_is_swept(staging: Staging) -> None:
    with staging.claimed("dang-uy", SHA) as staged:
        staged.copy_in(io.BytesIO(DATA), sha256=SHA)
    assert list(staging.leftovers()) == []
    assert not staging.is_empty()
    staging.sweep()
    assert staging.is_empty()


def test_what_somebody_holds_is_not_left_over(staging: Staging) -> None:
    stage(staging)
    with staging.claimed("dang-uy", SHA):
        assert list(staging.leftovers()) == []
        staging.sweep()
    assert list(staging.leftovers()) == [manifest()]


def hold_and_die(root: Path) -> None:
    staging = open_staging(root / "staging", key_file=root / "keys" / "key")
    with staging.claimed("dang-uy", SHA) as staged:
        staged.copy_in(io.BytesIO(DATA), sha256=SHA)
        staged.save_manifest(manifest())
        os._exit(9)


def test_a_dead_holder_holds_nothing(staging: Staging, tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=hold_and_die, args=[tmp_path])
    process.start()
    process.join()
    assert process.exitcode == 9
    assert list(staging.leftovers()) == [manifest()]


def test_fingerprints_need_the_key(staging: Staging, tmp_path: Path) -> None:
    same = open_staging(tmp_path / "elsewhere", key_file=tmp_path / "keys" / "key")
    other = open_staging(tmp_path / "elsewhere", key_file=tmp_path / "other" / "key")
    assert staging.fingerprint(SHA) == same.fingerprint(SHA) != other.fingerprint(SHA)
    assert (tmp_path / "keys" / "key").stat().st_mode & 0o077 == 0
