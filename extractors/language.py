"""The language pipeline (spaCy): Vietnamese words, entity rules, and categorisers that learned from texts.

    text ─► words ─► entities by rules ─► words without names, numbers, days ─► categoriser ─► a label, how sure

What stands in an entity is masked before anything is learned or asked, so that no model knows a person, a paper's
number or a day. Words are folded: an accent that was lost on the way says nothing. Loaded when it is first used, for
spaCy takes a second to import; nothing comes from the network. Which label means what is left to those who ask.
"""

import json
import lzma
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import TYPE_CHECKING, Any, cast

from pipeline.errors import CorruptObjectError
from pipeline.text import clean, fold

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.pipeline import TextCategorizer
    from spacy.tokens import Doc

MOST_WORDS = 400
"""So many words of a paper are looked at: kind and topic show at its beginning."""
BUCKETS = 1 << 14
"""Weights for each label; words and pairs of words are hashed into them."""
_EPOCHS, _PART = 12, 32

_CAPITAL = {"TEXT": {"REGEX": r"^[A-ZÀ-ỸĐ][a-zà-ỹđ]+[.,;:)]?$"}}
_DAY = {"TEXT": {"REGEX": r"^\d{1,2}$"}}
_TITLES = ("ông", "bà", "anh", "chị")
_BODIES = (
    ("đảng", "ủy"), ("đảng", "bộ"), ("chi", "bộ"), ("tỉnh", "ủy"), ("thành", "ủy"), ("huyện", "ủy"),
    ("ủy", "ban", "nhân", "dân"), ("hội", "đồng", "nhân", "dân"),
)  # fmt: skip
_PLACES = ("tỉnh", "huyện", "xã", "phường", "thành", "phố", "cơ", "quan", "khối", "trực", "thuộc")
_PERSON, _NUMBER, _DATE, _BODY = "PERSON", "NUMBER", "DATE", "BODY"


def _patterns() -> list[dict[str, Any]]:
    """The entity rules: persons behind a title, numbers of papers, days, bodies with their names."""
    titles = [[{"LOWER": title}] for title in _TITLES] + [[{"LOWER": "đồng"}, {"LOWER": "chí"}]]
    persons = [[*title, {**_CAPITAL, "OP": "{2,4}"}] for title in titles]
    spoken = [{"LOWER": "ngày"}, _DAY, {"LOWER": "tháng"}, _DAY, {"LOWER": "năm"}, {"TEXT": {"REGEX": r"^\d{4}\W*$"}}]
    days = [spoken, [{"TEXT": {"REGEX": r"^\W?\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\W*$"}}]]
    numbers = [[{"TEXT": {"REGEX": r"^\W?\d{1,5}(?:/\d{4})?[-/][A-ZĐ]\S*$"}}]]
    bodies = [
        [*({"LOWER": word} for word in body), {"LOWER": {"IN": list(_PLACES)}, "OP": "*"}, {**_CAPITAL, "OP": "{1,5}"}]
        for body in _BODIES
    ]
    rules = ((_PERSON, persons), (_DATE, days), (_NUMBER, numbers), (_BODY, bodies))
    return [{"label": label, "pattern": pattern} for label, of in rules for pattern in of]


def _blank() -> "Language":
    import spacy  # noqa: PLC0415 - takes a second to import

    tokenizer = {"@tokenizers": "spacy.vi.VietnameseTokenizer", "use_pyvi": False}
    return spacy.blank("vi", config={"nlp": {"tokenizer": tokenizer}})


@cache
def _rules() -> "Language":
    """Words and entities."""
    language = _blank()
    ruler = cast("Any", language.add_pipe("entity_ruler"))
    ruler.add_patterns(_patterns())
    return language


def entities(text: str) -> tuple[tuple[str, str], ...]:
    """The entities of a text in order: their kind (`PERSON`, `NUMBER`, `DATE`, `BODY`) and their words."""
    return tuple((entity.label_, entity.text) for entity in _rules()(clean(text)).ents)


def plain_words(text: str) -> tuple[str, ...]:
    """The first folded words of a text, an entity as its kind alone, other words with digits as `#`."""
    document = _rules()(" ".join(clean(text).split()[:MOST_WORDS]))
    words: list[str] = []
    for token in document:
        if token.ent_type_:
            words += [token.ent_type_] if token.ent_iob_ == "B" else []
        elif plain := "".join(letter for letter in fold(token.text) if letter.isalnum()):
            words.append("#" if any(map(str.isdigit, plain)) else plain)
    return tuple(words)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a categoriser takes a text for, and how sure it is of it, 0-1."""

    label: str
    sureness: float


@dataclass(frozen=True, slots=True)
class Categoriser:
    """Says for which label of a closed list a text is most typical."""

    labels: tuple[str, ...]
    _language: "Language"
    _pipe: "TextCategorizer"

    def guess(self, words: Sequence[str]) -> Guess | None:
        """The likeliest label of words made by `plain_words`; None for an empty text."""
        if not words:
            return None
        (scores,) = self._pipe.predict([_document(self._language, words)])
        best = int(scores.argmax())
        return Guess(self.labels[best], float(scores[best]))

    def to_bytes(self) -> bytes:
        """The labels and the weights, and no word of what was learned from."""
        facts = {"labels": self.labels, "spacy": 1}
        return json.dumps(facts).encode() + b"\n" + lzma.compress(self._pipe.to_bytes(exclude=["vocab"]))


def categoriser_from(data: bytes) -> Categoriser:
    """A categoriser from what `to_bytes` gave. Raises `CorruptObjectError`."""
    try:
        head, _, packed = data.partition(b"\n")
        labels = tuple(str(label) for label in json.loads(head)["labels"])
        language, pipe = _untrained(labels)
        pipe.from_bytes(lzma.decompress(packed), exclude=["vocab"])
    except (ValueError, KeyError, TypeError, lzma.LZMAError) as error:
        raise CorruptObjectError("Mô hình ngôn ngữ bị hỏng.") from error
    return Categoriser(labels, language, pipe)


@cache
def shipped(name: str) -> Categoriser:
    """The categoriser of this name that comes with the software."""
    return categoriser_from((files("extractors") / "models" / f"{name}.model").read_bytes())


def learned(examples: Iterable[tuple[Sequence[str], str]], *, seed: int = 0) -> Categoriser:
    """What is learned from words (of `plain_words`) and their labels; the same examples give the same categoriser."""
    from spacy.training import Example  # noqa: PLC0415 - as above
    from thinc.api import fix_random_seed  # noqa: PLC0415 - as above

    told = list(examples)
    labels = tuple(sorted({label for _, label in told}))
    fix_random_seed(seed)
    language, pipe = _untrained(labels)
    taught = [
        Example.from_dict(_document(language, words), {"cats": {name: float(name == label) for name in labels}})
        for words, label in told
    ]
    pipe.initialize(lambda: taught, nlp=language)
    optimiser = pipe.create_optimizer()
    random = Random(seed)  # noqa: S311 - an order, no secret
    for _ in range(_EPOCHS):
        random.shuffle(taught)
        for start in range(0, len(taught), _PART):
            pipe.update(taught[start : start + _PART], sgd=optimiser)
    return Categoriser(labels, language, pipe)


def _untrained(labels: Sequence[str]) -> tuple["Language", "TextCategorizer"]:
    """A pipeline with a categoriser by bags of words and pairs of words."""
    language = _blank()
    model = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": BUCKETS,
    }
    settings: Mapping[str, Any] = {"model": model}
    pipe = cast("TextCategorizer", language.add_pipe("textcat", config=dict(settings)))
    for label in labels:
        pipe.add_label(label)
    return language, pipe


def _document(language: "Language", words: Sequence[str]) -> "Doc":
    from spacy.tokens import Doc  # noqa: PLC0415 - as above

    return Doc(language.vocab, words=list(words))
