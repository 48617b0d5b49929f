"""Other people's accounts, for the technical administrator: codes to set a password, sessions. Never a document.

An administrator acts for the people of their unit and of those below. Anybody else, and anybody who is not there, is
the same: not found. A code for a higher role, or one that takes the second factor away, is good for nothing until a
second person approves it: another administrator, or the head of office.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from pipeline.access import Role
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.reset_codes import ResetCode, new_reset_code
from pipeline.clock import today
from pipeline.duties import manages
from pipeline.errors import NotAllowedError, NotFoundError, TooManyAttemptsError
from pipeline.model import Membership, Person
from pipeline.passwords import secret_hash
from pipeline.second_factor import new_code, plain_code
from search_api.auth import address_of, origin_of, record_refused, require_own_pages
from search_api.password_check import ResetAttempt
from search_api.responses import AccountAnswer, ResetCodeAnswer, SessionAnswer, WaitingCodeAnswer, errors
from search_api.routes.sign_in import Password, session_answer
from search_api.services import ServicesOf
from search_api.unknown import UNKNOWN
from search_api.visit import CurrentVisit, Visit

router = APIRouter(tags=["accounts"])
open_router = APIRouter(tags=["sign-in"])

LASTING = timedelta(hours=24)
"""How long a code is good."""

_LOWER_ROLES = frozenset({Role.DANG_VIEN, Role.CHI_UY})
"""Whoever holds none but these reads what members read; a code for anybody else takes two people."""

_NOBODY = "Không có người này trong phạm vi bạn quản lý."


class ResetRequest(BaseModel):
    """What the code is for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drop_second_factor: bool = Field(default=False, description="Bỏ cả xác thực hai bước (mất điện thoại)")


class NewPasswordRequest(BaseModel):
    """A code that was handed over, and the password that the person chooses."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str = Field(min_length=1, max_length=64)
    code: str = Field(min_length=1, max_length=100)
    password: Password


@dataclass(frozen=True, slots=True)
class _Field:
    """Whose accounts somebody manages, and whose codes they may approve."""

    visit: Visit

    def administers(self, person: Person) -> bool:
        """Whether this person's account is theirs to manage. One's own is settled in one's own pages."""
        return manages(self.visit.duties.administers, person.memberships, today=today())

    def approves(self, person: Person, code: ResetCode) -> bool:
        """Whether they may approve a code: not one that they asked for, nor one for themselves."""
        duties = self.visit.duties
        is_other = duties.person not in (code.requested_by, code.person)
        return is_other and manages(duties.administers | duties.keeps, person.memberships, today=today())

    def require_person(self, person_id: str, action: str) -> Person:
        """A person whose account is theirs to manage.

        Raises:
            NotFoundError: there is none, or it is not theirs to manage: the two look the same.
        """
        _require_administrator(self.visit, action)
        found = {person.id: person for person in self.visit.of.catalogue.organisation.people()}.get(person_id)
        if found is None or not self.administers(found):
            self.visit.record(action, person_id if found else None, Outcome.REFUSED)
            raise NotFoundError(_NOBODY)
        return found


@router.get("/accounts", summary="Các tài khoản tôi quản lý", responses=errors(401, 403, 503))
def accounts(visit: CurrentVisit) -> list[AccountAnswer]:
    """Everybody whose account one manages."""
    _require_administrator(visit, "list-accounts")
    facts, field = visit.of.catalogue, _Field(visit)
    there = facts.accounts.people_with_accounts()
    return [
        AccountAnswer(person=person.id, name=person.name, has_account=person.id in there)
        for person in facts.organisation.people()
        if field.administers(person)
    ]


@router.get("/accounts/{person}/sessions", summary="Các phiên của một người", responses=errors(401, 403, 404, 422, 503))
def sessions_of(person: str, visit: CurrentVisit) -> list[SessionAnswer]:
    """Somebody's sessions and tokens that hold now."""
    _Field(visit).require_person(person, "list-sessions")
    return [session_answer(one, is_current=False) for one in visit.of.catalogue.accounts.credentials(person)]


@router.delete(
    "/accounts/{person}/sessions",
    status_code=204,
    summary="Kết thúc mọi phiên của một người",
    responses=errors(401, 403, 404, 422, 503),
)
def end_sessions_of(person: str, visit: CurrentVisit) -> None:
    """End all of somebody's sessions and tokens: a lost telephone, somebody who leaves."""
    _Field(visit).require_person(person, "end-sessions")
    visit.of.catalogue.accounts.end_credentials(person)
    visit.record("end-sessions", person)


@router.post(
    "/accounts/{person}/reset-codes",
    status_code=201,
    summary="Cấp mã đặt lại mật khẩu",
    responses=errors(400, 401, 403, 404, 413, 422, 503),
)
def ask_for_code(person: str, asked: ResetRequest, visit: CurrentVisit) -> ResetCodeAnswer:
    """A code by which the person sets a password once, to be handed over; makes an account where there is none."""
    found = _Field(visit).require_person(person, "create-reset-code")
    roles = {role.role for role in _present_roles(found)}
    code = new_code()
    made = new_reset_code(
        person,
        visit.who.reader.id,
        expires_at=datetime.now(UTC) + LASTING,
        needs_approval=asked.drop_second_factor or not roles <= _LOWER_ROLES,
        drops_second_factor=asked.drop_second_factor,
    )
    visit.of.catalogue.reset_codes.add(made, secret_hash(plain_code(code)))
    visit.record("create-reset-code", person)
    return ResetCodeAnswer(id=made.id, code=code, expires_at=made.expires_at, needs_approval=not made.is_approved)


@router.get("/reset-codes", summary="Các mã chờ người thứ hai đồng ý", responses=errors(401, 503))
def waiting_codes(visit: CurrentVisit) -> list[WaitingCodeAnswer]:
    """Codes that wait for one's approval, without the codes themselves; none for whoever may approve none."""
    return [
        WaitingCodeAnswer(
            id=code.id,
            person=code.person,
            requested_by=code.requested_by,
            expires_at=code.expires_at,
            drops_second_factor=code.drops_second_factor,
        )
        for code in _approvable(visit)
    ]


@router.post(
    "/reset-codes/{code_id}/approve",
    status_code=204,
    summary="Đồng ý cho một mã đặt lại mật khẩu",
    responses=errors(401, 403, 404, 422, 503),
)
def approve_reset_code(code_id: str, visit: CurrentVisit) -> None:
    """As the second person: the code is good from now on."""
    code = next((code for code in _approvable(visit) if code.id == code_id), None)
    is_done = code is not None and visit.of.catalogue.reset_codes.approve(code_id)
    visit.record("approve-reset-code", code.person if code else None, Outcome.ALLOWED if is_done else Outcome.REFUSED)
    if not is_done:
        message = "Không có mã này đang chờ bạn đồng ý."
        raise NotFoundError(message)


@open_router.post(
    "/passwords",
    status_code=204,
    summary="Đặt mật khẩu bằng mã đã nhận",
    responses=errors(400, 401, 403, 413, 422, 429, 503),
)
async def set_password_by_code(asked: NewPasswordRequest, request: Request, of: ServicesOf) -> Response:
    """Choose a password with a code that was handed over. All the person's sessions and tokens end."""
    await to_thread.run_sync(lambda: require_own_pages(request, of, actor=UNKNOWN))
    person = asked.person.strip().lower()
    attempt = ResetAttempt(person, asked.code, asked.password.get_secret_value(), address_of(request))
    try:
        await of.passwords.reset(attempt, refused=lambda: record_refused(of, request, UNKNOWN, "reset-password"))
    except TooManyAttemptsError:
        await to_thread.run_sync(of.unknown.note, "reset-password", origin_of(request))
        raise
    event = AuditEvent(person, "reset-password", person, Outcome.ALLOWED, origin_of(request))
    await to_thread.run_sync(of.catalogue.audit.record, event)
    return Response(status_code=204)


def _present_roles(person: Person) -> list[Membership]:
    day = today()
    return [role for role in person.memberships if role.holds_on(day)]


def _approvable(visit: Visit) -> list[ResetCode]:
    people = {person.id: person for person in visit.of.catalogue.organisation.people()}
    field = _Field(visit)
    return [code for code in visit.of.catalogue.reset_codes.waiting() if field.approves(people[code.person], code)]


def _require_administrator(visit: Visit, action: str) -> None:
    if not visit.duties.administers:
        visit.record(action, None, Outcome.REFUSED)
        message = "Chỉ quản trị kỹ thuật mới quản lý tài khoản của người khác."
        raise NotAllowedError(message)
