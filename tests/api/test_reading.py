"""Searching and reading: what the answers say."""

import io

import pytest
from PIL import Image

from indexer.search import MAX_SIZE
from search_api.routes.search import SearchQuery
from tests.api.house import House, Paper


@pytest.fixture
def document(house: House) -> str:
    """One document that everybody may read."""
    (made,) = house.file(Paper("Căn cứ Luật Đất đai 57-NQ/TW dat dai", grants=("everyone",)))
    return made


def test_a_search_answers_hits_total_and_facets(house: House, document: str) -> None:
    found = house.client("mot").get("/search", params={"q": "đất đai"}).json()
    assert found == {
        "total": 1,
        "hits": [
            {
                "id": document,
                "number": "05-NQ/ĐU",
                "type": "nghi_quyet",
                "date": "2024-12-22",
                "issuer": "dang-uy",
                "title": "Nghị quyết về công tác",
                "snippet": "Căn cứ Luật <mark>Đất</mark> <mark>đai</mark> 57-NQ/TW dat dai",
                "page": 1,
                "validity": None,
            }
        ],
        "facets": {
            "type": [{"key": "nghi_quyet", "count": 1}],
            "issuer": [{"key": "dang-uy", "count": 1}],
            "year": [{"key": "2024", "count": 1}],
            "unit": [{"key": "dang-uy", "count": 1}],
            "validity": [],
            "topic": [],
        },
    }


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("type=nghi_quyet", 1),
        ("type=chi_thi", 0),
        ("type=chi_thi&type=nghi_quyet", 1),
        ("year=2024", 1),
        ("year=2023", 0),
        ("number=05-NQ/ĐU", 1),
        ("number=06-NQ/ĐU", 0),
        ("from=2024-12-22&to=2024-12-22", 1),
        ("from=2025", 0),
        ("unit=dang-uy&issuer=dang-uy", 1),
        ("unit=chi-bo-1", 0),
        ("page=2", 1),
    ],
)
def test_each_filter_is_handed_on(house: House, document: str, query: str, total: int) -> None:
    found = house.client("mot").get(f"/search?{query}").json()
    assert found["total"] == total
    assert [hit["id"] for hit in found["hits"]] == [document] * (total if query != "page=2" else 0)


def test_nothing_asked_is_the_default_search() -> None:
    request = SearchQuery().request()
    assert (request.text, request.page, request.size) == ("", 1, 20)
    assert SearchQuery(size=MAX_SIZE).request().size == MAX_SIZE


def test_a_document_tells_fields_pages_and_references(house: House, document: str) -> None:
    told = house.client("mot").get(f"/documents/{document}").json()
    assert told["id"] == document
    assert told["status"] == "published"
    assert told["title"] == "Nghị quyết về công tác"
    assert told["owner_unit"] == "dang-uy"
    assert told["fields"]["number"] == {
        "value": "05-NQ/ĐU",
        "confidence": 0.9,
        "source": "ocr",
        "page": 1,
        "box": [0.1, 0.1, 0.2, 0.2],
        "raw": None,
        "reason": None,
    }
    assert told["doubtful"] == []
    assert told["is_incomplete"] is False
    assert told["pages"] == [{"number": 1, "status": "read", "confidence": 0.9, "source": "ocr", "reason": None}]
    (reference,) = told["references"]
    assert reference["number"] == "57-NQ/TW"
    assert "sha256" not in str(told)
    assert "quét 1" not in str(told)


def test_a_page_tells_its_text(house: House, document: str) -> None:
    told = house.client("mot").get(f"/documents/{document}/pages/1").json()
    assert told["text"] == "Căn cứ Luật Đất đai 57-NQ/TW dat dai"
    assert (told["number"], told["status"]) == (1, "read")


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("", []),
        ("đất đai", ["Đất", "đai"]),
        ("dat dai", ["Đất", "đai", "dat", "dai"]),
        ('"luật đất"', ["Luật", "Đất"]),
        ("nq 57", ["57-NQ/TW"]),
        ("không có", []),
    ],
)
def test_the_words_of_a_query_are_marked_on_the_page(
    house: House, document: str, query: str, marked: list[str]
) -> None:
    told = house.client("mot").get(f"/documents/{document}/pages/1/words", params={"q": query}).json()
    assert [word["text"] for word in told["words"]] == ["Căn", "cứ", "Luật", "Đất", "đai", "57-NQ/TW", "dat", "dai"]
    assert [word["text"] for word in told["words"] if word["marked"]] == marked
    boxes = [word["box"] for word in told["words"]]
    assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in boxes)
    assert boxes == sorted(boxes)


@pytest.mark.parametrize(("asked", "width"), [("", 120), ("?width=60", 60), ("?width=2400", 120)])
def test_a_page_is_shown_as_a_jpeg_no_wider_than_asked(house: House, document: str, asked: str, width: int) -> None:
    answer = house.client("mot").get(f"/documents/{document}/pages/1/image{asked}")
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.format == "JPEG"
        assert shown.width == width
