"""The `Describer` of `pipeline.ports`: a document's fields and references from the words of its pages, by rules.

Where rules have nothing to go by, models help: they learned from texts what topics and kinds sound like.

    first page read ─► header zone ─► type line ─► issuer ─► number ─► type, system, date, subject, urgency
    what stands under the header ─► topic, and the type of a paper without a type line
    last page before an annex ─► signer, title, capacity, recipients
    all pages ─► references

Each value says where it was read and how sure it is; one that is less sure than `CERTAIN` is shown to a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extractors.closing import closing_of
from extractors.date_evidence import weigh_date
from extractors.date_line import read_place
from extractors.issuer import Body, issuers_of
from extractors.kind import PARTY, system_of, titled_type, type_of
from extractors.number_evidence import weigh_number
from extractors.number_line import NO_ISSUER_MATCH, Surroundings
from extractors.passed import passed_on
from extractors.recipients import recipients_of
from extractors.references import references_of
from extractors.second_opinion import second_header
from extractors.signature import signature_of
from extractors.subject import subject_of, urgency_of
from extractors.topic import topic_of
from extractors.turning import as_they_lie, upright
from extractors.untitled import untitled_type
from extractors.zones import Header, header_of
from pipeline.model import Description, Evidence, FieldName, FieldValue, PageResult, PageStatus, Unit
from pipeline.ports import Describer


@dataclass(frozen=True, slots=True)
class RuleDescriber:
    """Describes by the rules of this package; it keeps nothing."""

    def describe(self, pages: Sequence[PageResult], *, file_name: str, units: Sequence[Unit]) -> Description:
        """Fields and references of one document. `pages` are its pages in order; `units` resolve issuers."""
        described = self._upright([upright(page) for page in pages], file_name, units)
        return as_they_lie(described, [page.turned for page in pages])

    def _upright(self, pages: Sequence[PageResult], file_name: str, units: Sequence[Unit]) -> Description:
        first = next((i for i, page in enumerate(pages, start=1) if page.status is not PageStatus.BLANK), None)
        if first is None or not any(page.content for page in pages):
            return Description({})
        fields, evidence = (
            _header_fields(pages[first - 1], first, file_name, units) if pages[first - 1].content else ({}, {})
        )
        if FieldName.DATE not in fields and (passed := passed_on(pages)):
            fields[FieldName.DATE] = passed
        system = fields.get(FieldName.SYSTEM)
        fields |= _closing_fields(pages, is_party=system is not None and system.value == PARTY)
        found = references_of(pages, fields)
        return Description(fields, found.references, found.statements, evidence)


def open_describer() -> Describer:
    """A describer."""
    return RuleDescriber()


def _header_fields(
    page: PageResult, ordinal: int, file_name: str, units: Sequence[Unit]
) -> tuple[dict[FieldName, FieldValue], dict[FieldName, tuple[Evidence, ...]]]:
    """The fields that stand on the first page, and what speaks for number and date."""
    header = header_of(page)
    system = system_of(header, ordinal)
    issuers = issuers_of(header, units, ordinal)
    around = Surroundings(system.value == PARTY, titled_type(header), issuers.issuer, issuers.parent, file_name)
    others = [second_header(other, header) for other in page.others]
    weighed = weigh_number(header, others, around, ordinal)
    number = weighed.value
    kind = type_of(header, number.value if number else None, ordinal)
    dated, date_line = weigh_date(header, others, ordinal)
    found = {
        FieldName.SYSTEM: system,
        FieldName.NUMBER: number,
        FieldName.TYPE: kind,
        FieldName.DATE: dated.value,
        FieldName.PLACE: read_place(date_line, ordinal) if date_line else None,
        FieldName.ISSUER: _issuer(issuers.issuer, number),
        FieldName.ISSUER_PARENT: issuers.parent.value if issuers.parent else None,
        FieldName.SUBJECT: subject_of(header, is_letter=header.title is None, page=ordinal),
        FieldName.URGENCY: urgency_of(header, ordinal),
    }
    fields = {name: value for name, value in found.items() if value is not None}
    evidence = {FieldName.NUMBER: weighed.evidence, FieldName.DATE: dated.evidence}
    learned, witnesses = _by_models(header, fields)
    return fields | learned, evidence | witnesses


def _by_models(
    header: Header, fields: Mapping[FieldName, FieldValue]
) -> tuple[dict[FieldName, FieldValue], dict[FieldName, tuple[Evidence, ...]]]:
    """What models say of the words under the header, held against what the rules say."""
    text = " ".join(line.text for line in header.below)
    topic, evidence = topic_of(text, fields)
    learned = {FieldName.TOPIC: topic} if topic else {}
    witnesses = {FieldName.TOPIC: evidence}
    if header.title is None and FieldName.TYPE in fields:
        number = fields[FieldName.NUMBER].value if FieldName.NUMBER in fields else None
        learned[FieldName.TYPE], witnesses[FieldName.TYPE] = untitled_type(fields[FieldName.TYPE], number, text)
    return learned, witnesses


def _issuer(body: Body | None, number: FieldValue | None) -> FieldValue | None:
    """The issuer; where the symbol in the number is another body's, either of the two was misread."""
    if body is None or number is None or number.reason != NO_ISSUER_MATCH:
        return body.value if body else None
    return replace(body.value, confidence=min(body.value.confidence, number.confidence), reason=NO_ISSUER_MATCH)


def _closing_fields(pages: Sequence[PageResult], *, is_party: bool) -> dict[FieldName, FieldValue]:
    """The fields that stand at the end."""
    closing = closing_of(pages)
    if closing is None:
        return {}
    recipients = recipients_of(closing)
    listed = {FieldName.RECIPIENTS: recipients} if recipients else {}
    return signature_of(closing, is_party=is_party) | listed
