"""An installation driven by its command line, as its user would, with papers made to order."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from flows.cli import OWNER_ONLY, main
from pipeline.settings import load_settings
from pipeline.wiring import staging_of
from samples.generator.fonts import PRINT_FILES, font_path

SAMPLES = Path(__file__).parents[2] / "samples"
VANKHO = Path(sys.executable).with_name("vankho")
FAILING = Path(__file__).with_name("failing.py")
SCANS = ("dang-uy/2024/Scan0012.pdf", "dang-uy/2025/Scan0021.pdf", "tinh-uy/57-NQ-TU.pdf")
"""Committed scans without a text layer: reading them takes a moment. The last has two pages."""
_SHORT = frozenset({"org", "publish", "search", "show", "status", "verify"})
"""Commands that start nothing and leave nothing running: they need no process of their own, which takes a second."""
_PATIENCE = 300.0
"""Seconds in which whatever was ended is gone on the slowest machine."""
MARKED = "dang-uy/2025/Scan0033.pdf"
"""The committed scan that carries a secrecy mark."""


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """What it printed, where that was asked for as JSON."""
        assert self.out, self.err
        report: dict[str, Any] = json.loads(self.out)
        return report

    def statuses(self) -> dict[str, str]:
        """How each file of an ingest ended, by its name; those without a name by their ordinal."""
        return {
            Path(file["path"]).name if "path" in file else f"#{file['ordinal']}": file["status"]
            for file in self.report["files"]
        }


@dataclass(frozen=True, slots=True)
class House:
    """A data folder with the samples' organisation, and a folder that is taken in."""

    home: Path
    inbox: Path
    wrapper: tuple[str, ...] = ()
    """Words before the command, for a world of its own."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Settings of all its commands."""

    def run(self, *words: str, by: Sequence[str | Path] = (VANKHO,), **variables: str) -> Done:
        """One command to its end: a short one here, where nothing is to be done to its process."""
        if words[0] in _SHORT and by == (VANKHO,) and not self.wrapper:
            return self._run_here(words, variables)
        done = self.start(*words, by=by, **variables)
        out, err = done.communicate()
        return Done(done.returncode, out, err)

    def start(self, *words: str, by: Sequence[str | Path] = (VANKHO,), **variables: str) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            [*self.wrapper, *by, *words],
            env=os.environ | self._variables(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def _run_here(self, words: Sequence[str], variables: Mapping[str, str]) -> Done:
        out, err = io.StringIO(), io.StringIO()
        with (
            patch.dict(os.environ, self._variables(variables)),
            redirect_stdout(out),
            redirect_stderr(err),
            _own_umask(),
        ):
            code = main(words)
        return Done(code, out.getvalue(), err.getvalue())

    def _variables(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {"VANKHO_HOME": str(self.home), **self.environment, **variables}

    def ingest(self, *words: str, **variables: str) -> Done:
        """Take the inbox in, without Prefect unless a test says otherwise."""
        return self.run(*self.ingest_words("--direct", *words), **variables)

    def ingest_words(self, *words: str) -> list[str]:
        return ["ingest", str(self.inbox), "--unit", "dang-uy", "--as", "van-thu", "--json", "--workers", "2", *words]

    def failing_ingest(self, event: str, at: int, number: int, *words: str) -> Done:
        """Take the inbox in; at the so-many-th event of this kind the system sends the run a signal (`failing.py`)."""
        how = [sys.executable, str(FAILING), event, str(at), str(number)]
        return self.run(*self.ingest_words(*words), by=how)

    def put(self, name: str, data: bytes) -> Path:
        """Lay a file into the inbox."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def put_samples(self, *names: str) -> None:
        """Lay committed scans into the inbox."""
        for name in names:
            self.put(Path(name).name, sample(name))

    def found(self, query: str = "", person: str = "van-thu") -> list[str]:
        """The ids that a person finds."""
        done = self.run("search", query, "--as", person, "--size", "100", "--json")
        assert done.code == 0, done.err
        return [hit["id"] for hit in done.report["hits"]]

    def batches_without_end(self) -> int:
        """How many batches are running or were interrupted."""
        return sum(batch["ended_at"] is None for batch in self.run("status", "--json").report["batches"])

    def processes(self) -> list[int]:
        """The processes that run in this house, however they came to be."""
        mark = os.fsencode(f"VANKHO_HOME={self.home}")
        found = []
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with suppress(OSError):
                if mark in environment.read_bytes().split(b"\0"):
                    found.append(int(environment.parent.name))
        return found

    def is_left_by_all(self) -> bool:
        """Whether every process of this house ends, given some time: a busy machine takes its while to end one."""
        until = time.monotonic() + _PATIENCE
        while self.processes():
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def is_staging_empty(self) -> bool:
        return staging_of(load_settings({"VANKHO_HOME": str(self.home)})).is_empty()

    def require_order(self, *, documents: int) -> None:
        """Everything is in once and whole, nothing waits, and the index knows it."""
        done = self.run("verify", "--json")
        assert done.report["clean"], done.out
        status = self.run("status", "--json").report
        assert sum(status["documents"].values()) == status["indexed"] == documents, status
        assert (status["pending"], status["staging_empty"]) == (0, True)
        found = self.found()
        assert len(found) == len(set(found)) == documents


def open_house(folder: Path, *, wrapper: tuple[str, ...] = (), environment: Mapping[str, str] | None = None) -> House:
    """A new installation below this folder."""
    house = House(folder / "home", folder / "in", wrapper, environment or {})
    house.inbox.mkdir(parents=True, exist_ok=True)
    done = house.run("org", "import", str(SAMPLES / "organisation.yaml"))
    assert done.code == 0, done.err
    return house


@contextmanager
def _own_umask() -> Iterator[None]:
    """A command sets its process's; the tests' own stays."""
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def sample(name: str) -> bytes:
    """The bytes of a committed scan."""
    return (SAMPLES / "documents" / name).read_bytes()


@cache
def digital(number: int, *, pages: int = 1, lines: tuple[str, ...] = ()) -> bytes:
    """A born-digital paper: a text layer and nothing to recognise, so that reading it takes no time."""
    pdfmetrics.registerFont(TTFont("regular", str(font_path(PRINT_FILES["regular"]))))
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(595, 842), invariant=1, initialFontName="regular")
    for page in range(1, pages + 1):
        header = ["ĐẢNG ỦY XÃ MẪU", f"Số: {number:02}-NQ/ĐU", "NGHỊ QUYẾT", f"về công tác thứ {number}, trang {page}"]
        for place, line in enumerate([*header, *lines, "Căn cứ Điều lệ Đảng, Đảng ủy quyết nghị như sau."]):
            canvas.setFont("regular", 14)
            canvas.drawString(90, 780 - 24 * place, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def counts(statuses: Mapping[str, str]) -> dict[str, int]:
    """How many files ended how."""
    found: dict[str, int] = {}
    for status in statuses.values():
        found[status] = found.get(status, 0) + 1
    return found
