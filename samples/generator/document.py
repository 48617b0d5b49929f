"""A paper made into pages: typeset, drawn, scanned, with what each page says and where its facts lie."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from samples.generator.born_digital import text_pdf
from samples.generator.degrade import Scan, scan
from samples.generator.handwriting import HANDS, random_hand
from samples.generator.layout import lay_out
from samples.generator.library import bodies
from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH, Body, Box, Look, Paper, Recipe, Sheet
from samples.generator.pack import joined_pdf, scanned_pdf, write_images
from samples.generator.render import Drawing, draw_sheet


@dataclass(frozen=True, slots=True)
class FieldBox:
    """Where a fact stands: page of the file from 1, box in 0-1 of that page as stored."""

    name: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class GeneratedPage:
    """One page: what was typeset, and its scan; `scan` is None for a born-digital page."""

    sheet: Sheet
    scan: Scan | None
    boxes: tuple[FieldBox, ...]


@dataclass(frozen=True, slots=True)
class GeneratedDocument:
    """A document with its pages. `truth.document_truth` describes it as `truth.json` does."""

    paper: Paper
    body: Body
    recipe: Recipe
    pages: tuple[GeneratedPage, ...]

    @property
    def images(self) -> list[Image.Image]:
        """The scanned pages, in order."""
        return [page.scan.image for page in self.pages if page.scan is not None]

    @property
    def boxes(self) -> list[FieldBox]:
        """Every place where a fact stands, in page order."""
        return [box for page in self.pages for box in page.boxes]

    def write(self, root: Path) -> Path:
        """Write the file at its recipe's path below `root`; return where it is."""
        path = root / self.recipe.path
        if path.suffix == ".pdf":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._pdf())
        else:
            write_images([page.scan for page in self.pages if page.scan is not None], path)
        return path

    def _pdf(self) -> bytes:
        scans = [page.scan for page in self.pages if page.scan is not None]
        printed = [page.sheet for page in self.pages if page.scan is None]
        if not printed:
            return scanned_pdf(scans)
        text = text_pdf(printed)
        return joined_pdf([text, scanned_pdf(scans)]) if scans else text


def generate(paper: Paper, recipe: Recipe, seed: int, known: Mapping[str, Body] | None = None) -> GeneratedDocument:
    """Make a document of a paper. The same paper, recipe and seed give the same pages.

    `known` are the issuing bodies by key, by default those of `texts/bodies.yaml`. In a file that mixes both,
    born-digital pages come before scanned ones.
    """
    body = (bodies() if known is None else known)[paper.body_key]
    rng = np.random.default_rng(seed)
    hand = HANDS[recipe.hand] if recipe.hand else random_hand(rng)
    sheets = lay_out(paper, body)
    looks = [recipe.looks[min(i, len(recipe.looks) - 1)] for i in range(len(sheets))]
    drawings = [
        draw_sheet(sheet, hand, rng) if look.name != "text" else None for sheet, look in zip(sheets, looks, strict=True)
    ]
    pages = tuple(
        _page(number, sheet, drawings, look, rng)
        for number, (sheet, look) in enumerate(zip(sheets, looks, strict=True), start=1)
    )
    return GeneratedDocument(paper, body, recipe, pages)


def _page(
    number: int, sheet: Sheet, drawings: list[Drawing | None], look: Look, rng: np.random.Generator
) -> GeneratedPage:
    drawing = drawings[number - 1]
    boxes = dict(_printed_boxes(sheet))
    if drawing is None:
        return GeneratedPage(sheet, None, tuple(FieldBox(name, number, box) for name, box in boxes.items()))
    for name, box in drawing.hand_boxes:
        boxes[name] = _around(boxes[name], box) if name in boxes else box
    following = drawings[number % len(drawings)]
    scanned = scan(drawing.image, look, rng, reverse=following.image if following else None)
    return GeneratedPage(sheet, scanned, tuple(FieldBox(n, number, scanned.box(box)) for n, box in boxes.items()))


def _printed_boxes(sheet: Sheet) -> dict[str, Box]:
    """The rectangle round all words of each field of a sheet."""
    boxes: dict[str, Box] = {}
    for word in sheet.words:
        box = (
            word.x / PAGE_WIDTH,
            (word.y - 0.75 * word.style.size) / PAGE_HEIGHT,
            (word.x + word.width) / PAGE_WIDTH,
            (word.y + 0.22 * word.style.size) / PAGE_HEIGHT,
        )
        for name in word.fields:
            boxes[name] = _around(boxes[name], box) if name in boxes else box
    return boxes


def _around(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])
