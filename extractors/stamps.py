"""Stamps in the header zone: words in red ink or in a small frame, which the reading of the page loses.

Red ink is taken out of a page before it is read, and a framed word is easily taken for a picture; but marks of secrecy
and urgency are just that. Here they are cut out, freed of their frames and read once more. What a mark means is
`extractors.secrecy`'s to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.image_prep import Grey, Pixels, Prepared, is_coloured, red_excess

PixelBox = tuple[int, int, int, int]

_MM_PER_INCH = 25.4
_RED_INK = 45
_PALEST_INK = 190
_PALE_LINE = 225
_LINE_SHARE, _FRAME_DEPTH = 0.5, 2.4
"""Lines of a frame: dark over more than this share of a side, not further from the edge than so many mm."""
_MOST_SLANT = 14.0
_FEWEST_POINTS = 3
_FRAME_CONTRAST = 28
_SIDE = 0.75
_HALF, _EDGE_SHARE = 127, 0.2
_MOST_REGIONS = 6
STAMP_DPI = 300
"""The resolution of the sheet, whatever the page had."""
_MARGIN = 24


@dataclass(frozen=True, slots=True)
class Cutting:
    """A region cut out of the prepared page, and where it lies on the sheet that is given to the recogniser."""

    box: PixelBox
    """Left, top, right, bottom on the prepared page."""
    top: int
    scale: float

    def box_on_prepared(self, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        """A box of the sheet as one of the prepared page."""
        left, upper = self.box[0], self.box[1]
        x0, x1 = (left + (x - _MARGIN) / self.scale for x in (box[0], box[2]))
        y0, y1 = (upper + (y - self.top) / self.scale for y in (box[1], box[3]))
        return x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class StampSheet:
    """All stamps of a page one below the other, without their frames, ready for the recogniser."""

    pixels: Grey
    cuttings: tuple[Cutting, ...]

    def cutting_at(self, y: float) -> Cutting:
        """The cutting that a height on the sheet belongs to."""
        return max((c for c in self.cuttings if c.top <= y), key=lambda c: c.top, default=self.cuttings[0])


def stamp_sheet(page: Pixels, prepared: Prepared, zone: float) -> StampSheet | None:
    """The stamps in the upper `zone` of a picture, a share of its height, or None. `page` is the picture as scanned."""
    depth = round(prepared.pixels.shape[0] * zone)
    grey = prepared.pixels[:depth]
    planes = [(grey, _framed(grey, prepared.dpi))]
    red = _red_plane(page, prepared, depth)
    if red is not None:
        planes.append((red, _inked(red, prepared.dpi)))
    found = [(plane, box) for plane, boxes in planes for box in boxes]
    return _sheet(found[:_MOST_REGIONS], prepared.dpi) if found else None


def _red_plane(page: Pixels, prepared: Prepared, depth: int) -> Grey | None:
    """The red ink of the header zone in black on white, in the geometry of the prepared page."""
    if not is_coloured(page):
        return None
    top = page[: round(page.shape[0] * depth / prepared.pixels.shape[0] * 1.1)]  # some more: the page may be skewed
    is_red = (cv2.medianBlur(red_excess(top), 3) > _RED_INK).astype(np.uint8)
    if not is_red.any():
        return None
    # JPEG keeps colour at half the sharpness, so colour says where the ink is and brightness how it looks.
    near_red = cv2.dilate(is_red, np.ones((5, 5), np.uint8))
    plane = np.where(near_red > 0, top[..., 1], np.uint8(255))
    size = (prepared.pixels.shape[1], depth)
    return cast(
        "Grey",
        cv2.warpAffine(plane, np.linalg.inv(prepared.to_page)[:2], size, flags=cv2.INTER_CUBIC, borderValue=255.0),
    )


def _inked(red: Grey, dpi: float) -> Iterator[PixelBox]:
    """Boxes round patches of ink as large as a stamped word or line."""
    per_mm = dpi / _MM_PER_INCH
    reach = max(3, round(2.5 * per_mm))
    mask = (red < _PALEST_INK).astype(np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    for left, top, width, height, _ in stats[1:].tolist():
        if width >= 6 * per_mm and 3 * per_mm <= height <= 60 * per_mm:
            yield left, top, left + width, top + height


def _framed(grey: Grey, dpi: float) -> Iterator[PixelBox]:
    """Boxes of rectangular frames of the size of a mark."""
    per_mm = dpi / _MM_PER_INCH
    reach = max(3, round(1.5 * per_mm)) | 1
    paper = cv2.GaussianBlur(cv2.dilate(grey, np.ones((reach, reach), np.uint8)), (reach, reach), 0)
    dark = (cv2.subtract(paper, grey) > _FRAME_CONTRAST).astype(np.uint8)
    gap = max(3, round(0.8 * per_mm))  # worn stamps and copies print broken lines
    joined = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    for left, top, width, height, _ in stats[1:].tolist():
        is_of_size = 9 * per_mm <= width <= 90 * per_mm and 4.5 * per_mm <= height <= 22 * per_mm
        patch = dark[top : top + height, left : left + width]
        if is_of_size and width > height and _has_four_sides(_straightened(patch)):
            yield left, top, left + width, top + height


def _straightened(dark: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A patch of ink turned upright, without the empty edges that this leaves."""
    turned = _turned(dark * np.uint8(255), _slant(dark > 0), 0) > _HALF
    rows, columns = np.flatnonzero(turned.mean(axis=1) > _EDGE_SHARE), np.flatnonzero(turned.mean(axis=0) > _EDGE_SHARE)
    if not rows.size or not columns.size:
        return dark
    return turned[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.uint8)


def _has_four_sides(dark: NDArray[np.uint8]) -> bool:
    """Whether ink runs along most of every edge."""
    band = max(2, dark.shape[0] // 6)
    edges = dark[:band].any(0), dark[-band:].any(0), dark[:, :band].any(1), dark[:, -band:].any(1)
    return all(edge.mean() > _SIDE for edge in edges)


def _sheet(found: Sequence[tuple[Grey, PixelBox]], dpi: float) -> StampSheet:
    """The regions one below the other, white between them, large enough to be read."""
    scale = max(1.0, STAMP_DPI / dpi)
    pieces, cuttings, top = [], [], _MARGIN
    for plane, (x0, y0, x1, y1) in found:
        piece = _without_frame(plane[y0:y1, x0:x1], dpi / _MM_PER_INCH)
        piece = cast("Grey", cv2.resize(piece, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC))
        cuttings.append(Cutting((x0, y0, x1, y1), top, scale))
        pieces.append(piece)
        top += piece.shape[0] + 2 * _MARGIN
    sheet = np.full((top, max(piece.shape[1] for piece in pieces) + 2 * _MARGIN), 255, np.uint8)
    for piece, cutting in zip(pieces, cuttings, strict=True):
        sheet[cutting.top : cutting.top + piece.shape[0], _MARGIN : _MARGIN + piece.shape[1]] = piece
    return StampSheet(sheet, tuple(cuttings))


def _without_frame(piece: Grey, per_mm: float) -> Grey:
    """The piece upright on white, without the lines of a frame round it."""
    darkest, paper = np.percentile(piece, (2, 90))
    stretch = 255 / max(paper - darkest, 1.0)
    white = np.clip((piece.astype(np.float32) - darkest) * stretch, 0, 255).astype(np.uint8)
    upright = _turned(white, _slant(white < _PALEST_INK), 255)
    _cut_lines(upright, per_mm)
    _cut_lines(upright.T, per_mm)
    return upright


def _cut_lines(piece: Grey, per_mm: float) -> None:
    """Whiten the piece from its upper and its lower end to the innermost line of a frame there, if there is one."""
    dark = piece < _PALE_LINE
    rows = np.flatnonzero(dark.any(axis=1))
    columns = np.flatnonzero(dark.any(axis=0))
    if not rows.size:
        return
    is_line = dark[:, columns[0] : columns[-1] + 1].mean(axis=1) > _LINE_SHARE
    reach, spare = round(_FRAME_DEPTH * per_mm), max(1, round(per_mm / 6))
    upper = np.flatnonzero(is_line[rows[0] : rows[0] + reach])
    lower = np.flatnonzero(is_line[max(0, rows[-1] + 1 - reach) : rows[-1] + 1][::-1])
    if upper.size and lower.size:
        piece[: rows[0] + upper[-1] + 1 + spare] = 255
        piece[rows[-1] - lower[-1] - spare :] = 255


def _slant(dark: NDArray[np.bool_]) -> float:
    """Degrees by which a longish patch of ink is turned clockwise; 0 where it has no clear direction."""
    points = np.argwhere(dark)[:, ::-1].astype(np.float32)
    if len(points) < _FEWEST_POINTS:
        return 0.0
    _, (across, down), angle = cv2.minAreaRect(points)
    if across < down:
        across, down, angle = down, across, angle + 90
    angle = (angle + 90) % 180 - 90
    return angle if abs(angle) < _MOST_SLANT and across > 1.5 * down else 0.0


def _turned(piece: Grey, angle: float, paper: int) -> Grey:
    """The piece turned back by so many degrees about its middle."""
    height, width = piece.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cast("Grey", cv2.warpAffine(piece, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=float(paper)))
