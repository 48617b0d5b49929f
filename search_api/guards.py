"""What holds for every request and answer, whatever the route: safe headers, bounded bodies, HEAD, silent failures."""

import logging
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.errors import internal_error, log_unforeseen, too_large

MAX_BODY = 64 * 1024
"""Longest body of a request, in bytes: nearly all that is sent here is small JSON."""

_MOST_DIGITS = 18
"""Digits of a declared length that are looked at: enough to be too long."""

SAFE_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

IS_HEAD = "vankho.is_head"
"""In the scope of a request whose content is not sent: what is costly to make may be left out."""

_LOG = logging.getLogger(__name__)


class Guard:
    """The outermost layer of the application. HEAD is answered as GET is, without the content (RFC 9110, 9.3.2)."""

    def __init__(self, app: ASGIApp, larger: Mapping[tuple[str, str], int]) -> None:
        """Guard this application. `larger` names the methods and addresses whose bodies may be longer, and how long."""
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_head = scope["method"] == "HEAD"
        if is_head:
            scope = {**scope, "method": "GET", IS_HEAD: True}
        answer = _Answer(send, is_head=is_head)
        most = self._larger.get((scope["method"], scope["path"]), MAX_BODY)
        try:
            if _declared_length(scope) > most:
                await too_large()(scope, receive, answer.send)
            else:
                await self._app(scope, _Body(receive, most).receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the outer edge: whatever it is, it is recorded and answered
            log_unforeseen(error, _LOG)
            if answer.is_begun:
                message = "the answer broke off"
                raise RuntimeError(message) from None
            await internal_error()(scope, receive, answer.send)


class _Answer:
    """Sends an answer with the safe headers that it does not set itself."""

    def __init__(self, send: Send, *, is_head: bool) -> None:
        self._send = send
        self._is_head = is_head
        self.is_begun = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_begun = True
            headers = list(message.get("headers", ()))
            present = {name.lower() for name, _ in headers}
            headers += [
                (name.lower().encode(), value.encode())
                for name, value in SAFE_HEADERS.items()
                if name.lower().encode() not in present
            ]
            message = {**message, "headers": headers}
        elif self._is_head:
            message = {**message, "body": b""}
        await self._send(message)


class _Body:
    """Receives a body up to the limit, however its length was declared."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._received = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._most:
            raise HTTPException(status_code=413)
        return message


def _declared_length(scope: Scope) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared[:_MOST_DIGITS]) if declared.isdigit() else 0
