"""What the inbox promises: whole files only, nothing over another file, nothing that has changed."""

import errno
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.clock import today
from pipeline.errors import UnavailableError
from pipeline.ports import Arrival, InboxLook
from pipeline.storage.inbox import FolderInbox, _note_beside

UNITS = ("chi-bo-01", "dang-uy")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An inbox with the folders of its units."""
    for unit in UNITS:
        (tmp_path / "inbox" / unit).mkdir(parents=True)
    return tmp_path / "inbox"


def drop(folder: Path, name: str, content: str = "scan") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def look(folder: Path, *, quiet_seconds: float = 0) -> InboxLook:
    return FolderInbox(folder, quiet_seconds=quiet_seconds).look(UNITS)


def only(folder: Path) -> Arrival:
    (arrival,) = look(folder).settled
    return arrival


def beside(folder: Path) -> list[str]:
    """Every file below the folder but our own probe."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != ".vankho")


def test_folders_for_the_units_are_made(tmp_path: Path) -> None:
    assert look(tmp_path / "new") == InboxLook((), 0, ())
    assert sorted(p.name for p in (tmp_path / "new").iterdir() if p.is_dir()) == sorted(UNITS)


def test_whole_files_of_any_depth_in_the_order_of_names(folder: Path) -> None:
    for name in ("dang-uy/b.pdf", "dang-uy/2024/hộp 1/a.pdf", "chi-bo-01/c.pdf"):
        drop(folder, name)

    found = [(arrival.unit, arrival.name) for arrival in look(folder).settled]

    assert found == [("chi-bo-01", "c.pdf"), ("dang-uy", "2024/hộp 1/a.pdf"), ("dang-uy", "b.pdf")]


def test_a_file_that_was_just_written_waits_even_if_its_times_are_set_back(folder: Path) -> None:
    path = drop(folder, "dang-uy/a.pdf")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (long_ago, long_ago))

    assert look(folder, quiet_seconds=3600) == InboxLook((), 1, ())


def test_a_file_left_alone_is_whole(folder: Path) -> None:
    drop(folder, "dang-uy/a.pdf")
    time.sleep(0.3)  # only ever longer

    assert len(look(folder, quiet_seconds=0.2).settled) == 1


@pytest.mark.parametrize("name", ["a.pdf.part", "a.pdf.PART", ".a.pdf.Xy12", "a.crdownload", "a.tmp", "a.filepart"])
def test_a_temporary_name_waits(folder: Path, name: str) -> None:
    drop(folder, f"dang-uy/{name}")

    assert look(folder) == InboxLook((), 1, ())


@pytest.mark.parametrize("name", ["~$thu.docx", ".~lock.thu.odt#", "Thumbs.db", "._a.pdf", "a.pdf.lý-do.txt", ".x/a"])
def test_what_programs_leave_beside_documents_is_not_looked_at(folder: Path, name: str) -> None:
    drop(folder, f"dang-uy/{name}")

    assert look(folder) == InboxLook((), 0, ())


def test_what_lies_outside_the_units_is_told_and_left(folder: Path) -> None:
    drop(folder, "chi-bo-99/a.pdf")
    drop(folder, "lạc.pdf")

    found = look(folder)

    assert not found.settled
    assert [stray.name for stray in found.strays] == ["chi-bo-99", "lạc.pdf"]
    assert beside(folder) == ["chi-bo-99/a.pdf", "lạc.pdf"]


def test_a_link_is_never_followed(folder: Path, tmp_path: Path) -> None:
    secret = drop(tmp_path, "elsewhere/a.pdf")
    (folder / "dang-uy" / "a.pdf").symlink_to(secret)
    (folder / "dang-uy" / "all").symlink_to(secret.parent)

    found = look(folder)

    assert not found.settled
    assert [stray.name for stray in found.strays] == ["dang-uy/a.pdf", "dang-uy/all"]


def test_a_taken_file_goes_to_done_with_its_folders(folder: Path) -> None:
    drop(folder, "dang-uy/2024/a.pdf", "one")

    assert FolderInbox(folder, quiet_seconds=0).accept(only(folder), None)

    assert beside(folder) == [f"dang-uy/done/{today()}/2024/a.pdf"]
    assert not look(folder).settled


def test_a_failed_file_has_its_reason_beside_it(folder: Path) -> None:
    drop(folder, "dang-uy/a.pdf", "one")

    assert FolderInbox(folder, quiet_seconds=0).reject(only(folder), "Tệp hỏng.")

    place = folder / "dang-uy" / "failed" / today().isoformat()
    assert (place / "a.pdf").read_text() == "one"
    assert (place / "a.pdf.lý-do.txt").read_text("utf-8") == "Tệp hỏng.\n"


def test_nothing_is_moved_over_another_file(folder: Path) -> None:
    inbox = FolderInbox(folder, quiet_seconds=0)
    for content in ("one", "two", "three"):
        drop(folder, "dang-uy/a.b.pdf", content)
        assert inbox.accept(only(folder), None)

    place = folder / "dang-uy" / "done" / today().isoformat()
    assert {p.name: p.read_text() for p in place.iterdir()} == {
        "a.b.pdf": "one",
        "a.b (2).pdf": "two",
        "a.b (3).pdf": "three",
    }


def test_files_that_are_moved_at_once_do_not_take_each_others_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = FolderInbox(folder, quiet_seconds=0)
    drop(folder, "dang-uy/a.pdf", "one")
    inbox.reject(only(folder), "vì sao")
    for name, content in (("a.pdf", "two"), ("a (2).pdf", "three")):  # both are to be called «a (2).pdf»
        drop(folder, f"dang-uy/{name}", content)
    both_have_chosen = threading.Barrier(2)
    note_beside = _note_beside

    def note_when_both_have_chosen(path: Path) -> Path:
        with suppress(threading.BrokenBarrierError):
            both_have_chosen.wait(0.5)
        return note_beside(path)

    monkeypatch.setattr("pipeline.storage.inbox._note_beside", note_when_both_have_chosen)
    with ThreadPoolExecutor(2) as threads:
        ended = threads.map(lambda arrival: inbox.reject(arrival, f"vì {arrival.name}"), look(folder).settled)
        assert all(ended)

    place = folder / "dang-uy" / "failed" / today().isoformat()
    files = {p.read_text(): p for p in place.glob("*.pdf")}
    assert set(files) == {"one", "two", "three"}
    assert {c: note_beside(p).read_text("utf-8") for c, p in files.items()} == {
        "one": "vì sao\n",
        "two": "vì a.pdf\n",
        "three": "vì a (2).pdf\n",
    }


@pytest.mark.parametrize("has_links", [True, False])
def test_what_somebody_lays_there_in_the_meantime_is_not_replaced(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    drop(folder, "dang-uy/a.pdf", "one")
    arrival = only(folder)
    note_beside = _note_beside

    def note_as_somebody_lays_it(path: Path) -> Path:
        if path.name == "a.pdf" and not path.exists():
            path.write_text("somebody's")
        return note_beside(path)

    def no_links(*_args: object, **_words: object) -> None:
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr("pipeline.storage.inbox._note_beside", note_as_somebody_lays_it)
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    assert FolderInbox(folder, quiet_seconds=0).reject(arrival, "vì sao")

    place = folder / "dang-uy" / "failed" / today().isoformat()
    assert {p.name: p.read_text("utf-8") for p in place.iterdir()} == {
        "a.pdf": "somebody's",
        "a (2).pdf": "one",
        "a (2).pdf.lý-do.txt": "vì sao\n",
    }
    assert not look(folder).settled


def test_a_move_that_was_cut_short_is_finished(folder: Path) -> None:
    path = drop(folder, "dang-uy/a.pdf", "one")
    place = folder / "dang-uy" / "done" / today().isoformat()
    place.mkdir(parents=True)
    os.link(path, place / "a.pdf")

    assert FolderInbox(folder, quiet_seconds=0).accept(only(folder), None)

    assert beside(folder) == [f"dang-uy/done/{today()}/a.pdf"]


@pytest.mark.parametrize("link", ["done", f"done/{today()}", f"done/{today()}/2024"])
def test_nothing_is_moved_out_through_a_link(folder: Path, tmp_path: Path, link: str) -> None:
    drop(folder, "dang-uy/2024/a.pdf")
    (tmp_path / "elsewhere").mkdir()
    (folder / "dang-uy" / link).parent.mkdir(parents=True, exist_ok=True)
    (folder / "dang-uy" / link).symlink_to(tmp_path / "elsewhere")
    arrival = only(folder)

    with pytest.raises(UnavailableError, match="dang-uy"):
        FolderInbox(folder, quiet_seconds=0).accept(arrival, None)

    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert (folder / "dang-uy" / "2024" / "a.pdf").exists()


def test_the_longest_name_has_room_for_its_reason(folder: Path) -> None:
    drop(folder, "dang-uy/" + "ă" * 125 + ".pdf", "one")

    assert FolderInbox(folder, quiet_seconds=0).reject(only(folder), "Tệp hỏng.")

    kept = [p for p in (folder / "dang-uy").rglob("*") if p.is_file()]
    assert sorted(p.read_text("utf-8") for p in kept) == ["Tệp hỏng.\n", "one"]


def test_a_name_of_any_bytes_is_taken(folder: Path) -> None:
    drop(folder, "dang-uy/" + os.fsdecode(b"\xff\xfe.pdf"), "one")

    assert FolderInbox(folder, quiet_seconds=0).accept(only(folder), None)


def test_a_wiped_file_is_gone(folder: Path) -> None:
    drop(folder, "dang-uy/a.pdf")

    assert FolderInbox(folder, quiet_seconds=0).wipe(only(folder))

    assert beside(folder) == []


@pytest.mark.parametrize("act", ["accept", "reject", "wipe"])
@pytest.mark.parametrize("change", ["write", "replace", "remove"])
def test_a_file_that_has_changed_since_the_look_is_left(folder: Path, act: str, change: str) -> None:
    inbox = FolderInbox(folder, quiet_seconds=0)
    path = drop(folder, "dang-uy/a.pdf", "one")
    arrival = only(folder)
    if change == "write":
        time.sleep(0.05)  # further than the clock of a file system steps
        path.write_text("two")
    else:
        path.unlink()
        if change == "replace":
            drop(folder, "dang-uy/other.pdf", "three").rename(path)
    before = beside(folder)

    ended = inbox.wipe(arrival) if act == "wipe" else getattr(inbox, act)(arrival, "Vì sao.")

    assert not ended
    assert beside(folder) == before


def test_an_empty_folder_is_removed_once_it_is_left_alone(folder: Path) -> None:
    (folder / "dang-uy" / "2024" / "box").mkdir(parents=True)

    look(folder, quiet_seconds=3600)
    assert (folder / "dang-uy" / "2024" / "box").is_dir()
    until = time.monotonic() + 60
    while list((folder / "dang-uy").iterdir()) and time.monotonic() < until:
        time.sleep(0.05)  # the file system's clock goes in steps, and each folder that goes touches the one above
        look(folder)

    assert not list((folder / "dang-uy").iterdir())


def test_an_old_temporary_file_is_told_of(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder, "dang-uy/a.pdf.part")
    inbox = FolderInbox(folder, quiet_seconds=0)
    tomorrow = time.time() + 25 * 3600
    monkeypatch.setattr(inbox, "_now", lambda: tomorrow)

    assert [stray.name for stray in inbox.look(UNITS).strays] == ["dang-uy/a.pdf.part"]
