"""What running under Prefect costs: how soon a job begins where `vankho up` runs, and how much longer a batch takes.

    python -m benchmarks.flow [--jobs N] [--limit SECONDS] [--documents N] [--share PER_CENT]

Starts an installation of its own and asks for N papers of one born-digital page, one after another. The times are the
catalogue's: asked for, claimed, begun as a batch (the files are found, Prefect is next), filed. Then one job of N scans
is asked for, the samples' pages over and over, each file with other bytes; and an installation without server takes in
the same with `vankho ingest --direct`, which does the steps and nothing else. What the job takes longer, from its row
to its end, is what is not the steps: Prefect, the queue, the other services.

Fails where the median time from being asked for to being filed, which is later than the first step, is beyond the
limit, or what is not the steps is more than that share of the job. To be run on a machine that does nothing else.
"""

import argparse
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from flows.installation import running_prefect
from pipeline.organisation_file import read_organisation
from pipeline.settings import Settings, load_settings
from pipeline.steps.desk import Desk
from pipeline.steps.intake import Asked
from pipeline.wiring import catalogue_of, spool_of
from tests.flows.scans import write_paper

ROOT = Path(__file__).parents[1]
VANKHO = Path(sys.executable).with_name("vankho")
_TIMES = """
    SELECT job.created_at, job.claimed_at, batch.started_at, file.filed_at
    FROM jobs job JOIN batches batch ON batch.id = job.batch JOIN files file ON file.batch = batch.id
    ORDER BY job.created_at
"""
_JOB = "SELECT created_at, ended_at FROM jobs ORDER BY created_at DESC LIMIT 1"
_BATCH = "SELECT started_at, ended_at FROM batches"


def main() -> int:
    """Measure; the exit code says whether both limits were kept."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jobs", type=int, default=20)
    arguments.add_argument("--limit", type=float, default=2.0)
    arguments.add_argument("--documents", type=int, default=200)
    arguments.add_argument("--share", type=float, default=10.0)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scans = _scans(folder / "scans", asked.documents)
        of = load_settings({"VANKHO_HOME": f"{folder}/home"})
        with _up(of), closing(catalogue_of(of)) as facts:
            facts.organisation.replace(read_organisation(ROOT / "samples" / "organisation.yaml"))
            desk = Desk(facts, spool_of(of))
            _ask_one_by_one(desk, folder, asked.jobs)
            is_soon = _tell_delays(_read(of, _TIMES)[1:], asked.limit)
            _ask(desk, scans)
        is_small = _tell_share(_seconds(of, _JOB), _direct(folder / "direct", scans), asked.share)
    return 0 if is_soon and is_small else 1


def _tell_delays(times: list[tuple[datetime, ...]], limit: float) -> bool:
    """Whether jobs were begun soon enough."""
    print(f"{len(times)} jobs, seconds after being asked for, median (longest):")
    for name, index in (("claimed", 1), ("begun", 2), ("filed", 3)):
        spent = [(row[index] - row[0]).total_seconds() for row in times]
        print(f"  {name:8} {median(spent):6.2f} ({max(spent):.2f})")
    is_kept = median([(row[3] - row[0]).total_seconds() for row in times]) <= limit
    print(f"limit {limit:.1f} s: {_kept(is_kept)}")
    return is_kept


def _tell_share(job: float, steps: float, limit: float) -> bool:
    """Whether what is not the steps was little enough."""
    share = 100 * (job - steps) / job
    print(f"one job {job:.1f} s, its steps alone {steps:.1f} s: {share:.1f} % is something else")
    print(f"limit {limit:.1f} %: {_kept(share <= limit)}")
    return share <= limit


def _kept(is_kept: bool) -> str:  # noqa: FBT001 - the word for it
    return "kept" if is_kept else "NOT KEPT"


@contextmanager
def _up(of: Settings) -> Iterator[None]:
    """The installation, running."""
    environment = os.environ | {"VANKHO_HOME": str(of.home), "VANKHO_WEB__PORT": "0"}
    process = subprocess.Popen([VANKHO, "up"], env=environment)
    try:
        while running_prefect(of) is None:
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _scans(folder: Path, count: int) -> Path:
    """So many scans without a text layer or a mark, each file with bytes of its own."""
    folder.mkdir()
    names = ("2024/Scan0012.pdf", "2024/Scan0013.pdf", "2025/Scan0021.pdf", "nghi-quyet/Scan0005.pdf")
    pages = [(ROOT / "samples" / "documents" / "dang-uy" / name).read_bytes() for name in names]
    for number, page in enumerate(islice(cycle(pages), count)):
        (folder / f"{number}.pdf").write_bytes(page + f"\n% {number}\n".encode())
    return folder


def _ask_one_by_one(desk: Desk, folder: Path, jobs: int) -> None:
    """Ask for one paper after another; the first, which finds nothing warm, is not counted."""
    for number in range(jobs + 1):
        _ask(desk, write_paper(folder / f"{number}.pdf", number))


def _ask(desk: Desk, path: Path) -> None:
    job = desk.ask([path], Asked("dang-uy", "van-thu"), workers=None)
    batch = desk.follow(job, show=lambda _: None, is_stopped=lambda: False)
    wrong = {outcome.status for outcome in batch.outcomes} - {"stored"}
    if wrong:
        sys.exit(f"not all was taken in, and nothing measured: {wrong}")


def _direct(home: Path, scans: Path) -> float:
    """Seconds in which another installation takes the scans in, without Prefect or any other service."""
    environment = os.environ | {"VANKHO_HOME": str(home)}
    organisation = ["org", "import", str(ROOT / "samples" / "organisation.yaml")]
    for words in (organisation, ["ingest", str(scans), "--unit", "dang-uy", "--as", "van-thu", "--direct", "--json"]):
        subprocess.run([VANKHO, *words], env=environment, check=True, stdout=subprocess.DEVNULL)
    return _seconds(load_settings({"VANKHO_HOME": str(home)}), _BATCH)


def _seconds(of: Settings, query: str) -> float:
    ((begun, ended),) = _read(of, query)
    return (ended - begun).total_seconds()


def _read(of: Settings, query: str) -> list[tuple[datetime, ...]]:
    with closing(sqlite3.connect(of.home / "catalogue.sqlite3")) as connection:
        rows = connection.execute(query).fetchall()
    return [tuple(datetime.fromisoformat(value) for value in row) for row in rows]


if __name__ == "__main__":
    sys.exit(main())
