"""What day it is where the organisation is: the day that decides which roles hold and when the night's run starts."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def today(now: datetime | None = None) -> date:
    """The organisation's date at this moment, which has a zone; by default at the present one."""
    return (now or datetime.now(UTC)).astimezone(HOME_ZONE).date()
