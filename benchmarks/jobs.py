"""How soon a job begins where `vankho up` runs, and how long one small file takes from being asked for to being filed.

    python -m benchmarks.jobs [--jobs N] [--limit SECONDS]

Starts an installation of its own, asks for N papers of one born-digital page, one after another, and reads the times
from the catalogue: asked for, claimed, begun as a batch (the files are found, Prefect is next), filed. Fails where the
median time from being asked for to being filed, which is later than the first step, is beyond the limit.
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
_TIMES = """
    SELECT job.created_at, job.claimed_at, batch.started_at, file.filed_at
    FROM jobs job JOIN batches batch ON batch.id = job.batch JOIN files file ON file.batch = batch.id
    ORDER BY job.created_at
"""


def main() -> int:
    """Measure; the exit code says whether the limit was kept."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--jobs", type=int, default=20)
    arguments.add_argument("--limit", type=float, default=2.0)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        of = load_settings({"VANKHO_HOME": f"{folder}/home"})
        with _up(of):
            _ask(of, Path(folder), asked.jobs)
        times = _times(of)
    print(f"{len(times)} jobs, seconds after being asked for, median (longest):")
    for name, index in (("claimed", 1), ("begun", 2), ("filed", 3)):
        spent = [(row[index] - row[0]).total_seconds() for row in times]
        print(f"  {name:8} {median(spent):6.2f} ({max(spent):.2f})")
    kept = median([(row[3] - row[0]).total_seconds() for row in times]) <= asked.limit
    print(f"limit {asked.limit:.1f} s: {'kept' if kept else 'NOT KEPT'}")
    return 0 if kept else 1


@contextmanager
def _up(of: Settings) -> Iterator[None]:
    """The installation, running."""
    environment = os.environ | {"VANKHO_HOME": str(of.home), "VANKHO_WEB__PORT": "0"}
    process = subprocess.Popen([Path(sys.executable).with_name("vankho"), "up"], env=environment)
    try:
        while running_prefect(of) is None:
            time.sleep(0.2)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _ask(of: Settings, folder: Path, jobs: int) -> None:
    """Ask for one paper after another; the first, which finds nothing warm, is not counted."""
    facts = catalogue_of(of)
    with closing(facts):
        facts.organisation.replace(read_organisation(ROOT / "samples" / "organisation.yaml"))
        desk = Desk(facts, spool_of(of))
        for number in range(jobs + 1):
            paper = write_paper(folder / f"{number}.pdf", number)
            job = desk.ask([paper], Asked("dang-uy", "van-thu"), workers=None)
            desk.follow(job, show=lambda _: None, is_stopped=lambda: False)


def _times(of: Settings) -> list[tuple[datetime, ...]]:
    with closing(sqlite3.connect(of.home / "catalogue.sqlite3")) as connection:
        rows = connection.execute(_TIMES).fetchall()
    return [tuple(datetime.fromisoformat(value) for value in row) for row in rows[1:]]


if __name__ == "__main__":
    sys.exit(main())
