"""A run that is killed, wherever that hits it: the next run finishes, and nothing is there twice or by halves."""

import io
import multiprocessing
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from PIL import Image

from extractors.describe import open_describer
from extractors.reader import open_reader
from flows.ingest import Watch, ingest, run_direct
from flows.wiring import drainer
from pipeline.model import FileStatus
from pipeline.settings import Settings
from pipeline.steps.intake import Asked
from pipeline.steps.take_in import Outcome, Rooms
from pipeline.steps.verify import verify
from pipeline.wiring import catalogue_of, staging_of, store_of
from tests.failing_tesseract import failing_tesseract
from tests.flows.failing import fail_at
from tests.flows.house import SCANS, House, digital, open_house, sample

KILL = int(signal.SIGKILL)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return open_house(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("event", "at"),
    [
        ("write staging original", 2),
        ("rename staging manifest.json", 1),
        ("rename staging 00001.json", 2),
        ("link store originals", 2),
        ("remove staging", 1),
        ("write locks drain.lock", 1),
    ],
)
def test_a_killed_run_is_finished_by_the_next(house: House, event: str, at: int) -> None:
    house.put_samples(SCANS[0])
    house.put("a.pdf", digital(1, pages=3))
    house.put("b.pdf", digital(2))
    assert house.failing_ingest(event, at, -KILL, "--direct").code == -KILL
    done = house.ingest()
    assert set(done.statuses().values()) <= {"stored", "duplicate"}, done.out
    assert done.code == 0
    house.require_order(documents=3)


@pytest.mark.slow
def test_a_killed_run_of_prefect_is_finished_by_the_next_and_leaves_no_process(house: House) -> None:
    """The run alone is killed, as by the system when memory is short; what it had started must not stay."""
    house.put_samples(SCANS[0])
    for number in (1, 2, 3):
        house.put(f"{number}.pdf", digital(number))
    assert house.failing_ingest("remove staging", 2, KILL).code == -KILL
    while house.processes():
        time.sleep(0.05)
    done = house.run(*house.ingest_words())
    assert set(done.statuses().values()) <= {"stored", "duplicate"}, done.out
    assert done.code == 0
    house.require_order(documents=4)


@pytest.mark.slow
@pytest.mark.ocr
def test_a_long_scan_is_gone_on_with_at_the_page(house: House, tmp_path: Path) -> None:
    """What was read before the machine lost its power is not read again."""
    with Image.open(io.BytesIO(sample("dang-uy/2024/10-KL-DU.png"))) as image:
        body = image.convert("L").crop((0, image.height // 2, image.width, image.height * 3 // 4))
    body.save(house.inbox / "scan.tif", save_all=True, append_images=[body] * 5, dpi=(200, 200))
    assert house.failing_ingest("rename staging .*json", 4, -KILL, "--direct").code == -KILL  # the first is the file's
    log = tmp_path / "log"
    folder = failing_tesseract(tmp_path / "bin", f"open({str(log)!r}, 'a').write('.')", tallest=1)
    done = house.ingest(PATH=f"{folder}{os.pathsep}{os.environ['PATH']}")
    assert done.statuses() == {"scan.tif": "stored"}
    assert log.read_text("ascii") == "...."
    house.require_order(documents=1)


class Unwatched:
    """Nobody looks at the bar."""

    def begin(self, *, batch: str, files: int) -> None:
        pass

    def page_done(self) -> None:
        pass

    def file_done(self, outcome: Outcome) -> None:
        pass


def take_all_in(home: Path, inbox: Path, at: int | None) -> list[FileStatus]:
    """The whole way, in this process; the machine dies at the so-many-th change of the disk."""
    of = Settings(home=home)
    facts = catalogue_of(of)
    reader = open_reader(of.intake, of.ocr)
    rooms = Rooms(store_of(of), staging_of(of), facts, reader, open_describer())
    if at is not None:
        fail_at(re.compile("staging|store|locks|index"), at, -KILL, home)
    asked = Asked("dang-uy", "van-thu", ("under:dang-uy",))
    telling = drainer(of, facts)
    watch = Watch(Unwatched(), lambda: None, lambda: False)
    batch = ingest([inbox], asked, rooms, workers=1, runner=run_direct, watch=watch)
    telling.drain_now()
    facts.close()
    return [outcome.status for outcome in batch.outcomes]


def die_at(home: Path, inbox: Path, at: int) -> None:
    """Run in a process of its own, which the failure takes with it."""
    os.setsid()
    take_all_in(home, inbox, at)


def homes(folder: Path, template: Path) -> Iterator[Path]:
    """Fresh copies of a data folder."""
    for number in count():
        yield shutil.copytree(template, folder / f"home-{number}")


@pytest.mark.soak
def test_no_moment_is_bad_for_a_crash(house: House, tmp_path: Path) -> None:
    """Two files on their way, the machine dying before the first change of the disk, before the second, and so on."""
    house.put("a.pdf", digital(1, pages=2))
    house.put("b.pdf", digital(2))
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    for at, home in enumerate(homes(tmp_path, house.home), start=1):
        process = processes.Process(target=die_at, args=[home, house.inbox, at])
        process.start()
        process.join()
        assert process.exitcode in (0, -KILL)
        statuses = take_all_in(home, house.inbox, None)
        assert set(statuses) <= {FileStatus.STORED, FileStatus.DUPLICATE}, at
        require_order(home, documents=2)
        shutil.rmtree(home)
        if process.exitcode == 0:
            break
    assert at > 40  # so many changes there are at least, or nothing was watched


def require_order(home: Path, *, documents: int) -> None:
    of = Settings(home=home)
    facts = catalogue_of(of)
    findings = verify(facts, store_of(of), staging_of(of))
    assert findings.is_clean, findings
    assert staging_of(of).is_empty()
    assert sum(facts.documents.count().values()) == documents == findings.files
    assert not facts.documents.pending(1)
    assert drainer(of, facts).index.count() == documents
    facts.close()
