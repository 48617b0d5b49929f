"""Files for the tests of reading: pictures as PDF pages, whole or damaged."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream
from PIL import Image

from extractors.reader import Reader, open_reader
from pipeline.model import PageResult
from pipeline.settings import IntakeSettings, OCRSettings
from samples.generator import Look, make_document

A4 = (595, 842)


@dataclass(frozen=True, slots=True)
class Picture:
    """An image as a PDF keeps it: coded data, how it is coded, and what it is."""

    data: bytes
    coding: str
    size: tuple[int, int]
    bits: int = 8
    colours: Object = Name.DeviceRGB


def jpeg(image: Image.Image, *, share: float = 1.0, progressive: bool = False) -> Picture:
    """An image as JPEG, of which only this share has been kept."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, progressive=progressive)
    data = out.getvalue()
    colours = Name.DeviceGray if image.mode == "L" else Name.DeviceRGB
    return Picture(data[: round(len(data) * share)], "DCTDecode", image.size, colours=colours)


def pdf_of(pictures: Sequence[Picture], path: Path) -> Path:
    """A PDF with these pictures, each over a whole page."""
    with pikepdf.new() as pdf:
        for picture in pictures:
            page = pdf.add_blank_page(page_size=A4)
            image = Stream(pdf, picture.data)
            image.Type, image.Subtype, image.Filter = Name.XObject, Name.Image, Name(f"/{picture.coding}")
            image.Width, image.Height = picture.size
            image.BitsPerComponent, image.ColorSpace = picture.bits, picture.colours
            page.Resources = Dictionary(XObject=Dictionary(Im=image))
            page.MediaBox = Array([0, 0, *A4])
            page.Contents = Stream(pdf, f"q {A4[0]} 0 0 {A4[1]} 0 0 cm /Im Do Q".encode())
        pdf.save(path)
    return path


@cache
def scanned(mark: str = "") -> Image.Image:
    """The first page of an invented paper as an office scans it, with a mark under its number if one is given."""
    return make_document(4, mark=mark, look=Look("office")).images[0]


def reader_of(intake: IntakeSettings | None = None) -> Reader:
    return open_reader(intake or IntakeSettings(), OCRSettings())


def results_of(path: Path, reader: Reader | None = None) -> list[PageResult]:
    """All pages of a file."""
    reader = reader or reader_of()
    facts = reader.inspect(path, name=path.name)
    return [reading.result for reading in reader.read_pages(path, facts, range(1, facts.pages + 1))]
