"""How fast scanned pages are read, beside plain Tesseract and OCRmyPDF on the same pages, in turn and in the same run.

    python -m benchmarks.ocr [--first SEED] [--pages N] [--rounds N]

Scans of invented papers, 14 of 24 as an office makes them and 10 bad photocopies, become one PDF. Each contender is
started anew for each round, on two processors, with that PDF:

- Văn Kho reads it (words as JSON, one file a page) and writes the searchable PDF with the original images;
- Tesseract alone is given the *prepared* images, a list for each of two processes, and makes TSV and text-only PDF;
- OCRmyPDF, the newest of PyPI, in an environment of its own (`build/peers`): `-l vie --deskew --jobs 2`.

The figures are medians over the rounds. Wrong characters are what `benchmarks.reading` counts. Fails where Văn Kho
reads less than 1.7 times the pages a second of OCRmyPDF, or less than 85 % of those of Tesseract alone. Run it on a
machine that does nothing else; where others disturb, believe the processor's seconds.
"""

import argparse
import csv
import io
import itertools
import subprocess
import sys
import tempfile
import venv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import img2pdf
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image

from benchmarks.machine import Cost, cost_of, description
from benchmarks.one_pdf import PROCESSES
from benchmarks.reading import Case, distance, pages_of, plain
from extractors.image_prep import prepare
from pipeline.storage.pages import from_json
from samples.generator.fonts import FOUNTS

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "build" / "peers"
LOOKS = {"office": 14, "photocopy": 10}
"""Of 24 pages, so many of each quality; in JPEG of this quality."""
_QUALITY = {"office": 60, "photocopy": 70}
LEAST_OF_OCRMYPDF, LEAST_OF_TESSERACT = 1.7, 0.85
_OURS, _BARE, _PEER = "Văn Kho", "tesseract, prepared images", "OCRmyPDF"


@dataclass(frozen=True, slots=True)
class Task:
    """The pages: as a PDF, prepared as images, and what is printed on each in its fair orders."""

    pdf: Path
    prepared: tuple[Path, ...]
    truths: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a contender made of the pages in one round: what it cost, the text of each page, its PDF if it makes one."""

    cost: Cost
    texts: tuple[str, ...]
    pdf: Path | None


Contender = Callable[[Task, Path], Result]


def task(folder: Path, first: int, pages: int) -> Task:
    """So many pages of papers of fresh seeds, the qualities mixed."""
    share = {look: round(pages * count / sum(LOOKS.values())) for look, count in LOOKS.items()}
    scans: list[bytes] = []
    prepared: list[Path] = []
    truths: list[tuple[str, ...]] = []
    for look, count in share.items():
        cases = (Case(seed, fount, look) for seed, fount in zip(itertools.count(first), itertools.cycle(FOUNTS)))
        for image, orders in itertools.islice(itertools.chain.from_iterable(map(pages_of, cases)), count):
            stored = io.BytesIO()
            scan = Image.fromarray(image.pixels)
            scan.save(stored, "JPEG", quality=_QUALITY[look], dpi=(image.dpi, image.dpi))
            scans.append(stored.getvalue())
            truths.append(tuple(orders))
            ready = prepare(image.pixels, image.dpi)
            prepared.append(folder / f"{len(scans):03d}.tif")  # as it is: unpacking would cost the reader time
            Image.fromarray(ready.pixels).save(prepared[-1], dpi=(ready.dpi, ready.dpi))
    path = folder / "scans.pdf"
    path.write_bytes(img2pdf.convert(scans))
    return Task(path, tuple(prepared), tuple(truths))


def by_van_kho(given: Task, folder: Path) -> Result:
    """Ours, in a process of its own that is started for it."""
    cost = cost_of([sys.executable, "-m", "benchmarks.one_pdf", given.pdf, folder], log=folder / "log")
    pages = [from_json(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    return Result(cost, tuple(page.text for page in pages), folder / "searchable.pdf")


def by_tesseract(given: Task, folder: Path) -> Result:
    """Tesseract alone: two processes side by side, each with every second page."""
    starts: list[str] = []
    for number in range(PROCESSES):
        own = given.prepared[number::PROCESSES]
        (folder / f"list{number}").write_text("\n".join(map(str, own)) + "\n", "utf-8")
        options = "-l vie --oem 1 --psm 3 -c tessedit_create_tsv=1 -c tessedit_create_pdf=1 -c textonly_pdf=1"
        starts.append(f"tesseract {folder}/list{number} {folder}/out{number} {options} &")
    script = "export OMP_THREAD_LIMIT=1\n" + "\n".join(starts) + "\nwait\n"
    cost = cost_of(["sh", "-c", script], log=folder / "log")
    halves = [_texts((folder / f"out{number}.tsv").read_text("utf-8")) for number in range(PROCESSES)]
    count = len(given.prepared)
    texts = tuple(halves[page % PROCESSES].get(page // PROCESSES + 1, "") for page in range(count))
    return Result(cost, texts, None)


def _texts(table: str) -> dict[int, str]:
    """The words of each page of a TSV, by its number."""
    words: dict[int, list[str]] = {}
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        words.setdefault(int(row["page_num"]), []).append(row["text"] or "")
    return {page: " ".join(own) for page, own in words.items()}


def by_ocrmypdf(given: Task, folder: Path) -> Result:
    """The peer, as its users start it. It makes PDF/A."""
    made = folder / "ocrmypdf.pdf"
    words: list[str | Path] = [
        "-l",
        "vie",
        "--deskew",
        "--jobs",
        str(PROCESSES),
        "--sidecar",
        folder / "text",
        given.pdf,
        made,
    ]
    environment = {"PATH": f"{PEERS / 'bin'}:/usr/bin:/bin"}
    cost = cost_of([PEERS / "bin" / "ocrmypdf", *words], log=folder / "log", environment=environment)
    return Result(cost, tuple((folder / "text").read_text("utf-8").split("\f")), made)


CONTENDERS: dict[str, Contender] = {_OURS: by_van_kho, _BARE: by_tesseract, _PEER: by_ocrmypdf}


def install_peer() -> str:
    """OCRmyPDF in an environment of its own, unless it is there; its version."""
    program = PEERS / "bin" / "ocrmypdf"
    if not program.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run([PEERS / "bin" / "pip", "install", "--quiet", "ocrmypdf>=17"], check=True)
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def rounds(given: Task, count: int, folder: Path) -> dict[str, list[Result]]:
    """All contenders, so many times, another one first each time."""
    results: dict[str, list[Result]] = {name: [] for name in CONTENDERS}
    for number in range(count):
        names = [*CONTENDERS][number % len(CONTENDERS) :] + [*CONTENDERS][: number % len(CONTENDERS)]
        for name in names:
            own = folder / f"{number}-{[*CONTENDERS].index(name)}"
            own.mkdir()
            result = CONTENDERS[name](given, own)
            if result.cost.code or not _is_whole(result, len(given.truths)):
                sys.exit(f"{name} did not do its work:\n{(own / 'log').read_text('utf-8', 'replace')[-2000:]}")
            results[name].append(result)
    return results


def _is_whole(result: Result, pages: int) -> bool:
    """Whether every page has its text, and the PDF, if one is made, every page."""
    if len([text for text in result.texts if text.strip()]) != pages:
        return False
    return result.pdf is None or len(pypdfium2.PdfDocument(result.pdf)) == pages


def _wrong(texts: Sequence[str], truths: Sequence[Sequence[str]]) -> float:
    """Characters that are wrong, in per cent of what is printed."""
    wrong = printed = 0
    for text, orders in zip(texts, truths, strict=False):  # the peer's last form feed is followed by nothing
        own, fair = _codes(text), [_codes(order) for order in orders]
        wrong += min(distance(own, truth) for truth in fair)
        printed += len(fair[0])
    return 100 * wrong / printed


def _codes(text: str) -> NDArray[np.int64]:
    return np.array([ord(character) for character in plain(text)], np.int64)


def report(given: Task, results: dict[str, list[Result]]) -> Iterator[str]:
    """A line for each contender."""
    pages, size = len(given.truths), given.pdf.stat().st_size
    office = round(pages * LOOKS["office"] / sum(LOOKS.values()))
    yield (
        f"{'':30}{'pages/s':>9}{'CPU s/page':>12}{'peak MB':>9}{'size':>7}{'wrong, office %':>17}{'photocopy %':>13}"
        f"   pages/s of each round"
    )
    for name, own in results.items():
        last = own[-1]
        share = f"{last.pdf.stat().st_size / size:.2f}" if last.pdf else "-"
        yield (
            f"{name:30}{_speed(own, pages):>9.2f}{_cpu(own, pages):>12.2f}"
            f"{median(result.cost.peak for result in own) / 1e6:>9.0f}{share:>7}"
            f"{_wrong(last.texts[:office], given.truths[:office]):>17.2f}"
            f"{_wrong(last.texts[office:], given.truths[office:]):>13.2f}"
            f"   {' '.join(f'{pages / result.cost.wall:.2f}' for result in own)}"
        )


def _speed(results: Sequence[Result], pages: int) -> float:
    return pages / median(result.cost.wall for result in results)


def _cpu(results: Sequence[Result], pages: int) -> float:
    return median(result.cost.cpu for result in results) / pages


def is_kept(results: dict[str, list[Result]], pages: int) -> bool:
    """Whether ours is as fast as it must be, beside each other; says so."""
    kept = True
    for name, least in ((_PEER, LEAST_OF_OCRMYPDF), (_BARE, LEAST_OF_TESSERACT)):
        speed = _speed(results[_OURS], pages) / _speed(results[name], pages)
        cpu = _cpu(results[name], pages) / _cpu(results[_OURS], pages)
        is_enough = speed >= least
        kept = kept and is_enough
        print(f"{speed:.2f} × the pages/s of {name} (by CPU {cpu:.2f} ×), must be {least} ×: {_said(is_enough)}")
    return kept


def _said(is_enough: bool) -> str:  # noqa: FBT001 - the word for it
    return "kept" if is_enough else "NOT KEPT"


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=70_000)
    parser.add_argument("--pages", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    version = install_peer()
    print(description(), f"OCRmyPDF {version}; {asked.pages} pages, seeds from {asked.first}, {asked.rounds} rounds")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = task(folder, asked.first, asked.pages)
        results = rounds(given, asked.rounds, folder)
        print(*report(given, results), sep="\n")
        return 0 if is_kept(results, asked.pages) else 1


if __name__ == "__main__":
    sys.exit(main())
