"""The staging area: found again, held by one, wiped whole; in a folder, and on common ground of several machines."""

import hashlib
import io
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from pipeline.catalogue import open_locks
from pipeline.errors import CorruptObjectError, FileRefusedError, SettingsError
from pipeline.model import PageReading, PageResult, PageStatus
from pipeline.settings import load_settings
from pipeline.storage.minio import PrivateBucket
from pipeline.storage.staging import Manifest, StagedFile, Staging, open_staging
from pipeline.storage.staging_bucket import StagingBucket
from pipeline.wiring import staging_of
from tests.buckets import endpoint_of, own_bucket, s3_client
from tests.services import empty_database, server

SHA = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
DATA = b"hello\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an installation is; each machine has a data folder of its own and the same key."""

    root: Path
    environment: Mapping[str, str]
    is_shared: bool

    def open(self, machine: str = "first") -> Staging:
        """The staging area, as that machine's processes see it. A folder is on one machine only."""
        home = self.root / (machine if self.is_shared else "first")
        (home / "keys").mkdir(parents=True, exist_ok=True)
        (home / "keys" / "quarantine.key").write_bytes(b"k" * 32)
        return staging_of(load_settings({"VANKHO_HOME": str(home), **self.environment}))


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "folder":
        yield Place(tmp_path, {}, is_shared=False)
        return
    endpoint = endpoint_of(server("minio"))
    with own_bucket(endpoint) as bucket, empty_database(server("postgresql")) as url:
        environment = {
            "VANKHO_STORE__URL": endpoint.url,
            "VANKHO_STORE__ACCESS_KEY": endpoint.access_key,
            "VANKHO_STORE__SECRET_KEY": endpoint.secret_key,
            "VANKHO_STORE__STAGING_BUCKET": bucket,
            "VANKHO_CATALOGUE__URL": url,
        }
        yield Place(tmp_path, environment, is_shared=True)


@pytest.fixture
def staging(place: Place) -> Staging:
    return place.open()


def manifest() -> Manifest:
    return Manifest("dang-uy", SHA, "/quét/1.pdf", "1.pdf", len(DATA), "application/pdf", 2, "van-thu")


def stage(staging: Staging) -> None:
    with staging.claimed("dang-uy", SHA) as staged:
        staged.copy_in(io.BytesIO(DATA), sha256=SHA)
        staged.save_manifest(manifest())
        staged.save_page(PageReading(PageResult(1, PageStatus.BLANK), layer=b"%PDF"))


@pytest.mark.parametrize("machine", ["first", "second"])
def test_a_later_run_finds_what_was_done(place: Place, machine: str) -> None:
    stage(place.open())
    again = place.open(machine)
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
    assert list(place.open().leftovers()) == []
    place.open().sweep()
    assert place.open().is_empty()


def test_a_manifest_saved_again_replaces_the_first(place: Place) -> None:
    stage(place.open())
    with place.open("second").claimed("dang-uy", SHA) as staged:
        staged.save_manifest(replace(manifest(), actor="van-thu-2"))
    assert [found.actor for found in place.open("third").leftovers()] == ["van-thu-2"]


def test_a_file_taken_in_anew_begins_empty(place: Place) -> None:
    stage(place.open())
    with place.open("second").claimed("dang-uy", SHA) as staged:
        staged.clear()
        assert staged.manifest() is None
        assert staged.pages_done() == frozenset()
    assert list(place.open("third").leftovers()) == []


def test_names_in_staging_say_nothing(staging: Staging, tmp_path: Path) -> None:
    stage(staging)
    names = " ".join(path.name for path in tmp_path.rglob("staging/**/*"))
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


@pytest.mark.parametrize("machine", ["first", "second"])
def test_what_somebody_holds_is_not_left_over(place: Place, machine: str) -> None:
    staging, other = place.open(), place.open(machine)
    stage(staging)
    with staging.claimed("dang-uy", SHA):
        assert list(other.leftovers()) == []
        other.sweep()
    assert list(other.leftovers()) == [manifest()]


def damage(place: Place, name: str, content: bytes) -> None:
    """Spoil a part of the one file that is staged."""
    if place.is_shared:
        endpoint = endpoint_of(server("minio"))
        store = PrivateBucket(endpoint, place.environment["VANKHO_STORE__STAGING_BUCKET"])
        (key,) = (key for key in list(store.keys()) if key.endswith(f"/{name}"))
        store.put(key, io.BytesIO(content), media_type="application/octet-stream")
    else:
        (path,) = place.root.rglob(f"staging/*/{name}")
        path.write_bytes(content)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\0" * 40])
def test_a_damaged_manifest_stops_nobody_and_its_copy_is_kept(
    place: Place, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    stage(place.open())
    damage(place, "manifest.json", content)
    staging = place.open("second")
    with staging.claimed("dang-uy", "0" * 64) as another:
        another.copy_in(io.BytesIO(b""), sha256=hashlib.sha256(b"").hexdigest())
        another.save_manifest(replace(manifest(), sha256="0" * 64))
    staging.sweep()
    assert [left.sha256 for left in staging.leftovers()] == ["0" * 64]
    assert "is damaged" in caplog.text
    with staging.claimed("dang-uy", SHA) as staged:  # nobody has kept hold of it
        assert staged.is_whole(SHA)
        with pytest.raises(CorruptObjectError):
            staged.manifest()


def test_a_sweep_that_fails_keeps_hold_of_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = open_staging(tmp_path / "staging", key_file=tmp_path / "key")
    with staging.claimed("dang-uy", SHA) as staged:
        staged.copy_in(io.BytesIO(DATA), sha256=SHA)

    def broken(_staged: StagedFile) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(StagedFile, "wipe", broken)
        with pytest.raises(PermissionError) as failed:
            staging.sweep()
    staging.sweep()
    assert staging.is_empty()
    assert failed.type is PermissionError  # alive until now, and with it all that the failed sweep had in hand


def test_a_damaged_copy_is_told_from_a_whole_one(place: Place) -> None:
    stage(place.open())
    with place.open("second").claimed("dang-uy", SHA) as staged:
        assert staged.is_whole(SHA)
    damage(place, "original", DATA[:3])
    with place.open("third").claimed("dang-uy", SHA) as staged:
        assert not staged.is_whole(SHA)


def test_what_is_staged_is_on_the_disk_before_it_is_relied_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    stage(open_staging(tmp_path / "staging", key_file=tmp_path / "key"))
    (folder,) = (tmp_path / "staging").iterdir()
    saved = [(f".{name}", folder.name) for name in ("manifest.json", "00001.pdf", "00001.json")]
    assert flushed == ["original", *(name for pair in saved for name in pair)]


def hold_and_die(place: Place) -> None:
    with place.open().claimed("dang-uy", SHA) as staged:
        staged.copy_in(io.BytesIO(DATA), sha256=SHA)
        staged.save_manifest(manifest())
        os._exit(9)


@pytest.mark.parametrize("machine", ["first", "second"])
def test_a_dead_holder_holds_nothing(place: Place, machine: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=hold_and_die, args=[place])
    process.start()
    process.join()
    assert process.exitcode == 9
    assert list(place.open(machine).leftovers()) == [manifest()]
    with place.open(machine).claimed("dang-uy", SHA) as staged:
        assert staged.original.read_bytes() == DATA


def test_fingerprints_need_the_key(tmp_path: Path) -> None:
    staging = open_staging(tmp_path / "staging", key_file=tmp_path / "keys" / "key")
    same = open_staging(tmp_path / "elsewhere", key_file=tmp_path / "keys" / "key")
    other = open_staging(tmp_path / "elsewhere", key_file=tmp_path / "other" / "key")
    assert staging.fingerprint(SHA) == same.fingerprint(SHA) != other.fingerprint(SHA)
    assert (tmp_path / "keys" / "key").stat().st_mode & 0o077 == 0


def test_a_bucket_that_keeps_versions_is_refused() -> None:
    endpoint = endpoint_of(server("minio"))
    with own_bucket(endpoint) as bucket:
        s3_client(endpoint).make_bucket(bucket)
        s3_client(endpoint).set_bucket_versioning(bucket, VersioningConfig(ENABLED))
        with pytest.raises(SettingsError, match=r"store\.staging_bucket"):
            PrivateBucket(endpoint, bucket).put("a", io.BytesIO(DATA), media_type="application/pdf")


def test_a_copy_that_was_altered_in_the_bucket_is_not_gone_on_with(tmp_path: Path) -> None:
    endpoint = endpoint_of(server("minio"))
    with own_bucket(endpoint) as bucket:
        store = PrivateBucket(endpoint, bucket)
        locks = open_locks(f"sqlite:///{tmp_path}/catalogue.sqlite3")
        key_file = tmp_path / "key"
        stage(open_staging(tmp_path / "first", key_file=key_file, shared=StagingBucket(store, locks)))
        (key,) = (key for key in list(store.keys()) if key.endswith("/original"))
        kept = store.describe(key).sha256
        s3_client(endpoint).put_object(bucket, key, io.BytesIO(b"jello\n"), 6, metadata={"sha256": kept})
        other = open_staging(tmp_path / "second", key_file=key_file, shared=StagingBucket(store, locks))
        with other.claimed("dang-uy", SHA) as staged, pytest.raises(CorruptObjectError):
            staged.original.read_bytes()
