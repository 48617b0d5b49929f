"""How well documents are described: what is right, what is doubted, and what is wrong in silence, field by field.

    python -m benchmarks.describing [--seed SEED] [--count DOCUMENTS] [--processes N] [--committed] [--show]

Invented documents of a seed, or the committed samples, are read as files are and described; what stands on them is
known. A number and a date written by hand are counted apart. Fails where a number, date, type or issuer is wrong
without being marked doubtful, or where too few printed ones are right.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from extractors.describe import open_describer
from extractors.reader import open_reader
from pipeline.model import Description, FieldName, FieldValue, Unit
from pipeline.organisation_file import read_organisation
from pipeline.settings import IntakeSettings, OCRSettings
from pipeline.text import name_key
from samples.generator.document import generate
from samples.generator.library import bodies, committed
from samples.generator.model import Paper
from samples.generator.templates import invent

SAMPLES = Path(__file__).parents[1] / "samples"
LEAST_RIGHT = {"number": 0.97, "date": 0.97, "type": 0.98, "issuer": 0.95}
LEAST_SUBJECT = 0.93
_MARKER = re.compile(r"(?:[TK]/[MTL]|TM\.|KT\.|TL\.|TUQ\.|Q\.) ")
_BANDS = (0.0, 0.5, 0.8, 0.9, 0.95, 1.01)


class Verdict(StrEnum):
    """How a field came out."""

    RIGHT = "right & certain"
    CONFIRMED = "right & doubtful"
    CAUGHT = "wrong & doubtful"
    SILENT = "wrong & certain"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One field of one document beside its truth."""

    document: str
    field: str
    true: str
    read: FieldValue | None

    @property
    def is_right(self) -> bool:
        return self.read is not None and self.read.value == self.true

    @property
    def verdict(self) -> Verdict:
        if self.read is None:
            return Verdict.MISSING
        if self.is_right:
            return Verdict.CONFIRMED if self.read.is_doubtful else Verdict.RIGHT
        return Verdict.CAUGHT if self.read.is_doubtful else Verdict.SILENT


@dataclass(frozen=True, slots=True)
class Outcome:
    """All of one document: its fields, and the references that are found, missed, and not there."""

    findings: tuple[Finding, ...]
    references: tuple[int, int, int]


def examine(seed: int, number: int, *, is_committed: bool) -> Outcome:
    """Read and describe a document and compare it with what stands on it."""
    if is_committed:
        paper, recipe = committed()[number]
        description = _described(SAMPLES / "documents" / recipe.path)
    else:
        paper, recipe = invent(seed, number)
        with TemporaryDirectory() as folder:
            description = _described(generate(paper, recipe, seed + number).write(Path(folder)))
    findings = (
        Finding(
            recipe.path, f"{field}, by hand" if field in paper.written else field, true, description.fields.get(field)
        )
        for field, true in true_fields(paper)
    )
    true = {(r.relation, r.number, r.type) for r in paper.references}
    read = {(r.relation, r.number, r.type) for r in description.references if r.relation != "mentions"}
    return Outcome(tuple(findings), (len(true & read), len(true - read), len(read - true)))


def _described(path: Path) -> Description:
    reader = open_reader(IntakeSettings(), OCRSettings())
    facts = reader.inspect(path, name=path.name)
    pages = [reading.result for reading in reader.read_pages(path, facts, range(1, facts.pages + 1))]
    return open_describer().describe(pages, file_name=path.name, units=units())


@cache
def units() -> Sequence[Unit]:
    """The units of the organisation that the invented papers belong to."""
    return read_organisation(SAMPLES / "organisation.yaml").units


def true_fields(paper: Paper) -> Iterator[tuple[FieldName, str]]:
    """What stands on a paper; fields that it does not have are left out."""
    body = bodies()[paper.body_key]
    own = {name_key(name): unit.id for unit in units() for name in (unit.name, *unit.aliases)}
    titles = [line for line in paper.capacity if not _MARKER.match(line)]
    values: Mapping[FieldName, str] = {
        FieldName.SYSTEM: body.system,
        FieldName.NUMBER: paper.number,
        FieldName.TYPE: paper.type,
        FieldName.DATE: paper.date,
        FieldName.ISSUER: body.issuer,
        FieldName.ISSUER_PARENT: own.get(name_key(body.issuer_parent), body.issuer_parent),
        FieldName.PLACE: body.place,
        FieldName.SUBJECT: paper.subject,
        FieldName.SIGNER: paper.signer,
        FieldName.SIGNER_TITLE: titles[-1] if titles else "",
        FieldName.CAPACITY: paper.capacity[0] if _MARKER.match(paper.capacity[0]) else "",
        FieldName.RECIPIENTS: "; ".join(line.rstrip(" ,;.") for line in paper.recipients),
    }
    return ((name, value) for name, value in values.items() if value)


def token_score(true: str, read: str) -> float:
    """F1 of the words of a text: the harmonic mean of the shares that are found and that are right."""
    wanted, found = Counter(true.lower().split()), Counter(read.lower().split())
    shared = (wanted & found).total()
    return 2 * shared / (wanted.total() + found.total()) if shared else 0.0


def report(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """A line for each field, the subject's words, the references, and how far confidence can be trusted."""
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    counts = Counter((finding.field, finding.verdict) for finding in findings)
    yield f"{'':18}" + "".join(f"{verdict:>18}" for verdict in Verdict)
    for field in dict.fromkeys(sorted((f.field for f in findings), key=_place)):
        yield f"{field:18}" + "".join(f"{counts[field, verdict]:>18}" for verdict in Verdict)
    yield f"subject, words: F1 {_subject_score(findings):.3f}"
    found, missed, extra = (sum(numbers) for numbers in zip(*(o.references for o in outcomes), strict=True))
    yield f"references: {found} found, {missed} missed, {extra} that are not there"
    for least, most in pairwise(_BANDS):
        band = [f.is_right for f in findings if f.read is not None and least <= f.read.confidence < most]
        if band:
            yield f"confidence {least:.2f} to {min(most, 1):.2f}: {mean(band):.3f} of {len(band)} values right"


def _place(field: str) -> tuple[int, bool]:
    name, _, by_hand = field.partition(",")
    return list(FieldName).index(FieldName(name)), bool(by_hand)


def _subject_score(findings: Iterable[Finding]) -> float:
    subjects = [f for f in findings if f.field == FieldName.SUBJECT]
    return mean(token_score(f.true, f.read.value if f.read else "") for f in subjects)


def is_kept(findings: Sequence[Finding]) -> bool:
    """Whether the limits are kept."""
    silent = [f for f in findings if f.field.partition(",")[0] in LEAST_RIGHT and f.verdict is Verdict.SILENT]
    right = {name: [f.is_right for f in findings if f.field == name] for name in LEAST_RIGHT}
    enough = all(mean(found) >= LEAST_RIGHT[name] for name, found in right.items() if found)
    return not silent and enough and _subject_score(findings) >= LEAST_SUBJECT


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=9_000)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--committed", action="store_true", help="the committed samples instead of invented documents")
    parser.add_argument("--show", action="store_true", help="every value that is wrong, and every right one in doubt")
    asked = parser.parse_args()
    numbers: Sequence[int] = range(asked.count)
    if asked.committed:
        numbers = [i for i, (_, recipe) in enumerate(committed()) if recipe.outcome == "stored"]
    with ProcessPoolExecutor(asked.processes) as pool:
        tasks = [pool.submit(examine, asked.seed, i, is_committed=asked.committed) for i in numbers]
        outcomes = [task.result() for task in tasks]
    findings = [finding for outcome in outcomes for finding in outcome.findings]
    print(*report(outcomes), sep="\n")
    for finding in findings if asked.show else ():
        if finding.verdict is not Verdict.RIGHT:
            print(f"{finding.verdict}: {finding.document}: {finding.field}: {finding.true!r}, {finding.read}")
    return 0 if is_kept(findings) else 1


if __name__ == "__main__":
    sys.exit(main())
