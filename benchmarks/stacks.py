"""How well stacks are split: documents scanned behind one another, and where each begins.

    python -m benchmarks.stacks [--seed SEED] [--stacks N] [--documents N] [--read N]

Invented papers of a seed, with blank backs, annexes, tables and pages that go on in capitals among them; every second
stack has no page numbers. What their pages say is replayed from the typesetting; of the first stacks (`--read`) the
scans are read by the recogniser as well. Fails under 95 % of cuts found or over 5 % false.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from extractors.batch_split import split
from pipeline.model import CERTAIN, PageResult, PageStatus, PageText, Source, Word
from pipeline.settings import IntakeSettings, OCRSettings
from samples.generator.degrade import Scan
from samples.generator.document import generate
from samples.generator.layout import lay_out
from samples.generator.library import bodies
from samples.generator.model import PAGE_HEIGHT, PAGE_WIDTH, Look, Paper, Sheet, Table
from samples.generator.pack import scanned_pdf
from samples.generator.templates import invent

LEAST_FOUND, MOST_FALSE = 0.95, 0.05
_ANNEX: tuple[str | Table, ...] = (
    "= PHỤ LỤC",
    "=~ (Kèm theo văn bản trên)",
    Table(
        ("STT", "CHI BỘ", "SỐ ĐẢNG VIÊN"),
        tuple((str(i), f"Chi bộ {i}", str(9 + i)) for i in range(1, 30)),
        (40, 250, 150),
    ),
)
_CONTINUED: tuple[str | Table, ...] = (
    "---",
    "= CHƯƠNG II",
    "= TỔ CHỨC THỰC HIỆN",
    "Giao Văn phòng phối hợp với các ban theo dõi, đôn đốc, kiểm tra việc thực hiện.",
)


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack as it is read, and the file pages with which its documents begin, without the first."""

    pages: tuple[PageResult, ...]
    starts: frozenset[int]


@dataclass(frozen=True, slots=True)
class Score:
    """Cuts: how many there are, were found, are false, and are doubted."""

    true: int = 0
    found: int = 0
    false: int = 0
    doubted: int = 0

    def __add__(self, other: "Score") -> "Score":
        """Both together."""
        return Score(
            self.true + other.true,
            self.found + other.found,
            self.false + other.false,
            self.doubted + other.doubted,
        )


def papers_of(seed: int, stack: int, documents: int) -> list[Paper]:
    """The papers of a stack: every third goes on over a page that begins with capitals, every fourth has an annex."""
    made = []
    for number in range(documents):
        paper = replace(invent(seed, 1 + stack * documents + number, "scan")[0], mark="")
        body = (*paper.body, *_CONTINUED) if number % 3 == 1 else paper.body
        made.append(replace(paper, body=body, annex=_ANNEX if number % 4 == 2 else paper.annex))  # noqa: PLR2004
    return made


def replayed(papers: Sequence[Paper], rng: np.random.Generator, *, has_numbers: bool) -> Stack:
    """The stack as its typesetting says, now and then with the blank back of a sheet."""
    pages: list[PageResult] = []
    starts: list[int] = []
    for paper in papers:
        starts.append(len(pages) + 1)
        for number, sheet in enumerate(lay_out(paper, bodies()[paper.body_key])):
            shown = sheet if has_numbers or not number else replace(sheet, words=sheet.words[1:])
            pages.append(PageResult(len(pages) + 1, PageStatus.READ, page_text(shown)))
            if rng.random() < 0.15:  # noqa: PLR2004 - a share of one-sided sheets
                pages.append(PageResult(len(pages) + 1, PageStatus.BLANK))
    return Stack(tuple(pages), frozenset(starts[1:]))


def page_text(sheet: Sheet) -> PageText:
    """The words of a typeset page as a reader gives them."""
    placed = [(w.y, w.x, w.text, w.width, w.style.size) for w in sheet.words]
    placed += [(b.y, b.x, b.text, b.width, b.size) for b in sheet.blanks]
    lines = sorted({round(y, 1) for y, *_ in placed})
    words = tuple(
        Word(
            text,
            (
                x / PAGE_WIDTH,
                (y - 0.75 * size) / PAGE_HEIGHT,
                (x + width) / PAGE_WIDTH,
                (y + 0.22 * size) / PAGE_HEIGHT,
            ),
            0.95,
            lines.index(round(y, 1)),
        )
        for y, x, text, width, size in sorted(placed)
    )
    return PageText(words, " ".join(word.text for word in words), 0.95, Source.OCR)


def scanned(papers: Sequence[Paper], seed: int) -> Stack:
    """The stack as the recogniser reads it from office scans of one PDF."""
    from extractors.reader import open_reader  # noqa: PLC0415 - the recogniser, which a replay does without

    scans: list[Scan] = []
    starts: list[int] = []
    for number, paper in enumerate(papers):
        recipe = replace(invent(seed, number + 1, "scan")[1], looks=(Look("office"),))
        starts.append(len(scans) + 1)
        scans += [page.scan for page in generate(paper, recipe, seed + number).pages if page.scan is not None]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "stack.pdf"
        path.write_bytes(scanned_pdf(scans))
        reader = open_reader(IntakeSettings(), OCRSettings())
        facts = reader.inspect(path, name=path.name)
        pages = tuple(r.result for r in reader.read_pages(path, facts, range(1, facts.pages + 1)))
    return Stack(pages, frozenset(starts[1:]))


def score(stack: Stack) -> Score:
    """How a stack is split."""
    parts = split(stack.pages)
    cuts = {part.pages[0].file_page for part in parts[1:]}
    doubted = sum(part.cut is not None and part.cut.confidence < CERTAIN for part in parts)
    return Score(len(stack.starts), len(cuts & stack.starts), len(cuts - stack.starts), doubted)


def stacks_of(seed: int, stacks: int, documents: int) -> Iterator[Stack]:
    """Stacks of a seed, replayed."""
    rng = np.random.default_rng([seed, 7])
    for stack in range(stacks):
        yield replayed(papers_of(seed, stack, documents), rng, has_numbers=stack % 2 == 0)


def main() -> int:
    """Split and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stacks", type=int, default=20)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--read", type=int, default=0)
    asked = parser.parse_args()
    total = sum((score(stack) for stack in stacks_of(asked.seed, asked.stacks, asked.documents)), Score())
    is_well = _told("replayed", total)
    if asked.read:
        read = [scanned(papers_of(asked.seed, n, asked.documents), asked.seed) for n in range(asked.read)]
        is_well &= _told("read", sum((score(stack) for stack in read), Score()))
    return 0 if is_well else 1


def _told(how: str, total: Score) -> bool:
    found, false = total.found / total.true, total.false / max(1, total.found + total.false)
    print(
        f"{how}: {total.true} cuts, {total.found} found ({found:.1%}), {total.false} false ({false:.1%}),"
        f" {total.doubted} documents doubtful in their cut"
    )
    return found >= LEAST_FOUND and false <= MOST_FALSE


if __name__ == "__main__":
    sys.exit(main())
