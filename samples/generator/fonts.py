"""The founts the generator prints and writes with, all from Debian packages.

From Debian 13 on, `fonts-liberation2` is an empty package that brings `fonts-liberation`, by then the same founts.
"""

from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont
from reportlab.pdfbase.ttfonts import TTFont

from samples.generator.model import Face, Style

FONT_ROOT = Path("/usr/share/fonts")

PRINT_FILES: dict[Face, str] = {
    "regular": "LiberationSerif-Regular.ttf",
    "bold": "LiberationSerif-Bold.ttf",
    "italic": "LiberationSerif-Italic.ttf",
    "bold-italic": "LiberationSerif-BoldItalic.ttf",
}
FOUNTS: dict[str, dict[Face, str]] = {
    "serif": PRINT_FILES,
    "sans": {
        "regular": "LiberationSans-Regular.ttf",
        "bold": "LiberationSans-Bold.ttf",
        "italic": "LiberationSans-Italic.ttf",
        "bold-italic": "LiberationSans-BoldItalic.ttf",
    },
    "typewriter": {
        "regular": "LiberationMono-Regular.ttf",
        "bold": "LiberationMono-Bold.ttf",
        "italic": "LiberationMono-Italic.ttf",
        "bold-italic": "LiberationMono-BoldItalic.ttf",
    },
}
"""What pages can be printed in. Lines are broken for the first; `founts` sets them in the others."""
HAND_FILES = (
    "dkg.ttf",
    "dkgBd.ttf",
    "dkgIt.ttf",
    "Breip.ttf",
    "Rufscript010.ttf",
    "Kristi.ttf",
    "BecauseWeLearn-Regular.otf",
    "BecauseWeMentor-Regular.otf",
    "BecauseWeOrganize-Regular.otf",
    "Delphine.ttf",
    "SteveHand.ttf",
)
DEBIAN_PACKAGES = (
    "fonts-liberation2",
    "fonts-dkg-handwriting",
    "fonts-breip",
    "fonts-rufscript",
    "fonts-kristi",
    "fonts-bwht",
    "fonts-sjfonts",
)
_PACKAGE_OF = {
    "Liberation": "fonts-liberation2",
    "dkg": "fonts-dkg-handwriting",
    "Breip": "fonts-breip",
    "Rufscript": "fonts-rufscript",
    "Kristi": "fonts-kristi",
    "BecauseWe": "fonts-bwht",
    "Delphine": "fonts-sjfonts",
    "SteveHand": "fonts-sjfonts",
}
_MEASURE_SIZE = 1000


class FontMissingError(RuntimeError):
    """A fount file is not installed; the message names the Debian package that brings it."""


def package_of(file_name: str) -> str:
    """Return the Debian package that holds a fount file of this module."""
    return next(package for start, package in _PACKAGE_OF.items() if file_name.startswith(start))


@cache
def font_path(file_name: str) -> Path:
    """Find a fount file below the system's font folder.

    Raises:
        FontMissingError: it is not installed.
    """
    found = sorted(FONT_ROOT.rglob(file_name)) if FONT_ROOT.is_dir() else []
    if any(file_name in files.values() for files in FOUNTS.values()):
        found = [path for path in found if _has_vietnamese(path)]
    if not found:
        message = f"Font {file_name} is missing: install the Debian package {package_of(file_name)}."
        raise FontMissingError(message)
    return found[-1]


def _has_vietnamese(path: Path) -> bool:
    """Liberation 1, still in some systems beside Liberation 2, has no Vietnamese letters."""
    return ord("ế") in TTFont(path.stem, str(path)).face.charToGlyph


@lru_cache(maxsize=128)
def load_font(file_name: str, size: float) -> ImageFont.FreeTypeFont:
    """Open a fount at a size in pixels. Basic layout: the same on every machine, with or without Raqm."""
    return ImageFont.truetype(str(font_path(file_name)), size, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str, style: Style, fount: str = "serif") -> float:
    """Width of a printed text in points."""
    return load_font(FOUNTS[fount][style.face], _MEASURE_SIZE).getlength(text) * style.size / _MEASURE_SIZE
