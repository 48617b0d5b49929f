"""The second factor: codes that change every half minute (TOTP, RFC 6238), and codes on paper for a lost telephone.

The secret is kept sealed with a key of the installation, beside its data folder's other keys: a stolen copy of the
database alone makes no codes. Leaves keeping to `pipeline.catalogue.second_factors`.
"""

import secrets
from datetime import datetime, timedelta
from pathlib import Path

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from pipeline.errors import UnavailableError
from pipeline.storage.keyfile import key_in

KEY = Path("keys") / "second-factor.key"
"""The key's file in the data folder."""

STEP_SECONDS = 30
_DRIFT = 1
"""Steps that a telephone's clock may be ahead or behind."""
_ISSUER = "Văn Kho"
_CODES = 10
_CODE_BYTES = 10
"""80 random bits: a recovery code cannot be guessed, so a fast hash of it will do."""


class Seal:
    """Seals secrets with the installation's key."""

    def __init__(self, home: Path) -> None:
        """With the key of this data folder, made when first used."""
        self._file = home / KEY

    def seal(self, secret: str) -> str:
        """The form in which a secret is kept."""
        return self._fernet().encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """The secret.

        Raises:
            UnavailableError: it was sealed with another key.
        """
        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            message = f"Khóa {KEY} không phải khóa đã dùng khi bật xác thực hai bước. Hãy lấy lại từ bản sao lưu."
            raise UnavailableError(message) from error

    def _fernet(self) -> Fernet:
        return Fernet(key_in(self._file, Fernet.generate_key))


def new_secret() -> str:
    """A new shared secret, as authenticator programs take it."""
    return pyotp.random_base32()


def address_of(secret: str, person: str) -> str:
    """The `otpauth:` address by which an authenticator program takes the secret, as a picture or by hand."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=_ISSUER)


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that the code belongs to, if it is one that holds now, allowing for a clock that is off."""
    totp, plain = pyotp.TOTP(secret, interval=STEP_SECONDS), "".join(code.split())
    if not (plain.isascii() and plain.isdecimal()):
        return None
    for drift in range(-_DRIFT, _DRIFT + 1):
        moment = now + timedelta(seconds=drift * STEP_SECONDS)
        if pyotp.utils.strings_equal(totp.at(moment), plain):
            return int(moment.timestamp()) // STEP_SECONDS
    return None


def new_recovery_codes() -> list[str]:
    """Codes for paper, each good once."""
    return [new_code() for _ in range(_CODES)]


def new_code() -> str:
    """A random code that people can copy by hand: groups of letters and digits."""
    text = secrets.token_hex(_CODE_BYTES)
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def plain_code(code: str) -> str:
    """A code as it is hashed, however it was typed."""
    return "".join(letter for letter in code.lower() if letter.isalnum())
