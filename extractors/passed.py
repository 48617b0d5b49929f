"""The day on which a law was passed: laws print no date in their header, but end with the sentence that has it.

`Luật này được Quốc hội ... thông qua ngày 27 tháng 11 năm 2024.` Rules: `docs/domain.md`, "Dates".
"""

import re
from collections.abc import Sequence

from extractors.citations import iso_date
from pipeline.model import FieldValue, PageResult
from pipeline.text import clean

_PASSED = re.compile(
    r"(?:Luật|Bộ luật|Hiến pháp|Pháp lệnh|Nghị quyết) này (?:đã )?được[^;]{0,200}?thông qua(?: tại[^;]{0,80}?)?,?\s*"
    r"ngày\s+(?:(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)"
    r"|(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}) năm (?P<y>(?:19|20)\d\d))"
)
_SURE = 0.9


def passed_on(pages: Sequence[PageResult]) -> FieldValue | None:
    """The day of passing, from the last page that tells it."""
    for ordinal, page in reversed(list(enumerate(pages, start=1))):
        text = " ".join(clean(page.text).split())
        found = list(_PASSED.finditer(text))
        if found and page.content and (day := iso_date(found[-1])):
            return FieldValue(day, _SURE, page.content.source, ordinal, raw=found[-1].group())
    return None
