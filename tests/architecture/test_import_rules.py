"""Each import rule of pyproject.toml bites: a forbidden import planted in a copy breaks its contract.

The rules themselves are held by `lint-imports` in `make check`; here it is shown that it would notice.
"""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("extractors", "flows", "indexer", "pipeline", "search_api")
LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the five packages and of the rules, alone in a folder."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package,
            tmp_path / package,
            ignore=shutil.ignore_patterns("__pycache__", "static", "templates"),
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    """The rules on the copy: the working folder comes before the installed packages on the path."""
    environment = {**os.environ, "COLUMNS": "200", "PYTHONIOENCODING": "utf-8"}
    environment.pop("PYTHONPATH", None)
    environment.pop("PYTHONSAFEPATH", None)
    return subprocess.run(
        [LINT_IMPORTS, "--no-cache", "--config", "pyproject.toml"],
        cwd=tree,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def add_line(tree: Path, module: str, line: str) -> None:
    """Append a line to a module of the copy, making it and its package where they do not exist."""
    path = tree / f"{module.replace('.', '/')}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    (path.parent / "__init__.py").touch()
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def test_the_tree_keeps_its_rules(tree: Path) -> None:
    result = lint_imports(tree)

    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("pipeline.text", "import extractors", "flows | search_api -> extractors | indexer -> pipeline"),
        ("extractors.planted", "import indexer", "flows | search_api -> extractors | indexer -> pipeline"),
        ("indexer.planted", "import extractors", "flows | search_api -> extractors | indexer -> pipeline"),
        ("indexer.planted", "import flows", "flows | search_api -> extractors | indexer -> pipeline"),
        ("flows.planted", "import search_api", "flows | search_api -> extractors | indexer -> pipeline"),
        ("search_api.planted", "import flows", "flows | search_api -> extractors | indexer -> pipeline"),
        ("pipeline.text", "from prefect import flow", "Prefect only in flows"),
        ("search_api.planted", "import prefect.client", "Prefect only in flows"),
        ("pipeline.text", "import fastapi", "FastAPI, Starlette and uvicorn only in search_api"),
        (
            "indexer.planted",
            "from starlette import status",
            "FastAPI, Starlette and uvicorn only in search_api",
        ),
        ("flows.planted", "import uvicorn", "FastAPI, Starlette and uvicorn only in search_api"),
        ("pipeline.planted", "import sqlalchemy", "SQLAlchemy and Alembic only in pipeline.catalogue"),
        (
            "pipeline.steps.planted",
            "import sqlalchemy.orm",
            "SQLAlchemy and Alembic only in pipeline.catalogue",
        ),
        ("flows.planted", "from alembic import command", "SQLAlchemy and Alembic only in pipeline.catalogue"),
        ("indexer.planted", "import tantivy", "tantivy only in indexer.embedded"),
        ("search_api.planted", "import tantivy", "tantivy only in indexer.embedded"),
        ("extractors.planted", "import pytesseract", "pytesseract only in extractors.tesseract"),
        ("flows.planted", "import pytesseract", "pytesseract only in extractors.tesseract"),
    ],
)
def test_a_forbidden_import_is_caught(tree: Path, module: str, line: str, contract: str) -> None:
    add_line(tree, module, line)

    result = lint_imports(tree)

    assert result.returncode == 1, result.stdout + result.stderr
    broken = [text for text in result.stdout.splitlines() if " BROKEN" in text]
    assert len(broken) == 1
    assert broken[0].startswith(contract)


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("flows.planted", "import prefect"),
        ("search_api.planted", "import fastapi"),
        ("pipeline.catalogue.planted", "import sqlalchemy"),
        ("indexer.embedded.planted", "import tantivy"),
        ("extractors.tesseract", "import pytesseract"),
        ("flows.planted", "import indexer, extractors, pipeline"),
    ],
)
def test_an_allowed_import_is_let_through(tree: Path, module: str, line: str) -> None:
    add_line(tree, module, line)

    result = lint_imports(tree)

    assert result.returncode == 0, result.stdout + result.stderr


def test_a_cycle_inside_a_package_is_caught(tree: Path) -> None:
    add_line(tree, "indexer.planted", "import indexer.planted_too")
    add_line(tree, "indexer.planted_too", "import indexer.planted")

    result = lint_imports(tree)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "No cycles inside a package BROKEN" in result.stdout
