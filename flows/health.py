"""Whether a running installation is well: what `vankho up --check` tells whoever watches it. Counts, never content.

Leaves what became of the files of a night that came through to `vankho nightly --last`.
"""

import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.error import URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from flows.installation import is_up, running_prefect
from flows.night import lock_of
from flows.nights import night_summary
from flows.prefect_server import prefect_environment
from pipeline.catalogue import Catalogue
from pipeline.catalogue.jobs import JobStatus
from pipeline.catalogue.nights import NightRecord, NightStatus
from pipeline.errors import BusyError
from pipeline.settings import Settings, WebSettings
from pipeline.wiring import installation_of

_LATE = timedelta(hours=2)
"""How long after its time a night may begin before somebody is told."""

_STUCK = timedelta(minutes=5)
"""How long a job may wait while nobody works."""


def problems(of: Settings, facts: Catalogue) -> list[str]:
    """What is wrong, in Vietnamese; nothing where all is well."""
    if not is_up(of):
        return ["`vankho up` không chạy."]
    return [*_services(of), *_jobs(of, facts), *_night(of, facts)]


def _services(of: Settings) -> Iterator[str]:
    if running_prefect(of) is None:
        yield "Máy chủ Prefect không trả lời; xem prefect/server.log."
    if of.web.port and not _is_api_ready(of.web):
        yield "Dịch vụ HTTP không trả lời, hoặc có phần không dùng được."


def _is_api_ready(web: WebSettings) -> bool:
    scheme = "http" if web.certificate is None else "https"
    host = "127.0.0.1" if web.host in ("localhost", "0.0.0.0", "::") else web.host  # noqa: S104 - only asked for
    shown = f"[{host}]" if ":" in host else host
    context = ssl.create_default_context()
    context.check_hostname = False  # the certificate names the service as readers reach it,
    context.verify_mode = ssl.CERT_NONE  # not as we do from its own machine; nothing secret is said here
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=context))
    try:
        with opener.open(f"{scheme}://{shown}:{web.port}/api/v1/health/ready", timeout=10):
            return True
    except (URLError, OSError):
        return False


def _jobs(of: Settings, facts: Catalogue) -> Iterator[str]:
    own = installation_of(of)
    waiting = [job for job in facts.jobs.open() if job.spool in (own, None)]
    old = [job for job in waiting if datetime.now(UTC) - job.created_at > _STUCK]
    if old and not any(job.status is JobStatus.RUNNING for job in waiting):
        yield f"{len(old)} việc chờ quá lâu mà không tiến trình nào làm."


def _night(of: Settings, facts: Catalogue) -> Iterator[str]:
    own = installation_of(of)
    nights = facts.nights.of(own).latest(1)
    if not nights or _is_running(nights[0], own, facts):
        return
    if nights[0].status is not NightStatus.COMPLETED:
        yield f"{night_summary(nights[0])} Xem `vankho nightly --last`."
    os.environ.update(prefect_environment(of.home))
    from flows.nightly import missed, schedule_of  # noqa: PLC0415 - Prefect's calendar, once its settings are there

    if nights[0].status is NightStatus.COMPLETED and missed(schedule_of(of), nights, datetime.now(UTC) - _LATE):
        yield "Lượt nạp hộp nhận theo lịch đã không chạy."


def _is_running(night: NightRecord, installation: str, facts: Catalogue) -> bool:
    if night.status is not NightStatus.RUNNING:
        return False
    try:
        with facts.locks.held(lock_of(installation), wait=False, busy=""):
            return False
    except BusyError:
        return True
