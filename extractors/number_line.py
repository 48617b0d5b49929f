"""The document's own number (số và ký hiệu), read in the left column of the header zone only.

First as the grammar has it, then more loosely, for OCR takes digits for letters, loses the hyphen and the bar of Đ and
reads `/` as l or 1. Whatever was repaired, written by hand or contradicts its surroundings is in doubt. What else
speaks for a number is weighed by `extractors.number_evidence`. Rules: `docs/domain.md`, "Numbers".
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.issuer import Body, is_number_line
from extractors.likeness import distance
from extractors.zones import Header, Line
from pipeline.model import Source, Word
from pipeline.numbers import DocumentNumber, parse_number
from pipeline.text import fold
from pipeline.types import SYMBOLS, TYPES, types_of_symbol

_LABEL = re.compile(
    r"^\W*(?:(?:luat|bo luat|phap lenh|lenh|(?:nghi quyet|thong tu)(?: lien tich)?|nghi dinh|quyet dinh)\s*)?"
    r"s[o06&ốô](?:[a-z]{0,2}(?=\W)|(?=\d))\s*[:.;]?\s*"
)
_SUBJECT = re.compile(r"\W*(?:v\s*[/il1.]\s*v|ve)\b")
_MARKS = re.compile(r"\s*([-/])\s*")
_DIGIT_SLIPS = str.maketrans({"O": "0", "o": "0", "Q": "0", "D": "0", "Ó": "0", "Ô": "0", "l": "1", "I": "1", "i": "1",
                              "|": "1", "!": "1", "Í": "1", "Z": "2", "z": "2", "S": "5", "s": "5", "Š": "5", "G": "6",
                              "b": "6", "B": "8", "g": "9", "q": "9", "Ø": "0", "†": "1"})  # fmt: skip
_HAND_SLIPS = {**_DIGIT_SLIPS, **str.maketrans({"/": "1", "ó": "6", "ố": "6", "ế": "6", "A": "4", "Ị": "1"})}
"""What the readers see for digits written by hand, besides; a guess, never more than a proposal."""
_SYMBOL = "|".join(sorted(map(re.escape, SYMBOLS), key=len, reverse=True))
_PARTY_TAIL = re.compile(rf"(?P<mark>[\s\-._~/]*)(?<![a-z])(?P<symbol>{_SYMBOL}|[nq]?qdd)"
                         r"(?P<join>\s*[/l1|i\\]\s*|\s+)(?P<org>[a-z]{1,12}(?:[-./][a-z]+)*)")  # fmt: skip
_STATE_TAIL = re.compile(rf"(?P<mark>\s*[/l1|i\\]\s*|\s+)(?P<year>(?:19|20)\d\d/)?(?P<symbol>{_SYMBOL}|qdd)"
                         r"\s*-\s*(?P<org>[a-z]{1,12}(?:[-./][a-z]+)*)")  # fmt: skip
_LETTER_TAIL = re.compile(r"(?P<mark>/\s*)(?P<symbol>)(?P<org>[a-z]{2,12}(?:\s*-\s*[a-z]+)*)")
_BLANK = re.compile(r"[\s._…·-]*")

_PRINTED = 1.29
"""The word with the digits is at most so many times as high as `Số`, where printed (1.25 seen); written ones more."""
_BELOW_NAME = 0.042
"""The number follows the issuer's name, and the asterisk between them, within this share of the page's height."""
_CLEAR = 0.80
_BARRED = 0.30
"""Tesseract is rarely sure of a word with Đ in it, and nearly always right about its digits."""

WRITTEN = "Số có vẻ được viết tay; hãy đối chiếu với ảnh"
UNCLEAR = "Số đọc không rõ; hãy đối chiếu với ảnh"
NO_HEADER = "Không thấy phần đầu văn bản; có thể là số của văn bản khác"
NO_TYPE_MATCH = "Ký hiệu trong số không khớp tên loại văn bản"
NO_ISSUER_MATCH = "Ký hiệu trong số không khớp cơ quan ban hành"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known when the number is read: the type by the type line, the issuer, the name of the file."""

    is_party: bool
    type: str | None
    issuer: Body | None
    parent: Body | None
    file_name: str


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A number as it was read in a line, and where in the line it stands."""

    number: DocumentNumber | None
    """None where the digits cannot be read."""
    tail: DocumentNumber
    """The same with `0` for digits: symbol and body were read."""
    line: Line
    start: int
    end: int
    digits_end: int
    is_repaired: bool = False
    mark: str = ""
    """What stands between digits and symbol, with anything of a hand in it that was taken for marks."""


def read_number(header: Header, around: Surroundings) -> NumberReading | None:
    """The number and symbol with where they stand, or None where the page has none or a blank one."""
    readings = [reading for line in _number_lines(header.left) if (reading := _read(line, around)) is not None]
    labelled = [reading for reading in readings if _LABEL.match(reading.line.folded)]
    return (labelled or readings)[0] if readings else None


def written_digits(reading: NumberReading) -> str | None:
    """What stands before the symbol taken as digits of a hand, with what readers see for them; None for none."""
    label = _LABEL.match(reading.line.folded)
    before = reading.line.text[label.end() if label else 0 : reading.digits_end + len(reading.mark)]
    digits = re.sub(r"[\s._…~,'\"`:;-]+", "", re.sub(r"\s*[-–—/]\s*$", "", before).translate(_HAND_SLIPS))
    return digits.zfill(2) if re.fullmatch(r"\d{1,5}", digits) and int(digits) else None


def _number_lines(left: Sequence[Line]) -> Iterator[Line]:
    """The lines down to the first that is one of a number, and above a letter's subject, which may cite another."""
    for line in left:
        if _SUBJECT.match(line.folded):
            return
        yield line
        if is_number_line(line):
            return


def _read(line: Line, around: Surroundings) -> NumberReading | None:
    text = line.text
    label = _LABEL.match(line.folded)
    start = label.end() if label else 0
    return _strict(line, text, start, around) or _loose(line, text, start, around, is_labelled=label is not None)


def _strict(line: Line, text: str, start: int, around: Surroundings) -> NumberReading | None:
    """The rest of the line, or its first words, as one number of the grammar."""
    rest = text[start:]
    for end in sorted({len(rest), *(m.start() for m in re.finditer(r"\s", rest))}, reverse=True):
        number = parse_number(rest[:end].strip(" .,;:*|'\"”“’‘"))
        if number is not None and (number.is_party == around.is_party or number.type_symbol or start):
            fixed = _with_known_symbols(number, around)
            digits_end = start + rest.index(number.digits) + len(number.digits)
            return NumberReading(fixed, fixed, line, start, start + end, digits_end)
    return None


def _loose(line: Line, text: str, start: int, around: Surroundings, *, is_labelled: bool) -> NumberReading | None:
    """Symbol and body where they can be found, and before them whatever may be meant for digits."""
    folded = line.folded
    patterns = [_PARTY_TAIL] if around.is_party else [_STATE_TAIL, *([_LETTER_TAIL] if is_labelled else [])]
    tail = next((found for pattern in patterns if (found := pattern.search(folded, start))), None)
    if tail is None:
        return None
    before = text[start : tail.start()]
    digits = re.sub(r"\s+", "", before.translate(_DIGIT_SLIPS)).strip("-._~,'\"`:;")
    year = tail.groupdict().get("year")
    number = DocumentNumber(
        digits=digits if re.fullmatch(r"\d{1,5}", digits) else "0",
        type_symbol=text[tail.start("symbol") : tail.end("symbol")] or None,
        org=re.sub(r"\s+", "", text[tail.start("org") : tail.end("org")]).upper(),
        year=int(year[:4]) if year else None,
        is_party=around.is_party,
    )
    fixed = _with_known_symbols(number, around)
    is_readable = digits == number.digits and not _BLANK.fullmatch(before)
    read = fixed if is_readable else None
    mark = text[tail.start() : tail.end("mark")]
    return NumberReading(read, fixed, line, start, tail.end(), tail.start(), is_repaired=True, mark=mark)


def _with_known_symbols(number: DocumentNumber, around: Surroundings) -> DocumentNumber:
    """The number with type and body as they are written: Đ with its bar, nothing doubled."""
    if re.match(r"(?:QH|UBTVQH)\d", number.org):
        return number
    symbol, org = number.type_symbol, number.org
    first, _, rest = org.partition("-")
    if symbol is None and not number.is_party and rest and (fixed := _type_symbol(first, around)) in _expected(around):
        symbol, org = fixed, rest  # `QĐĐ-LHH`: a type that the grammar did not know by its misread symbol
    elif symbol is not None:
        symbol = _type_symbol(symbol, around)
    return replace(number, type_symbol=symbol, org=_org(org, around.issuer))


def _expected(around: Surroundings) -> tuple[str, ...]:
    if around.type is None:
        return ("CV",) if around.is_party else ()
    known = TYPES[around.type]
    return known.party if around.is_party else known.state


def _type_symbol(read: str, around: Surroundings) -> str:
    """The symbol as the table writes it: the title's own first, then any that differs by the bar of Đ or by case."""
    expected = _expected(around)
    if read in expected:
        return read
    wanted = fold(read)
    near = [s for s in expected if fold(s) == wanted]
    if not near and wanted not in SYMBOLS:
        near = [s for s in expected if distance(wanted, fold(s), 1) is not None]
    if near:
        return near[0]
    slugs = types_of_symbol(read, is_party=around.is_party)
    forms = [s for slug in slugs for s in (TYPES[slug].party if around.is_party else TYPES[slug].state)]
    return read if read in forms else next((s for s in forms if fold(s) == wanted), read)


def _org(read: str, issuer: Body | None) -> str:
    """The body's symbol, with the bars of Đ as the issuer's name or its own symbol has them."""
    if issuer is None:
        return read
    return "".join(part if part in "-./" else _org_part(part, issuer) for part in re.split(r"([-./])", read) if part)


def _org_part(part: str, issuer: Body) -> str:
    initials = _initials(issuer.name)
    codes = issuer.unit.symbols if issuer.unit else ()
    for candidate in (part, part.replace("ĐĐ", "Đ").replace("DĐ", "Đ").replace("ĐD", "Đ")):
        if own := next((code for code in codes if fold(candidate) == fold(code)), None):
            return own
        at = fold(initials).find(fold(candidate))
        if candidate.isupper() and at >= 0:
            return initials[at : at + len(candidate)]
    return part


def _initials(name: str) -> str:
    """`ĐẢNG ỦY KHỐI` gives `ĐUK`: first letters without tone, the bar of Đ and the horn of Ư kept."""
    firsts = (unicodedata.normalize("NFD", word)[:2] for word in name.split() if word[:1].isalpha())
    return "".join(unicodedata.normalize("NFC", first if first[1:] == "\u031b" else first[:1]) for first in firsts)


def _fits_issuer(org: str, around: Surroundings) -> bool:
    """Whether the letters of the body's symbol are initials, in order, of its name and its parent's. Unknown ones fit.

    An organ's symbol goes on with that of the body it belongs to: `BTCTU`, `VPTW`.
    """
    issuer = around.issuer
    if issuer is None:
        return True
    first = re.split(r"[-./]", org)[0]
    if issuer.unit and fold(first) in map(fold, issuer.unit.symbols):
        return True
    wanted = [fold(letter) for letter in first if letter.isupper()]
    names = [body.name.replace("TRUNG ƯƠNG", "T W") for body in (issuer, around.parent) if body is not None]
    letters = iter(fold("".join(map(_initials, names))))
    return all(letter in letters for letter in wanted)


def doubt_of(header: Header, reading: NumberReading, around: Surroundings) -> str | None:
    """Why the number is not certain, if it is not."""
    words = reading.line.words_at(reading.start, reading.end)
    digit_words = reading.line.words_at(reading.start, reading.digits_end)
    if not header.is_framed or _is_far_below(reading.line, around.issuer):
        return NO_HEADER
    if header.is_written(digit_words) or not _looks_printed(header, reading, digit_words):
        return WRITTEN
    if mismatch := mismatch_of(reading.tail, around):
        return mismatch
    least = min(word.confidence for word in words)
    is_barred = "đ" in " ".join(word.text for word in words).lower() and len(words) == 1
    return UNCLEAR if reading.is_repaired or least < (_BARRED if is_barred else _CLEAR) else None


def usual_tail(around: Surroundings) -> DocumentNumber | None:
    """Symbol and body of the numbers that the issuer gives to papers of this type; None where they are not known."""
    symbols = _expected(around)
    org = around.issuer.unit.symbol if around.issuer and around.issuer.unit else None
    if around.type is None or not symbols or not org:
        return None
    return DocumentNumber("0", symbols[0], org, None, is_party=around.is_party)


def mismatch_of(tail: DocumentNumber, around: Surroundings) -> str | None:
    """What of its surroundings the symbol in a number contradicts, if anything."""
    if not _fits_type(tail, around):
        return NO_TYPE_MATCH
    return None if _fits_issuer(tail.org, around) else NO_ISSUER_MATCH


def _is_far_below(line: Line, issuer: Body | None) -> bool:
    """Whether a line stands so far below the issuer's name that it may belong to a letter's subject."""
    name = issuer.value.box if issuer else None
    return name is not None and line.box[1] - name[3] > _BELOW_NAME


def _looks_printed(header: Header, reading: NumberReading, digit_words: Sequence[Word]) -> bool:
    """Whether the digits are as high as print is beside `Số`, and run on into the symbol without a gap."""
    if header.source is Source.TEXT_LAYER:
        return True
    label = reading.line.words[0]
    if reading.start == 0 or label in digit_words or len(reading.line.words_at(reading.start, reading.end)) > 1:
        return False
    return all(header.height(word) <= _PRINTED * header.height(label) for word in digit_words)


def _fits_type(number: DocumentNumber, around: Surroundings) -> bool:
    """Whether the symbol may stand for the type that the type line names. Numbers without a symbol fit."""
    if number.type_symbol is None:
        return True
    slugs = types_of_symbol(number.type_symbol, is_party=number.is_party)
    return bool(slugs) and (around.type is None or around.type in slugs)
