"""Searchable PDFs: the picture is the original's, the words lie where they are printed, nothing else comes along."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from extractors.files import JPEG, PDF, PNG, TIFF
from extractors.page_images import page_image
from extractors.searchable_pdf import WantedPage, write_searchable_pdf
from pipeline.errors import PageFailedError

SIZE = (600, 840)
"""Points of a page's layer."""

WORD_AT = (150, 630)
"""Where the layer's word begins: a quarter from the left, a quarter from the top."""


def layer(word: str = "quyet") -> bytes:
    """A text-only page, as the reading of a scan leaves it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE)
    text = canvas.beginText(*WORD_AT)
    text.setTextRenderMode(3)
    text.setFont("Helvetica", 24)
    text.textOut(word)
    canvas.drawText(text)
    canvas.save()
    return out.getvalue()


def photo(seed: int, mode: str = "RGB", size: tuple[int, int] = (150, 210)) -> Image.Image:
    """An image without symmetry."""
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], 3)
    noise = np.random.default_rng(seed).integers(0, 255, (shape[0] // 10, shape[1] // 10, *shape[2:]), np.uint8)
    return Image.fromarray(noise).resize(size, Image.Resampling.NEAREST)


def image_file(path: Path, kind: str, pages: Sequence[Image.Image], **options: object) -> Path:
    pages[0].save(path, kind, save_all=len(pages) > 1, append_images=list(pages[1:]), dpi=(200, 200), **options)
    return path


def scanned_pdf(path: Path, images: Sequence[Image.Image], *, change: Callable[[pikepdf.Pdf], None]) -> Path:
    """A PDF with an image on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=SIZE)
    for image in images:
        canvas.drawImage(ImageReader(image), 0, 0, *SIZE)
        canvas.showPage()
    canvas.save()
    with pikepdf.open(out) as pdf:
        change(pdf)
        pdf.save(path)
    return path


def searchable(path: Path, media_type: str, pages: Sequence[WantedPage]) -> bytes:
    out = io.BytesIO()
    write_searchable_pdf(path, media_type, pages, out, title="Nghị quyết về đất đai")
    return out.getvalue()


def drawn(pdf: bytes | Path, page: int, width: int = 300) -> NDArray[np.uint8]:
    """A page as a viewer draws it."""
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    shown = document[page - 1]
    pixels = np.array(shown.render(scale=width / shown.get_size()[0]).to_numpy())
    document.close()
    return pixels


def word_place(pdf: bytes, page: int = 1) -> tuple[str, float, float]:
    """The page's text, and where its first letter is displayed: shares from the left and from the top."""
    document = pypdfium2.PdfDocument(pdf)
    shown = document[page - 1]
    text = shown.get_textpage()
    left, bottom, _, _ = text.get_charbox(0, loose=True)
    matrix_box = shown.get_cropbox()
    across, down = matrix_box[2] - matrix_box[0], matrix_box[3] - matrix_box[1]
    x, y = (left - matrix_box[0]) / across, (bottom - matrix_box[1]) / down
    words = text.get_text_bounded()
    document.close()
    return words, x, y


def looks_alike(made: bytes, path: Path, media_type: str) -> bool:
    """Whether the first page is drawn like the image that readers are shown of it."""
    shown = Image.open(io.BytesIO(page_image(path, media_type, 1, width=300))).convert("RGB")
    pixels = drawn(made, 1, shown.width)
    if pixels.shape[-1] == 1:
        pixels = np.repeat(pixels, 3, axis=-1)
    blocks = (shown.width // 10, shown.height // 10)
    seen = Image.fromarray(np.ascontiguousarray(pixels[..., 2::-1])).resize(blocks, Image.Resampling.BOX)
    expected = shown.resize(blocks, Image.Resampling.BOX)
    return bool(np.abs(np.asarray(seen).astype(int) - np.asarray(expected).astype(int)).mean() < 8)


def streams(pdf: bytes) -> list[bytes]:
    """All streams as they are stored."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [item.read_raw_bytes() for item in opened.objects if isinstance(item, pikepdf.Stream)]


def untouched(_pdf: pikepdf.Pdf) -> None:
    """Leave the PDF as it is."""


def test_the_picture_and_its_bytes_are_the_originals(tmp_path: Path) -> None:
    path = scanned_pdf(tmp_path / "a.pdf", [photo(1), photo(2)], change=untouched)
    before = path.read_bytes()

    made = searchable(path, PDF, [WantedPage(1, layer()), WantedPage(2, None)])

    assert path.read_bytes() == before
    for page in (1, 2):
        assert np.array_equal(drawn(made, page), drawn(path, page))
    with pikepdf.open(path) as original:
        images = [item.read_raw_bytes() for page in original.pages for item in page.get_images().values()]
    assert len(images) == 2
    assert set(images) <= set(streams(made))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (60, 84, 540, 756)])
def test_words_lie_where_they_are_printed_on_pages_turned_and_cropped(
    tmp_path: Path, turn: int, crop: tuple[int, int, int, int] | None
) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Rotate = turn
        if crop:
            pdf.pages[0].CropBox = pikepdf.Array(crop)

    path = scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=change)

    made = searchable(path, PDF, [WantedPage(1, layer())])

    text, x, y = word_place(made)
    assert text.strip() == "quyet"
    # the page before its turn: a word that is displayed a quarter from the left and a quarter from the top
    expected = {0: (0.25, 0.75), 90: (0.25, 0.25), 180: (0.75, 0.25), 270: (0.75, 0.75)}[turn]
    assert (x, y) == pytest.approx(expected, abs=0.06)
    assert np.array_equal(drawn(made, 1), drawn(path, 1))


def test_what_a_page_does_to_its_drawing_state_moves_no_word(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(pdf.make_stream(b"Q q Q 0.5 0 0 0.5 100 100 cm"))
        pdf.pages[0].contents_add(pdf.make_stream(b"2 0 0 2 0 0 cm q"), prepend=True)

    path = scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=change)

    assert word_place(searchable(path, PDF, [WantedPage(1, layer())]))[1:] == pytest.approx((0.25, 0.75), abs=0.06)


def test_pages_are_those_wanted_in_their_order_and_nothing_of_others_comes_along(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        """One list of images for all pages, as many scanners write it, and other ways from page to page."""
        everything = pikepdf.Dictionary()
        for number, page in enumerate(pdf.pages):
            (name, image), *_ = page.Resources.XObject.items()
            everything[f"/Im{number}"] = image
            page.Contents = pdf.make_stream(page.Contents.read_bytes().replace(name.encode(), f"/Im{number}".encode()))
        form = pdf.make_stream(b"/Im0 Do")
        form.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1], Length=7
        )
        shared = pdf.make_indirect(pikepdf.Dictionary(XObject=everything))
        form.Resources = shared
        everything["/Fm"] = form
        secret = pdf.make_stream(b"ban nhap cua trang khac")
        for page in pdf.pages:
            page.Resources = shared
            page.PieceInfo = pikepdf.Dictionary(Private=secret)
            page.contents_add(pdf.make_stream(b"q 0 0 0 0 0 0 cm /Fm Do Q"))
        pdf.pages[1].Annots = pikepdf.Array(
            [pikepdf.Dictionary(Subtype=pikepdf.Name.Link, Rect=[0, 0, 1, 1], Dest=[pdf.pages[2].obj])]
        )

    def read(path: Path) -> list[bytes]:
        with pikepdf.open(path) as pdf:
            return [pdf.pages[0].Resources.XObject[f"/Im{number}"].read_raw_bytes() for number in range(4)]

    path = scanned_pdf(tmp_path / "a.pdf", [photo(seed) for seed in range(4)], change=change)
    images = read(path)

    made = searchable(path, PDF, [WantedPage(3, layer("ba")), WantedPage(2, layer("hai"))])

    assert [word_place(made, page)[0].strip() for page in (1, 2)] == ["ba", "hai"]
    assert np.array_equal(drawn(made, 1), drawn(path, 3))
    kept = streams(made)
    assert images[1] in kept
    assert images[2] in kept
    assert images[0] in kept  # named by the form that both pages draw
    assert images[3] not in kept
    assert b"ban nhap" not in b"".join(kept)


def test_a_stamp_laid_over_the_page_is_part_of_its_picture(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        stamp = pdf.make_stream(b"1 0 0 rg 0 0 100 100 re f")
        stamp.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 100], Length=25
        )
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[300, 300, 400, 400], F=4,
            AP=pikepdf.Dictionary(N=stamp),
        )  # fmt: skip
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(annotation)])

    path = scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=change)

    made = searchable(path, PDF, [WantedPage(1, layer())])

    assert np.array_equal(drawn(made, 1), drawn(path, 1))
    assert (drawn(made, 1)[250, 175] == [0, 0, 255]).all()


def test_a_page_with_its_own_text_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    canvas = Canvas(str(path), pagesize=SIZE)
    canvas.drawString(100, 700, "Nghi quyet cua chi bo")
    canvas.save()

    made = searchable(path, PDF, [WantedPage(1, None)])

    assert np.array_equal(drawn(made, 1), drawn(path, 1))
    with pikepdf.open(path) as before, pikepdf.open(io.BytesIO(made)) as after:
        assert after.pages[0].Contents.read_bytes() == before.pages[0].Contents.read_bytes()


@pytest.mark.parametrize(
    ("kind", "media_type", "mode", "options"),
    [
        ("JPEG", JPEG, "RGB", {}),
        ("JPEG", JPEG, "L", {}),
        ("PNG", PNG, "RGB", {}),
        ("PNG", PNG, "1", {}),
        ("PNG", PNG, "RGBA", {}),
        ("PNG", PNG, "P", {}),
        ("TIFF", TIFF, "1", {"compression": "group4"}),
        ("TIFF", TIFF, "RGB", {"compression": "tiff_lzw"}),
        ("TIFF", TIFF, "L", {"compression": "jpeg"}),
        ("TIFF", TIFF, "I;16", {}),
    ],
)
def test_images_of_every_kind_come_through(
    tmp_path: Path, kind: str, media_type: str, mode: str, options: dict[str, object]
) -> None:
    grey = photo(1, "L")
    image = Image.fromarray(np.asarray(grey).astype(np.uint16) * 256) if mode == "I;16" else photo(1).convert(mode)
    if mode == "RGBA":
        image.putalpha(grey)
    path = image_file(tmp_path / "a", kind, [image], **options)

    made = searchable(path, media_type, [WantedPage(1, layer())])

    assert word_place(made)[0].strip() == "quyet"
    assert looks_alike(made, path, media_type)


def test_a_jpegs_bytes_are_kept(tmp_path: Path) -> None:
    path = image_file(tmp_path / "a.jpg", "JPEG", [photo(1)])

    assert path.read_bytes() in streams(searchable(path, JPEG, [WantedPage(1, None)]))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("TIFF", TIFF)])
def test_words_follow_a_turned_or_mirrored_image(tmp_path: Path, kind: str, media_type: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = image_file(tmp_path / "a", kind, [photo(1)], exif=exif)

    made = searchable(path, media_type, [WantedPage(1, layer())])

    assert word_place(made)[0].strip() == "quyet"
    assert looks_alike(made, path, media_type)


def test_pages_of_a_tiff_are_chosen(tmp_path: Path) -> None:
    path = image_file(tmp_path / "a.tif", "TIFF", [photo(seed) for seed in range(3)], compression="tiff_lzw")

    made = searchable(path, TIFF, [WantedPage(2, layer())])

    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == 1
        (image,) = pdf.pages[0].get_images().values()
        assert isinstance(image, pikepdf.Stream)
        assert np.array_equal(np.asarray(pikepdf.PdfImage(image).as_pil_image()), np.asarray(photo(1)))


def test_the_same_pages_give_the_same_bytes_under_their_title(tmp_path: Path) -> None:
    path = image_file(tmp_path / "a.jpg", "JPEG", [photo(1)])

    made = searchable(path, JPEG, [WantedPage(1, layer())])

    assert made == searchable(path, JPEG, [WantedPage(1, layer())])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Nghị quyết về đất đai"


def test_a_layer_costs_little_and_its_font_is_kept_once(tmp_path: Path) -> None:
    noise = [Image.fromarray(np.random.default_rng(n).integers(0, 255, (700, 500), np.uint8)) for n in range(8)]
    path = image_file(tmp_path / "a.tif", "TIFF", noise, compression="tiff_adobe_deflate")

    made = searchable(path, TIFF, [WantedPage(page, layer()) for page in range(1, 9)])

    assert len(made) <= 1.1 * path.stat().st_size


@pytest.mark.parametrize("media_type", [PDF, JPEG])
def test_a_file_that_cannot_be_read_is_a_failed_page(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"%PDF-1.7 nothing")

    with pytest.raises(PageFailedError):
        searchable(path, media_type, [WantedPage(1, None)])
