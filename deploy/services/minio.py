"""MinIO: built from its Go module at a fixed version, since upstream publishes no more binaries."""

import secrets
import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.services import tools
from deploy.services.processes import Command, free_port

_MODULE = "github.com/minio/minio"
_VERSION = "v0.0.0-20260212201848-7aac2a2c5b7c"


class MinIO:
    """An S3 server of one folder."""

    name = "minio"
    stop_signal = signal.SIGTERM

    def install(self, folder: Path, say: tools.Say) -> None:
        """Build the server, which takes minutes the first time. A build cut short goes on from Go's cache."""
        if _program(folder).exists():
            return
        say("Đang biên dịch MinIO (lần đầu mất vài phút)")
        environment = {"GOBIN": str(_program(folder).parent), "GOTOOLCHAIN": "local"}
        tools.run([str(tools.go(folder, say)), "install", "-ldflags=-s -w", f"{_MODULE}@{_VERSION}"], environment)

    def settings(self, folder: Path, before: Mapping[str, str], say: tools.Say) -> dict[str, str]:
        """Where to listen, and credentials made once."""
        del folder, say
        port = free_port(before.get("port"))
        return {
            "port": port,
            "endpoint": f"http://127.0.0.1:{port}",
            "access_key": before.get("access_key") or secrets.token_hex(8),
            "secret_key": before.get("secret_key") or secrets.token_urlsafe(24),
        }

    def command(self, folder: Path, settings: Mapping[str, str]) -> Command:
        """How it is started."""
        certificates = folder / "certificates"
        certificates.mkdir(exist_ok=True)
        arguments = [str(_program(folder)), "server", str(folder / "data"), "--quiet"]
        arguments += ["--address", f"127.0.0.1:{settings['port']}", "--certs-dir", str(certificates)]
        environment = {
            "MINIO_ROOT_USER": settings["access_key"],
            "MINIO_ROOT_PASSWORD": settings["secret_key"],
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }
        return Command(arguments, environment)

    def is_ready(self, settings: Mapping[str, str]) -> bool:
        """Whether it answers requests."""
        return answers(f"{settings['endpoint']}/minio/health/ready")


def answers(url: str) -> bool:
    """Whether a server on this machine answers this address with success."""
    try:
        with urlopen(url, timeout=5):
            return True
    except (URLError, OSError):
        return False


def _program(folder: Path) -> Path:
    return folder / _VERSION / "minio"
