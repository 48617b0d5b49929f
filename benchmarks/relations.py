"""How well papers of state form are described, and what they say of others: fields, relations, statements.

    python -m benchmarks.relations [--seed SEED] [--count PAPERS] [--show]

Invented papers (`benchmarks.state_papers`) in three layouts. Beside it in the same run the bare way: every number that
looks like one, with the relation of the nearest word for one before it. Fails where the macro-F1 of relations is
under 0.90, or numbers, dates, types and issuers under the limits of the design.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from time import perf_counter

from benchmarks.plain_pages import Layout, Sheet, pages_of
from benchmarks.state_papers import Pair, Truth, invent
from extractors.describe import open_describer
from pipeline.model import Description, FieldName
from pipeline.text import clean, fold, name_key

LEAST_F1 = 0.90
LEAST_RIGHT: Mapping[str, float] = {"number": 0.97, "date": 0.97, "type": 0.98, "issuer": 0.95}
_BARE = re.compile(r"\b\d{1,5}(?:/\d{4})?[-/][A-ZĐ]{1,8}[A-Za-z0-9Đđ/-]*")
_WORDS = {
    "can cu": "based_on",
    "thay the": "replaces",
    "bai bo": "repeals",
    "het hieu luc": "expires",
    "sua doi": "amends",
    "huong dan": "guides",
    "quy dinh chi tiet": "guides",
    "thuc hien": "implements",
}


@dataclass(frozen=True, slots=True)
class Score:
    """How often something was found, missed, and told though it is not there."""

    found: int
    missed: int
    extra: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.found / (2 * self.found + self.missed + self.extra) if self.found else 0.0


def scores(pairs: Iterable[tuple[frozenset[Pair], frozenset[Pair]]]) -> dict[str, Score]:
    """The score of each relation, over the true and the told references of all papers."""
    counts: dict[str, Counter[str]] = {"found": Counter(), "missed": Counter(), "extra": Counter()}
    for true, told in pairs:
        for name, which in (("found", true & told), ("missed", true - told), ("extra", told - true)):
            counts[name].update(relation for relation, _ in which)
    relations = sorted({relation for counter in counts.values() for relation in counter})
    return {r: Score(counts["found"][r], counts["missed"][r], counts["extra"][r]) for r in relations}


def bare(sheet: Sheet) -> frozenset[Pair]:
    """What a plain pattern and the nearest word before it say."""
    found = set()
    for paragraph in sheet.body:
        folded = fold(paragraph)
        for match in _BARE.finditer(paragraph):
            before = {folded.rfind(word, 0, match.start()): relation for word, relation in _WORDS.items()}
            at, relation = max(before.items())
            found.add((relation if at >= 0 else "mentions", match.group()))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A paper: its truth, what was read, and what the bare way says."""

    layout: Layout
    sheet: Sheet
    truth: Truth
    read: Description
    bare: frozenset[Pair]

    def value(self, name: FieldName) -> str | None:
        """The value read of a field."""
        found = self.read.fields.get(name)
        return found.value if found else None

    @property
    def right(self) -> Mapping[str, bool]:
        """Which fields were read right."""
        issuer = self.value(FieldName.ISSUER)
        return {
            "number": self.value(FieldName.NUMBER) == self.truth.number,
            "date": self.value(FieldName.DATE) == self.truth.date,
            "type": self.value(FieldName.TYPE) == self.truth.type,
            "issuer": issuer is not None and name_key(issuer) == name_key(self.truth.issuer),
        }

    @property
    def told(self) -> frozenset[Pair]:
        """The references with a number."""
        return frozenset((r.relation, r.number) for r in self.read.references if r.number)


def outcomes(seed: int, count: int) -> tuple[list[Outcome], float]:
    """Describe the papers; and the seconds that describing took."""
    found, seconds = [], 0.0
    describer = open_describer()
    for number in range(count):
        layout = tuple(Layout)[number % len(Layout)]
        sheet, truth = invent(seed, number)
        pages = pages_of(sheet, layout)
        begun = perf_counter()
        read = describer.describe(pages, file_name=f"scan{number}.pdf", units=())
        seconds += perf_counter() - begun
        found.append(Outcome(layout, sheet, truth, read, bare(sheet)))
    return found, seconds


def report(found: Sequence[Outcome], seconds: float) -> Iterator[str]:
    """The figures in lines."""
    for layout in Layout:
        of = [outcome for outcome in found if outcome.layout is layout]
        told = ", ".join(f"{name} {mean(o.right[name] for o in of):.3f}" for name in LEAST_RIGHT)
        yield f"{layout} ({len(of)}): {told}"
    ours = scores((o.truth.references, o.told) for o in found)
    theirs = scores((o.truth.references, o.bare) for o in found)
    yield f"{'relation':14}{'found':>7}{'missed':>8}{'extra':>7}{'F1':>8}{'bare F1':>9}"
    for relation, score in ours.items():
        other = theirs[relation].f1 if relation in theirs else 0.0
        yield f"{relation:14}{score.found:>7}{score.missed:>8}{score.extra:>7}{score.f1:>8.3f}{other:>9.3f}"
    yield f"macro-F1 {macro(ours):.3f}, of the bare way {macro(theirs):.3f}"
    statements = statement_score(found)
    yield f"statements about two others: F1 {statements.f1:.3f} of {statements.found + statements.missed}"
    yield f"{len(found) / seconds:.0f} papers a second"


def statement_score(found: Sequence[Outcome]) -> Score:
    """How well what papers say of two others was read."""
    pairs = [
        (o.truth.statements, frozenset((s.relation, s.subject, s.object) for s in o.read.statements)) for o in found
    ]
    return Score(
        sum(len(true & told) for true, told in pairs),
        sum(len(true - told) for true, told in pairs),
        sum(len(told - true) for true, told in pairs),
    )


def macro(of: Mapping[str, Score]) -> float:
    """The mean F1 of the relations."""
    return mean(score.f1 for score in of.values())


def is_kept(found: Sequence[Outcome]) -> bool:
    """Whether the limits are kept."""
    enough = all(mean(o.right[name] for o in found) >= least for name, least in LEAST_RIGHT.items())
    return enough and macro(scores((o.truth.references, o.told) for o in found)) >= LEAST_F1


def main() -> int:
    """Run, print, and say by the exit status whether the limits are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=9_000)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--show", action="store_true", help="every value and relation that is not right")
    asked = parser.parse_args()
    found, seconds = outcomes(asked.seed, asked.count)
    print(*report(found, seconds), sep="\n")
    for outcome in found if asked.show else ():
        _show(outcome)
    return 0 if is_kept(found) else 1


def _show(outcome: Outcome) -> None:
    for name, is_right in outcome.right.items():
        if not is_right:
            true = getattr(outcome.truth, name)
            print(f"{outcome.layout}: {name}: {true!r}, read {outcome.value(FieldName(name))!r}: {outcome.sheet.left}")
    text = clean(" ".join(outcome.sheet.body))
    for relation, number in sorted(outcome.truth.references ^ outcome.told):
        verdict = "missed" if (relation, number) in outcome.truth.references else "extra"
        at = text.find(number)
        print(f"{verdict}: {relation} {number}: …{text[max(0, at - 120) : at + 90]}…")
    told = {(s.relation, s.subject, s.object) for s in outcome.read.statements}
    for statement in sorted(outcome.truth.statements ^ told):
        verdict = "missed" if statement in outcome.truth.statements else "extra"
        at = text.find(statement[2])
        print(f"{verdict} statement: {statement}: …{text[max(0, at - 120) : at + 90]}…")


if __name__ == "__main__":
    sys.exit(main())
