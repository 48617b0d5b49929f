"""The type of a paper that has no type line: the symbol in its number, and what a model makes of its words.

The model is no witness to rely on alone: what it says is a proposal, and certain only where the symbol says the same.
Where the two disagree, a person decides. Rules: `docs/domain.md`, "Types".
"""

from dataclasses import replace

from extractors.language import Guess, plain_words, shipped
from extractors.topic import disputed
from pipeline.model import Evidence, FieldValue, Source
from pipeline.numbers import parse_number
from pipeline.types import TYPES, UNKNOWN_TYPE, types_of_symbol

NONE = "none"
"""The model's label for texts of a type that it does not know."""
LEAST_SURE, LEAST_TO_DOUBT = 0.90, 0.97
"""Under these the model proposes nothing, and doubts nothing; measured by `python -m benchmarks.topics`."""
_AGREED, _PROPOSED = 0.90, 0.4
BY_MODEL = "Không thấy tên loại văn bản; loại do mô hình đoán theo lời văn"


def untitled_type(ruled: FieldValue, number: str | None, text: str) -> tuple[FieldValue, tuple[Evidence, ...]]:
    """The type of a paper without a type line, and what speaks for it. `ruled` is what the rules say of it."""
    guess = shipped("kind").guess(plain_words(text))
    if guess is None or guess.label == NONE or guess.sureness < LEAST_SURE:
        return ruled, ()
    slugs = _by_symbol(number)
    weighed = _weighed(ruled, guess, slugs)
    said = Evidence(guess.label, Source.MODEL, round(guess.sureness, 2), f"lời văn, mô hình chắc {guess.sureness:.0%}")
    by_symbol = [Evidence(slug, Source.RULE, 1.0, "ký hiệu trong số") for slug in slugs]
    return weighed, (*by_symbol, said)


def _weighed(ruled: FieldValue, guess: Guess, slugs: tuple[str, ...]) -> FieldValue:
    if guess.label in slugs:
        if len(slugs) == 1:
            return FieldValue(guess.label, max(_AGREED, ruled.confidence), Source.MODEL, ruled.page)
        return FieldValue(guess.label, _PROPOSED, Source.MODEL, ruled.page, reason=BY_MODEL)
    if ruled.value == UNKNOWN_TYPE:
        return FieldValue(guess.label, _PROPOSED, Source.MODEL, ruled.page, reason=BY_MODEL)
    if guess.label == ruled.value or guess.sureness < LEAST_TO_DOUBT:
        return ruled
    words = disputed(TYPES[ruled.value].title, TYPES[guess.label].title)
    return replace(ruled, confidence=min(ruled.confidence, _PROPOSED), reason=words)


def _by_symbol(number: str | None) -> tuple[str, ...]:
    """What the symbol in the number may stand for."""
    parsed = parse_number(number) if number else None
    if parsed is None or parsed.type_symbol is None:
        return ()
    return types_of_symbol(parsed.type_symbol, is_party=parsed.is_party)
