"""Passwords and secrets: the rules a password keeps, its argon2id hash, and random secrets with theirs.

Leaves keeping hashes to `pipeline.catalogue.accounts`, and signing in to `search_api.auth`.
"""

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pipeline.common_passwords import is_common
from pipeline.errors import UsageError

MIN_LENGTH = 12
MAX_LENGTH = 200
MIN_DISTINCT = 5
"""Fewest different characters: `aaaaaaaaaaaa` is long and no password."""

_SECRET_BYTES = 32
_LEAST_NAME = 4
"""A shorter handle may stand in a password by chance."""

_HASHER = PasswordHasher()
"""argon2id with the parameters of RFC 9106 for less memory (64 MiB), which argon2-cffi follows as they change."""


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a password is right, and whether its hash should be made anew with today's parameters."""

    is_right: bool
    needs_rehash: bool = False


def require_good_password(password: str, *, person: str) -> None:
    """Refuse a password that is easily guessed. Length counts more than signs (NIST SP 800-63B, 3.1.1.2).

    Raises:
        UsageError: what is wrong, and what to do.
    """
    plain = _plain(password)
    if len(plain) < MIN_LENGTH:
        message = f"Mật khẩu phải có ít nhất {MIN_LENGTH} ký tự. Hãy dùng vài từ dễ nhớ ghép lại."
    elif len(plain) > MAX_LENGTH:
        message = f"Mật khẩu dài quá {MAX_LENGTH} ký tự. Hãy chọn mật khẩu ngắn hơn."
    elif len(set(plain.lower())) < MIN_DISTINCT:
        message = f"Mật khẩu lặp lại quá ít ký tự. Hãy dùng ít nhất {MIN_DISTINCT} ký tự khác nhau."
    elif len(person) >= _LEAST_NAME and person.lower() in plain.lower():
        message = "Mật khẩu không được chứa mã người dùng. Hãy chọn mật khẩu khác."
    elif is_common(plain):
        message = "Mật khẩu này ai cũng đoán được đầu tiên. Hãy dùng vài từ không liên quan ghép lại."
    else:
        return
    raise UsageError(message)


def hash_password(password: str) -> str:
    """The argon2id hash of a password, with its salt and parameters."""
    return _HASHER.hash(_plain(password))


def verify_password(password_hash: str, password: str) -> Verified:
    """Whether this is the password of that hash. What is no hash of ours fits no password."""
    try:
        _HASHER.verify(password_hash, _plain(password))
    except (VerificationError, InvalidHashError):
        return Verified(is_right=False)
    return Verified(is_right=True, needs_rehash=_HASHER.check_needs_rehash(password_hash))


def new_secret() -> str:
    """A random secret for a session or a token, 256 bits, made of letters, digits, `-` and `_`."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def secret_hash(secret: str) -> str:
    """The form in which a random secret is kept. It cannot be guessed, so a fast hash will do."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _plain(password: str) -> str:
    """One form of what is typed: keyboards write `ế` in two ways (NIST SP 800-63B asks for NFKC or NFKD)."""
    return unicodedata.normalize("NFKC", password)
