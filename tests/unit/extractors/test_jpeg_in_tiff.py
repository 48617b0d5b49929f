"""JPEG inside TIFF goes into a PDF as it is coded, where it is in one piece; else the page goes in as pixels."""

import io
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from extractors.files import TIFF
from extractors.searchable_pdf import WantedPage
from tests.unit.extractors.test_searchable_pdf import layer, photo, searchable

ROWS_PER_STRIP = 278


def saved(path: Path, mode: str, rows: int) -> Path:
    pages = [photo(seed, size=(600, 840)).convert(mode) for seed in (1, 2)]
    pages[0].save(
        path,
        "TIFF",
        compression="jpeg",
        quality=80,
        save_all=True,
        append_images=pages[1:],
        dpi=(200, 200),
        tiffinfo={ROWS_PER_STRIP: rows},
    )
    return path


def codings(made: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        return [str(image.get("/Filter")) for page in pdf.pages for image in page.get_images().values()]


@pytest.mark.parametrize("mode", ["L", "YCbCr"])
@pytest.mark.parametrize(("rows", "coding"), [(840, "/DCTDecode"), (80, "/FlateDecode")])
def test_the_coding_is_kept_where_it_is_in_one_piece(tmp_path: Path, mode: str, rows: int, coding: str) -> None:
    path = saved(tmp_path / "a.tif", mode, rows)
    made = searchable(path, TIFF, [WantedPage(1, layer()), WantedPage(2, layer())])
    assert codings(made) == [coding, coding]
    if coding == "/DCTDecode":
        assert len(made) < 1.1 * path.stat().st_size + 4_000
    document = pypdfium2.PdfDocument(made)
    for page in (1, 2):
        shown = document[page - 1]
        assert shown.get_size() == pytest.approx((600 * 72 / 200, 840 * 72 / 200), abs=0.1)
        drawn = shown.render(scale=200 / 72).to_pil().convert("RGB")
        with Image.open(path) as stored:
            stored.seek(page - 1)
            expected = stored.convert("RGB")
        assert np.abs(np.asarray(drawn).astype(int) - np.asarray(expected).astype(int)).mean() < 6
    document.close()
