"""What every object store promises (`pipeline.ports.ObjectStore`), on each implementation."""

import hashlib
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import ObjectConflictError, ObjectMissingError
from pipeline.ports import ObjectStore
from pipeline.storage.local import LocalStore
from pipeline.storage.minio import BucketStore
from tests.buckets import endpoint_of, own_bucket
from tests.services import server

KEY = "originals/" + "ab" * 32


@pytest.fixture(params=["local", "minio"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], ObjectStore]]:
    """Opens the same store anew each time, as another process would."""
    if request.param == "local":
        yield lambda: LocalStore(tmp_path / "store")
    else:
        endpoint = endpoint_of(server("minio"))
        with own_bucket(endpoint) as bucket:
            yield lambda: BucketStore(endpoint, bucket)


@pytest.fixture
def store(open_store: Callable[[], ObjectStore]) -> ObjectStore:
    return open_store()


def put(store: ObjectStore, key: str, data: bytes) -> None:
    store.put(key, io.BytesIO(data), media_type="application/octet-stream")


def get(store: ObjectStore, key: str) -> bytes:
    with store.open(key) as stream:
        return stream.read()


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 20_000])
def test_gives_back_what_was_put(open_store: Callable[[], ObjectStore], data: bytes) -> None:
    stored = open_store().put(KEY, io.BytesIO(data), media_type="image/png")
    again = open_store()
    assert (stored.key, stored.size, stored.sha256) == (KEY, len(data), hashlib.sha256(data).hexdigest())
    assert again.describe(KEY) == stored
    assert get(again, KEY) == data


def test_same_bytes_again_change_nothing(store: ObjectStore) -> None:
    put(store, KEY, b"one")
    put(store, KEY, b"one")
    assert get(store, KEY) == b"one"


def test_other_bytes_are_refused_and_the_first_stand(store: ObjectStore) -> None:
    put(store, KEY, b"one")
    with pytest.raises(ObjectConflictError):
        put(store, KEY, b"two")
    assert get(store, KEY) == b"one"
    assert list(store.keys()) == [KEY]


def test_a_missing_key_is_one_error_everywhere(store: ObjectStore) -> None:
    with pytest.raises(ObjectMissingError):
        store.describe(KEY)
    with pytest.raises(ObjectMissingError), store.open(KEY):
        pass


def test_a_source_that_breaks_leaves_nothing(store: ObjectStore) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise ConnectionResetError
            return super().read(min(size or 1, 10))

    with pytest.raises(ConnectionResetError):
        store.put(KEY, Broken(b"x" * 100), media_type="image/png")
    assert list(store.keys()) == []


def test_whoever_writes_a_key_at_once_one_wins_and_the_others_are_told(store: ObjectStore) -> None:
    def write(number: int) -> bool:
        try:
            put(store, KEY, bytes([number]) * 1000)
        except ObjectConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as executor:
        winners = [number for number, won in enumerate(executor.map(write, range(8))) if won]
    assert get(store, KEY) == bytes(winners) * 1000


def test_an_open_stream_can_be_sought_in(store: ObjectStore) -> None:
    put(store, KEY, bytes(range(256)) * 10_000)
    with store.open(KEY) as stream:
        assert stream.read(3) == b"\0\1\2"
        assert stream.seek(-256, io.SEEK_END) == 256 * 9_999
        assert stream.read() == bytes(range(256))
        stream.seek(255)
        assert stream.read(2) == b"\xff\0"
        assert stream.tell() == 257


def test_keys_of_a_prefix_in_order(store: ObjectStore) -> None:
    for key in ("derived/b/1.json", "derived/a/2.json", "derived/a/1.json", "derived-b/1", "originals/a"):
        put(store, key, b"x")
    assert list(store.keys())[:2] == ["derived-b/1", "derived/a/1.json"]
    assert list(store.keys("derived/a")) == ["derived/a/1.json", "derived/a/2.json"]
    assert list(store.keys("derived/")) == ["derived/a/1.json", "derived/a/2.json", "derived/b/1.json"]
    assert list(store.keys("nothing/")) == []


def test_remove(store: ObjectStore) -> None:
    put(store, KEY, b"x")
    store.remove(KEY)
    store.remove(KEY)
    assert list(store.keys()) == []


@pytest.mark.parametrize("key", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/.hidden", "a\x00b", "ạ", "a/"])
def test_a_key_that_could_lead_elsewhere_is_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(ValueError, match="not an object key"):
        put(store, key, b"x")
