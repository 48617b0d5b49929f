"""Invented texts of a topic and a kind, of terms and sentences in `texts.yaml`: what stands under a paper's title.

They say nothing sensible; what they have is the words by which kinds and topics are known, in every mixture. Some
words are misread as a recogniser does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

NONE = "none"
_MISREAD, _STRAY, _NO_TOPIC = 0.04, 0.12, 0.1
_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"


@dataclass(frozen=True, slots=True)
class Text:
    """A text, and what it is."""

    words: str
    topic: str
    kind: str


@cache
def bank() -> Mapping[str, Any]:
    """The terms and sentences."""
    return dict(yaml.safe_load((Path(__file__).parent / "texts.yaml").read_text(encoding="utf-8")))


def invent(seed: int, number: int) -> Text:
    """The text with an ordinal of the set of a seed; the same arguments give the same text."""
    random = Random(f"{seed}-{number}")
    topic = NONE if random.random() < _NO_TOPIC else random.choice(sorted(bank()["topics"]))
    kind = random.choice(sorted({**bank()["kinds"], **bank()["legal"]}))
    about = [_about(random, topic) for _ in range(random.randint(3, 9))]
    shown = random.sample((bank()["kinds"].get(kind) or bank()["legal"][kind]), random.randint(2, 4))
    plain = random.sample(bank()["plain"], random.randint(1, 4))
    body = [_filled(random, sentence, topic) for sentence in (*about[1:], *shown, *plain)]
    random.shuffle(body)
    return Text(_misread(random, " ".join([about[0], *body])), topic, kind if kind in bank()["kinds"] else NONE)


def _about(random: Random, topic: str) -> str:
    """A sentence of the topic, now and then of another."""
    if topic == NONE:
        return _filled(random, random.choice(bank()["none"]), topic)
    meant = random.choice(sorted(bank()["topics"])) if random.random() < _STRAY else topic
    return _filled(random, random.choice(bank()["frames"]), meant)


def _filled(random: Random, sentence: str, topic: str) -> str:
    """The sentence with terms, numbers, days, bodies and persons in its places."""
    terms = bank()["topics"].get(topic, bank()["none"])
    text = str(sentence)
    while "{t}" in text:
        text = text.replace("{t}", random.choice(terms), 1)
    person = f"{random.choice(bank()['families'])} {random.choice(bank()['givens'])} {random.choice(bank()['givens'])}"
    day = f"ngày {random.randint(1, 28)} tháng {random.randint(1, 12)} năm {random.randint(2015, 2026)}"
    places = {"{n}": str(random.randint(2, 90)), "{d}": day, "{b}": random.choice(bank()["bodies"]), "{p}": person}
    for place, value in places.items():
        text = text.replace(place, value)
    return text


def _misread(random: Random, text: str) -> str:
    return " ".join(_slip(random, word) if random.random() < _MISREAD else word for word in text.split())


def _slip(random: Random, word: str) -> str:
    """A word with one letter changed."""
    at = random.randrange(len(word))
    return word[:at] + random.choice(_LETTERS) + word[at + 1 :]
