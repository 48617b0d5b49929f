"""Pages into files: PDF with JPEG inside, TIFF, JPEG, PNG; two PDFs into one. The same pages give the same bytes."""

import io
from collections.abc import Sequence
from pathlib import Path

import pikepdf

from samples.generator.degrade import Scan

_GREYS = 16


def write_images(pages: Sequence[Scan], path: Path) -> None:
    """Write scanned pages in the format of the path's suffix: `.pdf`, `.tif`; `.jpg`, `.png` for one page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    match path.suffix:
        case ".pdf":
            path.write_bytes(scanned_pdf(pages))
        case ".tif":
            _write_tiff(pages, path)
        case ".jpg":
            path.write_bytes(_jpeg(pages[0]))
        case ".png":
            look = pages[0].look
            pages[0].image.quantize(_GREYS).save(path, dpi=(look.dpi, look.dpi), optimize=True)
        case suffix:
            message = f"No writer for {suffix} files."
            raise ValueError(message)


def scanned_pdf(pages: Sequence[Scan]) -> bytes:
    """Return a PDF of scanned pages: each one JPEG over the whole page, no text."""
    with pikepdf.new() as pdf:
        for page in pages:
            _add_page(pdf, page)
        return _saved(pdf)


def joined_pdf(parts: Sequence[bytes]) -> bytes:
    """Return one PDF of the pages of several."""
    with pikepdf.new() as pdf:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as source:
                pdf.pages.extend(source.pages)
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def _jpeg(page: Scan) -> bytes:
    out = io.BytesIO()
    image = page.image if page.image.mode != "1" else page.image.convert("L")
    image.save(out, "JPEG", quality=page.look.quality, dpi=(page.look.dpi, page.look.dpi), optimize=True)
    return out.getvalue()


def _add_page(pdf: pikepdf.Pdf, page: Scan) -> None:
    width, height = (size * 72 / page.look.dpi for size in page.image.size)
    image = pikepdf.Stream(
        pdf,
        _jpeg(page),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=page.image.width,
        Height=page.image.height,
        ColorSpace=pikepdf.Name.DeviceRGB if page.image.mode == "RGB" else pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    pdf.add_blank_page(page_size=(width, height))
    added = pdf.pages[-1]
    added.Contents = pdf.make_stream(f"q {width:.3f} 0 0 {height:.3f} 0 0 cm /Im0 Do Q".encode())
    added.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=image))


def _write_tiff(pages: Sequence[Scan], path: Path) -> None:
    first, *others = (page.image for page in pages)
    is_bitonal = first.mode == "1"
    first.save(
        path,
        compression="group4" if is_bitonal else "tiff_lzw",
        save_all=True,
        append_images=others,
        dpi=(pages[0].look.dpi, pages[0].look.dpi),
    )
