"""Printed header zones at 200 dpi: two columns, a title, a subject, text, now and then a table, a scribble, a code."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from samples.training.secrecy_marks.words import NATIONAL, OF_SECRETS, SYLLABLES, SYMBOLS, TYPES, happens

DPI = 200
WIDTH, HEIGHT = 1654, 900
MM = DPI / 25.4
_FOUNTS = Path("/usr/share/fonts/truetype")
_FACES = ("Regular", "Bold", "Italic", "BoldItalic")
_DEJAVU = (("", "-Bold"), ("", "-Bold"))
FAMILIES = {
    "serif": tuple(f"liberation2/LiberationSerif-{face}.ttf" for face in _FACES),
    "sans": tuple(f"liberation2/LiberationSans-{face}.ttf" for face in _FACES),
    "mono": tuple(f"liberation2/LiberationMono-{face}.ttf" for face in _FACES),
    "dejavu serif": tuple(f"dejavu/DejaVuSerif{face}.ttf" for faces in _DEJAVU for face in faces),
    "dejavu sans": tuple(f"dejavu/DejaVuSans{face}.ttf" for faces in _DEJAVU for face in faces),
}
_HOW_OFTEN = (0.5, 0.26, 0.08, 0.08, 0.08)
REGULAR, BOLD, ITALIC = range(3)


@dataclass(frozen=True, slots=True)
class Header:
    """A printed header zone, and where the middle of its left column and its number line are, in pixels."""

    image: Image.Image
    column: float
    number: float


@lru_cache(maxsize=256)
def fount(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FOUNTS / file), size)


def phrase(rng: np.random.Generator, low: int, high: int, *, capitals: bool = False) -> str:
    """Some syllables, and now and then words that speak of secrets."""
    text = " ".join(rng.choice(SYLLABLES, int(rng.integers(low, high))))
    if happens(rng, 0.12):
        text += f" {rng.choice(OF_SECRETS)}"
    return text.upper() if capitals else text[:1].upper() + text[1:]


class Printer:
    """Prints lines one below the other in one family of founts; it holds the sheet that it prints on."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.image = Image.new("L", (WIDTH, HEIGHT), 255)
        self.draw = ImageDraw.Draw(self.image)
        self.files: Sequence[str] = FAMILIES[str(rng.choice(list(FAMILIES), p=_HOW_OFTEN))]
        self.size = float(rng.uniform(11.5, 14.5)) * DPI / 72
        self.step = self.size * float(rng.uniform(1.1, 1.4))

    def line(self, place: tuple[float, float], text: str, face: int = REGULAR, size: float = 1.0) -> float:
        """Print a line with its middle here; return where the next one begins."""
        font = fount(self.files[face], round(self.size * size))
        self.draw.text(place, text, font=font, fill=int(self.rng.integers(0, 40)), anchor="ma")
        return place[1] + self.step

    def rule(self, x: float, y: float, half: float) -> float:
        self.draw.line((x - half, y + 3, x + half, y + 3), fill=0, width=int(self.rng.integers(2, 4)))
        return y + 13


def printed_header(rng: np.random.Generator) -> Header:
    """A header zone as no office has printed it."""
    printer = Printer(rng)
    top = float(rng.uniform(10, 25)) * MM
    column = WIDTH * float(rng.uniform(0.22, 0.3))
    number, left_end = _left_column(printer, column, top)
    right_end = _right_column(printer, WIDTH * float(rng.uniform(0.66, 0.73)), top + float(rng.uniform(0, 4)) * MM)
    y = _title(printer, max(left_end, right_end) + float(rng.uniform(4, 18)) * MM)
    _body(printer, y)
    _clutter(printer, column, number)
    return Header(printer.image, column, number)


def _left_column(printer: Printer, x: float, y: float) -> tuple[float, float]:
    """Issuer, star or rule, number, subject of a letter. Where the number stands, and where the column ends."""
    rng = printer.rng
    for _ in range(int(rng.integers(1, 4))):
        y = printer.line((x, y), phrase(rng, 2, 5, capitals=True)[:26], int(happens(rng, 0.5)), 0.95)
    if happens(rng, 0.5):
        y = printer.line((x, y), "*") - printer.step * 0.4
    elif happens(rng, 0.7):
        y = printer.rule(x, y, 60)
    number = y
    if happens(rng, 0.93):
        value = str(rng.integers(1, 999)) if happens(rng, 0.6) else "       "
        y = printer.line((x, y), f"Số: {value} {rng.choice(SYMBOLS)}")
    if happens(rng, 0.35):
        for _ in range(int(rng.integers(1, 4))):
            y = printer.line((x, y), phrase(rng, 3, 6)[:30].lower(), ITALIC, 0.9)
    return number, y


def _right_column(printer: Printer, x: float, y: float) -> float:
    rng = printer.rng
    y = printer.line((x, y), str(rng.choice(NATIONAL)), BOLD, float(rng.uniform(0.85, 1.05)))
    if happens(rng, 0.5):
        y = printer.line((x, y), "Độc lập - Tự do - Hạnh phúc", BOLD)
    if happens(rng, 0.8):
        y = printer.rule(x, y, 150)
    day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(10, 27)
    return printer.line((x, y + printer.step / 2), f"Hà Sơn, ngày {day} tháng {month} năm 20{year}", ITALIC)


def _title(printer: Printer, y: float) -> float:
    rng = printer.rng
    if happens(rng, 0.25):
        return y
    y = printer.line((WIDTH / 2, y), str(rng.choice(TYPES)), BOLD, 1.15) + printer.step * 0.2
    for _ in range(int(rng.integers(1, 4))):
        y = printer.line((WIDTH / 2, y), phrase(rng, 4, 10, capitals=happens(rng, 0.25))[:60], BOLD)
    return printer.rule(WIDTH / 2, y, 120) if happens(rng, 0.5) else y + printer.step * 0.7


def _body(printer: Printer, y: float) -> None:
    rng = printer.rng
    margin = WIDTH * float(rng.uniform(0.1, 0.16))
    font = fount(printer.files[REGULAR], round(printer.size))
    while y < HEIGHT:
        indent = 60 if happens(rng, 0.3) else 0
        printer.draw.text((margin + indent, y), phrase(rng, 8, 14)[:90], font=font, fill=int(rng.integers(0, 40)))
        y += printer.step
        if happens(rng, 0.06):
            y = _table(printer, margin, y)


def _table(printer: Printer, left: float, y: float) -> float:
    rng = printer.rng
    edges = np.linspace(left, WIDTH * 0.92, int(rng.integers(3, 7)))
    height = printer.step * 1.6
    font = fount(printer.files[BOLD if happens(rng, 0.4) else REGULAR], round(printer.size * 0.8))
    for _ in range(int(rng.integers(1, 5))):
        for x0, x1 in pairwise(edges):
            printer.draw.rectangle((x0, y, x1, y + height), outline=0, width=2)
            text = phrase(rng, 2, 3, capitals=happens(rng, 0.3))[: int((x1 - x0) / printer.size / 0.6)]
            printer.draw.text(((x0 + x1) / 2, y + height / 2), text, font=font, fill=0, anchor="mm")
        y += height
    return y


def _clutter(printer: Printer, column: float, number: float) -> None:
    """Pen strokes round the number, and a code of squares."""
    rng = printer.rng
    if happens(rng, 0.3):
        points = [
            (column + float(rng.uniform(-90, 90)), number + float(rng.uniform(-10, 60)))
            for _ in range(int(rng.integers(3, 8)))
        ]
        printer.draw.line(points, fill=int(rng.integers(20, 90)), width=int(rng.integers(2, 6)), joint="curve")
    if happens(rng, 0.15):
        squares = Image.fromarray((rng.integers(0, 2, (21, 21)) * 255).astype(np.uint8))
        corner = (int(rng.uniform(0, WIDTH - 260)), int(rng.uniform(0, 300)))
        printer.image.paste(squares.resize((180, 180), Image.Resampling.NEAREST), corner)
