"""What kind a file is, whether it may be taken in, and how many pages it has, from its headers alone.

Nothing is decoded here: sizes are those the file declares. A refusal says, in Vietnamese, what to do about it.
Reading the pages is left to `extractors.reader`.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pikepdf
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from pipeline.errors import FileRefusedError
from pipeline.model import FileFacts
from pipeline.settings import IntakeSettings

PDF, TIFF, JPEG, PNG = "application/pdf", "image/tiff", "image/jpeg", "image/png"

_NAMES = {PDF: "PDF", TIFF: "TIFF", JPEG: "JPEG", PNG: "PNG"}
_EXTENSIONS = {
    ".pdf": PDF, ".tif": TIFF, ".tiff": TIFF, ".jpg": JPEG, ".jpeg": JPEG, ".jpe": JPEG, ".png": PNG,
}  # fmt: skip
_MAGIC = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
)
_OFFICE = {".doc", ".docx", ".odt", ".rtf", ".xls", ".xlsx", ".ods", ".ppt", ".pptx", ".odp", ".txt", ".htm", ".html"}
_OTHER_IMAGES = {".heic", ".heif", ".bmp", ".gif", ".webp", ".jp2", ".djvu"}
_ARCHIVES = {".zip", ".rar", ".7z", ".tar", ".gz"}
_HEAD = 1024
"""Bytes looked at for the kind; the PDF header may lie anywhere in the first 1,024 (ISO 32000, note 13 of annex H)."""

_LEAST_RENDER_DPI = 100
"""A PDF page is refused when even at this resolution it has more pixels than allowed."""

_POINTS_PER_INCH = 72


def inspect_file(path: Path, name: str, limits: IntakeSettings) -> FileFacts:
    """Kind and number of pages of a file called `name`.

    Raises:
        FileRefusedError: with code `empty`, `too_large`, `unknown_kind`, `wrong_extension`, `damaged`, `encrypted`,
            `no_pages`, `too_many_pages`, `too_many_pixels` or `unreadable`.
    """
    media_type = _kind(path, name, limits)
    pages = _pdf_pages(path, limits) if media_type == PDF else _image_pages(path, media_type, limits)
    return FileFacts(media_type=media_type, pages=pages)


def sniff(head: bytes) -> str | None:
    """The media type that the first bytes of a file show, or None."""
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    return PDF if b"%PDF-" in head[:_HEAD] else None


@contextmanager
def open_image(path: Path, media_type: str) -> Iterator[ImageFile]:
    """An image file, its header read and nothing decoded.

    `Image.open` is passed by because its limit on pixels is global to the process; ours is checked by `inspect_file`.
    """
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of sizes we have limited ourselves
        yield _open_as(stream, media_type)


def _open_as(stream: BinaryIO, media_type: str) -> ImageFile:
    match media_type:
        case "image/jpeg":
            return JpegImageFile(stream)
        case "image/png":
            return PngImageFile(stream)
        case _:
            return TiffImageFile(stream)


def _kind(path: Path, name: str, limits: IntakeSettings) -> str:
    size, head = _size_and_head(path)
    if not size:
        raise FileRefusedError("empty", "Tệp rỗng (0 byte). Hãy quét hoặc sao chép lại tệp.")
    if size > limits.max_file_bytes:
        raise FileRefusedError(
            "too_large",
            f"Tệp quá lớn ({size / 1e6:.0f} MB, giới hạn {limits.max_file_bytes / 1e6:.0f} MB). "
            "Hãy chia thành nhiều tệp nhỏ hơn.",
        )
    media_type = sniff(head)
    extension = Path(name).suffix.lower()
    if media_type is None:
        raise FileRefusedError("unknown_kind", _advice(extension, head))
    expected = _EXTENSIONS.get(extension)
    if expected != media_type and (expected or extension in _OFFICE | _OTHER_IMAGES | _ARCHIVES):
        raise FileRefusedError(
            "wrong_extension",
            f"Đuôi tệp là {extension} nhưng nội dung là {_NAMES[media_type]}. "
            "Hãy kiểm tra lại tệp rồi đổi đuôi cho đúng.",
        )
    return media_type


def _size_and_head(path: Path) -> tuple[int, bytes]:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            return stream.seek(0, 2), head
    except OSError as error:
        raise FileRefusedError("unreadable", f"Không mở được tệp: {error.strerror}.") from error


def _advice(extension: str, head: bytes) -> str:
    """Why a file of no known kind is refused, and what its owner can do."""
    known = "Chỉ nhận tệp PDF, TIFF, JPEG, PNG."
    if extension in _EXTENSIONS:
        kind = _NAMES[_EXTENSIONS[extension]]
        return f"Nội dung tệp không phải là {kind} như đuôi {extension}. Tệp có thể bị hỏng: hãy quét lại. {known}"
    if extension in _OFFICE or head.startswith((b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        return f"Đây là tệp văn phòng chưa được xuất. Hãy mở tệp và chọn “Lưu dưới dạng PDF” rồi nạp tệp PDF. {known}"
    if extension in _OTHER_IMAGES:
        return f"Chưa nhận ảnh {extension}. Hãy lưu ảnh sang JPEG, PNG hoặc PDF rồi nạp lại. {known}"
    if extension in _ARCHIVES or head.startswith((b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf")):
        return (
            f"Đây là tệp nén hoặc tệp văn phòng. Hãy giải nén, hoặc xuất sang PDF, rồi nạp các tệp bên trong. {known}"
        )
    return f"Không nhận ra loại tệp. {known} Hãy xuất văn bản sang PDF rồi nạp lại."


def _image_pages(path: Path, media_type: str, limits: IntakeSettings) -> int:
    try:
        with open_image(path, media_type) as image:
            pages = 0
            for _ in _frames(image):
                pages += 1
                _require_pages(pages, limits)
                _require_pixels(*image.size, limits)
            return pages
    except FileRefusedError:
        raise
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, Image.DecompressionBombError) as error:
        raise _damaged(_NAMES[media_type]) from error


def _frames(image: ImageFile) -> Iterator[None]:
    """Walk over a file's pages by their headers; a TIFF says only at its last page how many there are."""
    if not isinstance(image, TiffImageFile):
        yield
        return
    number = 0
    while True:
        yield
        number += 1
        try:
            image.seek(number)
        except EOFError:
            return


def _pdf_pages(path: Path, limits: IntakeSettings) -> int:
    try:
        with path.open("rb") as stream, open_pdf(stream) as pdf:
            pages = len(pdf.pages)
            _require_pages(pages, limits)
            _require_nothing_attached(pdf)
            _require_page_sizes(pdf, limits)
            _require_image_sizes(pdf, limits)
            return pages
    except FileRefusedError:
        raise
    except pikepdf.PasswordError as error:
        raise FileRefusedError(
            "encrypted", "Tệp PDF có mật khẩu. Hãy mở bằng mật khẩu, lưu bản không mật khẩu rồi nạp lại."
        ) from error
    except (pikepdf.PdfError, OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise _damaged("PDF") from error


def open_pdf(stream: BinaryIO) -> pikepdf.Pdf:
    """The PDF; one whose cross-references are wrong is mended, but not one whose end is missing.

    A truncated file can be mended too, with its last pages gone in silence; that must not happen.
    """
    try:
        return pikepdf.open(stream, attempt_recovery=False, suppress_warnings=True)
    except pikepdf.PasswordError:
        raise
    except pikepdf.PdfError:
        stream.seek(max(0, stream.seek(0, 2) - 2 * _HEAD))
        if b"%%EOF" not in stream.read():
            raise
        stream.seek(0)
        return pikepdf.open(stream, suppress_warnings=True)


def _require_page_sizes(pdf: pikepdf.Pdf, limits: IntakeSettings) -> None:
    for page in pdf.pages:
        left, bottom, right, top = (float(value) for value in page.cropbox)
        scale = float(page.obj.get("/UserUnit", 1)) * _LEAST_RENDER_DPI / _POINTS_PER_INCH
        _require_pixels(int(abs(right - left) * scale), int(abs(top - bottom) * scale), limits)


def _require_image_sizes(pdf: pikepdf.Pdf, limits: IntakeSettings) -> None:
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == pikepdf.Name.Image:
            _require_pixels(int(item.get("/Width", 0)), int(item.get("/Height", 0)), limits)


def _require_nothing_attached(pdf: pikepdf.Pdf) -> None:
    """Files inside the PDF would be kept without anybody having screened them (PDF 32000-1, 7.11.4)."""
    if any(isinstance(item, pikepdf.Dictionary) and "/EF" in item for item in pdf.objects):
        raise FileRefusedError(
            "attachments", "Tệp PDF có tệp khác đính kèm bên trong. Hãy tách các tệp đó ra và nạp riêng từng tệp."
        )


def _require_pages(pages: int, limits: IntakeSettings) -> None:
    if not pages:
        raise FileRefusedError("no_pages", "Tệp PDF không có trang nào. Hãy xuất hoặc quét lại.")
    if pages > limits.max_pages:
        raise FileRefusedError(
            "too_many_pages", f"Tệp có nhiều hơn {limits.max_pages} trang. Hãy chia thành nhiều tệp nhỏ hơn."
        )


def _require_pixels(width: int, height: int, limits: IntakeSettings) -> None:
    if width * height > limits.max_pixels:
        raise FileRefusedError(
            "too_many_pixels",
            f"Trang quá lớn ({width} × {height} điểm ảnh, giới hạn {limits.max_pixels / 1e6:.0f} triệu). "
            "Hãy quét lại ở 300 dpi.",
        )


def _damaged(kind: str) -> FileRefusedError:
    return FileRefusedError("damaged", f"Tệp {kind} bị hỏng hoặc chưa chép hết. Hãy quét hoặc sao chép lại tệp.")
