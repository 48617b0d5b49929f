"""Finding and hashing files: every one is in or has its reason."""

import os
import unicodedata
from pathlib import Path

import pytest

from pipeline.errors import FileRefusedError
from pipeline.steps.intake import FoundFile, files_at, find_files, hash_file, printable


def refused(found: list[FoundFile]) -> dict[str, str]:
    return {file.path.name: file.problem.code for file in found if file.problem is not None}


def test_folders_of_any_depth_in_order_each_file_once(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    for path in (deep / "2.pdf", deep / "1.pdf", tmp_path / "z.pdf"):
        path.write_bytes(b"x")
    found = find_files([tmp_path, tmp_path / "z.pdf", tmp_path / "a"])
    assert [file.path.name for file in found] == ["1.pdf", "2.pdf", "z.pdf"]


def test_links_out_of_the_folder_are_refused_and_those_within_are_not(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.pdf").write_bytes(b"x")
    (inside / "real.pdf").write_bytes(b"x")
    (inside / "within.pdf").symlink_to(inside / "real.pdf")
    (inside / "out.pdf").symlink_to(outside / "secret.pdf")
    (inside / "folder").symlink_to(outside)
    (inside / "dangling.pdf").symlink_to(inside / "nothing.pdf")
    found = find_files([inside])
    assert refused(found) == {"out.pdf": "link", "folder": "link", "dangling.pdf": "link"}
    assert {file.path.name for file in found if file.problem is None} == {"real.pdf", "within.pdf"}


def test_what_is_not_there_or_not_a_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refused(find_files([tmp_path / "nothing", tmp_path])) == {"nothing": "missing", "pipe": "not_a_file"}


def test_an_unreadable_file_is_refused() -> None:
    unreadable_even_by_root = Path("/proc/self/mem")
    with pytest.raises(FileRefusedError, match="quyền đọc") as refusal:
        hash_file(FoundFile(unreadable_even_by_root))
    assert refusal.value.code == "unreadable"


def test_files_one_by_one_keep_their_places_whatever_has_become_of_them(tmp_path: Path) -> None:
    names = ("file", "folder", "link", "link to a folder", "gone", "last")
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "folder" / "below").mkdir(parents=True)
    (tmp_path / "folder" / "inner").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "link to a folder").symlink_to("folder")
    (tmp_path / "last").write_bytes(b"x")
    found = files_at([tmp_path / name for name in names])
    assert [file.path.name for file in found] == list(names)
    assert refused(found) == {
        "folder": "not_a_file",
        "link": "not_a_file",
        "link to a folder": "not_a_file",
        "gone": "missing",
    }


def test_a_file_that_vanished_is_refused_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(FileRefusedError, match="Không đọc được tệp"):
        hash_file(FoundFile(tmp_path / "gone.pdf"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (unicodedata.normalize("NFD", "Nghị quyết.pdf"), "Nghị quyết.pdf"),
        ("a\x1b[31m\nb.pdf", "a\ufffd[31m\ufffdb.pdf"),
        (os.fsdecode(b"\xff\xfe.pdf"), "\ufffd\ufffd.pdf"),
    ],
)
def test_names_are_kept_in_nfc_without_control_characters(tmp_path: Path, name: str, kept: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"x")
    (found,) = find_files([tmp_path])
    assert found.name == kept
    assert hash_file(found).sha256
    found.shown_path.encode()  # every path can be printed and written as JSON


def test_printable_is_never_empty() -> None:
    assert printable("\u200b") == "\ufffd"
