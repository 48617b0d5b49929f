"""`vankho search`: what a person finds, exactly as the HTTP API would answer them."""

from dataclasses import asdict
from html import unescape
from typing import Annotated

import typer

from flows.console import catalogue, command_app, print_json, reader_as, settings
from indexer.search import Search, open_index
from pipeline.query import SearchPage, SearchRequest, Sort

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
    if as_json:
        print_json(_json(found))
    else:
        print("\n".join(_lines(found, request)))


def _json(found: SearchPage) -> dict[str, object]:
    return {
        "total": found.total,
        "hits": [asdict(hit) for hit in found.hits],
        "facets": {name: [asdict(count) for count in counts] for name, counts in found.facets.items()},
    }


def _lines(found: SearchPage, request: SearchRequest) -> list[str]:
    lines = [f"{found.total} văn bản."]
    first = (request.page - 1) * request.size + 1
    for place, hit in enumerate(found.hits, start=first):
        lines += [f"{place:>3}. {hit.title}", f"     {hit.date or 'không rõ ngày'} · {hit.issuer or ''} · {hit.id}"]
        if hit.snippet:
            shown = unescape(hit.snippet.replace("<mark>", "«").replace("</mark>", "»"))
            lines.append(f"     {' '.join(shown.split())}")
    for name, counts in found.facets.items():
        if counts:
            lines.append(f"{name}: " + ", ".join(f"{c.key} ({c.count})" for c in counts[:_SHOWN_FACETS]))
    return lines
