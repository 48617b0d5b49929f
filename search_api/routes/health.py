"""Whether the service can do its work: for whoever watches it, without signing in, and without saying more."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from pipeline.errors import ObjectMissingError, VanKhoError
from search_api.errors import RETRY_SECONDS
from search_api.responses import HealthAnswer
from search_api.services import Services, ServicesOf

router = APIRouter(tags=["health"])


@router.get("/health/live", summary="Dịch vụ có đang chạy")
async def live() -> HealthAnswer:
    """`ok` as long as the process answers at all: it waits for nothing and touches nothing."""
    return HealthAnswer(status="ok", unavailable=[])


@router.get(
    "/health/ready",
    summary="Dịch vụ có làm việc được",
    responses={503: {"model": HealthAnswer, "description": "Có phần không dùng được"}},
)
def ready(of: ServicesOf, response: Response) -> HealthAnswer:
    """`ok`, or `unavailable` with the parts that cannot be used: `catalogue`, `store`, `index`."""
    parts: dict[str, Callable[[Services], object]] = {
        "catalogue": lambda of: of.catalogue.documents.pending(1),
        "store": _touch_store,
        "index": lambda of: of.index.count(),
    }
    unavailable = [name for name, touch in parts.items() if not _works(touch, of)]
    if unavailable:
        response.status_code = 503
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return HealthAnswer(status="unavailable" if unavailable else "ok", unavailable=unavailable)


def _works(touch: Callable[[Services], object], of: Services) -> bool:
    try:
        touch(of)
    except (VanKhoError, OSError):
        return False
    return True


def _touch_store(of: Services) -> None:
    """Ask for an object that is never there: a store that works says so."""
    try:
        with of.store.open("health"):
            pass
    except ObjectMissingError:
        return
