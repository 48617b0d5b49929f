"""Asking a run to stop: it ends soon and cleanly, tells what is left, and the next run goes on."""

import signal

import pytest

from tests.flows.house import SCANS, House, digital, open_house

pytestmark = pytest.mark.slow


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = open_house(tmp_path_factory.mktemp("house"))
    house.put_samples(SCANS[0])
    house.put("a.pdf", digital(1, pages=2))
    house.put("b.pdf", digital(2))
    return house


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(signal.SIGINT, 130, ["--direct"]), (signal.SIGTERM, 143, ["--direct"]), (signal.SIGTERM, 143, [])],
    ids=["int", "term", "term-prefect"],
)
def test_a_stopped_run_reports_what_is_left_and_the_next_goes_on(
    house: House, number: int, code: int, words: list[str]
) -> None:
    stopped = house.failing_ingest("rename staging 00001.json", 2, number, *words)
    statuses = stopped.statuses()
    assert stopped.code == code
    assert len(statuses) == 3
    assert set(statuses.values()) <= {"stored", "unfinished"}
    assert "unfinished" in statuses.values()
    assert house.is_left_by_all()
    in_already = [name for name, status in statuses.items() if status == "stored"]
    assert len(house.found()) == len(in_already)  # the index was told of them
    assert house.batches_without_end() == 1
    done = house.ingest()
    assert done.code == 0
    assert done.statuses() == dict.fromkeys(statuses, "stored") | dict.fromkeys(in_already, "duplicate")
    assert house.batches_without_end() == 1
    house.require_order(documents=3)
