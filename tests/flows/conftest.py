"""An installation with the samples' organisation, for tests that look into its catalogue while it runs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue
from pipeline.organisation_file import read_organisation
from pipeline.settings import load_settings
from pipeline.wiring import catalogue_of
from tests.flows.house import SAMPLES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def facts(home: Path) -> Iterator[Catalogue]:
    opened = catalogue_of(load_settings({"VANKHO_HOME": str(home)}))
    opened.organisation.replace(read_organisation(SAMPLES / "organisation.yaml"))
    yield opened
    opened.close()
