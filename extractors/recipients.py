"""Who receives a document (nơi nhận): the list under that head in the left closing column.

A list is whole when it ends with `Lưu ...`, the instruction to the archive that every paper has, and each entry with
its mark; any other list, or one with an entry that does not read like one, is a proposal.
Rules: `docs/domain.md`, "Signatures".
"""

import re
from collections.abc import Sequence

from extractors.closing import Closing, is_recipients_head
from extractors.confidence import sureness
from extractors.likeness import distance, letters_of
from extractors.phrases import mended
from extractors.zones import Line, union
from pipeline.model import FieldValue, Word
from pipeline.text import clean, fold

_BULLET = re.compile(r"^[-~_•*+=«»\s.]+")
_AS_ABOVE = "nhutren"
_DASH = re.compile(r"[-~–]\s")
_ARCHIVE = re.compile(r"luu\b")
_ENTRY = re.compile(r"[^\W\d_a-zđ](?:[^\W_]|[\s,.()/:;&'\"–-])*")
_PURPOSE = re.compile(r"\((?P<purpose>[^)]*)\)?")
_PURPOSES = re.compile(r"b/?c|p/?h|t/?h|de .+|thay b/?c|bao cao|qua .+|thuc hien")
_STEP = 0.024
"""Lines of the list follow each other within this share of the page's height."""
_FIRST_STEP = 0.03
_UNCLEAR = 0.5

NO_HEAD = "Không đọc được chữ 'Nơi nhận'; danh sách có thể thiếu dòng đầu"
NOT_WHOLE = "Nơi nhận có thể còn thiếu dòng"
UNCLEAR = "Nơi nhận có chữ đọc không rõ"


def recipients_of(closing: Closing) -> FieldValue | None:
    """The entries as printed, joined by `; `, the archive's at the end."""
    at = next((i for i, line in enumerate(closing.left) if is_recipients_head(line)), None)
    lines = _listed_lines(closing.left, at) if at is not None else _headless_lines(closing.left)
    entries = [entry for entry in _entries(lines) if letters_of(entry)]
    if not entries:
        return None
    words = [word for line in lines for word in line.words]
    doubt = NO_HEAD if at is None else _doubt(entries, words)
    sure = sureness(words, doubt)
    raw = " ".join(line.text for line in lines)
    box = union(word.box for word in words)
    return FieldValue("; ".join(map(_bare, entries)), sure, closing.source, closing.page, box, raw, doubt)


def _headless_lines(left: Sequence[Line]) -> list[Line]:
    """The list from its first dash on, where the underlined head above it could not be read but the archive's line."""
    first = next((i for i, line in enumerate(left) if _DASH.match(line.text)), None)
    lines = _listed_lines(left, first - 1) if first else []
    return lines if lines and _ARCHIVE.match(_BULLET.sub("", lines[-1].folded)) else []


def _listed_lines(left: Sequence[Line], at: int) -> list[Line]:
    """The lines under the head, down to the archive's or a wide gap; specks are left out."""
    found: list[Line] = []
    previous = left[at].y
    for line in left[at + 1 :]:
        if line.y - previous > (_STEP if found else _FIRST_STEP):
            break
        bare = _without_specks(line)
        if bare is not None:
            found.append(bare)
            previous = line.y
            if _ARCHIVE.match(_BULLET.sub("", bare.folded)):
                break
    return found


def _without_specks(line: Line) -> Line | None:
    """The line without what is neither a word nor the dash before it, and without unsure letters at its end."""
    words = [word for i, word in enumerate(line.words) if letters_of(word.text) or i == 0]
    while words and len(letters_of(words[-1].text)) <= 1 and not words[-1].text[-1:].isdigit():
        words.pop()
    return Line(tuple(words), line.y) if words and letters_of(words[-1].text) else None


def _entries(lines: Sequence[Line]) -> list[str]:
    """Each entry from its dash on; a line without one goes on with the entry above, unless that one has ended."""
    entries: list[str] = []
    for line in lines:
        printed = mended(clean(line.text).strip())
        bare = _BULLET.sub("", printed)
        if bare == printed and entries and not entries[-1].endswith((";", ".", ",")):
            entries[-1] += f" {bare}"
        else:
            entries.append(bare)
    return entries


def _bare(entry: str) -> str:
    """The entry without its mark at the end; `Lưu; VT, VP, 20b` is `Lưu: VT, VP. 20b`, `Nhutrên` is `Như trên`."""
    if distance(letters_of(entry), _AS_ABOVE, 1) is not None:
        return "Như trên"
    bare = re.sub(r"^L[ưu]u\s*[;.:]\s*", "Lưu: ", entry.rstrip(" ,;.:"))
    return re.sub(r",(?= \d+b$)", ".", bare) if bare.startswith("Lưu") else bare


def _doubt(entries: Sequence[str], words: Sequence[Word]) -> str | None:
    if min(word.confidence for word in words if letters_of(word.text)) < _UNCLEAR:
        return UNCLEAR
    if not all(_reads_well(_bare(entry)) for entry in entries):
        return UNCLEAR
    is_whole = _ARCHIVE.match(fold(entries[-1])) and all(entry.endswith((",", ";", ".")) for entry in entries[:-1])
    return None if is_whole else NOT_WHOLE


def _reads_well(entry: str) -> bool:
    """Whether an entry begins with a capital, holds no specks, and gives purposes that are usual."""
    purposes = [fold(match["purpose"]) for match in _PURPOSE.finditer(entry)]
    return bool(_ENTRY.fullmatch(entry)) and all(_PURPOSES.fullmatch(purpose) for purpose in purposes)
