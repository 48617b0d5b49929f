"""A `tesseract` that fails on whole pages and is the real one for anything less tall, such as the top of a page."""

import shutil
import sys
from pathlib import Path

SLEEPS, KILLS, GIVES_UP = "time.sleep(600)", "os.kill(os.getppid(), 9)", "sys.exit('out of memory')"
"""What becomes of a whole page: no answer, the death of the process that asks, an error."""

_PROGRAM = """\
#!{python}
import os, sys, time

if sys.argv[1].endswith(".pnm"):
    with open(sys.argv[1], "rb") as page:
        height = int(page.read(30).split()[2])
    if height > {tallest}:
        {failure}
os.execv({real!r}, sys.argv)
"""


def failing_tesseract(folder: Path, failure: str, *, tallest: int = 1_500) -> Path:
    """A folder for the start of PATH."""
    real = shutil.which("tesseract")
    assert real
    folder.mkdir()
    program = folder / "tesseract"
    program.write_text(_PROGRAM.format(python=sys.executable, tallest=tallest, failure=failure, real=real), "utf-8")
    program.chmod(0o700)
    return folder
