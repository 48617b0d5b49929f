"""`vankho ingest`: take in files and folders for a unit, with a bar, and report how every file ended."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

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
from flows.ingest import PrefectRunner, Runner, Watch, ingest, run_direct
from flows.installation import is_up
from flows.progress import Paced, problem_of, shown_progress
from flows.report import batch_json, batch_lines, is_all_in
from flows.stopping import Stop, stop_on_signals
from flows.wiring import drainer, ingest_rooms
from indexer.drainer import Drainer
from pipeline.audit_heads import note_head
from pipeline.catalogue import Catalogue
from pipeline.clock import today
from pipeline.errors import StoppedError, UnavailableError
from pipeline.model import DocumentRecord, FileStatus
from pipeline.settings import Settings
from pipeline.steps.desk import Desk
from pipeline.steps.intake import Asked
from pipeline.steps.take_in import Batch
from pipeline.wiring import spool_of

app = command_app("Nạp tệp quét: đọc, mô tả và lưu từng văn bản.")

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
        if not direct and is_up(of):
            batch = _ask_worker(paths, asked, Desk(facts, spool_of(of)), workers, stop, lambda: is_up(of))
        else:
            batch = _run(paths, asked, _Means(of, facts, workers or of.intake.workers, runner, telling, stop))
        index_problem = problem_of(telling.drain_now)
        with suppress(UnavailableError):  # on a full disk the next command notes it
            note_head(of.home, facts.audit)
        records = _told(batch, as_person, facts)
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


def _told(batch: Batch, person: str | None, facts: Catalogue) -> Mapping[str, DocumentRecord]:
    """The documents that the report may tell of: new ones, and of those that were in before what the person may read.

    A committee member or a head of office may file and publish for a unit whose unpublished papers they may not read.
    """
    records = facts.documents.documents([d for outcome in batch.outcomes for d in outcome.documents])
    if person is None:
        return records
    reader = facts.organisation.reader(person, today=today())
    new = {d for o in batch.outcomes if o.status is not FileStatus.DUPLICATE for d in o.documents}
    return {d: record for d, record in records.items() if d in new or record.is_readable_by(reader)}


def _ask_worker(
    paths: list[Path], asked: Asked, desk: Desk, workers: int | None, stop: Stop, is_up: Callable[[], bool]
) -> Batch:
    """Have the worker of the running `vankho up` take everything in, and watch it under a bar."""
    try:
        with shown_progress() as bar:
            job = desk.ask(paths, asked, workers=workers)
            return desk.follow(job, show=bar.show, is_stopped=stop.is_asked, is_up=is_up)
    except StoppedError as stopped:
        print(stopped, file=sys.stderr)
        raise typer.Exit(stop.exit_code or 1) from None


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
        shown_progress() as progress,
    ):
        watch = Watch(progress, Paced(by.telling), by.stop.is_asked)
        return ingest(paths, asked, rooms, workers=by.workers, runner=by.runner, watch=watch)
