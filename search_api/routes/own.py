"""What somebody settles about their own account: second factor and tokens of programs. Only in a browser's session."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pipeline.catalogue.accounts import CredentialKind, Scope
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.errors import UsageError
from pipeline.passwords import new_secret as new_token
from pipeline.passwords import secret_hash
from pipeline.second_factor import address_of as otp_address
from pipeline.second_factor import matching_step, new_recovery_codes, new_secret, plain_code
from search_api.auth import CurrentReader, SignedIn, address_of, require_session
from search_api.password_check import Attempt
from search_api.responses import (
    FactorAnswer,
    FactorStateAnswer,
    RecoveryCodesAnswer,
    TokenAnswer,
    errors,
)
from search_api.routes.sign_in import Password
from search_api.services import Services, ServicesOf

router = APIRouter(prefix="/me", tags=["sign-in"])

Code = Annotated[str, Field(min_length=1, max_length=100, description="Mã trên điện thoại, hoặc một mã dự phòng")]


class PasswordProof(BaseModel):
    """One's password, once more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    password: Password


class CodeProof(BaseModel):
    """A code of the second factor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Code


class FullProof(PasswordProof, CodeProof):
    """Password and code."""


class TokenRequest(BaseModel):
    """Which program the token is for, for how long, and what it may be used for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    days: Annotated[int, Field(ge=1, le=3_650)] = 90
    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = frozenset({Scope.READ})


@router.get("/second-factor", summary="Xác thực hai bước của tôi", responses=errors(401, 403, 503))
def second_factor(who: CurrentReader, of: ServicesOf) -> FactorStateAnswer:
    """Whether one is asked for a code, and how many recovery codes are left."""
    require_session(who)
    factor = of.catalogue.second_factors.factor(who.reader.id)
    is_on = factor is not None and factor.is_confirmed
    return FactorStateAnswer(
        is_on=is_on, recovery_codes_left=of.catalogue.second_factors.recovery_codes_left(who.reader.id)
    )


@router.post(
    "/second-factor",
    status_code=201,
    summary="Bắt đầu bật xác thực hai bước",
    responses=errors(400, 401, 403, 413, 422, 429, 503),
)
async def begin_second_factor(
    asked: PasswordProof, who: CurrentReader, request: Request, of: ServicesOf
) -> FactorAnswer:
    """A secret for an authenticator program, shown this once. It asks for nothing until it is confirmed."""
    await _require_password(asked, None, who, request, of, "begin-second-factor")

    def begun() -> FactorAnswer:
        secret = new_secret()
        if not of.catalogue.second_factors.begin(who.reader.id, of.seal.seal(secret)):
            message = "Xác thực hai bước đã bật. Hãy tắt trước khi đổi sang điện thoại khác."
            raise UsageError(message)
        _record(who, "begin-second-factor", Outcome.ALLOWED, of)
        return FactorAnswer(secret=secret, address=otp_address(secret, who.reader.id))

    return await to_thread.run_sync(begun)


@router.post(
    "/second-factor/confirm", summary="Xác nhận xác thực hai bước", responses=errors(400, 401, 403, 413, 422, 503)
)
def confirm_second_factor(asked: CodeProof, who: CurrentReader, of: ServicesOf) -> RecoveryCodesAnswer:
    """Show that the authenticator has the secret; from now on it is asked for. The recovery codes are shown once."""
    require_session(who)
    person, factors = who.reader.id, of.catalogue.second_factors
    factor = factors.factor(person)
    step = matching_step(of.seal.open(factor.secret), asked.code, of.passwords.now()) if factor else None
    codes = new_recovery_codes()
    hashes = [secret_hash(plain_code(code)) for code in codes]
    if step is None or not factors.confirm(person, step, hashes):
        _record(who, "confirm-second-factor", Outcome.REFUSED, of)
        message = "Mã không đúng. Hãy kiểm tra giờ trên điện thoại rồi nhập mã đang hiện."
        raise UsageError(message)
    _record(who, "confirm-second-factor", Outcome.ALLOWED, of)
    return RecoveryCodesAnswer(recovery_codes=codes)


@router.post(
    "/second-factor/remove",
    status_code=204,
    summary="Tắt xác thực hai bước",
    responses=errors(400, 401, 403, 413, 422, 429, 503),
)
async def remove_second_factor(asked: FullProof, who: CurrentReader, request: Request, of: ServicesOf) -> None:
    """Be asked for no code any more; takes the password and a code."""
    await _require_password(asked, asked.code, who, request, of, "remove-second-factor")

    def removed() -> None:
        of.catalogue.second_factors.drop(who.reader.id)
        _record(who, "remove-second-factor", Outcome.ALLOWED, of)

    await to_thread.run_sync(removed)


@router.post(
    "/tokens", status_code=201, summary="Cấp mã cho một chương trình", responses=errors(400, 401, 403, 413, 422, 503)
)
def make_token(asked: TokenRequest, who: CurrentReader, of: ServicesOf) -> TokenAnswer:
    """A token by which a program asks as oneself, and for nothing beyond its scopes. It is shown this once."""
    require_session(who)
    secret = new_token()
    made = of.catalogue.accounts.add_credential(
        who.reader.id,
        secret_hash=secret_hash(secret),
        kind=CredentialKind.TOKEN,
        name=asked.name,
        expires_at=datetime.now(UTC) + timedelta(days=asked.days),
        scopes=asked.scopes,
    )
    _record(who, "create-token", Outcome.ALLOWED, of)
    return TokenAnswer(id=made.id, token=secret, expires_at=made.expires_at, scopes=sorted(asked.scopes))


async def _require_password(
    asked: PasswordProof, code: str | None, who: SignedIn, request: Request, of: Services, action: str
) -> None:
    """Refuse whoever sits at another's open browser; what fails counts like a failed sign-in."""
    require_session(who)
    attempt = Attempt(
        who.reader.id, asked.password.get_secret_value(), address_of(request), code, is_signed_in=code is None
    )
    await of.passwords.check(attempt, refused=lambda: _record(who, action, Outcome.REFUSED, of))


def _record(who: SignedIn, action: str, outcome: Outcome, of: Services) -> None:
    of.catalogue.audit.record(AuditEvent(who.reader.id, action, who.reader.id, outcome, who.origin))
