"""How often the number and the day of papers filled in by hand come out right, are left to a person, or are wrong.

    python -m benchmarks.handwritten_values [--first SEED] [--count DOCUMENTS] [--processes N] [--show]

Each invented document has its number and day written by hand, by a hand of its own, and one of five ways of scanning.
Of its files 95 % have a name with the number, as clerks give them, and of these 2 % another number; the others have a
scanner's name. Fails where a value is accepted without a person and is wrong.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.describing import units
from benchmarks.handwriting import LOOKS, as_stored
from extractors.describe import open_describer
from extractors.scanned_page import read_scan
from extractors.second_opinion import with_second_opinion
from extractors.tesseract import Tesseract
from pipeline.model import FieldName, FieldValue, PageResult, PageStatus
from pipeline.numbers import parse_number
from samples.generator import make_document

_SECONDS = 300
_NAMED, _NAMED_WRONGLY = 0.95, 0.02


@dataclass(frozen=True, slots=True)
class Finding:
    """One field of one document beside its truth, and the seconds of processor time of the second opinion."""

    seed: int
    field: FieldName
    name: str
    true: str
    read: FieldValue | None
    seconds: float

    @property
    def is_right(self) -> bool:
        return self.read is not None and self.read.value == self.true

    @property
    def is_accepted(self) -> bool:
        return self.read is not None and not self.read.is_doubtful


def examine(seed: int) -> list[Finding]:
    """Read and describe a first page and compare number and date with its truth."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(seed)
    look = list(LOOKS)[seed % len(LOOKS)]
    made = make_document(seed, written=("number", "date"), look=LOOKS[look])
    image = as_stored(made, look)
    scan = read_scan(image, Tesseract("vie"), _SECONDS)
    page = PageResult(1, PageStatus.READ, scan.content, hands=scan.hands)
    begun = time.process_time()
    page = with_second_opinion(page, image)
    seconds = time.process_time() - begun
    name = _file_name(made.paper.number, rng)
    fields = open_describer().describe([page], file_name=name, units=units()).fields
    truth = ((FieldName.NUMBER, made.paper.number), (FieldName.DATE, made.paper.date))
    return [Finding(seed, field, name, true, fields.get(field), seconds) for field, true in truth]


def _file_name(number: str, rng: np.random.Generator) -> str:
    parsed = parse_number(number)
    if parsed is None or rng.random() >= _NAMED:
        return f"Scan{rng.integers(10_000):04d}.pdf"
    digits = f"{rng.integers(1, 900):02d}" if rng.random() < _NAMED_WRONGLY else parsed.digits
    symbol = parsed.type_symbol or ""
    forms = (f"{digits}{symbol}.signed.pdf", f"{digits}-{symbol}.pdf", f"{digits}-{symbol}-{parsed.org}_1.pdf")
    return str(rng.choice(forms))


def report(findings: Sequence[Finding]) -> Iterator[str]:
    """What became of each field, and how sure one can be that so few are wrong."""
    for field in (FieldName.NUMBER, FieldName.DATE):
        own = [finding for finding in findings if finding.field is field]
        counts = Counter((finding.is_accepted, finding.is_right) for finding in own)
        nothing = sum(finding.read is None for finding in own)
        first = np.mean([finding.is_right for finding in own])
        yield (
            f"{field}: of {len(own)} accepted and right {counts[True, True]}, accepted and WRONG {counts[True, False]};"
            f" left to a person with the right proposal {counts[False, True]}, with a wrong one"
            f" {counts[False, False] - nothing}, with none {nothing}; first proposal right {first:.1%}"
        )
        if not counts[True, False]:
            yield f"  none wrong of {len(own)}: with 95 % certainty at most {min(1, 3 / len(own)):.1%} (rule of three)"
    asked = [finding.seconds for finding in findings if finding.field is FieldName.NUMBER]
    yield f"second opinion: {np.mean(asked):.2f} s of processor time a page"


def main() -> int:
    """Run, print, and say by the exit status whether nothing wrong was accepted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=90_000)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="every value that is wrong")
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.processes) as pool:
        seeds = range(asked.first, asked.first + asked.count)
        findings = [finding for found in pool.map(examine, seeds, chunksize=4) for finding in found]
    print(*report(findings), sep="\n")
    for finding in findings:
        if not finding.is_right and (asked.show or finding.is_accepted):
            print(f"wrong: {finding}")
    return int(any(finding.is_accepted and not finding.is_right for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
