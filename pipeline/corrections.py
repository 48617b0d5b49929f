"""What a person may say of a document's fields: which, and the one form in which each value is kept.

The forms are those in which a machine's reading is kept, so that whatever rests on a field rests on either alike. An
empty value says that the paper has none. Leaves keeping what was said to `pipeline.catalogue.corrections`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from pipeline.errors import UsageError
from pipeline.model import FieldName, Unit
from pipeline.numbers import parse_number
from pipeline.text import canonical_capitals, clean, name_key
from pipeline.topics import TOPICS
from pipeline.types import TYPES, UNKNOWN_TYPE

NONE = ""
"""What is kept where a person has said that the paper has no such thing."""

LONGEST_VALUE = 10_000
"""Most characters of a value."""

_URGENCIES = ("HỎA TỐC HẸN GIỜ", "HỎA TỐC", "THƯỢNG KHẨN", "KHẨN")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_HANDLE = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def correctable(name: str) -> FieldName:
    """The field of that name, if a person may set it in this way. Raises `UsageError` naming those that are."""
    if name not in _FORMS:
        message = f"Không sửa được trường «{name}» ở đây. Các trường sửa được: {', '.join(CORRECTABLE)}."
        raise UsageError(message)
    return FieldName(name)


def corrected(written: Mapping[FieldName, str], units: Sequence[Unit]) -> dict[FieldName, str]:
    """What is kept for what a person has written of each of these fields. `units` are those that may have issued it.

    Raises:
        UsageError: nothing is written, or a value does not have the form of its field.
    """
    if not written:
        message = f"Hãy nêu ít nhất một trường cần sửa: {', '.join(CORRECTABLE)}."
        raise UsageError(message)
    return {name: _kept(correctable(name), value, units) for name, value in written.items()}


def _kept(name: FieldName, written: str, units: Sequence[Unit]) -> str:
    text = " ".join(clean(written).split())
    if len(text) > LONGEST_VALUE:
        message = f"Giá trị của «{name}» dài quá {LONGEST_VALUE} ký tự."
        raise UsageError(message)
    if not text and name is FieldName.TYPE:
        message = f"Loại văn bản không để trống được. Nếu không thuộc loại nào, hãy ghi {UNKNOWN_TYPE}."
        raise UsageError(message)
    return _FORMS[name](text, units) if text else NONE


def _number(text: str, _: Sequence[Unit]) -> str:
    number = parse_number(text)
    if number is None:
        message = (
            f"«{text}» không đúng dạng số và ký hiệu. Hãy ghi như trên văn bản: 05-NQ/ĐU, 30/2020/NĐ-CP, 749/QĐ-TTg."
        )
        raise UsageError(message)
    return str(number)


def _type(text: str, _: Sequence[Unit]) -> str:
    titles = {slug: entry.title for slug, entry in TYPES.items()}
    return _listed(text, titles, "loại văn bản")


def _topic(text: str, _: Sequence[Unit]) -> str:
    return _listed(text, TOPICS, "lĩnh vực")


def _listed(text: str, titles: Mapping[str, str], what: str) -> str:
    """The slug that is written, or whose title is."""
    found = text if text in titles else {name_key(title): slug for slug, title in titles.items()}.get(name_key(text))
    if found is None:
        message = f"Không có {what} «{text}». Hãy chọn: {', '.join(titles)}."
        raise UsageError(message)
    return found


def _date(text: str, _: Sequence[Unit]) -> str:
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
            return text
    except ValueError:
        pass
    message = f"Ngày «{text}» không đúng. Hãy ghi năm-tháng-ngày (2024-12-22), hoặc chỉ năm-tháng, hoặc chỉ năm."
    raise UsageError(message)


def _issuer(text: str, units: Sequence[Unit]) -> str:
    """A unit by its handle or one of its names, else a body outside by its printed name."""
    if text in {unit.id for unit in units}:
        return text
    named = [unit.id for unit in units if name_key(text) in map(name_key, unit.names)]
    if len(named) == 1:
        return named[0]
    if named:
        message = f"Có nhiều đơn vị tên «{text}»: {', '.join(named)}. Hãy ghi mã của đơn vị."
        raise UsageError(message)
    if _HANDLE.fullmatch(text):
        message = f"Không có đơn vị «{text}». Hãy ghi mã của một đơn vị, hoặc tên cơ quan như in trên văn bản."
        raise UsageError(message)
    return canonical_capitals(text)


def _urgency(text: str, _: Sequence[Unit]) -> str:
    found = {name_key(mark): mark for mark in _URGENCIES}.get(name_key(text))
    if found is None:
        message = f"Không có mức độ khẩn «{text}». Hãy chọn: {', '.join(_URGENCIES)}."
        raise UsageError(message)
    return found


def _capitals(text: str, _: Sequence[Unit]) -> str:
    return canonical_capitals(text)


def _list(text: str, _: Sequence[Unit]) -> str:
    return "; ".join(entry for part in text.split(";") if (entry := part.strip()))


def _as_written(text: str, _: Sequence[Unit]) -> str:
    return text


_FORMS: Mapping[str, Callable[[str, Sequence[Unit]], str]] = MappingProxyType(
    {
        FieldName.NUMBER: _number,
        FieldName.DATE: _date,
        FieldName.TYPE: _type,
        FieldName.ISSUER: _issuer,
        FieldName.SUBJECT: _as_written,
        FieldName.SIGNER: _as_written,
        FieldName.SIGNER_TITLE: _capitals,
        FieldName.CAPACITY: _capitals,
        FieldName.PLACE: _as_written,
        FieldName.RECIPIENTS: _list,
        FieldName.URGENCY: _urgency,
        FieldName.TOPIC: _topic,
    }
)

CORRECTABLE = tuple(_FORMS)
"""The fields that a person sets in this way. Validity, class and cut are decided in ways of their own."""
