"""The supervisor with small programs of its own. What it waits for is what they write."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from flows.supervisor import USED_WRONGLY, Service, supervise
from tests.flows.upkeep import PATIENCE, is_alive


def service(name: str, code: str, folder: Path) -> Service:
    """A program that first notes its process id."""
    started = f"import os, signal, sys, time; open({str(folder / name)!r}, 'a').write(f'{{os.getpid()}}\\n')\n"
    return Service(name, ("-c", started + code), os.environ)


def starts(folder: Path, name: str) -> list[int]:
    path = folder / name
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def until(condition: Callable[[], object]) -> Callable[[], bool]:
    """Says stop when it is so; fails when it never is."""
    end = time.monotonic() + PATIENCE

    def is_stopped() -> bool:
        assert time.monotonic() < end, "it never came to that"
        return bool(condition())

    return is_stopped


FOREVER = "time.sleep(3600)\n"


def test_all_run_until_asked_to_stop_and_then_none(tmp_path: Path) -> None:
    services = [service(name, FOREVER, tmp_path) for name in ("a", "b")]
    told: list[str] = []

    code = supervise(
        services, is_stopped=until(lambda: starts(tmp_path, "a") and starts(tmp_path, "b")), tell=told.append
    )

    assert code == 0
    assert [len(starts(tmp_path, name)) for name in ("a", "b")] == [1, 1]
    assert not any(is_alive(pid) for name in ("a", "b") for pid in starts(tmp_path, name))
    assert [line.split(":")[0] for line in told] == ["a", "b"]


def test_one_that_dies_is_started_again_and_later_each_time(tmp_path: Path) -> None:
    told: list[str] = []
    services = [service("a", FOREVER, tmp_path), service("b", "sys.exit(1)\n", tmp_path)]

    supervise(services, is_stopped=until(lambda: len(starts(tmp_path, "b")) >= 3), tell=told.append)

    assert len(starts(tmp_path, "a")) == 1
    delays = [line.rpartition("sau ")[2] for line in told if "chạy lại" in line]
    assert delays[:2] == ["1 giây", "2 giây"]


def test_one_that_was_killed_is_started_again(tmp_path: Path) -> None:
    def killed_once() -> bool:
        pids = starts(tmp_path, "a")
        if len(pids) == 1 and is_alive(pids[0]):
            os.kill(pids[0], signal.SIGKILL)
        return len(pids) >= 2

    assert supervise([service("a", FOREVER, tmp_path)], is_stopped=until(killed_once), tell=lambda _: None) == 0


def test_one_that_is_used_wrongly_stops_all(tmp_path: Path) -> None:
    wrong = f"while not os.path.exists({str(tmp_path / 'a')!r}): time.sleep(0.01)\nsys.exit(2)\n"
    services = [service("a", FOREVER, tmp_path), service("b", wrong, tmp_path)]

    code = supervise(services, is_stopped=until(lambda: False), tell=lambda _: None)

    assert code == USED_WRONGLY
    assert not any(is_alive(pid) for pid in starts(tmp_path, "a"))


def test_what_a_service_has_started_ends_with_it(tmp_path: Path) -> None:
    child = service("child", FOREVER, tmp_path).words[1]
    code = f"import subprocess; subprocess.Popen([sys.executable, '-c', {child!r}])\n{FOREVER}"

    supervise([service("a", code, tmp_path)], is_stopped=until(lambda: starts(tmp_path, "child")), tell=lambda _: None)

    (pid,) = starts(tmp_path, "child")
    until(lambda: not is_alive(pid))()


def test_the_first_ends_last(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    said = f"def end(*_): open({str(ended)!r}, 'a').write(NAME); sys.exit()\nsignal.signal(signal.SIGTERM, end)\n"
    ready = "open({!r}, 'w').close()\n"
    services = [
        service(name, f"NAME = {name!r}\n{said}{ready.format(str(tmp_path / f'{name}-ready'))}{FOREVER}", tmp_path)
        for name in ("a", "b", "c")
    ]

    supervise(
        services,
        is_stopped=until(lambda: all((tmp_path / f"{name}-ready").exists() for name in "abc")),
        tell=lambda _: None,
    )

    assert sorted(ended.read_text()[:2]) == ["b", "c"]
    assert ended.read_text()[2:] == "a"
