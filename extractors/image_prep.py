"""Preparing a page's pixels for the recogniser: only what the page itself shows that it needs.

What saves a photocopy spoils a clean page, so each step has a gate. There is no binarisation (it gained nothing) and
no removal of small components (it eats the tone marks). Every change of geometry is in one affine map from the
prepared image back to the page. Measurements behind the gates: `docs/reading.md`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Pixels = NDArray[np.uint8]
Affine = NDArray[np.float64]
"""A 3 × 3 matrix that maps (x, y, 1) of one image to another."""

_RED_EXCESS = 30
_NOISY = 0.5
_SHARP_DPI, _COARSE_DPI, _NEEDLESS_DPI = 300, 200, 450
_SKEWED_DEGREES = 0.7
_MOST_SKEW = 5.0
SURVEY_DPI = 100
"""Resolution at which ink is looked for (`ink`), or less where the page has less."""
_INK_CONTRAST = 45
_FAINT_CONTRAST = 25
"""What print has left that is hardly to be seen; the other side showing through has less."""
_ABOVE_NOISE = 6.0
_MOST_EDGE = 48
"""Pixels at 100 dpi: 12 mm, what is left out of a sheet of A4. Of a longer one no more may be overlooked."""
_COLOUR_AXES = 3


@dataclass(frozen=True, slots=True)
class Prepared:
    """An image ready for the recogniser. `to_page` maps its pixels to those of the page."""

    pixels: Grey
    dpi: float
    to_page: Affine
    skew: float = 0.0
    """Degrees by which its lines still rise to the right: less than is worth turning a page for."""


class Step(StrEnum):
    """What is done to a page that shows the need, in this order."""

    RED = "red ink out"
    MEDIAN = "median"
    SHARP = "to 300 dpi, even background"
    LEVEL = "deskew"


def prepare(pixels: Pixels, dpi: float, *, without: Collection[Step] = ()) -> Prepared:
    """The page in grey, cleaned, upright and sharp enough, as far as it shows the need.

    `without` leaves steps out, so that the gain of each can be measured.
    """
    grey = to_grey(pixels) if Step.RED in without else without_red(pixels)
    is_noisy = noise(grey) > _NOISY
    if is_noisy and Step.MEDIAN not in without:
        grey = cv2.medianBlur(grey, 3).astype(np.uint8, copy=False)  # before any resizing, after it does nothing
    is_noisy = is_noisy and Step.SHARP not in without
    scale = _scale(dpi, is_noisy=is_noisy)
    angle = skew(grey, dpi)
    is_skewed = abs(angle) > _SKEWED_DEGREES and Step.LEVEL not in without
    moved, to_page = _moved(grey, scale, angle if is_skewed else 0.0)
    if is_noisy and scale > 1:
        moved = even_background(moved)
    return Prepared(moved, dpi * scale, to_page, 0.0 if is_skewed else angle)


def is_coloured(pixels: Pixels) -> bool:
    """Whether an image has three channels."""
    return pixels.ndim == _COLOUR_AXES


def red_excess(pixels: Pixels) -> Grey:
    """How much redder than anything else each pixel of an RGB image is, 0-255."""
    red, green, blue = cv2.split(pixels)
    return cast("Grey", cv2.subtract(red, cv2.max(green, blue)))


def to_grey(pixels: Pixels) -> Grey:
    """The page in grey, ink of every colour dark."""
    return cast("Grey", cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)) if is_coloured(pixels) else pixels


def without_red(pixels: Pixels) -> Grey:
    """Grey in which red ink (seals, stamps) is as pale as its red channel; print under it stays dark."""
    if not is_coloured(pixels):
        return pixels
    grey = to_grey(pixels)
    is_red = red_excess(pixels) > _RED_EXCESS
    return cast("Grey", np.where(is_red, pixels[..., 0], grey))


def noise(grey: Grey) -> float:
    """Mean difference of the background from its own 3 × 3 median: about 0 for clean pages, above 3 for bad copies."""
    smooth = cv2.medianBlur(grey, 3)
    background = smooth > np.percentile(smooth[::8, ::8], 50) * 0.8
    if not background.any():
        return 0.0
    return float(cv2.absdiff(grey, smooth)[background].mean())


def skew(grey: Grey, dpi: float) -> float:
    """Degrees by which the lines of text rise to the right; 0 where none are seen.

    The angle at which the dark pixels, summed along it, fall into the sharpest rows.
    """
    mask = ink(grey, dpi)
    height, width = mask.shape
    edge_y, edge_x = height // 25, width // 25
    ys, xs = np.nonzero(mask[edge_y : height - edge_y, edge_x : width - edge_x])
    if len(ys) < SURVEY_DPI:
        return 0.0
    best = 0.0
    for step, reach in ((0.5, _MOST_SKEW), (0.1, 0.5), (0.05, 0.1)):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=lambda angle: _sharpness(ys, xs, angle)))
    return max(-_MOST_SKEW, min(_MOST_SKEW, best))


def ink(grey: Grey, dpi: float) -> NDArray[np.bool_]:
    """Where a page, reduced to about 100 dpi, is clearly darker than the paper around."""
    return _darker(_surveyed(grey, dpi)) > _INK_CONTRAST


def is_blank(grey: Grey, dpi: float) -> bool:
    """Whether nothing on a page is as large as a letter and as dark as faint print, apart from its edges."""
    small = _surveyed(grey, dpi)
    darker = _darker(small)
    spread = 1.4826 * float(np.median(cv2.absdiff(small, cv2.medianBlur(small, 3))))  # a deviation, if it is normal
    least = float(np.median(darker)) + max(_FAINT_CONTRAST, _ABOVE_NOISE * spread)
    mask = (darker > min(_INK_CONTRAST, least)).astype(np.uint8)
    height, width = mask.shape
    edge_y, edge_x = min(height // 25, _MOST_EDGE), min(width // 25, _MOST_EDGE)
    inner = np.ascontiguousarray(mask[edge_y : height - edge_y, edge_x : width - edge_x])
    _, _, found, _ = cv2.connectedComponentsWithStats(inner)
    letters = (found[1:, cv2.CC_STAT_HEIGHT] >= 5) & (found[1:, cv2.CC_STAT_AREA] >= 8)  # noqa: PLR2004 - 1.3 mm
    return not bool(letters.any())


def _surveyed(grey: Grey, dpi: float) -> Grey:
    factor = min(1.0, SURVEY_DPI / dpi)
    return cast("Grey", cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def _darker(small: Grey) -> Grey:
    """By how much each place is darker than the paper around."""
    paper = cv2.medianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), 21)
    return cast("Grey", cv2.subtract(paper, small))


def even_background(grey: Grey) -> Grey:
    """The page divided by its own paper, so that the paper is white all over."""
    eighth = cv2.resize(grey, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.medianBlur(cv2.morphologyEx(eighth, cv2.MORPH_CLOSE, np.ones((7, 7), np.uint8)), 15)
    full = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cast("Grey", cv2.divide(grey, full, scale=255))


def _sharpness(ys: NDArray[np.int64], xs: NDArray[np.int64], angle: float) -> float:
    rows = np.rint(ys + xs * np.tan(np.deg2rad(angle))).astype(np.int64)
    profile = np.bincount(rows - rows.min()).astype(np.float64)
    return float(np.square(np.diff(profile)).sum())


def _scale(dpi: float, *, is_noisy: bool) -> float:
    if dpi < _COARSE_DPI and is_noisy:
        return _SHARP_DPI / dpi
    return _SHARP_DPI / dpi if dpi > _NEEDLESS_DPI else 1.0


def _moved(grey: Grey, scale: float, angle: float) -> tuple[Grey, Affine]:
    """The page resized and turned by `angle` degrees clockwise, on a canvas that holds all of it; the map back."""
    if scale == 1.0 and angle == 0.0:
        return grey, np.eye(3)
    height, width = grey.shape
    if scale < 1.0:  # warping would skip pixels
        grey = cast("Grey", cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    shrunk = np.diag([grey.shape[1] / width, grey.shape[0] / height, 1.0]) if scale < 1.0 else np.eye(3)
    grown = max(scale, 1.0)
    cos, sin = np.cos(np.deg2rad(angle)) * grown, np.sin(np.deg2rad(angle)) * grown
    here = grey.shape
    across = int(np.ceil(abs(here[1] * cos) + abs(here[0] * sin)))
    down = int(np.ceil(abs(here[1] * sin) + abs(here[0] * cos)))
    turn = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    centre = turn @ np.array([here[1] / 2, here[0] / 2, 1.0])
    turn[0, 2], turn[1, 2] = across / 2 - centre[0], down / 2 - centre[1]
    paper = float(np.median(grey[::8, ::8]))
    warped = cv2.warpAffine(
        grey, turn[:2], (across, down), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=paper
    )
    return cast("Grey", warped), np.linalg.inv(turn @ shrunk)
