"""A small real installation: SQLite catalogue, local store, tantivy index, and the application over them."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import delete

from pipeline.access import Grant
from pipeline.catalogue.accounts import CredentialKind
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.catalogue.tables import Base, DocumentRow, OutboxRow
from pipeline.model import (
    Description,
    FieldName,
    FieldValue,
    Membership,
    Organisation,
    PageResult,
    PageStatus,
    PageText,
    Person,
    Reference,
    Source,
    Statement,
    Unit,
    Word,
)
from pipeline.passwords import hash_password, new_secret, secret_hash
from pipeline.settings import Settings
from pipeline.storage import keys
from pipeline.storage.pages import to_json
from pipeline.text import fold
from search_api.app import API, create_app
from search_api.auth import COOKIE
from search_api.services import Services

PASSWORD = "Nắng vàng trên đồi chè"

ORGANISATION = Organisation(
    units=(
        Unit("dang-uy", "Đảng ủy xã Mẫu", "dang_uy"),
        Unit("chi-bo-1", "Chi bộ Một", "chi_bo", parent="dang-uy"),
        Unit("chi-bo-2", "Chi bộ Hai", "chi_bo", parent="dang-uy"),
    ),
    people=(
        Person("van-thu", "Trần Thị Thư", (Membership("van_thu", "dang-uy"),)),
        Person("bi-thu", "Lê Văn Thủ", (Membership("cap_uy", "dang-uy"),)),
        Person("mot", "Nguyễn Văn Một", (Membership("dang_vien", "chi-bo-1"),)),
        Person("hai", "Phạm Thị Hai", (Membership("dang_vien", "chi-bo-2"),)),
        Person("ky-thuat", "Hoàng Kỹ Thuật", (Membership("quan_tri_ky_thuat", "dang-uy"),)),
        Person("da-nghi", "Vũ Đã Nghỉ", (Membership("dang_vien", "chi-bo-1", valid_to=date(2020, 1, 1)),)),
    ),
)

READERS = tuple(person.id for person in ORGANISATION.people)

HOLDERS: Mapping[str, frozenset[str]] = {
    "everyone": frozenset({"van-thu", "bi-thu", "mot", "hai"}),
    "unit:dang-uy": frozenset({"van-thu", "bi-thu"}),
    "under:dang-uy": frozenset({"van-thu", "bi-thu", "mot", "hai"}),
    "unit:chi-bo-1": frozenset({"mot"}),
    "role:cap_uy@dang-uy": frozenset({"bi-thu"}),
    "person:hai": frozenset({"hai"}),
}
"""Who may read by which grant, as a person would say from the organisation above."""

CLERK = "van-thu"
"""The one who sees every document of the owner unit."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A document as the test knows it: what its one page says, and to whom it was published."""

    text: str
    number: str = "05-NQ/ĐU"
    type: str = "nghi_quyet"
    date: str = "2024-12-22"
    grants: tuple[str, ...] = ()
    cites: tuple[tuple[str, str], ...] = (("based_on", "57-NQ/TW"),)
    unit: str = "dang-uy"
    issuer: str = "dang-uy"

    @property
    def readers(self) -> frozenset[str]:
        """Who may read it."""
        return frozenset({CLERK}).union(*(HOLDERS[grant] for grant in self.grants))


@dataclass(frozen=True, slots=True)
class House:
    """The installation and its application."""

    of: Services
    app: FastAPI
    papers: dict[str, Paper] = field(default_factory=dict)
    portal: BlockingPortal | None = None

    def client(self, person: str | None = None) -> TestClient:
        """A program that asks for this person, or for nobody."""
        headers = {"Authorization": f"Bearer {self.token(person)}"} if person else {}
        made = TestClient(self.app, headers=headers, base_url="http://testserver" + API)
        made.portal = self.portal
        return made

    def browser(self, session: str) -> TestClient:
        """A browser with this session."""
        made = self.client()
        made.cookies.set(COOKIE, session)
        return made

    def token(self, person: str) -> str:
        """A new bearer token of the person."""
        return self.credential(person, CredentialKind.TOKEN)

    def credential(self, person: str, kind: CredentialKind, *, lasting: timedelta = timedelta(hours=1)) -> str:
        """The secret of a new session or token."""
        secret = new_secret()
        self.of.catalogue.accounts.add_credential(
            person, secret_hash=secret_hash(secret), kind=kind, name="test", expires_at=datetime.now(UTC) + lasting
        )
        return secret

    def give_account(self, person: str, password: str = PASSWORD) -> None:
        """A password for the person."""
        self.of.catalogue.accounts.set_password(person, hash_password(password))

    def file(self, *papers: Paper, name: str = "quét 1.tiff", actor: str = CLERK) -> tuple[str, ...]:
        """File a scan of one page for each paper, cut into these papers, publish them, and tell the index."""
        ids = self.lay_in(*papers, name=name, actor=actor)
        self.of.outbox.after_change()
        return ids

    def lay_in(self, *papers: Paper, name: str = "quét 1.tiff", actor: str = CLERK) -> tuple[str, ...]:
        """The same without telling the index."""
        original = scan(seed=len(self.papers), pages=len(papers))
        return self._file(original, "image/tiff", name, papers, Source.OCR, actor)

    def file_pdf(self, original: bytes, paper: Paper, *, is_read_by_ocr: bool) -> str:
        """File a PDF of one page as this paper, publish it, and tell the index."""
        source = Source.OCR if is_read_by_ocr else Source.TEXT_LAYER
        (document,) = self._file(original, "application/pdf", "văn bản.pdf", [paper], source, CLERK)
        self.of.outbox.after_change()
        return document

    def _file(
        self, original: bytes, media_type: str, name: str, papers: Sequence[Paper], source: Source, actor: str
    ) -> tuple[str, ...]:
        sha256 = hashlib.sha256(original).hexdigest()
        pages = [
            PageResult(place, PageStatus.READ, page_text(paper.text, source)) for place, paper in enumerate(papers, 1)
        ]
        self._put(keys.original(sha256), original, media_type)
        for page in pages:
            self._put(keys.words(sha256, page.file_page), to_json(page), "application/json")
            if source is Source.OCR:
                self._put(keys.layer(sha256, page.file_page), layer(page.text), "application/pdf")
        documents = tuple(NewDocument((page,), description(paper)) for page, paper in zip(pages, papers, strict=True))
        unit = papers[0].unit
        batch = self.of.catalogue.batches.begin(unit=unit, actor=actor, files=1)
        new = NewFile(unit, sha256, name, media_type, len(original), len(papers), documents)
        ids = self.of.catalogue.documents.file(new, FilingPlace(actor, batch, 1))
        assert ids is not None
        for document, paper in zip(ids, papers, strict=True):
            self.papers[document] = paper
            if paper.grants:
                self.of.catalogue.documents.publish([document], [Grant(text) for text in paper.grants], actor=actor)
        return ids

    def _put(self, key: str, data: bytes, media_type: str) -> None:
        self.of.store.put(key, io.BytesIO(data), media_type=media_type)

    def forget(self, documents: Iterable[str]) -> None:
        """Take documents out of the archive as if they had never been there, and tell the index."""
        gone = list(documents)
        with self.of.catalogue.database.writing() as session:
            for table in reversed(Base.metadata.sorted_tables):
                for key in table.foreign_keys:
                    if key.target_fullname == "documents.id":
                        session.execute(delete(table).where(key.parent.in_(gone)))
            session.execute(delete(DocumentRow).where(DocumentRow.id.in_(gone)))
            session.add_all(OutboxRow(document=document, version=1_000) for document in gone)
        self.of.outbox.after_change()

    def audited(self) -> list[tuple[str, str, str | None, str]]:
        """Who did what to which document, and how it ended."""
        events = [line.event for line in self.of.catalogue.audit.lines()]
        return [(event.actor, event.action, event.object, event.outcome.value) for event in events]


def scan(*, seed: int, pages: int) -> bytes:
    """A small TIFF that differs with the seed."""
    made = [Image.new("RGB", (120, 160), (seed % 256, seed // 256, 100 + page)) for page in range(pages)]
    out = io.BytesIO()
    made[0].save(out, "TIFF", save_all=True, append_images=made[1:])
    return out.getvalue()


def layer(text: str) -> bytes:
    """A page's invisible words, as the reading of a scan leaves them. Its font has no accents."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=True)
    words = canvas.beginText(60, 700)
    words.setTextRenderMode(3)
    words.setFont("Helvetica", 12)
    words.textOut(fold(text))
    canvas.drawText(words)
    canvas.save()
    return out.getvalue()


def page_text(text: str, source: Source) -> PageText:
    """A page's words side by side in one line."""
    printed = text.split()
    width = 1 / max(1, len(printed))
    words = tuple(
        Word(word, (place * width, 0.1, (place + 1) * width, 0.2), 0.9, line=1) for place, word in enumerate(printed)
    )
    return PageText(words, text, 0.9, source)


def description(paper: Paper) -> Description:
    """What a paper is, with one field read from the file's name."""

    def value(text: str, source: Source = Source.OCR, raw: str | None = None) -> FieldValue:
        return FieldValue(text, 0.9, source, page=1, box=(0.1, 0.1, 0.2, 0.2), raw=raw)

    fields = {
        FieldName.NUMBER: value(paper.number),
        FieldName.TYPE: value(paper.type),
        FieldName.DATE: value(paper.date, Source.FILE_NAME, raw="tên tệp kể cả chuyện khác"),
        FieldName.ISSUER: value(paper.issuer),
        FieldName.SUBJECT: value("về công tác"),
    }
    references = tuple(Reference(relation, number, None, f"{relation} {number}", 1) for relation, number in paper.cites)
    numbers = [number for _, number in paper.cites]
    statements = tuple(Statement("amends", *pair, "…", 1) for pair in pairwise(numbers))
    return Description(fields, references, statements)


def open_house(home: Path, settings: Settings | None = None, organisation: Organisation = ORGANISATION) -> House:
    """A new installation with the organisation."""
    house = house_of(settings or Settings(home=home))
    house.of.catalogue.organisation.replace(organisation)
    return house


def house_of(settings: Settings) -> House:
    """The installation that has these settings."""
    app = create_app(settings)
    return House(app.state.services, app)


@contextmanager
def running(house: House) -> Iterator[House]:
    """The house with its application running. Its clients share one event loop: to start one takes long."""
    with TestClient(house.app) as entered:
        yield replace(house, portal=entered.portal)


@contextmanager
def asleep(house: House) -> Iterator[House]:
    """The same with nothing done in the background: what the index is not told of stays so."""
    with start_blocking_portal("asyncio") as portal:
        yield replace(house, portal=portal)
    house.of.close()
