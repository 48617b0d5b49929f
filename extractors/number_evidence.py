"""The document's number with all that speaks for it: both readers, the name of the file, other papers.

Digits in print that passed their checks are taken as read. Those written by hand, unclear or missing are weighed
(`extractors.evidence`): the likeliest is proposed, and taken as certain only where it is proven.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.confidence import sureness
from extractors.evidence import NAMED, READ, READ_AGAIN, REPAIRED, Candidate, candidates, is_proven
from extractors.file_name import digits_named, is_contradicted, number_in_name
from extractors.number_line import (
    UNCLEAR,
    WRITTEN,
    NumberReading,
    Surroundings,
    doubt_of,
    mismatch_of,
    read_number,
    usual_tail,
    written_digits,
)
from extractors.zones import Header, union
from pipeline.model import Box, Evidence, FieldValue, Source
from pipeline.numbers import DocumentNumber

UNREAD = "Không đọc được số trên trang"
FROM_NAME = "Không đọc được số trên trang; số này lấy theo tên tệp"
OTHER_NAME = "Số đọc trên trang khác số trong tên tệp"
READ_DIFFERENTLY = "Các lần đọc số cho kết quả khác nhau; hãy đối chiếu với ảnh"

READERS_WORDS = {
    Source.OCR: "Bộ đọc chính",
    Source.SECOND_READER: "Bộ đọc thứ hai",
    Source.TEXT_LAYER: "Lớp chữ của tệp",
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A field's value, absent where nothing speaks for any, and its evidence."""

    value: FieldValue | None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class _Number:
    """What was read: the reading that symbol and place are taken from, and the pieces."""

    base: NumberReading
    header: Header
    around: Surroundings
    page: int
    pieces: tuple[Evidence, ...]

    @property
    def box(self) -> Box:
        return union(word.box for word in self.base.line.words_at(self.base.start, self.base.end))


def weigh_number(header: Header, others: Sequence[Header], around: Surroundings, page: int) -> Weighed:
    """The number as it stands in the header, `others` being the same header as read by others."""
    first = read_number(header, around)
    readings = [(header, first), *((other, read_number(other, around)) for other in others)]
    read = [(where, reading) for where, reading in readings if reading is not None]
    if not read:
        return _only_named(around)
    where, base = next((one for one in read if mismatch_of(one[1].tail, around) is None), read[0])
    pieces = [*_readings(read, base.tail, page), *_names(around, base.tail)]
    number = _Number(base, where, around, page, tuple(pieces))
    doubt = doubt_of(header, first, around) if first is not None and first.number is not None else UNREAD
    if doubt in {WRITTEN, UNCLEAR, UNREAD}:
        return Weighed(_proposed(number, doubt), number.pieces)
    return Weighed(_printed(number, doubt), number.pieces)


def _readings(read: Sequence[tuple[Header, NumberReading]], tail: DocumentNumber, page: int) -> Iterator[Evidence]:
    """What each reading says of the digits."""
    for where, reading in read:
        strict = reading.number.digits if reading.number is not None and not reading.is_repaired else None
        digits = strict or written_digits(reading)
        if digits is None:
            continue
        weight = REPAIRED if strict is None else READ if where.source is Source.OCR else READ_AGAIN
        box = union(word.box for word in reading.line.words_at(reading.start, reading.end))
        words = f"{READERS_WORDS[where.source]} đọc dòng số là “{reading.line.text}”"
        yield Evidence(str(replace(tail, digits=digits.zfill(2))), where.source, weight, words, page, box)


def _names(around: Surroundings, tail: DocumentNumber) -> Iterator[Evidence]:
    """What the name of the file says of the digits."""
    digits = digits_named(number_in_name(around.file_name), tail)
    if digits is not None:
        words = f"Tên tệp “{around.file_name}” ghi số này"
        yield Evidence(str(replace(tail, digits=digits)), Source.FILE_NAME, NAMED, words)


def _only_named(around: Surroundings) -> Weighed:
    """The number that the file's name gives, with type and body as the rest of the header has them."""
    tail = usual_tail(around)
    pieces = tuple(_names(around, tail)) if tail is not None else ()
    if not pieces:
        return Weighed(None)
    return Weighed(FieldValue(pieces[0].value, sureness((), FROM_NAME), Source.FILE_NAME, reason=FROM_NAME), pieces)


def _printed(number: _Number, doubt: str | None) -> FieldValue | None:
    """The number that was read as print, whatever else is said."""
    read = number.base.number
    if read is None:
        return None
    if doubt is None and is_contradicted(number_in_name(number.around.file_name), read):
        doubt = OTHER_NAME
    return _value(number, str(read), number.header.source, doubt)


def _proposed(number: _Number, doubt: str) -> FieldValue | None:
    """The likeliest number."""
    ordered = candidates(number.pieces)
    if not ordered:
        return None
    best = ordered[0]
    is_certain = is_proven(ordered) and number.base.tail.type_symbol is not None
    mismatch = mismatch_of(number.base.tail, number.around)
    return _value(number, best.value, best.source, mismatch if is_certain else _why(ordered, doubt))


def _why(ordered: Sequence[Candidate], doubt: str) -> str:
    """Why a person has to look at it."""
    best = ordered[0]
    if not best.readers:
        return OTHER_NAME if any(other.readers for other in ordered) else FROM_NAME
    if doubt == UNREAD or any(other.readers for other in ordered[1:]):
        return READ_DIFFERENTLY
    return doubt


def _value(number: _Number, value: str, source: Source, doubt: str | None) -> FieldValue:
    words = number.base.line.words_at(number.base.start, number.base.end)
    return FieldValue(value, sureness(words, doubt), source, number.page, number.box, number.base.line.text, doubt)
