"""Who issued a document (tên cơ quan ban hành), and the body above it: the left column of the header over the number.

The parent stands first in regular type, the issuer below it in bold; OCR does not tell the two founts apart, so lines
are parted where a new body's name begins, and by the names of the organisation's own units. Papers of a standing
committee carry the committee's name. Rules: `docs/domain.md`, "Layout", "Issuers and codes".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from extractors.confidence import sureness
from extractors.likeness import distance, is_capitals, letters_of
from extractors.phrases import mended, phrase_words
from extractors.zones import Header, Line, union
from pipeline.model import Box, FieldValue, Unit
from pipeline.text import canonical_capitals, fold, name_key

_BODIES = (
    "dang bo|dang uy|dang doan|chi bo|tinh uy|thanh uy|huyen uy|quan uy|khoi|dai hoi|doan chu tich|"
    "ban can su|ban chap hanh|ban thuong vu|ban to chuc|ban tuyen giao|ban dan van|ban noi chinh|ban kinh te|"
    "ban chi dao|ban quan ly|ban|"
    "van phong|uy ban|hoi dong|lien hiep|hoi|mat tran|doan thanh nien|tinh doan|cong doan|lien doan|"
    "quoc hoi|chu tich nuoc|chinh phu|thu tuong|bo|so|cuc|tong cuc|vu|chi cuc|thanh tra|phong|trung tam|vien|hoc vien|"
    "truong|tong cong ty|cong ty|toa an|vien kiem sat|kho bac|ngan hang|bao|tap chi|benh vien|ubnd|hdnd|ubmttq"
)
_BEGINS = re.compile(rf"(?:{_BODIES})\b")
_COMMITTEE = re.compile(r"(?:dang bo|dang uy|dang doan|chi bo|tinh uy|thanh uy|huyen uy|quan uy)\b")
_ORGAN = re.compile(r"(?:uy ban kiem tra|ban (?:to chuc|tuyen giao|dan van|noi chinh|xay dung dang)|van phong)")
_OPEN_END = re.compile(
    r"(?:\buy ban thuong vu|\b(?:cac|va|cua|thuoc|tai|cap|ban|hoi|uy ban|tinh|thanh pho|huyen|xa|trung)|[-–,&])$"
)
_NUMBER_LINE = re.compile(r"\W*(?:luat\s*)?s[o06]\W*(?:\W|\d|$)|.*\d.*[-/]")
_JOINT = re.compile(r"\b(?:ttlt|nqlt)\b")
_DASHES = re.compile(r"\s+[-–]\s+")
_MOST_LINES = 8
_LEAST_LETTERS = 3
_NEAR, _PER_EDIT = 2, 8
"""A unit's name may have so many letters misread, and one in so many at most."""
_UNIT, _EDIT = 0.98, 0.06
_UNSURE = 0.4
_CLEAR = 0.6
"""Words of a name that are less sure than this are often wrong."""
_OFF_AXIS = 0.01
"""The lines of the left column are centred on one axis; one farther off than this has lost a word."""
_STEP, _TO_NUMBER = 0.031, 1.6
"""The lines of the column follow each other within this share of the page's height, the number somewhat farther."""
_LOST = 2

UNKNOWN = "Tên cơ quan ban hành không rõ"
UNCLEAR = "Tên cơ quan ban hành đọc không rõ"
CUT_OFF = "Tên cơ quan ban hành có thể thiếu chữ"


@dataclass(frozen=True, slots=True)
class Body:
    """A body named in the header: the unit it is, where it is one of ours, and its printed name in capitals."""

    name: str
    unit: Unit | None
    value: FieldValue


@dataclass(frozen=True, slots=True)
class Issuers:
    """The issuing body and the one above it, as far as they were found."""

    issuer: Body | None = None
    parent: Body | None = None


def issuers_of(header: Header, units: Sequence[Unit], page: int) -> Issuers:
    """Read the issuer and its parent. Values are unit ids where a unit is meant, else names in capitals."""
    lines = _name_lines(header.left)
    if not lines:
        return Issuers()
    if _is_joint(header):
        return Issuers(_joint_body(lines, units, header, page))
    split = _split_by_units(lines, units)
    if split is None:
        split = _split_by_names(lines)
    found = [_body(part, units, header, page) if part else None for part in (lines[split:], lines[:split])]
    return Issuers(*found) if not header.is_in_columns or _is_whole(lines, header) else Issuers(*map(_doubted, found))


def _is_joint(header: Header) -> bool:
    """Whether the number is that of a joint paper (thông tư liên tịch), whose issuers are all named."""
    return any(is_number_line(line) and _JOINT.search(line.folded) for line in header.left)


def _joint_body(lines: Sequence[Line], units: Sequence[Unit], header: Header, page: int) -> Body:
    """All bodies that issue a joint paper, as one name: `BỘ TƯ PHÁP - BỘ NỘI VỤ`."""
    body = _body(lines, units, header, page)
    starts = [i for i in range(1, len(lines)) if _begins(*(_joint_part(lines[i + k].text) for k in (0, -1)))]
    parts = [lines[first:last] for first, last in pairwise([0, *starts, len(lines)])]
    names = [_without_ends(_joined(part)) for part in parts]
    name = mended(canonical_capitals(_DASHES.sub(" - ", " - ".join(names))))
    return replace(body, name=name, value=replace(body.value, value=name)) if body.unit is None else body


def _joint_part(text: str) -> str:
    return letters_with_spaces(_without_ends(text))


def _without_ends(text: str) -> str:
    return text.strip(" -–_*.:|")


def is_number_line(line: Line) -> bool:
    """Whether a line of the left column is that of the number; `SỞ NỘI VỤ` is none."""
    is_label = not line.text.lstrip("\"'.,:-_~| ")[:2].isupper()
    return bool(_NUMBER_LINE.match(line.folded)) and (is_label or any(map(str.isdigit, line.text)))


def _name_lines(left: Sequence[Line]) -> list[Line]:
    """The lines of names from the top down to the number, without the asterisk and other specks."""
    names: list[Line] = []
    for line in left[:_MOST_LINES]:
        if is_number_line(line):
            break
        if len(letters_of(line.text)) >= _LEAST_LETTERS and is_capitals(line.text):
            names.append(line)
        elif names and len(letters_of(line.text)) >= _LEAST_LETTERS:
            break  # something else in small letters: the names are over
    return names


def _split_by_units(lines: Sequence[Line], units: Sequence[Unit]) -> int | None:
    """The first line of the issuer, where the lines from there on name one of the units."""
    found = [(i, d) for i in range(len(lines)) if (match := match_unit(_joined(lines[i:]), units)) for d in [match[1]]]
    return min(found, key=lambda entry: (entry[1], entry[0]))[0] if found else None


def _split_by_names(lines: Sequence[Line]) -> int:
    """The last line on which a body's name begins."""
    printed = [letters_with_spaces(line.text) for line in lines]
    return max((i for i in range(1, len(lines)) if _begins(printed[i], printed[i - 1])), default=0)


def _begins(line: str, above: str) -> bool:
    """Whether a name begins on a line: not where the line above cannot end, or is an organ of the committee below."""
    if _COMMITTEE.match(line):
        return not _ORGAN.fullmatch(above)
    return bool(_BEGINS.match(line)) and not _OPEN_END.search(above)


def letters_with_spaces(text: str) -> str:
    """The folded text without marks at its ends."""
    return fold(text).strip(" .:*_~|'\"")


def match_unit(name: str, units: Sequence[Unit]) -> tuple[Unit, int] | None:
    """The one unit whose name or printed form this is, and how many letters were misread; None where unsure."""
    exact = [unit for unit in units if name_key(name) in {name_key(form) for form in unit.names}]
    if len(exact) == 1:
        return exact[0], 0
    near = [(min(found), unit) for unit in units if (found := [d for form in unit.names for d in _edits(name, form)])]
    best = sorted(near, key=lambda entry: entry[0])
    if not best or (len(best) > 1 and best[1][0] == best[0][0]):
        return None
    return best[0][1], best[0][0]


def _edits(name: str, form: str) -> Iterator[int]:
    """How many letters of a name were misread, if it may be this form: one in a word at most, and no digit."""
    read, meant = letters_of(name), letters_of(form)
    if read == meant:
        yield 0
        return
    pairs = list(zip(map(letters_of, name.split()), map(letters_of, form.split()), strict=False))
    edits = [distance(first, second, 0 if second.isdigit() else 1) for first, second in pairs]
    is_same_length = len(name.split()) == len(form.split())
    if (
        is_same_length
        and None not in edits
        and (total := sum(filter(None, edits))) <= min(_NEAR, len(meant) // _PER_EDIT)
    ):
        yield total


def _joined(lines: Sequence[Line]) -> str:
    return " ".join(line.text for line in lines)


def _body(lines: Sequence[Line], units: Sequence[Unit], header: Header, page: int) -> Body:
    printed = mended(canonical_capitals(" ".join(_without_specks(line) for line in lines)))
    words = [word for line in lines for word in line.words]
    box: Box = union(line.box for line in lines)
    if match := match_unit(printed, units):
        unit, edits = match
        sure = _UNIT - _EDIT * edits
        return Body(printed, unit, FieldValue(unit.id, sure, header.source, page, box, _joined(lines)))
    doubt = _doubt(printed, lines, header, units)
    return Body(
        printed, None, FieldValue(printed, sureness(words, doubt), header.source, page, box, _joined(lines), doubt)
    )


def _is_whole(lines: Sequence[Line], header: Header) -> bool:
    """Whether no line is missing among the names or between them and the number."""
    below = next((line for line in header.left if line.y > lines[-1].y), None)
    steps = [second.y - first.y for first, second in pairwise(lines)]
    if below is not None:
        is_speck = len(letters_of(below.text)) < _LEAST_LETTERS
        steps.append((below.y - lines[-1].y) / (1 if is_speck else _TO_NUMBER))
    return max(steps, default=0.0) < _STEP


def _doubted(body: Body | None) -> Body | None:
    if body is None:
        return None
    value = replace(body.value, confidence=min(body.value.confidence, _UNSURE), reason=body.value.reason or CUT_OFF)
    return replace(body, value=value)


def _without_specks(line: Line) -> str:
    words = [word.text for word in line.words if letters_of(word.text) or word.text in {"-", "&", "–"}]
    return " ".join(words).strip(" -–_*.:")


def _doubt(printed: str, lines: Sequence[Line], header: Header, units: Sequence[Unit]) -> str | None:
    """Why a name that is none of ours is not certain, if it is not."""
    if not _BEGINS.match(letters_with_spaces(printed)):
        return UNKNOWN
    words = [word for line in lines for word in line.words]
    known = phrase_words(" ".join(word.text for word in words))
    if any(word.confidence < _CLEAR and not is_known for word, is_known in zip(words, known, strict=True)):
        return UNCLEAR
    if any(_lacks_words(printed, form) for unit in units for form in unit.names):
        return CUT_OFF
    if not header.is_in_columns:
        return None
    axis = median(line.middle for line in header.left[:_MOST_LINES])
    return CUT_OFF if any(abs(line.middle - axis) > _OFF_AXIS for line in lines) else None


def _lacks_words(printed: str, form: str) -> bool:
    """Whether a name is one of ours but for a word or two that were not read."""
    read, meant = name_key(printed).split(), name_key(form).split()
    rest = iter(meant)
    return read[:1] == meant[:1] and 0 < len(meant) - len(read) <= _LOST and all(word in rest for word in read)
