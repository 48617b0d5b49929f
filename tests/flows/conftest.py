"""An installation with the samples' organisation, whose inbox takes files at once, for tests that look into it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue
from pipeline.organisation_file import read_organisation
from pipeline.settings import Settings, load_settings
from pipeline.wiring import catalogue_of
from tests.flows.house import SAMPLES


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def of(home: Path) -> Settings:
    environment = {"VANKHO_HOME": str(home), "VANKHO_INBOX__QUIET_SECONDS": "0"}
    return load_settings(environment | {"VANKHO_INTAKE__WORKERS": "2"})


@pytest.fixture
def facts(of: Settings) -> Iterator[Catalogue]:
    opened = catalogue_of(of)
    opened.organisation.replace(read_organisation(SAMPLES / "organisation.yaml"))
    yield opened
    opened.close()
