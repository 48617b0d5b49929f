"""Which documents of the archive a document cites, and which cite it, as one reader may know it.

A citation is resolved among the documents that the reader may read and among no others: so what a reader is told
equals what they would be told without the hidden ones. Nothing that is resolved is kept. A citation that means no
document here is *dangling*: the archive lacks the paper, or hides it, which look the same.
Rules: `docs/domain.md`, "Relations".
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.access import Reader, lineage
from pipeline.catalogue import Catalogue
from pipeline.identity import number_key
from pipeline.model import DocumentRecord, FieldName, Reference, Statement
from pipeline.text import fold, name_key
from pipeline.types import UNKNOWN_TYPE


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation and the document that it means, where the reader may read it and it is there."""

    reference: Reference
    document: DocumentRecord | None


@dataclass(frozen=True, slots=True)
class CitedBy:
    """A document that cites another, and what it says of it."""

    document: DocumentRecord
    reference: Reference


@dataclass(frozen=True, slots=True)
class SaidElsewhere:
    """What a third document says of this one and another. `other` is the other one where it is here."""

    document: DocumentRecord
    statement: Statement
    is_subject: bool
    other: DocumentRecord | None


@dataclass(frozen=True, slots=True)
class Relations:
    """All that a reader may know of a document's ties, in the order of its citations, then newest first."""

    cites: tuple[Cited, ...]
    cited_by: tuple[CitedBy, ...]
    said_elsewhere: tuple[SaidElsewhere, ...]
    statements: tuple[Statement, ...]
    same: tuple[DocumentRecord, ...]
    """Other documents that are the same paper by number, type, date and issuer: scanned again, or a copy."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A paper that documents of a unit cite and that is not here: how many cite it, and one that does."""

    number: str | None
    name: str | None
    type: str | None
    date: str | None
    issuer: str | None
    citing: int
    example: str


def cited_by(record: DocumentRecord, facts: Catalogue, *, reader: Reader) -> tuple[CitedBy, ...]:
    """The documents that cite a document, which the reader may read, among those that they may read."""
    return tuple(_archive(facts, reader).cited_by(record))


def relations_of(record: DocumentRecord, facts: Catalogue, *, reader: Reader) -> Relations:
    """What ties a document, which the reader may read, to others that they may read."""
    archive = _archive(facts, reader)
    return Relations(
        cites=tuple(archive.cites([record])[record.id]),
        cited_by=tuple(archive.cited_by(record)),
        said_elsewhere=tuple(archive.said_elsewhere(record)),
        statements=facts.relations.statements_of(record.id),
        same=archive.same(record),
    )


def missing_of(unit: str, facts: Catalogue, *, reader: Reader) -> tuple[Missing, ...]:
    """The papers that a unit's documents cite and that the reader does not find here, most cited first."""
    archive = _archive(facts, reader)
    counts: Counter[str] = Counter()
    first: dict[str, tuple[Reference, str]] = {}
    for ids in facts.relations.documents_of_unit(unit):
        records = archive.readable(ids)
        for document, cited in archive.cites(records).items():
            dangling = {_label(entry.reference): entry.reference for entry in cited if entry.document is None}
            counts.update(dangling.keys())
            for label, reference in dangling.items():
                first.setdefault(label, (reference, document))
    in_order = sorted(counts, key=lambda label: (-counts[label], label))
    return tuple(_missing(*first[label], counts[label]) for label in in_order)


def _label(reference: Reference) -> str:
    if reference.number is None:
        return fold(reference.name or "")
    return f"{number_key(reference.number)} {reference.type or ''}"


def _missing(reference: Reference, example: str, citing: int) -> Missing:
    return Missing(reference.number, reference.name, reference.type, reference.date, reference.issuer, citing, example)


@dataclass(frozen=True, slots=True)
class _Archive:
    """The archive as a reader may know it."""

    facts: Catalogue
    reader: Reader
    scale: "_Scale"

    def readable(self, ids: Iterable[str]) -> list[DocumentRecord]:
        """Those of these documents that the reader may read now."""
        wanted = list(dict.fromkeys(ids))
        found = self.facts.documents.documents(wanted)
        return [found[i] for i in wanted if i in found and found[i].is_readable_by(self.reader)]

    def cites(self, records: Sequence[DocumentRecord]) -> Mapping[str, list[Cited]]:
        """The citations of each of these documents."""
        keys = {key for record in records for reference in record.references if (key := _key(reference.number))}
        candidates = self._with_keys(keys)
        return {
            record.id: [
                Cited(reference, self.scale.best(reference, record, candidates.get(_key(reference.number) or "", ())))
                for reference in record.references
            ]
            for record in records
        }

    def same(self, record: DocumentRecord) -> tuple[DocumentRecord, ...]:
        """The other documents that are the same paper: one number, and nothing known of both that differs."""
        key = _key(record.value(FieldName.NUMBER))
        found = self._with_keys({key}).get(key, ()) if key else ()
        return tuple(other for other in found if other.id != record.id and _is_same_paper(record, other))

    def cited_by(self, record: DocumentRecord) -> Iterator[CitedBy]:
        """The documents that cite this one."""
        key = _key(record.value(FieldName.NUMBER))
        if key is None:
            return
        same = self._with_keys({key}).get(key, ())
        for citing in self.readable(self.facts.relations.citing([key], self.reader)):
            for reference in citing.references:
                meant = self.scale.best(reference, citing, same) if _key(reference.number) == key else None
                if meant is not None and meant.id == record.id != citing.id:
                    yield CitedBy(citing, reference)

    def said_elsewhere(self, record: DocumentRecord) -> Iterator[SaidElsewhere]:
        """What other documents say of this one and a third."""
        key = _key(record.value(FieldName.NUMBER))
        if key is None:
            return
        told = self.facts.relations.statements([key], self.reader)
        speakers = {speaker.id: speaker for speaker in self.readable(said.document for said in told)}
        numbers = {number for said in told for number in (said.statement.subject, said.statement.object)}
        candidates = self._with_keys({k for number in numbers if (k := _key(number))})

        def meant(number: str, speaker: DocumentRecord) -> DocumentRecord | None:
            cited = next((r for r in speaker.references if _key(r.number) == _key(number)), _bare(number))
            return self.scale.best(cited, speaker, candidates.get(_key(number) or "", ()))

        for said in told:
            speaker = speakers.get(said.document)
            if speaker is not None and speaker.id != record.id:
                pair = (meant(said.statement.subject, speaker), meant(said.statement.object, speaker))
                yield from _elsewhere(record, said.statement, speaker, pair)

    def _with_keys(self, keys: Iterable[str]) -> Mapping[str, Sequence[DocumentRecord]]:
        """The readable documents whose number has the key now."""
        found = self.facts.relations.with_keys(set(keys), self.reader)
        records = {record.id: record for record in self.readable(i for ids in found.values() for i in ids)}
        return {
            key: [records[i] for i in ids if i in records and _key(records[i].value(FieldName.NUMBER)) == key]
            for key, ids in found.items()
        }


def _archive(facts: Catalogue, reader: Reader) -> _Archive:
    units = facts.organisation.units()
    names = {unit.id: unit.names for unit in units}
    return _Archive(facts, reader, _Scale({unit.id: unit.parent for unit in units}, names))


def _elsewhere(
    record: DocumentRecord,
    statement: Statement,
    speaker: DocumentRecord,
    pair: tuple[DocumentRecord | None, DocumentRecord | None],
) -> Iterator[SaidElsewhere]:
    """The statement as one about this document, where one of the pair is it."""
    subject, changed = pair
    if subject is not None and subject.id == record.id:
        yield SaidElsewhere(speaker, statement, is_subject=True, other=changed)
    elif changed is not None and changed.id == record.id:
        yield SaidElsewhere(speaker, statement, is_subject=False, other=subject)


def _is_same_paper(first: DocumentRecord, second: DocumentRecord) -> bool:
    """Whether type, date and issuer agree, and the day or the issuer is known of both: a number alone says little."""
    known = [(first.value(name), second.value(name)) for name in (FieldName.TYPE, FieldName.DATE, FieldName.ISSUER)]
    agree = [name_key(a) == name_key(b) for a, b in known if a is not None and b is not None]
    is_told = any(a is not None and b is not None for a, b in known[1:])
    return is_told and all(agree)


def _bare(number: str) -> Reference:
    return Reference("mentions", number, None, "", 1)


def _key(number: str | None) -> str | None:
    return number_key(number) if number else None


_DATED, _NAMED, _NEAR, _SAME, _UNLIKE, _LATER = 8, 4, 2, 1, -4, -2


@dataclass(frozen=True, slots=True)
class _Scale:
    """Weighs which of several papers with one number a citation means. Units' parents, and their names."""

    parents: Mapping[str, str | None]
    names: Mapping[str, Sequence[str]]

    def best(
        self, reference: Reference, citing: DocumentRecord, candidates: Sequence[DocumentRecord]
    ) -> DocumentRecord | None:
        """The document meant: none that contradicts what the citation says, and of several the one that fits best."""
        weighed = [
            (weight, candidate.value(FieldName.DATE) or "", candidate.id, candidate)
            for candidate in candidates
            if (weight := self._weight(reference, citing, candidate)) is not None
        ]
        return max(weighed, key=lambda entry: entry[:3])[3] if weighed else None

    def _weight(self, reference: Reference, citing: DocumentRecord, candidate: DocumentRecord) -> int | None:
        """How well a document fits a citation; None where it cannot be meant."""
        kind, dated = candidate.value(FieldName.TYPE), candidate.value(FieldName.DATE)
        if candidate.id == citing.id or (reference.type and kind not in {None, UNKNOWN_TYPE, reference.type}):
            return None
        weight = self._nearness(citing, candidate)
        if reference.date and dated:
            if not (reference.date.startswith(dated) or dated.startswith(reference.date)):
                return None
            weight += _DATED
        written = citing.value(FieldName.DATE)
        if dated and written and dated > written and not dated.startswith(written):
            weight += _LATER
        if reference.issuer and (issuer := candidate.value(FieldName.ISSUER)):
            weight += _NAMED if self._is_named(reference.issuer, issuer) else _UNLIKE
        return weight

    def _nearness(self, citing: DocumentRecord, candidate: DocumentRecord) -> int:
        """Papers of one's own body, then of those above it, are cited by numbers that others have as well."""
        issuer, own = candidate.value(FieldName.ISSUER), citing.value(FieldName.ISSUER)
        above = lineage(own or citing.owner_unit, self.parents) if (own or citing.owner_unit) in self.parents else []
        near = _NEAR if issuer is not None and (issuer == own or issuer in above) else 0
        return near + (_SAME if candidate.owner_unit == citing.owner_unit else 0)

    def _is_named(self, said: str, issuer: str) -> bool:
        wanted = name_key(said)
        return any(wanted in name_key(name) or name_key(name) in wanted for name in self.names.get(issuer, (issuer,)))
