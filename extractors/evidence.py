"""Weighing what speaks for the number and the date of a document: pieces of evidence to ordered candidates.

A reader that says the same twice has said it once: only its strongest piece counts for a value. Handwriting is believed
without a person only where another *kind* of evidence than reading agrees, and nothing of another kind speaks for any
other value. Gathering the pieces is left to the modules of the fields.
Measured by `python -m benchmarks.handwritten_values`; rules: `docs/describing.md`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.model import Evidence, Source

READERS = frozenset({Source.OCR, Source.SECOND_READER, Source.TEXT_LAYER})

READ, READ_AGAIN, REPAIRED = 1.0, 1.5, 0.6
"""Weights of a reading of handwriting by Tesseract, by the second reader, and by either with letters for digits."""
NAMED = 3.0
"""Weight of a file's name. What rules a value out has a weight below 0."""

_STRONG, _WEAK, _FAINT = 2.5, 1.5, 0.3
"""Weights of evidence of another kind. From the first on, it and one reader are enough; from the second on, it and both
readers; up to the third, it is nothing against another value."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value with all that speaks for it, the heaviest piece first."""

    value: str
    evidence: tuple[Evidence, ...]

    @property
    def weight(self) -> float:
        """The sum of the strongest piece of each source."""
        return sum({piece.source: piece.weight for piece in reversed(self.evidence)}.values())

    @property
    def readers(self) -> int:
        """How many readers read it."""
        return len({piece.source for piece in self.evidence if piece.source in READERS})

    @property
    def source(self) -> Source:
        """Where it was read; where it stands on no page, the source of its heaviest piece."""
        return next((piece.source for piece in self.evidence if piece.page is not None), self.evidence[0].source)

    @property
    def other_kind(self) -> float:
        """The weight of the strongest piece that is not a reading; 0 without one."""
        return max((piece.weight for piece in self.evidence if piece.source not in READERS), default=0.0)

    @property
    def is_ruled_out(self) -> bool:
        """Whether anything speaks against it."""
        return any(piece.weight < 0 for piece in self.evidence)


def candidates(pieces: Iterable[Evidence]) -> tuple[Candidate, ...]:
    """The values that anything speaks for, the likeliest first."""
    by_value: dict[str, list[Evidence]] = {}
    for piece in pieces:
        by_value.setdefault(piece.value, []).append(piece)
    found = (Candidate(value, tuple(sorted(all_, key=_lightness))) for value, all_ in by_value.items())
    return tuple(sorted(found, key=lambda candidate: (-candidate.weight, -candidate.readers, candidate.value)))


def is_proven(ordered: Sequence[Candidate]) -> bool:
    """Whether the first of the candidates of a handwritten value may be taken without asking a person."""
    if not ordered:
        return False
    best, *others = ordered
    if not best.readers or best.is_ruled_out or any(other.other_kind > _FAINT for other in others):
        return False
    return best.other_kind >= _STRONG or (best.other_kind >= _WEAK and best.readers > 1)


def _lightness(piece: Evidence) -> float:
    return -piece.weight
