"""The `FileReader` of `pipeline.ports`: puts together how a file's pages become words.

    text layer that can be believed ─► words, and those of pictures in the header zone
    else the page's own pixels ─► turned if need be ─► prepared ─► Tesseract ─► words, text-only PDF page

Each page ends in a result: read, blank, or failed with the reason. Of a failed page the top is read by itself, coarser
and in less time, so that it has been screened for secrecy marks all the same; where the top fails too, the page says
that it has not.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from extractors.files import PDF, inspect_file
from extractors.image_prep import is_blank, to_grey
from extractors.margins import set_apart
from extractors.page_images import PageImage, open_image_pages
from extractors.pdf_pages import PdfPages, open_pdf_pages
from extractors.pdf_text import TextLayer, open_text_layer
from extractors.pictured_words import with_pictured_words
from extractors.scanned_page import read_top
from extractors.second_opinion import with_second_opinion
from extractors.secrecy import find_mark
from extractors.tesseract import Tesseract
from extractors.whole_page import TOP, Limits, read_whole_page
from pipeline.errors import PageFailedError
from pipeline.model import FileFacts, PageReading, PageResult, PageStatus, PageText, SecrecyMark
from pipeline.settings import IntakeSettings, OCRSettings

_TOP_SHARE_OF_TIME, _LEAST_TOP_SECONDS = 0.25, 15.0

_BLACK = 60


class PageSource(Protocol):
    """The pages of an open file, whatever its kind. All raise `PageFailedError`."""

    def text_of(self, file_page: int) -> PageText | None:
        """The words of the page's own text layer, where there is one that can be believed."""

    def has_pictures(self, file_page: int) -> bool:
        """Whether a page with a text layer shows anything that is not in it."""

    def image_of(self, file_page: int) -> PageImage:
        """The page's pixels as displayed."""

    def top_of(self, file_page: int, share: float) -> PageImage:
        """The pixels of the upper share of the page."""


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
            yield from (unscreened(file_page, str(error)) for file_page in pages)

    def screen(self, page: PageResult) -> SecrecyMark | None:
        """The state secret mark on a page, or None."""
        return find_mark(page)

    def read_top(self, path: Path, facts: FileFacts, file_page: int, reason: str) -> PageReading:
        """The result of a page that cannot be read for this reason: what its top says, where that can be read."""
        try:
            with _open_source(path, facts.media_type) as source:
                return self._read_top(source, file_page, reason)
        except PageFailedError:
            return unscreened(file_page, reason)

    def _read(self, source: PageSource, file_page: int) -> PageReading:
        try:
            return self._reading(source, file_page)
        except PageFailedError as error:
            reason = str(error)
        except MemoryError:
            reason = "Trang cần quá nhiều bộ nhớ. Hãy quét lại ở 300 dpi."
        return self._read_top(source, file_page, reason)

    def _read_top(self, source: PageSource, file_page: int, reason: str) -> PageReading:
        try:
            image = source.top_of(file_page, TOP)
            if _is_blank(image):
                return PageReading(PageResult(file_page, PageStatus.FAILED, reason=reason))
            top = read_top(image, TOP, self.tesseract, seconds_for_top(self.intake))
        except (PageFailedError, MemoryError):
            return unscreened(file_page, reason)
        failed = PageResult(file_page, PageStatus.FAILED, top.content, reason, hands=top.hands)
        return PageReading(set_apart(failed))

    def _reading(self, source: PageSource, file_page: int) -> PageReading:
        content = source.text_of(file_page)
        if content is not None:
            words = self._with_pictures(source, file_page, content)
            return PageReading(set_apart(PageResult(file_page, PageStatus.READ, words)))
        image = source.image_of(file_page)
        if _is_blank(image):
            return PageReading(PageResult(file_page, PageStatus.BLANK))
        limits = Limits(self.intake.page_seconds, seconds_for_top(self.intake))
        reading = read_whole_page(image, file_page, self.tesseract, limits)
        return replace(reading, result=set_apart(with_second_opinion(reading.result, image)))

    def _with_pictures(self, source: PageSource, file_page: int, content: PageText) -> PageText:
        """The text of a layer with what is said by pictures in the header zone, which may be a mark of secrecy."""
        if not source.has_pictures(file_page):
            return content
        top = source.top_of(file_page, TOP)
        return with_pictured_words(content, top, TOP, self.tesseract, seconds_for_top(self.intake))


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

    def has_pictures(self, file_page: int) -> bool:
        return self.pages.survey(file_page).has_pictures

    def image_of(self, file_page: int) -> PageImage:
        pixels, dpi = self.pages.scan(file_page, self.pages.survey(file_page))
        return PageImage(pixels, dpi)

    def top_of(self, file_page: int, share: float) -> PageImage:
        pixels, dpi = self.pages.top(file_page, share)
        return PageImage(pixels, dpi)


def _is_blank(image: PageImage) -> bool:
    """Whether the picture is empty paper. Raises `PageFailedError` where it is all black, as damaged ones are drawn."""
    # With its red ink: a page with nothing but a stamp is not blank, and the stamp may be a secrecy mark.
    grey = to_grey(image.pixels)
    if not is_blank(grey, image.dpi):
        return False
    if np.median(grey[::8, ::8]) < _BLACK:
        raise PageFailedError("Ảnh của trang đen kín, không có gì để đọc. Hãy quét lại trang này.")
    return True


def seconds_for_top(intake: IntakeSettings) -> float:
    """How long the top of a page may take, after the page has failed."""
    return max(_LEAST_TOP_SECONDS, intake.page_seconds * _TOP_SHARE_OF_TIME)


def unscreened(file_page: int, reason: str) -> PageReading:
    """The result of a page that could neither be read nor screened for secrecy marks."""
    return PageReading(PageResult(file_page, PageStatus.FAILED, reason=reason, is_screened=False))
