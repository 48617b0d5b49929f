"""Servers started apart, known by id and birth, stopped by id; here a small web server stands for the real ones."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy.services import processes, tools
from deploy.services.minio import answers
from deploy.services.processes import Command, free_port
from deploy.services.records import Record, ServerProcess, ServiceError, read_record, write_record
from deploy.services.servers import running, start, stop


class WebServer:
    """Python's own web server, standing for any other. `program` is what it runs instead, where a test says so."""

    name = "web"
    stop_signal = signal.SIGTERM

    def __init__(self, program: str | None = None) -> None:
        self.program = program

    def install(self, folder: Path, say: tools.Say) -> None:
        say(f"installing into {folder.name}")

    def settings(self, folder: Path, before: Mapping[str, str], say: tools.Say) -> dict[str, str]:
        del folder, say
        return {"port": free_port(before.get("port")), "password": before.get("password", "made once")}

    def command(self, folder: Path, settings: Mapping[str, str]) -> Command:
        del folder
        if self.program is not None:
            return Command([sys.executable, "-c", self.program])
        return Command([sys.executable, "-m", "http.server", "--bind", "127.0.0.1", settings["port"]])

    def is_ready(self, settings: Mapping[str, str]) -> bool:
        return answers(f"http://127.0.0.1:{settings['port']}/")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "services"
    yield folder
    record = read_record(folder, "web")
    if record is not None and record.process is not None:
        processes.stop(record.process, how=signal.SIGKILL)


def silent(_text: str) -> None:
    """Say nothing."""


def process_of(root: Path) -> ServerProcess:
    record = read_record(root, "web")
    assert record is not None
    assert record.process is not None
    return record.process


def test_a_started_server_runs_until_it_is_stopped_and_keeps_its_credentials(root: Path) -> None:
    start(root, [WebServer()], silent)
    settings = running(root, "web")
    assert settings is not None
    assert answers(f"http://127.0.0.1:{settings['port']}/")
    process = process_of(root)
    stop(root, [WebServer()])
    assert not processes.is_alive(process)
    assert running(root, "web") is None
    start(root, [WebServer()], silent)
    assert running(root, "web") == settings


def test_a_second_start_leaves_a_running_server_alone(root: Path) -> None:
    start(root, [WebServer()], silent)
    process, said = process_of(root), list[str]()
    start(root, [WebServer()], said.append)
    assert (process_of(root), said) == (process, [])


def test_a_server_that_was_killed_is_started_again(root: Path) -> None:
    start(root, [WebServer()], silent)
    killed = process_of(root)
    os.kill(killed.pid, signal.SIGKILL)
    os.waitpid(killed.pid, 0)
    assert running(root, "web") is None
    start(root, [WebServer()], silent)
    assert process_of(root) != killed


def test_a_server_that_ends_at_once_is_an_error_with_its_own_words(root: Path) -> None:
    with pytest.raises(ServiceError, match="no such disk"):
        start(root, [WebServer("raise SystemExit('no such disk')")], silent)


def test_a_server_that_does_not_listen_to_the_signal_is_killed(root: Path) -> None:
    root.mkdir()
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    log = root / "log"
    process = processes.start(Command([sys.executable, "-c", deaf]), log=log)
    while not log.read_bytes():
        assert processes.is_alive(process)
    processes.stop(process, patience=0.2)
    assert not processes.is_alive(process)


def test_another_process_with_the_same_id_is_not_taken_for_ours() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        mistaken = ServerProcess(other.pid, born=1)
        assert not processes.is_alive(mistaken)
        processes.stop(mistaken)
        assert other.poll() is None
        other.communicate(b"\n")


def test_a_record_is_for_its_owner_alone(tmp_path: Path) -> None:
    record = Record({"password": "secret"}, ServerProcess(1, 2))
    write_record(tmp_path, "web", record)
    assert read_record(tmp_path, "web") == record
    assert (tmp_path / "web.json").stat().st_mode & 0o777 == 0o600


def test_the_port_of_before_is_kept_unless_it_is_taken() -> None:
    port = free_port(None)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", int(port)))
        taken.listen()
        assert free_port(port) != port
    assert free_port(port) == port


def test_what_cannot_be_installed_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ServiceError, match="sudo apt-get install maven"):
        tools.maven(silent)


def test_a_failed_step_of_an_installation_tells_what_it_printed() -> None:
    with pytest.raises(ServiceError, match="no network"):
        tools.run([sys.executable, "-c", "print('no network'); raise SystemExit(1)"])


def test_a_java_that_does_not_run_is_version_0(tmp_path: Path) -> None:
    assert tools.java_version(tmp_path / "java") == 0
