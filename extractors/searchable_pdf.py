"""The searchable PDF: the original pages, their images untouched, with their words as invisible text under them.

The words come as one-page text-only PDFs from `extractors.scanned_page`; pages read from their own text layer have none
and stay as they are. Images become PDF pages through img2pdf, which puts their compressed bytes in as they stand.
Nothing of other pages comes along: a document cut from a stack must not carry what is not in it. Leaves which pages
those are, and where their bytes lie, to the caller.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import img2pdf
import numpy as np
import pikepdf
from numpy.typing import NDArray
from PIL import Image

from extractors.archival_pdf import make_archival
from extractors.files import JPEG, PDF, TIFF, open_image, open_pdf
from extractors.jpeg_in_tiff import jpegs_in_tiff
from extractors.old_layers import drop_invisible_text
from extractors.page_images import credible_dpi, open_image_pages
from extractors.pdf_resources import keep_only_what_is_drawn
from pipeline.errors import PageFailedError
from pipeline.text import clean

Affine = NDArray[np.float64]

_POINTS_PER_INCH = 72
_FLIP = np.array([[1.0, 0.0, 0.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]])
"""From a unit square with y downwards to one with y upwards, and back."""
_TURNS = {
    0: np.eye(3),
    90: np.array([[0.0, -1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
    180: np.array([[-1.0, 0.0, 1.0], [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]]),
    270: np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 0.0, 1.0]]),
}
"""From the unit square of a page as displayed to that of the page before its `/Rotate`, y upwards."""
_WRITTEN = re.compile(rb"<((?:[0-9A-Fa-f]{4})+)>")
_STEP = re.compile(rb"(-?[\d.]+) (-?[\d.]+) Td")
_STRETCH = re.compile(rb"([\d.]+) Tz")
_PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Contents", "/Resources", "/Group"}
)
"""What a page is drawn from. Other entries (structure, articles, private data of programs) may speak of other pages."""
_EXIF_ORIENTATION = 0x0112
_UPRIGHT = 1
_TURNED = frozenset({_UPRIGHT, 3, 6, 8})
"""The orientations that turn an image and do not mirror it: a page's `/Rotate` can say them."""


@dataclass(frozen=True, slots=True)
class WantedPage:
    """A page of the file, and its invisible words as a one-page PDF of the page's size, where it was read by OCR."""

    file_page: int
    layer: bytes | None


def write_searchable_pdf(
    original: Path, media_type: str, pages: Sequence[WantedPage], out: BinaryIO, *, title: str
) -> None:
    """Write these pages of the file as a PDF. The same pages give the same bytes.

    What somebody recognised before gives way to the words laid under the page. Annotations (stamps and signatures of
    e-office programs) become part of their page's picture; links do not survive.

    Raises:
        PageFailedError: a page cannot be taken over.
    """
    with _translated(), _as_pdf(original, media_type) as file, ExitStack() as layers, pikepdf.new() as made:
        file.flatten_annotations("screen")
        for wanted in pages:
            made.pages.append(file.pages[wanted.file_page - 1])
        words = _Words(made, layers)
        for page, wanted in zip(made.pages, pages, strict=True):
            _keep_own(page)
            if wanted.layer is not None:
                drop_invisible_text(page, made)
                words.lay_under(page, wanted.layer)
        make_archival(made, title=title, language="vi-VN")
        made.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def placed_layer(layer: bytes, unit_map: Affine, size: tuple[int, int], dpi: float) -> bytes:
    """A text-only page moved to where its words lie on the file's page.

    `unit_map` maps the recognised image to the page, both 0-1 with y downwards; `size` is the page's in pixels.
    """
    width, height = (pixels * _POINTS_PER_INCH / dpi for pixels in size)
    with pikepdf.open(io.BytesIO(layer)) as pdf:
        page = pdf.pages[0]
        _, _, across, down = (float(value) for value in page.mediabox)
        matrix = np.diag([width, height, 1.0]) @ _FLIP @ unit_map @ _FLIP @ np.diag([1 / across, 1 / down, 1.0])
        page.MediaBox = pikepdf.Array([0, 0, round(width, 3), round(height, 3)])
        text = _rounded(_WRITTEN.sub(_cleaned, page.Contents.read_bytes()))
        page.Contents = pdf.make_stream(b"q " + operands(matrix) + b" cm\n" + text + b"\nQ")
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
        return out.getvalue()


def joined_layers(layers: Sequence[bytes]) -> bytes:
    """Text-only pages of one size, as `placed_layer` makes them, as one page. Their fonts are all alike."""
    with ExitStack() as stack:
        first, *others = [stack.enter_context(pikepdf.open(io.BytesIO(layer))) for layer in layers]
        text = b"\n".join(pdf.pages[0].Contents.read_bytes() for pdf in (first, *others))
        first.pages[0].Contents = first.make_stream(text)
        out = io.BytesIO()
        first.save(out, deterministic_id=True)
        return out.getvalue()


def _cleaned(written: re.Match[bytes]) -> bytes:
    """Letters as Tesseract writes them into its layer, in the form in which its words are kept."""
    letters = bytes.fromhex(written[1].decode()).decode("utf-16-be", "replace")
    return b"<" + clean(letters).encode("utf-16-be").hex().upper().encode() + b">"


def _rounded(text: bytes) -> bytes:
    """Places of words to a tenth of a point, widths to a per cent: nobody sees more, and it is a tenth of the bytes."""
    steps = _STEP.sub(lambda found: b"%g %g Td" % (round(float(found[1]), 1), round(float(found[2]), 1)), text)
    return _STRETCH.sub(lambda found: b"%d Tz" % max(1, round(float(found[1]))), steps)


def operands(matrix: Affine) -> bytes:
    """The six numbers of an affine matrix as PDF writes them."""
    a, c, e, b, d, f = matrix[:2].ravel()
    return " ".join(f"{value:.6f}" for value in (a, b, c, d, e, f)).encode()


class _Words:
    """Lays words under the pages of one PDF. Their fonts, which are all alike, are kept once."""

    def __init__(self, made: pikepdf.Pdf, layers: ExitStack) -> None:
        self._made = made
        self._layers = layers
        self._fonts: dict[bytes, pikepdf.Object] = {}

    def lay_under(self, page: pikepdf.Page, layer: bytes) -> None:
        """Draw the words before all else, so that nothing which the page does to its drawing state moves them."""
        source = self._layers.enter_context(pikepdf.open(io.BytesIO(layer)))
        form = self._made.copy_foreign(source.pages[0].as_form_xobject())
        for name, font in form.Resources.Font.items():
            form.Resources.Font[name] = self._fonts.setdefault(_content(font), font)
        used = page.add_resource(form, pikepdf.Name.XObject, _free_name(page))
        drawn = b"q " + operands(_to_page(page, form.BBox)) + b" cm " + bytes(used) + b" Do Q\n"
        page.contents_add(self._made.make_stream(drawn), prepend=True)


def _free_name(page: pikepdf.Page) -> pikepdf.Name:
    """A name that the page has not given to anything that it draws."""
    taken = page.resources.get("/XObject", pikepdf.Dictionary())
    name = "/Words"
    while name in taken:
        name += "_"
    return pikepdf.Name(name)


def _content(item: object) -> bytes:
    """All that an object is made of, so that two that are alike can be told. It must not contain itself."""
    if isinstance(item, pikepdf.Stream | pikepdf.Dictionary):
        entries = b"".join(key.encode() + _content(item[key]) for key in sorted(item.keys()))
        return b"<" + entries + (item.read_raw_bytes() if isinstance(item, pikepdf.Stream) else b"") + b">"
    if isinstance(item, pikepdf.Array):
        return b"[" + b" ".join(map(_content, item)) + b"]"
    return item.unparse() if isinstance(item, pikepdf.Object) else repr(item).encode()


def _to_page(page: pikepdf.Page, layer_box: pikepdf.Object) -> Affine:
    """From the layer's points to the page's own, through its crop and rotation."""
    _, _, across, down = (float(value) for value in layer_box)
    left, bottom, right, top = _visible_box(page)
    turned = _TURNS[int(page.obj.get("/Rotate", 0)) % 360]
    place = np.array([[right - left, 0.0, left], [0.0, top - bottom, bottom], [0.0, 0.0, 1.0]])
    matrix: Affine = place @ turned @ np.diag([1 / across, 1 / down, 1.0])
    return matrix


def _visible_box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """The crop box within the media box, as viewers show it."""
    media, crop = ([float(value) for value in box] for box in (page.mediabox, page.cropbox))
    lows = (max(min(media[i], media[i + 2]), min(crop[i], crop[i + 2])) for i in (0, 1))
    highs = (min(max(media[i], media[i + 2]), max(crop[i], crop[i + 2])) for i in (0, 1))
    left, bottom = lows
    right, top = highs
    return left, bottom, right, top


def _keep_own(page: pikepdf.Page) -> None:
    for key in page.obj.keys() - _PAGE_KEYS:
        del page.obj[key]
    keep_only_what_is_drawn(page.obj)


@contextmanager
def _as_pdf(original: Path, media_type: str) -> Iterator[pikepdf.Pdf]:
    """The file as a PDF in memory; the file itself is only read."""
    if media_type == PDF:
        with original.open("rb") as stream, open_pdf(stream) as pdf:
            yield pdf
    else:
        with pikepdf.open(io.BytesIO(_of_images(original, media_type))) as pdf:
            yield pdf


def _of_images(original: Path, media_type: str) -> bytes:
    """An image file as a PDF, without decoding where that can be."""
    if _is_turned_only(original, media_type):
        try:
            return _embedded(*(jpegs_in_tiff(original) if media_type == TIFF else ()) or (str(original),))
        except (img2pdf.ImageOpenError, img2pdf.AlphaChannelError, img2pdf.UnsupportedColorspaceError, ValueError):
            pass  # transparency, or colours that a PDF has not: the pixels as everybody sees them, on white
    return _embedded(*_pixels_as_png(original, media_type))


def _embedded(*images: str | bytes) -> bytes:
    made: bytes = img2pdf.convert(
        list(images),
        engine=img2pdf.Engine.pikepdf,
        layout_fun=_layout,
        rotation=img2pdf.Rotation.ifvalid,
        nodate=True,
    )
    return made


def _layout(width: int, height: int, said: tuple[float, float]) -> tuple[float, float, float, float]:
    """Width and height in points of the page and of the image on it, which fills it."""
    dpi = credible_dpi((width, height), float(said[1]))
    points = (width * _POINTS_PER_INCH / dpi, height * _POINTS_PER_INCH / dpi)
    return (*points, *points)


def _is_turned_only(original: Path, media_type: str) -> bool:
    """Whether no page is mirrored. Of a TIFF img2pdf does not look at the orientation, so it must have none."""
    allowed = _TURNED if media_type == JPEG else {_UPRIGHT}
    with open_image(original, media_type) as image:
        frames = range(getattr(image, "n_frames", 1))
        return all(_orientation(image, frame) in allowed for frame in frames)


def _orientation(image: Image.Image, frame: int) -> int:
    image.seek(frame)
    return int(image.getexif().get(_EXIF_ORIENTATION, _UPRIGHT))


def _pixels_as_png(original: Path, media_type: str) -> Iterator[bytes]:
    with open_image(original, media_type) as image:
        count = getattr(image, "n_frames", 1)
    with open_image_pages(original, media_type) as pages:
        for file_page in range(1, count + 1):
            page = pages.image_of(file_page)
            out = io.BytesIO()
            Image.fromarray(page.pixels).save(out, "PNG", dpi=(page.dpi, page.dpi))
            yield out.getvalue()


@contextmanager
def _translated() -> Iterator[None]:
    """What the libraries raise for a file that cannot be taken over, in our words."""
    try:
        yield
    except (
        pikepdf.PdfError,
        OSError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RuntimeError,
        SyntaxError,
    ) as error:
        raise PageFailedError("Không lập được PDF tra cứu của văn bản này. Hãy xem từng trang.") from error
