"""The searchable PDF: the original pages untouched, with their words as invisible text over them.

The words come as one-page text-only PDFs from `extractors.scanned_page`; pages read from their own text layer have none
and stay as they are.
"""

import io

import numpy as np
import pikepdf
from numpy.typing import NDArray

_POINTS_PER_INCH = 72
_FLIP = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]])
"""From a unit square with y downwards to one with y upwards, and back."""


def placed_layer(layer: bytes, unit_map: NDArray[np.float64], size: tuple[int, int], dpi: float) -> bytes:
    """A text-only page moved to where its words lie on the file's page.

    `unit_map` maps the recognised image to the page, both 0-1 with y downwards; `size` is the page's in pixels.
    """
    width, height = (pixels * _POINTS_PER_INCH / dpi for pixels in size)
    with pikepdf.open(io.BytesIO(layer)) as pdf:
        page = pdf.pages[0]
        _, _, across, down = (float(value) for value in page.mediabox)
        matrix = np.diag([width, height, 1.0]) @ _FLIP @ unit_map @ _FLIP @ np.diag([1 / across, 1 / down, 1.0])
        page.MediaBox = pikepdf.Array([0, 0, round(width, 3), round(height, 3)])
        text = page.Contents.read_bytes()
        page.Contents = pdf.make_stream(b"q " + operands(matrix) + b" cm\n" + text + b"\nQ")
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def operands(matrix: NDArray[np.float64]) -> bytes:
    """The six numbers of an affine matrix as PDF writes them."""
    a, c, e, b, d, f = matrix[:2].ravel()
    return " ".join(f"{value:.6f}" for value in (a, b, c, d, e, f)).encode()
