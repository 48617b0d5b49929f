"""A restore after one that was killed: nothing of the first backup gets into what is made of the second."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.backup import CATALOGUE, back_up, restore
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.settings import Settings
from pipeline.wiring import catalogue_of
from tests.papers import ORGANISATION, Paper, shelve


def texts(facts: Catalogue) -> set[str]:
    """What the papers of this catalogue say."""
    pages = facts.documents.page_texts(list(facts.documents.document_ids()))
    return {text for document in pages.values() for text in document.values()}


def backup_of(folder: Path, *said: str) -> Path:
    """A backup of an installation with these papers, whose files themselves do not matter here."""
    of = Settings(home=folder / "home")
    facts = catalogue_of(of)
    facts.organisation.replace(ORGANISATION)
    shelve(facts, [Paper(f"{place}", text) for place, text in enumerate(said)])
    facts.audit.record(AuditEvent("os:test", "file", None, Outcome.ALLOWED, "test"))
    back_up(of, facts, folder / "backup")
    facts.close()
    return folder / "backup"


def leave_log(backup: Path, path: Path) -> None:
    """Leave at this path what a process leaves that was killed while it changed the catalogue of this backup there."""
    scene = path.with_name("scene") / path.name
    scene.parent.mkdir()
    shutil.copy(backup / CATALOGUE, scene)
    with closing(sqlite3.connect(scene)) as changing:
        changing.execute("PRAGMA journal_mode = WAL")
        changing.execute("VACUUM")  # every page is in the log
        changing.commit()
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{scene}{suffix}", f"{path}{suffix}")
    shutil.rmtree(scene.parent)
    assert Path(f"{path}-wal").stat().st_size > 0


@pytest.mark.parametrize("name", [".part", CATALOGUE])
def test_the_log_of_a_killed_restore_is_not_replayed_into_another_backup(tmp_path: Path, name: str) -> None:
    first = backup_of(tmp_path / "first", "của bản thứ nhất")
    second = backup_of(tmp_path / "second", "của bản thứ hai", "cũng của bản thứ hai")
    of = Settings(home=tmp_path / "restored")
    of.home.mkdir()
    leave_log(first, of.home / name)
    if name == CATALOGUE:
        (of.home / name).unlink()

    restore(second, of)

    facts = catalogue_of(of)
    assert texts(facts) == {"của bản thứ hai", "cũng của bản thứ hai"}
    facts.close()
    assert not list(of.home.glob(".part*"))
