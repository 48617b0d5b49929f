"""Signing in with the organisation's own identity provider (OpenID Connect, code flow with PKCE).

All that one sign-in needs to be told apart from others is made of one random secret in the browser's cookie: the
`state` that must come back, the `nonce` that the ID token must carry, the PKCE verifier. So nothing waits in memory,
and what a browser did not begin it cannot end. Leaves sessions to `search_api.auth`.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from pipeline.errors import NotSignedInError, UnavailableError
from pipeline.settings import OIDCSettings

_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Signatures that are taken: of a key pair alone, so that nobody who knows the client's secret can make a token."""
_SECONDS = 10
_LEEWAY = 60

_REFUSED = "Nhà cung cấp danh tính không xác nhận được bạn là ai. Hãy bắt đầu đăng nhập lại từ Văn Kho."
_DOWN = "nhà cung cấp danh tính không trả lời"


class IdentityProvider:
    """The identity provider of the settings."""

    def __init__(self, settings: OIDCSettings) -> None:
        """The provider is asked when somebody signs in, not before."""
        self._settings = settings

    def begin(self, secret: str) -> str:
        """Where the browser that has this secret goes to say who it is.

        Raises:
            UnavailableError: the provider does not answer.
        """
        with _translated(), self._session() as session:
            endpoint = self._about(session)["authorization_endpoint"]
            address, _ = session.create_authorization_url(
                endpoint, state=state_of(secret), nonce=_made(secret, "nonce"), code_verifier=_made(secret, "verifier")
            )
        return str(address)

    def end(self, secret: str, code: str) -> str:
        """Who has come back with this code, as the provider calls them.

        Raises:
            NotSignedInError: the code, or what it was exchanged for, is not what this browser's sign-in led to.
            UnavailableError: the provider does not answer.
        """
        with _translated(), self._session() as session:
            about = self._about(session)
            token = session.fetch_token(
                about["token_endpoint"], code=code, code_verifier=_made(secret, "verifier"), timeout=_SECONDS
            )
            keys = KeySet.import_key_set(_json(session, about["jwks_uri"]))
            claims = jwt.decode(token["id_token"], keys, algorithms=_ALGORITHMS).claims
            self._require_ours(claims, nonce=_made(secret, "nonce"))
            found = claims[self._settings.claim]
        if not isinstance(found, str):
            raise NotSignedInError(_REFUSED)
        return found.strip().lower()

    def _require_ours(self, claims: Mapping[str, Any], *, nonce: str) -> None:
        """Hold the claims of an ID token to OpenID Connect Core 1.0, 3.1.3.7."""
        own = self._settings.client_id or ""
        JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._settings.issuer or ""},
            aud={"essential": True, "value": own},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(dict(claims))
        if claims.get("azp", own) != own:
            raise NotSignedInError(_REFUSED)

    def _session(self) -> Any:  # noqa: ANN401 - the library has no types
        secret = self._settings.client_secret
        return OAuth2Session(
            self._settings.client_id,
            secret.get_secret_value() if secret else None,
            redirect_uri=self._settings.callback,
            scope="openid profile",
            code_challenge_method="S256",
        )

    def _about(self, session: Any) -> Mapping[str, str]:  # noqa: ANN401 - the library has no types
        """What the provider says of itself; it must be the one that was meant."""
        issuer = self._settings.issuer or ""
        about: Mapping[str, str] = _json(session, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about["issuer"] != issuer:
            raise NotSignedInError(_REFUSED)
        return about


def state_of(secret: str) -> str:
    """What comes back with the browser that has this secret."""
    return _made(secret, "state")


def _made(secret: str, what: str) -> str:
    """A value of its own for each use of the secret, from which the secret cannot be told."""
    digest = hashlib.sha256(f"{what}:{secret}".encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _json(session: Any, address: str) -> Any:  # noqa: ANN401 - the library has no types
    answer = session.get(address, timeout=_SECONDS, withhold_token=True)
    answer.raise_for_status()
    return answer.json()


@contextmanager
def _translated() -> Iterator[None]:
    """The library's errors as ours: of the network, and of what was said."""
    try:
        yield
    except (AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as error:
        raise NotSignedInError(_REFUSED) from error
    except OSError as error:
        raise UnavailableError(_DOWN) from error
