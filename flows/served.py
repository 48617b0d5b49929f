"""The service that starts the night: `python -m flows.served`, with Prefect's settings in the environment."""

import os
import sys

from flows.cli import OWNER_ONLY
from flows.nightly import schedule_of, serve
from flows.prefect_server import wait_for_server
from pipeline.errors import VanKhoError
from pipeline.settings import load_settings


def main() -> int:
    """Serve until asked to stop; the exit code."""
    os.umask(OWNER_ONLY)
    try:
        of = load_settings(os.environ)
        schedule = schedule_of(of)
        wait_for_server(os.environ["PREFECT_API_URL"], is_alive=lambda: True)
        serve(of, schedule)
    except VanKhoError as error:
        print(f"Lỗi: {error}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
