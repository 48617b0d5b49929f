"""`vankho search`: what a person finds, exactly as the HTTP API would answer them."""

from collections.abc import Mapping
from dataclasses import asdict
from html import unescape
from typing import Annotated

import typer

from flows.console import catalogue, command_app, print_json, reader_as, settings
from flows.words import FACET_WORDS
from indexer.search import Search, open_index
from pipeline.query import SearchPage, SearchRequest, Sort
from pipeline.topics import TOPICS
from pipeline.types import TYPES
from pipeline.validity import VALIDITY_WORDS

app = command_app("Tìm văn bản trong phạm vi một người được xem.")

_SHOWN_FACETS = 5


@app.command()
def search(  # noqa: PLR0917 - Typer gives each option its place
    query: Annotated[str, typer.Argument(help="Từ cần tìm, có dấu hay không đều được; để trống để duyệt")],
    as_person: Annotated[str, typer.Option("--as", help="Mã người tìm")],
    types: Annotated[list[str] | None, typer.Option("--type", help="Loại văn bản, ví dụ nghi_quyet")] = None,
    issuers: Annotated[list[str] | None, typer.Option("--issuer", help="Cơ quan ban hành")] = None,
    units: Annotated[list[str] | None, typer.Option("--unit", help="Đơn vị giữ văn bản")] = None,
    years: Annotated[list[int] | None, typer.Option("--year", help="Năm")] = None,
    validities: Annotated[list[str] | None, typer.Option("--validity", help="Hiệu lực, ví dụ het_hieu_luc")] = None,
    topics: Annotated[list[str] | None, typer.Option("--topic", help="Lĩnh vực, ví dụ kiem_tra")] = None,
    number: Annotated[str | None, typer.Option(help="Số và ký hiệu")] = None,
    date_from: Annotated[str | None, typer.Option("--from", help="Từ ngày YYYY-MM-DD")] = None,
    date_to: Annotated[str | None, typer.Option("--to", help="Đến ngày YYYY-MM-DD")] = None,
    sort: Annotated[Sort, typer.Option(help="Thứ tự")] = Sort.RELEVANCE,
    page: Annotated[int, typer.Option(min=1, help="Trang kết quả")] = 1,
    size: Annotated[int, typer.Option(min=1, max=100, help="Số văn bản một trang")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")] = False,
) -> None:
    """Tìm như người đó tìm."""
    request = SearchRequest(
        text=query,
        types=tuple(types or ()),
        issuers=tuple(issuers or ()),
        units=tuple(units or ()),
        years=tuple(years or ()),
        validities=tuple(validities or ()),
        topics=tuple(topics or ()),
        number=number,
        date_from=date_from,
        date_to=date_to,
        sort=sort,
        page=page,
        size=size,
    )
    of = settings()
    with catalogue(of) as facts:
        reader = reader_as(as_person, of, facts)
        found = Search(open_index(of, facts.documents), facts.documents).search(request, reader=reader)
        names = facts.documents.unit_names()
    if as_json:
        print_json(_json(found))
    else:
        print("\n".join(_lines(found, request, names)))


def _json(found: SearchPage) -> dict[str, object]:
    return {
        "total": found.total,
        "hits": [asdict(hit) for hit in found.hits],
        "facets": {name: [asdict(count) for count in counts] for name, counts in found.facets.items()},
    }


def _lines(found: SearchPage, request: SearchRequest, names: Mapping[str, str]) -> list[str]:
    """The hits and counts for a person. `names` are the units' names by their ids."""
    lines = [f"{found.total} văn bản."]
    first = (request.page - 1) * request.size + 1
    for place, hit in enumerate(found.hits, start=first):
        lines += [
            f"{place:>3}. {hit.title}",
            f"     {hit.date or 'không rõ ngày'} · {_name(hit.issuer, names)} · {hit.id}",
            *([f"     {VALIDITY_WORDS.get(hit.validity, hit.validity)}"] if hit.validity else []),
        ]
        if hit.snippet:
            shown = unescape(hit.snippet.replace("<mark>", "«").replace("</mark>", "»"))
            lines.append(f"     {' '.join(shown.split())}")
    for name, counts in found.facets.items():
        if counts:
            told = ", ".join(f"{_key(name, c.key, names)} ({c.count})" for c in counts[:_SHOWN_FACETS])
            lines.append(f"{FACET_WORDS[name]}: {told}")
    return lines


def _name(issuer: str | None, names: Mapping[str, str]) -> str:
    return "không rõ cơ quan" if issuer is None else names.get(issuer, issuer)


def _key(facet: str, key: str, names: Mapping[str, str]) -> str:
    """A facet's key as people say it."""
    if facet == "type":
        return TYPES[key].title if key in TYPES else key
    if facet == "topic":
        return TOPICS.get(key, key)
    if facet == "validity":
        return VALIDITY_WORDS.get(key, key)
    return names.get(key, key) if facet in ("issuer", "unit") else key
