"""Every route of the API's own description × every role × what is one's own unit's, another's, and not there.

Who may what is said by the subject of a route, its tag (`DUTIES`): a route is walked by being described, and a subject
of which nothing is said here fails, saying so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

import httpx
import pytest
from fastapi.testclient import TestClient

from pipeline.access import MEMBER_ROLES, PUBLISHING_ROLES, Role
from pipeline.catalogue.accounts import CredentialKind, Scope
from pipeline.catalogue.reset_codes import new_reset_code
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.passwords import new_secret, secret_hash
from tests.api.house import House, Paper, open_house, running
from tests.api.operations import NAMES, Operation, Question, answered, operations

OWN, FOREIGN = "chi-bo-1", "chi-bo-2"
AT_THE_TOP = frozenset({Role.KIEM_TOAN})
"""Roles that count only in the unit at the top."""

EVERYONE = frozenset(Role)
NOBODY_ELSE: frozenset[Role] = frozenset()
"""What is about oneself alone."""


@dataclass(frozen=True, slots=True)
class Duty:
    """Whose it is to look, and to change, what is of their own unit; and to look at what is about no one thing."""

    looks: frozenset[Role]
    changes: frozenset[Role] = NOBODY_ELSE
    lists: frozenset[Role] = EVERYONE


ADMINISTRATORS, HEADS = frozenset({Role.QUAN_TRI_KY_THUAT}), frozenset({Role.CHANH_VAN_PHONG})
DUTIES: Mapping[str, Duty] = {
    "health": Duty(EVERYONE),
    "sign-in": Duty(EVERYONE),
    "search": Duty(EVERYONE),
    "documents": Duty(MEMBER_ROLES, PUBLISHING_ROLES),
    "pages": Duty(MEMBER_ROLES),
    "relations": Duty(MEMBER_ROLES),
    "validity": Duty(MEMBER_ROLES, PUBLISHING_ROLES),
    "grants": Duty(PUBLISHING_ROLES, PUBLISHING_ROLES),
    "access": Duty(PUBLISHING_ROLES),
    "batches": Duty(frozenset({Role.VAN_THU}), PUBLISHING_ROLES),
    "accounts": Duty(ADMINISTRATORS, ADMINISTRATORS, ADMINISTRATORS),
    "organisation": Duty(HEADS, HEADS, HEADS),
    "audit": Duty(AT_THE_TOP, lists=AT_THE_TOP),
}
"""By tag."""

OTHERWISE: Mapping[str, frozenset[Role]] = {
    "GET /missing": PUBLISHING_ROLES,
    "GET /validity/proposals": PUBLISHING_ROLES,
    "GET /people/{person}/access": HEADS,
    "GET /reset-codes": EVERYONE,
    "GET /reset-codes/{code_id}": NOBODY_ELSE,
    "GET /oidc/start": NOBODY_ELSE,
    "GET /oidc/callback": NOBODY_ELSE,
    "POST /jobs/{job_id}/again": frozenset({Role.VAN_THU}),
    "POST /reset-codes/{code_id}/approve": ADMINISTRATORS | HEADS,
}
"""Where a route is not as its subject. There is no identity provider in this installation."""


def allowed(operation: Operation) -> frozenset[Role]:
    """Whose it is."""
    (tag,) = operation.described["tags"]
    assert tag in DUTIES, f"{operation}: say in DUTIES whose it is to look at and to change what is «{tag}»"
    duty = DUTIES[tag]
    looks = duty.looks if operation.unset else duty.lists
    usual = looks if operation.is_safe else duty.changes
    return OTHERWISE.get(str(operation), usual)


@dataclass(frozen=True, slots=True)
class Walk:
    """The installation, with what there is of one's own unit and of another by the names in addresses."""

    house: House
    own: dict[str, str]
    foreign: dict[str, str]

    def client(self, role: Role) -> TestClient:
        """A browser of whoever has this role, and no other."""
        return self.house.browser(self.house.credential(_person(role), CredentialKind.SESSION))

    def questions(self, operation: Operation, things: Mapping[str, str]) -> list[Question]:
        """It, asked of these."""
        return list(operation.questions({name: [thing] for name, thing in things.items()}))

    def state(self) -> list[object]:
        """What only a change changes."""
        facts = self.house.of.catalogue
        papers = facts.documents.documents([*self.house.papers]).values()
        return [
            [paper.version for paper in papers],
            facts.organisation.units(),
            facts.organisation.people(),
            facts.accounts.people_with_accounts(),
            len(facts.reset_codes.waiting()),
            len(facts.jobs.open()),
        ]


def _person(role: Role) -> str:
    return str(role).replace("_", "-")


def _organisation() -> Organisation:
    units = (
        Unit("dang-uy", "Đảng ủy xã Mẫu", "dang_uy"),
        Unit(OWN, "Chi bộ Một", "chi_bo", parent="dang-uy"),
        Unit(FOREIGN, "Chi bộ Hai", "chi_bo", parent="dang-uy"),
    )
    roles = [
        Person(_person(role), str(role), (Membership(role, "dang-uy" if role in AT_THE_TOP else OWN),)) for role in Role
    ]
    every = tuple(chain.from_iterable(person.memberships for person in roles))
    others = [Person(f"o-{unit}", f"Người ở {unit}", (Membership(Role.DANG_VIEN, unit),)) for unit in (OWN, FOREIGN)]
    return Organisation(units, (*roles, *others, Person("moi-vai", "Mọi Vai", every)))


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """Nothing of it is changed by the walk."""
    home = tmp_path_factory.mktemp("walk") / "home"
    with running(open_house(home, organisation=_organisation())) as house:
        yield Walk(house, *(_things(house, unit) for unit in (OWN, FOREIGN)))


def _things(house: House, unit: str) -> dict[str, str]:
    """One of everything, of this unit."""
    facts = house.of.catalogue
    (document,) = house.file(Paper(f"của {unit}", grants=(f"unit:{unit}",), unit=unit), actor="ai-do")
    (batch,) = [batch.id for batch in facts.batches.latest(5) if batch.unit == unit]
    job = house.of.desk.new()
    facts.jobs.add(job, unit=unit, actor="ai-do", spool=house.of.desk.spool.name)
    person = f"o-{unit}"
    house.credential(person, CredentialKind.SESSION)
    (session,) = [one.id for one in facts.accounts.credentials(person)]
    code = new_reset_code(
        person,
        "ai-do",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
        needs_approval=True,
        drops_second_factor=False,
    )
    facts.reset_codes.add(code, secret_hash(new_secret()))
    return {
        **NAMES,
        "document_id": document,
        "unit": unit,
        "person": person,
        "batch_id": batch,
        "job_id": job,
        "session_id": session,
        "code_id": code.id,
    }


def _is_refused(response: httpx.Response) -> bool:
    return response.status_code in {403, 404}


def _is_about_oneself(operation: Operation) -> bool:
    return operation.described["tags"] == ["sign-in"] and not operation.is_safe


@pytest.mark.parametrize("role", Role)
def test_each_role_does_what_is_its_own_and_no_more(walk: Walk, role: Role) -> None:
    client, before = walk.client(role), walk.state()
    for operation in operations(walk.house.app):
        is_theirs = role in allowed(operation)
        if _is_about_oneself(operation) or (is_theirs and not operation.is_safe):
            continue  # a change that may be made: the tests of its subject make it
        for question in walk.questions(operation, walk.own):
            response = question.ask(client)
            assert is_theirs != _is_refused(response), (str(question), response.text)
            assert str(response.status_code) in operation.described["responses"], question
    assert walk.state() == before


@pytest.mark.parametrize("role", Role)
def test_what_is_another_units_is_as_if_it_were_not_there(walk: Walk, role: Role) -> None:
    client, before = walk.client(role), walk.state()
    missing = dict(NAMES)
    for operation in operations(walk.house.app):
        for name in set(operation.unset) - {"number"}:
            things = [{**missing, name: one} for one in (walk.foreign[name], missing[name])]
            for foreign, none in zip(*(walk.questions(operation, of) for of in things), strict=True):
                told = foreign.ask(client)
                assert answered(told) == answered(none.ask(client)), (foreign, told.text)
    assert walk.state() == before


@pytest.mark.parametrize("scope", Scope)
def test_a_programs_token_does_what_it_is_for_and_no_more(walk: Walk, scope: Scope) -> None:
    """Though it is of somebody with every role there is."""
    secret = new_secret()
    walk.house.of.catalogue.accounts.add_credential(
        "moi-vai",
        secret_hash=secret_hash(secret),
        kind=CredentialKind.TOKEN,
        name="máy",
        expires_at=datetime.now(UTC) + timedelta(hours=1),
        scopes=frozenset({scope}),
    )
    client, before = walk.house.client(), walk.state()
    client.headers["Authorization"] = f"Bearer {secret}"
    for operation in operations(walk.house.app):
        (tag,) = operation.described["tags"]
        if tag in {"health", "sign-in"}:
            continue
        usual = Scope.READ if operation.is_safe else Scope.WRITE
        needed = {"accounts": Scope.MANAGE, "organisation": Scope.MANAGE, "audit": Scope.AUDIT}.get(tag, usual)
        for question in walk.questions(operation, walk.own):
            if scope != needed:
                response = question.ask(client)
                assert response.status_code == 403, question
                assert f"«{needed}»" in response.json()["error"]["message"], question
            elif operation.is_safe:
                assert not _is_refused(question.ask(client)), question
    assert walk.state() == before


def test_without_a_session_or_token_nothing_is_told(walk: Walk) -> None:
    """But health, and what one signs in with, which says of nobody whether they are there."""
    client, before = walk.house.client(), walk.state()
    for operation in operations(walk.house.app):
        for question in walk.questions(operation, walk.own):
            response = question.ask(client)
            is_open = not operation.described.get("security")
            assert is_open or response.status_code == 401, question
            assert not is_open or operation.described["tags"][0] in {"health", "sign-in"}, question
    assert walk.state() == before
