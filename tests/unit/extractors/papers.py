"""Files for the tests of reading: pictures as PDF pages, whole or damaged; born-digital pages with pictures."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors.reader import Reader, open_reader
from pipeline.model import PageResult
from pipeline.settings import IntakeSettings, OCRSettings
from samples.generator import Look, ink, make_document
from samples.generator.fonts import PRINT_FILES, font_path

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


def stamp(text: str, *, colour: tuple[int, int, int] = ink.MARK_RED, angle: float = 0.0) -> Image.Image:
    """A stamp in a double frame, as a scanner sees it on white paper at 300 dpi."""
    mask = ink.boxed_mark(text, 95 + 47 * len(text), 95, np.random.default_rng(3))
    mask = mask.rotate(angle, Image.Resampling.BICUBIC, expand=True)
    return Image.composite(Image.new("RGB", mask.size, colour), Image.new("RGB", mask.size, "white"), mask)


def digital_page(path: Path, *, lines: Sequence[str] = (), picture: Image.Image | None = None) -> Path:
    """A born-digital paper of one page, with more lines in its body, and with a picture under its number."""
    pdfmetrics.registerFont(TTFont("regular", str(font_path(PRINT_FILES["regular"]))))
    canvas = Canvas(str(path), pagesize=A4, invariant=1, initialFontName="regular")
    header = ["ĐẢNG ỦY XÃ MẪU", "Số: 12-KH/ĐU"]
    body = ["KẾ HOẠCH", "về công tác kiểm tra", *lines, "Căn cứ Điều lệ Đảng, Đảng ủy xây dựng kế hoạch như sau."]
    for y, line in [*zip((780, 756), header, strict=True), *((650 - 22 * i, line) for i, line in enumerate(body))]:
        canvas.setFont("regular", 14)
        canvas.drawString(90, y, line)
    canvas.line(90, 775, 200, 775)
    if picture is not None:
        width, height = (side * 72 / 300 for side in picture.size)
        canvas.drawImage(ImageReader(picture), 100, 745 - height, width, height)
    canvas.save()
    return path
