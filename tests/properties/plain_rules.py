"""The rules of who may see what and of what matches what, told once more as plainly as can be.

Nothing here comes from the code under test but its values. Who may see a paper is read off the organisation, without
tokens; what matches is read off the words as printed. Knows nothing of synonyms, numbers, and words that fold to the
same in several ways, which the random archives leave out of what is searched for.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Protocol

from pipeline.model import Membership, Organisation, Person
from pipeline.query import FacetCount, SearchRequest
from pipeline.types import TYPES
from tests.papers import Paper

_READS_NOTHING = {"quan_tri_ky_thuat", "kiem_toan"}


class Granted(Protocol):
    """A paper that a unit keeps and that was published to these grants, if to any."""

    @property
    def unit(self) -> str: ...

    @property
    def grants(self) -> tuple[str, ...]: ...


def may_see(person: Person, paper: Granted, organisation: Organisation, today: date) -> bool:
    """Clerks of the paper's unit always, others once it is published and if a grant means them.

    Where it was said so, a unit also stands for one that it came from.
    """
    roles = [role for role in person.memberships if role.role not in _READS_NOTHING and _is_now(role, today)]
    if any(role.role == "van_thu" and paper.unit in _stands_for(role.unit, organisation, today) for role in roles):
        return True
    return any(_means(grant, person, roles, organisation, today) for grant in paper.grants)


def _is_now(role: Membership, today: date) -> bool:
    return (role.valid_from or today) <= today <= (role.valid_to or today)


def _means(grant: str, person: Person, roles: Sequence[Membership], organisation: Organisation, today: date) -> bool:
    kind, _, who = grant.partition(":")
    as_role, _, of_role = who.partition("@")
    for role in roles:
        match kind:
            case "everyone":
                is_meant = True
            case "person":
                is_meant = who == person.id
            case "unit":
                is_meant = who in _stands_for(role.unit, organisation, today)
            case "role":
                is_meant = role.role == as_role and of_role in _stands_for(role.unit, organisation, today)
            case "under":
                above = _units_above(role.unit, organisation)
                is_meant = any(who in _stands_for(unit, organisation, today) for unit in above)
            case _:
                raise AssertionError(grant)
        if is_meant:
            return True
    return False


def _stands_for(unit: str, organisation: Organisation, today: date) -> set[str]:
    """The unit itself, those that it came from with their rights by now, and theirs."""
    found = {unit}
    for _ in organisation.successions:
        for each in organisation.successions:
            if each.with_rights and each.day <= today and each.successor in found:
                found.add(each.unit)
    return found


def _units_above(unit: str | None, organisation: Organisation) -> Iterator[str]:
    parents = {each.id: each.parent for each in organisation.units}
    while unit is not None:
        yield unit
        unit = parents[unit]


def matches(paper: Paper, request: SearchRequest, unit_names: Mapping[str, str]) -> bool:
    """Whether a paper has the words, the phrase, and all that is filtered by."""
    texts = [_title(paper, unit_names), *paper.pages]
    return _has_words(texts, request.text) and _passes_filters(paper, request)


def _title(paper: Paper, unit_names: Mapping[str, str]) -> str:
    kind = TYPES[paper.type].title if paper.type else ""
    issuer = unit_names.get(paper.issuer, paper.issuer) if paper.issuer else ""
    return " ".join([paper.number or "", kind, paper.subject or "", issuer])


def _has_words(texts: Sequence[str], asked: str) -> bool:
    if asked.startswith('"'):
        phrase = _words(asked)
        is_accented = [fold(word) for word in phrase] != phrase
        form = str if is_accented else fold
        return any(_stands_in([form(word) for word in phrase], [form(word) for word in _words(text)]) for text in texts)
    wanted = {fold(word) for word in _words(asked)}
    there = {fold(word) for text in texts for word in _words(text)}
    needed = len(wanted) if len(wanted) <= 4 else (len(wanted) + 1) // 2
    return len(wanted & there) >= needed


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _stands_in(phrase: Sequence[str], text: Sequence[str]) -> bool:
    return any(list(text[at : at + len(phrase)]) == list(phrase) for at in range(len(text)))


def fold(text: str) -> str:
    """Without accents."""
    decomposed = unicodedata.normalize("NFD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _passes_filters(paper: Paper, request: SearchRequest) -> bool:
    first, last = days(paper.date)
    return (
        (not request.types or paper.type in request.types)
        and (not request.issuers or paper.issuer in request.issuers)
        and (not request.units or paper.unit in request.units)
        and (not request.validities or paper.validity in request.validities)
        and (not request.topics or paper.topic in request.topics)
        and (not request.years or first[:4] in map(str, request.years))
        and (request.date_from is None or first >= days(request.date_from)[0])
        and (request.date_to is None or (last != "" and last <= days(request.date_to)[1]))
    )


def days(text: str | None) -> tuple[str, str]:
    """The first and the last day that a date may be; empty where there is none."""
    if text is None:
        return "", ""
    return (f"{text}-01-01"[:10], f"{text}-12-31"[:10] if len(text) != 7 else f"{text}-31")


def facets(papers: Sequence[Paper]) -> dict[str, tuple[FacetCount, ...]]:
    """How many of these papers have which value, most first, then by key."""
    values: dict[str, list[str | None]] = {
        "type": [paper.type for paper in papers],
        "issuer": [paper.issuer for paper in papers],
        "year": [paper.date[:4] for paper in papers if paper.date],
        "unit": [paper.unit for paper in papers],
        "validity": [paper.validity for paper in papers],
        "topic": [paper.topic for paper in papers],
    }
    return {name: _counted([value for value in found if value]) for name, found in values.items()}


def _counted(values: Sequence[str]) -> tuple[FacetCount, ...]:
    counts = sorted(Counter(values).items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(FacetCount(key, count) for key, count in counts)
