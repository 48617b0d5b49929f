"""An installation that `vankho up` runs, for tests: started, watched and stopped as an administrator would."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

VANKHO = Path(sys.executable).with_name("vankho")
PATIENCE = 400.0
"""Seconds after which what should happen will not; far more than a slow machine needs."""


@dataclass(frozen=True, slots=True)
class Up:
    """A running `vankho up`."""

    process: subprocess.Popen[bytes]
    home: Path

    def until(self, condition: Callable[[], object], what: str) -> None:
        """Wait until it is so."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, f"vankho up has died before {what}: {self.log()}"
            assert time.monotonic() < end, f"never {what}: {self.log()}"
            time.sleep(0.1)

    def log(self) -> str:
        return (self.home.parent / "up.log").read_text("utf-8", "replace")

    def child(self, words: str) -> int | None:
        """The process id of the service run with these words."""
        return next((pid for pid, args in children(self.process.pid).items() if words in args), None)

    def family(self) -> set[int]:
        """All processes that it has started, at any depth."""
        found: set[int] = set()
        parents = [self.process.pid]
        while parents:
            below = set(children(parents.pop()))
            found |= below
            parents += below
        return found

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def up(home: Path, **variables: str) -> Iterator[Up]:
    """Run `vankho up` while the block runs."""
    environment = os.environ | {"VANKHO_HOME": str(home), "VANKHO_WEB__PORT": "0", "VANKHO_INTAKE__WORKERS": "2"}
    with (home.parent / "up.log").open("ab") as log:
        process = subprocess.Popen([VANKHO, "up"], env=environment | variables, stdout=log, stderr=log)
    try:
        yield Up(process, home)
    finally:
        process.kill()
        process.wait()


def children(parent: int) -> Mapping[int, str]:
    """The children of a process with their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def commands() -> list[str]:
    """The command lines of all processes; one may end while they are read."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found.append(path.read_text("utf-8", "replace"))
    return found


def is_alive(process: int) -> bool:
    """Whether a process runs; one that has ended and was not asked after does not."""
    try:
        return (Path("/proc") / str(process) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def flow_runs(home: Path) -> list[str]:
    """The states of the night's runs that Prefect knows, those to come left out."""
    path = home / "prefect" / "prefect.db"
    if not path.exists():
        return []
    query = (
        "SELECT run.state_name FROM flow_run run JOIN flow ON flow.id = run.flow_id"
        " WHERE flow.name = 'nightly' AND run.state_name != 'Scheduled' ORDER BY run.start_time"
    )
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        try:
            return [state for (state,) in connection.execute(query)]
        except sqlite3.OperationalError:  # the tables are not there yet
            return []
