"""Drawing typeset sheets as pages, as they lie on the desk before any scanner sees them."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from samples.generator import ink
from samples.generator.fonts import FOUNTS, load_font
from samples.generator.founts import in_fount
from samples.generator.handwriting import BLUE, Hand, write_digits
from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH, Blank, Box, Sheet

RENDER_DPI = 300
_TONER = 28
_WHITE = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn page and the boxes of what was written on it by hand, 0-1 of the page, by field name."""

    image: Image.Image
    hand_boxes: tuple[tuple[str, Box], ...]


def draw_sheet(
    sheet: Sheet, hand: Hand, rng: np.random.Generator, dpi: int = RENDER_DPI, fount: str = "serif"
) -> Drawing:
    """Draw a sheet: print first, then writing, signature, seal and marks, in ink that lets the print show through."""
    scale = dpi / 72
    page = _print(in_fount(sheet, fount) if fount != "serif" else sheet, scale, fount)
    boxes = [box for blank in sheet.blanks for box in _fill(page, blank, hand, scale, rng)]
    for sign in sheet.signatures:
        mask = ink.signature(sign.name, sign.width * scale, sign.height * scale, rng)
        _lay(page, mask, (sign.x * scale, sign.y * scale), BLUE)
    for stamp in sheet.seals:
        mask = ink.seal(stamp.text, stamp.radius * scale, rng)
        corner = (stamp.x * scale - mask.width / 2, stamp.y * scale - mask.height / 2)
        _lay(page, mask, corner, ink.SEAL_RED)
    for mark in sheet.marks:
        mask = ink.boxed_mark(mark.text, mark.width * scale, mark.height * scale, rng)
        pad = (mask.height - mark.height * scale) / 2
        _lay(page, mask, (mark.x * scale - pad, mark.y * scale - pad), ink.MARK_RED)
    return Drawing(page, tuple(boxes))


def _print(sheet: Sheet, scale: float, fount: str) -> Image.Image:
    page = Image.new("L", (round(PAGE_WIDTH * scale), round(PAGE_HEIGHT * scale)), 255)
    draw = ImageDraw.Draw(page)
    for rule in sheet.rules:
        ends = (rule.x0 * scale, rule.y0 * scale, rule.x1 * scale, rule.y1 * scale)
        draw.line(ends, fill=_TONER, width=max(1, round(rule.width * scale)))
    for word in sheet.words:
        font = load_font(FOUNTS[fount][word.style.face], word.style.size * scale)
        draw.text((word.x * scale, word.y * scale), word.text, font=font, fill=_TONER, anchor="ls")
    return page.convert("RGB")


def _fill(page: Image.Image, blank: Blank, hand: Hand, scale: float, rng: np.random.Generator) -> list[tuple[str, Box]]:
    """Write into a blank, about its middle, now and then touching what is printed beside it."""
    mask = write_digits(blank.text, hand, blank.size * scale, rng)
    slack = blank.width * scale - mask.width
    x = blank.x * scale + slack / 2 + float(rng.uniform(-0.35, 0.35)) * max(slack, 0)
    y = blank.y * scale - mask.height * float(rng.uniform(0.8, 0.94))
    _lay(page, mask, (x, y), hand.ink)
    box = (x / page.width, y / page.height, (x + mask.width) / page.width, (y + mask.height) / page.height)
    return [(name, box) for name in blank.fields]


def _lay(page: Image.Image, mask: Image.Image, corner: tuple[float, float], colour: tuple[int, int, int]) -> None:
    """Lay ink on the page by multiplication: what lies below stays visible."""
    x, y = round(corner[0]), round(corner[1])
    region = (x, y, x + mask.width, y + mask.height)
    tint = Image.composite(Image.new("RGB", mask.size, colour), Image.new("RGB", mask.size, _WHITE), mask)
    page.paste(ImageChops.multiply(page.crop(region), tint), region)
