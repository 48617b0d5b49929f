"""Whether the text layer of a page can be believed, and in which encoding each of its fonts is.

A layer is judged by what its words are: under the right encoding nearly all of them are spelled as Vietnamese can be
(`extractors.syllables`), under a wrong one nearly none. Names of fonts (`.VnTime`, `VNI-Times`) are taken at their word
unless the words say otherwise. A layer without accents, or of letters that make no words, is garbage: the page is read
from its picture. Finding the words is left to `extractors.pdf_text`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractors.legacy_encodings import Encoding, to_unicode
from extractors.syllables import is_syllable
from pipeline.text import clean, fold, split_words

_NAMED = {
    Encoding.TCVN3: re.compile(r"(?:^|\+)\.?Vn[A-Z0-9]", re.ASCII),
    Encoding.VNI: re.compile(r"(?:^|\+)VNI", re.ASCII | re.IGNORECASE),
}
_DRAWS_CAPITALS = re.compile(r"(?:^|\+)\.?Vn\w*H(?![a-z])", re.ASCII)
"""`.VnTimeH`, `.VnArialH,Bold`: TCVN3 fonts whose small letters are drawn as capitals."""

_FEWEST_LETTERS = 20
_FEWEST_WORDS = 8
"""Of fewer words nothing can be said by their share; only by their letters."""
_LEAST_KNOWN_LETTERS = 0.95
_MOST_BROKEN = 0.02
_LEAST_SYLLABLES = 0.7
"""Lowest share of possible syllables on a page of Vietnamese: names, symbols and items of lists are none."""
_LEAST_ACCENTED = 0.25
"""Of Vietnamese words some 3 of 4 carry a mark; a page with fewer than this has lost them."""
_FEWEST_TELLING = 3
_LEGACY_FROM, _UNICODE_BELOW = 0.7, 0.4
"""Shares of syllables from which a font without such a name is TCVN3 or VNI, and below which it is not Unicode."""
_COMMON_LETTERS, _LEAST_COMMON = frozenset("etaoinsr"), 0.5
"""These letters make 60 % of the texts of western languages, and far less of text in shifted codes."""

_ORDINARY = re.compile(r"[^\W_]")
_BROKEN = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_PRIVATE = re.compile(r"[\ue000-\uf8ff]+")
_KNOWN = re.compile(r"[a-z0-9đ]")
_VOWEL = re.compile(r"[aeiouy]")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of a word in one font, as the file says them."""

    text: str
    font: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a page's layer can be believed, and the encoding of each font on it."""

    is_good: bool
    encodings: Mapping[str, Encoding]

    def read(self, word: Sequence[Run]) -> str:
        """A word in clean Unicode (NFC)."""
        return _read(word, self.encodings)


def encoding_by_name(font: str) -> Encoding:
    """The encoding that a font's name promises, with or without the prefix of a subset (`ABCDEF+`)."""
    return next((encoding for encoding, name in _NAMED.items() if name.search(font)), Encoding.UNICODE)


def judge(words: Sequence[Sequence[Run]]) -> Judgement:
    """Judge the layer of one page by its words."""
    encodings = _encodings(words)
    return Judgement(_is_good([_read(word, encodings) for word in words]), encodings)


def _read(word: Sequence[Run], encodings: Mapping[str, Encoding]) -> str:
    pieces: list[str] = []
    held, held_font = "", ""
    for run in word:  # letter and mark of VNI may stand in two runs: bold and not, but in one encoding
        if held and _way(run.font, encodings) != _way(held_font, encodings):
            pieces.append(_converted(held, held_font, encodings))
            held = ""
        held, held_font = held + run.text, run.font
    text = clean("".join([*pieces, _converted(held, held_font, encodings)])).strip()
    return "•" if _PRIVATE.fullmatch(text) else text  # bullets come from symbol fonts, which have codes of their own


def _way(font: str, encodings: Mapping[str, Encoding]) -> tuple[Encoding, bool]:
    encoding = encodings[font]
    return encoding, encoding is Encoding.TCVN3 and _DRAWS_CAPITALS.search(font) is not None


def _converted(text: str, font: str, encodings: Mapping[str, Encoding]) -> str:
    encoding, is_capital = _way(font, encodings)
    converted = to_unicode(text, encoding)
    return converted.upper() if is_capital else converted


def _encodings(words: Iterable[Sequence[Run]]) -> dict[str, Encoding]:
    """The encoding of each font, by its words. A word in two fonts speaks for the one that it begins with."""
    texts: dict[str, list[str]] = defaultdict(list)
    for word in words:
        texts[word[0].font].append("".join(run.text for run in word))
        for run in word[1:]:
            texts.setdefault(run.font, [])
    return {font: _encoding(font, said) for font, said in texts.items()}


def _encoding(font: str, texts: Sequence[str]) -> Encoding:
    named = encoding_by_name(font)
    telling = [text for text in texts if not text.isascii() and any(map(str.isalpha, text))]
    if len(telling) < _FEWEST_TELLING:
        return named
    shares = {encoding: _share_read(telling, encoding) for encoding in Encoding}
    likeliest = max(shares, key=lambda encoding: (shares[encoding], encoding is named))
    if likeliest is Encoding.UNICODE or named is not Encoding.UNICODE:
        return likeliest
    is_sure = shares[likeliest] >= _LEGACY_FROM and shares[Encoding.UNICODE] < _UNICODE_BELOW
    return likeliest if is_sure else named


def _share_read(texts: Sequence[str], encoding: Encoding) -> float:
    """The share of the words with other than plain letters that are Vietnamese when read so."""
    read = (split_words(clean(to_unicode(text, encoding))) for text in texts)
    return sum(bool(parts) and all(map(is_syllable, parts)) for parts in read) / len(texts)


def _is_good(texts: Sequence[str]) -> bool:
    """Enough letters, nearly all of them of Vietnamese text, in words that can be some."""
    letters = "".join(_ORDINARY.findall(" ".join(texts)))
    broken = sum(len(_BROKEN.findall(text)) for text in texts)
    if len(letters) < _FEWEST_LETTERS or broken > _MOST_BROKEN * len(letters):
        return False
    if len(_KNOWN.findall(fold(letters))) < _LEAST_KNOWN_LETTERS * len(letters):
        return False
    words = [word for text in texts for word in split_words(text) if word.isalpha() and not _is_abbreviation(word)]
    return len(words) < _FEWEST_WORDS or _is_vietnamese(words) or _is_western(words)


def _is_abbreviation(word: str) -> bool:
    return len(word) > 1 and word.isupper() and word.isascii()


def _is_vietnamese(words: Sequence[str]) -> bool:
    accented = sum(not word.isascii() for word in words)
    return sum(map(is_syllable, words)) >= _LEAST_SYLLABLES * len(words) and accented >= _LEAST_ACCENTED * len(words)


def _is_western(words: Sequence[str]) -> bool:
    """Whether the words are those of another language in Latin letters, and not Vietnamese that lost its marks."""
    if sum(map(is_syllable, words)) >= _LEAST_SYLLABLES * len(words):
        return False
    small = [word[1:] for word in words if word[1:].islower() and _VOWEL.search(fold(word))]
    letters = "".join(small)
    common = sum(letter in _COMMON_LETTERS for letter in fold(letters))
    return len(small) >= _LEAST_SYLLABLES * len(words) and common >= _LEAST_COMMON * len(letters)
