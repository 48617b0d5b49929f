"""Abbreviations of the Party's and the state's papers and what they stand for, both ways, for queries only.

Nothing is ever indexed under a synonym, and no synonym changes who may read. Leaves the symbols of document types
to `pipeline.types` and the numbers they stand in to `pipeline.numbers`. Source: `docs/domain.md`, "Text".

Left out on purpose: abbreviations that are ordinary syllables, with or without accents (`TƯ` is *tư*, `TU` *tu*,
`ĐA` *đa*): people who type those words mean the words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.text import Token, clean, tokens
from pipeline.types import TYPES, symbols

_VOWELS = frozenset("aeiouy")

_TABLE: tuple[tuple[str, ...], ...] = (
    ("TW", "T.W", "T.Ư", "Trung ương"),
    ("BCH", "Ban Chấp hành"),
    ("BCHTW", "Ban Chấp hành Trung ương"),
    ("BCT", "Bộ Chính trị"),
    ("BCT", "Bộ Công Thương"),
    ("BBT", "Ban Bí thư"),
    ("BTV", "Ban Thường vụ"),
    ("TTĐU", "Thường trực Đảng ủy"),
    ("ĐU", "Đảng ủy"),
    ("ĐB", "Đảng bộ"),
    ("ĐB", "đại biểu"),
    ("ĐH", "Đại hội"),
    ("ĐH", "đại học"),
    ("CB", "chi bộ"),
    ("CB", "cán bộ"),
    ("ĐV", "đảng viên"),
    ("UBND", "Ủy ban nhân dân"),
    ("HĐND", "Hội đồng nhân dân"),
    ("UBKT", "Ủy ban Kiểm tra"),
    ("UBKTTW", "Ủy ban Kiểm tra Trung ương"),
    ("VP", "Văn phòng"),
    ("VPĐU", "Văn phòng Đảng ủy"),
    ("VPTW", "Văn phòng Trung ương"),
    ("BTC", "Ban Tổ chức"),
    ("BTC", "Bộ Tài chính"),
    ("BTG", "Ban Tuyên giáo"),
    ("BTGDV", "TG-DV", "Ban Tuyên giáo và Dân vận"),
    ("MTTQ", "Mặt trận Tổ quốc"),
    ("LHH", "LHHVN", "VUSTA", "Liên hiệp các Hội Khoa học và Kỹ thuật Việt Nam"),
    ("LHH", "Liên hiệp hội"),
    ("LHH", "Liên hiệp các Hội"),
    ("KHKT", "KH&KT", "KH-KT", "khoa học và kỹ thuật", "khoa học kỹ thuật"),
    ("KHCN", "KH&CN", "KH-CN", "khoa học và công nghệ", "khoa học công nghệ"),
    ("ĐMST", "đổi mới sáng tạo"),
    ("CĐS", "chuyển đổi số"),
    ("CNTT", "công nghệ thông tin"),
    ("KTGS", "KT-GS", "kiểm tra, giám sát"),
    ("XDĐ", "xây dựng Đảng"),
    ("PCTN", "phòng, chống tham nhũng"),
    ("PCTNLPTC", "phòng, chống tham nhũng, lãng phí, tiêu cực"),
    ("TĐKT", "thi đua, khen thưởng"),
    ("QCDC", "quy chế dân chủ"),
)
"""Each row is one thing in several written forms. An abbreviation with two meanings has two rows."""

Form = tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Expansion:
    """The words `[start, end)` of a query and other ways to write what they say."""

    start: int
    end: int
    alternatives: tuple[Form, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A form and the forms that mean the same."""

    form: Form
    others: tuple[Form, ...]


def is_found_exactly(form: Form) -> bool:
    """Whether a form must be looked for with its accents: the folded `du` of `ĐU` is the syllable of *dự* and *du*."""
    return len(form) == 1 and form[0].is_accented and not _VOWELS.isdisjoint(form[0].folded)


def expansions(words: Sequence[Token]) -> tuple[Expansion, ...]:
    """The known forms among the words of a query, which may overlap, each with its alternatives.

    A word typed without accents stands for every accented one, except for the forms of `is_found_exactly`.
    """
    return tuple(_expand(words))


def _expand(words: Sequence[Token]) -> Iterator[Expansion]:
    for start, word in enumerate(words):
        for entry in _ENTRIES.get(word.folded, ()):
            end = start + len(entry.form)
            if _says(words[start:end], entry.form):
                yield Expansion(start, end, entry.others)


def _says(words: Sequence[Token], form: Form) -> bool:
    if len(words) != len(form):
        return False
    is_exact = is_found_exactly(form)
    return all(
        word.exact == meant.exact or (not is_exact and not word.is_accented and word.folded == meant.folded)
        for word, meant in zip(words, form, strict=True)
    )


def _rows() -> Iterator[tuple[str, ...]]:
    """The table and the types of documents with those symbols that cannot be mistaken for a word."""
    yield from _TABLE
    for document_type in TYPES.values():
        for symbol in symbols(document_type.slug):
            if len(symbol) > 1 and _VOWELS.isdisjoint(_form(symbol)[0].folded):
                yield symbol, document_type.title


def _form(text: str) -> Form:
    return tuple(tokens(clean(text)))


def _by_first_word() -> Mapping[str, tuple[_Entry, ...]]:
    others: dict[Form, dict[Form, None]] = {}
    for row in _rows():
        forms = _distinct(map(_form, row))
        for form in forms:
            others.setdefault(form, {}).update(dict.fromkeys(other for other in forms if other != form))
    entries: dict[str, tuple[_Entry, ...]] = {}
    for form, found in others.items():
        first = form[0].folded
        entries[first] = (*entries.get(first, ()), _Entry(form, tuple(found)))
    return MappingProxyType(entries)


def _distinct(forms: Iterator[Form]) -> list[Form]:
    """Forms that are not the same words already, such as `CTr` and `CTR`."""
    by_words: dict[tuple[str, ...], Form] = {}
    for form in forms:
        by_words.setdefault(tuple(token.exact for token in form), form)
    return list(by_words.values())


_ENTRIES = _by_first_word()
