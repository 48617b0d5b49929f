"""What tells one document from another: keys of numbers, and the identity of a paper.

A number alone names thousands of papers. Party papers are told apart by issuer, term, type and number, those of state
form by issuer, year, number and symbol. Rules: `docs/domain.md`, "Numbers".
"""

import re

from pipeline.numbers import number_keys, parse_number
from pipeline.text import clean, fold

_LONGEST_KEY = 100


def number_key(printed: str) -> str | None:
    """The key under which a number and every spelling of it are one: `05-NQ/ĐU` and `5 - NQ/DU` give `5-nq-du`.

    What does not follow the grammar has a key of its own letters and digits; None for what has no digit.
    """
    number = parse_number(printed)
    if number is not None:
        return max(number_keys(number), key=len)[:_LONGEST_KEY]
    parts = re.findall(r"[^\W_]+", fold(clean(printed)))
    if not parts or not any(part.isdigit() for part in parts):
        return None
    return "-".join(str(int(part)) if part.isdecimal() else part for part in parts)[:_LONGEST_KEY]
