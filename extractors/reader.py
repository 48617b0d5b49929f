"""The `FileReader` of `pipeline.ports`: puts together how a file's pages become words.

    text layer that can be believed ─► words
    else the page's own pixels ─► prepared ─► Tesseract ─► words, text-only PDF page

Each page ends in a result: read, blank, or failed with the reason. A failed page was not screened for secrecy marks,
and says so.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from extractors.files import PDF, inspect_file
from extractors.image_prep import is_blank, to_grey
from extractors.page_images import PageImage, open_image_pages
from extractors.pdf_pages import PdfPages, open_pdf_pages
from extractors.pdf_text import TextLayer, open_text_layer
from extractors.scanned_page import read_scan
from extractors.secrecy import find_mark
from extractors.tesseract import Tesseract
from pipeline.errors import PageFailedError
from pipeline.model import FileFacts, PageReading, PageResult, PageStatus, PageText, SecrecyMark
from pipeline.settings import IntakeSettings, OCRSettings


class PageSource(Protocol):
    """The pages of an open file, whatever its kind. Both raise `PageFailedError`."""

    def text_of(self, file_page: int) -> PageText | None:
        """The words of the page's own text layer, where there is one that can be believed."""

    def image_of(self, file_page: int) -> PageImage:
        """The page's pixels as displayed."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files in one process; it holds values only, so a new process can be given it. See `FileReader`."""

    intake: IntakeSettings
    tesseract: Tesseract

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        """Kind and number of pages. Raises `FileRefusedError`."""
        return inspect_file(path, name, self.intake)

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        """Read these file pages one after another; only one is in memory. Raises `MissingProgramError`."""
        try:
            with _open_source(path, facts.media_type) as source:
                for file_page in pages:
                    yield self._read(source, file_page)
        except PageFailedError as error:  # the file itself could not be opened
            yield from (_failed(file_page, str(error)) for file_page in pages)

    def screen(self, page: PageResult) -> SecrecyMark | None:
        """The state secret mark on a page, or None."""
        return find_mark(page)

    def _read(self, source: PageSource, file_page: int) -> PageReading:
        try:
            return self._reading(source, file_page)
        except PageFailedError as error:
            return _failed(file_page, str(error))
        except MemoryError:
            return _failed(file_page, "Trang cần quá nhiều bộ nhớ. Hãy quét lại ở 300 dpi.")

    def _reading(self, source: PageSource, file_page: int) -> PageReading:
        content = source.text_of(file_page)
        if content is not None:
            return PageReading(PageResult(file_page, PageStatus.READ, content))
        image = source.image_of(file_page)
        # With its red ink: a page with nothing but a stamp is not blank, and the stamp may be a secrecy mark.
        if is_blank(to_grey(image.pixels), image.dpi):
            return PageReading(PageResult(file_page, PageStatus.BLANK))
        self.tesseract.require()
        scan = read_scan(image, self.tesseract, self.intake.page_seconds)
        return PageReading(PageResult(file_page, PageStatus.READ, scan.content, hands=scan.hands), scan.layer)


def open_reader(intake: IntakeSettings, ocr: OCRSettings, *, scratch: Path | None = None) -> Reader:
    """A reader for one process. `scratch` is where page images lie while they are read, None for memory."""
    return Reader(intake, Tesseract(ocr.language, scratch))


@contextmanager
def _open_source(path: Path, media_type: str) -> Iterator[PageSource]:
    with ExitStack() as stack:
        if media_type == PDF:
            pages = stack.enter_context(open_pdf_pages(path))
            yield _PDFSource(path, pages, stack)
        else:
            yield stack.enter_context(open_image_pages(path, media_type))


@dataclass(slots=True)
class _PDFSource:
    """A PDF page by page: pdfium says what a page is; the text layers are opened when the first page needs them."""

    path: Path
    pages: PdfPages
    stack: ExitStack
    layers: TextLayer | None = field(default=None)

    def text_of(self, file_page: int) -> PageText | None:
        survey = self.pages.survey(file_page)
        if survey.is_scanned or not survey.has_visible_text:
            return None
        if self.layers is None:
            self.layers = self.stack.enter_context(open_text_layer(self.path))
        return self.layers.text_of(file_page)

    def image_of(self, file_page: int) -> PageImage:
        pixels, dpi = self.pages.scan(file_page, self.pages.survey(file_page))
        return PageImage(pixels, dpi)


def _failed(file_page: int, reason: str) -> PageReading:
    return PageReading(PageResult(file_page, PageStatus.FAILED, reason=reason, is_screened=False))
