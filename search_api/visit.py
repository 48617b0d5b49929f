"""One person's visit to documents: the one place that says whether they may be seen, and writes it down.

A hidden document and a missing one end in the same error, raised before anything else is done.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from pipeline.access import may_publish
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.documents import not_found_message
from pipeline.clock import today
from pipeline.duties import Duties
from pipeline.errors import NotAllowedError, NotFoundError
from pipeline.model import DocumentRecord, PageRecord
from pipeline.whole_file import may_read_whole_file
from search_api.auth import CurrentReader, SignedIn
from search_api.services import Services, ServicesOf

_ID = re.compile(r"[0-9a-f-]{36}")


def is_id(text: str) -> bool:
    """Whether this may be an id: anything else is asked of no catalogue, and written into no audit."""
    return _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is asking, and the services that answer."""

    of: Services
    who: SignedIn

    @property
    def duties(self) -> Duties:
        """What the reader may do beside reading."""
        return self.of.catalogue.organisation.duties(self.who.reader.id, today=today())

    def record(self, action: str, what: str | None, outcome: Outcome = Outcome.ALLOWED) -> None:
        """Write an attempt into the audit."""
        self.of.catalogue.audit.record(AuditEvent(self.who.reader.id, action, what, outcome, self.who.origin))

    def key(self, sent: str) -> str:
        """What is kept of a key that was sent with a request: everybody has keys of their own."""
        return hashlib.sha256(repr((self.who.reader.id, sent)).encode()).hexdigest()

    def readable(self, document_id: str, action: str) -> DocumentRecord:
        """The document, if it is there and the reader may read it now; a refusal is written down.

        Raises:
            NotFoundError: it is missing or hidden, which look the same.
        """
        ids = [document_id] if is_id(document_id) else []
        found = self.of.catalogue.documents.documents(ids).get(document_id)
        if found is None or not found.is_readable_by(self.who.reader):
            self.record(action, document_id if ids else None, Outcome.REFUSED)
            raise NotFoundError(not_found_message())
        return found

    def readable_page(self, document_id: str, number: int, action: str) -> tuple[DocumentRecord, PageRecord]:
        """A page of a document that the reader may read, which is written down.

        Raises:
            NotFoundError: the document is missing or hidden, or has no such page.
        """
        record = self.readable(document_id, action)
        page = next((page for page in record.pages if page.page == number), None)
        if page is None:
            self.record(action, document_id, Outcome.REFUSED)
            raise NotFoundError(not_found_message())
        self.record(action, document_id)
        return record, page

    def may_publish(self, record: DocumentRecord) -> bool:
        """Whether the reader may publish and withdraw this document."""
        return may_publish(self.who.reader, record.owner_unit)

    def publishable(self, document_id: str, action: str) -> DocumentRecord:
        """The document, if the reader may publish it; a refusal is written down.

        Raises:
            NotFoundError: it is missing or hidden.
            NotAllowedError: the reader may read it but not publish it.
        """
        record = self.readable(document_id, action)
        if not self.may_publish(record):
            self.record(action, document_id, Outcome.REFUSED)
            message = "Chỉ văn thư, chánh văn phòng hoặc cấp ủy của đơn vị giữ văn bản mới làm được việc này."
            raise NotAllowedError(message)
        return record

    def require_publisher(self, unit: str, action: str) -> None:
        """Keep a list of a unit from whoever does not publish for it; the attempt is written down either way.

        Raises:
            NotAllowedError: the reader does not publish for the unit.
        """
        if not may_publish(self.who.reader, unit):
            self.record(action, unit, Outcome.REFUSED)
            message = "Chỉ văn thư, chánh văn phòng hoặc cấp ủy của đơn vị mới xem được danh sách này."
            raise NotAllowedError(message)
        self.record(action, unit)

    def may_read_whole_file(self, record: DocumentRecord) -> bool:
        """Whether the reader may read every document cut from the same file, and every page of it."""
        return may_read_whole_file(record, self.of.catalogue, reader=self.who.reader)


def visit(of: ServicesOf, who: CurrentReader) -> Visit:
    """The visit that this request is."""
    return Visit(of, who)


CurrentVisit = Annotated[Visit, Depends(visit)]
