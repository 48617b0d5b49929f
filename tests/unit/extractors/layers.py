"""PDF pages whose text layer carries the codes of old Vietnamese fonts, or other people's text, for the tests.

The fonts are named and not embedded: only the codes matter here. The codes are taken from viparse's tables, which were
made from other documents than ours; the letters that they lack are added by hand.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from viparse.normalize.tcvn3 import TCVN3
from viparse.normalize.vni import VNI

A4 = (595, 842)
_SIZE, _LEFT, _TOP, _PITCH = 8, 60, 780, 16

TCVN3_CODES = {letter: code for code, letter in TCVN3.pairs}
VNI_CODES = {letter: codes for codes, letter in VNI.pairs} | {"ẳ": "aú", "Ẳ": "AÚ", "ỵ": "î", "Ỵ": "Î"}


@dataclass(frozen=True, slots=True)
class Said:
    """A line as the file says it: codes in a font."""

    codes: str
    font: str


def in_tcvn3(text: str, font: str = ".VnTime") -> Said:
    """A line of TCVN3. It has no accented capitals: an `H` font draws the small ones so."""
    return Said("".join(TCVN3_CODES.get(letter, TCVN3_CODES.get(letter.lower(), letter)) for letter in text), font)


def in_vni(text: str, font: str = "VNI-Times") -> Said:
    """A line of VNI."""
    return Said("".join(VNI_CODES.get(letter, letter) for letter in text), font)


def layer_pdf(path: Path, pages: Sequence[Sequence[Said]], *, encoding: str | None = "WinAnsiEncoding") -> Path:
    """A PDF with a page of simple fonts for each list of lines."""
    with pikepdf.new() as pdf:
        for lines in pages:
            page = pdf.add_blank_page(page_size=A4)
            names = {font: f"/F{i}" for i, font in enumerate(dict.fromkeys(line.font for line in lines))}
            fonts = {name: _font(font, encoding) for font, name in names.items()}
            page.Resources = Dictionary(Font=Dictionary(fonts))
            page.Contents = Stream(pdf, b"\n".join(_drawn(line, names, i) for i, line in enumerate(lines)))
        pdf.save(path)
    return path


def _font(name: str, encoding: str | None) -> Dictionary:
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name(f"/{name}"),
        FirstChar=0,
        LastChar=255,
        Widths=Array([500] * 256),
        FontDescriptor=Dictionary(
            Type=Name.FontDescriptor, FontName=Name(f"/{name}"), Flags=32, Ascent=900, Descent=-200
        ),
    )
    if encoding:
        font.Encoding = Name(f"/{encoding}")
    return font


def _descriptor(name: str) -> Dictionary:
    box = Array([0, -200, 1000, 900])
    return Dictionary(
        Type=Name.FontDescriptor, FontName=Name(f"/{name}"), Flags=32, FontBBox=box, Ascent=900, Descent=-200
    )


def _drawn(line: Said, names: Mapping[str, str], row: int) -> bytes:
    codes = unicodedata.normalize("NFC", line.codes).encode("latin-1").hex()
    place = f"{_LEFT} {_TOP - row * _PITCH}"
    return f"BT {names[line.font]} {_SIZE} Tf {place} Td <{codes}> Tj ET".encode()
