"""Pages that cannot be read: each has its reason, and its top is read all the same where that can be done."""

import os
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from extractors.secrecy import find_mark
from pipeline.model import PageResult, PageStatus
from pipeline.settings import IntakeSettings
from tests.failing_tesseract import GIVES_UP, SLEEPS, failing_tesseract
from tests.unit.extractors.papers import Picture, jpeg, pdf_of, reader_of, results_of, scanned

pytestmark = pytest.mark.ocr

BLANK = Image.new("L", (1654, 2339), 250)


def level_of(page: PageResult) -> str | None:
    mark = find_mark(page)
    return mark.level if mark else None


def require_only_its_top(page: PageResult) -> None:
    """The page failed with a reason, and is screened by words that all stand in its upper half."""
    assert page.status is PageStatus.FAILED
    assert page.reason
    assert page.is_screened
    assert page.content
    assert len(page.content.words) > 10
    assert max(word.box[3] for word in page.content.words) < 0.5


@pytest.mark.parametrize("mark", ["", "MẬT"])
def test_of_a_page_that_ends_too_early_the_top_is_read(tmp_path: Path, mark: str) -> None:
    pages = [jpeg(BLANK), jpeg(scanned(mark), share=0.8), jpeg(BLANK)]
    first, cut, last = results_of(pdf_of(pages, tmp_path / "cut.pdf"))
    assert first.status is last.status is PageStatus.BLANK
    require_only_its_top(cut)
    assert "thiếu một phần" in (cut.reason or "")
    assert level_of(cut) == ("mat" if mark else None)


@pytest.mark.parametrize(("share", "progressive"), [(0.15, False), (0.01, False), (0.8, True)])
def test_a_page_whose_top_is_damaged_is_not_screened(tmp_path: Path, share: float, *, progressive: bool) -> None:
    pages = [jpeg(scanned(), share=share, progressive=progressive), jpeg(BLANK)]
    cut, last = results_of(pdf_of(pages, tmp_path / "cut.pdf"))
    assert (cut.status, cut.is_screened, cut.content) == (PageStatus.FAILED, False, None)
    assert cut.reason
    assert last.status is PageStatus.BLANK


def test_a_picture_that_is_none_is_not_screened(tmp_path: Path) -> None:
    (page,) = results_of(pdf_of([Picture(b"no picture" * 50, "DCTDecode", (1654, 2339))], tmp_path / "none.pdf"))
    assert (page.status, page.is_screened) == (PageStatus.FAILED, False)


def packed(bits: int, *, share: float = 1.0) -> Picture:
    """White paper of so many bits a pixel, losslessly packed."""
    rows = np.full((2339, -(-1654 * bits // 8)), 255, np.uint8)
    rows[::7, ::3] = 240
    data = zlib.compress(rows.tobytes())
    grey = jpeg(BLANK).colours
    return Picture(data[: round(len(data) * share)], "FlateDecode", (1654, 2339), bits, grey)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_packed_pixels_are_whole_at_their_end_alone(tmp_path: Path, bits: int) -> None:
    whole, cut = results_of(pdf_of([packed(bits), packed(bits, share=0.5)], tmp_path / "packed.pdf"))
    assert whole.status in {PageStatus.BLANK, PageStatus.READ}
    assert (cut.status, cut.is_screened) == (PageStatus.FAILED, False)


@pytest.mark.parametrize(("failure", "reason"), [(SLEEPS, "quá 1 giây"), (GIVES_UP, "không đọc được")])
def test_of_a_page_that_takes_too_long_or_is_given_up_the_top_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str, reason: str
) -> None:
    bin_folder = failing_tesseract(tmp_path / "bin", failure)
    monkeypatch.setenv("PATH", f"{bin_folder}{os.pathsep}{os.environ['PATH']}")
    path = tmp_path / "page.jpg"
    scanned().save(path, dpi=(200, 200), quality=85)
    (page,) = results_of(path, reader_of(IntakeSettings(page_seconds=1)))
    require_only_its_top(page)
    assert reason in (page.reason or "")


def test_black_paper_is_no_page(tmp_path: Path) -> None:
    path = tmp_path / "black.png"
    Image.new("L", (1654, 2339), 3).save(path)
    (page,) = results_of(path)
    assert (page.status, page.is_screened) == (PageStatus.FAILED, False)
    assert "đen" in (page.reason or "")
