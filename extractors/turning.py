"""Quarter turns of pages: the turned picture, and the boxes of a page that is read turned.

A page that was scanned on its side or head is read from a turned picture, but its boxes are those of the page as it
lies in the file. Rules about where things stand on paper (header zone, columns) need them upright: `upright`. Which way
a page lies is found by `extractors.whole_page`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import numpy as np

from extractors.image_prep import Affine
from extractors.page_images import PageImage
from pipeline.model import Box, Description, FieldValue, PageResult

_LEFT: Affine = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
"""From a picture that was turned a quarter to the left to the one before, both 0-1."""


def turned_image(image: PageImage, quarters: int) -> PageImage:
    """The picture after some quarter turns to the left."""
    return PageImage(np.ascontiguousarray(np.rot90(image.pixels, quarters)), image.dpi)


def turned_back(quarters: int) -> Affine:
    """The map from a picture after some quarter turns to the left to the one before, both 0-1."""
    return cast("Affine", np.linalg.matrix_power(_LEFT, quarters % 4))


def lying(page: PageResult, quarters: int) -> PageResult:
    """The result of a page read after some quarter turns to the left, with its boxes on the page as it lies."""
    return replace(moved(page, turned_back(quarters)), turned=quarters)


def upright(page: PageResult) -> PageResult:
    """The page with the boxes that it has when it is turned to be read."""
    return replace(moved(page, turned_back(-page.turned)), turned=0) if page.turned else page


def moved(page: PageResult, to: Affine) -> PageResult:
    """The page with all boxes under a map of the unit square that keeps upright rectangles upright."""
    hands = tuple(moved_box(hand, to) for hand in page.hands)
    margins = tuple(replace(margin, box=moved_box(margin.box, to)) for margin in page.margins)
    page = replace(page, hands=hands, margins=margins)
    if page.content is None:
        return page
    words = tuple(replace(word, box=moved_box(word.box, to)) for word in page.content.words)
    return replace(page, content=replace(page.content, words=words))


def moved_box(box: Box, to: Affine) -> Box:
    """A box under such a map."""
    xs, ys, _ = to @ np.array([(box[0], box[1], 1.0), (box[2], box[3], 1.0)]).T
    left, right = sorted(min(1.0, max(0.0, float(x))) for x in xs)
    top, bottom = sorted(min(1.0, max(0.0, float(y))) for y in ys)
    return left, top, right, bottom


def as_they_lie(described: Description, turns: Sequence[int]) -> Description:
    """What was found on upright pages, with the boxes of the pages as they lie in the file. `turns` are the pages'."""

    def placed(value: FieldValue) -> FieldValue:
        if value.box is None or value.page is None or not turns[value.page - 1]:
            return value
        return replace(value, box=moved_box(value.box, turned_back(turns[value.page - 1])))

    return replace(described, fields={name: placed(value) for name, value in described.fields.items()})
