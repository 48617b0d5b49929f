"""What is refused at the door, from the headers alone, and each refusal in words that say what to do."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from pikepdf import Name
from PIL import Image

from extractors.files import JPEG, PDF, PNG, TIFF, inspect_file
from extractors.page_images import open_image_pages
from pipeline.errors import FileRefusedError
from pipeline.model import FileFacts
from pipeline.settings import IntakeSettings
from tests.unit.extractors.papers import Picture, jpeg, pdf_of

HUGE = (30_000, 30_000)
LIMITS = IntakeSettings()


def huge_png(path: Path) -> None:
    header = struct.pack(">IIBBBBB", *HUGE, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1_000)), (b"IEND", b"")]
    parts = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


def huge_tiff(path: Path) -> None:
    tags = [(256, HUGE[0]), (257, HUGE[1]), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, HUGE[1]), (279, 9)]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    path.write_bytes(b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4))


def huge_in_pdf(path: Path) -> None:
    pdf_of([Picture(zlib.compress(bytes(1_000)), "FlateDecode", HUGE)], path)


def with_user_password(path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(path, encryption=pikepdf.Encryption(user="user", owner="owner"))


def with_an_attachment(path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["other.txt"] = b"never screened"
        pdf.save(path)


def without_pages(path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.save(path)


def of_many_pages(path: Path) -> None:
    with pikepdf.new() as pdf:
        for _ in range(LIMITS.max_pages + 1):
            pdf.add_blank_page()
        pdf.save(path)


@pytest.mark.parametrize(
    ("make", "name", "code", "words"),
    [
        (huge_png, "huge.png", "too_many_pixels", "30000 × 30000 điểm ảnh"),
        (huge_tiff, "huge.tif", "too_many_pixels", "30000 × 30000 điểm ảnh"),
        (huge_in_pdf, "huge.pdf", "too_many_pixels", "Hãy quét lại ở 300 dpi"),
        (with_user_password, "locked.pdf", "encrypted", "mật khẩu"),
        (with_an_attachment, "with.pdf", "attachments", "đính kèm"),
        (without_pages, "empty.pdf", "no_pages", "không có trang nào"),
        (of_many_pages, "long.pdf", "too_many_pages", "Hãy chia thành nhiều tệp"),
    ],
)
def test_a_refusal_says_what_to_do(
    tmp_path: Path, make: Callable[[Path], None], name: str, code: str, words: str
) -> None:
    make(tmp_path / name)
    with pytest.raises(FileRefusedError) as refused:
        inspect_file(tmp_path / name, name, LIMITS)
    assert refused.value.code == code
    assert words in str(refused.value)


def test_a_pdf_that_anybody_may_open_is_taken_in(tmp_path: Path) -> None:
    path = pdf_of([jpeg(Image.new("L", (100, 140), 250))], tmp_path / "plain.pdf")
    with pikepdf.open(path) as pdf:
        pdf.save(tmp_path / "owned.pdf", encryption=pikepdf.Encryption(user="", owner="owner"))
    assert inspect_file(tmp_path / "owned.pdf", "owned.pdf", LIMITS) == FileFacts(PDF, 1)


def test_a_tiff_has_as_many_pages_as_it_holds(tmp_path: Path) -> None:
    page = Image.new("1", (100, 140), 1)
    page.save(tmp_path / "many.tif", save_all=True, append_images=[page] * 6)
    assert inspect_file(tmp_path / "many.tif", "many.tif", LIMITS) == FileFacts(TIFF, 7)


def pixels_of(path: Path, media_type: str) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with open_image_pages(path, media_type) as pages:
        return pages.image_of(1).pixels


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_ink_is_dark_on_white_paper_in_every_kind_of_png(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "page.png"
    grey = np.full((60, 40), 255, np.uint8)
    grey[:20] = 0
    plain = Image.fromarray(grey)
    image = Image.fromarray(grey.astype(np.uint16) * 257) if mode == "I;16" else plain.convert(mode)
    if mode in {"LA", "RGBA"}:
        image.putalpha(Image.fromarray(255 - grey))  # the paper is what is not there
    image.save(path)
    found = pixels_of(path, PNG)
    assert found.shape == (60, 40)
    assert (int(found[:18].max()), int(found[22:].min())) == (0, 255)


def test_ink_is_dark_on_white_paper_in_cmyk(tmp_path: Path) -> None:
    path = tmp_path / "page.jpg"
    page = Image.new("RGB", (40, 60), "white")
    page.paste("black", (0, 0, 40, 20))
    page.convert("CMYK").save(path, quality=95)
    found = pixels_of(path, JPEG)
    assert found[:14].max() < 40
    assert found[26:].min() > 215


@pytest.mark.parametrize(("orientation", "corner"), [(1, (0, 0)), (3, (-1, -1)), (6, (0, -1)), (8, (-1, 0))])
def test_a_photograph_stands_as_its_camera_says(tmp_path: Path, orientation: int, corner: tuple[int, int]) -> None:
    path = tmp_path / "photo.jpg"
    page = Image.new("L", (64, 96), 255)
    page.paste(0, (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = orientation
    page.save(path, exif=exif, quality=95)
    found = pixels_of(path, JPEG)
    assert found.shape == ((96, 64) if orientation in {1, 3} else (64, 96))
    assert found[corner] < 40


def test_a_stream_that_unpacks_to_gigabytes_is_not_unpacked_at_the_door(tmp_path: Path) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(512)) + packer.flush()
    path = pdf_of([Picture(bomb, "FlateDecode", (1_654, 2_339), colours=Name.DeviceGray)], tmp_path / "bomb.pdf")
    assert path.stat().st_size < 2_000_000
    assert inspect_file(path, path.name, LIMITS) == FileFacts(PDF, 1)
