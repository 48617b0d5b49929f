"""Who signed and as what: capacity (`T/M ĐẢNG ỦY`), title (`PHÓ BÍ THƯ`) and name in the right closing column.

A stamp and the signature lie over these lines, so that words are lost or come with noise. All are centred on one axis:
a line off the axis has lost a word or caught a speck, and is a proposal. Titles and surnames are closed lists, by which
accents are put right; a given name is as it was read. Rules: `docs/domain.md`, "Signatures".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from extractors.closing import Closing
from extractors.confidence import sureness
from extractors.likeness import is_capitals, letters_of
from extractors.phrases import mended
from extractors.zones import Line
from pipeline.model import FieldName, FieldValue, Word
from pipeline.text import canonical_capitals, clean, fold

_MARKER = re.compile(r"\W*(?P<marker>(?:t[/.il1|]{1,2}(?:m|ni)|[tk][/.]{0,2}[mtlu]|tuq|q(?=\s?\.))\b\s?\.?)\s*")
_BODY = re.compile(
    r"(?:ban |dang |chi bo|tinh uy|thanh uy|huyen uy|bo |uy ban|hoi |doan |lien hiep|thuong truc|cap uy|quoc hoi)"
    r"|chinh phu"
)
_OFFICES = """
    bí thư, phó bí thư, phó bí thư thường trực, tổng bí thư, chủ tịch, phó chủ tịch, phó chủ tịch thường trực, chủ
    tịch nước, chủ tịch quốc hội, chánh văn phòng, phó chánh văn phòng, trưởng ban, phó trưởng ban, phó trưởng ban
    thường trực, chủ nhiệm, phó chủ nhiệm, giám đốc, phó giám đốc, tổng giám đốc, phó tổng giám đốc, trưởng phòng,
    phó trưởng phòng, bộ trưởng, thứ trưởng, cục trưởng, phó cục trưởng, vụ trưởng, phó vụ trưởng, hiệu trưởng, phó
    hiệu trưởng, thủ tướng, phó thủ tướng, thường trực ban bí thư, tổng thư ký, phó tổng thư ký, chánh thanh tra,
    phó chánh thanh tra, viện trưởng, phó viện trưởng, trưởng đoàn, phó trưởng đoàn, ủy viên, ủy viên thường vụ, ủy
    viên thường trực, thư ký, chủ trì, chủ tọa, chủ trì cuộc họp, chủ trì hội nghị, chủ tọa hội nghị
"""
_TITLES = {fold(title): title.upper() for title in (" ".join(entry.split()) for entry in _OFFICES.split(","))}
_LISTED = """
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Mai Trịnh Tạ Lương Cao Lưu Hà Tô
    Chu Quách Vương Trương Lò Lô Đàm Nghiêm La Hứa Thái Tống Triệu Lục Kiều Tăng Từ Đoàn Doãn Đào Nông Giàng Thân
    Lâm Khuất Phùng Ninh Thạch Điêu Cù Sùng Giáp Châu Tôn Diệp Phí Bạch Lại Khổng Mạc Vi Vàng Thào Quàng Cầm Bế Lã
    Tòng Đồng Hầu Lường
"""
_SURNAMES: Mapping[str, frozenset[str]] = {
    fold(name): frozenset(other for other in _LISTED.split() if fold(other) == fold(name)) for name in _LISTED.split()
}
_DEGREES = re.compile(r"(?:GS|PGS|TS|ThS|TSKH|KS|CN|BS|LS|NGND|NGƯT)\.?", re.IGNORECASE)
_SYLLABLE = re.compile(r"[^\W\d_]{1,7}")
_EDGES = " .,;:'\"|-_*~`"

_OFF_AXIS = 0.012
"""Middles of lines on one axis differ by less than this share of the width: half of the shortest word (`TM.`)."""
_FULL = 3
"""A name has three syllables or more; one of two may have lost its surname under the seal."""
_MOST = 5
_MOSTLY, _LEAST_LETTERS = 0.75, 3
_CLEAR = 0.7

OFF_AXIS = "Dòng này có thể thiếu chữ hoặc lẫn nét của con dấu"
UNSURE_NAME = "Tên người ký đọc không rõ"
UNKNOWN_TITLE = "Chức vụ người ký đọc không rõ"
UNKNOWN_BODY = "Thẩm quyền ký đọc không rõ"


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one signature: those in capitals above it, and the name below. `axis` is their common middle."""

    closing: Closing
    heads: tuple[Line, ...]
    name: Line | None
    axis: float | None

    def is_off(self, line: Line) -> bool:
        return self.axis is None or abs(line.middle - self.axis) > _OFF_AXIS


def signature_of(closing: Closing, *, is_party: bool) -> dict[FieldName, FieldValue]:
    """Signer, title and capacity, as far as they were found."""
    block = _block(closing)
    found = {
        FieldName.CAPACITY: _capacity(block, is_party=is_party),
        FieldName.SIGNER_TITLE: _title(block),
        FieldName.SIGNER: _signer(block),
    }
    return {name: value for name, value in found.items() if value is not None}


def _block(closing: Closing) -> _Block:
    heads: list[Line] = []
    for line in closing.right:
        run = _run_of_capitals(line)
        if run is not None and (_MARKER.match(run.folded) or _names_office(run)):
            heads.append(run)
    end = heads[-1].y if heads else 0.0
    names = [name for line in closing.right if line.y > end for name in _names_in(line)]
    name = max(names, key=_is_like_name, default=None)
    lines = [*heads, *([name] if name else [])]
    axis = median(line.middle for line in lines) if len(lines) > 1 else None
    return _Block(closing, tuple(heads), name, axis)


def _names_office(line: Line) -> bool:
    """Whether a title stands in the line, however its accents were read."""
    return any(re.search(rf"\b{title}\b", line.folded) for title in _TITLES)


def _run_of_capitals(line: Line) -> Line | None:
    """The longest run of words in capitals, without the specks of a stamp round and between them."""
    runs: list[list[Word]] = [[]]
    for word in line.words:
        if is_capitals(word.text, least=_MOSTLY) or word.text == "Q.":
            runs[-1].append(word)
        elif len(letters_of(word.text)) > 1:
            runs.append([])
    best = max(runs, key=lambda run: sum(len(word.text) for word in run))
    return Line(tuple(best), line.y) if len(letters_of("".join(word.text for word in best))) >= _LEAST_LETTERS else None


def _names_in(line: Line) -> Iterator[Line]:
    """Runs of two to five capitalised syllables, each from its first surname on: `TS. Nguyễn Văn A`."""
    run: list[Word] = []
    for word in [*line.words, None]:
        if word is not None and _is_syllable(word.text):
            run.append(word)
        elif word is None or letters_of(word.text):
            start = next((i for i, entry in enumerate(run) if fold(entry.text.strip(_EDGES)) in _SURNAMES), 0)
            if 1 < len(run[start:]) <= _MOST:
                yield Line(tuple(run[start:]), line.y)
            run = []


def _is_syllable(text: str) -> bool:
    bare = text.strip(_EDGES)
    return bool(_SYLLABLE.fullmatch(bare)) and bare[0].isupper() and not _DEGREES.fullmatch(bare)


def _is_like_name(line: Line) -> tuple[bool, bool, float]:
    """Of several runs the one that begins with a surname, is not all in capitals, stands lowest."""
    return fold(line.words[0].text.strip(_EDGES)) in _SURNAMES, not line.text.isupper(), line.y


def _capacity(block: _Block, *, is_party: bool) -> FieldValue | None:
    """The line that begins with `T/M`, `TM.`, `K/T`, `KT.`, `TL.`, `TUQ.` or `Q.`."""
    for line in block.heads:
        if marker := _MARKER.match(line.folded):
            name = _without_specks(mended(canonical_capitals(line.text[marker.end() :])))
            is_known = bool(_BODY.match(fold(name))) or fold(name) in _TITLES
            doubt = OFF_AXIS if block.is_off(line) else None if is_known else UNKNOWN_BODY
            return _value(f"{_marker(marker['marker'], is_party=is_party)} {name}".strip(), line, block, doubt)
    return None


def _marker(read: str, *, is_party: bool) -> str:
    """The marker as it is written: with a slash in the Party's papers, with a dot in the state's; `TIM` is `T/M`."""
    letters = re.sub(r"[^a-z]", "", read.replace("ni", "m")).upper()
    if letters in {"TUQ", "Q"}:
        return f"{letters}."
    return f"{letters[0]}/{letters[-1]}" if is_party else f"{letters[0]}{letters[-1]}."


def _without_specks(name: str) -> str:
    """The name without single letters at its end: no body's name ends with one."""
    words = name.split()
    while len(words) > 1 and len(letters_of(words[-1])) <= 1:
        words.pop()
    return " ".join(words).strip(_EDGES)


def _title(block: _Block) -> FieldValue | None:
    """The last line of capitals above the name. Under `K/T` and the like the title has a line of its own."""
    if not block.heads or _MARKER.match(block.heads[-1].folded):
        return None
    line = block.heads[-1]
    read = mended(canonical_capitals(line.text)).strip(_EDGES)
    title = _TITLES.get(fold(read))
    doubt = UNKNOWN_TITLE if title is None else OFF_AXIS if block.is_off(line) else None
    return _value(title or read, line, block, doubt)


def _signer(block: _Block) -> FieldValue | None:
    if block.name is None:
        return None
    first, *others = (clean(word.text).strip(_EDGES) for word in block.name.words)
    known = _SURNAMES.get(fold(first), frozenset())
    surname = next(iter(known)) if len(known) == 1 else first
    is_clear = surname in known and min(word.confidence for word in block.name.words[1:]) >= _CLEAR
    is_whole = len(others) + 1 >= _FULL or (block.axis is not None and not block.is_off(block.name))
    doubt = None if is_clear and is_whole else UNSURE_NAME
    return _value(" ".join([surname, *others]), block.name, block, doubt)


def _value(text: str, line: Line, block: _Block, doubt: str | None) -> FieldValue:
    return FieldValue(
        text, sureness(line.words, doubt), block.closing.source, block.closing.page, line.box, line.text, doubt
    )
