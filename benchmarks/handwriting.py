"""How often handwritten digits are found in the number and date lines, and printed ones mistaken for them.

    python -m benchmarks.handwriting [--first SEED] [--count DOCUMENTS] [--processes N]

Each invented document is made twice, written by hand and printed, and scanned in five ways; what is measured is
`read_scan`, the whole reading of its first page. Fails where fewer than 98 % are found or more than 5 % mistaken.
"""

import argparse
import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from extractors.page_images import PageImage
from extractors.scanned_page import read_scan
from extractors.tesseract import Tesseract
from pipeline.model import Box
from samples.generator import GeneratedDocument, Look, make_document

LOOKS = {
    "office, colour": Look("office"),
    "office, grey": Look("office"),
    "photocopy": Look("photocopy", 150, 60),
    "clean, grey": Look("clean", 300),
    "black and white": Look("bitonal", 300),
}
FIELDS = {"number": "number_written", "date": "day_written"}
LEAST_FOUND, MOST_MISTAKEN = 0.98, 0.05
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Case:
    """One first page: of which document, how scanned, and whether its number and day are written by hand."""

    seed: int
    look: str
    is_written: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether handwriting was seen in a field of a page."""

    case: Case
    field: str
    is_found: bool


def examine(case: Case) -> list[Finding]:
    """Read a page and compare the hands that were seen with its truth."""
    cv2.setNumThreads(1)
    written = tuple(FIELDS) if case.is_written else ()
    made = make_document(case.seed, written=written, look=LOOKS[case.look])
    hands = read_scan(as_stored(made, case.look), Tesseract("vie"), _SECONDS).hands
    places = {box.name: box.box for box in made.boxes if box.page == 1}
    return [
        Finding(case, field, any(_meet(hand, places[digits if case.is_written else field]) for hand in hands))
        for field, digits in FIELDS.items()
    ]


def as_stored(made: GeneratedDocument, look: str) -> PageImage:
    """The first page as it comes out of its file: compressed, and in grey where the scanner knew no colour."""
    image = made.images[0]
    if image.mode == "1" or look == "office, grey":
        image = image.convert("L")
    stored = io.BytesIO()
    image.save(stored, "JPEG", quality=LOOKS[look].quality)
    return PageImage(np.asarray(Image.open(stored)), LOOKS[look].dpi)


def _meet(a: Box, b: Box) -> bool:
    across = min(a[2], b[2]) - max(a[0], b[0])
    down = min(a[3], b[3]) - max(a[1], b[1])
    return across > 0.2 * min(a[2] - a[0], b[2] - b[0]) and down > 0.3 * min(a[3] - a[1], b[3] - b[1])


def report(findings: Iterable[Finding]) -> Iterator[str]:
    """A line for each way of scanning, and one for all."""
    counts = Counter(
        (look, finding.field, finding.case.is_written, finding.is_found)
        for finding in findings
        for look in (finding.case.look, "all")
    )
    yield f"{'':16}{'number found':>16}{'mistaken':>12}{'day found':>16}{'mistaken':>12}"
    for look in (*LOOKS, "all"):
        cells = []
        for field in FIELDS:
            for is_written, width in ((True, 16), (False, 12)):
                yes, no = (counts[look, field, is_written, is_found] for is_found in (True, False))
                cells.append(f"{f'{yes} of {yes + no}':>{width}}")
        yield f"{look:16}{''.join(cells)}"


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=40_000)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    seeds = range(asked.first, asked.first + asked.count)
    cases = [Case(seed, look, is_written) for seed in seeds for look in LOOKS for is_written in (True, False)]
    with ProcessPoolExecutor(asked.processes) as pool:
        findings = [finding for found in pool.map(examine, cases, chunksize=2) for finding in found]
    print(*report(findings), sep="\n")
    for finding in findings:
        if finding.is_found != finding.case.is_written:
            print(f"wrong: {finding.case}, {finding.field}")
    found = [finding.is_found for finding in findings if finding.case.is_written]
    mistaken = [finding.is_found for finding in findings if not finding.case.is_written]
    is_kept = np.mean(found) >= LEAST_FOUND and np.mean(mistaken) <= MOST_MISTAKEN
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
