"""What becomes of a stamped header when it is copied and scanned, in many resolutions and qualities."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from samples.training.secrecy_marks.sheets import DPI, HEIGHT, WIDTH
from samples.training.secrecy_marks.stamping import Stamped
from samples.training.secrecy_marks.words import happens

Light = NDArray[np.float32]
"""Brightness, 0-255."""
Grey = NDArray[np.uint8]


def scanned(page: Light, stamped: list[Stamped], to: float, rng: np.random.Generator) -> tuple[Grey, list[Stamped]]:
    """The header as it is scanned, resized to a resolution, and what is where on it."""
    kind = str(rng.choice(["clean", "office", "copy", "bitonal"], p=[0.1, 0.33, 0.32, 0.25]))
    angle = (
        0.0 if kind == "clean" or happens(rng, 0.2) else float(rng.uniform(-1, 1)) * (3.8 if kind == "copy" else 1.8)
    )
    scale = 1.0 if kind == "clean" else float(rng.choice([1.0, 0.75, 1.5], p=[0.5, 0.35, 0.15]))
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), angle, 1)
    light = np.asarray(cv2.warpAffine(page, turn, (WIDTH, HEIGHT), borderValue=255.0), np.float32)
    light = _resized(light, scale)
    if kind == "office":
        light = _office(light, rng)
    elif kind == "copy":
        light = _copy(light, rng)
    elif kind == "bitonal":
        light = _bitonal(light, rng)
    grey = np.clip(light, 0, 255).astype(np.uint8)
    if happens(rng, 0.75):
        _, coded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 85))])
        grey = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    placed = [_moved(mark, np.asarray(turn, np.float64), angle, to / DPI) for mark in stamped]
    resized = _resized(np.asarray(grey, np.float32), to / DPI / scale)
    return np.clip(np.rint(resized), 0, 255).astype(np.uint8), placed


def _resized(image: Light, scale: float) -> Light:
    if scale == 1:
        return image
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=way), np.float32)


def _moved(mark: Stamped, turn: NDArray[np.float64], angle: float, scale: float) -> Stamped:
    x, y = turn @ np.array([mark.x, mark.y, 1.0])
    width, height = mark.width * scale, mark.height * scale
    return replace(mark, x=float(x) * scale, y=float(y) * scale, width=width, height=height, angle=mark.angle + angle)


def _noise(shape: tuple[int, int], strength: float, rng: np.random.Generator) -> Light:
    return rng.standard_normal(shape, dtype=np.float32) * np.float32(strength)


def _uneven(light: Light, rng: np.random.Generator) -> Light:
    """A slope of the light, and a shadow at the left edge."""
    height, width = light.shape
    across = np.linspace(0, 1, width, dtype=np.float32)[None]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    slope = 1 + rng.uniform(-0.08, 0.08) * across + rng.uniform(-0.08, 0.08) * down
    return np.asarray(light * (slope - rng.uniform(0, 0.3) * np.exp(-across / 0.03)), np.float32)


def _blurred(light: Light, low: float, high: float, rng: np.random.Generator) -> Light:
    return np.asarray(cv2.GaussianBlur(light, (0, 0), float(rng.uniform(low, high))), np.float32)


def _office(light: Light, rng: np.random.Generator) -> Light:
    soft = _blurred(light, 0.4, 1.0, rng) * rng.uniform(0.85, 1) + rng.uniform(0, 20)
    return _uneven(np.asarray(soft, np.float32), rng) + _noise(light.shape, float(rng.uniform(1, 6)), rng)


def _copy(light: Light, rng: np.random.Generator) -> Light:
    """Pale, soft and noisy, with specks."""
    darkest, paper = rng.uniform(10, 85), rng.uniform(195, 250)
    soft = np.asarray(darkest + _blurred(light, 0.6, 1.5, rng) / 255 * (paper - darkest), np.float32)
    page = _uneven(soft, rng) + _noise(light.shape, float(rng.uniform(2, 12)), rng)
    height, width = page.shape
    count = int(height * width / rng.uniform(500, 9000))
    ys, xs = rng.integers(0, height, count), rng.integers(1, width - 1, count)
    page[ys, xs] = rng.uniform(0, 120)
    page[ys[::2], xs[::2] + 1] = rng.uniform(0, 120)
    page[ys[::3], xs[::3] - 1] = 235
    for _ in range(int(rng.uniform(0, 40))):
        spot = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        cv2.circle(page, spot, int(rng.integers(1, 4)), float(rng.uniform(20, 120)), -1)
    return page


def _bitonal(light: Light, rng: np.random.Generator) -> Light:
    noisy = _blurred(light, 0.3, 0.9, rng) + _noise(light.shape, float(rng.uniform(1, 16)), rng)
    return np.where(noisy < rng.uniform(115, 205), 0, 255).astype(np.float32)
