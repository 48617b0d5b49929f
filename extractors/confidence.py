"""How sure a described value is: one scale for all fields.

The recogniser's own confidence says how well letters were read, not whether they are the right letters. What tells is
whether a value passed the checks of its field. On generated pages that no rule was tuned on, 99 of 100 values that
passed were right, and 3 of 10 that did not (`python -m benchmarks.describing`); so these are kept apart by much.
How far each band of the scale keeps what it promises is measured by `python -m benchmarks.describe`.
"""

from collections.abc import Sequence

from pipeline.model import Word

_PASSED, _BEST = 0.85, 0.99
_DOUBTED = 0.4


def confidence_of(words: Sequence[Word]) -> float:
    """The recogniser's mean confidence, weighted by length; 0 without words."""
    total = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / total if total else 0.0


def sureness(words: Sequence[Word], doubt: str | None) -> float:
    """The confidence of a value read from these words, which passed the checks of its field unless there is a doubt."""
    read = confidence_of(words)
    return min(read, _DOUBTED) if doubt else min(max(read, _PASSED), _BEST)
