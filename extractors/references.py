"""References to other documents (viện dẫn): which papers a document cites, and what it says of them.

    passages (a base, an article, an item) ─► citations ─► relation by the words before, between or behind

A relation is the document's own only where the document is its subject: in its subject line, at the head of a passage,
or behind `... này`. Where another paper is the subject (`Nghị định A sửa đổi Nghị định B`, `A được sửa đổi bởi B`),
that is a `Statement` about the two. Anything else that is cited is `mentions`. The words themselves are in
`extractors.relation_words`. Rules: `docs/domain.md`, "Relations".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from extractors.citations import Citation, all_citations, citations_in
from extractors.passages import Passage, passages_of
from extractors.relation_words import (
    BASED_ON,
    ENDING,
    MENTIONS,
    announced,
    by_passive,
    expires_behind,
    goes_on_as_base,
    is_base_line,
    is_joined,
    is_title_goes_on,
    other_papers_cue,
    own_cue,
    scope_before,
    starts_of_effect,
    with_it,
)
from pipeline.model import FieldName, FieldValue, PageResult, Reference, Statement
from pipeline.text import fold

_LONGEST_EVIDENCE = 240
_DO_NOT_CHANGE_LAW = frozenset({"to_trinh", "bao_cao", "cong_van", "giay_moi", "bien_ban", "phieu_gui", "du_an"})
"""Papers that speak of changing others in their subject but change none: they propose, report, send."""


@dataclass(frozen=True, slots=True)
class Found:
    """All that a document says of others."""

    references: tuple[Reference, ...]
    statements: tuple[Statement, ...]


def references_of(pages: Sequence[PageResult], fields: Mapping[FieldName, FieldValue]) -> Found:
    """The documents cited, each with what is said of it, once; what is only mentioned as `mentions`."""
    passages = list(passages_of(pages, fields))
    known = [citation for passage in passages for citation in citations_in(passage.mended)]
    references: dict[tuple[str, str], Reference] = {}
    statements: dict[tuple[str, str, str], Statement] = {}
    carried: str | None = None
    is_base = False
    for passage in passages:
        listed = BASED_ON if is_base and goes_on_as_base(passage) else carried
        reading = _Reading(passage, all_citations(passage.mended, known), listed, fields)
        for reference in reading.references():
            if not _is_own(reference, fields):
                references.setdefault((reference.relation, reference.number or fold(reference.name or "")), reference)
        for statement in reading.statements():
            statements.setdefault((statement.relation, statement.subject, statement.object), statement)
        carried = announced(passage) or (None if passage.is_last else carried)
        is_base = is_base_line(passage) or (is_base and goes_on_as_base(passage) and not passage.is_last)
    said = {cited for relation, cited in references if relation != MENTIONS}
    kept = tuple(r for (relation, cited), r in references.items() if relation != MENTIONS or cited not in said)
    return Found(kept, tuple(statements.values()))


def _is_own(reference: Reference, fields: Mapping[FieldName, FieldValue]) -> bool:
    """Whether a reference is to the document itself: by its number, or on its annex (`Kèm theo Nghị quyết ...`)."""
    number, kind = fields.get(FieldName.NUMBER), fields.get(FieldName.TYPE)
    is_same = number is not None and reference.number is not None and fold(number.value) == fold(reference.number)
    is_annex = reference.relation == "issued_with" and reference.page > 1
    return is_same or (is_annex and kind is not None and kind.value == reference.type)


@dataclass(frozen=True, slots=True)
class _Said:
    """What is said of a citation: the relation of the document to it, from where to where the words say so."""

    relation: str
    start: int
    end: int
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A passage with its citations in order. `carried` is what the list that it belongs to announced."""

    passage: Passage
    citations: Sequence[Citation]
    carried: str | None
    fields: Mapping[FieldName, FieldValue]

    @property
    def text(self) -> str:
        """The text with its accents put right."""
        return self.passage.mended

    def references(self) -> Iterator[Reference]:
        """Each citation with what is said of it."""
        previous: _Said | None = None
        for place, citation in enumerate(self.citations):
            said = self._said(place, previous)
            evidence = self.passage.text[max(said.start, citation.end - _LONGEST_EVIDENCE) : said.end]
            yield Reference(
                self._as_kind_allows(said.relation),
                citation.number,
                citation.type,
                evidence.strip(" -+*~"),
                self.passage.page,
                name=citation.name,
                date=citation.date,
                issuer=citation.issuer,
                scope=said.scope,
                effect=starts_of_effect(self.text) if said.relation in ENDING else None,
            )
            previous = said

    def statements(self) -> Iterator[Statement]:
        """What the passage says of two of the papers that it cites."""
        chain: tuple[str, Citation] | None = None
        for place, citation in enumerate(self.citations[1:], start=1):
            before = self.citations[place - 1]
            between = self.text[before.end : citation.start]
            if relation := by_passive(between):
                chain = (relation, before)
            elif chain is None or not is_joined(between):
                chain = None
            pairs: list[tuple[str, Citation, Citation, str | None]] = []
            if chain is not None:
                pairs = [(chain[0], citation, chain[1], None)]
            elif cue := other_papers_cue(between):
                scope = scope_before(between[cue.end("cue") :])
                pairs = [(cue.relation, before, citation, scope)]
            for relation, subject, changed, scope in pairs:
                if subject.number and changed.number:
                    first = min(subject.start, changed.start)
                    evidence = self.passage.text[max(first, citation.end - _LONGEST_EVIDENCE) : citation.end]
                    yield Statement(relation, subject.number, changed.number, evidence, self.passage.page, scope)

    def _said(self, place: int, previous: _Said | None) -> _Said:
        citation = self.citations[place]
        before = self.text[: citation.start]
        reach = self.citations[place - 1].end if place else 0
        if attached := with_it(before):
            return _Said("issued_with", attached, citation.end)
        if whole := own_cue(self.passage, before, whole_passage=True):
            return _Said(whole.relation, whole.start("cue"), citation.end)
        if end := expires_behind(self.text, citation.start, citation.end):
            return _Said("expires", citation.start, end.end, scope_before(before[reach:]) or end.scope)
        return self._said_before(citation, before, reach, previous)

    def _said_before(self, citation: Citation, before: str, reach: int, previous: _Said | None) -> _Said:
        """What words before a citation say of it; `previous` is what is said of the citation that ends at `reach`."""
        between = before[reach:]
        is_others = previous is not None and self._is_of_other_paper(between)
        if not is_others and (cue := own_cue(self.passage, before, reach=reach)):
            scope = scope_before(before[max(cue.end("cue"), reach) :])
            return _Said(cue.relation, cue.start("cue"), citation.end, scope)
        if previous and not is_others and previous.relation in ENDING and is_joined(between):
            return _Said(previous.relation, previous.start, citation.end, scope_before(between))
        is_listed = previous is None or (previous.relation == self.carried and is_joined(between))
        if self.carried and is_listed:
            return _Said(self.carried, 0, citation.end, scope_before(before[reach:]))
        return _Said(MENTIONS, citation.start, citation.end)

    @staticmethod
    def _is_of_other_paper(between: str) -> bool:
        """Whether the words between two citations belong to the first: they say what it does to the second."""
        return bool(by_passive(between) or other_papers_cue(between) or is_title_goes_on(between))

    def _as_kind_allows(self, relation: str) -> str:
        """`Hướng dẫn thực hiện ...` is guidance: its type says the first half, its subject the second.

        The subject of a proposal or a report says what others are to do.
        """
        kind = self.fields.get(FieldName.TYPE)
        if kind is None or not self.passage.is_subject:
            return relation
        if relation == "implements" and kind.value == "huong_dan":
            return "guides"
        return MENTIONS if relation in ENDING | {"amends"} and kind.value in _DO_NOT_CHANGE_LAW else relation
