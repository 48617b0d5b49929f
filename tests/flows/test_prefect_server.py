"""Our Prefect server lets nobody in who has not been given its secret, and flows run on it all the same."""

import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from flows.prefect_server import PrefectApi, client_environment, is_answering, prefect_server
from tests.flows.upkeep import commands, up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

FLOW = """
import os
from pathlib import Path
from flows.ingest import PrefectRunner
from flows.prefect_server import api_of
from pipeline.catalogue.jobs import JobProgress
from pipeline.model import FileStatus

runner = PrefectRunner(Path(os.environ["HOME_OF_TEST"]), api_of(os.environ))
runner([1, 2], lambda _: FileStatus.STORED, 2, lambda: JobProgress(4, 3, 7, "batch-1"))
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prefect") / "home"


@pytest.fixture(scope="module")
def api(home: Path) -> Iterator[PrefectApi]:
    with prefect_server(home) as api:
        yield api


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "flows/"), ("POST", "deployments/filter"), ("GET", "admin/settings")]
)
def test_without_the_secret_nobody_is_let_in(api: PrefectApi, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Basic dmFua2hvOg=="}, {"Authorization": "Bearer x"}):
        answer = httpx.request(method, f"{api.url}/{path}", json={"name": "x"}, headers=headers, timeout=60)
        assert answer.status_code == 401
    assert is_answering(api.url)


def test_no_page_of_another_place_may_ask(api: PrefectApi) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:8000"):
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        assert httpx.options(f"{api.url}/flows/", headers=headers, timeout=60).status_code == 400
        assert "Access-Control-Allow-Origin" not in httpx.get(f"{api.url}/health", headers=headers, timeout=60).headers


def test_flows_run_for_who_has_it(api: PrefectApi, home: Path) -> None:
    environment = client_environment(home, api) | {"HOME_OF_TEST": str(home)}
    done = subprocess.run([sys.executable, "-c", FLOW], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    answer = httpx.post(f"{api.url}/artifacts/filter", json={}, headers=_authorized(api), timeout=60)
    (artifact,) = answer.json()
    assert (artifact["type"], artifact["key"], artifact["data"]) == ("progress", "ingest", 75.0)
    assert artifact["description"] == "Đợt batch-1: 3/4 tệp, 7 trang"
    assert artifact["flow_run_id"]


def _authorized(api: PrefectApi) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(api.secret.encode()).decode()}"}


def test_each_start_has_a_secret_of_its_own_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    found = []
    for _ in range(2):
        with up(home) as running:
            running.until(lambda: running.child("flows.worker"), "it runs")
            secret = home / "prefect" / "secret"
            found.append(secret.read_text("ascii"))
            assert secret.stat().st_mode & 0o777 == 0o600
            assert not any(found[-1].rpartition(":")[2] in words for words in commands())
            assert running.stop() == 0
    assert found[0] != found[1]
