"""Runs `vankho` in a world that fails, as `python failing.py EVENT AT SIGNAL WORDS…`.

At the AT-th event whose description matches the pattern EVENT, the run is sent SIGNAL; as a negative number, its
whole process group is, as when the machine loses its power. Events are Python's own audit events on the disk, with
names in the data folder shortened to what they are: `write staging original`, `rename staging manifest.json`, `link
store originals`, `remove staging`, `write locks drain.lock`. FAILING_BELOW names another folder to watch.
"""

import os
import re
import sys
import threading
from pathlib import Path

_CHANGES = {"os.rename": "rename", "os.link": "link", "shutil.rmtree": "remove", "os.mkdir": "mkdir"}


def described(event: str, arguments: tuple[object, ...], home: Path) -> str | None:
    """What changes on the disk, below the data folder."""
    if event == "open":
        path, _, flags = arguments
        word = "write" if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) else None
    else:
        word = _CHANGES.get(event)
        path = arguments[1] if word in {"rename", "link"} else arguments[0]
    if word is None or not isinstance(path, (str, bytes, os.PathLike)):
        return None
    shown = Path(os.fsdecode(path))
    if not shown.is_relative_to(home):
        return None
    parts = [part for part in shown.relative_to(home).parts if not re.fullmatch(r"[0-9a-f]{64}", part)]
    return " ".join([word, *parts])


def fail_at(pattern: re.Pattern[str], at: int, number: int, home: Path) -> None:
    """Watch the disk from now on."""
    seen = 0
    turn = threading.RLock()

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal seen
        if event != "open" and event not in _CHANGES:
            return
        what = described(event, arguments, home)
        if what is None or not pattern.search(what):
            return
        with turn:
            seen += 1
            if seen != at:
                return
        os.kill(os.getpid() if number > 0 else 0, abs(number))

    sys.addaudithook(watch)


if __name__ == "__main__":
    from flows.cli import main

    event, at, number, *words = sys.argv[1:]
    below = os.environ.get("FAILING_BELOW") or os.environ["VANKHO_HOME"]
    fail_at(re.compile(event), int(at), int(number), Path(below))
    sys.exit(main(words))
