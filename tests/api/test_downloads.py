"""Files on their way out: whole, in part, by name."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast
from urllib.parse import unquote

import pikepdf
import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas
from starlette.exceptions import HTTPException

from pipeline.ports import ObjectStore
from search_api import papers
from search_api.downloads import attachment, wanted_range
from tests.api.house import House, Paper


def original(house: House, document: str) -> bytes:
    """The document's file as the store has it."""
    sha256 = house.of.catalogue.documents.document(document).file.sha256
    with house.of.store.open(f"originals/{sha256}") as stream:
        return stream.read()


@settings(deadline=None)
@given(size=st.integers(1, 50), first=st.integers(0, 60), length=st.integers(0, 60))
def test_a_range_is_that_part_of_the_file(size: int, first: int, length: int) -> None:
    content = bytes(range(size))
    last = first + length
    if first >= size:
        with pytest.raises(HTTPException):
            wanted_range(f"bytes={first}-{last}", size)
        return
    part = wanted_range(f"bytes={first}-{last}", size)
    assert part is not None
    assert content[part.start : part.stop] == content[first : last + 1]
    assert wanted_range(f"bytes={first}-", size) == range(first, size)


@settings(deadline=None)
@given(size=st.integers(1, 50), suffix=st.integers(1, 60))
def test_the_end_of_a_file_can_be_asked_for(size: int, suffix: int) -> None:
    part = wanted_range(f"bytes=-{suffix}", size)
    assert part is not None
    assert bytes(range(size))[part.start : part.stop] == bytes(range(size))[-suffix:]


@pytest.mark.parametrize(
    "header", ["", "bytes", "bytes=", "bytes=-", "bytes=2-1", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=٣-٤"]
)
def test_what_is_no_range_of_ours_is_passed_over(header: str) -> None:
    assert wanted_range(header, 10) is None


def test_nothing_at_the_end_cannot_be_had() -> None:
    with pytest.raises(HTTPException):
        wanted_range("bytes=-0", 10)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=400))
def test_every_name_makes_one_header(name: str) -> None:
    header = attachment(name)
    assert header.isascii()
    assert header.isprintable()
    shown = unquote(header.partition("filename*=UTF-8''")[2])
    assert shown.isprintable()
    assert len(shown) <= 150
    assert not set('/\\:*?"<>|') & set(shown)


def test_a_vietnamese_name_arrives_as_it_is() -> None:
    header = attachment("Nghị quyết số 05-NQ/ĐU.pdf")
    assert unquote(header.partition("filename*=UTF-8''")[2]) == "Nghị quyết số 05-NQ-ĐU.pdf"
    assert 'filename="van-ban.pdf"' in header


def test_an_original_comes_whole_and_in_parts(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    client, path, content = house.client("mot"), f"/documents/{document}/original", original(house, document)

    whole = client.get(path)
    part = client.get(path, headers={"Range": "bytes=10-19"})
    beyond = client.get(path, headers={"Range": f"bytes={len(content)}-"})

    assert (whole.status_code, whole.content) == (200, content)
    assert whole.headers["content-length"] == str(len(content))
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status_code, part.content) == (206, content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(content)}"
    assert part.headers["content-length"] == "10"
    assert (beyond.status_code, beyond.json()["error"]["code"]) == (416, "range_not_satisfiable")
    assert beyond.headers["content-range"] == f"bytes */{len(content)}"


def test_a_part_is_given_only_of_the_file_that_the_asker_has(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    client, path = house.client("mot"), f"/documents/{document}/original"
    etag = client.get(path).headers["etag"]
    assert client.get(path, headers={"Range": "bytes=0-3", "If-Range": etag}).status_code == 206
    assert client.get(path, headers={"Range": "bytes=0-3", "If-Range": '"another"'}).status_code == 200


def test_a_searchable_pdf_has_the_documents_own_pages_and_words(house: House) -> None:
    ids = house.file(
        Paper("thu nhat", grants=("everyone",)),
        Paper("thu hai", number="06-NQ/ĐU", grants=("everyone",)),
        Paper("thu ba", grants=("person:hai",)),
    )

    answer = house.client("mot").get(f"/documents/{ids[1]}/pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-length"] == str(len(answer.content))
    name = unquote(answer.headers["content-disposition"].partition("filename*=UTF-8''")[2])
    assert name == "06-NQ-ĐU Nghị quyết về công tác.pdf"
    document = pypdfium2.PdfDocument(answer.content)
    assert len(document) == 1
    assert document[0].get_textpage().get_text_bounded().strip() == "thu hai"
    # the scan's pages are of different colours
    assert document[0].render().to_numpy()[80, 60].tolist() == [101, 0, 0]
    document.close()


def born_digital() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=True)
    canvas.drawString(100, 700, "Nghi quyet")
    canvas.save()
    return out.getvalue()


def test_a_pdf_with_text_of_its_own_is_handed_out_as_it_came(house: House) -> None:
    content = born_digital()
    document = house.file_pdf(content, Paper("Nghi quyet", grants=("everyone",)), is_read_by_ocr=False)

    assert house.client("mot").get(f"/documents/{document}/pdf").content == content


class Remote:
    """The store of a house as one on another machine: its objects are no files here, and can only be read through."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        with self._store.open(key) as stream:
            once = io.BytesIO(stream.read())
            once.seekable = lambda: False  # type: ignore[method-assign]
            yield once


def test_a_store_on_another_machine_serves_as_well(house: House) -> None:
    (document,) = house.file(Paper("chu quet", grants=("everyone",)))
    record, remote = house.of.catalogue.documents.document(document), cast("ObjectStore", Remote(house.of.store))

    home, scratch = house.of.settings.home, house.of.settings.home / "scratch"

    whole, made = papers.original(remote, record), papers.searchable_pdf(remote, record, house.of.drawing, home)

    with whole.closing, made.closing:
        assert [path.name for path in scratch.glob("*/*.*")] == ["made.pdf"]
        assert whole.content.read() == original(house, document)
        assert whole.etag is None  # parts are not to be had from it
        made.content.seek(0)
        assert made.content.read() == house.client("mot").get(f"/documents/{document}/pdf").content
    with papers.local_original(remote, record.file.sha256, home) as copy:
        assert copy.read_bytes() == original(house, document)
        assert copy.is_relative_to(scratch)
        assert scratch.stat().st_mode & 0o077 == 0
    assert not scratch.exists()


def test_what_a_killed_service_left_is_removed_by_the_next_one(house: House) -> None:
    (document,) = house.file(Paper("chu quet", grants=("everyone",)))
    left = house.of.settings.home / "scratch" / "run-of-one-that-was-killed"
    left.mkdir(mode=0o700, parents=True)
    left.parent.chmod(0o700)
    (left / "lock").touch()
    (left / "made.pdf").write_bytes(b"%PDF-1.7 of a document")

    assert house.client("mot").get(f"/documents/{document}/pdf").status_code == 200

    assert not left.exists()


def test_a_scanned_pdf_is_given_its_words_and_stays_what_it_was(house: House) -> None:
    content = born_digital()
    document = house.file_pdf(content, Paper("chu quet", grants=("everyone",)), is_read_by_ocr=True)

    answer = house.client("mot").get(f"/documents/{document}/pdf")

    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Nghị quyết về công tác"
    made = pypdfium2.PdfDocument(answer.content)
    words = made[0].get_textpage().get_text_bounded()
    assert "chu quet" in words
    assert "Nghi quyet" in words
    made.close()
    assert original(house, document) == content
