"""The first administrator: as long as nobody can manage accounts, a start makes codes by which one of them begins.

A code is for a person who is technical administrator (quản trị kỹ thuật) in the organisation, is kept as a hash alone,
and is told to the operator's console. They choose a password with it as with any other code; the first use ends all.
"""

import getpass
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pipeline.catalogue.account_tables import FIRST_START
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.reset_codes import new_reset_code
from pipeline.clock import HOME_ZONE, today
from pipeline.duties import duties_for
from pipeline.model import present_parents
from pipeline.passwords import secret_hash
from pipeline.second_factor import new_code, plain_code
from search_api.services import Services

LASTING = timedelta(hours=24)
"""How long a code is good; each start makes a new one."""

_NOBODY = (
    "Chưa có ai quản lý được tài khoản, và tổ chức chưa có ai giữ vai trò quản trị kỹ thuật."
    " Hãy nạp tổ chức có vai trò đó bằng «vankho org import TỆP», rồi khởi động lại dịch vụ."
)
_HOW = (
    "Chưa có ai quản lý được tài khoản. Một trong những người sau đặt mật khẩu của mình bằng mã dùng một lần"
    " (POST /api/v1/passwords với person, code, password) trước {until:%H:%M %d/%m/%Y}:"
)


def first_codes(of: Services) -> Iterator[str]:
    """Make a code for each who may become the first administrator; what the console is told, nothing if there is one.

    Those who sign in with an identity provider need no account, so where there is one no code is made.
    """
    if of.settings.oidc.issuer is not None:
        return
    administrators = _administrators(of)
    if administrators & of.catalogue.accounts.people_with_accounts():
        return
    if not administrators:
        yield _NOBODY
        return
    until = datetime.now(UTC) + LASTING
    yield _HOW.format(until=until.astimezone(HOME_ZONE))
    for person in sorted(administrators):
        code = new_code()
        made = new_reset_code(person, FIRST_START, expires_at=until, needs_approval=False, drops_second_factor=False)
        of.catalogue.reset_codes.add(made, secret_hash(plain_code(code)))
        of.catalogue.audit.record(
            AuditEvent(f"os:{_system_user()}", "create-reset-code", person, Outcome.ALLOWED, FIRST_START)
        )
        yield f"  {person}: {code}"


def _administrators(of: Services) -> frozenset[str]:
    """Who manages accounts today, with an account or without."""
    organisation, day = of.catalogue.organisation.whole(), today()
    parents = present_parents(organisation.units, day)
    return frozenset(
        person.id
        for person in organisation.people
        if duties_for(person.id, person.memberships, parents=parents, today=day).administers
    )


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
