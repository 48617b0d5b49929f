"""The pictures inside a PDF page, and whether they are whole: pdfium draws what is left of a damaged one, in silence.

Every function here is called with the lock of `extractors.pdf_pages` held.
"""

import zlib
from typing import cast

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from pipeline.errors import PageFailedError

_START_OF_SCAN, _END_OF_IMAGE, _PROGRESSIVE = b"\xff\xda", b"\xff\xd9", b"\xff\xc2"
_BLOCK = 16
"""Rows that a JPEG codes together, at most."""
_CHANNELLED = 3  # height, width, channels
_CHUNK = 1 << 20
_MOST_BYTES_A_PIXEL = 8
"""Four channels of 16 bits."""


def images_of(page: pypdfium2.PdfPage) -> list[pypdfium2.PdfImage]:
    """All pictures on a page, those inside its forms too."""
    return [cast("pypdfium2.PdfImage", item) for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE])]


def whole_pixels(image: pypdfium2.PdfImage) -> NDArray[np.uint8]:
    """The pixels of a picture as it is stored. Raises `PageFailedError` where it is damaged or a part is missing."""
    pixels = _decoded(image)
    if pixels is None or not _is_whole(image):
        raise PageFailedError("Ảnh của trang bị hỏng hoặc thiếu một phần. Hãy quét lại trang này.")
    return pixels


def require_whole_images(page: pypdfium2.PdfPage, share: float = 1.0) -> None:
    """Raise `PageFailedError` where a picture is damaged in the upper share of the page."""
    _, bottom, _, top = page.get_cropbox()
    edge = top - share * (top - bottom)
    for image in images_of(page):
        is_placed = image.level == 0 and page.get_rotation() == 0  # else its place on the page is not known
        if not (is_placed and (image.get_bounds()[3] <= edge or _reaches(image, edge))):
            whole_pixels(image)


def pixels_of(bitmap: pypdfium2.PdfBitmap) -> NDArray[np.uint8]:
    """A copy of a bitmap's pixels as grey or RGB, so that pdfium's own can be freed."""
    values = bitmap.to_numpy()
    if values.ndim == _CHANNELLED:
        # pdfium's order is blue, green, red and then nothing, padding or alpha
        values = values[..., 0] if values.shape[2] == 1 else values[..., 2::-1]
    return np.array(values, dtype=np.uint8, order="C")


def _decoded(image: pypdfium2.PdfImage) -> NDArray[np.uint8] | None:
    try:
        return pixels_of(image.get_bitmap(render=False))
    except pypdfium2.PdfiumError:
        return None


def _is_whole(image: pypdfium2.PdfImage) -> bool:
    """Whether the coded data goes on to the end of the picture, where its coding lets that be seen."""
    coding = image.get_filters()
    if coding[-1:] == ["DCTDecode"]:
        coded = bytes(image.get_data(decode_simple=True))
        return coded.rfind(_END_OF_IMAGE) > coded.rfind(_START_OF_SCAN)  # neither occurs inside the coded pixels
    if coding == ["FlateDecode"]:
        width, height = image.get_px_size()
        return _ends(bytes(image.get_data(decode_simple=False)), width * height * _MOST_BYTES_A_PIXEL)
    return True


def _ends(packed: bytes, enough: int) -> bool:
    """Whether packed data has its end, or unpacks to more than enough; it is not kept."""
    unpacking, size = zlib.decompressobj(), 0
    left = packed
    try:
        while not unpacking.eof and size < enough:
            more = len(unpacking.decompress(left, _CHUNK))
            left = unpacking.unconsumed_tail
            size += more
            if not more and not left:
                return unpacking.eof
    except zlib.error:
        return False
    return True


def _reaches(image: pypdfium2.PdfImage, edge: float) -> bool:
    """Whether a picture that ends too early was decoded down to this height (in points) at least.

    Only where its rows are stored from the top and in full sharpness. What is missing is drawn in one shade, so the
    lowest row that shows something was decoded at least in part, and all blocks above it were wholly.
    """
    matrix = image.get_matrix()
    is_upright = matrix.a > 0 and matrix.d > 0 and abs(matrix.b) + abs(matrix.c) < matrix.a * 1e-3
    if not is_upright or image.get_filters() != ["DCTDecode"]:
        return False
    if _PROGRESSIVE in bytes(image.get_data(decode_simple=True)):
        return False
    pixels = _decoded(image)
    if pixels is None:
        return False
    rows = pixels.reshape(pixels.shape[0], -1)
    decoded = np.flatnonzero(rows.max(axis=1) != rows.min(axis=1))
    _, bottom, _, top = image.get_bounds()
    return bool(decoded.size) and float(top - (decoded[-1] - _BLOCK) / len(rows) * (top - bottom)) <= edge
