"""How far a described value and its confidence can be trusted: precision, recall and F1 of each field, and calibration.

    python -m benchmarks.describe [--seed SEED] [--count PAPERS] [--read N]

Invented papers of two generators, the samples' and `benchmarks.state_papers`, replayed at four qualities
(`benchmarks.replay`) for numbers that recognition would take days for; and, with `--read`, some documents read for
themselves. Of the values of each band of confidence, the share that is right stands beside the mean confidence. Fails
where a band of a thousand values is surer than right by more than 0.05, where printed numbers, dates, types and issuers
of good pages are right in too few, or where fewer than 50 documents are described in a second on one core.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import mean
from time import process_time

from benchmarks.describing import LEAST_RIGHT, Finding, examine, true_fields, units
from benchmarks.plain_pages import Layout, pages_of
from benchmarks.replay import Level, as_read, replayed
from benchmarks.state_papers import Truth
from benchmarks.state_papers import invent as invent_state_paper
from extractors.describe import open_describer
from pipeline.model import Description, FieldName
from pipeline.ports import Describer
from pipeline.text import name_key
from samples.generator.templates import invent

LEAST_PER_SECOND = 50
MOST_TOO_SURE = 0.05
LARGE_BAND = 1000
_BANDS = (0.0, 0.5, 0.8, 0.86, 0.9, 0.95, 0.98, 1.01)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found of a paper, and the seconds of one core that describing took."""

    level: Level
    findings: tuple[Finding, ...]
    seconds: float


def outcomes(seed: int, count: int) -> Iterator[Outcome]:
    """Describe papers, every second one of state form."""
    describer = open_describer()
    for number in range(count):
        level = tuple(Level)[number // 2 % len(Level)]
        random = Random(f"{seed}-{number}")
        yield (_state if number % 2 else _sample)(describer, seed, number, level, random)


def _sample(describer: Describer, seed: int, number: int, level: Level, random: Random) -> Outcome:
    paper, _ = invent(seed, number, "born-digital")
    pages = replayed(paper, level, random)
    begun = process_time()
    described = describer.describe(pages, file_name="", units=units())
    seconds = process_time() - begun
    findings = (Finding("", field, true, described.fields.get(field)) for field, true in true_fields(paper))
    return Outcome(level, tuple(findings), seconds)


def _state(describer: Describer, seed: int, number: int, level: Level, random: Random) -> Outcome:
    sheet, truth = invent_state_paper(seed, number)
    pages = as_read(pages_of(sheet, tuple(Layout)[number % len(Layout)]), level, random)
    begun = process_time()
    described = describer.describe(pages, file_name="", units=())
    return Outcome(level, tuple(_state_findings(truth, described)), process_time() - begun)


def _state_findings(truth: Truth, described: Description) -> Iterator[Finding]:
    issuer = described.fields.get(FieldName.ISSUER)
    is_meant = issuer is not None and name_key(issuer.value) == name_key(truth.issuer)
    true = {
        FieldName.NUMBER: truth.number,
        FieldName.DATE: truth.date,
        FieldName.TYPE: truth.type,
        FieldName.ISSUER: issuer.value if issuer and is_meant else truth.issuer,
    }
    return (Finding("", field, value, described.fields.get(field)) for field, value in true.items() if value)


def bands(findings: Sequence[Finding]) -> Iterator[tuple[int, float, float]]:
    """Of each band of confidence: how many values, their mean confidence, the share that is right."""
    for least, most in pairwise(_BANDS):
        of = [(f.read.confidence, f.is_right) for f in findings if f.read and least <= f.read.confidence < most]
        if of:
            yield len(of), mean(sure for sure, _ in of), mean(right for _, right in of)


def report(found: Sequence[Outcome]) -> Iterator[str]:
    """Each field at each quality, then the bands of confidence."""
    heads = f"{'precision':>11}{'recall':>8}{'F1':>7}{'certain':>9}{'of these right':>16}"
    yield f"{'':14}{'quality':14}{'values':>8}{heads}"
    for field in FieldName:
        for level in Level:
            of = [f for outcome in found if outcome.level is level for f in outcome.findings if f.field == field]
            if of:
                yield f"{field:14}{level.name.lower():14}{_scores(of)}"
    yield "confidence    values    right"
    for count, sure, right in bands([f for outcome in found for f in outcome.findings]):
        yield f"{sure:10.3f}{count:>10}{right:>9.3f}"


def _scores(of: Sequence[Finding]) -> str:
    told = [f for f in of if f.read]
    right = sum(f.is_right for f in of)
    certain = [f.is_right for f in told if f.read and not f.read.is_doubtful]
    precision, recall = right / max(1, len(told)), right / len(of)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    of_certain = mean(certain) if certain else 0.0
    return f"{len(of):>8}{precision:>11.3f}{recall:>8.3f}{f1:>7.3f}{len(certain):>9}{of_certain:>16.3f}"


def is_kept(found: Sequence[Outcome]) -> bool:
    """Whether the limits are kept."""
    findings = [f for outcome in found for f in outcome.findings]
    is_honest = all(sure - right <= MOST_TOO_SURE for count, sure, right in bands(findings) if count >= LARGE_BAND)
    kept = Counter[str]()
    asked = Counter[str]()
    for outcome in found:
        if outcome.level in (Level.BORN_DIGITAL, Level.CLEAN):
            asked.update(f.field for f in outcome.findings)
            kept.update(f.field for f in outcome.findings if f.is_right)
    return is_honest and all(kept[name] >= least * asked[name] for name, least in LEAST_RIGHT.items())


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=4242)
    parser.add_argument("--count", type=int, default=4000)
    parser.add_argument("--read", type=int, default=0, help="so many documents read by the recogniser as well")
    asked = parser.parse_args()
    list(outcomes(asked.seed, 2))  # what is loaded once is not timed
    found = list(outcomes(asked.seed, asked.count))
    print(*report(found), sep="\n")
    rate = len(found) / sum(outcome.seconds for outcome in found)
    print(f"{rate:.0f} documents a second, describing alone, on one core")
    read = [f for i in range(asked.read) for f in examine(asked.seed, i, is_committed=False).findings]
    for count, sure, right in bands(read):
        print(f"read: confidence {sure:.3f}, {count} values, {right:.3f} right")
    return 0 if is_kept(found) and rate >= LEAST_PER_SECOND else 1


if __name__ == "__main__":
    sys.exit(main())
