"""The night as a Prefect deployment: by the clock in Vietnam's time, once at a time, and once after downtime.

Prefect says when; the catalogue says what was done. A run that finds another at work, or its work done by a later
one, is skipped, whatever Prefect remembers of runs that were killed or missed. Prefect sees counts only. To be
imported with Prefect's settings in the environment (`flows.prefect_server`). Leaves the night to `flows.night`.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from prefect import flow, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner as PrefectFlowRunner
from prefect.runtime import flow_run
from prefect.schedules import Schedule
from prefect.server.schemas.schedules import CronSchedule as Calendar
from prefect.states import Cancelled, Completed, Crashed, Failed
from prefect.types.entrypoint import EntrypointType

from flows.children import die_with_parent_process
from flows.ingest import PrefectRunner
from flows.night import Night, run_night
from flows.prefect_server import api_of
from flows.progress import Silence, problem_of
from flows.stopping import stop_on_signals
from flows.wiring import drainer, night_means
from pipeline.catalogue import Catalogue
from pipeline.catalogue.nights import NightOrigin, NightRecord, NightStatus
from pipeline.clock import HOME_ZONE
from pipeline.errors import BusyError, SettingsError, StoppedError
from pipeline.settings import Settings, load_settings
from pipeline.wiring import catalogue_of, installation_of

_log = logging.getLogger(__name__)

NAME = "nightly"

_AT_ONCE = 3
"""Runs that may start at once: all but one find the lock held and are skipped, instead of waiting for their turn."""


@flow(name=NAME, flow_run_name=NAME, persist_result=False, retries=0)
def nightly(appointed: str | None = None) -> State[None]:
    """Run the night. `appointed` is the time that a catch-up stands for; a scheduled run has its own."""
    die_with_parent_process()
    of = load_settings(os.environ)
    facts = catalogue_of(of)
    origin = NightOrigin.SCHEDULE if appointed is None else NightOrigin.CATCH_UP
    time = _scheduled_start() if appointed is None else datetime.fromisoformat(appointed)
    try:
        return _ended(_run(of, facts, origin, time))
    except BusyError:
        return Cancelled(name="Skipped", message="another run is at it, or has done it")
    except StoppedError:
        return Cancelled(name="Interrupted", message="stopped; the next run goes on")
    except Exception as error:  # noqa: BLE001
        # The edge to Prefect, which would keep and print the message: it is in the catalogue, without names.
        _log.error("the night could not come through: %s", type(error).__name__)
        return Failed(message=f"could not come through: {type(error).__name__}")
    finally:
        facts.close()


def _run(of: Settings, facts: Catalogue, origin: NightOrigin, appointed: datetime) -> Night:
    runner = PrefectRunner(of.home, api_of(os.environ))
    with (
        stop_on_signals() as stop,
        night_means(of, facts, runner=runner, progress=Silence(), is_stopped=stop.is_asked) as means,
    ):
        night = run_night(means, origin, appointed=appointed)
    problem_of(drainer(of, facts).drain_now)  # what it could not be told stays due
    return night


def _ended(night: Night) -> State[None]:
    """Prefect's word for how it ended: failed where a person must look."""
    report = night.report
    told = [f"{status} {number}" for status, number in report.counts.items()]
    told += [f"waiting {report.waiting}", f"strays {report.strays}", f"left behind {report.left_behind}"]
    return (Completed if report.is_well else Failed)(message=", ".join(told))


def _scheduled_start() -> datetime:
    start = flow_run.scheduled_start_time or datetime.now(UTC)
    return datetime.fromtimestamp(start.timestamp(), UTC)


def schedule_of(of: Settings) -> CronSchedule:
    """When the night runs. Raises `SettingsError` for a time that is none."""
    try:
        return CronSchedule(cron=of.nightly.cron, timezone=HOME_ZONE.key)
    except ValueError as error:
        message = f"Thiết lập sai: nightly.cron (VANKHO_NIGHTLY__CRON): «{of.nightly.cron}» không phải giờ cron."
        raise SettingsError(message) from error


def missed(schedule: CronSchedule, nights: Sequence[NightRecord], now: datetime) -> datetime | None:
    """The appointed time that no run has served, given the latest runs, newest first; None where all is well.

    A run that was cut short, or could not come through, has not served its time. Before the first run of all nothing
    is missed.
    """
    if not nights:
        return None
    latest = nights[0]
    if latest.status is not NightStatus.COMPLETED:
        return latest.started_at
    calendar = Calendar(cron=schedule.cron, timezone=schedule.timezone)
    dates = asyncio.run(calendar.get_dates(2, start=latest.started_at))  # the first may be that very moment
    times = (datetime.fromtimestamp(date.timestamp(), UTC) for date in dates)
    following = next(time for time in times if time > latest.started_at)
    return following if following <= now else None


class _Stoppable(PrefectFlowRunner):
    """Prefect's runner, which stops in good order on Ctrl-C; on SIGTERM it forgets to await its own end."""

    def handle_sigterm(self, *_args: object, **_words: object) -> None:
        """Stop as on Ctrl-C."""
        signal.raise_signal(signal.SIGINT)


def serve(of: Settings, schedule: CronSchedule) -> None:
    """Serve the deployment until asked to stop, and first catch up what was missed."""
    runner = _Stoppable(name=NAME, limit=_AT_ONCE, pause_on_shutdown=False)
    when = Schedule(cron=schedule.cron, timezone=schedule.timezone)
    deployment = nightly.to_deployment(NAME, schedule=when, entrypoint_type=EntrypointType.MODULE_PATH)
    # outside an event loop both are what they say, not coroutines
    deployment_id = cast("UUID", runner.add_deployment(cast("RunnerDeployment", deployment)))
    _bury_dead_runs(deployment_id)
    _catch_up(of, schedule, deployment_id)
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())


def _catch_up(of: Settings, schedule: CronSchedule, deployment_id: UUID) -> None:
    facts = catalogue_of(of)
    try:
        time = missed(schedule, facts.nights.of(installation_of(of)).latest(1), datetime.now(UTC))
    finally:
        facts.close()
    if time is not None:
        with get_client(sync_client=True) as client:
            client.create_flow_run_from_deployment(deployment_id, parameters={"appointed": time.isoformat()})


def _bury_dead_runs(deployment_id: UUID) -> None:
    """Say of runs that still count as running that they are not: whoever ran them is gone."""
    running = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING]))
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=FlowRunFilter(state=running)):
            if run.deployment_id == deployment_id:
                client.set_flow_run_state(run.id, Crashed(message="its process is gone"), force=True)
