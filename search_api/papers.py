"""The bytes of a document: the file that it came in, as it was taken in, and a searchable PDF of its own pages."""

import io
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from extractors.files import PDF
from extractors.searchable_pdf import WantedPage, write_searchable_pdf
from indexer.fields import display_title
from pipeline.errors import CorruptObjectError
from pipeline.model import DocumentRecord, FieldName, PageRecord, PageStatus, Source
from pipeline.ports import ObjectStore
from pipeline.scratch import scratch_folder
from pipeline.storage import keys
from pipeline.storage.local import storage_errors
from search_api.downloads import Download
from search_api.drawing import Drawing

_CHUNK = 1 << 20


def original(store: ObjectStore, record: DocumentRecord) -> Download:
    """The whole file, bit for bit.

    Raises:
        ObjectMissingError: the store does not have it.
        CorruptObjectError: it is not as long as it was.
    """
    with ExitStack() as opened:
        stream = opened.enter_context(store.open(keys.original(record.file.sha256)))
        etag = None
        if stream.seekable():
            etag = f'"{record.file.sha256}"'
            if stream.seek(0, io.SEEK_END) != record.file.size:
                message = f"{keys.original(record.file.sha256)} không còn đủ độ dài. Hãy chạy `vankho verify`."
                raise CorruptObjectError(message)
        return Download(stream, opened.pop_all(), record.file.size, record.file.media_type, etag)


def searchable_pdf(store: ObjectStore, record: DocumentRecord, drawing: Drawing, home: Path) -> Download:
    """The document's own pages with their words under them. A PDF with text of its own on every page is as it came.

    It is made in the data folder `home`, and removed when it is closed.

    Raises:
        ObjectMissingError: the store does not have the file, or the words of a page.
        PageFailedError: a page cannot be taken over.
    """
    pages = [WantedPage(page.file_page, _layer(store, record, page)) for page in record.pages]
    is_whole = [page.file_page for page in pages] == list(range(1, record.file.pages + 1))
    if is_whole and record.file.media_type == PDF and not any(page.layer for page in pages):
        return original(store, record)
    with ExitStack() as opened:
        path = opened.enter_context(scratch_folder(home, memory=None)) / "made.pdf"
        made = opened.enter_context(path.open("x+b"))
        with local_original(store, record.file.sha256, home) as file:
            call = partial(_write, path, file, record.file.media_type, pages, display_title(record))
            drawing.apart(call, pages=len(pages))
        return Download(made, opened.pop_all(), made.seek(0, io.SEEK_END), PDF)


@contextmanager
def local_original(store: ObjectStore, sha256: str, home: Path) -> Iterator[Path]:
    """The original as a file, to be read only: the store's own where it is one on this machine, else a copy.

    The copy lies in the data folder `home`; where this process is killed, the next one removes it.
    """
    with store.open(keys.original(sha256)) as stream:
        name = getattr(stream, "name", None)
        if isinstance(name, str | Path) and Path(name).is_file():
            yield Path(name)
            return
        with scratch_folder(home, memory=None) as folder:
            path = folder / "original"
            with storage_errors(), path.open("xb") as copy:
                shutil.copyfileobj(stream, copy, _CHUNK)
            yield path


def name_of(record: DocumentRecord, suffix: str) -> str:
    """A name for a document's file, from what its readers see of it; the name it came under may say more."""
    number = record.value(FieldName.NUMBER)
    return f"{number} {display_title(record)}{suffix}" if number else f"{display_title(record)}{suffix}"


def _write(target: Path, file: Path, media_type: str, pages: Sequence[WantedPage], title: str) -> None:
    with target.open("r+b") as out:
        write_searchable_pdf(file, media_type, pages, out, title=title)


def _layer(store: ObjectStore, record: DocumentRecord, page: PageRecord) -> bytes | None:
    """The invisible words of a page that was read by OCR; None for one that has a text of its own, or none."""
    if page.status is not PageStatus.READ or page.source is not Source.OCR:
        return None
    with store.open(keys.layer(record.file.sha256, page.file_page)) as stream:
        return stream.read()
