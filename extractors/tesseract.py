"""Tesseract: the pixels of one page in, words with boxes and the text-only PDF page out, from one recognition.

It is started through pytesseract once a page. Preparing the pixels is left to `extractors.image_prep`, mapping the
boxes back to the file's page to `extractors.reader`.
"""

import csv
import io
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytesseract
from numpy.typing import NDArray
from PIL import Image
from pytesseract.pytesseract import run_tesseract

from pipeline.errors import MissingProgramError, PageFailedError
from pipeline.text import clean

PixelBox = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels of the recognised image."""

INSTALL = "apt-get install tesseract-ocr tesseract-ocr-vie"

_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - a private folder is made inside it
_PAGE, _SPARSE = 3, 11
_WORD_LEVEL = "5"


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word as recognised; `line` and `block` number the lines and paragraphs in reading order."""

    text: str
    box: PixelBox
    confidence: float
    line: int
    block: int


@dataclass(frozen=True, slots=True)
class Recognition:
    """The words of an image, and its text-only PDF page of the size `pixels / dpi` inches."""

    words: tuple[RawWord, ...]
    layer: bytes

    @property
    def confidence(self) -> float:
        """Mean confidence of the words, weighted by their length; 0 without words."""
        weights = [len(word.text) for word in self.words]
        total = sum(word.confidence * weight for word, weight in zip(self.words, weights, strict=True))
        return total / sum(weights) if weights else 0.0


@dataclass(frozen=True, slots=True)
class Tesseract:
    """Tesseract with one language. `scratch` is where page images lie while they are read, None for memory."""

    language: str
    scratch: Path | None = None

    def require(self) -> None:
        """Raise `MissingProgramError` unless program and language are installed."""
        try:
            languages = pytesseract.get_languages()
        except (pytesseract.TesseractNotFoundError, OSError) as error:
            raise MissingProgramError(f"Chưa cài Tesseract. Hãy chạy: {INSTALL}") from error
        if self.language not in languages:
            raise MissingProgramError(f"Tesseract chưa có dữ liệu tiếng “{self.language}”. Hãy chạy: {INSTALL}")

    def recognise(
        self, pixels: NDArray[np.uint8], *, dpi: float, seconds: float, is_sparse: bool = False
    ) -> Recognition:
        """Words of an image in grey or RGB. `is_sparse`: scattered words, such as stamps, instead of a page.

        Raises:
            PageFailedError: no result within `seconds`, or Tesseract gave up.
            MissingProgramError: the program or its language is not there.
        """
        with tempfile.TemporaryDirectory(prefix="vankho-", dir=self._folder()) as folder:
            page = Path(folder) / "page.pnm"  # packing a noisy page as PNG takes as long as a fifth of reading it
            Image.fromarray(pixels).save(page)
            output = page.with_suffix("")
            self._run(page, output, _SPARSE if is_sparse else _PAGE, dpi, seconds)
            table = output.with_suffix(".tsv").read_text("utf-8")
            return Recognition(tuple(_words(table)), output.with_suffix(".pdf").read_bytes())

    def _folder(self) -> Path | None:
        if self.scratch is not None:
            return self.scratch
        return _MEMORY_FOLDER if os.access(_MEMORY_FOLDER, os.W_OK) else None

    def _run(self, page: Path, output: Path, mode: int, dpi: float, seconds: float) -> None:
        # One page is one thread: there is a process for each core already. Tesseract looks for this at its start.
        os.environ["OMP_THREAD_LIMIT"] = "1"
        options = (
            f"--oem 1 --psm {mode} --dpi {round(dpi)}"
            " -c tessedit_create_tsv=1 -c tessedit_create_pdf=1 -c textonly_pdf=1"
        )
        try:
            run_tesseract(str(page), str(output), "", self.language, options, timeout=seconds)
        except pytesseract.TesseractNotFoundError as error:
            raise MissingProgramError(f"Chưa cài Tesseract. Hãy chạy: {INSTALL}") from error
        except pytesseract.TesseractError as error:
            self.require()  # where the language is missing no page can be read; asked only now, for it starts a process
            raise PageFailedError("Tesseract không đọc được trang này.") from error
        except RuntimeError as error:  # how pytesseract says that the time was over
            raise PageFailedError(f"Đọc trang quá {seconds:.0f} giây nên đã dừng.") from error


def _words(table: str) -> Iterator[RawWord]:
    """The words of Tesseract's TSV, lines and paragraphs numbered anew from 0."""
    lines: dict[tuple[str, ...], int] = {}
    blocks: dict[tuple[str, ...], int] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = clean(row["text"] or "").strip()
        if row["level"] != _WORD_LEVEL or not text:
            continue
        paragraph = (row["block_num"], row["par_num"])
        left, top, width, height = (float(row[name]) for name in ("left", "top", "width", "height"))
        yield RawWord(
            text=text,
            box=(left, top, left + width, top + height),
            confidence=max(0.0, min(1.0, float(row["conf"]) / 100)),
            line=lines.setdefault((*paragraph, row["line_num"]), len(lines)),
            block=blocks.setdefault(paragraph, len(blocks)),
        )
