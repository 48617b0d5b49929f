"""Which words of a page are what a query asked for: snippets with them marked, and marks for the page's image.

Both engines' hits are marked by the same code, on text and words that the reader may see. Leaves which page is shown
to `indexer.search`, who may see it to its callers, and the drawing to `search_api`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from pipeline.model import Word
from pipeline.query import ParsedQuery
from pipeline.synonyms import Form, expansions, is_found_exactly
from pipeline.text import Token, clean, tokens

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
    page: list[Token] = []
    for place, word in enumerate(words):
        of_word = list(tokens(clean(word.text)))
        page += of_word
        owners += [place] * len(of_word)
    marked = {owners[place] for place in _found(page, parsed)}
    return [place in marked for place in range(len(words))]


def snippet(text: str, parsed: ParsedQuery, *, length: int = LENGTH) -> str:
    """The stretch of the text with most of the query's words, HTML-escaped, each found word in `<mark>`."""
    plain = " ".join(clean(text).split())
    page = list(tokens(plain))
    found = [page[place] for place in sorted(_found(page, parsed))]
    start = _start(plain, found, length)
    end = min(len(plain), start + length)
    inside = [token for token in found if start <= token.start and token.end <= end]
    lead, tail = ("… " if start else ""), (" …" if end < len(plain) else "")
    return lead + _marked(plain, inside, start, end) + tail


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's tokens and where each folded word stands among them."""

    tokens: Sequence[Token]
    places: Mapping[str, Sequence[int]]

    def occurrences(self, form: Form) -> set[int]:
        """The places of all words of all occurrences of a form: with its accents, or else without them."""
        starts = [start for start in self.places.get(form[0].folded, ()) if self._has(form, start)]
        exact = [start for start in starts if self._has_exactly(form, start)]
        found = exact if exact or is_found_exactly(form) else starts
        return {start + step for start in found for step in range(len(form))}

    def _has(self, form: Form, start: int) -> bool:
        there = self.tokens[start : start + len(form)]
        return [token.folded for token in there] == [word.folded for word in form]

    def _has_exactly(self, form: Form, start: int) -> bool:
        there = self.tokens[start : start + len(form)]
        return all(not word.is_accented or word.exact == token.exact for word, token in zip(form, there, strict=True))


def _found(page_tokens: Sequence[Token], parsed: ParsedQuery) -> set[int]:
    """The places of the tokens that are part of what was asked for."""
    page = _page(page_tokens)
    found: set[int] = set()
    for phrase in parsed.phrases:
        found |= page.occurrences(phrase) or _of_words(page, phrase)
    found |= _of_words(page, tuple(_loose(parsed)))
    for expansion in expansions(parsed.words):
        for form in expansion.alternatives:
            found |= page.occurrences(form)
    return found


def _page(page_tokens: Sequence[Token]) -> _Page:
    places: dict[str, list[int]] = {}
    for place, token in enumerate(page_tokens):
        places.setdefault(token.folded, []).append(place)
    return _Page(page_tokens, places)


def _of_words(page: _Page, words: Sequence[Token]) -> set[int]:
    """The places of these words wherever they stand. What was typed is looked for, so accents may be missing."""
    found: set[int] = set()
    for word in words:
        places = page.places.get(word.folded, ())
        exact = {place for place in places if page.tokens[place].exact == word.exact}
        found |= exact if exact and word.is_accented else set(places)
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


def _start(plain: str, found: Sequence[Token], length: int) -> int:
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


def _stands(found: Sequence[Token], length: int) -> Iterator[_Stand]:
    for place, first in enumerate(found):
        seen: dict[str, int] = {}
        for token in islice(found, place, None):
            if token.end - first.start > length:
                break
            seen.setdefault(token.folded, token.end)
        yield _Stand(first.start, max(seen.values(), default=first.end), len(seen))


def _marked(text: str, found: Sequence[Token], start: int, end: int) -> str:
    parts, at = [], start
    for token in found:
        parts += [escape(text[at : token.start]), "<mark>", escape(text[token.start : token.end]), "</mark>"]
        at = token.end
    return "".join([*parts, escape(text[at:end])])
