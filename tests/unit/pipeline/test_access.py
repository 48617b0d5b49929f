"""The one rule of who may read, in its tokens. Against the plain rule on random archives: `tests/properties`."""

from datetime import date

import pytest

from pipeline.access import (
    EVERYONE,
    Grant,
    Reader,
    Role,
    document_tokens,
    lineage,
    may_publish,
    may_read,
    reader_for,
)
from pipeline.model import Membership

TODAY = date(2026, 11, 24)
PARENTS = {"dang-uy": None, "chi-bo": "dang-uy", "to": "chi-bo"}


def reader(*roles: Membership) -> Reader:
    return reader_for("an", roles, parents=PARENTS, today=TODAY)


@pytest.mark.parametrize(
    "text",
    ["everyone", "unit:chi-bo-01", "under:dang-uy", "role:van_thu@dang-uy", "person:nguyen.van-a_1"],
)
def test_grants_in_their_five_forms(text: str) -> None:
    assert Grant(text).token == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "all",
        "Everyone",
        "everyone ",
        "everyone\n",
        "unit:",
        "unit:*",
        "unit:Chi-Bo",
        "unit:a b",
        "under:",
        "role:van_thu",
        "role:vua@dang-uy",
        "role:@dang-uy",
        "person:",
        "group:a",
        "unit:a,unit:b",
    ],
)
def test_what_is_no_grant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a grant|not a valid Role"):
        Grant(text)


def test_what_a_grant_names() -> None:
    names = [(Grant(t).unit, Grant(t).person) for t in ("everyone", "unit:a", "under:b", "role:cap_uy@c", "person:d")]
    assert names == [(None, None), ("a", None), ("b", None), ("c", None), (None, "d")]


def test_a_member_holds_the_tokens_of_all_that_is_above() -> None:
    assert reader(Membership("dang_vien", "to")).tokens == {
        EVERYONE,
        "person:an",
        "unit:to",
        "role:dang_vien@to",
        "under:to",
        "under:chi-bo",
        "under:dang-uy",
    }


@pytest.mark.parametrize("role", sorted(Role))
def test_the_administrator_and_the_auditor_read_nothing_and_all_others_something(role: Role) -> None:
    reads_nothing = role in {Role.QUAN_TRI_KY_THUAT, Role.KIEM_TOAN}
    assert (reader(Membership(role, "dang-uy")).tokens == frozenset()) is reads_nothing


def test_such_a_role_beside_another_adds_nothing() -> None:
    member = Membership("dang_vien", "chi-bo")
    assert reader(member, Membership("quan_tri_ky_thuat", "dang-uy")) == reader(member)


@pytest.mark.parametrize(
    ("start", "end", "holds"),
    [
        (None, None, True),
        (TODAY, TODAY, True),
        (date(2026, 11, 25), None, False),
        (None, date(2026, 11, 23), False),
        (date(2020, 1, 1), date(2030, 1, 1), True),
    ],
)
def test_roles_hold_on_their_days_only(start: date | None, end: date | None, *, holds: bool) -> None:
    assert bool(reader(Membership("dang_vien", "chi-bo", start, end)).tokens) is holds


def test_nobody_without_a_role_and_nothing_in_a_unit_that_is_gone() -> None:
    assert reader().tokens == frozenset()
    assert reader(Membership("dang_vien", "gone")).tokens == frozenset()


def test_a_circle_of_units_ends() -> None:
    assert lineage("a", {"a": "b", "b": "a"}) == ["a", "b"]
    assert lineage("a", {"a": "a"}) == ["a"]
    assert lineage("a", {"a": "gone"}) == ["a", "gone"]


def test_before_publication_only_the_owners_clerks_read() -> None:
    grants = [Grant("everyone"), Grant("person:an")]
    hidden = document_tokens(owner_unit="chi-bo", is_published=False, grants=grants)
    assert hidden == {"role:van_thu@chi-bo"}
    shown = document_tokens(owner_unit="chi-bo", is_published=True, grants=grants)
    assert shown == {"role:van_thu@chi-bo", "everyone", "person:an"}
    assert document_tokens(owner_unit="chi-bo", is_published=True, grants=[]) == hidden


def test_no_tokens_nothing() -> None:
    for tokens in (frozenset(), frozenset({"everyone"})):
        assert not may_read(Reader("x", frozenset()), tokens)
    assert not may_read(Reader("x", frozenset({"everyone"})), frozenset())
    assert may_read(Reader("x", frozenset({"everyone", "a"})), frozenset({"b", "everyone"}))


@pytest.mark.parametrize(
    ("role", "unit", "may"),
    [
        ("van_thu", "chi-bo", True),
        ("chanh_van_phong", "chi-bo", True),
        ("cap_uy", "chi-bo", True),
        ("dang_vien", "chi-bo", False),
        ("van_thu", "dang-uy", False),  # above is not the unit itself
        ("quan_tri_ky_thuat", "chi-bo", False),
    ],
)
def test_who_publishes(role: str, unit: str, *, may: bool) -> None:
    assert may_publish(reader(Membership(role, unit)), "chi-bo") is may
