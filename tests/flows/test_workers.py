"""Reading processes that die: what they had in hand is read again, and costs nobody else anything."""

import ctypes
import io
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from PIL import Image

from extractors.files import TIFF
from flows.reading import PooledReader
from pipeline.errors import StoppedError
from pipeline.model import FileFacts, PageResult, PageStatus
from pipeline.processes import BoundedProcesses
from pipeline.scratch import scratch_folder
from pipeline.settings import IntakeSettings, OCRSettings
from tests.failing_tesseract import failing_tesseract
from tests.flows.house import sample

pytestmark = pytest.mark.slow

PAGES = 5
_PR_GET_DUMPABLE = 3


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    """A scan of several pages with words on each."""
    with Image.open(io.BytesIO(sample("dang-uy/2024/10-KL-DU.png"))) as image:
        header = image.convert("L").crop((0, 0, image.width, image.height // 4))
    path = tmp_path / "scan.tif"
    header.save(path, save_all=True, append_images=[header] * (PAGES - 1))
    return path


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[PooledReader]:
    with scratch_folder(tmp_path) as scratch:
        reader = PooledReader(IntakeSettings(), OCRSettings(), workers=2, scratch=scratch)
        yield reader
        reader.close()


def kill_workers() -> list[int]:
    killed = [process.pid for process in multiprocessing.active_children() if process.pid is not None]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    return killed


def test_a_killed_worker_costs_no_page(reader: PooledReader, scan: Path) -> None:
    facts = reader.inspect(scan, name=scan.name)
    assert facts == FileFacts(TIFF, PAGES)
    results: list[PageResult] = []
    for reading in reader.read_pages(scan, facts, range(1, PAGES + 1)):
        if not results:
            assert kill_workers()
        results.append(reading.result)
    assert sorted(result.file_page for result in results) == list(range(1, PAGES + 1))
    assert {(result.status, result.is_screened) for result in results} == {(PageStatus.READ, True)}


def test_each_page_is_told_as_soon_as_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scan: Path) -> None:
    """The last of the pages that are given out together is not answered before the others have been told."""
    told = tmp_path / "told"
    with Image.open(scan) as image:
        tall = Image.new("L", (image.width, 2_000), "white")
        tall.paste(image, (0, 0))
        image.save(path := tmp_path / "tall.tif", save_all=True, append_images=[image, tall, image, image, image])
    slow = f"time.sleep(0.6)\n        while height > 1_500 and not os.path.exists({str(told)!r}): time.sleep(0.05)"
    folder = failing_tesseract(tmp_path / "bin", slow, tallest=1)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    with scratch_folder(tmp_path) as scratch:
        reader = PooledReader(IntakeSettings(), OCRSettings(), workers=1, scratch=scratch)
        seen: list[int] = []
        for reading in reader.read_pages(path, FileFacts(TIFF, 6), range(1, 7)):
            seen.append(reading.result.file_page)
            assert reading.result.status is PageStatus.READ
            if {1, 2} <= set(seen):
                told.touch()
        reader.close()
    assert sorted(seen) == [1, 2, 3, 4, 5, 6]
    assert seen.index(3) > seen.index(2)


def test_a_reader_that_is_asked_to_stop_gives_up_what_it_has_in_hand(tmp_path: Path, scan: Path) -> None:
    asked: list[bool] = []
    with scratch_folder(tmp_path) as scratch:
        reader = PooledReader(
            IntakeSettings(), OCRSettings(), workers=1, scratch=scratch, is_stopped=lambda: bool(asked)
        )
        pages = reader.read_pages(scan, FileFacts(TIFF, PAGES), range(1, PAGES + 1))
        next(pages)
        asked.append(True)
        with pytest.raises(StoppedError):
            list(pages)
        with pytest.raises(StoppedError):
            reader.inspect(scan, name=scan.name)
        reader.close()


def test_pictures_of_pages_lie_in_a_folder_of_the_run_that_nobody_else_can_open(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as mine, scratch_folder(tmp_path) as other:
        assert mine != other
        assert mine.parent == other.parent
        assert mine.parent.stat().st_mode & 0o077 == 0
    assert not mine.parent.exists()


def test_what_a_killed_run_left_of_pages_is_gone_with_the_next(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as mine:
        left = mine.with_name("run-killed")
        left.mkdir()
        (left / "page.png").write_bytes(b"a page that nobody has screened")
        with scratch_folder(tmp_path):
            assert mine.exists()
            assert not left.exists()


def test_a_folder_that_another_run_sweeps_before_it_is_held_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def made_and_swept(prefix: str, dir: Path) -> str:  # noqa: A002 - as the real one calls it
        made.append(Path(mkdtemp(prefix=prefix, dir=dir)))
        if len(made) == 1:
            shutil.rmtree(made[0])
        return str(made[-1])

    monkeypatch.setattr("pipeline.scratch.mkdtemp", made_and_swept)
    with scratch_folder(tmp_path) as mine:
        assert mine == made[1]
        assert mine.is_dir()
    assert not mine.exists()


def core_dumps() -> tuple[int, int, int]:
    """How large a core file of this process, and of a program that it starts, may be; whether it can be dumped."""
    limit = "import resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    started = subprocess.run([sys.executable, "-c", limit], capture_output=True, check=True)
    return resource.getrlimit(resource.RLIMIT_CORE)[0], int(started.stdout), ctypes.CDLL(None).prctl(_PR_GET_DUMPABLE)


def test_a_reading_process_that_crashes_leaves_no_picture_of_its_memory() -> None:
    processes = BoundedProcesses(1, worker_bytes=1 << 30)
    own, started, is_dumpable = processes.submit(core_dumps, 60, lambda: False).result()
    processes.close()
    assert {own, started} <= {0, 1}
    assert is_dumpable == 0


@pytest.mark.parametrize("taken_by", ["file", "open folder", "link"])
def test_a_folder_that_is_not_ours_is_not_used(tmp_path: Path, taken_by: str) -> None:
    memory, home, elsewhere = (tmp_path / name for name in ("memory", "home", "elsewhere"))
    for folder in (memory, home, elsewhere):
        folder.mkdir(mode=0o700)
    with scratch_folder(home, memory=memory) as mine:
        name = mine.parent.name
    taken = memory / name
    if taken_by == "file":
        taken.touch()
    elif taken_by == "open folder":
        taken.mkdir()
        taken.chmod(0o777)
    else:
        taken.symlink_to(elsewhere)
    with scratch_folder(home, memory=memory) as mine:
        assert mine.parent == home / "scratch"
        assert mine.parent.stat().st_mode & 0o077 == 0
