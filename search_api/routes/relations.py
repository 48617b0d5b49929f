"""A document's ties to others, and the papers that a unit's documents cite and that are not here."""

from typing import Annotated

from fastapi import APIRouter, Query

from pipeline.relations import missing_of, relations_of
from search_api.relation_answers import MissingListAnswer, RelationsAnswer, missing_answer, relations_answer
from search_api.responses import errors
from search_api.visit import CurrentVisit

router = APIRouter(tags=["relations"])


@router.get(
    "/documents/{document_id}/relations", summary="Quan hệ của một văn bản", responses=errors(401, 404, 422, 503)
)
def relations(document_id: str, visit: CurrentVisit) -> RelationsAnswer:
    """What it cites and what cites it, among the documents that the reader may see."""
    record = visit.readable(document_id, "view-relations")
    visit.record("view-relations", document_id)
    return relations_answer(relations_of(record, visit.of.catalogue, reader=visit.who.reader))


@router.get("/missing", summary="Văn bản còn thiếu", responses=errors(401, 403, 422, 503))
def missing(
    unit: Annotated[str, Query(max_length=64, description="Đơn vị giữ các văn bản viện dẫn")], visit: CurrentVisit
) -> MissingListAnswer:
    """The papers that a unit's documents cite and that are not here: for those who publish for the unit."""
    visit.require_publisher(unit, "list-missing")
    return missing_answer(missing_of(unit, visit.of.catalogue, reader=visit.who.reader))
