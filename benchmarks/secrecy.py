"""How often secrecy marks are seen on scanned pages, and other things taken for them.

    python -m benchmarks.secrecy [--first SEED] [--marked N] [--others N] [--read N] [--processes N]

Invented first pages are stamped with the marks, fresh, askew, worn and over the print, or with things that are no mark
but resemble one, and scanned in five ways. Each page is looked at for the shapes of marks (`extractors.mark_shapes`).
A marked page on which none is seen is read as well, and so are the first `--read` of the others: what is measured is
the reading of its upper part, as of pages that fail, with `find_mark`. Fails where fewer than 95 % of the marks are
seen, or more than 0.5 % of the others are taken for marked.
"""

import argparse
import io
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from extractors.image_prep import to_grey
from extractors.mark_shapes import seen_marks
from extractors.page_images import PageImage
from extractors.scanned_page import read_top
from extractors.secrecy import ZONE, find_mark
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
STAMPS = ("KHẨN", "THƯỢNG KHẨN", "HỎA TỐC", "ĐẾN", "GIẢI MẬT", "BẢN SAO", "LƯU HÀNH NỘI BỘ", "KHOA MẮT")
PRINTS = ("red heading", "front heading", "of secrets", "of eyes", "nothing")
DECOYS = (*STAMPS, "round seal", "incoming mail", *PRINTS)
OPENINGS = {
    "of secrets": "Tài liệu MẬT, TỐI MẬT, TUYỆT MẬT phải được quản lý theo quy định về bảo vệ bí mật nhà nước.",
    "of eyes": "Mắt, mũi, mặt được khám; hồ sơ bị mất hoặc mờ thì làm lại. Bệnh viện Mắt phối hợp thực hiện.",
}
TOP = 0.45
"""The share of the page that is read."""
LEAST_SEEN, MOST_MISTAKEN = 0.95, 0.005
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


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen on a page: a level or None, whether by its `shape` or by `words`, and how long the shapes took."""

    case: Case
    level: str | None
    by: str
    seconds: float


def marked_cases(first: int, count: int) -> list[Case]:
    """Marked pages, every mark in every state and look in turn, each round of another paper."""
    rounds = (
        Case(seed, look, mark, state)
        for seed in itertools.count(first)
        for look, state, mark in itertools.product(LOOKS, STATES, LEVELS)
    )
    return list(itertools.islice(rounds, count))


def other_cases(first: int, count: int) -> list[Case]:
    """Pages without a mark: everything that resembles one in every look in turn, each round of another paper."""
    rounds = (
        Case(seed, look, decoy, state if decoy in STAMPS else "fresh")
        for seed, state in zip(itertools.count(first), itertools.cycle(STATES), strict=False)
        for look, decoy in itertools.product(LOOKS, DECOYS)
    )
    return list(itertools.islice(rounds, count))


@dataclass(frozen=True, slots=True)
class Desk:
    """The upper part of a printed page before anything is stamped on it, and where its number stands, in pixels."""

    page: Image.Image
    middle: float
    below: float


@lru_cache(maxsize=4)
def desk_of(seed: int, opening: str) -> Desk:
    """The paper of a seed, its body opened by this sentence."""
    rng = np.random.default_rng(seed)
    paper, _ = invent(seed, 0)
    openings = [opening] if opening else []
    sheet = lay_out(replace(paper, body=(*openings, *paper.body)), bodies()[paper.body_key])[0]
    page = draw_sheet(sheet, random_hand(rng), rng).image
    number = [word for word in sheet.words if "number" in word.fields]
    middle = (number[0].x + number[-1].x + number[-1].width) / 2
    upper = page.crop((0, 0, page.width, round(page.height * TOP)))
    return Desk(upper, middle * RENDER_DPI / 72, number[0].y * RENDER_DPI / 72)


def page_of(case: Case) -> PageImage:
    """The top of the page as it comes out of its file: compressed, and in grey where the scanner knew no colour."""
    rng = np.random.default_rng([case.seed, *case.look.encode(), *case.subject.encode(), *case.state.encode()])
    desk = desk_of(case.seed, OPENINGS.get(case.subject, ""))
    page, middle, below = desk.page.copy(), desk.middle, desk.below
    if case.subject in (*LEVELS, *STAMPS):
        _stamp(page, case, middle, below, rng)
    elif case.subject == "round seal":
        name = bodies()[invent(case.seed, 0)[0].body_key].seal
        _lay(page, ink.seal(name, 18 * _MM, rng), middle, below + 12 * _MM)
    elif case.subject == "red heading":
        _red_heading(page)
    elif case.subject == "front heading":
        font = load_font(PRINT_FILES["bold"], 5 * _MM)
        ImageDraw.Draw(page).text((middle, 9 * _MM), "MẶT TRẬN TỔ QUỐC", font=font, fill=(28, 28, 28), anchor="mm")
    elif case.subject == "incoming mail":
        _incoming(page, middle, below)
    scanned = _scanned_top(page, LOOKS[case.look], rng)
    return _stored(scanned.convert("L") if case.look == "office, grey" else scanned, LOOKS[case.look])


def _scanned_top(page: Image.Image, look: Look, rng: np.random.Generator) -> Image.Image:
    """The upper part of a page as it is scanned."""
    whole = Image.new("RGB", (page.width, round(page.height / TOP)), "white")
    whole.paste(page, (0, 0))
    scanned = scan(whole, look, rng).image
    return scanned.crop((0, 0, scanned.width, round(scanned.height * TOP)))


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


def seen(case: Case, *, is_read: bool) -> Sight:
    """What is seen on a page. A marked one is read only where no shape is seen, others where this is asked for."""
    cv2.setNumThreads(1)
    page = page_of(case)
    begun = time.process_time()
    marks = seen_marks(to_grey(page.pixels), page.dpi, ZONE / TOP)
    seconds = time.process_time() - begun
    if marks:
        return Sight(case, LEVELS[marks[0].text], "shape", seconds)
    if not (is_read or case.level):
        return Sight(case, None, "", seconds)
    read = read_top(page, TOP, Tesseract("vie"), _SECONDS)
    mark = find_mark(PageResult(1, PageStatus.READ, read.content))
    return Sight(case, mark.level if mark else None, "words" if mark else "", seconds)


def report(sights: Sequence[Sight]) -> Iterator[str]:
    """What was seen of marks by state and look, and taken for marks by what it was."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for sight in sights:
        case, is_right = sight.case, (sight.level is not None) == (sight.case.level is not None)
        rows = (case.state, "marked") if case.level else (case.subject, "others")
        for r, c in itertools.product(rows, (case.look, "all")):
            counts[r, c, is_right] += 1
    yield f"{'right, of':18}" + "".join(f"{look:>18}" for look in (*LOOKS, "all"))
    for row in (*STATES, "marked", *DECOYS, "others"):
        cells = ((counts[row, look, True], counts[row, look, False]) for look in (*LOOKS, "all"))
        yield f"{row:18}" + "".join(f"{f'{yes} of {yes + no}':>18}" for yes, no in cells)
    seen_marked = [sight for sight in sights if sight.case.level and sight.level]
    by_shape = sum(sight.by == "shape" for sight in seen_marked)
    right_level = sum(sight.level == sight.case.level for sight in seen_marked)
    by_words = len(seen_marked) - by_shape
    yield f"seen by shape: {by_shape}, only by words: {by_words}; with the right level: {right_level}"
    yield f"looking for shapes: {1_000 * np.median([sight.seconds for sight in sights]):.0f} ms of processor a page"
    for sight in sights:
        if (sight.level is not None) != (sight.case.level is not None):
            yield f"wrong: {sight.case}: {sight.level} by {sight.by or 'nothing'}"


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=50_000)
    parser.add_argument("--marked", type=int, default=60)
    parser.add_argument("--others", type=int, default=75)
    parser.add_argument("--read", type=int, default=75)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    marked, others = marked_cases(asked.first, asked.marked), other_cases(asked.first, asked.others)
    with ProcessPoolExecutor(asked.processes) as pool:
        read = pool.map(partial(seen, is_read=True), [*marked, *others[: asked.read]], chunksize=15)
        looked_at = pool.map(partial(seen, is_read=False), others[asked.read :], chunksize=15)
        sights = [*read, *looked_at]
    print(*report(sights), sep="\n")
    missed = [sight.level is None for sight in sights if sight.case.level]
    mistaken = [sight.level is not None for sight in sights if not sight.case.level]
    return 0 if np.mean(missed) <= 1 - LEAST_SEEN and np.mean(mistaken) <= MOST_MISTAKEN else 1


if __name__ == "__main__":
    sys.exit(main())
