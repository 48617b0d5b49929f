"""Pages for the tests of describing: words set where the rules of layout put them, as a recogniser gives them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from extractors.describe import open_describer
from pipeline.model import Box, Description, FieldName, FieldValue, PageResult, PageStatus, PageText, Source, Unit, Word

LEFT_AXIS, RIGHT_AXIS, MIDDLE = 0.315, 0.70, 0.535
LETTER, SPACE, HEIGHT = 0.0098, 0.006, 0.0125
SURE = 0.95

PARTY_TITLE = "ĐẢNG CỘNG SẢN VIỆT NAM"
STATE_TITLE, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
COMMITTEE = Unit("dang-uy", "Đảng ủy Liên hiệp các Hội Lam Sơn", "committee", symbol="ĐU")
CELLS = tuple(
    Unit(f"chi-bo-{i:02d}", name, "cell", parent="dang-uy", symbol="CB")
    for i, name in enumerate(["Chi bộ Hội Cơ khí", "Chi bộ Hội Tin học"], start=1)
)
UNITS = (COMMITTEE, *CELLS)


@dataclass(frozen=True, slots=True)
class Printed:
    """A line centred on `x`, or from there on. `unsure` and `tall` change the confidence and height of single words."""

    text: str
    x: float
    y: float
    align: Literal["centre", "left"] = "centre"
    unsure: Mapping[str, float] = field(default_factory=dict)
    tall: Mapping[str, float] = field(default_factory=dict)


def words_of(lines: Iterable[Printed]) -> list[Word]:
    """The words of the lines at their places."""
    words = []
    for number, line in enumerate(lines):
        width = sum(LETTER * len(word) for word in line.text.split()) + SPACE * line.text.count(" ")
        x = line.x - width / 2 if line.align == "centre" else line.x
        for text in line.text.split():
            half = HEIGHT * line.tall.get(text, 1.0) / 2
            box = (x, line.y - half, x + LETTER * len(text), line.y + half)
            words.append(Word(text, box, line.unsure.get(text, SURE), number))
            x = box[2] + SPACE
    return words


def page(lines: Iterable[Printed], *, hands: Sequence[Box] = (), source: Source = Source.OCR) -> PageResult:
    """A page that was read."""
    words = tuple(words_of(lines))
    text = " ".join(word.text for word in words)
    return PageResult(1, PageStatus.READ, PageText(words, text, SURE, source), hands=tuple(hands))


def box_of(words: Iterable[Word], text: str) -> Box:
    """Where the first word with this text stands."""
    return next(word.box for word in words if word.text == text)


def left(*texts: str, top: float = 0.075, step: float = 0.019) -> list[Printed]:
    """Lines of the header's left column, one below the other."""
    return [Printed(text, LEFT_AXIS, top + step * i) for i, text in enumerate(texts)]


def right(*texts: str, top: float = 0.075, step: float = 0.03) -> list[Printed]:
    """Lines of the header's right column."""
    return [Printed(text, RIGHT_AXIS, top + step * i) for i, text in enumerate(texts)]


def middle(*texts: str, top: float, step: float = 0.0214) -> list[Printed]:
    """Lines in the middle of the page, one below the other."""
    return [Printed(text, MIDDLE, top + step * i) for i, text in enumerate(texts)]


def body(*texts: str, top: float = 0.32, step: float = 0.024) -> list[Printed]:
    """Lines of the body, from the left margin on."""
    return [Printed(text, 0.18, top + step * i, "left") for i, text in enumerate(texts)]


PARTY_BODIES = ("TỈNH ỦY LAM SƠN", "ĐẢNG ỦY LIÊN HIỆP CÁC HỘI LAM SƠN", "*")
DATE = "Lam Sơn, ngày 14 tháng 3 năm 2025"


def party_header(number: str = "Số 05-NQ/ĐU", date: str = DATE, bodies: Sequence[str] = PARTY_BODIES) -> list[Printed]:
    """The header of a Party paper without its type line."""
    return [*left(*bodies, number), *right(PARTY_TITLE, date)]


def state_header(number: str = "Số: 123/QĐ-LHH", date: str = DATE) -> list[Printed]:
    """The header of a paper of state form without its type line."""
    bodies = ("ỦY BAN NHÂN DÂN TỈNH LAM SƠN", "LIÊN HIỆP CÁC HỘI LAM SƠN")
    return [*left(*bodies), *left(number, top=0.135), *right(STATE_TITLE, MOTTO, date)]


def titled(title: str = "NGHỊ QUYẾT", *subject: str) -> list[Printed]:
    """A type line with its subject."""
    return [*middle(title, top=0.19), *middle(*subject, top=0.215)]


def closing(*, recipients: Sequence[str] = (), signature: Sequence[str] = (), name: str = "") -> list[Printed]:
    """The end of a document: recipients left, signature right."""
    listed = [Printed(text, 0.15, 0.7 + 0.0165 * i, "left") for i, text in enumerate(recipients)]
    heads = [Printed(text, RIGHT_AXIS, 0.705 + 0.021 * i) for i, text in enumerate(signature)]
    return [*listed, *heads, *([Printed(name, RIGHT_AXIS, 0.84)] if name else [])]


def describe(
    lines: Iterable[Printed], *, name: str = "Scan0001.pdf", hands: Sequence[Box] = (), source: Source = Source.OCR
) -> Description:
    """The description of a document of one page."""
    return open_describer().describe([page(lines, hands=hands, source=source)], file_name=name, units=UNITS)


def found(description: Description, name: FieldName) -> FieldValue:
    """A field that must have been found."""
    return description.fields[name]


def is_certain(description: Description, name: FieldName, value: str) -> bool:
    """Whether a field was found with this value and without doubt."""
    field_value = description.fields.get(name)
    return field_value is not None and field_value.value == value and not field_value.is_doubtful


def is_proposed(description: Description, name: FieldName, value: str) -> bool:
    """Whether a field was found with this value, to be confirmed by a person who is told why."""
    field_value = description.fields.get(name)
    return bool(field_value and field_value.value == value and field_value.is_doubtful and field_value.reason)
