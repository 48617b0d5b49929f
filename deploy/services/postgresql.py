"""PostgreSQL: the server of Debian's package, run on a cluster of our own beside any that the system has."""

import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import psycopg

from deploy.services import tools
from deploy.services.processes import Command, free_port
from deploy.services.records import ServiceError

_USER = "vankho"
_SYSTEM_USER = "postgres"


class PostgreSQL:
    """A cluster with one superuser, who has a password, and the database `vankho`."""

    name = "postgresql"
    stop_signal = signal.SIGINT
    """"Fast" shutdown: whoever is connected is cut off."""

    def install(self, folder: Path, say: tools.Say) -> None:
        """Install Debian's package where there is no server."""
        del folder
        if _programs() is None:
            tools.install_packages(["postgresql"], say)

    def settings(self, folder: Path, before: Mapping[str, str], say: tools.Say) -> dict[str, str]:
        """Where to listen and where the data is; the cluster is made at the first call."""
        data = _data_folder(folder)
        password = before.get("password")
        if password is None or not (data / "PG_VERSION").exists():
            password = secrets.token_urlsafe(24)
            say("Đang tạo cụm PostgreSQL")
            _make_cluster(data, password)
        port = free_port(before.get("port"))
        url = f"postgresql://{_USER}:{password}@127.0.0.1:{port}/{_USER}"
        return {"port": port, "user": _USER, "password": password, "data": str(data), "url": url}

    def command(self, folder: Path, settings: Mapping[str, str]) -> Command:
        """How it is started: on loopback only, without a socket file."""
        del folder
        options = {
            "port": settings["port"],
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "log_destination": "stderr",
        }
        flags = [flag for name, value in options.items() for flag in ("-c", f"{name}={value}")]
        return Command([str(_program("postgres")), "-D", settings["data"], *flags], user=_other_user())

    def is_ready(self, settings: Mapping[str, str]) -> bool:
        """Whether it lets us in and has our database, which is made here the first time."""
        try:
            with psycopg.connect(_maintenance(settings), autocommit=True, connect_timeout=5) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_USER]).fetchone():
                    connection.execute(f"CREATE DATABASE {_USER}")
                return True
        except psycopg.OperationalError:
            return False


def _maintenance(settings: Mapping[str, str]) -> str:
    return f"{settings['url'].rpartition('/')[0]}/postgres"


def _programs() -> Path | None:
    """The folder of the newest server, where there is one."""
    versions = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if versions:
        return max(versions, key=lambda path: int(path.parent.name))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _program(name: str) -> Path:
    programs = _programs()
    if programs is None:
        message = "Không thấy PostgreSQL sau khi cài."
        raise ServiceError(message)
    return programs / name


def _other_user() -> int | None:
    """The server refuses to run as root; then it runs as the user that Debian's package made."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_SYSTEM_USER).pw_uid
    except KeyError:
        message = (
            f"PostgreSQL không chạy bằng root và máy không có người dùng {_SYSTEM_USER}. Hãy chạy bằng người khác."
        )
        raise ServiceError(message) from None


def _data_folder(folder: Path) -> Path:
    """Beside the other servers; but where another user must run it and cannot come here, among the system's files."""
    user = _other_user()
    data = folder / "data"
    if user is None or all(parent.stat().st_mode & 0o001 for parent in data.parents):
        return data
    return Path("/var/tmp") / f"vankho-postgresql-{sha256(os.fsencode(folder)).hexdigest()[:16]}"  # noqa: S108


def _make_cluster(data: Path, password: str) -> None:
    """Make the cluster anew, sorting by bytes as the catalogue requires. What is there is half-made or lost its key."""
    user = _other_user()
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    with NamedTemporaryFile("w") as password_file:
        password_file.write(password)
        password_file.flush()
        if user is not None:
            os.chown(data, user, -1)
            os.chown(password_file.name, user, -1)
        arguments = ["--username", _USER, "--auth=scram-sha-256", "--pwfile", password_file.name]
        arguments += ["--encoding=UTF8", "--locale=C", "-D", str(data)]
        tools.run([str(_program("initdb")), *arguments], user=user)
