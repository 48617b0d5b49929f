"""The pages of a document: text, image, and words with their places."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from extractors.page_images import MAX_WIDTH, page_image
from indexer.highlight import marked_words
from pipeline.query import parse_query
from pipeline.storage import keys
from pipeline.storage.pages import from_json
from search_api.papers import local_original
from search_api.responses import MarginAnswer, PageAnswer, WordAnswer, WordsAnswer, errors
from search_api.visit import CurrentVisit

router = APIRouter(prefix="/documents/{document_id}/pages/{number}", tags=["pages"])

_JPEG = "image/jpeg"


class ImageQuery(BaseModel):
    """How large an image is wanted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    width: int = Field(1_200, ge=50, le=MAX_WIDTH, description="Bề ngang lớn nhất, tính bằng điểm ảnh")


class WordsQuery(BaseModel):
    """Which words are to be marked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: str = Field("", description="Từ đã tìm: những từ này được đánh dấu")


@router.get("", summary="Chữ của một trang", responses=errors(401, 404, 422, 503))
def page(document_id: str, number: int, visit: CurrentVisit) -> PageAnswer:
    """How the page was read, and its text."""
    _, found = visit.readable_page(document_id, number, "view-page")
    texts = visit.of.catalogue.documents.page_texts([document_id])
    return PageAnswer(
        number=found.page,
        status=found.status,
        confidence=found.confidence,
        source=found.source,
        reason=found.reason,
        text=texts.get(document_id, {}).get(number, ""),
    )


@router.get(
    "/image",
    summary="Ảnh của một trang",
    response_class=Response,
    responses={200: {"content": {_JPEG: {}}}, **errors(401, 404, 422, 500, 503)},
)
async def image(document_id: str, number: int, asked: Annotated[ImageQuery, Query()], visit: CurrentVisit) -> Response:
    """The page as it was scanned, as a JPEG of at most the wanted width."""

    def draw() -> bytes:
        record, found = visit.readable_page(document_id, number, "view-image")
        with local_original(visit.of.store, record.file.sha256, visit.of.settings.home) as file:
            call = partial(page_image, file, record.file.media_type, found.file_page, width=asked.width)
            return visit.of.drawing.apart(call)

    return Response(await visit.of.drawing.in_turn(draw), media_type=_JPEG)


@router.get("/words", summary="Các từ của một trang và vị trí", responses=errors(401, 404, 422, 500, 503))
def words(document_id: str, number: int, asked: Annotated[WordsQuery, Query()], visit: CurrentVisit) -> WordsAnswer:
    """The page's words in reading order, those of the query marked."""
    record, found = visit.readable_page(document_id, number, "view-words")
    with visit.of.store.open(keys.words(record.file.sha256, found.file_page)) as stream:
        read = from_json(stream.read())
    printed = read.content.words if read.content else ()
    marked = marked_words(printed, parse_query(asked.q))
    return WordsAnswer(
        number=number,
        words=[
            WordAnswer(text=word.text, box=word.box, confidence=word.confidence, line=word.line, marked=is_marked)
            for word, is_marked in zip(printed, marked, strict=True)
        ],
        margins=[MarginAnswer(kind=margin.kind, text=margin.text, box=margin.box) for margin in read.margins],
    )
