"""What the store in a bucket does when the server, the network or the bytes are not as they should be."""

import io
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random
from threading import Timer

import pytest

from deploy.services import processes
from deploy.services.minio import MinIO
from deploy.services.records import ServerProcess
from pipeline.errors import (
    CorruptObjectError,
    ObjectConflictError,
    ObjectMissingError,
    SettingsError,
    StorageFullError,
    UnavailableError,
)
from pipeline.storage.endpoint import Endpoint
from pipeline.storage.minio import BucketStore
from tests.buckets import Call, endpoint_of, misbehaving, own_bucket, s3_client
from tests.own_servers import OwnServer, own_minio
from tests.services import server

KEY = "originals/" + "ab" * 32
LARGE = bytes(range(256)) * (40 << 12)
"""40 MB: three parts."""


@pytest.fixture
def endpoint() -> Endpoint:
    return endpoint_of(server("minio"))


@pytest.fixture
def bucket(endpoint: Endpoint) -> Iterator[str]:
    with own_bucket(endpoint) as name:
        yield name


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnServer]:
    with own_minio(tmp_path / "services") as started:
        yield started


def put(store: BucketStore, data: bytes, key: str = KEY) -> None:
    store.put(key, io.BytesIO(data), media_type="application/pdf")


def get(store: BucketStore, key: str = KEY) -> bytes:
    with store.open(key) as stream:
        return stream.read()


def test_a_large_object_goes_in_parts_and_comes_back(endpoint: Endpoint, bucket: str) -> None:
    calls = Counter[str]()

    def count(call: Call) -> None:
        calls["part" if "partNumber=" in call.path else call.method] += 1

    with misbehaving(endpoint, count) as watched:
        put(BucketStore(watched, bucket), LARGE)
        assert calls["part"] == 3
    assert get(BucketStore(endpoint, bucket)) == LARGE


@pytest.mark.parametrize("size", [1_000, len(LARGE)])
def test_altered_bytes_are_told_at_the_end_and_described_as_they_are(
    endpoint: Endpoint, bucket: str, size: int
) -> None:
    store = BucketStore(endpoint, bucket)
    put(store, LARGE[:size])
    kept = store.describe(KEY)
    altered = b"\1" + LARGE[1:size]
    s3_client(endpoint).put_object(bucket, KEY, io.BytesIO(altered), size, metadata={"sha256": kept.sha256})
    with pytest.raises(CorruptObjectError):
        get(store)
    assert store.describe(KEY).sha256 != kept.sha256
    with pytest.raises(ObjectConflictError):
        put(store, LARGE[:size])


def test_a_server_without_conditional_writes_is_written_to_all_the_same(endpoint: Endpoint, bucket: str) -> None:
    with misbehaving(endpoint, lambda call: 501 if "If-None-Match" in call.headers else None) as plain:
        store = BucketStore(plain, bucket)
        put(store, b"one")
        with pytest.raises(ObjectConflictError):
            put(store, b"two")
        put(store, LARGE, KEY + "0")
        assert (get(store), get(store, KEY + "0")) == (b"one", LARGE)


@pytest.mark.parametrize("data", [b"one", LARGE])
def test_an_upload_whose_answer_is_lost_is_found_kept(endpoint: Endpoint, bucket: str, data: bytes) -> None:
    lost: list[Call] = []

    def lose_the_first(call: Call) -> str | None:
        is_upload = call.method == "PUT" and call.path.endswith(KEY)
        ends_upload = is_upload or (call.method == "POST" and "uploadId=" in call.path)
        if ends_upload and not lost:
            lost.append(call)
            return "lost"
        return None

    s3_client(endpoint).make_bucket(bucket)
    with misbehaving(endpoint, lose_the_first) as lossy:
        put(BucketStore(lossy, bucket), data)
    assert lost
    assert get(BucketStore(endpoint, bucket)) == data


def test_a_busy_server_is_asked_again(endpoint: Endpoint, bucket: str) -> None:
    asked = Counter[str]()

    def busy_at_first(call: Call) -> int | None:
        asked[call.method] += 1
        return 503 if asked[call.method] <= 2 else None

    with misbehaving(endpoint, busy_at_first) as busy:
        store = BucketStore(busy, bucket)
        put(store, b"one")
        assert get(store) == b"one"
        assert list(store.keys()) == [KEY]


def test_a_read_that_breaks_off_goes_on_where_it_stopped(endpoint: Endpoint, bucket: str) -> None:
    put(BucketStore(endpoint, bucket), LARGE)
    reads: list[str] = []

    def cut_the_first(call: Call) -> str | None:
        if call.method == "GET":
            reads.append(call.headers.get("Range", ""))
        return "cut" if len(reads) == 1 and call.method == "GET" else None

    with misbehaving(endpoint, cut_the_first) as cutting:
        assert get(BucketStore(cutting, bucket)) == LARGE
    assert len(reads) == 2
    assert reads[1].startswith("bytes=")
    assert reads[1] != "bytes=0-"


def test_a_full_store_is_told_as_full(endpoint: Endpoint, bucket: str) -> None:
    with (
        misbehaving(endpoint, lambda call: 507 if call.method == "PUT" else None) as full,
        pytest.raises(StorageFullError),
    ):
        put(BucketStore(full, bucket), b"one")
    assert list(BucketStore(endpoint, bucket).keys()) == []


def test_wrong_credentials_are_told(endpoint: Endpoint, bucket: str) -> None:
    wrong = BucketStore(Endpoint(endpoint.url, endpoint.access_key, "geheim-geheim"), bucket)
    with pytest.raises(UnavailableError, match="SignatureDoesNotMatch") as refused:
        list(wrong.keys())
    assert "geheim" not in str(refused.value)
    with pytest.raises(UnavailableError):
        put(wrong, b"one")


def test_killed_and_started_again_it_is_as_before(own: OwnServer) -> None:
    store = BucketStore(endpoint_of(own.settings), "vankho")
    put(store, LARGE)
    with store.open(KEY) as stream:
        begun = stream.read(5 << 20)
        own.kill()
        own.start()
        assert begun + stream.read() == LARGE
    own.kill()
    with pytest.raises(UnavailableError, match="Không kết nối"):
        get(store)
    with pytest.raises(UnavailableError, match="Không kết nối"):
        put(store, b"other", KEY + "1")
    with pytest.raises(UnavailableError, match="Không kết nối"):
        list(store.keys())
    own.start()
    assert get(store) == LARGE
    put(store, b"other", KEY + "1")
    assert list(store.keys()) == [KEY, KEY + "1"]


def test_killed_while_it_is_written_to_an_object_is_whole_or_absent(own: OwnServer) -> None:
    store = BucketStore(endpoint_of(own.settings), "vankho")
    chance = Random(7)
    for number in range(4):
        key = f"{KEY}{number}"
        death = Timer(chance.uniform(0, 0.4), own.kill)
        death.start()
        try:
            put(store, LARGE, key)
            is_told_kept = True
        except UnavailableError:
            is_told_kept = False
        death.join()
        own.start()
        assert is_told_kept <= (key in list(store.keys()))
        put(store, LARGE, key)
        assert get(store, key) == LARGE


def test_a_missing_object_is_missing_while_the_bucket_was_never_made(endpoint: Endpoint, bucket: str) -> None:
    store = BucketStore(endpoint, bucket)
    assert list(store.keys()) == []
    with pytest.raises(ObjectMissingError):
        store.describe(KEY)
    store.remove(KEY)


def test_over_tls_with_an_authority_of_our_own(own: OwnServer, tmp_path: Path) -> None:
    own.kill()
    certificates = tmp_path / "services" / "minio" / "certificates"
    certificate, key = certificates / "public.crt", certificates / "private.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=minio", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    settings = MinIO().settings(tmp_path, {}, lambda _text: None)
    command = MinIO().command(tmp_path / "services" / "minio", settings)
    process = processes.start(command, log=tmp_path / "log")
    try:
        url = settings["endpoint"].replace("http:", "https:")
        trusted = BucketStore(Endpoint(url, settings["access_key"], settings["secret_key"], ca=certificate), "vankho")
        put_when_up(trusted, process)
        assert get(trusted) == b"one"
        with pytest.raises(UnavailableError):
            get(BucketStore(Endpoint(url, settings["access_key"], settings["secret_key"]), "vankho"))
    finally:
        processes.stop(process)


def put_when_up(store: BucketStore, process: ServerProcess) -> None:
    while processes.is_alive(process):
        try:
            return put(store, b"one")
        except UnavailableError:
            continue
    pytest.fail("the server ended")


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "ca.pem"
    with pytest.raises(SettingsError, match=r"store\.ca"):
        BucketStore(Endpoint("https://127.0.0.1:1", "key", "secret", ca=missing), "bucket")
