"""Duties: what is not about documents goes with its own roles, downwards, today, and never with reading."""

from datetime import date

import pytest

from pipeline.access import Role, reader_for
from pipeline.duties import Duties, duties_for
from pipeline.model import Membership

PARENTS = {"tinh": None, "dang-uy": "tinh", "chi-bo-1": "dang-uy", "chi-bo-2": "dang-uy"}
TODAY = date(2026, 11, 24)
BELOW = frozenset({"dang-uy", "chi-bo-1", "chi-bo-2"})


def duties(*roles: Membership) -> Duties:
    return duties_for("an", roles, parents=PARENTS, today=TODAY)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_has_its_own_duties_and_no_other(role: Role) -> None:
    held = duties(Membership(role, "dang-uy"))
    assert held.administers == (BELOW if role is Role.QUAN_TRI_KY_THUAT else frozenset())
    assert held.keeps == (BELOW if role is Role.CHANH_VAN_PHONG else frozenset())
    assert not held.audits  # its unit is not at the top
    assert duties(Membership(role, "tinh")).audits == (role is Role.KIEM_TOAN)


@pytest.mark.parametrize("role", [Role.QUAN_TRI_KY_THUAT, Role.KIEM_TOAN])
def test_who_has_only_such_duties_reads_nothing(role: Role) -> None:
    assert not reader_for("an", [Membership(role, "tinh")], parents=PARENTS, today=TODAY).tokens


@pytest.mark.parametrize("role", [Role.QUAN_TRI_KY_THUAT, Role.CHANH_VAN_PHONG, Role.KIEM_TOAN])
def test_only_what_holds_today_in_a_unit_of_today_counts(role: Role) -> None:
    over, to_come = Membership(role, "tinh", valid_to=date(2026, 11, 23)), Membership(role, "tinh", date(2026, 11, 25))
    assert duties(over, to_come, Membership(role, "giai-the")) == Duties("an")
