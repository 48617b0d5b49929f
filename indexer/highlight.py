"""Snippets with the found words marked, made in Python from text that the reader may see.

Both engines' hits are marked by the same code on NFC text. Leaves which page is shown to `indexer.search`.
"""

from collections.abc import Sequence
from html import escape

from pipeline.query import ParsedQuery
from pipeline.text import Token, clean, tokens

LENGTH = 240
"""Characters of a snippet, before marking."""


def snippet(text: str, parsed: ParsedQuery, *, length: int = LENGTH) -> str:
    """The stretch of the text with most of the query's words, HTML-escaped, each found word in `<mark>`."""
    plain = " ".join(clean(text).split())
    found = _found(plain, parsed)
    start = _best_start(found, length)
    end = min(len(plain), start + length)
    inside = [token for token in found if start <= token.start and token.end <= end]
    lead, tail = ("… " if start else ""), (" …" if end < len(plain) else "")
    return lead + _marked(plain, inside, start, end) + tail


def _found(text: str, parsed: ParsedQuery) -> list[Token]:
    """The query's words in the text: by their accents where the query has them and the text too, else folded."""
    folded = {word.folded for word in parsed.words}
    accented = {word.folded: word.exact for word in parsed.words if word.is_accented}
    candidates = [token for token in tokens(text) if token.folded in folded]
    exact = [token for token in candidates if accented.get(token.folded, token.exact) == token.exact]
    return exact or candidates


def _best_start(found: Sequence[Token], length: int) -> int:
    """Where the window with the most different words begins; the first of equally good ones."""
    if not found:
        return 0
    best = max(
        found, key=lambda first: (len({t.folded for t in found if 0 <= t.start - first.start < length}), -first.start)
    )
    return best.start


def _marked(text: str, found: Sequence[Token], start: int, end: int) -> str:
    parts, at = [], start
    for token in found:
        parts += [escape(text[at : token.start]), "<mark>", escape(text[token.start : token.end]), "</mark>"]
        at = token.end
    return "".join([*parts, escape(text[at:end])])
