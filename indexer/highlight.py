"""Which words of a page are what a query asked for: snippets with them marked, and marks for the page's image.

Both engines' hits are marked by the same code, on text and words that the reader may see. Leaves which page is shown
to `indexer.search`, who may see it to its callers, and the drawing to `search_api`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import islice

from pipeline.model import Word
from pipeline.query import ParsedQuery
from pipeline.synonyms import Form, expansions, is_found_exactly
from pipeline.text import Token, clean, split_words, word_forms, word_spans

Forms = tuple[str, str]
"""A word's exact and folded search forms."""

LENGTH = 240
"""Characters of a snippet, before marking."""

_LEAD = 40
"""Most characters of a snippet before its first found word, so that it reads as part of a sentence."""


def marked_words(words: Sequence[Word], parsed: ParsedQuery) -> list[bool]:
    """For each stored word of a page, in order, whether it is part of what the query asked for.

    `zip(words, marked_words(words, parsed))` gives the boxes to mark. A stored word may hold several words of a query
    (`57-NQ/TU`), and a phrase or the other form of an abbreviation may run over several stored words. A word is
    marked where it stands with the accents that it was typed with; where it nowhere does on this page, without regard
    to accents. Words of a quoted phrase are marked within the phrase, unless this page has it nowhere.
    """
    owners: list[int] = []
    page: list[Forms] = []
    for place, word in enumerate(words):
        of_word = word_forms(split_words(clean(word.text)))
        page += of_word
        owners += [place] * len(of_word)
    marked = {owners[place] for place in _found(page, parsed)}
    return [place in marked for place in range(len(words))]


def snippet(text: str, parsed: ParsedQuery, *, length: int = LENGTH) -> str:
    """The stretch of the text with most of the query's words, HTML-escaped, each found word in `<mark>`."""
    plain = " ".join(clean(text).split())
    words = split_words(plain)
    page = word_forms(words)
    places = _found(page, parsed)
    spans = enumerate(word_spans(plain, words[: max(places, default=-1) + 1]))
    found = [_Mark(page[place][1], *span) for place, span in spans if place in places]
    start = _start(plain, found, length)
    end = min(len(plain), start + length)
    inside = [mark for mark in found if start <= mark.start and mark.end <= end]
    lead, tail = ("… " if start else ""), (" …" if end < len(plain) else "")
    return lead + _marked(plain, inside, start, end) + tail


@dataclass(frozen=True, slots=True)
class _Mark:
    """A found word and where it stands in the text."""

    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sought:
    """What a query asks to be marked, and all words, folded, that can be part of it."""

    phrases: tuple[Form, ...]
    loose: tuple[Token, ...]
    alternatives: tuple[Form, ...]
    words: frozenset[str]


@lru_cache(maxsize=64)
def _sought(parsed: ParsedQuery) -> _Sought:
    """Worked out once for all the hits of a query."""
    loose = tuple(_loose(parsed))
    others = dict.fromkeys(form for expansion in expansions(parsed.words) for form in expansion.alternatives)
    words = frozenset(word.folded for form in (*parsed.phrases, loose, *others) for word in form)
    return _Sought(parsed.phrases, loose, tuple(others), words)


@dataclass(frozen=True, slots=True)
class _Page:
    """The words of a page and where each of those that matter stands among them."""

    words: Sequence[Forms]
    places: Mapping[str, Sequence[int]]

    def occurrences(self, form: Form) -> set[int]:
        """The places of all words of all occurrences of a form: with its accents, or else without them."""
        folded = [word.folded for word in form]
        starts = [start for start in self.places.get(folded[0], ()) if self._has(folded, start)]
        exact = [start for start in starts if self._has_exactly(form, start)]
        found = exact if exact or is_found_exactly(form) else starts
        return {start + step for start in found for step in range(len(form))}

    def any_of(self, words: Sequence[Token]) -> set[int]:
        """The places of these words, each with the accents that it was typed with, or else without any."""
        return set().union(*(self._of_word(word) for word in words))

    def _of_word(self, word: Token) -> set[int]:
        places = set(self.places.get(word.folded, ()))
        exact = {place for place in places if self.words[place][0] == word.exact} if word.is_accented else set()
        return exact or places

    def _has(self, folded: Sequence[str], start: int) -> bool:
        return [there for _, there in self.words[start : start + len(folded)]] == folded

    def _has_exactly(self, form: Form, start: int) -> bool:
        there = self.words[start : start + len(form)]
        return all(not word.is_accented or word.exact == exact for word, (exact, _) in zip(form, there, strict=True))


def _found(words: Sequence[Forms], parsed: ParsedQuery) -> set[int]:
    """The places of the words that are part of what was asked for."""
    sought = _sought(parsed)
    places: dict[str, list[int]] = {}
    for place, (_, folded) in enumerate(words):
        if folded in sought.words:
            places.setdefault(folded, []).append(place)
    page = _Page(words, places)
    found = page.any_of(sought.loose)
    for phrase in sought.phrases:
        found |= page.occurrences(phrase) or page.any_of(phrase)
    for form in sought.alternatives:
        found |= page.occurrences(form)
    return found


def _loose(parsed: ParsedQuery) -> Iterator[Token]:
    """The query's words that stand outside its phrases, each once."""
    quoted = Counter(word.exact for phrase in parsed.phrases for word in phrase)
    typed = Counter(word.exact for word in parsed.words)
    loose = typed - quoted
    yield from {word.exact: word for word in parsed.words if word.exact in loose}.values()


@dataclass(frozen=True, slots=True)
class _Stand:
    """A stretch from one found word to where the last of the different words near it is seen first."""

    start: int
    end: int
    words: int


def _start(plain: str, found: Sequence[_Mark], length: int) -> int:
    """Where a snippet begins: a few words before the closest stand of most different words, the first of equals."""
    if len(plain) <= length or not found:
        return 0
    best = max(_stands(found, length), key=lambda stand: (stand.words, stand.start - stand.end, -stand.start))
    lead = max(0, min(_LEAD, length - (best.end - best.start)))
    earliest = min(best.start - lead, len(plain) - length)
    if earliest <= 0:
        return 0
    space = plain.find(" ", earliest - 1, best.start)
    return best.start if space < 0 else space + 1


def _stands(found: Sequence[_Mark], length: int) -> Iterator[_Stand]:
    for place, first in enumerate(found):
        seen: dict[str, int] = {}
        for mark in islice(found, place, None):
            if mark.end - first.start > length:
                break
            seen.setdefault(mark.folded, mark.end)
        yield _Stand(first.start, max(seen.values(), default=first.end), len(seen))


def _marked(text: str, found: Sequence[_Mark], start: int, end: int) -> str:
    parts, at = [], start
    for mark in found:
        parts += [escape(text[at : mark.start]), "<mark>", escape(text[mark.start : mark.end]), "</mark>"]
        at = mark.end
    return "".join([*parts, escape(text[at:end])])
