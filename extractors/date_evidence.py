"""The document's date with all that speaks for its day: both readers, and what else is known.

A day in print that passed its checks is taken as read. One written by hand, unclear or missing is weighed
(`extractors.evidence`), as far as month and year were read: those are printed.
"""

from collections.abc import Iterator, Sequence

from extractors.confidence import sureness
from extractors.date_line import NO_DAY, UNCLEAR, WRITTEN, DateReading, read_date
from extractors.evidence import READ, READ_AGAIN, REPAIRED, Candidate, candidates, is_proven
from extractors.number_evidence import READERS_WORDS, Weighed
from extractors.zones import Header, union
from pipeline.model import Evidence, FieldValue, Source

READ_DIFFERENTLY = "Các lần đọc ngày cho kết quả khác nhau; hãy đối chiếu với ảnh"


def weigh_date(header: Header, others: Sequence[Header], page: int) -> tuple[Weighed, DateReading | None]:
    """The date as it stands in the header, `others` being the same header as read by others; and the line it is in."""
    first = read_date(header)
    seconds = [reading for other in others if (reading := read_date(other, is_hand=True)) is not None]
    base = first or next(iter(seconds), None)
    if base is None:
        return Weighed(None), None
    hand = read_date(header, is_hand=True)
    pieces = tuple(
        _readings([reading for reading in (first if first and first.day else hand, *seconds) if reading], page)
    )
    doubt = base.doubt if first is not None else NO_DAY
    if doubt in {WRITTEN, UNCLEAR, NO_DAY}:
        return Weighed(_proposed(base, pieces, doubt or "", page), pieces), base
    return Weighed(_value(base, base.value, base.header.source, doubt, page), pieces), base


def _readings(read: Sequence[DateReading], page: int) -> Iterator[Evidence]:
    """What each reading says of the day."""
    for reading in read:
        if reading.day is None:
            continue
        source = reading.header.source
        plain = read_date(reading.header)
        is_repaired = plain is None or plain.day is None
        weight = REPAIRED if is_repaired else READ if source is Source.OCR else READ_AGAIN
        box = union(word.box for word in reading.words)
        words = f"{READERS_WORDS[source]} đọc dòng ngày là “{reading.line.text}”"
        yield Evidence(reading.value, source, weight, words, page, box)


def _proposed(base: DateReading, pieces: Sequence[Evidence], doubt: str, page: int) -> FieldValue:
    """The likeliest date; where no day was read, month and year."""
    ordered = candidates(pieces)
    if not ordered:
        return _value(base, base.value, base.header.source, doubt, page)
    best = ordered[0]
    return _value(base, best.value, best.source, None if is_proven(ordered) else _why(ordered, doubt), page)


def _why(ordered: Sequence[Candidate], doubt: str) -> str:
    """Why a person has to look at it."""
    if doubt == NO_DAY or any(other.readers for other in ordered[1:]):
        return READ_DIFFERENTLY
    return doubt


def _value(base: DateReading, value: str, source: Source, doubt: str | None, page: int) -> FieldValue:
    box = union(word.box for word in base.words)
    return FieldValue(value, sureness(base.words, doubt), source, page, box, base.line.text, doubt)
