"""Grants proposed for a document: by its recipients (nơi nhận) and by its class. A proposal gives nobody anything.

Each line is told with what it was matched to. What may mean two is doubtful, what is of another organisation is outside
it: neither becomes a grant. A person confirms a proposal by publishing with the mark under which it was shown, which
stands for exactly these grants. Phrases such as `các chi bộ trực thuộc` speak of the body that issued the paper.
Rules: `docs/organisation.md`, "Proposed grants".
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.access import Grant, Role, lineage, role_token
from pipeline.errors import UsageError
from pipeline.model import DocumentRecord, FieldName, Organisation, Unit, present_parents
from pipeline.text import clean, name_key, tokens


class DocumentClass(StrEnum):
    """How widely a document is meant: a template for grants, and nothing more."""

    OPEN = "cong_khai"
    INTERNAL = "noi_bo"
    RESTRICTED = "han_che"


CLASS_WORDS: Mapping[DocumentClass, str] = {
    DocumentClass.OPEN: "công khai trong Đảng bộ",
    DocumentClass.INTERNAL: "nội bộ",
    DocumentClass.RESTRICTED: "hạn chế",
}


class LineOutcome(StrEnum):
    """What became of a line."""

    MATCHED = "matched"
    DOUBTFUL = "doubtful"
    OUTSIDE = "outside"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A line of the recipients, or the class (`source`), with the grants that it proposes and why, in Vietnamese."""

    source: FieldName
    text: str
    outcome: LineOutcome
    grants: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class GrantProposal:
    """What is proposed. `mark` stands for exactly these grants of this document; with `doubts` none is confirmed."""

    lines: tuple[ProposedLine, ...]
    grants: tuple[str, ...]
    doubts: tuple[str, ...]
    mark: str

    def confirmed(self, mark: str) -> list[Grant]:
        """The grants, if what was shown under `mark` is what is proposed now.

        Raises:
            UsageError: it has changed since, or is doubtful, or proposes nothing.
        """
        if self.doubts:
            raise UsageError(f"Đề xuất còn chỗ chưa rõ nên hãy tự nêu quyền xem: {self.doubts[0]}")
        if not self.grants:
            raise UsageError("Không có quyền xem nào được đề xuất. Hãy tự nêu quyền xem.")
        if mark != self.mark:
            raise UsageError("Đề xuất đã thay đổi từ khi bạn xem. Hãy xem lại rồi công bố.")
        return [Grant(token) for token in self.grants]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a line was matched to."""

    outcome: LineOutcome
    reason: str
    grants: tuple[str, ...] = ()


_PURPOSE = re.compile(r"\s*\([^)]*\)?\s*$")
_ARCHIVE = re.compile(r"luu\b")
_BODIES = r"(?:dang uy|dang bo|chi bo|chi uy|to chuc dang|don vi)"
_BELOW = re.compile(rf"cac {_BODIES}(?: (?:va )?{_BODIES})*(?: co so)? truc thuoc(?: dang uy| dang bo)?")
_MEMBERS = re.compile(r"(?:cac|toan the) (?:dong chi )?dang vien(?: (?:trong|cua|thuoc))?(?: (?:chi bo|dang bo))?")
_COMMITTEE = re.compile(
    r"(?:cac )?(?:dong chi )?(?:(?:uy vien )?(?:ban chap hanh|bch)(?: dang bo| dang uy| chi bo)?"
    r"|dang uy vien|cap uy vien|chi uy vien)"
)
_NARROWER = re.compile(r"(?:cac )?(?:dong chi )?(?:uy vien )?(?:ban thuong vu|btv|thuong truc|pho bi thu|bi thu)\b.*")
_INSPECTION = re.compile(r"(?:uy ban kiem tra|ubkt)(?: dang uy| dang bo)?")
_OFFICE = re.compile(r"(?:van phong|vp)(?: dang uy| cap uy)?")
_OWN_BODY = {"dang uy": "dang_uy", "dang bo": "dang_uy", "chi bo": "chi_bo"}
_COMRADE = f"{name_key('đồng chí')} "
_LEAST_WORDS = 3
"""So many words that all stand in a unit's name may mean that unit; fewer say too little."""

_OUTSIDE = _Found(LineOutcome.OUTSIDE, "không khớp đơn vị hay người nào trong tổ chức")


def proposed_grants(record: DocumentRecord, organisation: Organisation, *, today: date) -> GrantProposal:
    """What a document's recipients and class propose in the organisation as it is on that day."""
    finder = _Finder.of(record, organisation, today)
    kind = record.value(FieldName.CLASS)
    chosen = DocumentClass(kind) if kind else None
    lines = (*_of_recipients(record, finder, chosen), *([finder.of_class(chosen)] if chosen else []))
    grants = tuple(sorted({token for line in lines for token in line.grants}))
    recipients = record.fields.get(FieldName.RECIPIENTS)
    unsure = ["Nơi nhận đọc chưa chắc chắn."] if recipients and recipients.is_doubtful else []
    doubts = [f"«{line.text}»: {line.reason}." for line in lines if line.outcome is LineOutcome.DOUBTFUL]
    told = repr((record.id, record.version, kind, recipients and recipients.value, grants))
    return GrantProposal(lines, grants, (*unsure, *doubts), hashlib.sha256(told.encode()).hexdigest()[:16])


def _of_recipients(record: DocumentRecord, finder: "_Finder", chosen: DocumentClass | None) -> Iterator[ProposedLine]:
    for entry in (record.value(FieldName.RECIPIENTS) or "").split("; "):
        if name_key(entry):
            found = finder.of_entry(entry)
            if chosen is DocumentClass.RESTRICTED and any(_is_wide(token) for token in found.grants):
                found = _Found(LineOutcome.DOUBTFUL, f"rộng hơn mức {CLASS_WORDS[chosen]}: {', '.join(found.grants)}")
            yield ProposedLine(FieldName.RECIPIENTS, entry, found.outcome, found.grants, found.reason)


def _is_wide(token: str) -> bool:
    return token.partition(":")[0] not in {"role", "person"}


@dataclass(frozen=True, slots=True)
class _Finder:
    """Finds whom a line means, among the units and people of today. `base` issued the paper, if it is a unit."""

    owner: str
    base: Unit | None
    units: Mapping[str, Unit]
    parents: Mapping[str, str | None]
    people: Mapping[str, tuple[str, ...]]
    """The people of a name who have a role today."""

    @classmethod
    def of(cls, record: DocumentRecord, organisation: Organisation, today: date) -> "_Finder":
        """For this document."""
        parents = present_parents(organisation.units, today)
        units = {unit.id: unit for unit in organisation.units if unit.id in parents}
        people: dict[str, tuple[str, ...]] = {}
        for person in organisation.people:
            if any(role.holds_on(today) and role.unit in units for role in person.memberships):
                key = name_key(person.name)
                people[key] = (*people.get(key, ()), person.id)
        return cls(record.owner_unit, units.get(record.value(FieldName.ISSUER) or ""), units, parents, people)

    def of_class(self, chosen: DocumentClass) -> ProposedLine:
        """What a class proposes for the unit that keeps the document."""
        top = lineage(self.owner, self.parents)[-1]
        roles = (Role.CAP_UY, Role.CHI_UY, Role.CHANH_VAN_PHONG)
        own = self._name(self.owner)
        grants, reason = {
            DocumentClass.OPEN: ([f"under:{top}"], f"mọi đảng viên trong «{self._name(top)}»"),
            DocumentClass.INTERNAL: ([f"under:{self.owner}"], f"«{own}» và các đơn vị trực thuộc"),
            DocumentClass.RESTRICTED: (
                [role_token(role, self.owner) for role in roles],
                f"cấp ủy, chi ủy và chánh văn phòng của «{own}»",
            ),
        }[chosen]
        return ProposedLine(FieldName.CLASS, CLASS_WORDS[chosen], LineOutcome.MATCHED, tuple(grants), reason)

    def of_entry(self, entry: str) -> _Found:
        """Whom a line means: as a whole, or else by its parts."""
        bare = _PURPOSE.sub("", entry)
        if _ARCHIVE.match(_words(bare)):
            return _Found(LineOutcome.ARCHIVE, "dặn lưu trữ, không phải người đọc")
        whole = self._of_words(bare)
        parts = [part for part in re.split(r",| và ", bare) if name_key(part)]
        if whole.outcome is not LineOutcome.OUTSIDE or len(parts) <= 1:
            return whole
        found = [self._of_words(part) for part in parts]
        return _joined(found) if any(one.outcome is not LineOutcome.OUTSIDE for one in found) else whole

    def _of_words(self, text: str) -> _Found:
        words = _words(text)
        return self._named(text) or self._in_base(words) or self._alike(words) or _OUTSIDE

    def _named(self, text: str) -> _Found | None:
        """A unit or a person by the name."""
        exact = name_key(text)
        units = [unit.id for unit in self.units.values() if exact in map(name_key, unit.names)]
        people = self.people.get(exact.removeprefix(_COMRADE), ())
        named = (*(f"unit:{unit}" for unit in units), *(f"person:{person}" for person in people))
        if len(named) > 1:
            return _Found(LineOutcome.DOUBTFUL, f"có thể là {', '.join(named)}")
        if not named:
            return None
        return _Found(LineOutcome.MATCHED, f"đúng tên {'đơn vị' if units else 'người'}", named)

    def _in_base(self, words: str) -> _Found | None:
        """Whom a phrase means in the body that issued the paper; nobody, where that is none of ours."""
        if self.base is None:
            return None
        base = self.base.id
        committee = Role.CHI_UY if self.base.kind == "chi_bo" else Role.CAP_UY
        office = (Role.CHANH_VAN_PHONG, Role.VAN_THU)
        phrases = (
            (_BELOW, "các đơn vị trực thuộc", [f"under:{unit}" for unit in sorted(self._below(base))]),
            (_MEMBERS, "đảng viên", [f"under:{base}"]),
            (_COMMITTEE, "cấp ủy", [role_token(committee, base)]),
            (_INSPECTION, "ủy ban kiểm tra", [role_token(Role.UY_BAN_KIEM_TRA, base)]),
            (_OFFICE, "văn phòng", [role_token(role, base) for role in office]),
        )
        for pattern, whom, meant in phrases:
            if meant and pattern.fullmatch(words):
                return _matched(f"{whom} của «{self.base.name}»", *meant)
        if _NARROWER.fullmatch(words):
            return _Found(LineOutcome.DOUBTFUL, "hẹp hơn mọi vai trò trong tổ chức; hãy nêu từng người")
        return self._own_body(words)

    def _below(self, unit: str) -> list[str]:
        return [each for each, parent in self.parents.items() if parent == unit]

    def _own_body(self, words: str) -> _Found | None:
        """`Đảng ủy` alone: the nearest one at or above the body that issued the paper."""
        kind = _OWN_BODY.get(words.removesuffix(" cap tren"))
        above = lineage(self.base.id, self.parents) if self.base else []
        unit = next((unit for unit in above if self.units[unit].kind == kind), None)
        return _matched(f"«{self._name(unit)}»", f"unit:{unit}") if unit else None

    def _alike(self, words: str) -> _Found | None:
        """Units in whose name all these words stand: too little to be sure."""
        said = set(words.split())
        alike = [
            unit.id
            for unit in self.units.values()
            if len(said) >= _LEAST_WORDS and any(said <= set(_words(name).split()) for name in unit.names)
        ]
        return _Found(LineOutcome.DOUBTFUL, f"có thể là {', '.join(alike)}") if alike else None

    def _name(self, unit: str) -> str:
        return self.units[unit].name if unit in self.units else unit


def _words(text: str) -> str:
    """The words of a text without accents and punctuation."""
    return " ".join(token.folded for token in tokens(clean(text)))


def _matched(reason: str, *grants: str) -> _Found:
    return _Found(LineOutcome.MATCHED, reason, grants)


def _joined(found: Sequence[_Found]) -> _Found:
    """The parts of a line as one: doubtful as soon as one of them is."""
    doubtful = next((one for one in found if one.outcome is LineOutcome.DOUBTFUL), None)
    if doubtful is not None:
        return doubtful
    reasons = dict.fromkeys(one.reason for one in found)
    return _matched("; ".join(reasons), *dict.fromkeys(token for one in found for token in one.grants))
