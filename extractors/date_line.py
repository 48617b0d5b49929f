"""Place and date (địa danh và ngày, tháng, năm) in the right column of the header zone.

The first such line is the document's own; other dates are citations. A day that cannot be read is left out, never
guessed: `2024-12`. What else speaks for a day written by hand is weighed by `extractors.date_evidence`.
Rules: `docs/domain.md`, "Dates".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from extractors.confidence import confidence_of, sureness
from extractors.likeness import letters_of
from extractors.zones import Header, Line, union
from pipeline.model import FieldValue, Source, Word
from pipeline.text import clean, fold

_DATE = re.compile(
    r"(?<![a-z])n[gq9][a-z][yvj]?(?P<day>.{0,9}?)[tlf]?h[a-z]n[gq]\s*(?P<month>.{1,4}?)\s*n[a-z]m\s*(?P<year>\S{4})"
)
_SLIPS = str.maketrans(
    {"O": "0", "o": "0", "Ó": "0", "Ô": "0", "Ø": "0", "l": "1", "I": "1", "i": "1", "|": "1", "!": "1", "Í": "1",
     "Z": "2", "z": "2", "S": "5", "s": "5", "Š": "5", "G": "6", "b": "6", "B": "8", "g": "9", "q": "9"}
)  # fmt: skip
_HAND_SLIPS = {
    **_SLIPS,
    **str.maketrans({"Q": "0", "D": "0", "/": "1", "ó": "6", "ố": "6", "ế": "6", "A": "4", "Ị": "1"}),
}
_YEARS = (1930, 2100)
_PRINTED = 1.12
"""The day is at most so many times as high as the year, where printed (1.04 seen); written ones more."""
_CLEAR = 0.80
_LONGEST_PLACE, _SPECK = 6, 2
"""`Thành phố Hồ Chí Minh,` has five words; a speck may stand before, two letters behind."""

WRITTEN = "Ngày có vẻ được viết tay; hãy đối chiếu với ảnh"
UNCLEAR = "Ngày, tháng đọc không rõ; hãy đối chiếu với ảnh"
UNCLEAR_PLACE = "Địa danh đọc không rõ"
NO_HEADER = "Không thấy phần đầu văn bản; có thể là ngày của văn bản khác"
NO_DAY = "Không đọc được ngày; chỉ có tháng và năm"
NO_MONTH = "Không đọc được ngày, tháng; chỉ có năm"


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date as it was read in a line; `day` and `month` are None where they cannot be read."""

    header: Header
    line: Line
    match: re.Match[str]
    year: int
    month: int | None
    day: int | None

    @property
    def value(self) -> str:
        """ISO, as far as it was read."""
        parts = [f"{self.year}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)

    @property
    def words(self) -> tuple[Word, ...]:
        """The words of the date."""
        return self.line.words_at(self.match.start(), self.match.end())

    @property
    def doubt(self) -> str | None:
        """Why the date is not certain, if it is not."""
        if self.month is None:
            return NO_MONTH
        return NO_DAY if self.day is None else _doubt(self.header, self.line, self.match)


def read_date(header: Header, *, is_hand: bool = False) -> DateReading | None:
    """The date of the document. `is_hand`: letters that readers see for digits of a hand are taken as digits too."""
    for line in header.right or header.left:
        match = _DATE.search(line.folded)
        if match is None or not _stands_alone(line, match):
            continue
        if year := _number(line.text, match, "year", *_YEARS):
            return _reading(header, line, match, year, _HAND_SLIPS if is_hand else _SLIPS)
    return None


def _reading(header: Header, line: Line, match: re.Match[str], year: int, slips: dict[int, str]) -> DateReading:
    month = _number(line.text, match, "month", 1, 12, slips)
    day = _number(line.text, match, "day", 1, 31, slips) if month else None
    if day and month and not _is_real(year, month, day):
        day = None
    return DateReading(header, line, match, year, month, day)


def read_place(reading: DateReading, page: int) -> FieldValue | None:
    """The place before the date."""
    return _place(reading.header, reading.line, reading.match, page)


def is_date_line(line: Line) -> bool:
    """Whether a line is that of place and date, read well or badly."""
    match = _DATE.search(line.folded)
    return match is not None and _stands_alone(line, match)


def _stands_alone(line: Line, match: re.Match[str]) -> bool:
    """Whether a line holds a place and a date and nothing else, as running text that speaks of a date does not."""
    before, after = line.text[: match.start()], line.text[match.end() :]
    return len(before.split()) <= _LONGEST_PLACE and len(letters_of(after)) <= _SPECK


def _number(
    text: str, match: re.Match[str], part: str, least: int, most: int, slips: dict[int, str] = _SLIPS
) -> int | None:
    """A number read in a part of the line, repaired where letters were read for digits; None where it is none."""
    read = re.sub(r"[\s.,:;_…'`\"*-]+", "", _part(text, match, part)).translate(slips)
    return int(read) if re.fullmatch(r"\d{1,4}", read) and least <= int(read) <= most else None


def _part(text: str, match: re.Match[str], part: str) -> str:
    return text[match.start(part) : match.end(part)]


def _is_real(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _doubt(header: Header, line: Line, match: re.Match[str]) -> str | None:
    """Why a complete date is not certain, if it is not."""
    if not header.is_framed:
        return NO_HEADER
    if header.source is Source.TEXT_LAYER:
        return None
    day, month = line.words_at(*match.span("day")), line.words_at(*match.span("month"))
    day, month = _own(day), _own(month)
    year = line.words_at(match.start("year"), match.end("year"))
    if header.is_written([*day, *month]) or not _is_as_high([*day, *month], year, header):
        return WRITTEN
    parts = [_part(line.text, match, part).strip() for part in ("day", "month", "year")]
    if not all(re.fullmatch(r"\d+", part) for part in parts):
        return UNCLEAR
    return UNCLEAR if min(word.confidence for word in (*day, *month, *year)) < _CLEAR else None


def _own(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words that hold digits; those glued to `ngày` or `tháng` stay in, and so are too high to be certain."""
    return tuple(word for word in words if fold(word.text) not in {"ngay", "thang", "nam"})


def _is_as_high(words: Sequence[Word], year: Sequence[Word], header: Header) -> bool:
    """Whether digits are as high as the printed year."""
    height = max(header.height(word) for word in year)
    return bool(words) and all(header.height(word) <= _PRINTED * height for word in words)


def _place(header: Header, line: Line, match: re.Match[str], page: int) -> FieldValue | None:
    words = line.words_at(0, max(match.start() - 1, 0))
    name = clean(" ".join(word.text for word in words)).strip(" ,.-–_|'\"")
    if not name or not name[0].isupper() or any(character.isdigit() for character in name):
        return None
    doubt = UNCLEAR_PLACE if confidence_of(words) < _CLEAR else None
    box = union(word.box for word in words)
    return FieldValue(name, sureness(words, doubt), header.source, page, box, line.text, doubt)
