"""Whether a document still holds (hiệu lực): the words for it, and which relations may end it.

A relation proposes, a person confirms. Only the body that issued a paper, a body above it, or the one that took over
its work can end it. Rules: `docs/domain.md`, "Validity".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipeline.access import lineage
from pipeline.model import DocumentRecord, FieldName
from pipeline.numbers import parse_number
from pipeline.text import fold, name_key


class Validity(StrEnum):
    """Where a document stands."""

    IN_FORCE = "con_hieu_luc"
    NOT_YET = "chua_co_hieu_luc"
    PARTLY_ENDED = "het_hieu_luc_mot_phan"
    ENDED = "het_hieu_luc"
    SUSPENDED = "ngung_hieu_luc"
    UNFIT = "khong_con_phu_hop"
    UNKNOWN = "chua_xac_dinh"


VALIDITY_WORDS: Mapping[str, str] = MappingProxyType(
    {
        Validity.IN_FORCE: "Còn hiệu lực",
        Validity.NOT_YET: "Chưa có hiệu lực",
        Validity.PARTLY_ENDED: "Hết hiệu lực một phần",
        Validity.ENDED: "Hết hiệu lực",
        Validity.SUSPENDED: "Ngưng hiệu lực",
        Validity.UNFIT: "Không còn phù hợp",
        Validity.UNKNOWN: "Chưa xác định",
    }
)

ENDING = frozenset({"repeals", "replaces", "expires", "suspends"})
"""Relations that propose a validity for the paper they are said of."""

_RANKS: tuple[tuple[str, int], ...] = (
    ("quoc hoi", 90),
    ("uy ban thuong vu quoc hoi", 80),
    ("chu tich nuoc", 75),
    ("chinh phu", 70),
    ("thu tuong chinh phu", 65),
    ("ban chap hanh trung uong", 90),
)
_MINISTRY, _PROVINCE, _DISTRICT, _COMMUNE = 50, 40, 30, 20
_LOCAL = ((" tinh ", _PROVINCE), (" thanh pho ", _PROVINCE), (" huyen ", _DISTRICT), (" quan ", _DISTRICT),
          (" xa ", _COMMUNE), (" phuong ", _COMMUNE))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bodies:
    """What is known of bodies: units' parents, units' names, and by a code in numbers that of the body after it."""

    parents: Mapping[str, str | None]
    names: Mapping[str, Sequence[str]]
    successors: Mapping[str, str]


def proposed(relation: str, scope: str | None) -> Validity | None:
    """The validity that a relation proposes for the paper it is said of."""
    if relation not in ENDING:
        return None
    if relation == "suspends":
        return Validity.SUSPENDED
    return Validity.PARTLY_ENDED if scope else Validity.ENDED


def may_end(by: DocumentRecord, ended: DocumentRecord, bodies: Bodies) -> bool:
    """Whether one paper comes from the body of the other, from one above it, or from the one after it."""
    above, below = by.value(FieldName.ISSUER), ended.value(FieldName.ISSUER)
    if above is None or below is None:
        return False
    if _same(above, below, bodies) or above in lineage(below, bodies.parents):
        return True
    parent = ended.value(FieldName.ISSUER_PARENT)
    if parent is not None and _same(above, parent, bodies):
        return True
    is_one_system = by.value(FieldName.SYSTEM) == ended.value(FieldName.SYSTEM)
    is_higher = is_one_system and _rank(above, bodies) > _rank(below, bodies) > 0
    return _is_successor(by, ended, bodies) or is_higher


def _same(first: str, second: str, bodies: Bodies) -> bool:
    names = [{name_key(name) for name in bodies.names.get(body, (body,))} for body in (first, second)]
    return first == second or bool(names[0] & names[1])


def _is_successor(by: DocumentRecord, ended: DocumentRecord, bodies: Bodies) -> bool:
    """Whether the code in one number is that of the body which took over from the other's."""
    codes = [_code(record) for record in (by, ended)]
    if None in codes:
        return False
    later, code = codes
    for _ in range(len(bodies.successors)):
        code = bodies.successors.get(code or "")
        if code is None:
            return False
        if code == later:
            return True
    return False


def _code(record: DocumentRecord) -> str | None:
    number = parse_number(record.value(FieldName.NUMBER) or "")
    return number.org.split("-")[0] if number else None


def _rank(issuer: str, bodies: Bodies) -> int:
    """The rank of a central body, a ministry or a local one, by its printed name; 0 where it says none."""
    name = f" {fold(next(iter(bodies.names.get(issuer, (issuer,)))))} "
    for known, rank in _RANKS:
        if name.strip() == known:
            return rank
    for part, rank in _LOCAL:
        if part in name:
            return rank
    return _MINISTRY if name.startswith(" bo ") else 0
