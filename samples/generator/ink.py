"""What is put on paper after printing: the round seal, the signature, marks in a red box.

Each function returns a mask of ink ("L", 255 = full) to be laid on the page by `render`.
"""

import math
import zlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from samples.generator.fonts import PRINT_FILES, load_font
from samples.generator.strokes import smooth

SEAL_RED = (206, 38, 52)
MARK_RED = (200, 30, 40)
_SCALE = 2


def seal(text: str, radius: float, rng: np.random.Generator) -> Image.Image:
    """Draw a round stamp of a radius in pixels: double ring, the body's name around, a star, unevenly inked."""
    side = int(2 * radius * _SCALE) + 8
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    centre, outer = side / 2, radius * _SCALE
    for share, width in ((1.0, 5), (0.93, 2), (0.58, 2)):
        r = outer * share - 2
        draw.ellipse((centre - r, centre - r, centre + r, centre + r), outline=255, width=width * _SCALE // 2)
    _around(mask, text, outer * 0.76)
    _star(draw, centre, outer * 0.3)
    turned = mask.rotate(float(rng.uniform(-14, 14)), Image.Resampling.BICUBIC)
    small = turned.resize((side // _SCALE, side // _SCALE), Image.Resampling.BOX)
    return _uneven(small, rng, 0.35, 1.0)


def _around(mask: Image.Image, text: str, radius: float) -> None:
    """Write a text round a circle, open at its foot, the letters as large as their number allows."""
    step = min(2 * math.pi * 0.9 / max(1, len(text)), 0.26)
    font = load_font(PRINT_FILES["bold"], round(min(radius * 0.34, step * radius * 1.35)))
    centre, side = mask.width / 2, round(radius * 0.7)
    for i, char in enumerate(text):
        angle = (i - (len(text) - 1) / 2) * step
        tile = Image.new("L", (side, side), 0)
        ImageDraw.Draw(tile).text((side / 2, side / 2), char, font=font, fill=255, anchor="mm")
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        x = centre + radius * math.sin(angle) - side / 2
        y = centre - radius * math.cos(angle) - side / 2
        mask.paste(255, (int(x), int(y)), tile)


def _star(draw: ImageDraw.ImageDraw, centre: float, radius: float) -> None:
    points = []
    for i in range(10):
        r = radius if i % 2 == 0 else radius * 0.4
        angle = math.pi * i / 5
        points.append((centre + r * math.sin(angle), centre - r * math.cos(angle)))
    draw.polygon(points, fill=255)


def signature(name: str, width: float, height: float, rng: np.random.Generator) -> Image.Image:
    """Draw a person's flourish within a rectangle in pixels: the same person signs alike, never quite the same."""
    mask = Image.new("L", (int(width), int(height)), 0)
    draw = ImageDraw.Draw(mask)
    thickness = max(1.6, height * 0.013)
    own = np.random.default_rng(zlib.crc32(name.encode()))
    for points in (_loops(own), _dash(own)):
        drawn = [(x + float(rng.normal(0, 0.008)), y + float(rng.normal(0, 0.02))) for x, y in points]
        line = smooth(drawn, 90) * np.array([width, height])
        for i, (x, y) in enumerate(line):
            r = thickness * (0.7 + 0.5 * math.sin(i / 50) ** 2)
            draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return _uneven(mask, rng, 0.75, 1.0)


def _loops(rng: np.random.Generator) -> list[tuple[float, float]]:
    """A tall first letter, then ever lower waves across the width, and a tail."""
    count = int(rng.integers(2, 7))
    lean = float(rng.uniform(-0.02, 0.07))
    decay = float(rng.uniform(0.3, 0.8))
    first = float(rng.uniform(0.05, 0.2))
    points = [(0.12, float(rng.uniform(0.6, 0.9))), (0.1 + lean * 2, first), (0.04, 0.35), (0.2, 0.8)]
    for i in range(1, count + 1):
        x = 0.2 + 0.6 * i / count
        reach = 0.4 * (1 - decay * i / count)
        points.append((x + lean, 0.55 - reach * float(rng.uniform(0.3, 1.0))))
        points.append((x - lean * float(rng.uniform(0.3, 1.2)), 0.6 + reach * float(rng.uniform(0.2, 0.8))))
    points.append((0.96, float(rng.uniform(0.15, 0.75))))
    return points


def _dash(rng: np.random.Generator) -> list[tuple[float, float]]:
    """A stroke under or through the name, straight or curled back."""
    y = float(rng.uniform(0.5, 0.9))
    points = [(0.15, y), (0.5, y - float(rng.uniform(0.0, 0.15))), (0.85, y - float(rng.uniform(0.05, 0.2)))]
    return points if rng.random() < 0.5 else [*points, (0.6, y + 0.06), (0.4, y + 0.02)]  # noqa: PLR2004 - half


def boxed_mark(text: str, width: float, height: float, rng: np.random.Generator) -> Image.Image:
    """Draw a mark in capitals in a double box (pixels), a little askew as a hand stamp is."""
    pad = int(height * 0.2)
    mask = Image.new("L", (int(width) + 2 * pad, int(height) + 2 * pad), 0)
    draw = ImageDraw.Draw(mask)
    right, bottom = pad + width, pad + height
    gap, line = max(3.0, height * 0.11), max(2, int(height * 0.03))
    draw.rectangle((pad, pad, right, bottom), outline=255, width=line)
    draw.rectangle((pad + gap, pad + gap, right - gap, bottom - gap), outline=255, width=line)
    font = load_font(PRINT_FILES["bold"], round(height * 0.58))
    draw.text(((pad + right) / 2, (pad + bottom) / 2), text, font=font, fill=255, anchor="mm")
    return _uneven(mask.rotate(float(rng.uniform(-2.0, 2.0)), Image.Resampling.BICUBIC), rng, 0.7, 1.0)


def _uneven(mask: Image.Image, rng: np.random.Generator, low: float, high: float) -> Image.Image:
    coarse = rng.uniform(low, high, size=(max(2, mask.height // 30), max(2, mask.width // 30)))
    flow = Image.fromarray((coarse * 255).astype(np.uint8)).resize(mask.size, Image.Resampling.BICUBIC)
    inked = np.asarray(mask, dtype=np.float32) * np.asarray(flow, dtype=np.float32) / 255
    return Image.fromarray(inked.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))
