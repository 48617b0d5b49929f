"""Signing in and out, and the sessions and tokens of whoever is signed in."""

from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from pipeline.catalogue.accounts import Credential
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.clock import today
from pipeline.errors import NotFoundError, TooManyAttemptsError
from pipeline.passwords import MAX_LENGTH, hash_password, require_good_password
from search_api.auth import (
    CurrentReader,
    SignedIn,
    address_of,
    begin_session,
    forget_session,
    origin_of,
    record_refused,
    require_own_pages,
    require_session,
)
from search_api.password_check import Attempt
from search_api.responses import MeAnswer, RoleAnswer, SessionAnswer, errors
from search_api.services import Services, ServicesOf
from search_api.unknown import UNKNOWN

open_router = APIRouter(tags=["sign-in"])
"""The one way in: the only route beside health that asks for nobody."""

router = APIRouter(tags=["sign-in"])


Password = Annotated[SecretStr, Field(min_length=1, max_length=4 * MAX_LENGTH)]


class SignInRequest(BaseModel):
    """A person's id and password."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Annotated[str, Field(min_length=1, max_length=64)]
    password: Password
    code: Annotated[
        str | None, Field(max_length=100, description="Mã xác thực hai bước, hoặc một mã dự phòng, nếu tài khoản có")
    ] = None


class PasswordRequest(BaseModel):
    """One's password of now, and the one that is to take its place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    current: Password
    new: Password


@open_router.post(
    "/sessions", status_code=201, summary="Đăng nhập", responses=errors(400, 401, 403, 413, 422, 429, 503)
)
async def sign_in(asked: SignInRequest, request: Request, response: Response, of: ServicesOf) -> SessionAnswer:
    """Begin a session, kept in a cookie. After several failures in a row the account waits, longer each time."""
    await to_thread.run_sync(partial(require_own_pages, request, of, actor=UNKNOWN))
    person = asked.person.strip().lower()

    def refused() -> None:
        record_refused(of, request, _account_name(person, of), "sign-in")

    def begun() -> Credential:
        credential = begin_session(person, request, response, of)
        of.catalogue.audit.record(AuditEvent(person, "sign-in", None, Outcome.ALLOWED, origin_of(request)))
        return credential

    attempt = Attempt(person, asked.password.get_secret_value(), address_of(request), asked.code)
    try:
        await of.passwords.check(attempt, refused=refused)
    except TooManyAttemptsError:
        await to_thread.run_sync(of.unknown.note, "sign-in", origin_of(request))
        raise
    return session_answer(await to_thread.run_sync(begun), is_current=True)


@router.delete("/sessions/current", status_code=204, summary="Đăng xuất", responses=errors(401, 403, 503))
def sign_out(who: CurrentReader, response: Response, of: ServicesOf) -> None:
    """End the session or token that this request came with."""
    _end(who, who.credential.id, "sign-out", of)
    forget_session(response, of)


@router.get("/sessions", summary="Các phiên của tôi", responses=errors(401, 503))
def sessions(who: CurrentReader, of: ServicesOf) -> list[SessionAnswer]:
    """One's own sessions and tokens that hold now, newest first."""
    own = of.catalogue.accounts.credentials(who.reader.id)
    return [session_answer(credential, is_current=credential.id == who.credential.id) for credential in own]


@router.delete(
    "/sessions/{session_id}", status_code=204, summary="Kết thúc một phiên", responses=errors(401, 403, 404, 422, 503)
)
def endsession_answer(session_id: str, who: CurrentReader, of: ServicesOf) -> None:
    """End one of one's own sessions or tokens; somebody else's is as if it were not there."""
    _end(who, session_id, "end-session", of)


@router.get("/me", summary="Tôi là ai", responses=errors(401, 503))
def me(who: CurrentReader, of: ServicesOf) -> MeAnswer:
    """The person signed in and the roles that hold today."""
    person = of.catalogue.organisation.person(who.reader.id)
    names, day = of.catalogue.documents.unit_names(), today()
    roles = [
        RoleAnswer(role=held.role, unit=held.unit, unit_name=names[held.unit])
        for held in person.memberships
        if held.holds_on(day)
    ]
    return MeAnswer(person=person.id, name=person.name, roles=roles)


@router.put(
    "/me/password",
    status_code=204,
    summary="Đổi mật khẩu của tôi",
    responses=errors(400, 401, 403, 413, 422, 429, 503),
)
async def change_password(
    asked: PasswordRequest, who: CurrentReader, request: Request, response: Response, of: ServicesOf
) -> None:
    """Change one's own password. All one's other sessions, and tokens, end; this browser gets a new session."""
    require_session(who)
    person = who.reader.id

    def refused() -> None:
        of.catalogue.audit.record(AuditEvent(person, "change-password", person, Outcome.REFUSED, who.origin))

    def changed() -> None:
        new = asked.new.get_secret_value()
        require_good_password(new, person=person)
        of.catalogue.accounts.set_password(person, hash_password(new))
        of.catalogue.audit.record(AuditEvent(person, "change-password", person, Outcome.ALLOWED, who.origin))
        begin_session(person, request, response, of)

    attempt = Attempt(person, asked.current.get_secret_value(), address_of(request), is_signed_in=True)
    await of.passwords.check(attempt, refused=refused)
    await to_thread.run_sync(changed)


def _end(who: SignedIn, credential_id: str, action: str, of: Services) -> None:
    """End one's own session or token. Raises `NotFoundError` where there is none."""
    is_ended = "\x00" not in credential_id and of.catalogue.accounts.end_credential(who.reader.id, credential_id)
    outcome = Outcome.ALLOWED if is_ended else Outcome.REFUSED
    of.catalogue.audit.record(AuditEvent(who.reader.id, action, None, outcome, who.origin))
    if not is_ended:
        message = "Không có phiên này, hoặc phiên đã kết thúc."
        raise NotFoundError(message)


def _account_name(person: str, of: Services) -> str:
    """The person, if they have an account: anything else that was typed may be a password in the wrong place."""
    account = of.passwords.account(person)
    return account.person if account else UNKNOWN


def session_answer(credential: Credential, *, is_current: bool) -> SessionAnswer:
    """A session or token as it is told."""
    return SessionAnswer(
        id=credential.id,
        kind=credential.kind,
        name=credential.name,
        created_at=credential.created_at,
        expires_at=credential.expires_at,
        is_current=is_current,
        scopes=None if credential.scopes is None else sorted(credential.scopes),
    )
