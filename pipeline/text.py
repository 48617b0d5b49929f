"""Vietnamese text: one normal form, one folding and one analyzer, for reading, describing, indexing and searching.

Both search engines are fed the tokens made here, joined by spaces, so that they count, filter and rank alike;
highlights are computed from the same tokens. Leaves the grammar of document numbers to `pipeline.numbers` and
the reading of queries to `pipeline.query`.

Facts behind the rules: `docs/domain.md`, "Text".
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

MAX_TOKEN = 100
"""Longest token kept, in characters. Lucene's whitespace tokenizer cuts at 255; a bigram has two tokens."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), None)
_LOOKALIKE = str.maketrans(
    {
        "\u00d0": "\u0110",  # Eth, which OCR and old converters print for Đ
        "\u00f0": "\u0111",
        "\u0189": "\u0110",
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2044": "/",
        "\u2215": "/",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
    }
)
_ODD = re.compile(f"[{''.join(map(chr, _INVISIBLE))}{''.join(map(chr, _LOOKALIKE))}]")
_WORD = re.compile(r"[^\W_][^\W_\u0300-\u036f]*(?:[\u0300-\u036f]+[^\W_]*)*")
_OPEN_I = re.compile(r"(h|k|l|m|qu|s|t)i")


def clean(text: str) -> str:
    """The text in NFC without invisible characters, with look-alike dashes, slashes, spaces and Đ made plain."""
    if _ODD.search(text):  # few texts have any, and looking is ten times quicker than translating
        text = text.translate(_INVISIBLE).translate(_LOOKALIKE)
    return unicodedata.normalize("NFC", text)


def _fold_character(character: str) -> str:
    """The lower-case base letter of one character; the character itself where folding would change the length."""
    lowered = character.lower()
    base = unicodedata.normalize("NFD", lowered)[:1]
    folded = {"đ": "d", "ð": "d"}.get(base, base)
    return folded if len(folded) == 1 else character


_FOLDED = {
    code: _fold_character(chr(code))
    for start, end in ((0x41, 0x530), (0x1E00, 0x2000))
    for code in range(start, end)
    if not 0x300 <= code < 0x370  # noqa: PLR2004 - the block of combining marks, which fold to nothing here
}


def fold(text: str) -> str:
    """Lower case without diacritics (đ becomes d), one character for one, so that spans map back to the NFC text."""
    return text.translate(_FOLDED)


def canonical_tone(word: str) -> str:
    """A lower-case word with its tone mark moved behind it, so that hoà = hòa and nghịêp = nghiệp.

    Words with no tone mark or more than one are returned as they are.
    """
    decomposed = unicodedata.normalize("NFD", word)
    tones = [character for character in decomposed if character in _TONES]
    if len(tones) != 1:
        return word
    toneless = unicodedata.normalize("NFC", "".join(c for c in decomposed if c not in _TONES))
    return toneless + tones[0]


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its exact and folded search forms and its span `[start, end)` in the text it came from."""

    exact: str
    folded: str
    start: int
    end: int

    @property
    def is_accented(self) -> bool:
        """Whether the word carries a diacritic, so that its exact form says more than its folded one."""
        return any(map(unicodedata.combining, self.exact)) or fold(self.exact) != self.exact


def tokens(text: str) -> Iterator[Token]:
    """The words of a text that is in the form `clean` gives. Spans are code points of that text."""
    for match in _WORD.finditer(text):
        yield Token(*_forms(match.group()[:MAX_TOKEN]), match.start(), match.end())


def split_words(text: str) -> list[str]:
    """The words of a text that is in the form `clean` gives, as they stand there. This and the next two are quick."""
    return _WORD.findall(text)


def word_forms(words: Sequence[str]) -> list[tuple[str, str]]:
    """The exact and folded search form of each word."""
    return [_forms(word[:MAX_TOKEN]) for word in words]


def word_spans(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The span `[start, end)` of each of the first words of a text: no letter stands between two of them."""
    end = 0
    for word in words:
        start = text.index(word, end)
        end = start + len(word)
        yield start, end


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> tuple[str, str]:
    """The exact and folded search forms of a word. Kept, because a language has few words and a text has many."""
    return canonical_tone(word.lower()), _fold_word(word)


def _fold_word(word: str) -> str:
    """The folded search form; an open i is written y after h, k, l, m, qu, s, t (kĩ thuật = kỹ thuật)."""
    folded = "".join(c for c in fold(word) if not 0x300 <= ord(c) < 0x370)  # noqa: PLR2004 - combining marks
    return folded[:-1] + "y" if _OPEN_I.fullmatch(folded) else folded


@dataclass(frozen=True, slots=True)
class Analysis:
    """The tokens of a text as the engines see them: three space-joined strings."""

    exact: str
    folded: str
    bigrams: str


def analyse(text: str) -> Analysis:
    """Tokens of any text, for an engine with a whitespace tokenizer. Empty text gives empty strings."""
    forms = word_forms(split_words(clean(text)))
    exact, folded = zip(*forms, strict=True) if forms else ((), ())
    return Analysis(exact=" ".join(exact), folded=" ".join(folded), bigrams=" ".join(bigrams(folded)))


def bigrams(folded: Sequence[str]) -> list[str]:
    """Adjacent pairs of folded tokens, `a_b`: they do for Vietnamese what a word segmenter would."""
    return list(map("_".join, pairwise(folded)))


def canonical_capitals(text: str) -> str:
    """A printed name in one form: clean, single spaces, capitals, old tone placement left as printed."""
    return " ".join(clean(text).upper().split())


def name_key(text: str) -> str:
    """A key under which two printings of one name are equal: tone placement, case, punctuation aside."""
    return " ".join(token.exact for token in tokens(clean(text)))
