"""`vankho nightly`: run the night now, or tell how the last one went."""

from collections.abc import Sequence
from typing import Annotated

import typer

from extractors.tesseract import Tesseract
from flows.console import catalogue, command_app, print_json, settings
from flows.ingest import PrefectRunner, run_direct
from flows.installation import running_prefect
from flows.night import Night, run_night
from flows.nights import night_json, night_lines, problem_lines
from flows.progress import problem_of, shown_progress
from flows.stopping import Stop, stop_on_signals
from flows.wiring import drainer, night_means
from pipeline.catalogue import Catalogue
from pipeline.catalogue.nights import NightOrigin, NightRecord, NightStatus
from pipeline.errors import StoppedError
from pipeline.settings import Settings
from pipeline.wiring import installation_of

app = command_app("Nạp những gì đã đến hộp nhận, hoặc xem lượt gần nhất.")


@app.command()
def nightly(
    last: Annotated[bool, typer.Option("--last", help="Không chạy; xem lượt gần nhất")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Chạy không qua Prefect")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="In báo cáo dạng JSON")] = False,
) -> None:
    """Nạp hộp nhận ngay, như lượt chạy đêm. Mã thoát 1 nếu có gì cần người xem; 130 hay 143 nếu bị dừng."""
    of = settings()
    with catalogue(of) as facts, stop_on_signals() as stop:
        night = None if last else _run(of, facts, stop, direct=direct)
        records = facts.nights.of(installation_of(of)).latest(1)
        _tell(facts, records, night, as_json=as_json)
    is_well = bool(records) and records[0].status is NightStatus.COMPLETED and records[0].report.is_well
    raise typer.Exit(stop.exit_code or (0 if is_well or not records else 1))


def _run(of: Settings, facts: Catalogue, stop: Stop, *, direct: bool) -> Night | None:
    """Run it; None where it was stopped. What was done is in the catalogue either way."""
    Tesseract(of.ocr.language).require()
    runner = run_direct if direct else PrefectRunner(of.home, running_prefect(of))
    with (
        shown_progress() as progress,
        night_means(of, facts, runner=runner, progress=progress, is_stopped=stop.is_asked) as means,
    ):
        try:
            night = run_night(means, NightOrigin.HAND)
        except StoppedError:
            night = None
    problem_of(drainer(of, facts).drain_now)  # what it could not be told stays due; `status` tells
    return night


def _tell(facts: Catalogue, records: Sequence[NightRecord], night: Night | None, *, as_json: bool) -> None:
    """How it went: with names for whoever has just run it, without for whoever asks later."""
    if not records:
        print_json({"night": None}) if as_json else print("Chưa có lượt nào.")
        return
    (record,) = records
    items = {batch: facts.batches.problems(batch) for batch in record.report.batches}
    if as_json:
        print_json({"night": night_json(record, items, night)})
    else:
        named = problem_lines(night) if night is not None else None
        print("\n".join(night_lines(record, items, named)))
