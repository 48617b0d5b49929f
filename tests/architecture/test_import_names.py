"""The five import names are ordinary words: they must be ours, here and in an installed run.

Several of them are taken as project names on PyPI, so a dependency could one day bring a
package called `flows`. From the repository the working folder would hide it; installed, it might win.
"""

import importlib.metadata
import importlib.util
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = ("extractors", "flows", "indexer", "pipeline", "search_api")


@pytest.mark.parametrize("package", PACKAGES)
def test_package_is_imported_from_this_repository(package: str) -> None:
    spec = importlib.util.find_spec(package)

    assert spec is not None
    assert spec.origin == str(ROOT / package / "__init__.py")


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_distribution_brings_the_package(package: str) -> None:
    owners = importlib.metadata.packages_distributions().get(package, [])

    # An editable install lists no files, so it owns no name; an ordinary one owns all five.
    assert set(owners) <= {"vankho"}


def test_wheel_and_import_rules_speak_of_the_same_five_packages() -> None:
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    rules = PROJECT["tool"]["importlinter"]["root_packages"]

    assert sorted(wheel) == sorted(rules) == sorted(PACKAGES)


def test_distribution_cannot_be_published_by_mistake() -> None:
    assert PROJECT["project"]["name"] not in PACKAGES
    assert "Private :: Do Not Upload" in PROJECT["project"]["classifiers"]


def test_there_is_no_further_package_beside_the_five() -> None:
    beside = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert beside - {"benchmarks", "samples", "tests"} == set(PACKAGES)
