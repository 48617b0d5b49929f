"""`vankho account`: how people and programs sign in. There is no account, and no password, until one is made here.

A password is typed twice at a terminal, or is the first line of standard input; it is never an argument, which other
users of the machine could read. Where the command line may not act for others, what lets somebody be a person who has
an account needs that person's password. Leaves what a password must be to `pipeline.passwords`.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from getpass import getpass
from typing import Annotated

import typer

from flows.console import catalogue, command_app, origin, print_json, settings, system_user
from pipeline.catalogue import Catalogue
from pipeline.catalogue.accounts import Account, Credential, CredentialKind, Scope
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.clock import HOME_ZONE
from pipeline.errors import NotAllowedError, NotFoundError, UsageError
from pipeline.passwords import hash_password, new_secret, require_good_password, secret_hash, verify_password

app = command_app("Tài khoản: cách một người hoặc một chương trình đăng nhập.")

_LONGEST_NAME = 200

PersonArgument = Annotated[str, typer.Argument(help="Mã người trong tệp tổ chức", metavar="NGƯỜI")]
JSONOption = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON")]


@app.command()
def create(person: PersonArgument, as_json: JSONOption = False) -> None:
    """Cấp tài khoản với mật khẩu vừa gõ. Đã có tài khoản thì không đổi gì."""
    with catalogue(settings()) as facts:
        facts.organisation.person(person)
        if facts.accounts.account(person) is not None:
            message = f"«{person}» đã có tài khoản. Để đổi mật khẩu: vankho account password {person}"
            raise UsageError(message)
        _set_password(person, "create-account", facts)
    _say(f"Đã cấp tài khoản cho «{person}».", {"person": person}, as_json=as_json)


@app.command()
def password(person: PersonArgument, as_json: JSONOption = False) -> None:
    """Đổi mật khẩu, mở khóa tài khoản, và kết thúc mọi phiên và mã của người đó."""
    of = settings()
    with catalogue(of) as facts:
        facts.organisation.person(person)
        account = _account(person, facts)
        if not of.cli.impersonation:
            _require_password(account, "set-password", facts)
        _set_password(person, "set-password", facts)
    _say(f"Đã đổi mật khẩu của «{person}»; mọi phiên đã kết thúc.", {"person": person}, as_json=as_json)


@app.command()
def token(
    person: PersonArgument,
    name: Annotated[str, typer.Option(help="Chương trình nào dùng mã này")],
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Mã có hạn bao nhiêu ngày")] = 90,
    scope: Annotated[list[Scope] | None, typer.Option(help="Dùng được cho việc gì; có thể nêu nhiều lần")] = None,
    as_json: JSONOption = False,
) -> None:
    """Cấp mã truy cập cho một chương trình làm thay người đó, mặc định chỉ đọc. Mã chỉ hiện một lần."""
    secret, expires = new_secret(), datetime.now(UTC) + timedelta(days=days)
    scopes = frozenset(scope or [Scope.READ])
    of = settings()
    with catalogue(of) as facts:
        facts.organisation.person(person)
        if not of.cli.impersonation:
            _require_password(_account(person, facts), "create-token", facts)
        facts.accounts.add_credential(
            person,
            secret_hash=secret_hash(secret),
            kind=CredentialKind.TOKEN,
            name=name[:_LONGEST_NAME],
            expires_at=expires,
            scopes=scopes,
        )
        _record(person, "create-token", facts)
    told = {
        "person": person,
        "name": name,
        "token": secret,
        "expires_at": expires.isoformat(timespec="seconds"),
        "scopes": sorted(scopes),
    }
    _say(f"{secret}\nMã này chỉ hiện một lần; có hạn tới {expires:%d/%m/%Y}.", told, as_json=as_json)


@app.command()
def sessions(person: PersonArgument, as_json: JSONOption = False) -> None:
    """Xem các phiên và mã còn hạn của một người."""
    with catalogue(settings()) as facts:
        facts.organisation.person(person)
        found = facts.accounts.credentials(person)
    if as_json:
        print_json({"person": person, "sessions": [_told(credential) for credential in found]})
    else:
        print("\n".join(map(_line, found)) or f"«{person}» không có phiên hay mã nào còn hạn.")


@app.command()
def end(
    person: PersonArgument,
    session: Annotated[str | None, typer.Option("--id", help="Chỉ phiên hoặc mã này; không nêu là tất cả")] = None,
    as_json: JSONOption = False,
) -> None:
    """Kết thúc các phiên và mã của một người: lần sau họ phải đăng nhập lại."""
    with catalogue(settings()) as facts:
        facts.organisation.person(person)
        chosen = [session] if session else [credential.id for credential in facts.accounts.credentials(person)]
        ended = [one for one in chosen if facts.accounts.end_credential(person, one)]
        _record(person, "end-session", facts, Outcome.ALLOWED if ended or not session else Outcome.REFUSED)
    if session and not ended:
        raise NotFoundError(f"«{person}» không có phiên hay mã nào mang mã «{session}».")
    _say(f"Đã kết thúc {len(ended)} phiên và mã của «{person}».", {"person": person, "ended": ended}, as_json=as_json)


def _told(credential: Credential) -> dict[str, str]:
    return {
        "id": credential.id,
        "kind": credential.kind.value,
        "name": credential.name,
        "created_at": credential.created_at.isoformat(timespec="seconds"),
        "expires_at": credential.expires_at.isoformat(timespec="seconds"),
    }


def _line(credential: Credential) -> str:
    kind = "phiên" if credential.kind is CredentialKind.SESSION else "mã của chương trình"
    until = credential.expires_at.astimezone(HOME_ZONE)
    return f"{credential.id}  {kind} «{credential.name}», có hạn tới {until:%H:%M %d/%m/%Y}"


def _account(person: str, facts: Catalogue) -> Account:
    """The person's account. Raises `UsageError` where there is none."""
    account = facts.accounts.account(person)
    if account is None:
        message = f"«{person}» chưa có tài khoản. Để cấp: vankho account create {person}"
        raise UsageError(message)
    return account


def _require_password(account: Account, action: str, facts: Catalogue) -> None:
    """Ask for the password that the account has now. Raises `NotAllowedError`, which is in the audit."""
    if not verify_password(account.password_hash, _typed(f"Mật khẩu hiện nay của «{account.person}»: ")).is_right:
        _record(account.person, action, facts, Outcome.REFUSED)
        message = (
            "Mật khẩu hiện nay không đúng. Cài đặt này không cho dòng lệnh hành động thay người khác"
            " (cli.impersonation), nên chỉ chính người đó mới làm được việc này."
        )
        raise NotAllowedError(message)


def _set_password(person: str, action: str, facts: Catalogue) -> None:
    chosen = _typed_password()
    require_good_password(chosen, person=person)
    facts.accounts.set_password(person, hash_password(chosen))
    _record(person, action, facts)


def _typed_password() -> str:
    """The new password: asked for twice at a terminal, else the next line of standard input."""
    chosen = _typed("Mật khẩu mới: ")
    if sys.stdin.isatty() and getpass("Gõ lại mật khẩu mới: ") != chosen:
        message = "Hai lần gõ không giống nhau. Hãy chạy lại lệnh."
        raise UsageError(message)
    return chosen


def _typed(question: str) -> str:
    return getpass(question) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _record(person: str, action: str, facts: Catalogue, outcome: Outcome = Outcome.ALLOWED) -> None:
    facts.audit.record(AuditEvent(f"os:{system_user()}", action, person, outcome, origin()))


def _say(text: str, told: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        print(text)
