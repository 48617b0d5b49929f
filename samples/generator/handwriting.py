"""Digits written by hand into a blank: by a hand of a fount, or by the pen strokes of `strokes`.

No two digits come out alike: size, slant, baseline, spacing and pen pressure vary. The result is a mask of ink.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from samples.generator.fonts import HAND_FILES, load_font
from samples.generator.strokes import DIGITS, smooth, strokes

BLUE = (38, 52, 140)
DARK_BLUE = (24, 30, 92)
BLACK = (34, 32, 36)
RED_PEN = (170, 40, 48)
_OVERSAMPLE = 4


@dataclass(frozen=True, slots=True)
class Hand:
    """A person's way of writing.

    `face` is a fount file, or `strokes` for the own pen. `height` is relative to the size of the print, `pen` the
    thickness of the line relative to the height, `slant` the shear (0.2 leans right), `gap` the space between digits
    relative to the height, negative when they touch.
    """

    name: str
    face: str
    ink: tuple[int, int, int]
    height: float = 0.95
    pen: float = 0.09
    slant: float = 0.1
    gap: float = 0.08
    shape: Literal[0, 1, 2] | None = None


HANDS = {
    hand.name: hand
    for hand in (
        Hand("nga", "dkg.ttf", BLUE, 1.0, slant=0.05),
        Hand("vinh", "strokes", BLUE, 1.15, pen=0.095, slant=0.12, shape=0),
        Hand("que", "Breip.ttf", DARK_BLUE, 1.0, slant=0.1),
        Hand("tho", "strokes", BLACK, 1.0, pen=0.11, slant=0.2, gap=0.02, shape=1),
        Hand("sen", "Kristi.ttf", BLUE, 1.25, slant=0.0),
        Hand("dao", "SteveHand.ttf", BLACK, 1.05, slant=0.22),
        Hand("lam", "strokes", DARK_BLUE, 1.25, pen=0.085, slant=0.28, gap=-0.02),
        Hand("hoe", "Rufscript010.ttf", BLUE, 0.95, slant=0.05),
        Hand("mai", "BecauseWeOrganize-Regular.otf", BLACK, 1.05, slant=0.12),
        Hand("cuc", "Delphine.ttf", DARK_BLUE, 1.1, slant=0.0),
    )
}


def random_hand(rng: np.random.Generator) -> Hand:
    """Invent a hand: half of them founts, half the own pen."""
    face = "strokes" if rng.random() < 0.5 else str(rng.choice(HAND_FILES))  # noqa: PLR2004 - half
    ink = (BLUE, DARK_BLUE, BLACK, BLUE, RED_PEN)[int(rng.choice(5, p=[0.4, 0.2, 0.2, 0.18, 0.02]))]
    return Hand(
        "random",
        face,
        ink,
        height=float(rng.uniform(0.85, 1.3)),
        pen=float(rng.uniform(0.07, 0.125)),
        slant=float(rng.uniform(-0.05, 0.3)),
        gap=float(rng.uniform(-0.04, 0.14)),
    )


def write_digits(text: str, hand: Hand, size: float, rng: np.random.Generator) -> Image.Image:
    """Write digits; `size` is the print size in pixels. Return a mask ("L", 255 = ink) cut to the ink."""
    height = hand.height * size * float(rng.uniform(0.93, 1.07))
    glyphs = [_digit(char, hand, height * float(rng.uniform(0.92, 1.08)), rng) for char in text]
    gaps = [height * (hand.gap + float(rng.uniform(-0.03, 0.05))) for _ in glyphs]
    width = sum(g.width for g in glyphs) + sum(gaps) + 4
    mask = Image.new("L", (int(max(width, 8)) + 8, int(height * 1.5)), 0)
    x = 2.0
    drift = float(rng.uniform(-0.08, 0.08))
    for glyph, gap in zip(glyphs, gaps, strict=True):
        y = height * 0.25 + drift * x + float(rng.uniform(-0.04, 0.04)) * height + (height - glyph.height) * 0.8
        layer = Image.new("L", mask.size, 0)
        layer.paste(glyph, (int(x), int(y)))
        mask = Image.fromarray(np.maximum(np.asarray(mask), np.asarray(layer)))
        x += glyph.width + gap
    return _pressure(_cut(mask), rng)


def _digit(char: str, hand: Hand, height: float, rng: np.random.Generator) -> Image.Image:
    drawn = _pen_digit(char, hand, height, rng) if hand.face == "strokes" else _fount_digit(char, hand, height)
    slant = hand.slant + float(rng.uniform(-0.05, 0.05))
    turned = _shear(drawn, slant).rotate(float(rng.uniform(-4, 4)), Image.Resampling.BICUBIC, expand=True)
    return _cut(
        turned.resize((max(1, turned.width // _OVERSAMPLE), max(1, turned.height // _OVERSAMPLE)), Image.Resampling.BOX)
    )


def _fount_digit(char: str, hand: Hand, height: float) -> Image.Image:
    probe = load_font(hand.face, 200)
    top, bottom = probe.getbbox("0")[1], probe.getbbox("0")[3]
    font = load_font(hand.face, round(200 * height * _OVERSAMPLE / (bottom - top), 1))
    left, upper, right, lower = font.getbbox(char)
    image = Image.new("L", (int(right - left) + 8, int(lower - upper) + 8), 0)
    ImageDraw.Draw(image).text((4 - left, 4 - upper), char, font=font, fill=255)
    return image


def _pen_digit(char: str, hand: Hand, height: float, rng: np.random.Generator) -> Image.Image:
    """Draw a digit's skeleton with a round pen whose pressure rises and falls along each stroke."""
    count = len(DIGITS[char])
    which = int(rng.integers(count)) if hand.shape is None else min(hand.shape, count - 1)
    scale = height * _OVERSAMPLE
    margin = scale * 0.2
    image = Image.new("L", (int(scale * 0.7 + 2 * margin), int(scale * 1.1 + 2 * margin)), 0)
    draw = ImageDraw.Draw(image)
    bend = rng.normal(0, 0.018, size=2)
    for stroke in strokes(char, which):
        wobble = [
            (x + float(rng.normal(0, 0.015)) + bend[0] * y, y + float(rng.normal(0, 0.015)) + bend[1] * x)
            for x, y in stroke
        ]
        points = smooth(wobble, 24) * scale + margin
        thickness = _pen_widths(len(points), rng) * hand.pen * scale / 2
        for (x, y), radius in zip(points, thickness, strict=True):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return image


def _pen_widths(count: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Relative thickness along a stroke: pressed in the middle, lifted towards the end."""
    t = np.linspace(0, 1, count)
    phase = float(rng.uniform(0, 6.28))
    return np.asarray(0.85 + 0.2 * np.sin(np.pi * t) + 0.1 * np.sin(5 * t + phase) - 0.15 * t**3)


def _shear(mask: Image.Image, slant: float) -> Image.Image:
    extra = int(abs(slant) * mask.height)
    shift = -slant * mask.height if slant > 0 else 0.0
    matrix = (1, slant, shift, 0, 1, 0)
    return mask.transform((mask.width + extra, mask.height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC)


def _cut(mask: Image.Image) -> Image.Image:
    box = mask.point(lambda value: 255 if value > 24 else 0).getbbox()  # noqa: PLR2004 - faint edge of the pen
    return mask.crop(box) if box else mask


def _pressure(mask: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Let the ink flow unevenly, as a ballpoint does."""
    coarse = rng.uniform(0.72, 1.0, size=(max(2, mask.height // 9), max(2, mask.width // 9)))
    flow = Image.fromarray((coarse * 255).astype(np.uint8)).resize(mask.size, Image.Resampling.BICUBIC)
    inked = np.asarray(mask, dtype=np.float32) * np.asarray(flow, dtype=np.float32) / 255
    return Image.fromarray(inked.astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.4))
