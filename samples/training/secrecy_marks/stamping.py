"""Ink on printed headers: stamped marks and other stamps, round seals, the frame of the receiving office."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from samples.training.secrecy_marks.sheets import FAMILIES, HEIGHT, MM, WIDTH, Header, fount, phrase
from samples.training.secrecy_marks.words import MARKS, OTHERS, happens

Ink = NDArray[np.float32]
"""How much of the light each pixel takes, 0-1."""
_FOUNTS = (
    FAMILIES["serif"][1],
    FAMILIES["sans"][1],
    FAMILIES["dejavu serif"][1],
    FAMILIES["dejavu sans"][1],
    FAMILIES["sans"][0],
    FAMILIES["serif"][0],
)
_HOW_OFTEN = (0.4, 0.28, 0.1, 0.1, 0.07, 0.05)
_TRIES = 8


@dataclass(frozen=True, slots=True)
class Stamped:
    """A stamp on a header: what it says, 1-3 a mark of `MARKS`, 0 something else.

    Middle, width and height are those of its `MẬT`, or of all its text, in pixels; the angle is in degrees to the left.
    """

    kind: int
    x: float
    y: float
    width: float
    height: float
    angle: float


@dataclass(frozen=True, slots=True)
class _Stamp:
    """A stamp upright, and the width and height of its text, which is in its middle."""

    mask: Image.Image
    width: float
    height: float


def stamped_header(header: Header, rng: np.random.Generator) -> tuple[NDArray[np.float32], list[Stamped]]:
    """The header with up to five stamps that do not cover each other: brightness 0-255, and what is where."""
    ink: Ink = np.zeros((HEIGHT, WIDTH), np.float32)
    if happens(rng, 0.3):
        _seal(ink, rng)
    if happens(rng, 0.25):
        _received(ink, rng)
    strength = float(rng.uniform(0.45, 1.0))
    taken: list[tuple[float, float, float, float]] = []
    stamped = []
    for number in range(int(rng.integers(0, 6))):
        kind, text = _what(rng)
        stamp = _stamp(text, rng)
        place = _free_place(stamp, header if number == 0 else None, taken, rng)
        if place is not None:
            angle = _press(ink, stamp, place, float(np.clip(strength * rng.uniform(0.8, 1.1), 0.4, 1)), rng)
            stamped.append(_placed(kind, text, stamp, place, angle))
    return np.asarray(header.image, np.float32) * (1 - ink * float(rng.uniform(0.85, 1))), stamped


def _what(rng: np.random.Generator) -> tuple[int, str]:
    if happens(rng, 0.55):
        kind = int(rng.choice(3, p=[0.5, 0.27, 0.23])) + 1
        return kind, MARKS[kind - 1]
    return 0, str(rng.choice(OTHERS)) if happens(rng, 0.85) else phrase(rng, 1, 4, capitals=True)[:22]


def _stamp(text: str, rng: np.random.Generator) -> _Stamp:
    """A stamp in one or two frames, or none."""
    capital = float(rng.uniform(2.4, 5.6)) * MM
    font = fount(str(rng.choice(_FOUNTS, p=_HOW_OFTEN)), round(capital * 1.45))
    left, top, right, bottom = font.getbbox(text)
    spare_x, spare_y = float(rng.uniform(0.25, 1.6)) * capital, float(rng.uniform(0.15, 0.8)) * capital
    frame = rng.choice(["single", "double", "none"], p=[0.52, 0.4, 0.08])
    across, down, pad = right - left + 2 * spare_x, bottom - top + 2 * spare_y, capital * 1.2
    mask = Image.new("L", (int(across + 2 * pad), int(down + 2 * pad)), 0)
    draw = ImageDraw.Draw(mask)
    draw.text((pad + spare_x - left, pad + spare_y - top), text, font=font, fill=255)
    line = max(2, int(rng.uniform(0.2, 0.75) * MM))
    if frame != "none":
        radius = 0 if happens(rng, 0.8) else int(capital / 2)
        draw.rounded_rectangle((pad, pad, pad + across, pad + down), radius, outline=255, width=line)
    if frame == "double":
        gap = pad - line - int(rng.uniform(0.4, 1.3) * MM)
        far = (2 * pad + across - gap, 2 * pad + down - gap)
        draw.rectangle((gap, gap, *far), outline=255, width=max(2, line - 1))
    return _Stamp(mask, right - left, bottom - top)


def _free_place(
    stamp: _Stamp, header: Header | None, taken: list[tuple[float, float, float, float]], rng: np.random.Generator
) -> tuple[float, float] | None:
    """Where no stamp is yet; mostly under the number where a header is given."""
    across, down = stamp.mask.width * 0.45, stamp.mask.height * 0.45
    for _ in range(_TRIES):
        if header is not None and happens(rng, 0.8):
            x, y = header.column + float(rng.normal(0, 60)), header.number + float(rng.uniform(-20, 170))
        else:
            x, y = float(rng.uniform(100, WIDTH - 100)), float(rng.uniform(60, HEIGHT - 80))
        x = float(np.clip(x, stamp.mask.width * 0.33, WIDTH - stamp.mask.width * 0.33))
        y = float(np.clip(y, 60, HEIGHT - 80))
        box = (x - across, y - down, x + across, y + down)
        if all(box[2] < b[0] or b[2] < box[0] or box[3] < b[1] or b[3] < box[1] for b in taken):
            taken.append(box)
            return x, y
    return None


def _press(ink: Ink, stamp: _Stamp, place: tuple[float, float], strength: float, rng: np.random.Generator) -> float:
    """Put a stamp on the ink, turned and unevenly; return by how many degrees to the left."""
    angle = float(np.clip(rng.normal(0, 4), -13, 13)) if happens(rng, 0.75) else float(rng.uniform(-17, 17))
    if happens(rng, 0.3):
        angle *= 0.2
    mask = _uneven(stamp.mask.rotate(angle, Image.Resampling.BICUBIC), rng, float(rng.uniform(0.5, 0.95)))
    pressed = _worn(mask, rng) if happens(rng, 0.45) else mask
    left, top = int(place[0] - stamp.mask.width / 2), int(place[1] - stamp.mask.height / 2)
    x0, y0, x1, y1 = max(0, left), max(0, top), min(WIDTH, left + mask.shape[1]), min(HEIGHT, top + mask.shape[0])
    part = pressed[y0 - top : y1 - top, x0 - left : x1 - left] * np.float32(strength)
    ink[y0:y1, x0:x1] = np.maximum(ink[y0:y1, x0:x1], part)
    return angle


def _placed(kind: int, text: str, stamp: _Stamp, place: tuple[float, float], angle: float) -> Stamped:
    font = fount(_FOUNTS[0], 200)
    share = font.getlength("MẬT") / font.getlength(text) if kind else 1.0
    aside = (1 - share) / 2 * stamp.width  # from the middle of the text to that of its last word
    turn = math.radians(angle)
    x, y = place[0] + aside * math.cos(turn), place[1] - aside * math.sin(turn)
    return Stamped(kind, x, y, stamp.width * share, stamp.height, angle)


def _uneven(mask: Image.Image, rng: np.random.Generator, low: float) -> Ink:
    """Ink 0-1, more in some places than in others."""
    cells = (max(2, mask.height // int(rng.integers(8, 40))), max(2, mask.width // int(rng.integers(8, 40))))
    flow = cv2.resize(rng.uniform(low, 1, cells).astype(np.float32), mask.size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.asarray(mask, np.float32) / 255 * np.clip(flow, 0, 1), np.float32)


def _worn(mask: Ink, rng: np.random.Generator) -> Ink:
    """Ink that is pale and missing in patches."""
    cell = int(rng.integers(4, 16))
    height, width = mask.shape
    coarse = rng.uniform(0, 255, (height // cell + 2, width // cell + 2)).astype(np.float32)
    patches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    lost = np.percentile(patches, float(rng.uniform(5, 35)))
    rest = np.clip((patches - lost) / 25 + rng.uniform(0, 0.35), float(rng.uniform(0, 0.3)), 1)
    return np.asarray(mask * rest * rng.uniform(0.55, 1), np.float32)


def _seal(ink: Ink, rng: np.random.Generator) -> None:
    radius = float(rng.uniform(12, 19)) * MM
    middle = (int(rng.uniform(100, WIDTH - 100)), int(rng.uniform(50, HEIGHT)))
    mask = np.zeros(ink.shape, np.uint8)
    for share, line in ((1, 5), (0.92, 2), (0.6, 2)):
        cv2.circle(mask, middle, int(radius * share), 255, line)
    np.maximum(ink, mask / np.float32(255) * np.float32(rng.uniform(0.4, 0.75)), out=ink)


def _received(ink: Ink, rng: np.random.Generator) -> None:
    """The frame in which the receiving office notes number and day."""
    x, y = float(rng.uniform(30, WIDTH - 420)), float(rng.uniform(30, HEIGHT - 250))
    across, down = float(rng.uniform(38, 60)) * MM, float(rng.uniform(16, 28)) * MM
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((x, y, x + across, y + down), outline=255, width=4)
    font = fount(_FOUNTS[int(rng.integers(0, 4))], round(float(rng.uniform(3, 4.4)) * MM))
    day = f"Ngày: {rng.integers(1, 29)}/{rng.integers(1, 13)}/20{rng.integers(10, 26)}"
    title = str(rng.choice(["CÔNG VĂN ĐẾN", "ĐẾN", phrase(rng, 3, 4, capitals=True)]))
    line = y + 6
    for text in (title, f"Số: {rng.integers(1, 999)}", day, "Chuyển: "):
        if line > y + down - 20:
            break
        draw.text((x + 10, line), text, font=font, fill=255)
        line += float(rng.uniform(4.5, 6.5)) * MM
    np.maximum(ink, _uneven(mask, rng, 0.6) * np.float32(rng.uniform(0.5, 1)), out=ink)
