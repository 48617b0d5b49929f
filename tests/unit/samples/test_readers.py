"""Who may read what, by the rule written out for the samples."""

import pytest

from samples.generator import Organisation
from samples.generator.organisation import Person

ORGANISATION = Organisation(
    parents={"dang-uy": None, "chi-bo-01": "dang-uy", "chi-bo-02": "dang-uy"},
    people=(
        Person("clerk", "A", (("van_thu", "dang-uy"),)),
        Person("one", "B", (("dang_vien", "chi-bo-01"),)),
        Person("two", "C", (("dang_vien", "chi-bo-02"), ("chi_uy", "chi-bo-02"))),
        Person("admin", "D", (("quan_tri_ky_thuat", "dang-uy"),)),
        Person("auditor", "E", (("kiem_toan", "dang-uy"),)),
    ),
)


@pytest.mark.parametrize(
    ("grants", "readers"),
    [
        ([], ["clerk"]),
        (["everyone"], ["clerk", "one", "two"]),
        (["unit:dang-uy"], ["clerk"]),
        (["under:dang-uy"], ["clerk", "one", "two"]),
        (["unit:chi-bo-01"], ["clerk", "one"]),
        (["under:chi-bo-02"], ["clerk", "two"]),
        (["role:chi_uy@chi-bo-02"], ["clerk", "two"]),
        (["role:chi_uy@chi-bo-01"], ["clerk"]),
        (["person:one", "person:two"], ["clerk", "one", "two"]),
        (["person:admin", "role:kiem_toan@dang-uy"], ["clerk"]),
    ],
)
def test_readers(grants: list[str], readers: list[str]) -> None:
    assert ORGANISATION.readers(grants) == readers
