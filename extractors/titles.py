"""Type lines (tên loại): which of the closed list of document types a printed line names, accents decided by the list.

Where the line stands on the page is `extractors.zones`' to say, what it means for the document `extractors.kind`'s.
"""

from dataclasses import dataclass

from extractors.likeness import distance, is_capitals, letters_of
from pipeline.text import clean
from pipeline.types import TITLES

_TITLES = {letters_of(title): slug for title, slug in TITLES.items() if slug not in {"cong_van", "ban_sao"}}
"""Slug by the letters of the title. A letter (công văn) prints no type line."""

_LONGER = {"cuonglinhchinhtri": "cuong_linh", "dieuledang": "dieu_le"}
"""Longer usual forms of some type lines."""

_SHORT, _MIDDLING = 5, 9


@dataclass(frozen=True, slots=True)
class TitleMatch:
    """A type line recognised. `edits` letters were misread; `rest` is what follows the type on the same line."""

    slug: str
    edits: int
    rest: str = ""


def match_title(text: str) -> TitleMatch | None:
    """The type that a line in capitals names, with up to two letters misread, or that it begins with."""
    printed = clean(text).strip(" .:*-_~|'\"‘’“”")
    if not is_capitals(printed):
        return None
    whole = letters_of(printed)
    if slug := _TITLES.get(whole) or _LONGER.get(whole):
        return TitleMatch(slug, 0)
    return _misread(whole) or _beginning(printed)


def _misread(whole: str) -> TitleMatch | None:
    """The one type whose title is nearest, where no other is as near."""
    limit = 0 if len(whole) <= _SHORT else 1 if len(whole) <= _MIDDLING else 2
    near = sorted((d, slug) for title, slug in _TITLES.items() if (d := distance(whole, title, limit)) is not None)
    if not near or (len(near) > 1 and near[1][0] == near[0][0]):
        return None
    return TitleMatch(near[0][1], near[0][0])


def _beginning(printed: str) -> TitleMatch | None:
    """`BÁO CÁO TỔNG KẾT ...`, `QUY CHẾ LÀM VIỆC ...`: the longest title of two words or more that begins the line."""
    words = printed.split()
    for count in range(min(5, len(words) - 1), 1, -1):
        if slug := _TITLES.get(letters_of(" ".join(words[:count]))):
            return TitleMatch(slug, 0, rest=" ".join(words[count:]))
    return None
