"""Pages that are nearly empty: what looks blank must still be screened for secrecy marks."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from extractors.image_prep import is_blank
from extractors.reader import open_reader
from pipeline.errors import MissingProgramError
from pipeline.model import PageResult, PageStatus
from pipeline.settings import IntakeSettings, OCRSettings
from samples.generator import fonts
from tests.unit.extractors.papers import results_of, scanned

PAPER = (250, 249, 246)


def read(page: Image.Image, folder: Path) -> PageResult:
    path = folder / "page.png"
    page.save(path, dpi=(200, 200))
    reader = open_reader(IntakeSettings(), OCRSettings())
    (reading,) = reader.read_pages(path, reader.inspect(path, name=path.name), [1])
    return reading.result


def empty_page() -> Image.Image:
    return Image.new("RGB", (1654, 2339), PAPER)


@pytest.mark.ocr
def test_a_page_with_nothing_on_it_is_blank(tmp_path: Path) -> None:
    assert read(empty_page(), tmp_path).status is PageStatus.BLANK


@pytest.mark.parametrize(
    ("contrast", "noise", "expected"), [(38, 2, False), (38, 6, False), (12, 2, True), (0, 20, True)]
)
def test_faint_print_is_not_blank_and_what_shows_through_is(contrast: int, noise: int, *, expected: bool) -> None:
    page = Image.new("L", (1654, 2339), 240)
    font = fonts.load_font("LiberationSerif-Regular.ttf", 38)
    for line in range(12 if contrast else 0):
        text = "Căn cứ Điều lệ Đảng, Đảng ủy quyết nghị như sau"
        ImageDraw.Draw(page).text((200, 400 + 60 * line), text, font=font, fill=240 - contrast)
    grain = np.random.default_rng(7).normal(0, noise, (2339, 1654))
    assert is_blank(np.clip(np.asarray(page) + grain, 0, 255).astype(np.uint8), 200) is expected


@pytest.mark.ocr
def test_a_strip_with_words_at_its_end_alone_is_not_blank(tmp_path: Path) -> None:
    strip = Image.new("L", (900, 33_000), 250)
    strip.paste(scanned().convert("L").crop((100, 100, 1000, 700)), (0, 500))
    path = tmp_path / "strip.png"
    strip.save(path)
    (result,) = results_of(path)
    assert result.status is PageStatus.READ
    assert result.is_screened


@pytest.mark.ocr
@pytest.mark.parametrize("ink", [(200, 30, 40), (236, 28, 36), (255, 60, 60)])
def test_a_page_with_only_a_red_mark_is_not_blank(tmp_path: Path, ink: tuple[int, int, int]) -> None:
    page = empty_page()
    draw = ImageDraw.Draw(page)
    draw.rectangle((240, 300, 420, 390), outline=ink, width=4)
    draw.text((260, 308), "MẬT", font=fonts.load_font("LiberationSerif-Bold.ttf", 60), fill=ink)
    result = read(page, tmp_path)
    mark = open_reader(IntakeSettings(), OCRSettings()).screen(result)
    assert mark is not None
    assert mark.level == "mat"


@pytest.mark.parametrize(("variable", "words"), [("PATH", "Chưa cài Tesseract"), ("TESSDATA_PREFIX", "tiếng “vie”")])
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, words: str
) -> None:
    path = tmp_path / "page.png"
    scanned().convert("L").crop((0, 0, 1654, 600)).save(path, dpi=(200, 200))
    monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(MissingProgramError, match="apt-get install tesseract-ocr tesseract-ocr-vie") as missing:
        results_of(path)
    assert words in str(missing.value)
