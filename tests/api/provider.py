"""A small identity provider over real HTTP that does its part of OpenID Connect, and can be told to cheat."""

import json
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "vankho", "bí mật của ứng dụng".encode().hex()

OWN = RSAKey.generate_key(2048, parameters={"kid": "own"})
"""The provider's own key."""


@dataclass(slots=True)
class Provider:
    """What the provider knows. `claims` go over those of an honest ID token; `key` signs instead of its own."""

    url: str = ""
    key: RSAKey | OctKey = field(default_factory=lambda: OWN)
    claims: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def approve(self, address: str, person: str) -> str:
        """The person signs in at the address that the browser was sent to; where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked | {"person": person}
        return f"{asked['redirect_uri']}?state={asked['state']}&code={code}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Exchange a code for a token; only once, for the client, with the verifier of the challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        credentials = b64decode(authorization.removeprefix("Basic ")).decode()
        if asked is None or asked["code_challenge"] != challenge or credentials != f"{CLIENT}:{SECRET}":
            self.refused.append(form.get("code", ""))
            return None
        now = int(time.time())
        honest = {
            "iss": self.url, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "preferred_username": asked["person"],
        }  # fmt: skip
        claims = {name: value for name, value in (honest | self.claims).items() if value is not None}
        algorithm = "HS256" if isinstance(self.key, OctKey) else "RS256"
        header = {"alg": algorithm, "kid": "own"}
        return {"access_token": "x", "token_type": "Bearer", "id_token": jwt.encode(header, claims, self.key)}

    def about(self) -> dict[str, Any]:
        """Its description of itself."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        """Its description, and its public keys."""
        keys = {"keys": [OWN.as_dict(private=False)]}
        self._answer(keys if self.path == "/keys" else self.provider.about())

    def do_POST(self) -> None:
        """A code for a token."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._answer(self.provider.token(form, self.headers.get("Authorization", "")))

    def _answer(self, content: dict[str, Any] | None) -> None:
        body = json.dumps(content or {"error": "invalid_grant"}).encode()
        self.send_response(200 if content else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as its base has it
        """Say nothing."""


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider on a port of its own."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
