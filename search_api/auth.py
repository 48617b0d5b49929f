"""Who is asking: a browser by its session's cookie, a program by its bearer token. Nobody is anybody by default.

Requests that change something and rest on a cookie must come from our own pages. A browser says where a request
comes from in `Sec-Fetch-Site` and, for all that is not a plain GET, in `Origin`; where either is sent it must be our
own. A request with neither was not made by a browser, which alone sends cookies unasked. `SameSite=Strict` stands
before that rule, and a bearer token, which no browser sends by itself, needs none.
Leaves passwords to `search_api.password_check`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from pipeline.access import Reader
from pipeline.catalogue.accounts import Credential, CredentialKind, Scope
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.clock import today
from pipeline.errors import NotAllowedError, NotSignedInError
from pipeline.passwords import new_secret, secret_hash
from search_api.addresses import network_of
from search_api.services import Services, ServicesOf
from search_api.unknown import UNKNOWN

COOKIE = "vankho"
SECURE_COOKIE = f"__Host-{COOKIE}"

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SCOPES = {"accounts": Scope.MANAGE, "organisation": Scope.MANAGE, "audit": Scope.AUDIT}
"""What a token needs for the routes of a tag. For all others it is reading or writing; for one's own account none."""

_OWN_SITE = frozenset({"same-origin", "none"})
_LONGEST_DEVICE = 200

_BEARER = HTTPBearer(auto_error=False, description="Mã truy cập của chương trình (`vankho account token`)")
_COOKIE = APIKeyCookie(
    name=COOKIE, auto_error=False, description=f"Phiên đăng nhập; khi có TLS, cookie tên là `{SECURE_COOKIE}`"
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is asking, by which session or token, and from where."""

    reader: Reader
    credential: Credential
    origin: str


def current_reader(
    request: Request,
    of: ServicesOf,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    _cookie: Annotated[str | None, Security(_COOKIE)],  # describes the cookie; its real name depends on TLS
) -> SignedIn:
    """The reader that whoever asks is today.

    Raises:
        NotSignedInError: neither a session nor a token that holds now.
        NotAllowedError: a change by cookie that does not come from our own pages.
    """
    credential = _of_token(request, bearer, of) if "authorization" in request.headers else _of_cookie(request, of)
    reader = of.catalogue.organisation.reader(credential.person, today=today())
    signed = SignedIn(reader, credential, origin_of(request))
    if credential.kind is CredentialKind.SESSION:
        require_own_pages(request, of, actor=reader.id)
    else:
        _require_scope(credential, request, of)
    return signed


CurrentReader = Annotated[SignedIn, Depends(current_reader)]


def origin_of(request: Request) -> str:
    """From where the audit says a request came."""
    return f"http:{request.client.host if request.client else UNKNOWN}"


def address_of(request: Request) -> str:
    """Which address a request counts for where attempts are limited by address."""
    return network_of(request.client.host if request.client else None)


def record_refused(of: Services, request: Request, actor: str, action: str) -> None:
    """Write a refused attempt into the audit; those of nobody are counted."""
    if actor == UNKNOWN:
        of.unknown.note(action, origin_of(request))
    else:
        of.catalogue.audit.record(AuditEvent(actor, action, None, Outcome.REFUSED, origin_of(request)))


def require_session(who: SignedIn) -> None:
    """Refuse a program: what decides how somebody signs in is for the person who is signed in, in a browser.

    Raises:
        NotAllowedError: the request rests on a token.
    """
    if who.credential.kind is not CredentialKind.SESSION:
        message = "Mã truy cập của chương trình không làm được việc này. Hãy đăng nhập bằng trình duyệt."
        raise NotAllowedError(message)


def require_own_pages(request: Request, of: Services, *, actor: str) -> None:
    """Refuse a change that a browser says comes from another site (see above); the refusal is written down.

    Raises:
        NotAllowedError: it comes from another site's page.
    """
    if request.method in _SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    is_own_site = site is None or site in _OWN_SITE
    if not is_own_site or (origin is not None and not _is_own(origin, request, of)):
        record_refused(of, request, actor, "cross-site")
        message = "Yêu cầu này đến từ một trang web khác nên bị từ chối. Hãy mở Văn Kho và làm lại từ đó."
        raise NotAllowedError(message)


def _require_scope(credential: Credential, request: Request, of: Services) -> None:
    """Refuse a token what it is not for, by the route's tag and method; the refusal is written down.

    Raises:
        NotAllowedError: the route needs a scope that the token does not have.
    """
    route = request.scope.get("route")
    tags = set(route.tags) if isinstance(route, APIRoute) else set()
    if credential.scopes is None or "sign-in" in tags:
        return
    plain = Scope.READ if request.method in _SAFE_METHODS else Scope.WRITE
    needed = next((scope for tag, scope in _SCOPES.items() if tag in tags), plain)
    if needed not in credential.scopes:
        record_refused(of, request, credential.person, "token-scope")
        message = f"Mã truy cập này không dùng được cho việc này (cần «{needed}»). Hãy cấp mã khác."
        raise NotAllowedError(message)


def _is_own(origin: str, request: Request, of: Services) -> bool:
    """Whether an origin is this service. Without TLS a proxy before it may have one, so the scheme is left open."""
    host = request.headers.get("host", "")
    return origin == f"https://{host}" or (origin == f"http://{host}" and not of.has_tls)


def begin_session(person: str, request: Request, response: Response, of: Services) -> Credential:
    """Begin a session of a person whose password was checked, and hand its secret to the browser."""
    secret, lasting = new_secret(), timedelta(hours=of.settings.web.session_hours)
    credential = of.catalogue.accounts.add_credential(
        person,
        secret_hash=secret_hash(secret),
        kind=CredentialKind.SESSION,
        name=request.headers.get("user-agent", "")[:_LONGEST_DEVICE],
        expires_at=datetime.now(UTC) + lasting,
    )
    _set_cookie(response, secret, int(lasting.total_seconds()), of)
    return credential


def forget_session(response: Response, of: Services) -> None:
    """Tell the browser to forget its cookie."""
    _set_cookie(response, "", 0, of)


def _set_cookie(response: Response, secret: str, seconds: int, of: Services) -> None:
    response.set_cookie(
        _cookie_name(of), secret, max_age=seconds, path="/", secure=of.has_tls, httponly=True, samesite="strict"
    )


def _cookie_name(of: Services) -> str:
    return SECURE_COOKIE if of.has_tls else COOKIE


def _of_cookie(request: Request, of: Services) -> Credential:
    secret = request.cookies.get(_cookie_name(of))
    found = of.catalogue.accounts.credential(secret_hash(secret)) if secret else None
    if found is None or found.kind is not CredentialKind.SESSION:
        message = "Bạn chưa đăng nhập, hoặc phiên đã hết hạn. Hãy đăng nhập."
        raise NotSignedInError(message)
    return found


def _of_token(request: Request, bearer: HTTPAuthorizationCredentials | None, of: Services) -> Credential:
    found = of.catalogue.accounts.credential(secret_hash(bearer.credentials)) if bearer else None
    if found is None or found.kind is not CredentialKind.TOKEN:
        record_refused(of, request, UNKNOWN, "token")
        message = "Mã truy cập không đúng hoặc đã hết hạn. Hãy xin cấp mã mới."
        raise NotSignedInError(message)
    return found
