"""What a document is: the frozen values that pass between the rooms of the house.

Leaves the rules about them to their own modules: who may read (`pipeline.access`), numbers
(`pipeline.numbers`), types (`pipeline.types`), text (`pipeline.text`).

Conventions: `page` is the ordinal in the document, from 1; `file_page` the ordinal in the file it came from.
A `Box` is `(x0, y0, x1, y1)` in 0-1 of the unmodified file page, origin at the top left. A confidence is 0-1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from pipeline.access import Grant, Reader, document_tokens, may_read
from pipeline.succession import Past, Succession

Box = tuple[float, float, float, float]

CERTAIN = 0.80
"""A field value with less confidence than this is doubtful: a person is asked to confirm it."""


class Source(StrEnum):
    """Where a value was read."""

    OCR = "ocr"
    SECOND_READER = "second reader"
    TEXT_LAYER = "text layer"
    RULE = "rule"
    MODEL = "model"
    FILE_NAME = "file name"
    SIGNATURE = "signature"
    CITATION = "citation"
    SEQUENCE = "sequence"
    PERSON = "person"


class PageStatus(StrEnum):
    """How the reading of one page ended."""

    READ = "read"
    BLANK = "blank"
    FAILED = "failed"


class MarginKind(StrEnum):
    """What stands on a page beside its text."""

    SIGNATURE = "signature caption"
    INCOMING = "incoming stamp"
    PAGE_NUMBER = "page number"


class FileStatus(StrEnum):
    """How the intake of one file ended; these words are the report's."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    INCOMPLETE = "incomplete"
    UNFINISHED = "unfinished"


class DocumentStatus(StrEnum):
    """Where a document is on its way to its readers. Doubt and gaps are told apart from it."""

    UNPUBLISHED = "unpublished"
    PUBLISHED = "published"


class FieldName(StrEnum):
    """The described fields of a document (thể thức văn bản)."""

    SYSTEM = "system"
    NUMBER = "number"
    TYPE = "type"
    DATE = "date"
    ISSUER = "issuer"
    ISSUER_PARENT = "issuer_parent"
    PLACE = "place"
    SUBJECT = "subject"
    SIGNER = "signer"
    SIGNER_TITLE = "signer_title"
    CAPACITY = "capacity"
    RECIPIENTS = "recipients"
    URGENCY = "urgency"
    TOPIC = "topic"
    VALIDITY = "validity"
    CLASS = "class"
    """How widely it is meant, as a person has said: a template for grants (`pipeline.grant_proposals`)."""
    CUT = "cut"
    """With which page of its file the document begins, where the file was, or may be, several."""


EXPECTED_FIELDS = (FieldName.NUMBER, FieldName.TYPE, FieldName.DATE, FieldName.ISSUER, FieldName.SUBJECT)
"""A document without one of these is doubtful in that field."""


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word. `line` and `block` number the lines and paragraphs of the page in reading order."""

    text: str
    box: Box
    confidence: float
    line: int
    block: int = 0


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says: its words in reading order and the same as running text (NFC)."""

    words: tuple[Word, ...]
    text: str
    confidence: float
    source: Source


@dataclass(frozen=True, slots=True)
class Margin:
    """Something on a page that is not of its text, as read, a line each line."""

    kind: MarginKind
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class PageResult:
    """The end of one page's reading. `reason` is for people, in Vietnamese, where the page was not read."""

    file_page: int
    status: PageStatus
    content: PageText | None = None
    reason: str | None = None
    hands: tuple[Box, ...] = ()
    """Regions that look written by hand, as far as the reader looked for them."""
    is_screened: bool = True
    """Whether the header zone could be looked at for secrecy marks; a failed page may still have been."""
    turned: int = 0
    """Quarter turns to the left after which the page can be read. All boxes are those of the page as it lies."""
    others: tuple[PageText, ...] = ()
    """Further readings of its header zone, or of all of it, by other readers or at other scales."""
    margins: tuple[Margin, ...] = ()
    """Captions of digital signatures and incoming stamps, which are not among its words, and its printed number."""

    @property
    def text(self) -> str:
        """The page's running text, empty where nothing was read."""
        return self.content.text if self.content else ""


@dataclass(frozen=True, slots=True)
class PageReading:
    """A page's result and its text-only PDF page (invisible words), for pages read by OCR."""

    result: PageResult
    layer: bytes | None = None


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What is known of a file before its pages are read."""

    media_type: str
    pages: int


@dataclass(frozen=True, slots=True)
class SecrecyMark:
    """A state secret mark (`Mật`, `Tối mật`, `Tuyệt mật`) found on a page of a file."""

    level: str
    file_page: int


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One described value with where and how it was read. `raw` is the text as read, before normalising.

    An empty value says that there is none: a person has said so.
    """

    value: str
    confidence: float
    source: Source
    page: int | None = None
    box: Box | None = None
    raw: str | None = None
    reason: str | None = None
    """Why the value is doubtful, in Vietnamese, where it is."""

    @property
    def is_doubtful(self) -> bool:
        """Whether a person should look at it."""
        return self.confidence < CERTAIN


@dataclass(frozen=True, slots=True)
class Reference:
    """A document that this one cites, with the words that prove it (`evidence`).

    `number` is None where the paper is cited by its `name` alone. `date` (ISO) and `issuer` are those of the cited
    paper as far as they are said; `scope` is the part of it that is meant (`khoản 2 Điều 5`), None for all of it;
    `effect` is the ISO day from which the relation holds, where the words give one.
    """

    relation: str
    number: str | None
    type: str | None
    evidence: str
    page: int
    name: str | None = None
    date: str | None = None
    issuer: str | None = None
    scope: str | None = None
    effect: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """What a document says of two other papers: the one numbered `subject` did `relation` to the one in `object`."""

    relation: str
    subject: str
    object: str
    evidence: str
    page: int
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a value of a field, or with a negative weight against it.

    `words` say what it is, in Vietnamese; `document` is the other paper that says so, for evidence that comes from one.
    """

    value: str
    source: Source
    weight: float
    words: str
    page: int | None = None
    box: Box | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """What a document is. A field that was not found is absent from `fields`; `evidence` is what a value rests on."""

    fields: Mapping[FieldName, FieldValue]
    references: tuple[Reference, ...] = ()
    statements: tuple[Statement, ...] = ()
    evidence: Mapping[FieldName, tuple[Evidence, ...]] = field(default_factory=dict)

    @property
    def doubtful(self) -> tuple[FieldName, ...]:
        """Fields a person should look at: doubtful values and expected fields that are missing."""
        return doubtful_fields(self.fields)


def doubtful_fields(fields: Mapping[FieldName, FieldValue]) -> tuple[FieldName, ...]:
    """The expected fields that are missing and the fields whose value is doubtful, in the order of `FieldName`."""
    missing = {name for name in EXPECTED_FIELDS if name not in fields}
    doubted = {name for name, value in fields.items() if value.is_doubtful}
    return tuple(name for name in FieldName if name in missing | doubted)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file as the catalogue knows it. The bytes are the store's `originals/<sha256>`."""

    id: str
    owner_unit: str
    sha256: str
    name: str
    media_type: str
    size: int
    pages: int


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page of a document as the catalogue knows it; its words are in the store, its text in the catalogue."""

    page: int
    file_page: int
    status: PageStatus
    confidence: float
    source: Source | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as the catalogue knows it at one version of its row."""

    id: str
    version: int
    file: FileRecord
    status: DocumentStatus
    fields: Mapping[FieldName, FieldValue]
    references: tuple[Reference, ...]
    grants: tuple[Grant, ...]
    pages: tuple[PageRecord, ...]

    @property
    def owner_unit(self) -> str:
        """The unit whose clerks keep the document."""
        return self.file.owner_unit

    @property
    def doubtful(self) -> tuple[FieldName, ...]:
        """Fields a person should look at."""
        return doubtful_fields(self.fields)

    @property
    def is_incomplete(self) -> bool:
        """Whether a page of it could not be read."""
        return any(page.status is PageStatus.FAILED for page in self.pages)

    @property
    def tokens(self) -> frozenset[str]:
        """The tokens of those who may read the document now."""
        is_published = self.status is DocumentStatus.PUBLISHED
        return document_tokens(owner_unit=self.owner_unit, is_published=is_published, grants=self.grants)

    def is_readable_by(self, reader: Reader) -> bool:
        """Whether the reader may read this document as it is now."""
        return may_read(reader, self.tokens)

    def value(self, name: FieldName) -> str | None:
        """The value of a field, or None where it was not found or a person has said that there is none."""
        found = self.fields.get(name)
        return (found.value or None) if found else None


@dataclass(frozen=True, slots=True)
class QuarantineRecord:
    """All that is kept of a file with a secrecy mark: no name, text, image or plain hash."""

    hmac: str
    mark: str
    at: datetime
    actor: str
    batch: str
    ordinal: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the dated tree, as it is now. `aliases` are printed forms of its name, `past` what it was, in order."""

    id: str
    name: str
    kind: str
    parent: str | None = None
    symbol: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    past: tuple[Past, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which papers may call it, that of today first."""
        return tuple(dict.fromkeys((self.name, *self.aliases, *(past.name for past in reversed(self.past)))))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every code that its numbers may carry, that of today first."""
        return tuple(dict.fromkeys(filter(None, (self.symbol, *(past.symbol for past in reversed(self.past))))))

    def at(self, day: date) -> "Unit":
        """The unit with the name, code and unit above it that it had on that day."""
        past = next((past for past in self.past if day <= past.until), None)
        return replace(self, name=past.name, symbol=past.symbol, parent=past.parent) if past else self

    def is_there_on(self, day: date) -> bool:
        """Whether it exists on that day (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's dated role in a unit."""

    role: str
    unit: str
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the membership is in force on that day (both ends included)."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Person:
    """A person and their roles."""

    id: str
    name: str
    memberships: tuple[Membership, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Organisation:
    """A whole organisation: the units' tree, the people in it, and which units came from which."""

    units: tuple[Unit, ...]
    people: tuple[Person, ...]
    successions: tuple[Succession, ...] = ()


def present_parents(units: Sequence[Unit], today: date) -> dict[str, str | None]:
    """The parent of each unit that exists on that day."""
    return {unit.id: unit.parent for unit in units if unit.is_there_on(today)}
