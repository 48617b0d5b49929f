"""How often secrecy marks are seen on scanned pages, and other things taken for them.

    python -m benchmarks.secrecy [--first SEED] [--count PAPERS] [--processes N]

Each invented first page is stamped with each mark, fresh, askew, worn and over the print, or with things that are no
mark but resemble one, and scanned in five ways; what is measured is the reading of its upper part, as of pages that
fail, with `find_mark`. Fails where fewer than 95 % of the marks are seen that are fresh or askew and scanned in colour,
or more than 1 % of the others are taken for marked.
"""

import argparse
import io
import itertools
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from extractors.page_images import PageImage
from extractors.scanned_page import read_top
from extractors.secrecy import find_mark
from extractors.tesseract import Tesseract
from pipeline.model import PageResult, PageStatus
from samples.generator import Look, ink
from samples.generator.degrade import scan
from samples.generator.fonts import PRINT_FILES, load_font
from samples.generator.handwriting import random_hand
from samples.generator.layout import lay_out
from samples.generator.library import bodies
from samples.generator.render import RENDER_DPI, draw_sheet
from samples.generator.templates import invent

LOOKS = {
    "office, colour": Look("office"),
    "office, 300 dpi": Look("office", 300, 75),
    "office, grey": Look("office"),
    "photocopy": Look("photocopy", 150, 60),
    "black and white": Look("bitonal", 300),
}
LEVELS = {"MẬT": "mat", "TỐI MẬT": "toi_mat", "TUYỆT MẬT": "tuyet_mat"}
STATES = ("fresh", "askew", "worn", "over print")
STAMPS = ("KHẨN", "HỎA TỐC", "GIẢI MẬT", "BẢN SAO", "LƯU HÀNH NỘI BỘ", "KHOA MẮT")
DECOYS = (*STAMPS, "round seal", "red heading", "incoming mail", "of secrets", "of eyes", "nothing")
OPENINGS = {
    "of secrets": "Tài liệu MẬT, TỐI MẬT, TUYỆT MẬT phải được quản lý theo quy định về bảo vệ bí mật nhà nước.",
    "of eyes": "Mắt, mũi, mặt được khám; hồ sơ bị mất hoặc mờ thì làm lại. Bệnh viện Mắt phối hợp thực hiện.",
}
TOP = 0.45
"""The share of the page that is read."""
LEAST_SEEN, MOST_MISTAKEN = 0.95, 0.01
IN_COLOUR, CLEAR = ("office, colour", "office, 300 dpi"), STATES[:2]
_MM = RENDER_DPI / 25.4
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Case:
    """One first page: of which paper, how scanned, and what is stamped or printed on it in which state."""

    seed: int
    look: str
    subject: str
    state: str = "fresh"

    @property
    def level(self) -> str | None:
        """What should be seen."""
        return LEVELS.get(self.subject)


def cases(seeds: Iterable[int]) -> list[Case]:
    """As many marked as unmarked pages."""
    subjects = [*itertools.product(LEVELS, STATES), *((decoy, "fresh") for decoy in DECOYS)]
    return [Case(seed, look, *subject) for seed, look, subject in itertools.product(seeds, LOOKS, subjects)]


def page_of(case: Case) -> PageImage:
    """The page as it comes out of its file: compressed, and in grey where the scanner knew no colour."""
    rng = np.random.default_rng([case.seed, *case.subject.encode(), *case.state.encode()])
    paper, _ = invent(case.seed, 0)
    opening = [OPENINGS[case.subject]] if case.subject in OPENINGS else []
    body = bodies()[paper.body_key]
    sheet = lay_out(replace(paper, body=(*opening, *paper.body)), body)[0]
    page = draw_sheet(sheet, random_hand(rng), rng).image
    number = [word for word in sheet.words if "number" in word.fields]
    middle = (number[0].x + number[-1].x + number[-1].width) / 2 * RENDER_DPI / 72
    below = number[0].y * RENDER_DPI / 72
    if case.subject in (*LEVELS, *STAMPS):
        _stamp(page, case, middle, below, rng)
    elif case.subject == "round seal":
        _lay(page, ink.seal(body.seal, 18 * _MM, rng), middle, below + 12 * _MM)
    elif case.subject == "red heading":
        _red_heading(page)
    elif case.subject == "incoming mail":
        _incoming(page, middle, below)
    whole = scan(page, LOOKS[case.look], rng).image
    scanned = whole.crop((0, 0, whole.width, round(whole.height * TOP)))
    return _stored(scanned.convert("L") if case.look == "office, grey" else scanned, LOOKS[case.look])


def _stamp(page: Image.Image, case: Case, middle: float, below: float, rng: np.random.Generator) -> None:
    height = float(rng.uniform(7.5, 9)) * _MM
    mask = ink.boxed_mark(case.subject, (8 + 4.0 * len(case.subject)) * _MM, height, rng)
    if case.state == "askew":
        mask = mask.rotate(float(rng.uniform(4, 9) * rng.choice([-1, 1])), Image.Resampling.BICUBIC, expand=True)
    if case.state == "worn":
        mask = _worn(mask, rng)
    gap = -2.5 if case.state == "over print" else float(rng.uniform(6, 9))
    _lay(page, mask, middle + float(rng.uniform(-4, 4)) * _MM, below + gap * _MM)


def _worn(mask: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A stamp with too little ink: pale, and missing in patches."""
    coarse = Image.fromarray(rng.integers(0, 256, (mask.height // 6 + 1, mask.width // 6 + 1)).astype(np.uint8))
    patches = coarse.resize(mask.size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    level = np.percentile(np.asarray(patches), 25)
    kept = patches.point(lambda value: 255 if value > level else 60)
    pale = mask.point(lambda value: int(value * 0.75))
    return ImageChops.multiply(pale, kept.filter(ImageFilter.GaussianBlur(1)))


def _lay(page: Image.Image, mask: Image.Image, x: float, y: float) -> None:
    """Lay red ink on the page round this place; what lies below stays visible."""
    left, top = max(0, round(x - mask.width / 2)), max(0, round(y - mask.height / 2))
    white = Image.new("RGB", mask.size, "white")
    tint = Image.composite(Image.new("RGB", mask.size, ink.MARK_RED), white, mask)
    region = (left, top, left + mask.width, top + mask.height)
    page.paste(ImageChops.multiply(page.crop(region), tint), region)


def _red_heading(page: Image.Image) -> None:
    draw = ImageDraw.Draw(page)
    for row, text in enumerate(("ĐẢNG CỘNG SẢN VIỆT NAM", "HỘI ĐỒNG THI ĐUA")):
        font = load_font(PRINT_FILES["bold"], 6 * _MM)
        draw.text((page.width / 2, (9 + 8 * row) * _MM), text, font=font, fill=ink.SEAL_RED, anchor="mm")
    draw.line((40 * _MM, 22 * _MM, page.width - 40 * _MM, 22 * _MM), fill=ink.SEAL_RED, width=8)


def _incoming(page: Image.Image, middle: float, below: float) -> None:
    """The receiving office's stamp: a frame with printed lines."""
    draw = ImageDraw.Draw(page)
    x, y = middle - 24 * _MM, below + 2 * _MM
    draw.rectangle((x, y, x + 48 * _MM, y + 20 * _MM), outline=ink.MARK_RED, width=5)
    for row, text in enumerate(("CÔNG VĂN ĐẾN", "Số: 0412", "Ngày: 14/3/2024")):
        font = load_font(PRINT_FILES["regular"], 4 * _MM)
        draw.text((x + 24 * _MM, y + (4 + 6 * row) * _MM), text, font=font, fill=ink.MARK_RED, anchor="mm")


def _stored(image: Image.Image, look: Look) -> PageImage:
    stored = io.BytesIO()
    (image.convert("L") if image.mode == "1" else image).save(stored, "JPEG", quality=look.quality)
    return PageImage(np.asarray(Image.open(stored)), look.dpi)


def seen(case: Case) -> str | None:
    """The mark that is seen on the page."""
    cv2.setNumThreads(1)
    read = read_top(page_of(case), TOP, Tesseract("vie"), _SECONDS)
    mark = find_mark(PageResult(1, PageStatus.READ, read.content))
    return mark.level if mark else None


def report(found: Iterable[tuple[Case, str | None]]) -> Iterator[str]:
    """What was seen of marks by state and look, and taken for marks by what it was."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for case, level in found:
        rows = (case.state, "marked") if case.level else ("others",)
        for r, c in itertools.product(rows, (case.look, "all")):
            counts[r, c, level == case.level] += 1
    yield f"{'right, of':12}" + "".join(f"{look:>18}" for look in (*LOOKS, "all"))
    for row in (*STATES, "marked", "others"):
        cells = ((counts[row, look, True], counts[row, look, False]) for look in (*LOOKS, "all"))
        yield f"{row:12}" + "".join(f"{f'{yes} of {yes + no}':>18}" for yes, no in cells)


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=50_000)
    parser.add_argument("--count", type=int, default=2)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    all_cases = cases(range(asked.first, asked.first + asked.count))
    with ProcessPoolExecutor(asked.processes) as pool:
        found = list(zip(all_cases, pool.map(seen, all_cases, chunksize=2), strict=True))
    print(*report(found), sep="\n")
    for case, level in found:
        if level != case.level:
            print(f"wrong: {case}: {level}")
    clear = [
        level is not None for case, level in found if case.level and case.look in IN_COLOUR and case.state in CLEAR
    ]
    mistaken = [level is not None for case, level in found if not case.level]
    return 0 if np.mean(clear) >= LEAST_SEEN and np.mean(mistaken) <= MOST_MISTAKEN else 1


if __name__ == "__main__":
    sys.exit(main())
