"""Signing in with a password: whoever fails learns nothing from the answer, and soon has to wait.

An unknown person, one without an account, a wrong password and a locked account are answered alike, after the same
work and at a full step of time, so that neither a lookup nor a write more can be measured. Who waits, for a place or
for the step, holds no thread: searches go on, and nobody keeps others from signing in.
Leaves rules and hashes to `pipeline.passwords`, and sessions to `search_api.auth`.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cached_property
from threading import Lock

import anyio
from anyio import to_thread

from pipeline.catalogue import Catalogue
from pipeline.catalogue.accounts import Account
from pipeline.errors import NotSignedInError, SecondFactorNeededError
from pipeline.passwords import hash_password, new_secret, require_good_password, secret_hash, verify_password
from pipeline.second_factor import plain_code
from search_api.addresses import FailingAddresses
from search_api.code_check import CodeCheck
from search_api.turns import Capacity, Turns

FREE_FAILURES = 4
"""So many failures in a row may be slips; with the next the account is locked."""
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
"""Each further failure doubles the lock, up to this."""

STEP = 0.5
"""A refusal is answered at a whole multiple of so many seconds after the attempt came in."""

REFUSED = (
    "Tên hoặc mật khẩu không đúng, hoặc tài khoản đang tạm khóa vì nhập sai nhiều lần."
    " Hãy kiểm tra rồi thử lại sau ít phút; nếu quên mật khẩu, hãy báo người quản trị."
)

CODE_NEEDED = "Tài khoản này dùng xác thực hai bước. Hãy nhập mã trên điện thoại, hoặc một mã dự phòng."

CODE_REFUSED = "Mã không đúng, đã dùng, hết hạn, hoặc chưa được người thứ hai đồng ý. Hãy hỏi người quản trị."

_PLACES = Capacity(at_once=2, each=20, together=200)
"""Each hash takes 64 MiB and a processor, so two at a time. Those who wait do so address by address."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the check sees it."""

    elapsed: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody saying that they are this person. `address` is where it comes from (`addresses.network_of`)."""

    person: str
    password: str
    address: str
    code: str | None = None
    """The second factor's code, where it was given."""
    is_signed_in: bool = False
    """Whether it is the person's own session that asks: the second factor was given when it began."""


@dataclass(frozen=True, slots=True)
class ResetAttempt:
    """Somebody with a code that was handed to this person, and the password that they choose."""

    person: str
    code: str
    password: str
    address: str


class _Verdict(Enum):
    RIGHT = 1
    WRONG = 2
    CODE_MISSING = 3


class PasswordCheck:
    """Checks passwords against the catalogue's accounts."""

    def __init__(
        self, facts: Catalogue, addresses: FailingAddresses, codes: CodeCheck, clock: Clock | None = None
    ) -> None:
        """With the accounts of this catalogue."""
        self._accounts = facts.accounts
        self._resets = facts.reset_codes
        self._codes = codes
        self._addresses = addresses
        self._clock = clock or Clock()
        self._turns = Turns(_PLACES)
        self._counting = Lock()

    async def check(self, attempt: Attempt, *, refused: Callable[[], None]) -> None:
        """Return where this is the person's password now; it then counts no failures.

        `refused` is called in a thread for each attempt that failed, before it is answered.

        Raises:
            NotSignedInError: it is not, in words that are the same whatever the reason.
            SecondFactorNeededError: it is, and the code of the second factor is still needed.
            TooManyAttemptsError: too many attempts from this address have failed.
            UnavailableError: too many people are signing in at this moment.
        """
        self._addresses.require_heard(attempt.address)
        async with self._turns.turn(attempt.address):
            self._addresses.require_heard(attempt.address)  # others of it may have failed while this one waited
            began = self._clock.elapsed()
            verdict = await to_thread.run_sync(self._verdict, attempt)
            if verdict is _Verdict.WRONG:
                self._addresses.note(attempt.address)
        if verdict is _Verdict.CODE_MISSING:
            raise SecondFactorNeededError(CODE_NEEDED)
        if verdict is _Verdict.WRONG:
            await to_thread.run_sync(refused)
            await self._clock.sleep(to_full_step(self._clock.elapsed() - began))
            raise NotSignedInError(REFUSED)

    async def reset(self, attempt: ResetAttempt, *, refused: Callable[[], None]) -> None:
        """Set the person's password by a code that is good for it. Attempts are limited as those to sign in are.

        Raises:
            UsageError: the new password will not do.
            NotSignedInError: the code is not good for this person now.
            TooManyAttemptsError, UnavailableError: as in signing in.
        """
        self._addresses.require_heard(attempt.address)
        require_good_password(attempt.password, person=attempt.person)
        async with self._turns.turn(attempt.address):
            began = self._clock.elapsed()
            is_set = await to_thread.run_sync(self._is_reset, attempt)
            if not is_set:
                self._addresses.note(attempt.address)
        if not is_set:
            await to_thread.run_sync(refused)
            await self._clock.sleep(to_full_step(self._clock.elapsed() - began))
            raise NotSignedInError(CODE_REFUSED)

    def _is_reset(self, attempt: ResetAttempt) -> bool:
        hashed = hash_password(attempt.password)
        if not (attempt.person.isascii() and attempt.person.isprintable()):
            return False
        return self._resets.use(attempt.person, secret_hash(plain_code(attempt.code)), hashed)

    def now(self) -> datetime:
        """What time it is."""
        return self._clock.now()

    def account(self, person: str) -> Account | None:
        """The person's account, if they have one. What cannot be an id is not asked for."""
        return self._accounts.account(person) if person.isascii() and person.isprintable() else None

    @cached_property
    def _decoy(self) -> str:
        """The hash that is checked where there is no account: nobody knows its password."""
        return hash_password(new_secret())

    def _verdict(self, attempt: Attempt) -> _Verdict:
        person, password = attempt.person, attempt.password
        decoy = self._decoy  # made by the first attempt, whosever that is
        account = self._begin_attempt(person)
        verified = verify_password(account.password_hash if account else decoy, password)
        if account is None or not verified.is_right:
            return _Verdict.WRONG
        if not attempt.is_signed_in and self._codes.are_asked_of(person):
            if attempt.code is None:  # the attempt is still under way and has not failed
                self._accounts.record_attempt(person, failures=account.failures, locked_until=None)
                return _Verdict.CODE_MISSING
            if not self._codes.take(person, attempt.code, self.now()):
                return _Verdict.WRONG
        self._accounts.record_attempt(person, failures=0, locked_until=None)
        if verified.needs_rehash:
            self._accounts.refresh_hash(person, hash_password(password))
        return _Verdict.RIGHT

    def _begin_attempt(self, person: str) -> Account | None:
        """The account, unless it is locked. Its attempt counts as failed until it succeeds: no race can hide one."""
        with self._counting:
            account, now = self.account(person), self.now()
            is_locked = account is not None and account.locked_until is not None and account.locked_until > now
            if account is None or is_locked:
                return None
            failures = account.failures + 1
            self._accounts.record_attempt(person, failures=failures, locked_until=lock_end(failures, now))
            return account


def to_full_step(elapsed: float) -> float:
    """How long to wait from `elapsed` to the next multiple of `STEP`, in seconds."""
    return -elapsed % STEP


def lock_end(failures: int, now: datetime) -> datetime | None:
    """Until when an account with so many failures in a row is locked, if it is."""
    beyond = failures - FREE_FAILURES - 1
    if beyond < 0:
        return None
    most_doublings = (LONGEST_LOCK // FIRST_LOCK).bit_length()
    return now + min(FIRST_LOCK * (1 << min(beyond, most_doublings)), LONGEST_LOCK)
