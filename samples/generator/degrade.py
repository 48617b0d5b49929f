"""What scanners and copiers do to a page: skew, uneven light, noise, blur, speckle, the other side shining through.

`scan` returns the page as the scanner saves it and the affine map from the drawn page to it, so that boxes can follow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH, Box, Look

_PHOTOCOPY_INK, _PHOTOCOPY_PAPER = 62, 218
_SHINE = 0.13
_BITONAL_THRESHOLD = 150


@dataclass(frozen=True, slots=True)
class Scan:
    """A scanned page; `angle` is the skew in degrees, counter-clockwise."""

    image: Image.Image
    look: Look
    angle: float

    def box(self, box: Box) -> Box:
        """Where a box of the drawn page (0-1) lies on the scan: the upright rectangle round its turned corners."""
        if not self.angle:
            return box
        radians = np.deg2rad(self.angle)
        cos, sin = float(np.cos(radians)), float(np.sin(radians))
        ratio = self.image.height / self.image.width
        corners = [(x - 0.5, (y - 0.5) * ratio) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs = [x * cos + y * sin + 0.5 for x, y in corners]
        ys = [(-x * sin + y * cos) / ratio + 0.5 for x, y in corners]
        return min(xs), min(ys), max(xs), max(ys)


def scan(page: Image.Image, look: Look, rng: np.random.Generator, reverse: Image.Image | None = None) -> Scan:
    """Scan a drawn page. `reverse` is what is printed on the back, if it may shine through a photocopy."""
    size = (round(PAGE_WIDTH / 72 * look.dpi), round(PAGE_HEIGHT / 72 * look.dpi))
    small = page.resize(
        size, Image.Resampling.BOX if look.dpi < page.width / PAGE_WIDTH * 72 else Image.Resampling.LANCZOS
    )
    match look.name:
        case "office":
            return _office(small, look, rng)
        case "photocopy":
            return _photocopy(small, look, rng, reverse)
        case "bitonal":
            return _bitonal(small, look, rng)
        case _:
            return Scan(small.convert("L"), look, 0.0)


def _skew(page: Image.Image, angle: float, paper: int) -> Image.Image:
    fill: int | tuple[int, int, int] = (paper, paper, paper) if page.mode == "RGB" else paper
    return page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=fill)


def _signed(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high) * rng.choice([-1, 1]))


def _office(page: Image.Image, look: Look, rng: np.random.Generator) -> Scan:
    """A colour scan on an office machine: slight skew, uneven light, a shadow at the binding, sensor noise."""
    angle = _signed(rng, 0.5, 1.5)
    tilted = _skew(page, angle, 255).filter(ImageFilter.GaussianBlur(0.45))
    pixels = np.asarray(tilted, dtype=np.float32)
    light = _light(pixels.shape[0], pixels.shape[1], rng)
    warmth = np.array([1.0, 0.993, 0.972], dtype=np.float32)
    lit = (pixels * 0.93 + 8) * light[..., None] * warmth
    lit += rng.normal(0, 3.0, size=lit.shape[:2]).astype(np.float32)[..., None]
    return Scan(_image(lit), look, angle)


def _light(height: int, width: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Brightness over the page, about 1: a slow slope and a dark left edge."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    slope = 1 + float(rng.uniform(-0.05, 0.05)) * (x - 0.5) + float(rng.uniform(-0.06, 0.06)) * (y - 0.5)
    shadow = 1 - float(rng.uniform(0.12, 0.3)) * np.exp(-x / 0.025)
    return np.asarray(slope * shadow, dtype=np.float32)


def _photocopy(page: Image.Image, look: Look, rng: np.random.Generator, reverse: Image.Image | None) -> Scan:
    """A grey copy of a copy: more skew, soft and pale letters, specks, the back shining through."""
    angle = _signed(rng, 2.0, 3.0)
    grey = page.convert("L")
    soft = _skew(grey, angle, 255).filter(ImageFilter.GaussianBlur(0.7))
    pixels = np.array(soft, dtype=np.float32)
    if reverse is not None:
        back = reverse.convert("L").resize(grey.size).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        shine = back.filter(ImageFilter.GaussianBlur(2)).point(lambda value: int(255 - (255 - value) * _SHINE))
        np.minimum(pixels, np.asarray(shine, dtype=np.float32), out=pixels)
    pixels *= (_PHOTOCOPY_PAPER - _PHOTOCOPY_INK) / 255
    pixels += _PHOTOCOPY_INK
    pixels *= _light(pixels.shape[0], pixels.shape[1], rng)
    pixels += rng.normal(0, 9.0, size=pixels.shape).astype(np.float32)
    return Scan(_specks(_image(pixels), rng), look, angle)


def _specks(page: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Scatter dark and light dots of one or two pixels."""
    pixels = np.array(page)
    height, width = pixels.shape
    for value, count in ((70, height * width // 900), (235, height * width // 1500)):
        ys, xs = rng.integers(0, height - 1, count), rng.integers(0, width - 1, count)
        pixels[ys, xs] = value
        half = count // 2
        pixels[ys[:half], xs[:half] + 1] = value
    return Image.fromarray(pixels)


def _bitonal(page: Image.Image, look: Look, rng: np.random.Generator) -> Scan:
    """A black-and-white scan as fax machines and old scanners make."""
    angle = _signed(rng, 0.1, 0.5)
    pixels = np.asarray(_skew(page.convert("L"), angle, 255), dtype=np.float32)
    pixels = pixels + rng.normal(0, 14, size=pixels.shape).astype(np.float32)
    return Scan(Image.fromarray(pixels > _BITONAL_THRESHOLD), look, angle)


def _image(pixels: NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
