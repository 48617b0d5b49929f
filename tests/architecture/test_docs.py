"""The documentation names every setting, command, option, role, grant and route that the code has, and no other.

What is compared is what the code says of itself: the settings' fields, the commands' parameters, the API's own
description. Examples in the pages are run through the code that reads such things.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

import click
import pytest
import typer
import typer.main
from fastapi.testclient import TestClient
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from flows.cli import COMMANDS
from pipeline.access import MEMBER_ROLES, PUBLISHING_ROLES, Grant, Role, reader_for
from pipeline.model import FileStatus, Membership
from pipeline.organisation_file import read_organisation
from pipeline.settings import PREFIX, Settings, load_settings
from search_api.app import create_app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def page(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next heading of its level or above; its own headings too."""
    level = len(heading) - len(heading.lstrip("#"))
    parts = re.split(rf"^{re.escape(heading)}[^\n]*\n", text, maxsplit=1, flags=re.MULTILINE)
    assert len(parts) == 2, f"no heading {heading!r}"
    return re.split(rf"^#{{1,{level}}} ", parts[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows, without heads and rules."""
    lines = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    rules = {index for index, line in enumerate(cells) if set("".join(line)) <= set("-: ")}
    return [line for index, line in enumerate(cells) if index not in rules and index + 1 not in rules]


def code(cell: str) -> list[str]:
    """What is set as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def examples(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


# --- settings -----------------------------------------------------------------------------------


def setting_fields() -> Iterator[tuple[str, str, FieldInfo]]:
    """Section, name and field of every setting; `home` is not in a section."""
    for section_name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((section_name, name, inner) for name, inner in kind.model_fields.items())


def documented_settings() -> Mapping[str, list[str]]:
    """The row of every setting in a section, by its name."""
    return {code(row[0])[0]: row for row in rows(page("settings.md")) if code(row[0]) and "." in row[0]}


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(documented_settings()) == {f"{section}.{name}" for section, name, _ in setting_fields()}


@pytest.mark.parametrize(("section_name", "name", "field"), list(setting_fields()))
def test_a_setting_has_its_variable_and_default(section_name: str, name: str, field: FieldInfo) -> None:
    _, variable, default, meaning = documented_settings()[f"{section_name}.{name}"]

    assert code(variable) == [f"{PREFIX}{section_name}__{name}".upper()]
    assert meaning
    if field.default_factory is not None:
        assert not code(default)  # it depends on the machine and is said in words
    elif field.default in (None, ()):
        assert default == "none"
    else:
        written = str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"
        assert code(default) == [written]


def test_no_page_names_a_variable_that_is_none() -> None:
    real = {f"{PREFIX}{section}__{name}".upper() for section, name, _ in setting_fields()}
    real |= {f"{PREFIX}HOME", f"{PREFIX}CONFIG"}

    for path in [*PAGES, *ROOT.glob("*.md")]:
        named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b(?!<)", path.read_text("utf-8")))
        assert named - {PREFIX} <= real, path


def test_the_example_of_a_settings_file_can_be_read(tmp_path: Path) -> None:
    (example,) = examples(page("settings.md"), "toml")
    file = tmp_path / "vankho.toml"
    file.write_text(example, "utf-8")

    settings = load_settings({"VANKHO_HOME": str(tmp_path)})

    for section_name, values in tomllib.loads(example).items():
        for name, value in values.items():
            kept = getattr(getattr(settings, section_name), name)
            assert kept == (Path(value) if isinstance(kept, Path) else value)


# --- commands -----------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command that can be called, with its whole name."""
    foreign = {point.name: point for point in entry_points(group="vankho.commands")}
    for name in COMMANDS:
        app = foreign[name].load() if name in foreign else import_module(f"flows.commands.{name}").app
        command = typer.main.get_command(app) if isinstance(app, typer.Typer) else app
        yield from _leaves(f"vankho {name}", cast("click.Command", command))


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    inner: Mapping[str, click.Command] = getattr(command, "commands", {})
    if not inner:
        yield name, command
    for inner_name, inner_command in inner.items():
        yield from _leaves(f"{name} {inner_name}", inner_command)


def parameters(command: click.Command) -> Iterator[str]:
    """The parameters as the pages write them: `--option`, or the name of an argument in capitals."""
    for parameter in command.params:
        is_option = parameter.param_type_name == "option"
        yield from parameter.opts if is_option else [(parameter.name or "").upper()]
        yield from parameter.secondary_opts


def test_every_command_is_documented_and_no_other() -> None:
    documented = re.findall(r"^## `(vankho [^`]+)`", page("commands.md"), flags=re.MULTILINE)

    assert sorted(documented) == sorted(name for name, _ in commands())


@pytest.mark.parametrize(("name", "command"), list(commands()))
def test_every_option_is_documented_and_no_other(name: str, command: click.Command) -> None:
    table = rows(section(page("commands.md"), f"## `{name}`"))
    documented = [written for row in table for written in code(row[0]) if written.isupper() or written[:2] == "--"]

    assert sorted(documented) == sorted(set(parameters(command)) - {"--help"})


def test_no_page_calls_a_command_or_option_that_is_none() -> None:
    known = {name: set(parameters(command)) | {"--help"} for name, command in commands()}
    for path in [*PAGES, *ROOT.glob("*.md")]:
        words = r"\bvankho ([a-z]+(?: [a-z]+(?:-[a-z]+)*)?)\b((?: [^`\n#|]*)?)"
        for call in re.findall(words, path.read_text("utf-8")):
            names = [f"vankho {call[0]}", f"vankho {call[0].split()[0]}"]
            name = next((name for name in names if name in known), None)
            if call[0].split()[0] not in COMMANDS:
                continue  # running text, such as the folder of that name
            assert name, f"{path}: {call}"
            options = set(re.findall(r"(?<!\S)--[a-z][a-z-]*", call[1]))
            assert options <= known[name], f"{path}: {call}"


def test_every_status_of_a_file_is_explained() -> None:
    table = rows(section(page("commands.md"), "## `vankho ingest`"))
    explained = {written for row in table for written in code(row[0]) if written.islower() and written[:2] != "--"}

    assert explained == {status.value for status in FileStatus}


# --- organisation -------------------------------------------------------------------------------


def test_every_role_is_documented_with_what_it_may() -> None:
    documented = {code(row[0])[0]: (row[2], row[3]) for row in rows(section(page("organisation.md"), "## Roles"))}

    assert documented == {
        role.value: ("yes" if role in MEMBER_ROLES else "no", "yes" if role in PUBLISHING_ROLES else "no")
        for role in Role
    }


def documented_grants() -> list[str]:
    return [code(row[0])[0] for row in rows(section(page("organisation.md"), "## Grants"))]


@pytest.mark.parametrize("form", documented_grants())
def test_a_documented_grant_is_one(form: str) -> None:
    filled = form.replace("<unit>", "dang-uy").replace("<person>", "van-thu").replace("<role>", Role.CAP_UY)

    assert Grant(filled).token == filled


def test_every_right_that_a_reader_holds_can_be_granted_as_documented() -> None:
    reader = reader_for(
        "van-thu",
        [Membership(role=Role.CAP_UY, unit="dang-uy")],
        parents={"dang-uy": None},
        today=date(2026, 1, 1),
    )

    assert {token.partition(":")[0] for token in reader.tokens} == {g.partition(":")[0] for g in documented_grants()}


def test_the_examples_of_an_organisation_can_be_read(tmp_path: Path) -> None:
    read = []
    for example in examples(page("organisation.md"), "yaml"):
        file = tmp_path / "organisation.yaml"
        file.write_text(example, "utf-8")
        read.append(read_organisation(file))

    whole, history = read
    assert [unit.id for unit in whole.units] == ["dang-uy", "chi-bo-1"]
    assert [person.id for person in whole.people] == ["van-thu", "dang-vien-1"]
    assert [(each.unit, each.successor) for each in history.successions] == [("chi-bo-2", "chi-bo-1")]


# --- routes -------------------------------------------------------------------------------------

Route = tuple[str, str]


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Route, set[str]]:
    """The query's parameters of every route, by method and path, as the API describes itself."""
    app = create_app(load_settings({"VANKHO_HOME": str(tmp_path_factory.mktemp("home"))}))
    with TestClient(app):  # closes what the application has opened
        described = app.openapi()["paths"]
    return {
        (method.upper(), path): {p["name"] for p in route.get("parameters", ()) if p["in"] == "query"}
        for path, methods in described.items()
        for method, route in methods.items()
    }


def documented_routes() -> list[Route]:
    found = re.findall(r"^### `([A-Z]+) (/[^`]+)`", page("api.md"), flags=re.MULTILINE)
    return [(method, path) for method, path in found]


def test_every_route_is_documented_once_and_no_other(routes: Mapping[Route, set[str]]) -> None:
    assert sorted(documented_routes()) == sorted(routes)


def test_every_parameter_of_a_route_is_documented_and_no_other(routes: Mapping[Route, set[str]]) -> None:
    for method, path in documented_routes():
        table = rows(section(page("api.md"), f"### `{method} {path}`"))
        assert {code(row[0])[0] for row in table} == routes[method, path], f"{method} {path}"


# --- the pages themselves -----------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        name, _, anchor = target.partition("#")
        linked = (path.parent / name).resolve() if name else path
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked.read_text("utf-8")), target


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as code hosts make them."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_each_decision_has_a_number_of_its_own() -> None:
    titles = {path.name[:4]: path.read_text().split(".")[0] for path in (DOCS / "decisions").glob("*.md")}
    assert len(titles) == len(list((DOCS / "decisions").glob("*.md")))
    assert titles == {number: f"# {int(number)}" for number in titles}


def test_every_page_that_the_code_speaks_of_is_there() -> None:
    for package in ("pipeline", "extractors", "indexer", "search_api", "flows", "samples"):
        for path in (ROOT / package).rglob("*.py"):
            for name, heading in re.findall(
                r"`docs/([\w./-]+\.md)`(?:,\s+\"([^\"]+)\")?", path.read_text("utf-8"), flags=re.DOTALL
            ):
                assert (DOCS / name).exists(), f"{path}: {name}"
                assert not heading or f"\n## {heading}\n" in page(name), f"{path}: {name}, {heading}"
