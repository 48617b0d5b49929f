"""Searching. What is asked goes to `indexer.search` as it is.

Search texts are private: they are written down only into the audit, and only where the settings say so.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from indexer.search import MAX_SIZE
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.query import SearchRequest, Sort
from search_api.auth import CurrentReader
from search_api.responses import SearchAnswer, errors
from search_api.services import ServicesOf

router = APIRouter(tags=["search"])

_MOST_VALUES = 50
_LAST_PAGE = 10_000
_LONGEST_AUDITED = 500

Values = Annotated[list[Annotated[str, Field(max_length=300)]], Field(max_length=_MOST_VALUES)]


class SearchQuery(BaseModel):
    """The parameters of a search. A name that is not among them is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field("", description="Từ cần tìm, có dấu hay không đều được; trong ngoặc kép là cụm từ; trống là duyệt")
    type: Values = Field([], description="Loại văn bản, ví dụ `nghi_quyet`; nhiều giá trị là hoặc")
    issuer: Values = Field([], description="Cơ quan ban hành")
    unit: Values = Field([], description="Đơn vị giữ văn bản")
    year: list[int] = Field([], max_length=_MOST_VALUES, description="Năm ban hành")
    validity: Values = Field([], description="Hiệu lực đã xác nhận, ví dụ `het_hieu_luc`")
    topic: Values = Field([], description="Lĩnh vực, ví dụ `kiem_tra`")
    number: str | None = Field(None, max_length=100, description="Số và ký hiệu, ví dụ `57-NQ/TW`")
    date_from: str | None = Field(None, alias="from", max_length=10, description="Từ ngày `YYYY-MM-DD`")
    date_to: str | None = Field(None, alias="to", max_length=10, description="Đến ngày `YYYY-MM-DD`")
    sort: Sort = Field(Sort.RELEVANCE, description="Thứ tự: sát nhất hoặc mới nhất trước")
    page: int = Field(1, ge=1, le=_LAST_PAGE, description="Trang kết quả")
    size: int = Field(20, ge=1, le=MAX_SIZE, description="Số văn bản một trang")

    def request(self) -> SearchRequest:
        """The search that is asked for."""
        return SearchRequest(
            text=self.q,
            types=tuple(self.type),
            issuers=tuple(self.issuer),
            units=tuple(self.unit),
            years=tuple(self.year),
            validities=tuple(self.validity),
            topics=tuple(self.topic),
            number=self.number,
            date_from=self.date_from,
            date_to=self.date_to,
            sort=self.sort,
            page=self.page,
            size=self.size,
        )


@router.get("/search", summary="Tìm văn bản", responses=errors(401, 422, 503))
def search(asked: Annotated[SearchQuery, Query()], who: CurrentReader, of: ServicesOf) -> SearchAnswer:
    """Hits, total and facets of what the reader may see, and of nothing else."""
    if of.settings.audit.search_texts:
        text = asked.q[:_LONGEST_AUDITED] or None
        of.catalogue.audit.record(AuditEvent(who.reader.id, "search", text, Outcome.ALLOWED, who.origin))
    return SearchAnswer.model_validate(of.search.search(asked.request(), reader=who.reader))
