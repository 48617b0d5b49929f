"""What the program writes is for its own account alone, whatever the folders and the shell it starts from allow."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.backup import back_up
from pipeline.settings import load_settings
from pipeline.wiring import catalogue_of
from tests.flows.house import House, digital, open_house
from tests.flows.upkeep import up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

LAVISH = ("sh", "-c", 'umask 022 && exec "$@"', "sh")
"""The shell of an ordinary account."""


@pytest.fixture
def house(tmp_path: Path) -> House:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(0o755)
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup").chmod(0o755)
    house = open_house(tmp_path, wrapper=LAVISH)
    house.put("one.pdf", digital(1))
    return house


def open_to_others(folder: Path) -> Iterator[str]:
    """What another account could read, write or enter."""
    for path in sorted(folder.rglob("*")):
        with suppress(FileNotFoundError):  # one that was for a moment only
            if not path.is_symlink() and path.stat().st_mode & 0o077:
                yield str(path.relative_to(folder))


def test_no_command_leaves_anything_that_others_can_read(house: House, tmp_path: Path) -> None:
    assert house.ingest().code == 0
    assert house.run("backup", str(tmp_path / "backup")).code == 0
    restored = House(tmp_path / "other", house.inbox, LAVISH)
    restored.home.mkdir()
    restored.home.chmod(0o755)
    assert restored.run("restore", str(tmp_path / "backup")).code == 0

    for folder in (house.home, tmp_path / "backup", restored.home):
        assert (folder / "catalogue.sqlite3").is_file()
        assert list(open_to_others(folder)) == []


def test_a_backup_is_for_its_owner_alone_even_without_the_mask(house: House, tmp_path: Path) -> None:
    house.ingest()
    (house.home / "vankho.toml").write_text("[intake]\nworkers = 1\n")
    of = load_settings({"VANKHO_HOME": str(house.home)})
    facts = catalogue_of(of)
    back_up(of, facts, tmp_path / "backup")
    facts.close()

    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"catalogue.sqlite3", "audit-heads.txt", "vankho.toml", "quarantine.key"}
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_no_service_writes_anything_that_others_can_read(house: House) -> None:
    with up(house.home) as running:
        running.until(lambda: running.child("flows.worker"), "it runs")
        assert house.run("ingest", str(house.inbox), "--unit", "dang-uy", "--as", "van-thu").code == 0
        running.until((house.home / "prefect" / "prefect.db").exists, "Prefect has its record")
        assert list(open_to_others(house.home)) == []
        assert running.stop() == 0


def test_a_service_that_something_else_started_writes_for_its_owner_alone(house: House) -> None:
    for path in house.home.glob("catalogue.sqlite3*"):
        path.unlink()
    service = house.start("-m", "flows.outbox", by=(sys.executable,))
    while not any(house.home.glob("catalogue.sqlite3-*")):
        assert service.poll() is None
        time.sleep(0.05)
    service.terminate()
    service.communicate()
    assert list(open_to_others(house.home)) == []
