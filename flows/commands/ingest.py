"""`vankho ingest`: take in files and folders for a unit, with a bar, and report how every file ended."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from extractors.tesseract import Tesseract
from flows.console import (
    catalogue,
    command_app,
    grants,
    operator,
    print_json,
    reader_as,
    require_may_publish,
    settings,
)
from flows.ingest import Batch, PrefectRunner, Runner, Watch, ingest, run_direct
from flows.report import STATUS_WORDS, batch_json, batch_lines, is_all_in
from flows.stopping import Stop, stop_on_signals
from flows.wiring import drainer, ingest_rooms
from indexer.drainer import Drainer
from pipeline.catalogue import Catalogue
from pipeline.errors import VanKhoError
from pipeline.model import FileStatus
from pipeline.settings import Settings
from pipeline.steps.intake import Asked, printable
from pipeline.steps.take_in import Outcome

app = command_app("Nạp tệp quét: đọc, mô tả và lưu từng văn bản.")

_DRAIN_EVERY = 10.0
"""Seconds between two updates of the index while a batch runs."""

_QUIET = (FileStatus.DUPLICATE, FileStatus.UNFINISHED)
"""Of these the report tells at the end; a second run over a large folder would scroll all else away."""

_TO_INDEX = "Chạy `vankho reindex` khi đã khắc phục."


@app.command()
def ingest_command(
    paths: Annotated[list[Path], typer.Argument(help="Tệp hoặc thư mục (mọi cấp)", metavar="ĐƯỜNG_DẪN…")],
    unit: Annotated[str, typer.Option(help="Mã đơn vị giữ văn bản")],
    as_person: Annotated[str | None, typer.Option("--as", help="Mã người thực hiện")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Số tiến trình đọc cùng lúc")] = None,
    publish_to: Annotated[list[str] | None, typer.Option(help="Công bố ngay cho: everyone, unit:…, under:…")] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Chạy không qua Prefect")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In báo cáo dạng JSON")] = False,
) -> None:
    """Nạp mọi tệp và báo cáo từng tệp. Mã thoát: 0 vào hết, 1 có tệp không vào, 2 dùng sai, 130 hay 143 bị dừng."""
    of = settings()
    started = time.monotonic()
    with catalogue(of) as facts, stop_on_signals() as stop:
        asked = _asked(unit, as_person, publish_to or [], of, facts)
        Tesseract(of.ocr.language).require()
        runner = run_direct if direct else PrefectRunner(of.home)
        telling = drainer(of, facts)
        batch = _run(paths, asked, _Means(of, facts, workers or of.intake.workers, runner, telling, stop))
        index_problem = _problem_of(telling.drain_now)
        records = facts.documents.documents([d for outcome in batch.outcomes for d in outcome.documents])
    seconds = time.monotonic() - started
    if as_json:
        print_json(batch_json(batch, seconds, records))
    else:
        print("\n".join(batch_lines(batch, seconds, records)))
    if index_problem is not None:
        print(f"Tệp đã lưu nhưng chưa đưa được vào chỉ mục: {index_problem} {_TO_INDEX}", file=sys.stderr)
    is_well = is_all_in(batch.outcomes) and index_problem is None
    raise typer.Exit(stop.exit_code or (0 if is_well else 1))


def _asked(unit: str, person: str | None, publish_to: list[str], of: Settings, facts: Catalogue) -> Asked:
    """What is asked, once it is clear that it may be."""
    facts.organisation.require_unit(unit)
    wanted = grants(publish_to, facts)
    if person is None:
        return Asked(unit, operator(of), tuple(grant.token for grant in wanted))
    reader = reader_as(person, of, facts)
    require_may_publish(reader, unit)
    return Asked(unit, person, tuple(grant.token for grant in wanted))


@dataclass(frozen=True, slots=True)
class _Means:
    """With what a batch is taken in."""

    settings: Settings
    facts: Catalogue
    workers: int
    runner: Runner
    telling: Drainer
    stop: Stop


def _run(paths: list[Path], asked: Asked, by: _Means) -> Batch:
    """Take everything in under a bar; the index is told now and then."""
    with (
        ingest_rooms(by.settings, by.facts, workers=by.workers, is_stopped=by.stop.is_asked) as rooms,
        _shown_progress() as progress,
    ):
        watch = Watch(progress, _Paced(by.telling), by.stop.is_asked)
        return ingest(paths, asked, rooms, workers=by.workers, runner=by.runner, watch=watch)


def _problem_of(tell_index: Callable[[], object]) -> VanKhoError | None:
    """Tell the index; why it could not be told, if so. What is due to it stays due, and files are safe without it."""
    try:
        tell_index()
    except VanKhoError as error:
        return error
    return None


class _Paced:
    """Tells the index at most every few seconds, from whichever thread comes first. A failure waits for the end."""

    def __init__(self, telling: Drainer) -> None:
        self._telling = telling
        self._turn = threading.Lock()
        self._next = time.monotonic() + _DRAIN_EVERY

    def __call__(self) -> None:
        if time.monotonic() < self._next or not self._turn.acquire(blocking=False):
            return
        try:
            _problem_of(self._telling.drain)
            self._next = time.monotonic() + _DRAIN_EVERY
        finally:
            self._turn.release()


class _Bar:
    """Progress on a terminal: files done, rate of pages, time left. Implements `flows.ingest.Progress`."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Nạp", total=None, rate="")
        self._pages = 0
        self._started = time.monotonic()
        self._turn = threading.Lock()

    def begin(self, *, files: int) -> None:
        self._bar.update(self._task, total=files)

    def page_done(self) -> None:
        with self._turn:
            self._pages += 1
            rate = self._pages / max(time.monotonic() - self._started, 0.001)
        self._bar.update(self._task, rate=f"{rate:.1f} trang/giây")

    def file_done(self, outcome: Outcome) -> None:
        self._bar.advance(self._task)
        if outcome.path is not None and outcome.reason is not None and outcome.status not in _QUIET:
            self._bar.console.print(
                f"[{STATUS_WORDS[outcome.status]}] {printable(outcome.path)}: {outcome.reason}",
                markup=False,
                highlight=False,
            )


@contextmanager
def _shown_progress() -> Iterator[_Bar]:
    """The bar on standard error; off a terminal only its messages."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        yield _Bar(bar)
