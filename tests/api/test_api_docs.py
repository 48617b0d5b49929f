"""`docs/api.md` names every route, parameter and error code that the API has, and no other."""

import re
from pathlib import Path

import pytest

from search_api.errors import Code
from search_api.guards import MAX_BODY
from search_api.password_check import FREE_FAILURES
from tests.api.house import House

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def described(house: House) -> dict[tuple[str, str], set[str]]:
    """The query parameters of every route."""
    return {
        (method.upper(), path): {p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"}
        for path, methods in house.app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def documented() -> dict[tuple[str, str], set[str]]:
    """The same, as the page has them: a heading and the first column of the table under it."""
    found = {}
    for part in PAGE.split("\n### ")[1:]:
        heading, _, text = part.partition("\n")
        match = re.fullmatch(r"`([A-Z]+) (/[^`]+)`", heading)
        assert match, heading
        own = text.partition("\n## ")[0]
        found[match[1], match[2]] = set(re.findall(r"^\| `([a-z_]+)` \|", own, flags=re.MULTILINE))
    return found


def test_every_route_and_parameter_is_documented_and_no_other(house: House) -> None:
    assert documented() == described(house)


def test_every_error_code_is_documented_with_its_status_and_no_other() -> None:
    table = re.findall(r"^\| ([45]\d\d(?:, [45]\d\d)*) \| ((?:`[a-z_]+`(?:, )?)+) \|", PAGE, flags=re.MULTILINE)
    codes = [code for _, cell in table for code in re.findall(r"`([a-z_]+)`", cell)]
    assert sorted(codes) == sorted(Code)


def test_every_documented_status_of_an_error_is_described(house: House) -> None:
    table = re.findall(r"^\| ([45]\d\d(?:, [45]\d\d)*) \|", PAGE, flags=re.MULTILINE)
    statuses = {status for cell in table for status in cell.split(", ")}
    answered = {
        status
        for methods in house.app.openapi()["paths"].values()
        for operation in methods.values()
        for status in operation["responses"]
        if status[0] in "45"
    }
    assert answered == statuses - {"405"}  # which has no one route


@pytest.mark.parametrize("figure", [f"{MAX_BODY // 1024} KiB", {4: "five"}[FREE_FAILURES]])
def test_the_limits_are_those_of_the_code(figure: str) -> None:
    assert figure in PAGE
