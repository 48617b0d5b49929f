"""The subject (trích yếu) and the urgency mark (mức độ khẩn).

Under the type line the subject is the bold block down to a rule, a wider gap, a line in capitals, the address or the
first `Căn cứ`; a letter prints it in the left column under its number, beginning with `V/v` or `về việc`.
Rules: `docs/domain.md`, "Layout".
"""

import re
from collections.abc import Sequence

from extractors.confidence import confidence_of, sureness
from extractors.issuer import is_number_line
from extractors.likeness import is_capitals, letters_of
from extractors.phrases import mended, phrase_words
from extractors.zones import Header, Line, segments, union
from pipeline.model import FieldValue, Word
from pipeline.text import clean, fold

_STOPS = re.compile(
    r"\W*(?:can cu\b|kinh (?:gui|trinh|thua)\b|noi nhan\b|dieu 1\b|phan (?:i|thu)\b|chuong i\b)"
    r"|\W*(?:i|1)\s*[.-]\s|\W*[-_]{2,}"
)
_LETTER = re.compile(r"(?:v\s*[/il1.]\s*v|ve(?: viec)?)\b")
_OPENING = re.compile(r"(?<=^[Vv])[eêéèẻẽẹếềểễệ](?= )")
"""The accents of `về`, with which most subjects begin."""
_QUOTES = re.compile("[“”„‟]")
"""Recognisers take one form of quotation marks for another."""
_URGENCY = {"hoatoc": "HỎA TỐC", "hoatochengio": "HỎA TỐC HẸN GIỜ", "thuongkhan": "THƯỢNG KHẨN", "khan": "KHẨN"}
_MARKS = {*_URGENCY, "mat", "toimat", "tuyetmat"}

_MOST_LINES = 7
_STEP = 0.0285
"""Lines of a subject follow each other within this share of the page's height; the body begins farther below."""
_FIRST_STEP = 1.5 * _STEP
_MARGINS = (0.17, 0.90)
"""A line of the body runs from one to the other; a subject is centred and shorter."""
_LEAST_LETTERS = 4
_SHORT = 2
_CLEAR, _WORD, _FEW = 0.8, 0.6, 0.1
_LETTER_PLACES = 3

UNCLEAR = "Trích yếu có chữ đọc không rõ"
RUN_ON = "Tên loại và trích yếu in liền nhau; hãy xem lại chữ hoa, chữ thường"
NO_END = "Không rõ trích yếu kết thúc ở đâu"
NO_BEGINNING = "Không rõ trích yếu bắt đầu ở đâu"


def subject_of(header: Header, *, is_letter: bool, page: int) -> FieldValue | None:
    """The subject as printed, its lines joined, or None. What follows the type on its line belongs to the subject."""
    lines = _of_letter(header) if is_letter else _under_title(header)
    words = _without_ends([word for line in lines for word in line.words])
    if is_letter:
        words = _from_beginning(words)
    begun = header.titled.rest if header.titled else ""
    read = clean(" ".join([begun.lower(), *(word.text for word in words)])).strip(" -_|.,;:~*")
    if len(letters_of(read)) < _LEAST_LETTERS:
        return None
    words = words or list(header.title.words if header.title else ())
    doubt = _doubt(lines, words, is_letter=is_letter) or (None if all(phrase_words(begun)) else RUN_ON)
    subject = _QUOTES.sub('"', _OPENING.sub("ề", mended(read)))
    return FieldValue(subject, sureness(words, doubt), header.source, page, union(w.box for w in words), read, doubt)


def _doubt(lines: Sequence[Line], words: Sequence[Word], *, is_letter: bool) -> str | None:
    if is_letter and not _LETTER.match(fold(" ".join(word.text for word in words[:_LETTER_PLACES]))):
        return NO_BEGINNING
    if not is_letter and (len(lines) == _MOST_LINES or any(_is_full(line) for line in lines)):
        return NO_END
    unclear = sum(word.confidence < _WORD for word in words) / len(words)
    return UNCLEAR if confidence_of(words) < _CLEAR or unclear > _FEW else None


def _is_full(line: Line) -> bool:
    return line.box[0] < _MARGINS[0] and line.box[2] > _MARGINS[1]


def _under_title(header: Header) -> list[Line]:
    """The rows that follow the type line closely."""
    if header.title is None:
        return []
    found: list[Line] = []
    previous = header.title.y
    for row in header.below[:_MOST_LINES]:
        if _STOPS.match(row.folded) or row.y - previous > (_STEP if found else _FIRST_STEP):
            break
        if not letters_of(row.text):
            if found:
                break  # the rule under the subject
            continue
        if found and is_capitals(row.text) and not is_capitals(found[-1].text):
            break  # the authority that decides, above the bases
        found.append(row)
        previous = row.y
    return found


def _of_letter(header: Header) -> list[Line]:
    """The lines of the left column under the number, without marks."""
    at = next((i for i, line in enumerate(header.left) if is_number_line(line)), None)
    if at is None:
        return []
    found: list[Line] = []
    for line in header.left[at + 1 :]:
        if not letters_of(line.text) or letters_of(line.text) in _MARKS:
            continue
        if found and (line.y - found[-1].y > _FIRST_STEP or _STOPS.match(line.folded)):
            break
        found.append(line)
    return found


def _without_ends(words: Sequence[Word]) -> list[Word]:
    """The words without what becomes of a rule at the end: specks and unsure single letters."""
    kept = list(words)
    while kept and (not letters_of(kept[-1].text) or (len(kept[-1].text) <= _SHORT and kept[-1].confidence < _WORD)):
        kept.pop()
    return kept


def _from_beginning(words: list[Word]) -> list[Word]:
    """A letter's subject from `V/v` or `về` on, where specks stand before it."""
    for start in range(min(_LETTER_PLACES, len(words))):
        if _LETTER.match(fold(words[start].text)):
            return words[start:]
    return words


def urgency_of(header: Header, page: int) -> FieldValue | None:
    """The urgency mark in the header, as printed in capitals."""
    for line in header.left:
        for part in segments(line):
            found = _URGENCY.get(letters_of(part.text))
            if found and is_capitals(part.text):  # `khẩn` in small letters is no stamp
                return FieldValue(found, sureness(part.words, None), header.source, page, part.box, part.text)
    return None
