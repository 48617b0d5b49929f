"""What a command costs: wall time, the processor's time, and the memory of all its processes while it runs (Linux).

Leaves what is run, and what is made of the figures, to the benchmarks.
"""

import os
import platform
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY = 0.2
_SESSION = 3
"""The place of the session's number in `/proc/PID/stat`, after the name in parentheses."""


@dataclass(frozen=True, slots=True)
class Sample:
    """How much memory all processes had at a moment: seconds since the start, bytes, and how far the work was."""

    seconds: float
    held: int
    done: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took. `cpu` are the processor's seconds of it and all that it waited for."""

    code: int
    wall: float
    cpu: float
    samples: tuple[Sample, ...]

    @property
    def peak(self) -> int:
        """The most memory that all processes had at once, in bytes; pages that several share are counted once."""
        return max((sample.held for sample in self.samples), default=0)


def cost_of(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    done: Callable[[], int] = lambda: 0,
    is_over: Callable[[Sample], bool] = lambda _: False,
) -> Cost:
    """Run a command to its end, or until `is_over`: then all its processes are killed at once, as by a power cut.

    `done` says how far its work is, whenever its memory is looked at. What it prints goes to the log.
    """
    begun = time.monotonic()
    samples: list[Sample] = []
    with log.open("ab") as output:
        process = subprocess.Popen(
            command, env=os.environ | (environment or {}), stdout=output, stderr=output, start_new_session=True
        )
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            samples.append(Sample(time.monotonic() - begun, _held_by_session(process.pid), done()))
            if is_over(samples[-1]):
                os.killpg(process.pid, 9)
            time.sleep(_LOOK_EVERY)
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    return Cost(process.returncode, time.monotonic() - begun, cpu, tuple(samples))


def _held_by_session(session: int) -> int:
    """The bytes that the processes of a session hold in memory."""
    held = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text("utf-8").rpartition(")")[2].split()[_SESSION]) == session:
                held += _held(folder)
        except (OSError, IndexError):  # it has ended since
            continue
    return held


def _held(process: Path) -> int:
    """Its share of the memory; where that may not be looked at, all that it uses, shared or not."""
    try:
        rollup = (process / "smaps_rollup").read_text("utf-8")
        return 1024 * next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    except (PermissionError, StopIteration):
        return int((process / "statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def description() -> str:
    """The machine, in a line: what was measured elsewhere is not comparable."""
    names = (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name"))
    memory = next(int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal"))
    version = subprocess.run(["tesseract", "--version"], capture_output=True, text=True, check=True).stdout
    return (
        f"{os.cpu_count()} × {next(names, platform.machine())}, {memory / 1024**2:.0f} GiB, "
        f"Linux {platform.release().partition('-')[0]}, Python {platform.python_version()}, {version.splitlines()[0]}; "
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, load {os.getloadavg()[0]:.1f}"
    )


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines()
