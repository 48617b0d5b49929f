"""The grammar of document numbers (số và ký hiệu): parsing, one printed form, and keys to find them by.

Party numbers read `57-NQ/TW` (number, type, body; no year, restarting per type and term); state numbers read
`30/2020/NĐ-CP`, `749/QĐ-TTg` or, for letters, `45/LHH-VP`. Leaves finding the number on a page to
`extractors.describe` and says nothing of identity beyond the number itself. Rules: `docs/domain.md`, "Numbers".
"""

import re
from dataclasses import dataclass

from pipeline.text import clean, fold
from pipeline.types import SYMBOLS, TITLES, symbols

_ORG = r"[^\W\d_][^\W_]*(?:[-.][^\W_]+)*"
_PARTY = re.compile(rf"(?P<number>\d{{1,5}})-(?P<type>[^\W\d_]{{2,6}})/(?P<org>{_ORG}(?:/{_ORG})?)")
_STATE = re.compile(rf"(?P<number>\d{{1,5}})/(?:(?P<year>(?:19|20)\d\d)/)?(?P<suffix>{_ORG})")
_LAW = re.compile(r"(?P<number>\d{1,5})/(?P<year>(?:19|20)\d\d)/(?P<suffix>(?:QH|UBTVQH)\d{1,2})", re.IGNORECASE)
_SPACE_AROUND_MARK = re.compile(r"\s*([-/])\s*")
_LATIN = str.maketrans("АВЕКМНОРСТХІ", "ABEKMHOPCTXI")
"""Cyrillic capitals that look Latin: official texts have some in the codes of bodies."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A number in parts. `digits` keeps printed zeros; `type_symbol` is absent in letters and laws."""

    digits: str
    type_symbol: str | None
    org: str
    year: int | None
    is_party: bool

    @property
    def integer(self) -> int:
        """The number itself, for identity and order."""
        return int(self.digits)

    def __str__(self) -> str:
        """The number as printed, without spaces: `05-NQ/ĐU`, `30/2020/NĐ-CP`, `45/LHH-VP`."""
        if self.is_party:
            return f"{self.digits}-{self.type_symbol}/{self.org}"
        year = f"{self.year}/" if self.year else ""
        suffix = f"{self.type_symbol}-{self.org}" if self.type_symbol else self.org
        return f"{self.digits}/{year}{suffix}"


def parse_number(text: str) -> DocumentNumber | None:
    """Read one whole number, or None where the text is not one. Spaces round `-` and `/` are allowed."""
    printed = _SPACE_AROUND_MARK.sub(r"\1", clean(text).translate(_LATIN)).strip()
    if party := _PARTY.fullmatch(printed):
        return DocumentNumber(party["number"], party["type"], party["org"], None, is_party=True)
    if law := _LAW.fullmatch(printed):
        return DocumentNumber(law["number"], None, law["suffix"].upper(), int(law["year"]), is_party=False)
    if state := _STATE.fullmatch(printed):
        symbol, org = _split_suffix(state["suffix"])
        year = int(state["year"]) if state["year"] else None
        return DocumentNumber(state["number"], symbol, org, year, is_party=False)
    return None


def _split_suffix(suffix: str) -> tuple[str | None, str]:
    """Part `QĐ-TTg` into type and body; `LHH-VP`, whose first part is no type, is all body."""
    first, _, rest = suffix.partition("-")
    return (first, rest) if rest and fold(first) in SYMBOLS else (None, suffix)


def number_keys(number: DocumentNumber) -> tuple[str, ...]:
    """The keys under which a document is found by its number: folded, zeros stripped, joined by `-`.

    `57-NQ/TW` gives `57-nq-tw`, `57-nq` and `57-tw`; a year, where there is one, may be said or left out.
    """
    digits = str(number.integer)
    year = [str(number.year)] if number.year else []
    symbol = _key_parts(number.type_symbol)
    org = _key_parts(number.org)
    tails = [symbol + org, symbol, org, org[:1]]
    keys = ["-".join([digits, *head, *tail]) for tail in tails if tail for head in ([], year)]
    return tuple(dict.fromkeys([*keys, "-".join([digits, *year])] if year else keys))


def _key_parts(text: str | None) -> list[str]:
    return [part for part in re.split(r"[^\w]+", fold(clean(text or ""))) if part]


_QUERY_DIGITS_FIRST = re.compile(
    r"(?<![\w/-])(?P<digits>\d{1,5})(?P<tail>(?:\s*[-/]\s*\w+)+|\s*[a-z]+(?:[\s/-]+[a-z]\w*)?)"
)
_QUERY_TYPE_FIRST = re.compile(r"(?<![\w])(?P<symbol>[a-z]{2,6})[\s.-]*(?P<digits>\d{1,5})(?![\d])")


@dataclass(frozen=True, slots=True)
class NumberQuery:
    """A document number recognised in what somebody typed: every key that would be the document meant."""

    keys: tuple[str, ...]


def number_in_query(text: str) -> NumberQuery | None:
    """Recognise a document number in any usual spelling, or None.

    `57-NQ/TW`, `57 nq tw`, `57nq/tw`, `nq 57`, `nq57-tw`, `nghị quyết số 57`, `nghi quyet 57`, `30/2020/nđ-cp`,
    `qđ 749 ttg`. A bare number or a year is not a document number: too many papers would match.
    """
    folded = " ".join(fold(clean(text)).split())
    return _written_out(folded) or _symbol_first(folded) or _digits_first(folded)


def _written_out(folded: str) -> NumberQuery | None:
    """`nghi quyet so 57`, with or without the word for number, and with the symbol and body behind it."""
    for title, slug in sorted(TITLES.items(), key=lambda entry: -len(entry[0])):
        match = re.search(rf"\b{title}\s+(?:so\s*:?\s*)?(?P<digits>\d{{1,5}})\b(?P<tail>(?:\s*[-/]\s*\w+)*)", folded)
        if match is None:
            continue
        if tail := _key_parts(match["tail"]):
            return _query(match["digits"], tail)
        kinds = [fold(symbol) for symbol in symbols(slug)] or [""]
        keys = ["-".join([str(int(match["digits"])), kind]) for kind in kinds if kind]
        return NumberQuery(tuple(dict.fromkeys(keys))) if keys else None
    return None


def _symbol_first(folded: str) -> NumberQuery | None:
    """`nq 57`, `nq57-tw`, `qd 749 ttg`."""
    for match in _QUERY_TYPE_FIRST.finditer(folded):
        if match["symbol"] not in SYMBOLS:
            continue
        tail = _key_parts(_short_tail(folded[match.end() :]))
        return _query(match["digits"], [match["symbol"], *tail])
    return None


def _short_tail(rest: str) -> str:
    """What directly follows `nq 57` and can be the code of a body: `-tw`, `/tw`, ` tw` at the very end."""
    match = re.match(r"\s*[-/]\s*[a-z][\w.-]*", rest) or re.match(r"\s+[a-z]{2,8}\s*$", rest)
    return match.group() if match else ""


def _digits_first(folded: str) -> NumberQuery | None:
    """`57-nq/tw`, `57 nq tw`, `57nq`, `30/2020/nd-cp`, `45/lhh-vp`."""
    for match in _QUERY_DIGITS_FIRST.finditer(folded):
        tail = _key_parts(re.sub(r"^(\d{4})?\s*([a-z])", r"\1 \2", match["tail"].strip(" -/")))
        is_marked = bool(re.match(r"\s*[-/]", match["tail"]))
        has_symbol = bool(SYMBOLS & set(tail[:2]))
        if tail and any(part[0].isalpha() for part in tail) and (has_symbol or is_marked):
            return _query(match["digits"], tail)
    return None


def _query(digits: str, tail: list[str]) -> NumberQuery:
    """Keys for digits and the parts said after them, with the type's other symbols where a type was said."""
    return NumberQuery(("-".join([str(int(digits)), *tail]),))
