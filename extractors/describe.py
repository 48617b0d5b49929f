"""Says what a document is, by rules on the header of its first page. Implements `pipeline.ports.Describer`.

First rules only: system, type, number, date, issuer and subject (trích yếu). Numbers and dates are proposals until
handwriting can be told from print: a wrong value in silence is worse than one look by a person. Rules and their
sources: `docs/domain.md`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.model import Box, Description, FieldName, FieldValue, PageResult, Reference, Source, Unit, Word
from pipeline.numbers import parse_number
from pipeline.ports import Describer
from pipeline.text import canonical_capitals, clean, fold, name_key
from pipeline.types import TITLES, types_of_symbol

HEADER_ZONE = 0.45
_MIDDLE = 0.47
_PROPOSAL = 0.6
_UNCONFIRMED = "Chưa phân biệt được chữ in với chữ viết tay; hãy so với ảnh trang."

_DATE = re.compile(r"ng[aàảạâ]y\s+(\d{1,2})\s+th[aáảạ]ng\s+(\d{1,2})\s+n[aăã]m\s+(\d{4})", re.IGNORECASE)
_NUMBER = re.compile(r"S[oôốồổỗò]\s*[:.]?\s*(?P<number>\d{1,5}\s*[-/]\s*\S.*)", re.IGNORECASE)
_SUBJECT_ENDS = re.compile(r"(căn cứ|kính gửi|kính trình|-{3,}|_{3,}|thực hiện |ngày \d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Line:
    """A printed line, or the part of one in its column."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return clean(" ".join(word.text for word in self.words))

    @property
    def box(self) -> Box:
        boxes = [word.box for word in self.words]
        return (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))

    @property
    def confidence(self) -> float:
        return min(word.confidence for word in self.words)


class RuleDescriber:
    """Describes by rules alone."""

    def describe(self, pages: Sequence[PageResult], *, file_name: str, units: Sequence[Unit]) -> Description:
        """The fields that the first page's header gives."""
        del file_name  # evidence of another kind comes with the rules for handwriting
        if not pages or pages[0].content is None:
            return Description({})
        source = pages[0].content.source
        lines = list(_lines(pages[0].content.words))
        title = _title(lines)
        header = [line for line in lines if title is None or line.box[1] < lines[title].box[1]]
        found = [
            *_system(header, source),
            *_number(header, source),
            *_date(header, source),
            *_type(lines, title, header, source),
            *_issuer(header, source, units),
            *_subject(lines, title, source),
        ]
        return Description(dict(found), references=tuple[Reference, ...]())


def open_describer() -> Describer:
    """The describer."""
    return RuleDescriber()


_Found = tuple[FieldName, FieldValue]


def _lines(words: Sequence[Word]) -> Iterator[_Line]:
    """The header zone's lines, those that run through both columns cut where a wide gap is, from the top down."""
    by_line: dict[int, list[Word]] = {}
    for word in words:
        if word.box[1] < HEADER_ZONE:
            by_line.setdefault(word.line, []).append(word)
    parts = [part for line in by_line.values() for part in _columns(sorted(line, key=lambda word: word.box[0]))]
    yield from sorted(parts, key=lambda line: line.box[1])


def _columns(words: Sequence[Word]) -> Iterator[_Line]:
    part = [words[0]]
    for word in words[1:]:
        gap = word.box[0] - part[-1].box[2]
        if gap > 0.03 and part[-1].box[2] < 0.6 and word.box[0] > 0.4:  # noqa: PLR2004 - the gutter of the header
            yield _Line(tuple(part))
            part = []
        part.append(word)
    yield _Line(tuple(part))


def _title(lines: Sequence[_Line]) -> int | None:
    """The line that is nothing but a type's title in capitals."""
    for place, line in enumerate(lines):
        if line.text == line.text.upper() and fold(line.text).strip(" .:-") in TITLES:
            return place
    return None


def _value(
    text: str, line: _Line, source: Source, *, raw: str, confidence: float | None = None, reason: str | None = None
) -> FieldValue:
    sure = line.confidence if confidence is None else min(confidence, line.confidence)
    return FieldValue(text, sure, source, page=1, box=line.box, raw=raw, reason=reason)


def _printed(source: Source) -> tuple[float, str | None]:
    """How sure a digit is that was read where clerks write by hand: a text layer has no handwriting."""
    return (1.0, None) if source is Source.TEXT_LAYER else (_PROPOSAL, _UNCONFIRMED)


def _system(header: Sequence[_Line], source: Source) -> Iterator[_Found]:
    for line in header:
        said = fold(line.text)
        for phrase, system in (("dang cong san viet nam", "party"), ("cong hoa xa hoi chu nghia", "state")):
            if phrase in said:
                yield FieldName.SYSTEM, _value(system, line, source, raw=line.text)
                return


def _number(header: Sequence[_Line], source: Source) -> Iterator[_Found]:
    for line in header:
        match = _NUMBER.match(line.text) if line.box[0] < _MIDDLE else None
        number = parse_number(match["number"]) if match else None
        if number is not None:
            sure, reason = _printed(source)
            yield FieldName.NUMBER, _value(str(number), line, source, raw=line.text, confidence=sure, reason=reason)
            return


def _date(header: Sequence[_Line], source: Source) -> Iterator[_Found]:
    for line in header:
        match = _DATE.search(line.text)
        if match is None:
            continue
        try:
            issued = date(int(match[3]), int(match[2]), int(match[1]))
        except ValueError:
            return
        sure, reason = _printed(source)
        yield FieldName.DATE, _value(issued.isoformat(), line, source, raw=line.text, confidence=sure, reason=reason)
        return


def _type(lines: Sequence[_Line], title: int | None, header: Sequence[_Line], source: Source) -> Iterator[_Found]:
    """The title line decides; a letter has none and shows by its symbol."""
    if title is not None:
        line = lines[title]
        yield FieldName.TYPE, _value(TITLES[fold(line.text).strip(" .:-")], line, source, raw=line.text)
        return
    for _, number in _number(header, source):
        parsed = parse_number(number.value)
        symbol = parsed.type_symbol if parsed else None
        slugs = types_of_symbol(symbol, is_party=parsed.is_party) if parsed and symbol else ()
        if slugs:
            yield FieldName.TYPE, FieldValue(slugs[0], _PROPOSAL, Source.RULE, page=1, box=number.box, raw=symbol)


def _issuer(header: Sequence[_Line], source: Source, units: Sequence[Unit]) -> Iterator[_Found]:
    """The left column above the number line; a unit where its name is one of ours, else the name in capitals."""
    left = [line for line in header if line.box[0] < 0.4 and line.box[2] < 0.6 and len(line.text) > 2]  # noqa: PLR2004
    names = []
    for line in left:
        if _NUMBER.match(line.text) or fold(line.text).startswith("so "):
            break
        if line.text == line.text.upper():
            names.append(line)
    known = {name_key(name): unit.id for unit in units for name in (unit.name, *unit.aliases)}
    for start in range(len(names)):
        printed = " ".join(line.text for line in names[start:])
        if name_key(printed) in known:
            yield FieldName.ISSUER, _value(known[name_key(printed)], names[start], source, raw=printed)
            return
    if names:
        line = names[-1]
        yield FieldName.ISSUER, _value(canonical_capitals(line.text), line, source, raw=line.text, confidence=_PROPOSAL)


def _subject(lines: Sequence[_Line], title: int | None, source: Source) -> Iterator[_Found]:
    """The lines under the title until the body begins."""
    if title is None:
        return
    taken: list[_Line] = []
    for line in lines[title + 1 :]:
        is_far = bool(taken) and line.box[1] - taken[-1].box[3] > 0.02  # noqa: PLR2004 - more than a line's pitch
        if is_far or _SUBJECT_ENDS.match(line.text) or len(taken) == 4:  # noqa: PLR2004 - a subject has 1-4 lines
            break
        if any(character.isalpha() for character in line.text):
            taken.append(line)
    if taken:
        text = " ".join(line.text for line in taken)
        sure = min(line.confidence for line in taken)
        yield FieldName.SUBJECT, _value(text, taken[0], source, raw=text, confidence=min(sure, 0.75))
