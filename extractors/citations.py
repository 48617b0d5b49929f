"""Where a text cites other documents: by number, by a short form of one, or by name alone.

`Nghị quyết số 57-NQ/TU`, `Nghị quyết 57` or `NQ 57`, `Luật Lưu trữ` or `Điều lệ Đảng`. Finds the citations with type,
date and issuer as far as they are said; what the citing document has to do with them is read by
`extractors.references`. Form numbers and standards (`Mẫu số 19/TB-...`, `QCVN 07:2009/...`) look alike and are none.
Rules: `docs/domain.md`, "Numbers", "Relations".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.likeness import distance
from pipeline.numbers import DocumentNumber, parse_number
from pipeline.text import fold
from pipeline.types import SYMBOLS, TITLES, TYPES, types_of_symbol

_PART = r"(?:[A-ZĐ][^\W_]*|(?:19|20)\d\d)"
_NUMBER = re.compile(rf"(?<![\w/.,:-])\d{{1,5}}(?:\s?[-/]{{1,2}}\s?{_PART})+(?:\.{_PART})*(?![\w/])")
_DOUBLED = re.compile(r"([-/])\1")
_TITLE = re.compile("|".join(rf"\b{title}\b" for title in sorted(TITLES, key=len, reverse=True)))
_LABEL = re.compile(r"\bso\s*:?\s*$")
_CLAUSE = re.compile(r"[;:()]|\.\s")
_NO_PAPER = re.compile(
    r"\b(?:mau|bieu|phu luc|hop dong|tai khoan|dien thoai|q?tcvn|qcvn|iso|bien so)\s*(?:so\s*:?\s*)?$"
)
_COMMITTEE = re.compile(r"[DĐ]{1,2}U(?=K?$)")
_LOOK_BACK = 90
"""The type stands at most so many letters before the number: `Quy chế làm việc của Ban Chấp hành Đảng bộ số ...`."""
_LAW_LOOK_BACK = 230
"""The name of a law may be long, and stands between its type and its number."""
_LAW = re.compile(r"(?:UBTV)?QH\d")
_LAW_TITLES = frozenset({"luat", "bo_luat", "phap_lenh", "nghi_quyet", "hien_phap"})

_DATED = re.compile(
    r",?\s*(?:ban hành\s+)?ngày\s+(?:(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)"
    r"|(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}) năm (?P<y>(?:19|20)\d\d))",
    re.IGNORECASE,
)
_ISSUER_ENDS = (
    r"về|quy định|hướng dẫn|ban hành|sửa đổi|và\s+(?:\w+\s){1,3}số|đã|được|hết|thay thế|bãi bỏ|khóa|khoá|tại|trong"
    r"|có hiệu lực"
)
_ISSUED_BY = re.compile(
    r",?\s*của\s+(?P<issuer>[A-ZĐÀ-Ỹ][^\d;:.()\"“”]{2,120}?)"
    rf"(?=\s*(?:$|[;:.()\"“”]|,\s|\b(?:{_ISSUER_ENDS})\b))"
)
_SHORT = re.compile(
    rf"(?<![\w/-])(?:(?P<title>{'|'.join(sorted(TITLES, key=len, reverse=True))})\s+(?:so\s*:?\s*)?"
    rf"|(?P<symbol>nq|ct|kl|nd)[\s.-]?)(?P<digits>\d{{1,4}})(?P<body>\s?-\s?[a-z]{{2,8}}\b)?(?![\w/:%]|[.,]\d|-\d|\s?[-/]\s?[A-Za-z\d])"
)
_NAMED = re.compile(
    r"(?<![\w“\"])(?P<name>Hiến pháp(?: nước Cộng hòa xã hội chủ nghĩa Việt Nam)?(?=[\s,;.]|$)"
    r"|Điều lệ Đảng(?: Cộng sản Việt Nam)?(?=[\s,;.]|$)"
    r"|(?:Bộ luật|Luật|Pháp lệnh|Điều lệ|Quy chế làm việc)\s+(?:(?:sửa đổi, bổ sung một số điều )?của\s+)?"
    r"[A-ZĐÀ-Ỹ][^;:.()\d“”\"]{2,160}?"
    r"(?=\s*(?:$|[;.()]|\bngày\b|\bnăm\s+(?:19|20)\d\d|,?\s*\b(?:đã |được )|\s+số\b|,\s*(?:Luật|Bộ luật|Nghị)"
    r"|,?\s*ban hành\b)))"
)
_NUMBERED = re.compile(r"\s*(?:ngày [\d/ thángnăm]+)?,?\s*số\b")
_SLUG_OF_NAME = ("hien_phap", "bo_luat", "luat", "phap_lenh", "dieu_le", "quy_che")


@dataclass(frozen=True, slots=True)
class Citation:
    """A cited paper: its kept number or, without one, its name; type, ISO date and issuer as far as they are said.

    The span is that of type and number, or of the name, in the text.
    """

    number: str | None
    type: str | None
    start: int
    end: int
    name: str | None = None
    date: str | None = None
    issuer: str | None = None

    @property
    def key(self) -> str:
        """What one citation of a text is told from another by."""
        return self.number or fold(self.name or "")


def citations_in(text: str) -> Iterator[Citation]:
    """The documents cited by number in a text in the form that `pipeline.text.clean` gives, in order."""
    folded = fold(text)
    previous: Citation | None = None
    for match in _NUMBER.finditer(text):
        number = parse_number(_DOUBLED.sub(r"\1", match.group()))
        look_back = _LAW_LOOK_BACK if number is not None and _LAW.match(number.org) else _LOOK_BACK
        before = folded[max(previous.end if previous else 0, match.start() - look_back) : match.start()]
        if number is None or _NO_PAPER.search(before):
            continue
        citation = _cited(number, before, match, previous)
        if citation is not None:
            yield _with_date_and_issuer(citation, text)
            previous = citation


def all_citations(text: str, known: Sequence[Citation]) -> list[Citation]:
    """The documents cited in any way, in order. Short forms count where `known` has what is cited in full elsewhere."""
    numbered = list(citations_in(text))
    taken = [(citation.start, citation.end) for citation in numbered]
    named = [citation for citation in _named(text) if not _overlaps(citation, taken)]
    taken += [(citation.start, citation.end) for citation in named]
    short = [citation for citation in _short(text, known) if not _overlaps(citation, taken)]
    return sorted([*numbered, *named, *short], key=lambda citation: citation.start)


def _overlaps(citation: Citation, taken: Sequence[tuple[int, int]]) -> bool:
    return any(citation.start < end and start < citation.end for start, end in taken)


def _named(text: str) -> Iterator[Citation]:
    """Papers cited by name alone. A name before a number is that number's."""
    for match in _NAMED.finditer(text):
        if _NUMBERED.match(text, match.end()):
            continue
        name = " ".join(match["name"].split()).rstrip(" ,")
        slug = next(slug for slug in _SLUG_OF_NAME if fold(name).startswith(fold(TYPES[slug].title)))
        citation = Citation(None, slug, match.start("name"), match.start("name") + len(match["name"].rstrip()), name)
        yield _with_date_and_issuer(citation, text)


def _short(text: str, known: Sequence[Citation]) -> Iterator[Citation]:
    """`Nghị quyết 57`, `NQ 57`, `NQ57-TW`: of a paper that the same document cites in full."""
    for match in _SHORT.finditer(fold(text)):
        if not text[match.start()].isupper():
            continue
        meant = [full for full in known if full.number and _is_short_for(match, full)]
        if len({full.number for full in meant}) == 1:
            yield replace(meant[0], start=match.start(), end=match.end(), date=None, issuer=None)


def _is_short_for(match: re.Match[str], full: Citation) -> bool:
    number = parse_number(full.number or "")
    if number is None or number.integer != int(match["digits"]):
        return False
    if match["body"] and fold(number.org) != match["body"].strip(" -"):
        return False
    if match["title"]:
        return full.type == TITLES[match["title"]]
    return fold(number.type_symbol or "") == match["symbol"]


def _with_date_and_issuer(citation: Citation, text: str) -> Citation:
    """The citation with the date and the issuer that follow it: `..., ngày 05/9/2026 của Đảng ủy`."""
    end = citation.end
    dated = _DATED.match(text, end)
    issued = _ISSUED_BY.match(text, dated.end() if dated else end)
    if issued and not dated and (later := _DATED.match(text, issued.end())):
        dated = later
    return replace(
        citation,
        date=iso_date(dated) if dated else None,
        issuer=" ".join(issued["issuer"].split()).rstrip(" ,") if issued else None,
    )


def iso_date(match: re.Match[str]) -> str | None:
    """The ISO date of a match with the groups `day`, `month`, `year` or `d`, `m`, `y`; None for no real day."""
    day, month = int(match["day"] or match["d"]), int(match["month"] or match["m"])
    if not (1 <= day <= 31 and 1 <= month <= 12):  # noqa: PLR2004 - days of a month, months of a year
        return None
    return f"{match['year'] or match['y']}-{month:02d}-{day:02d}"


def _cited(number: DocumentNumber, before: str, match: re.Match[str], previous: Citation | None) -> Citation | None:
    """The citation, where a type is named before the number or its symbol is that of one."""
    clause = _CLAUSE.split(before)[-1]
    titles = list(_TITLE.finditer(clause))
    is_labelled = _LABEL.search(before) is not None
    has_symbol = number.type_symbol is not None and fold(number.type_symbol) in SYMBOLS
    if not has_symbol and not (titles and is_labelled) and number.year is None:
        return None
    slugs = types_of_symbol(number.type_symbol, is_party=number.is_party) if number.type_symbol else ()
    if number.type_symbol is None and _LAW.match(number.org):
        title = _title_of_law(titles, clause)
    else:
        title = _nearest(titles, slugs)
    slug = TITLES[title.group()] if title else _type_alone(slugs, previous)
    start = match.start() - len(clause) + title.start() if title else match.start()
    return Citation(str(_as_written(number, slug)), slug, start, match.end())


def _title_of_law(titles: list[re.Match[str]], clause: str) -> re.Match[str] | None:
    """Of the titles that run up to a law's number the one it belongs to.

    In `Luật sửa đổi, bổ sung một số điều của Luật ... số` that is the first.
    """
    of_law = [title for title in titles if TITLES[title.group()] in _LAW_TITLES]
    if not of_law:
        return None
    amending = [title for title in of_law[:-1] if re.match(r"\s*(?:sua doi|bo sung)", clause[title.end() :])]
    return amending[-1] if amending else of_law[-1]


def _nearest(titles: list[re.Match[str]], slugs: tuple[str, ...]) -> re.Match[str] | None:
    """The title that the symbol may stand for, else the one nearest to the number."""
    fitting = [title for title in titles if TITLES[title.group()] in slugs] or titles
    return fitting[-1] if fitting else None


def _type_alone(slugs: tuple[str, ...], previous: Citation | None) -> str | None:
    """The type of a number without one before it: of several the one cited last (`số 12-QĐ/ĐU, số 15-QĐ/ĐU`)."""
    if previous is not None and previous.type in slugs:
        return previous.type
    return slugs[0] if len(slugs) == 1 else None


def _as_written(number: DocumentNumber, slug: str | None) -> DocumentNumber:
    """The number with the symbol of its type and with `ĐU`, the code of every Party committee, as they are written.

    Recognisers lose the bar of Đ or read it twice (`QĐĐ`, `ĐĐU`).
    """
    org = _COMMITTEE.sub("ĐU", number.org) if number.is_party else number.org
    forms = (TYPES[slug].party if number.is_party else TYPES[slug].state) if slug else ()
    symbol, first, rest = number.type_symbol, *org.partition("-")[::2]
    if symbol is None and rest and (meant := _meant(first, forms)):
        return replace(number, type_symbol=meant, org=rest)
    return replace(number, type_symbol=_meant(symbol, forms) or symbol if symbol else None, org=org)


def _meant(read: str, forms: tuple[str, ...]) -> str | None:
    """The symbol of a type that was read, with one letter lost, doubled or misread at most."""
    if read in forms:
        return read
    near = [form for form in forms if distance(fold(read), fold(form), 1) is not None]
    return min(near, key=lambda form: fold(form) != fold(read), default=None)
