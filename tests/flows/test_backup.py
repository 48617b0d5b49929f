"""Backup and restore by one command each: while files are being taken in, cut short, damaged, into the wrong place."""

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.catalogue.accounts import CredentialKind
from pipeline.settings import Settings
from pipeline.wiring import catalogue_of
from tests.flows.house import FAILING, House, counts, digital, open_house

pytestmark = pytest.mark.slow

MARKED = digital(9, lines=("MẬT",))


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = open_house(tmp_path)
    for number in (1, 2, 3):
        house.put(f"{number}.pdf", digital(number))
    house.put("marked.pdf", MARKED)
    return house


def restored(house: House, backup: Path) -> House:
    """The backup in a data folder of its own, taking in from the same inbox."""
    other = House(house.home.with_name("other"), house.inbox)
    done = other.run("restore", str(backup), "--json")
    assert done.code == 0, done.err
    assert done.report["faults"] == []
    return other


def test_a_restored_installation_answers_as_the_one_that_was_backed_up(house: House, tmp_path: Path) -> None:
    house.ingest("--publish-to", "under:dang-uy")
    with_session(house, "s" * 64)
    assert house.run("backup", str(tmp_path / "backup"), "--json").report["files"] == 3
    other = restored(house, tmp_path / "backup")
    for person in ("van-thu", "dang-vien-01"):
        asked = ("search", "nghi quyet", "--as", person, "--sort", "newest", "--json")
        assert other.run(*asked).report == house.run(*asked).report
    for document in house.found():
        shown = ("show", document, "--as", "dang-vien-01", "--json")
        assert other.run(*shown) == house.run(*shown)
    other.require_order(documents=3)
    assert not has_session(other, "s" * 64)
    assert has_session(house, "s" * 64)
    again = other.ingest()
    assert counts(again.statuses()) == {"duplicate": 3, "quarantined": 1}


def with_session(house: House, secret: str) -> None:
    facts = catalogue_of(Settings(home=house.home))
    facts.accounts.add_credential(
        "van-thu", secret_hash=secret, kind=CredentialKind.TOKEN, name="", expires_at=datetime.now(UTC) + timedelta(1)
    )
    facts.close()


def has_session(house: House, secret: str) -> bool:
    facts = catalogue_of(Settings(home=house.home))
    found = facts.accounts.credential(secret)
    facts.close()
    return found is not None


def test_a_backup_while_files_are_taken_in_is_whole_by_itself(house: House, tmp_path: Path) -> None:
    """The run stands still when one file is in, the next is in the store, and the catalogue does not know it yet."""
    how = [sys.executable, str(FAILING), "link store originals", "2", str(int(signal.SIGSTOP))]
    running = house.start(*house.ingest_words("--direct", "--workers", "1"), by=how)
    while "(stopped)" not in Path(f"/proc/{running.pid}/status").read_text("utf-8"):
        assert running.poll() is None
        time.sleep(0.05)
    backup = tmp_path / "backup"
    assert house.run("backup", str(backup), "--json").report["files"] == 1
    assert not list(backup.glob("staging*"))
    os.kill(running.pid, signal.SIGCONT)
    out, _ = running.communicate()
    assert counts({f["ordinal"]: f["status"] for f in json.loads(out)["files"]}) == {"stored": 3, "quarantined": 1}
    other = restored(house, backup)
    other.require_order(documents=1)
    assert counts(other.ingest().statuses()) == {"stored": 2, "duplicate": 1, "quarantined": 1}
    other.require_order(documents=3)


def test_the_next_backup_copies_what_is_new_and_one_cut_short_leaves_the_one_before(
    house: House, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    house.ingest()
    first = house.run("backup", str(backup), "--json").report
    assert house.run("backup", str(backup), "--json").report == first | {"copied": 0}
    house.put("4.pdf", digital(4))
    house.ingest()
    how = [sys.executable, str(FAILING), "rename catalogue.sqlite3", "1", str(-signal.SIGKILL)]
    killed = house.run("backup", str(backup), by=how, FAILING_BELOW=str(backup))
    assert killed.code == -signal.SIGKILL
    other = restored(house, backup)
    other.require_order(documents=3)
    assert house.run("backup", str(backup), "--json").report["files"] == 4


def test_a_restore_that_was_cut_short_goes_on(house: House, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    house.ingest()
    house.run("backup", str(backup))
    other = House(house.home.with_name("other"), house.inbox)
    how = [sys.executable, str(FAILING), "rename store originals", "2", str(-signal.SIGKILL)]
    assert other.run("restore", str(backup), by=how).code == -signal.SIGKILL
    restored(house, backup).require_order(documents=3)


def test_a_damaged_original_is_named_and_does_not_reach_the_backup(house: House, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    house.ingest()
    originals = sorted((house.home / "store" / "originals").iterdir())
    originals[0].write_bytes(b"altered")
    done = house.run("backup", str(backup), "--json")
    assert done.code == 1
    assert done.report["faults"] == [f"originals/{originals[0].name}"]
    assert not (backup / "store" / "originals" / originals[0].name).exists()
    assert (backup / "store" / "originals" / originals[1].name).exists()
    (backup / "store" / "originals" / originals[1].name).write_bytes(b"altered")
    other = House(house.home.with_name("other"), house.inbox)
    done = other.run("restore", str(backup), "--json")
    assert done.code == 1
    assert done.report["faults"] == [f"originals/{original.name}" for original in originals[:2]]


def test_what_has_gone_bad_in_the_backup_is_copied_again(house: House, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    house.ingest()
    first = house.run("backup", str(backup), "--json").report
    bad = [
        next((backup / "store" / folder).rglob("*.json" if folder == "derived" else "*"))
        for folder in ("originals", "derived")
    ]
    whole = [path.read_bytes() for path in bad]
    for path in bad:
        path.write_bytes(path.read_bytes()[:-1])
    assert house.run("backup", str(backup), "--json").report == first | {"copied": 2}
    assert [path.read_bytes() for path in bad] == whole
    bad_here = house.home / "store" / bad[1].relative_to(backup / "store")
    bad_here.write_bytes(b"{")
    assert house.run("backup", str(backup), "--json").report == first | {"copied": 0}  # what is there is better
    assert bad[1].read_bytes() == whole[1]


def test_backup_and_restore_do_not_go_where_they_would_do_harm(house: House, tmp_path: Path) -> None:
    house.ingest()
    assert house.run("backup", str(house.home / "backup")).code == 2
    assert not (house.home / "backup").exists()
    house.run("backup", str(tmp_path / "backup"))
    assert house.run("restore", str(tmp_path / "backup")).code == 2
    house.require_order(documents=3)
    nothing = House(tmp_path / "other", house.inbox)
    assert nothing.run("restore", str(house.inbox)).code == 2
    assert not nothing.home.exists()


def test_nobody_else_can_open_the_backup(house: House, tmp_path: Path) -> None:
    house.ingest()
    house.run("backup", str(tmp_path / "backup"))
    assert (tmp_path / "backup").stat().st_mode & 0o077 == 0
    assert (tmp_path / "backup" / "keys" / "quarantine.key").stat().st_mode & 0o077 == 0
