"""Runs the application under uvicorn, on loopback or over TLS. Logs no addresses asked for: they hold search texts."""

import ipaddress
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from pipeline.errors import UnavailableError, UsageError
from pipeline.settings import Settings, WebSettings
from search_api.app import create_app
from search_api.first_start import first_codes

_GRACE_SECONDS = 10
"""How long answers under way may take after a request to stop."""
_BACKLOG = 2_048


class _Server(uvicorn.Server):
    """Says where it listens once it does."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()


def run_server(settings: Settings, announce: Callable[[str], None], tell: Callable[[str], None]) -> None:
    """Serve until told to stop (SIGTERM, Ctrl+C), then finish what is under way. Port 0 takes a free one.

    `announce` is given the address once requests are answered, `tell` what the operator is to know before.

    Raises:
        UsageError: outside loopback without a certificate, or with one that cannot be used.
        UnavailableError: a part of the installation cannot be opened, or the port is taken.
    """
    _log_to_standard_error()
    certificate, key = _certificate(settings.web)
    signal.signal(signal.SIGTERM, _leave)  # uvicorn stops in good order first, and then hands the signal on
    with _listening(settings.web) as listener:
        address = _address(listener, has_tls=certificate is not None)
        app = create_app(settings)
        for line in first_codes(app.state.services):
            tell(line)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            ssl_certfile=certificate,
            ssl_keyfile=key,
        )
        try:
            _Server(config, lambda: announce(address)).run(sockets=[listener])
        except KeyboardInterrupt:
            return


def _leave(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _log_to_standard_error() -> None:
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)


def _listening(web: WebSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    try:
        return socket.create_server((web.host, web.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        message = (
            f"Không mở được {web.host}, cổng {web.port} ({error.strerror})."
            " Hãy dừng chương trình đang giữ cổng này, hoặc chọn cổng khác bằng --port [web.port]."
        )
        raise UnavailableError(message) from error


def _address(listener: socket.socket, *, has_tls: bool) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if has_tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _certificate(web: WebSettings) -> tuple[Path | None, Path | None]:
    if web.certificate is None and web.certificate_key is None:
        if not is_loopback(web.host):
            message = (
                f"Ngoài máy này ({web.host}), Văn Kho chỉ chạy qua TLS. Hãy đặt web.certificate và web.certificate_key"
                " (VANKHO_WEB__CERTIFICATE, VANKHO_WEB__CERTIFICATE_KEY), hoặc dùng --host 127.0.0.1."
            )
            raise UsageError(message)
        return None, None
    if web.certificate is None or web.certificate_key is None:
        message = "web.certificate và web.certificate_key phải được đặt cùng nhau: một chứng chỉ và khóa của nó."
        raise UsageError(message)
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(web.certificate, web.certificate_key, password=lambda: "")  # never ask at a terminal
    except (OSError, ssl.SSLError) as error:
        message = (
            f"Không dùng được chứng chỉ {web.certificate} với khóa {web.certificate_key}: {error}."
            " Hãy kiểm tra đường dẫn, quyền đọc, hai tệp có thuộc về nhau không, và khóa không đặt mật khẩu."
        )
        raise UsageError(message) from error
    return web.certificate, web.certificate_key


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
