"""What the inbox promises, on a bucket of a real S3 server."""

import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from minio import Minio
from minio.commonconfig import ENABLED, CopySource
from minio.versioningconfig import VersioningConfig

from pipeline.clock import today
from pipeline.errors import SettingsError
from pipeline.ports import Arrival
from pipeline.storage.endpoint import Endpoint
from pipeline.storage.inbox_bucket import BucketInbox
from tests.buckets import endpoint_of, own_bucket, s3_client
from tests.services import server

UNITS = ("chi-bo-01", "dang-uy")


class Bucket:
    """A bucket with an inbox in it."""

    def __init__(self, endpoint: Endpoint, name: str, work: Path) -> None:
        self.client: Minio = s3_client(endpoint)
        self.name = name
        self.work = work
        self.inbox = BucketInbox(endpoint, name, work)

    def drop(self, key: str, content: bytes = b"scan") -> None:
        if not self.client.bucket_exists(self.name):
            self.client.make_bucket(self.name)
        self.client.put_object(self.name, key, io.BytesIO(content), len(content))

    def lying(self) -> dict[str, bytes]:
        keys = [str(found.object_name) for found in self.client.list_objects(self.name, recursive=True)]
        return {key: self.client.get_object(self.name, key).read() for key in keys}

    def only(self) -> Arrival:
        (arrival,) = self.inbox.look(UNITS).settled
        return arrival


@pytest.fixture
def bucket(tmp_path: Path) -> Iterator[Bucket]:
    endpoint = endpoint_of(server("minio"))
    with own_bucket(endpoint) as name:
        yield Bucket(endpoint, name, tmp_path / "work")


def test_files_of_any_depth_are_found_and_nothing_else(bucket: Bucket) -> None:
    for key in (
        "dang-uy/b.pdf",
        "dang-uy/2024/hộp 1/a.pdf",
        "chi-bo-01/c.pdf",
        "dang-uy/done/2026-01-01/old.pdf",
        "dang-uy/failed/2026-01-01/old.pdf",
        "dang-uy/x.pdf.part",
        "dang-uy/Thumbs.db",
        "dang-uy/.cache/x.pdf",
        "dang-uy/empty/",
        "chi-bo-99/a.pdf",
        "lạc.pdf",
    ):
        bucket.drop(key)

    found = bucket.inbox.look(UNITS)

    assert [(arrival.unit, arrival.name) for arrival in found.settled] == [
        ("chi-bo-01", "c.pdf"),
        ("dang-uy", "2024/hộp 1/a.pdf"),
        ("dang-uy", "b.pdf"),
    ]
    assert found.waiting == 1
    assert sorted(stray.name for stray in found.strays) == ["chi-bo-99", "lạc.pdf"]


def test_an_empty_inbox_is_made(bucket: Bucket) -> None:
    assert bucket.inbox.look(UNITS).settled == ()
    assert bucket.client.bucket_exists(bucket.name)


def test_files_are_fetched_under_their_names_and_wiped(bucket: Bucket) -> None:
    bucket.drop("dang-uy/one/04CT.pdf", b"one")
    bucket.drop("dang-uy/two/04CT.pdf", b"two")
    arrivals = bucket.inbox.look(UNITS).settled
    (bucket.work / "left by a killed run").mkdir(parents=True)

    with bucket.inbox.fetched(arrivals) as paths:
        assert [(path.name, path.read_bytes()) for path in paths] == [("04CT.pdf", b"one"), ("04CT.pdf", b"two")]
        assert bucket.work.stat().st_mode & 0o077 == 0
        assert len(list(bucket.work.iterdir())) == 2

    assert not bucket.work.exists()


def test_a_file_that_has_changed_is_not_fetched(bucket: Bucket) -> None:
    bucket.drop("dang-uy/a.pdf", b"one")
    arrival = bucket.only()
    bucket.drop("dang-uy/a.pdf", b"two")

    with bucket.inbox.fetched([arrival]) as (path,):
        assert not path.exists()


def test_taken_files_are_moved_with_their_folders_and_never_over_another(bucket: Bucket) -> None:
    for content in (b"one", b"two"):
        bucket.drop("dang-uy/2024/a.pdf", content)
        assert bucket.inbox.accept(bucket.only(), None)

    place = f"dang-uy/done/{today()}/2024"
    assert bucket.lying() == {f"{place}/a.pdf": b"one", f"{place}/a (2).pdf": b"two"}


def test_a_failed_file_has_its_reason_beside_it(bucket: Bucket) -> None:
    bucket.drop("dang-uy/a.pdf", b"one")

    assert bucket.inbox.reject(bucket.only(), "Tệp hỏng.")

    place = f"dang-uy/failed/{today()}"
    assert bucket.lying() == {f"{place}/a.pdf": b"one", f"{place}/a.pdf.lý-do.txt": "Tệp hỏng.\n".encode()}


def test_a_move_that_was_cut_short_is_finished_and_doubles_nothing(bucket: Bucket) -> None:
    bucket.drop("dang-uy/a.pdf", b"one")
    bucket.drop(f"dang-uy/done/{today()}/a.pdf", b"one")  # copied, and not yet removed

    assert bucket.inbox.accept(bucket.only(), None)

    assert bucket.lying() == {f"dang-uy/done/{today()}/a.pdf": b"one"}


def test_files_that_are_moved_at_once_do_not_take_each_others_name(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.drop("dang-uy/a.pdf", b"one")
    bucket.inbox.accept(bucket.only(), None)
    for name, content in (("a.pdf", b"two"), ("a (2).pdf", b"three")):  # both are to be called «a (2).pdf»
        bucket.drop(f"dang-uy/{name}", content)
    both_have_chosen = threading.Barrier(2)
    copy_object = Minio.copy_object

    def copy_when_both_have_chosen(client: Minio, name: str, key: str, source: CopySource) -> object:
        with suppress(threading.BrokenBarrierError):
            both_have_chosen.wait(1)
        return copy_object(client, name, key, source)

    monkeypatch.setattr(Minio, "copy_object", copy_when_both_have_chosen)
    with ThreadPoolExecutor(2) as threads:
        arrivals = bucket.inbox.look(UNITS).settled
        assert all(threads.map(lambda arrival: bucket.inbox.accept(arrival, None), arrivals))

    assert sorted(bucket.lying().values()) == [b"one", b"three", b"two"]


def test_a_wiped_file_is_gone(bucket: Bucket) -> None:
    bucket.drop("dang-uy/a.pdf")

    assert bucket.inbox.wipe(bucket.only())

    assert bucket.lying() == {}


@pytest.mark.parametrize("act", ["accept", "reject", "wipe"])
@pytest.mark.parametrize("change", ["replace", "remove"])
def test_a_file_that_has_changed_since_the_look_is_left(bucket: Bucket, act: str, change: str) -> None:
    bucket.drop("dang-uy/a.pdf", b"one")
    arrival = bucket.only()
    if change == "replace":
        bucket.drop("dang-uy/a.pdf", b"two")
    else:
        bucket.client.remove_object(bucket.name, "dang-uy/a.pdf")
    before = bucket.lying()

    inbox = bucket.inbox
    ended = inbox.wipe(arrival) if act == "wipe" else getattr(inbox, act)(arrival, "Vì sao.")

    assert not ended
    assert bucket.lying() == before


def test_a_bucket_that_keeps_versions_is_refused(bucket: Bucket) -> None:
    bucket.client.make_bucket(bucket.name)
    bucket.client.set_bucket_versioning(bucket.name, VersioningConfig(ENABLED))

    with pytest.raises(SettingsError, match=bucket.name):
        bucket.inbox.look(UNITS)
