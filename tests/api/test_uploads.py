"""What comes in is what was sent, however it is cut; it is never whole in memory; a cut line leaves nothing."""

import asyncio
import io
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from search_api.uploads import UploadLimits, file_name, receive
from tests.api.intake import form

LIMITS = UploadLimits(files=100, file_bytes=10**9)


class Room:
    """A folder that is there, or is cleared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def clear(self) -> None:
        for path in sorted(self.folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        self.folder.rmdir()


def received(folder: Path, body: Iterator[bytes | None], content_type: str) -> str:
    """Take in a body that comes in these pieces; None for a line that is cut."""

    async def one() -> dict[str, Any]:
        piece = next(body, b"")
        if piece is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type.encode())]}
    return asyncio.run(receive(Request(scope, one), Room(folder), LIMITS))


def written(folder: Path) -> list[tuple[str, bytes]]:
    return [(path.name, path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()]


names = st.text(st.characters(exclude_categories=["C"], exclude_characters='/\\"%\ufffd'), min_size=1, max_size=20)


@settings(max_examples=40, deadline=None)
@given(
    files=st.lists(st.tuples(names.map(file_name), st.binary(max_size=200)), min_size=1, max_size=4),
    cuts=st.lists(st.integers(1, 400), max_size=6),
)
def test_what_comes_in_is_what_was_sent(files: list[tuple[str, bytes]], cuts: list[int]) -> None:
    sent = httpx.Request("POST", "http://x", files=form(*files)["files"])
    body = sent.read()

    def pieces() -> Iterator[bytes]:
        rest = io.BytesIO(body)
        for cut in cuts:
            yield rest.read(cut) or b"\r\n"
        yield rest.read() or b"\r\n"

    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder) / "one", Path(folder) / "two"
        digest = received(one, pieces(), sent.headers["content-type"])
        assert written(one) == files
        assert received(two, iter([body]), sent.headers["content-type"]) == digest


def test_an_upload_is_never_whole_in_memory(tmp_path: Path) -> None:
    piece, count = bytes(64 * 1024), 500

    def body() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        yield from (piece for _ in range(count))
        yield b"\r\n--x--\r\n"

    tracemalloc.start()
    try:
        received(tmp_path / "in", body(), "multipart/form-data; boundary=x")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (tmp_path / "in" / "000001" / "a").stat().st_size == len(piece) * count
    assert peak < 50 * len(piece)


def test_a_cut_line_leaves_nothing(tmp_path: Path) -> None:
    begun = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc'
    with pytest.raises(HTTPException):
        received(tmp_path / "in", iter([begun, None]), "multipart/form-data; boundary=x")
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\quét\\a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("..", "_"),
        ("2024/", "\ufffd"),
        ("a\x00b.pdf", "a\ufffdb.pdf"),
        ("To\u031b\u0300 tri\u0300nh.pdf", "Tờ trình.pdf"),
        ("đ" * 200 + ".pdf", "đ" * 125 + ".pdf"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_is_one_that_can_be_kept(sent: str, kept: str) -> None:
    assert file_name(sent.encode().decode("latin1")) == kept


def test_a_name_in_an_old_encoding_stops_nothing(tmp_path: Path) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="T\xea.pdf"\r\n\r\nabc\r\n--x--\r\n'
    received(tmp_path / "in", iter([body]), "multipart/form-data; boundary=x")
    assert written(tmp_path / "in") == [("T\ufffd.pdf", b"abc")]
