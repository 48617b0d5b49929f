"""The values the generator passes on: what a paper says, and where its ink lies on each sheet.

Lengths on a sheet are points (1/72 inch) from the top left corner of an A4 page; `y` of a word is its baseline.
Typesetting is in `layout`, drawing in `render`, files in `pack`.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

PAGE_WIDTH = 595.276
PAGE_HEIGHT = 841.89
MM = 72 / 25.4

Face: TypeAlias = Literal["regular", "bold", "italic", "bold-italic"]
Column: TypeAlias = Literal["left", "right", "full"]
Zone: TypeAlias = Literal["header", "body", "closing"]
Box: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Style:
    """A face of the printed fount at a size in points."""

    face: Face
    size: float


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: one heading row, then rows of the same number of cells."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """An issuing body as its papers print it.

    `issuer` is the truth (a unit id when the body is one of the organisation's units, else its name in capitals).
    """

    key: str
    system: Literal["party", "state"]
    issuer: str
    issuer_parent: str
    parent_lines: tuple[str, ...]
    issuer_lines: tuple[str, ...]
    symbol: str
    place: str
    seal: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Another paper this one cites, as `truth.json` lists it."""

    number: str
    type: str
    relation: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What one document says, independent of how it was scanned.

    `body` holds paragraphs in the small markup of `layout.flow_body`, tables and page breaks in order. `mark` is a
    stamp in a red box under the number (a secrecy or urgency mark). `written` names the fields filled in by hand.
    `annex` follows the signature on a page of its own.
    """

    body_key: str
    number: str
    type: str
    date: str
    subject: str
    body: tuple[str | Table, ...]
    capacity: tuple[str, ...]
    signer: str
    recipients: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    second_signer: tuple[str, str] | None = None
    annex: tuple[str | Table, ...] = ()
    mark: str = ""
    written: tuple[str, ...] = ()
    sealed: bool = True


@dataclass(frozen=True, slots=True)
class Word:
    """A printed word at its place; `fields` names the facts it belongs to."""

    text: str
    x: float
    y: float
    width: float
    style: Style
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A printed blank and the digits somebody writes into it."""

    text: str
    x: float
    y: float
    width: float
    size: float
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight printed line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.7


@dataclass(frozen=True, slots=True)
class Seal:
    """A round stamp; `x`, `y` are its centre."""

    text: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Signature:
    """A person's handwritten signature inside a rectangle; it says nothing legible."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A stamp in a red double box (MẬT, KHẨN ...); `x`, `y` are its top left corner."""

    text: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text as a reader meets it, for the truth of the page."""

    text: str
    y: float
    zone: Zone
    column: Column


@dataclass(frozen=True, slots=True)
class Sheet:
    """One typeset page."""

    words: tuple[Word, ...]
    blanks: tuple[Blank, ...]
    rules: tuple[Rule, ...]
    seals: tuple[Seal, ...]
    signatures: tuple[Signature, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """How a page came into the computer: `office`, `photocopy`, `clean`, `bitonal` or `text` (born digital)."""

    name: Literal["office", "photocopy", "clean", "bitonal", "text"]
    dpi: int = 200
    quality: int = 65


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a paper becomes a file: its place in the set, its looks page by page, the hand that filled its blanks.

    The last look serves all further pages. `kind` is the word `truth.json` uses.
    """

    path: str
    kind: Literal["scan", "photocopy", "born-digital", "mixed", "image"]
    looks: tuple[Look, ...]
    hand: str = ""
    grants: tuple[str, ...] = ()
    outcome: Literal["stored", "quarantined"] = "stored"
