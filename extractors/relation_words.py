"""The words by which one document says what it has to do with another.

Phrases are matched with their accents, in which `đình chỉ` is not `định chi (tiết)`. Which citation they are said of is
decided by `extractors.references`. Rules: `docs/domain.md`, "Relations".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.citations import iso_date
from extractors.passages import Passage

MENTIONS = "mentions"
BASED_ON = "based_on"

_OWN: tuple[tuple[str, str], ...] = (
    ("amends", r"sửa đổi(?:(?:,| và) bổ sung)?|bổ sung(?= một số| điều| khoản| điểm)"),
    ("repeals", r"bãi bỏ|hủy bỏ|huỷ bỏ"),
    ("replaces", r"thay thế(?! (?:(?:các |một số )?(?:cụm )?từ| ?(?:các )?mẫu| ?(?:các )?phụ lục| (?:các )?biểu))"),
    ("suspends", r"đình chỉ|(?:tạm )?ngưng hiệu lực"),
    ("corrects", r"đính chính"),
)
"""Relations of which the document must be the subject, and their phrases."""
_OPENING: tuple[tuple[str, str], ...] = (
    ("based_on", r"căn cứ|trên cơ sở"),
    ("proposed_in", r"(?:theo|xét) đề nghị"),
    ("replies_to", r"(?:trả lời|phúc đáp)"),
    ("follows", r"tiếp theo"),
    ("summarises", r"(?:tổng|sơ) kết"),
    ("guides", r"hướng dẫn|quy định chi tiết"),
    (
        "implements",
        r"(?:(?:để|nhằm|tiếp tục) )*(?<!kết quả )(?<!tình hình )(?:triển khai|thực hiện|thi hành|quán triệt|thể chế h)",
    ),
)
"""Relations that a passage opens with."""
RELATIONS = frozenset({*dict(_OWN), *dict(_OPENING), "issued_with", "expires", MENTIONS})
"""Every relation that a reference may have."""
ENDING = frozenset({"repeals", "replaces", "expires", "suspends"})
"""Relations after which the paper they are said of no longer holds."""

_HEAD = r"^[\W_]*(?:(?:điều\s+\d+|[\divx]+|[a-zđ])\s*[.):]\s*)?(?:[\divx]+\s*[.)]\s*)?"
_THIS = r"\b(?:\w+\s){1,3}này,?\s(?:(?:\S+\s){0,3}?|(?:đã |sẽ )?(?:có hiệu lực|chính thức|được ban hành)[^;“”]{0,220}?)"
_LATER = r"(?:[,;]|\bvà|\bđồng thời)\s*"
_WITH = re.compile(r"kèm theo\W+(?:\w+\W+){0,3}?$", re.IGNORECASE)
_EXPIRES = re.compile(
    r"^[^;.“”]{0,220}?(?<!này )(?<!này có )\b(?P<cue>(?:hết|chấm dứt|không còn) hiệu lực)\b(?P<partly> một phần)?",
    re.IGNORECASE,
)
_UNDER = re.compile(r"\btheo\s+(?:quy định\s+)?(?:tại\s+|của\s+)?$", re.IGNORECASE)
_PASSIVE = re.compile(
    r"^(?P<gap>[^;]{0,260}?)(?:được|đã|đã được|\()\s*"
    r"(?P<cue>sửa đổi(?:(?:,| và) bổ sung)?|bổ sung|thay thế|bãi bỏ|đính chính)"
    r"[^;]{0,90}?\b(?:bởi|theo|tại|bằng)\s[^;]{0,40}$",
    re.IGNORECASE,
)
_BY = re.compile(
    r"(?:sửa đổi(?:(?:,| và) bổ sung)?|bổ sung|thay thế|bãi bỏ)[^;]{0,60}?\b(?:bởi|theo|tại|bằng)\s", re.IGNORECASE
)
_RELATION_OF = {
    "sửa đổi": "amends",
    "bổ sung": "amends",
    "thay thế": "replaces",
    "bãi bỏ": "repeals",
    "đính chính": "corrects",
}
_JOINED = re.compile(r"(?:[,;]|\bvà|\bhoặc|\bcùng|\bvới)\s*(?:các\s+)?(?:số\s*:?\s*)?$", re.IGNORECASE)
_TITLE_GOES_ON = re.compile(
    r"^[^;]{0,260}?\b(?:hướng dẫn|quy định|thi hành|thực hiện|triển khai|về việc|về|theo|tại|của)\b[^;]*$",
    re.IGNORECASE,
)
_SENTENCE_ENDS = re.compile(r"[.]\s+[A-ZĐÀ-Ỹ]")
_LIST_FOLLOWS = re.compile(r"\b(?:sau|sau đây|dưới đây|gồm|gồm có)\b[^:]{0,160}:\s*$", re.IGNORECASE)
_CITES = re.compile(r"\d[/-]\s?(?:\d{4}/)?[A-ZĐ]")
_PART = r"(?:điểm|khoản|điều|chương|mục|phần|tiết|phụ lục)"
_SCOPE = re.compile(
    rf"(?P<scope>(?:(?:các |một số )?{_PART}\s+[^;:“”]{{1,160}}?"
    r"|một số (?:điều|nội dung|quy định)[^;:“”]{0,40}?|một phần))"
    r"\s*(?:ban hành\s*)?(?:của|tại|thuộc|trong)?\s*$",
    re.IGNORECASE,
)
_LINKS = re.compile(r"[\s,]*(?:(?:của|tại|thuộc|trong)[\s,]*)*$", re.IGNORECASE)
_FROM_DAY = re.compile(
    r"từ ngày\s+(?:(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>(?:19|20)\d\d)"
    r"|(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}) năm (?P<y>(?:19|20)\d\d))",
    re.IGNORECASE,
)
_NEAR, _NEAR_IN_LIST = 100, 260
"""The words of a relation reach so many letters to a citation."""
_NO_ACT = re.compile(r"\b(?:luật|pháp lệnh|được|bị)\s+$", re.IGNORECASE)
_CHANGING = frozenset(dict(_OWN)) | {"guides"}
_BASE_GOES_ON = re.compile(
    r"^\W{0,3}(?:Luật|Bộ luật|Pháp lệnh|Nghị|Thông|Quyết|Quy|Chỉ thị|Kết luận|Điều lệ|Hiến pháp)\b"
)

_WHOLE_PASSAGE = ("based_on", "proposed_in")
_STARTS = {name: re.compile(_HEAD + f"(?P<cue>{cue})", re.IGNORECASE) for name, cue in (*_OPENING, *_OWN)}
_BEHIND_THIS = {
    name: re.compile(f"{_THIS}(?P<cue>{cue})", re.IGNORECASE) for name, cue in (*_OWN, *_OPENING) if name != "based_on"
}
_INSIDE = {name: re.compile(rf"\b(?P<cue>{cue})", re.IGNORECASE) for name, cue in (*_OPENING, *_OWN)}
_ONWARD = {name: re.compile(rf"{_LATER}(?P<cue>{cue})", re.IGNORECASE) for name, cue in _OWN}


@dataclass(frozen=True, slots=True)
class Cue:
    """The words that say a relation, in the text they were looked for in."""

    relation: str
    match: re.Match[str]

    def start(self, group: str) -> int:
        """Where they begin."""
        return self.match.start(group)

    def end(self, group: str) -> int:
        """Where they end."""
        return self.match.end(group)


@dataclass(frozen=True, slots=True)
class End:
    """Where words behind a citation say that it ends, and whether they mean a part of it."""

    end: int
    scope: str | None


def with_it(before: str) -> int | None:
    """Where `kèm theo` stands, right before a citation."""
    found = _WITH.search(before)
    return found.start() if found else None


def own_cue(passage: Passage, before: str, *, reach: int = 0, whole_passage: bool = False) -> Cue | None:
    """The words before a citation of which the document itself is the subject, nearest first.

    `reach` is where the citation before ends. With `whole_passage` only those that hold for all that it cites.
    """
    if whole_passage:
        starts = (Cue(name, found) for name in _WHOLE_PASSAGE if (found := _STARTS[name].search(before)))
        return next(starts, None)
    near = [cue for cue in _own_cues(passage, before) if _reaches(cue, before, reach)]
    changing = [cue for cue in near if cue.relation in dict(_OWN)]
    return max(changing, key=lambda cue: cue.start("cue"), default=None) or next(iter(near), None)


def _own_cues(passage: Passage, before: str) -> Iterator[Cue]:
    is_quoted = passage.is_quoted or before.lstrip()[:1] in {"“", '"'}
    for name, _ in () if is_quoted else _OWN:
        first = [
            found
            for pattern in (_STARTS[name], _BEHIND_THIS[name], *([_INSIDE[name]] if passage.is_subject else []))
            for found in pattern.finditer(before)
        ]
        yield from (Cue(name, found) for found in first if not _is_no_act(before, found))
    if not is_quoted and _is_begun(passage, before):
        yield from (Cue(name, found) for name, _ in _OWN for found in _ONWARD[name].finditer(before))
    for name, _ in _OPENING:
        pattern = (_INSIDE if passage.is_subject else _STARTS)[name]
        if found := pattern.search(before) or (_BEHIND_THIS[name].search(before) if name == "guides" else None):
            yield Cue(name, found)


def _is_begun(passage: Passage, before: str) -> bool:
    """Whether the document was named as the subject before: what follows `và` or a comma is said of it as well."""
    patterns = [*(_STARTS[name] for name, _ in _OWN), *(_BEHIND_THIS[name] for name, _ in _OWN)]
    return passage.is_subject or any(pattern.search(before) for pattern in patterns)


def _is_no_act(before: str, cue: re.Match[str]) -> bool:
    """`Luật sửa đổi, bổ sung một số điều của Luật ... số` is the name of one law; `được sửa đổi` is done to it."""
    return bool(_NO_ACT.search(before[: cue.start("cue")]))


def _reaches(cue: Cue, before: str, reach: int) -> bool:
    """Whether the words are said of a citation right behind `before`: near, in one sentence, through no other one."""
    gap = before[cue.end("cue") :]
    is_changing = cue.relation in dict(_OWN)
    if (
        _SENTENCE_ENDS.search(gap)
        or (cue.relation in _CHANGING and re.search(r"\btheo\b", gap))
        or _BY.match(before, cue.start("cue"))
    ):
        return False
    if cue.end("cue") >= reach:
        return len(gap) <= (_NEAR_IN_LIST if scope_before(gap) else _NEAR)
    between = before[reach:]
    return is_joined(between) if is_changing else len(between) <= _NEAR


def expires_behind(text: str, start: int, end: int) -> End | None:
    """Where the words behind a citation say that it no longer holds. Papers made `theo` it are not meant."""
    found = _EXPIRES.match(text[end:])
    if found is None or _UNDER.search(text[:start]):
        return None
    return End(end + found.end(), "một phần" if found["partly"] else None)


def by_passive(between: str) -> str | None:
    """The relation of the second citation to the first, where the first is said to be changed by it."""
    found = _PASSIVE.match(between)
    if found is None or "này" in found["gap"]:
        return None
    return _relation(found["cue"])


def _relation(cue: str) -> str:
    return next(relation for words, relation in _RELATION_OF.items() if cue.lower().startswith(words))


def other_papers_cue(between: str) -> Cue | None:
    """The words between two citations by which the first changes the second; none behind `và`, a comma, or `này`."""
    for name, words in _OWN:
        found = re.search(rf"^(?P<gap>[^;:“”()]{{0,200}}?)\b(?P<cue>{words})", between, re.IGNORECASE)
        if found is None or re.search(
            r"(?:\bvà|,|\bđồng thời|\bđể)\s*$|\bnày\b|\bhiệu lực\b|\bviệc\b|\bđược\s*$", found["gap"]
        ):
            continue
        if not _SENTENCE_ENDS.search(between[found.end() :]) and not re.search(r"\btheo\b", between[found.end() :]):
            return Cue(name, found)
    return None


def is_joined(between: str) -> bool:
    """Whether a citation stands beside the one before as its equal: behind a comma or `và`."""
    scope = _SCOPE.search(between)
    joint = between[: scope.start()] if scope else between
    return bool(_JOINED.search(joint)) and not _SENTENCE_ENDS.search(between)


def is_title_goes_on(between: str) -> bool:
    """Whether the second citation stands in the title of the first: `Thông tư số ... hướng dẫn Nghị định số ...`."""
    return bool(_TITLE_GOES_ON.match(between)) and not is_joined(between)


def announced(passage: Passage) -> str | None:
    """The relation of a list that a passage announces: `Bãi bỏ các văn bản sau:`."""
    text = passage.mended.rstrip()
    if not _LIST_FOLLOWS.search(text) or _CITES.search(text):
        return None
    if _EXPIRES.match(re.sub(r"[.;]", " ", text)):
        return "expires"
    return next((cue.relation for cue in _own_cues(passage, text) if cue.relation in dict(_OWN)), None)


def is_base_line(passage: Passage) -> bool:
    """Whether a passage names what the document rests on, and may go on in the next: it ends with `;`."""
    return bool(_STARTS["based_on"].match(passage.mended)) and not passage.is_last


def goes_on_as_base(passage: Passage) -> bool:
    """Whether a passage behind a base begins with another paper and so is one too."""
    return bool(_BASE_GOES_ON.match(passage.mended))


def scope_before(text: str) -> str | None:
    """The part of a paper that stands right before its citation: `khoản 2 Điều 5 của`."""
    found = _SCOPE.search(text)
    return _LINKS.sub("", " ".join(found["scope"].split())) if found else None


def starts_of_effect(text: str) -> str | None:
    """The one ISO day from which something holds or ends, where a passage gives one."""
    days = {iso_date(found) for found in _FROM_DAY.finditer(text)}
    return days.pop() if len(days) == 1 else None
