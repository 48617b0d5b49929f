"""What the name of a file says of the number of the document in it: `57-NQ-TU.pdf`, `04CT.signed_1.pdf`.

Clerks name scans by number and type, loosely, so that a name confirms or contradicts a reading and proposes digits that
could not be read; by itself it is never certain. Names like `Kế hoạch tháng 4` hold numbers of another kind.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from pipeline.numbers import DocumentNumber, number_in_query, number_keys
from pipeline.text import clean, fold

_NOT_A_NUMBER = re.compile(
    r"\d+[\s_-]*(?:thang|nam|ngay|quy|lan|ban|trang|tuan)\b|\b(?:19|20)\d\d\b|\b(?:signed|da ky|ky so)\b.*"
)


def number_in_name(file_name: str) -> tuple[str, ...]:
    """The keys of a document number in a file's name (`57-NQ-TU.pdf`, `04CT.signed_1.pdf`), if there is one."""
    stem = clean(file_name).rsplit(".", 1)[0].replace("_", " ").replace(".", " ")
    found = number_in_query(_NOT_A_NUMBER.sub(" ", fold(stem)))
    return found.keys if found else ()


def digits_named(named: Sequence[str], tail: DocumentNumber) -> str | None:
    """The digits that the file's name gives to a number with this symbol, or None."""
    for key in named:
        digits, _, rest = key.partition("-")
        if rest and tail.type_symbol and key in number_keys(replace(tail, digits=digits)):
            return digits.zfill(2)
    return None


def is_contradicted(named: Sequence[str], number: DocumentNumber) -> bool:
    """Whether the file's name gives another number with the same type and body."""
    if any(key in number_keys(number) for key in named):
        return False
    full = number_keys(number)[0].partition("-")[2]
    return any(key.partition("-")[2] == full for key in named)
