"""Train the models that come with the software, on invented texts alone, and write them into `extractors/models`.

    python -m samples.training [--count TEXTS] [--seed SEED]

The same seed gives the same models. How good they are on texts of other authors is measured by
`python -m benchmarks.topics`.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from extractors.language import learned, plain_words
from samples.training.papers import invent

MODELS = Path(__file__).parents[2] / "extractors" / "models"
DEFAULT_SEED, DEFAULT_COUNT = 20260, 4000


def main() -> None:
    """Invent, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=DEFAULT_COUNT)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    asked = parser.parse_args()
    texts = [invent(asked.seed, number) for number in range(asked.count)]
    words = [plain_words(text.words) for text in texts]
    MODELS.mkdir(exist_ok=True)
    _write("topic", words, [text.topic for text in texts])
    _write("kind", words, [text.kind for text in texts])


def _write(name: str, words: Sequence[Sequence[str]], labels: Sequence[str]) -> None:
    data = learned(zip(words, labels, strict=True)).to_bytes()
    (MODELS / f"{name}.model").write_bytes(data)
    print(f"{name}: {len(data):,} bytes, {len(set(labels))} labels")


if __name__ == "__main__":
    main()
