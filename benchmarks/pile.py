"""A pile of invented two-page papers, as large as wanted and the same each time: what benchmarks of search work on.

Seven words in ten come in short runs from the samples' texts, so that phrases recur as they do in an office; the others
are invented syllables, a few often and thousands rarely, so that the index has a long tail. Nothing is real.
"""

import random
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, product
from pathlib import Path

from pipeline.access import Grant
from pipeline.catalogue.documents import NewDocument, NewFile
from pipeline.model import Description, FieldName, FieldValue, PageResult, PageStatus, PageText, Reference, Source
from pipeline.text import clean

PAGES = 2
WORDS = 350
"""Words of a page; a page of running text in 14 pt has about so many."""

UNITS = tuple(f"don-vi-{number:02}" for number in range(60))
DOCUMENTS_A_FILE = 20

_KINDS = (("nghi_quyet", "NQ"), ("quyet_dinh", "QĐ"), ("ke_hoach", "KH"), ("bao_cao", "BC"), ("thong_bao", "TB"))
_ORGS = ("TW", "TU", "ĐU", "BTC", "VP")
_ISSUERS = tuple(f"Cơ quan {number}" for number in range(200))
_FIRST_DAY = date(1990, 1, 1)
_TEXTS = Path(__file__).parents[1] / "samples" / "generator" / "texts"
_ONSETS = (
    "b",
    "c",
    "ch",
    "d",
    "đ",
    "g",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "ng",
    "nh",
    "ph",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
)
_RHYMES = (
    "a",
    "ai",
    "am",
    "an",
    "ang",
    "ao",
    "ăn",
    "âu",
    "e",
    "em",
    "ên",
    "iên",
    "o",
    "oi",
    "ôn",
    "ông",
    "ơi",
    "u",
    "ưng",
)
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_TONED = re.compile("(?<=[aăâeêioôơuư])(?![aăâeêioôơuư])")


@dataclass(frozen=True, slots=True)
class Words:
    """Runs of words and invented syllables, both with the sums of how often they are drawn."""

    runs: Sequence[str]
    run_weights: Sequence[float]
    syllables: Sequence[str]
    syllable_weights: Sequence[float]

    def text(self, chance: random.Random, length: int) -> str:
        """About so many words."""
        runs = chance.choices(self.runs, cum_weights=self.run_weights, k=length // 6)
        rare = chance.choices(self.syllables, cum_weights=self.syllable_weights, k=length // 3)
        parts = [*runs, *rare]
        chance.shuffle(parts)
        return " ".join(parts)


def words() -> Words:
    """The words of every pile."""
    chance = random.Random(1)
    printed = clean(" ".join(path.read_text("utf-8") for path in sorted(_TEXTS.glob("*.yaml")))).split()
    runs = [" ".join(printed[at : at + chance.randint(2, 6)]) for at in range(0, len(printed), 4)]
    syllables = [_syllable(*parts) for parts in product(_ONSETS, _RHYMES, _TONES)]
    chance.shuffle(runs)
    chance.shuffle(syllables)
    return Words(runs, _sums(len(runs)), syllables, _sums(len(syllables)))


def _syllable(onset: str, rhyme: str, tone: str) -> str:
    return onset + unicodedata.normalize("NFC", _TONED.sub(tone, rhyme, count=1))


def _sums(count: int) -> list[float]:
    """Zipf's law: the second is drawn half as often as the first."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


def files(documents: int) -> Iterator[tuple[NewFile, list[Grant]]]:
    """Files of `DOCUMENTS_A_FILE` papers each, with their grants."""
    vocabulary = words()
    for first in range(0, documents, DOCUMENTS_A_FILE):
        chance = random.Random(first)
        numbers = range(first, min(documents, first + DOCUMENTS_A_FILE))
        papers = tuple(_paper(number, chance, vocabulary) for number in numbers)
        unit = chance.choice(UNITS)
        granted = [Grant(f"unit:{name}") for name in chance.sample(UNITS, chance.randint(1, 3))]
        pages = PAGES * len(papers)
        yield NewFile(unit, f"{first:064}", f"{first}.pdf", "application/pdf", 1, pages, papers), granted


def _paper(number: int, chance: random.Random, vocabulary: Words) -> NewDocument:
    kind, symbol = chance.choice(_KINDS)
    fields = {
        FieldName.NUMBER: f"{chance.randint(1, 400)}-{symbol}/{chance.choice(_ORGS)}",
        FieldName.TYPE: kind,
        FieldName.DATE: (_FIRST_DAY + timedelta(days=chance.randrange(13_000))).isoformat(),
        FieldName.ISSUER: chance.choice(_ISSUERS),
        FieldName.SUBJECT: vocabulary.text(chance, 24),
    }
    cited = f"{chance.randint(1, 400)}-NQ/{chance.choice(_ORGS)}"
    return NewDocument(
        pages=tuple(
            PageResult(
                number * PAGES + page,
                PageStatus.READ,
                PageText((), vocabulary.text(chance, WORDS), 0.9, Source.OCR),
            )
            for page in range(PAGES)
        ),
        description=Description(
            {name: FieldValue(value, 0.9, Source.OCR) for name, value in fields.items()},
            (Reference("based_on", cited, "nghi_quyet", cited, 1),),
        ),
    )
