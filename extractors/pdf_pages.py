"""The pages of a PDF through pdfium: what lies on a page, its scanned image pixel for pixel, or the page drawn.

pdfium knows no threads: one lock in this module guards every call into it. Words of the text layer are read by
`extractors.pdf_text`.
"""

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from extractors.pdf_images import images_of, pixels_of, require_whole_images, whole_pixels
from pipeline.errors import PageFailedError

Points = tuple[float, float]

_PDFIUM = threading.Lock()

_POINTS_PER_INCH = 72
_RENDER_DPI = 300
_SCAN_DPI = (150, 400)
"""A scanned page that must be drawn (it has a stamp or a signature over it) is drawn at the scan's own resolution."""
_TOP_DPI = 200
_MOST_PIXELS = 40_000_000
"""A drawn page has no more pixels than this, whatever its size on paper says: 120 MB in colour."""
_SCANNED_SHARE = 0.6
"""A page covered by images to more than this is a scan: its text layer, if any, is somebody's OCR."""
_EDGE = 0.015
"""How far from the page's edge, as a share of the page, the image of a whole scanned page may end."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What lies on a page. `size` is in points as displayed."""

    size: Points
    has_visible_text: bool
    has_pictures: bool
    """Something is seen on it that is no text: an image, a drawing, a stamp of an e-office program."""
    image_share: float
    """Share of the page that is covered by images."""
    scan_dpi: float | None
    """Resolution of the largest image."""
    is_one_image: bool
    """One upright image covers the page, and nothing else can be seen."""

    @property
    def is_scanned(self) -> bool:
        """Whether the page is a picture of paper."""
        return self.image_share > _SCANNED_SHARE


@dataclass(frozen=True, slots=True)
class PdfPages:
    """The pages of an open PDF."""

    document: pypdfium2.PdfDocument

    def survey(self, file_page: int) -> Survey:
        """What lies on the page. Raises `PageFailedError` where that cannot be found out."""
        with _pdfium(), _page(self.document, file_page) as page:
            return _survey(page)

    def scan(self, file_page: int, survey: Survey) -> tuple[NDArray[np.uint8], float]:
        """The pixels of a page and their dots per inch: the scanned image itself, else the page drawn.

        Raises:
            PageFailedError: a picture on it is damaged, or pdfium cannot draw it.
        """
        with _pdfium(), _page(self.document, file_page) as page:
            if survey.is_one_image:
                pixels = _embedded(page)
                return pixels, pixels.shape[0] * _POINTS_PER_INCH / survey.size[1]
            require_whole_images(page)
            dpi = _drawing_dpi(survey)
            return _drawn(page, dpi / _POINTS_PER_INCH), dpi

    def top(self, file_page: int, share: float) -> tuple[NDArray[np.uint8], float]:
        """The upper share of a page, drawn coarser than for reading, and its dots per inch. Raises as `scan` does."""
        with _pdfium(), _page(self.document, file_page) as page:
            require_whole_images(page, share)
            across, down = page.get_size()
            inches = across * down * share / _POINTS_PER_INCH**2
            dpi = min(_TOP_DPI, float(np.sqrt(_MOST_PIXELS / max(inches, 1e-6))))
            crop = (0, down * (1 - share), 0, 0)
            return pixels_of(page.render(scale=dpi / _POINTS_PER_INCH, crop=crop)), dpi

    def drawn(self, file_page: int, width: int) -> NDArray[np.uint8]:
        """The page drawn `width` pixels wide (less for a page of extreme proportions)."""
        with _pdfium(), _page(self.document, file_page) as page:
            across, down = page.get_size()
            scale = min(width / across, float(np.sqrt(_MOST_PIXELS / (across * down))))
            return _drawn(page, scale)


@contextmanager
def open_pdf_pages(path: Path) -> Iterator[PdfPages]:
    """The pages of a PDF. Raises `PageFailedError` where pdfium cannot open it."""
    with _pdfium():
        document = pypdfium2.PdfDocument(path)
        document.init_forms()  # signatures and stamps of e-office programs are form fields
    try:
        yield PdfPages(document)
    finally:
        with _PDFIUM:
            document.close()


def _survey(page: pypdfium2.PdfPage) -> Survey:
    size: Points = page.get_size()
    images, has_text, has_drawing = [], False, _has_annotations(page)
    for item in page.get_objects():
        if item.type == raw.FPDF_PAGEOBJ_IMAGE:
            images.append(item)
        elif item.type == raw.FPDF_PAGEOBJ_TEXT:
            has_text = has_text or _is_visible(item)
        elif item.type in {raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING}:
            has_drawing = True
    largest = max(images, key=_area, default=None)
    return Survey(
        size=size,
        has_visible_text=has_text,
        has_pictures=bool(images) or has_drawing,
        image_share=min(1.0, sum(map(_area, images)) / max(1.0, size[0] * size[1])),
        scan_dpi=_image_dpi(largest) if largest is not None else None,
        is_one_image=len(images) == 1 and not has_text and not has_drawing and _covers(images[0], page),
    )


def _is_visible(text: pypdfium2.PdfTextObj) -> bool:
    mode = raw.FPDFTextObj_GetTextRenderMode(text)
    return mode not in {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}


def _has_annotations(page: pypdfium2.PdfPage) -> bool:
    """Whether anything but links lies over the page."""
    for index in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        raw.FPDFPage_CloseAnnot(annotation)
        if kind not in {raw.FPDF_ANNOT_LINK, raw.FPDF_ANNOT_POPUP}:
            return True
    return False


def _area(item: pypdfium2.PdfObject) -> float:
    left, bottom, right, top = item.get_bounds()
    return float(abs(right - left) * abs(top - bottom))


def _image_dpi(image: pypdfium2.PdfImage) -> float:
    left, _, right, _ = image.get_bounds()
    matrix = image.get_matrix()
    is_turned = abs(matrix.b) > abs(matrix.a)
    pixels = image.get_px_size()[1 if is_turned else 0]
    return float(pixels * _POINTS_PER_INCH / max(1.0, right - left))


def _covers(image: pypdfium2.PdfImage, page: pypdfium2.PdfPage) -> bool:
    """Whether an opaque image in its ordinary position fills the page's visible box."""
    matrix = image.get_matrix()
    is_upright = matrix.a > 0 and matrix.d > 0 and abs(matrix.b) + abs(matrix.c) < matrix.a * 1e-3
    if not is_upright or raw.FPDFPageObj_HasTransparency(image):
        return False
    if image.get_metadata().colorspace == raw.FPDF_COLORSPACE_UNKNOWN:  # a stencil, painted in some colour
        return False
    box = page.get_cropbox()
    edges = zip(image.get_bounds(), box, strict=True)
    allowed = _EDGE * max(box[2] - box[0], box[3] - box[1])
    return all(abs(edge - limit) <= allowed for edge, limit in edges)


def _embedded(page: pypdfium2.PdfPage) -> NDArray[np.uint8]:
    """The page's one image with its own pixels, turned as the page is."""
    (image,) = images_of(page)
    return np.ascontiguousarray(np.rot90(whole_pixels(image), -page.get_rotation() // 90))


def _drawing_dpi(survey: Survey) -> float:
    wanted: float = _RENDER_DPI
    if survey.is_scanned and survey.scan_dpi:
        wanted = min(max(survey.scan_dpi, _SCAN_DPI[0]), _SCAN_DPI[1])
    inches = (survey.size[0] / _POINTS_PER_INCH) * (survey.size[1] / _POINTS_PER_INCH)
    return min(wanted, float(np.sqrt(_MOST_PIXELS / max(inches, 1e-6))))


def _drawn(page: pypdfium2.PdfPage, scale: float) -> NDArray[np.uint8]:
    return pixels_of(page.render(scale=scale))


@contextmanager
def _page(document: pypdfium2.PdfDocument, file_page: int) -> Iterator[pypdfium2.PdfPage]:
    page = document[file_page - 1]
    try:
        yield page
    finally:
        page.close()


@contextmanager
def _pdfium() -> Iterator[None]:
    """The lock, and pdfium's errors in our words."""
    try:
        with _PDFIUM:
            yield
    except (pypdfium2.PdfiumError, ctypes.ArgumentError, ValueError, IndexError) as error:
        raise PageFailedError("Không dựng được trang PDF: tệp có thể bị hỏng. Hãy quét hoặc xuất lại.") from error
