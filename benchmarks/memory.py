"""What long scans need: the memory of all processes while a file of 300 pages is taken in, as TIFF and as PDF.

    python -m benchmarks.memory [--pages N] [--limit GB] [--growth MB] [--prefect]

A few pages of an invented paper, in colour at 300 dpi and with few lines left on each so that they are quickly read,
are repeated to a file that is taken in by `vankho ingest`, two reading processes at work. Printed are the most memory
that all processes had at once, and by how much it grew for each hundred pages after the first fifty. Of the PDF the
whole run is killed when half of its pages are kept, and taken in again: those are not read twice.

Fails where the most is beyond the limit or the growth beyond its own, or where a kept page was read once more.
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice, pairwise
from pathlib import Path

import img2pdf
import numpy as np
from PIL import Image

from benchmarks.machine import Cost, Sample, cost_of, description
from samples.generator import Look
from samples.generator.degrade import scan
from samples.generator.handwriting import random_hand
from samples.generator.layout import lay_out
from samples.generator.library import bodies
from samples.generator.render import draw_sheet
from samples.generator.templates import invent

ROOT = Path(__file__).parents[1]
VANKHO = Path(sys.executable).with_name("vankho")
_DPI = 300
_SETTLED = 50
"""Pages after which everything that is loaded once has been."""
_TOP, _MIDDLE = (0.0, 0.3), (0.4, 0.5)
"""What is left of the first page, its header, and of the others."""


@dataclass(frozen=True, slots=True)
class House:
    """An installation of its own."""

    home: Path
    log: Path

    @property
    def environment(self) -> dict[str, str]:
        """Where it is."""
        return {"VANKHO_HOME": str(self.home)}

    def pages_kept(self) -> dict[Path, float]:
        """The pages of a file on its way that have their result, and since when."""
        return {path: path.stat().st_mtime for path in self.home.glob("staging/*/[0-9]*.json")}


def papers(count: int) -> Iterator[Image.Image]:
    """So many pages of a paper with one header, the later ones a few over and over."""
    rng = np.random.default_rng(1)
    paper, _ = invent(90_000, 0, "scan")
    sheets = lay_out(replace(paper, written=()), bodies()[paper.body_key])
    drawn = [
        scan(draw_sheet(sheet, random_hand(rng), rng).image, Look("office", _DPI, 60), rng).image for sheet in sheets
    ]
    yield _shown(drawn[0], *_TOP)
    yield from islice(cycle([_shown(page, *_MIDDLE) for page in drawn]), count - 1)


def _shown(page: Image.Image, first: float, last: float) -> Image.Image:
    """The page with nothing on it but what stands between these shares of its height."""
    whole = page.convert("RGB")
    bare = Image.new("RGB", whole.size, "white")
    part = whole.crop((0, round(first * whole.height), whole.width, round(last * whole.height)))
    bare.paste(part, (0, round(first * whole.height)))
    return bare


def write_tiff(path: Path, pages: int) -> None:
    """A TIFF of colour pages in JPEG."""
    first, *others = papers(min(pages, 6))
    repeated = list(islice(cycle(others), pages - 1))
    first.save(path, save_all=True, append_images=repeated, compression="jpeg", quality=60, dpi=(_DPI, _DPI))


def write_pdf(path: Path, pages: int) -> None:
    """A PDF of colour pages in JPEG."""
    first, *others = (_jpeg(page) for page in papers(min(pages, 6)))
    path.write_bytes(img2pdf.convert([first, *islice(cycle(others), pages - 1)]))


def _jpeg(page: Image.Image) -> bytes:
    out = io.BytesIO()
    page.save(out, "JPEG", quality=60, dpi=(_DPI, _DPI))
    return out.getvalue()


def ingest(path: Path, *, direct: bool) -> list[str | Path]:
    """The command that takes a file in."""
    words: list[str | Path] = [
        VANKHO,
        "ingest",
        path,
        "--unit",
        "dang-uy",
        "--as",
        "van-thu",
        "--workers",
        "2",
        "--json",
    ]
    return [*words, "--direct"] if direct else words


def take_in(house: House, path: Path, *, direct: bool, kill_at: int | None = None) -> Cost:
    """One file on its way, its pages counted; killed when so many are kept."""

    def is_over(sample: Sample) -> bool:
        return kill_at is not None and sample.done >= kill_at

    return cost_of(
        ingest(path, direct=direct),
        log=house.log,
        environment=house.environment,
        done=lambda: len(house.pages_kept()),
        is_over=is_over,
    )


def growth(cost: Cost) -> float:
    """By how many bytes memory grows with a hundred pages: a straight line through what was seen while reading."""
    seen = [(sample.done, sample.held) for sample in cost.samples if sample.done >= _SETTLED]
    if len({done for done, _ in seen}) < 2:  # noqa: PLR2004 - a line takes two points
        return 0.0
    done, held = np.array(seen, float).T
    return float(100 * np.polyfit(done, held, 1)[0])


def steps(cost: Cost) -> int:
    """The most pages that were kept between two looks: progress is told as they are."""
    done = [sample.done for sample in cost.samples]
    return max((after - before for before, after in pairwise(done)), default=0)


def measured(house: House, path: Path, asked: argparse.Namespace) -> bool:
    """Take a file in, say what it took, and whether that is within the limits."""
    cost = take_in(house, path, direct=not asked.prefect)
    grown = growth(cost)
    is_kept = not cost.code and cost.peak <= asked.limit * 1e9 and grown <= asked.growth * 1e6
    print(
        f"{path.name} ({path.stat().st_size / 1e6:.0f} MB): most {cost.peak / 1e6:.0f} MB, grows {grown / 1e6:+.1f} MB "
        f"a hundred pages, {asked.pages / cost.wall:.2f} pages/s, at most {steps(cost)} pages between two looks, "
        f"exit code {cost.code}: {_said(is_kept)}",
        flush=True,
    )
    return is_kept


def interrupted(house: House, path: Path, asked: argparse.Namespace) -> bool:
    """Kill the run in its middle and begin again; whether every page that was kept then stayed as it was."""
    first = take_in(house, path, direct=True, kill_at=asked.pages // 2)
    before = house.pages_kept()
    changed: set[Path] = set()

    def look() -> int:
        now = house.pages_kept()
        changed.update(page for page, since in now.items() if before.get(page, since) != since)
        return len(now)

    second = cost_of(ingest(path, direct=True), log=house.log, environment=house.environment, done=look)
    is_kept = bool(before) and not changed and not second.code
    print(
        f"{path.name}: killed after {first.wall:.0f} s with {len(before)} pages kept; the next run took "
        f"{second.wall:.0f} s, read {len(changed)} of them again, exit code {second.code}: {_said(is_kept)}",
        flush=True,
    )
    return is_kept


def _said(is_kept: bool) -> str:  # noqa: FBT001 - the word for it
    return "kept" if is_kept else "NOT KEPT"


def open_house(folder: Path) -> House:
    """A new installation with the samples' organisation."""
    house = House(folder / "home", folder / "log")
    words: list[str | Path] = [VANKHO, "org", "import", ROOT / "samples" / "organisation.yaml"]
    if cost_of(words, log=house.log, environment=house.environment).code:
        sys.exit(house.log.read_text("utf-8"))
    return house


def run(asked: argparse.Namespace, folder: Path) -> Sequence[bool]:
    """All measurements, each in an installation of its own."""
    tiff, pdf = folder / f"{asked.pages} pages.tif", folder / f"{asked.pages} pages.pdf"
    write_tiff(tiff, asked.pages)
    write_pdf(pdf, asked.pages)
    houses = [folder / name for name in ("tiff", "pdf", "killed")]
    for house in houses:
        house.mkdir()
    return [
        measured(open_house(houses[0]), tiff, asked),
        measured(open_house(houses[1]), pdf, asked),
        interrupted(open_house(houses[2]), pdf, asked),
    ]


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--limit", type=float, default=1.5)
    parser.add_argument("--growth", type=float, default=20)
    parser.add_argument("--prefect", action="store_true")
    asked = parser.parse_args()
    print(description())
    print(f"{asked.pages} pages of A4 in colour at {_DPI} dpi, 2 reading processes, most {asked.limit} GB")
    with tempfile.TemporaryDirectory() as name:
        return 0 if all(run(asked, Path(name))) else 1


if __name__ == "__main__":
    sys.exit(main())
