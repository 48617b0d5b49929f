"""Settings alone move an installation to servers: the same answers there, and a server that fails costs nothing."""

import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx
import pytest

from pipeline.storage.endpoint import Endpoint
from tests.buckets import endpoint_of, own_bucket, s3_client
from tests.flows.house import MARKED, House, digital, open_house
from tests.opensearch import own_opensearch
from tests.own_servers import own_minio, own_postgresql
from tests.services import empty_database, server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),  # each is dozens of commands, on two installations or servers of its own
]

ASKED = (
    ("van-thu", "02-NQ/ĐU"),
    ("dang-vien-01", "cong tac thu 2"),
    ("dang-vien-02", "nghị quyết"),
    ("quan-tri", "nghị quyết"),
)


def house_on(folder: Path, environment: Mapping[str, str]) -> House:
    """A new installation with these settings."""
    folder.mkdir()
    return open_house(folder, environment=environment)


def store_settings(minio: Mapping[str, str], bucket: str) -> dict[str, str]:
    return {
        "VANKHO_STORE__URL": minio["endpoint"],
        "VANKHO_STORE__ACCESS_KEY": minio["access_key"],
        "VANKHO_STORE__SECRET_KEY": minio["secret_key"],
        "VANKHO_STORE__BUCKET": bucket,
        "VANKHO_STORE__STAGING_BUCKET": f"{bucket}-staging",
    }


def catalogue_settings(url: str) -> dict[str, str]:
    return {"VANKHO_CATALOGUE__URL": url, "VANKHO_CLI__IMPERSONATION": "true"}


@pytest.fixture
def embedded(tmp_path: Path) -> House:
    return house_on(tmp_path / "embedded", {})


@pytest.fixture
def served(tmp_path: Path) -> Iterator[House]:
    minio = server("minio")
    with own_bucket(endpoint_of(minio)) as bucket, empty_database(server("postgresql")) as url:
        yield house_on(tmp_path / "served", store_settings(minio, bucket) | catalogue_settings(url))


def work(house: House) -> dict[str, Any]:
    """A day's work, and what is told of it; ids, which differ, are told as titles."""
    house.put_samples(MARKED)
    house.put("a.pdf", digital(1, pages=3))
    house.put("b.pdf", digital(2))
    first = house.ingest()
    again = house.ingest()
    titles = {hit["id"]: hit["title"] for hit in hits(house, "", "van-thu")}
    published = sorted(titles, key=lambda id_: titles[id_])
    assert house.run("publish", published[0], "--grant", "everyone", "--as", "van-thu").code == 0
    assert house.run("publish", published[1], "--grant", "unit:chi-bo-01", "--as", "van-thu").code == 0
    told = {
        "first": first.statuses(),
        "again": again.statuses(),
        "found": {(person, query): [hit["title"] for hit in hits(house, query, person)] for person, query in ASKED},
        "shown": [without_ids(house.run("show", id_, "--as", "van-thu", "--json").report) for id_ in published],
        "hidden": [house.run("show", id_, "--as", "dang-vien-02").code for id_ in published],
        "verified": house.run("verify", "--json").report,
    }
    house.require_order(documents=2)
    return told


def hits(house: House, query: str, person: str) -> list[dict[str, Any]]:
    done = house.run("search", query, "--as", person, "--sort", "newest", "--json")
    found: list[dict[str, Any]] = done.report["hits"] if done.code == 0 else [{"id": "", "title": done.err}]
    return sorted(found, key=lambda hit: hit["title"])


def without_ids(shown: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in shown.items() if name not in ("id", "file")}
    proposed = {name: value for name, value in shown["proposed_grants"].items() if name != "mark"}  # it covers the id
    return told | {"proposed_grants": proposed}


def test_on_servers_it_answers_as_it_does_in_a_folder(embedded: House, served: House) -> None:
    assert work(served) == work(embedded)
    kept = {path.name for path in served.home.iterdir()}
    assert {"store", "catalogue.sqlite3"} <= {path.name for path in embedded.home.iterdir()}
    assert not kept & {"store", "catalogue.sqlite3"}


def test_on_servers_nobody_acts_for_another_unless_it_is_said(served: House) -> None:
    assert served.run("search", "nghị quyết", "--as", "van-thu").code == 0  # the house says it
    unsaid = {name: value for name, value in served.environment.items() if name != "VANKHO_CLI__IMPERSONATION"}
    plain = House(served.home, served.inbox, environment=unsaid)
    assert plain.run("search", "nghị quyết", "--as", "van-thu").code != 0


def test_what_one_machine_leaves_in_the_middle_another_finishes(served: House, tmp_path: Path) -> None:
    served.put("a.pdf", digital(1, pages=3))
    served.put("b.pdf", digital(2, pages=3))
    assert served.failing_ingest("rename staging 00001.json", 2, -signal.SIGKILL, "--direct").code == -signal.SIGKILL
    left = served.run("status", "--json").report
    assert not left["staging_empty"]
    shutil.copytree(served.home / "keys", tmp_path / "second" / "keys")
    (tmp_path / "empty").mkdir()
    second = House(tmp_path / "second", tmp_path / "empty", environment=served.environment)
    finished = second.ingest()
    assert finished.code == 0, finished.out
    assert second.run("status", "--json").report["staging_empty"]
    assert set(served.ingest().statuses().values()) <= {"stored", "duplicate"}
    assert second.run("verify", "--json").report["clean"]
    assert sum(second.run("status", "--json").report["documents"].values()) == 2


def wait_for_an_object(run: Popen[str], endpoint: Endpoint, bucket: str) -> None:
    """Until the run has put something into the store, or has ended."""
    client = s3_client(endpoint)
    while run.poll() is None and not (client.bucket_exists(bucket) and any(client.list_objects(bucket))):
        time.sleep(0.05)


FILES = 8


def put_files(house: House) -> House:
    for number in range(FILES):
        house.put(f"{number}.pdf", digital(number, pages=2))
    return house


def state(house: House) -> dict[str, Any]:
    """What an installation holds and tells; ids, which differ, are told as titles."""
    told = {title["id"]: title["title"] for title in hits(house, "", "van-thu")}
    return {
        "documents": house.run("status", "--json").report["documents"],
        "found": {(person, query): [hit["title"] for hit in hits(house, query, person)] for person, query in ASKED},
        "shown": {told[id_]: without_ids(house.run("show", id_, "--as", "van-thu", "--json").report) for id_ in told},
    }


def require_undisturbed(house: House, twin: House) -> None:
    """After the next run the house is as its twin to which nothing happened."""
    done = house.ingest()
    assert set(done.statuses().values()) <= {"stored", "duplicate"}, done.out
    house.require_order(documents=FILES)
    assert put_files(twin).ingest().code == 0
    assert state(house) == state(twin)


def test_a_store_that_dies_in_an_ingest_costs_nothing(tmp_path: Path, embedded: House) -> None:
    with own_minio(tmp_path / "services") as minio, empty_database(server("postgresql")) as url:
        settings = store_settings(minio.settings, "vankho") | catalogue_settings(url)
        house = put_files(house_on(tmp_path / "house", settings))
        run = house.start(*house.ingest_words("--direct"))
        wait_for_an_object(run, endpoint_of(minio.settings), "vankho")
        minio.kill()
        out, err = run.communicate()
        assert run.returncode != 0, out
        assert "Không kết nối được tới kho" in out + err
        assert house.run("verify").code != 0
        minio.start()
        require_undisturbed(house, embedded)


def test_a_catalogue_that_goes_away_in_an_ingest_costs_nothing(tmp_path: Path, embedded: House) -> None:
    minio = server("minio")
    with own_postgresql(tmp_path / "services") as postgresql, own_bucket(endpoint_of(minio)) as bucket:
        settings = store_settings(minio, bucket) | catalogue_settings(postgresql.settings["url"])
        house = put_files(house_on(tmp_path / "house", settings))
        run = house.start(*house.ingest_words("--direct"))
        wait_for_an_object(run, endpoint_of(minio), bucket)
        postgresql.stop()
        out, err = run.communicate()
        assert run.returncode != 0, out
        assert "cơ sở dữ liệu danh mục" in out + err
        for words in (("status",), ("search", "nghị quyết", "--as", "van-thu")):
            done = house.run(*words)
            assert done.code != 0
            assert "Không dùng được cơ sở dữ liệu" in done.err
        postgresql.start()
        require_undisturbed(house, embedded)


def test_an_index_that_dies_in_an_ingest_and_is_lost_costs_nothing(tmp_path: Path, embedded: House) -> None:
    minio = server("minio")
    with (
        own_opensearch(tmp_path / "services") as opensearch,
        own_bucket(endpoint_of(minio)) as bucket,
        empty_database(server("postgresql")) as url,
    ):
        at = {"VANKHO_INDEX__URL": str(opensearch.settings.url)}
        house = put_files(house_on(tmp_path / "house", store_settings(minio, bucket) | catalogue_settings(url) | at))
        run = house.start(*house.ingest_words("--direct"))
        wait_for_an_object(run, endpoint_of(minio), bucket)
        opensearch.kill()
        out, err = run.communicate()
        assert "chỉ mục" in out + err
        asked = house.run("search", "nghị quyết", "--as", "van-thu", "--json")
        assert asked.code != 0
        assert "OpenSearch" in asked.err
        opensearch.start()
        require_undisturbed(house, embedded)
        undisturbed = state(house)
        httpx.delete(f"{opensearch.settings.url}/vankho-*").raise_for_status()
        lost = house.run("search", "nghị quyết", "--as", "van-thu", "--json")
        assert lost.code != 0
        assert "vankho reindex" in lost.err
        assert house.run("reindex").code == 0
        assert state(house) == undisturbed
