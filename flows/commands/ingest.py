"""`vankho ingest`: take in files and folders for a unit, with a bar, and report how every file ended."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from flows.ingest import Batch, PrefectRunner, Runner, ingest, run_direct
from flows.report import STATUS_WORDS, batch_json, batch_lines, is_all_in
from flows.wiring import drainer, ingest_rooms
from indexer.drainer import Drainer
from pipeline.catalogue import Catalogue
from pipeline.settings import Settings
from pipeline.steps.intake import Asked, printable
from pipeline.steps.take_in import Outcome

app = command_app("Nạp tệp quét: đọc, mô tả và lưu từng văn bản.")

_DRAIN_EVERY = 10.0
"""Seconds between two updates of the index while a batch runs."""


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
    """Nạp mọi tệp và báo cáo từng tệp. Mã thoát: 0 vào hết, 1 có tệp không vào, 2 dùng lệnh sai."""
    of = settings()
    started = time.monotonic()
    with catalogue(of) as facts:
        asked = _asked(unit, as_person, publish_to or [], of, facts)
        Tesseract(of.ocr.language).require()
        runner = run_direct if direct else PrefectRunner(of.home)
        batch = _run(paths, asked, of, facts, workers or of.intake.workers, runner)
        records = facts.documents.documents([d for outcome in batch.outcomes for d in outcome.documents])
    seconds = time.monotonic() - started
    if as_json:
        print_json(batch_json(batch, seconds, records))
    else:
        print("\n".join(batch_lines(batch, seconds, records)))
    raise typer.Exit(0 if is_all_in(batch.outcomes) else 1)


def _asked(unit: str, person: str | None, publish_to: list[str], of: Settings, facts: Catalogue) -> Asked:
    """What is asked, once it is clear that it may be."""
    facts.organisation.require_unit(unit)
    wanted = grants(publish_to, facts)
    if person is None:
        return Asked(unit, operator(of), tuple(grant.token for grant in wanted))
    reader = reader_as(person, of, facts)
    require_may_publish(reader, unit)
    return Asked(unit, person, tuple(grant.token for grant in wanted))


def _run(paths: list[Path], asked: Asked, of: Settings, facts: Catalogue, workers: int, runner: Runner) -> Batch:
    """Take everything in under a bar; the index is told now and then, and at the end of everything."""
    telling = drainer(of, facts)
    with ingest_rooms(of, facts, workers=workers) as rooms, _shown_progress() as progress:
        batch = ingest(
            paths,
            asked,
            rooms,
            workers=workers,
            runner=runner,
            progress=progress,
            after_file=_Paced(telling),
        )
    telling.drain_now()
    return batch


class _Paced:
    """Tells the index at most every few seconds, from whichever thread comes first."""

    def __init__(self, telling: Drainer) -> None:
        self._telling = telling
        self._turn = threading.Lock()
        self._next = time.monotonic() + _DRAIN_EVERY

    def __call__(self) -> None:
        if time.monotonic() < self._next or not self._turn.acquire(blocking=False):
            return
        try:
            self._telling.drain()
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
        if outcome.path is not None and outcome.reason is not None:
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
