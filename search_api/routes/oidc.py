"""Signing in with the organisation's identity provider: there, and back with a session."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.errors import NotFoundError, NotSignedInError
from pipeline.passwords import new_secret
from search_api.auth import begin_session, origin_of, record_refused
from search_api.identity_provider import IdentityProvider, state_of
from search_api.responses import errors
from search_api.services import Services, ServicesOf
from search_api.unknown import UNKNOWN

open_router = APIRouter(prefix="/oidc", tags=["sign-in"])

_COOKIE = "vankho-oidc"
_SECONDS = 600
"""How long somebody may take to sign in there."""

_PAGE = (
    '<!doctype html><html lang="vi"><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/">'
    '<title>Văn Kho</title><p>Đã đăng nhập. <a href="/">Mở Văn Kho</a></p></html>'
)
"""A page of our own, not a redirect: a browser that comes from elsewhere would not send the session's cookie."""


@open_router.get(
    "/start", summary="Đăng nhập qua nhà cung cấp danh tính", status_code=303, responses=errors(401, 404, 503)
)
def oidc_start(of: ServicesOf) -> RedirectResponse:
    """Go to the identity provider; the browser keeps the secret that it has to come back with."""
    secret = new_secret()
    answer = RedirectResponse(_provider(of).begin(secret), 303)
    _set_cookie(answer, secret, _SECONDS, of)
    return answer


@open_router.get(
    "/callback",
    summary="Trở về từ nhà cung cấp danh tính",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, **errors(401, 404, 422, 503)},
)
def oidc_callback(
    request: Request,
    of: ServicesOf,
    state: Annotated[str, Query(max_length=200, description="Do Văn Kho gửi đi")] = "",
    code: Annotated[str, Query(max_length=4_000, description="Do nhà cung cấp danh tính cấp")] = "",
) -> Response:
    """Come back with a code, which is exchanged for an ID token; its person, if we know them, has a session."""
    provider, secret = _provider(of), request.cookies.get(_cookie_name(of), "")
    try:
        _require_begun_here(secret, state)
        person = _known(provider.end(secret, code), of)
    except NotSignedInError:
        record_refused(of, request, UNKNOWN, "sign-in-oidc")
        raise
    answer = HTMLResponse(_PAGE)
    begin_session(person, request, answer, of)
    _set_cookie(answer, "", 0, of)
    of.catalogue.audit.record(AuditEvent(person, "sign-in-oidc", None, Outcome.ALLOWED, origin_of(request)))
    return answer


def _provider(of: Services) -> IdentityProvider:
    if of.settings.oidc.issuer is None:
        message = "Cài đặt này không dùng nhà cung cấp danh tính. Hãy đăng nhập bằng mật khẩu."
        raise NotFoundError(message)
    return IdentityProvider(of.settings.oidc)


def _require_begun_here(secret: str, state: str) -> None:
    """Refuse a browser that did not begin this sign-in. Raises `NotSignedInError`."""
    if not secret or not hmac.compare_digest(state_of(secret).encode(), state.encode()):
        message = "Lần đăng nhập này không bắt đầu từ trình duyệt này. Hãy đăng nhập lại từ Văn Kho."
        raise NotSignedInError(message)


def _known(name: str, of: Services) -> str:
    """The person of that handle. Raises `NotSignedInError` where the organisation has none."""
    people = {person.id for person in of.catalogue.organisation.people()}
    if name not in people:
        message = "Bạn đã được xác nhận danh tính, nhưng Văn Kho không biết bạn. Hãy báo chánh văn phòng."
        raise NotSignedInError(message)
    return name


def _cookie_name(of: Services) -> str:
    return f"__Host-{_COOKIE}" if of.has_tls else _COOKIE


def _set_cookie(answer: Response, secret: str, seconds: int, of: Services) -> None:
    """`Lax`, for the provider sends the browser back to us; the session's own cookie stays strict."""
    answer.set_cookie(
        _cookie_name(of), secret, max_age=seconds, path="/", secure=of.has_tls, httponly=True, samesite="lax"
    )
