"""One edit at a time: what comes of it, what of before stays known, who may make it, and that nobody gains by it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.access import Role, reader_for
from pipeline.duties import Duties, duties_for
from pipeline.errors import NotAllowedError, NotFoundError, OrganisationError, StaleError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_edits import Edit, Editor, edited, edition_of, require_edition
from pipeline.organisation_faults import faults
from pipeline.person_edits import AddPerson, AddRole, EndRole, Leave, RenamePerson
from pipeline.succession import Past, Succession, SuccessionKind, inherited
from pipeline.unit_edits import AddUnit, EndUnit, MergeUnits, MoveUnit, RenameUnit, SplitUnit

TODAY = date(2026, 11, 24)
A_DAY = timedelta(days=1)
YESTERDAY, LATER = TODAY - A_DAY, TODAY + 60 * A_DAY
MERGE, SPLIT = SuccessionKind.MERGE, SuccessionKind.SPLIT

BEFORE = Organisation(
    units=(
        Unit("cb-1", "Chi bộ Một", "chi_bo", "dang-uy", "CB1"),
        Unit("cb-2", "Chi bộ Hai", "chi_bo", "dang-uy"),
        Unit("cb-3", "Chi bộ Ba", "chi_bo", "dang-uy"),
        Unit("dang-uy", "Đảng ủy", "dang_uy"),
        Unit("khac", "Đảng ủy khác", "dang_uy"),
        Unit("to-1", "Tổ Một", "to", "cb-1"),
    ),
    people=(
        Person("an", "An", (Membership("dang_vien", "cb-1"), Membership("chi_uy", "cb-1", date(2020, 1, 1)))),
        Person("binh", "Bình", (Membership("dang_vien", "cb-2"),)),
        Person("chanh", "Chánh", (Membership("chanh_van_phong", "dang-uy"), Membership("van_thu", "cb-3", LATER))),
        Person("kiem", "Kiểm Toán", (Membership("kiem_toan", "dang-uy"),)),
        Person("kt", "Kỹ Thuật", (Membership("quan_tri_ky_thuat", "dang-uy"),)),
        Person("la", "Lạ", (Membership("dang_vien", "khac"),)),
        Person("nghi", "Đã Nghỉ", (Membership("dang_vien", "cb-1", valid_to=date(2020, 1, 1)),)),
        Person("song", "Song", (Membership("chanh_van_phong", "dang-uy"), Membership("quan_tri_ky_thuat", "cb-1"))),
    ),
)
OPERATOR = Editor("os:root", "cli:root", None)


def by(person: str) -> Editor:
    return Editor(person, "http:test", person)


def after(edit: Edit, before: Organisation = BEFORE, editor: Editor = OPERATOR) -> Organisation:
    return edited(before, edit, editor, today=TODAY)


def unit(organisation: Organisation, handle: str) -> Unit:
    return next(each for each in organisation.units if each.id == handle)


def roles(organisation: Organisation, handle: str) -> tuple[Membership, ...]:
    return next(each for each in organisation.people if each.id == handle).memberships


def tokens(organisation: Organisation, handle: str, day: date = TODAY) -> frozenset[str]:
    parents = {each.id: each.parent for each in organisation.units if each.is_there_on(day)}
    before = inherited(organisation.successions, day)
    return reader_for(handle, roles(organisation, handle), parents=parents, today=day, before=before).tokens


def duties(organisation: Organisation, handle: str, day: date) -> Duties:
    parents = {each.id: each.parent for each in organisation.units if each.is_there_on(day)}
    return duties_for(handle, roles(organisation, handle), parents=parents, today=day)


def reached(organisation: Organisation, handle: str, day: date) -> set[str]:
    """The others for whom somebody may make a code to set a password."""
    units = duties(organisation, handle, day).administers
    held = {
        each.id: {role.unit for role in each.memberships if role.holds_on(day)} for each in organisation.people
    }  # fmt: skip
    return {each for each, there in held.items() if units and each != handle and (not there or there & units)}


def test_a_new_name_and_place_leave_those_of_before_known() -> None:
    named = after(RenameUnit("cb-1", date(2026, 1, 1), "Chi bộ Nhất", ""))
    moved = after(MoveUnit("cb-1", "khac", date(2026, 2, 1)), named)
    now = unit(moved, "cb-1")
    assert (now.name, now.symbol, now.parent) == ("Chi bộ Nhất", None, "khac")
    assert now.past == (
        Past(date(2025, 12, 31), "Chi bộ Một", "CB1", "dang-uy"),
        Past(date(2026, 1, 31), "Chi bộ Nhất", None, "dang-uy"),
    )
    assert now.names == ("Chi bộ Nhất", "Chi bộ Một")
    assert [now.at(day).parent for day in (date(2026, 1, 31), date(2026, 2, 1))] == ["dang-uy", "khac"]


def test_a_name_that_never_held_for_a_day_is_no_past() -> None:
    once = after(RenameUnit("cb-1", TODAY, "Chi bộ Nhứt"))
    twice = after(RenameUnit("cb-1", TODAY, "Chi bộ Nhất"), once)
    assert unit(twice, "cb-1").names == ("Chi bộ Nhất", "Chi bộ Một")


def test_a_merge_ends_the_units_and_gives_nobody_a_right() -> None:
    merged = after(MergeUnits(("cb-2", "cb-3"), "cb-1", TODAY))
    assert [unit(merged, handle).valid_to for handle in ("cb-1", "cb-2", "cb-3")] == [None, YESTERDAY, YESTERDAY]
    assert merged.successions == (Succession(MERGE, "cb-2", "cb-1", TODAY), Succession(MERGE, "cb-3", "cb-1", TODAY))
    for person in merged.people:
        assert tokens(merged, person.id) <= tokens(BEFORE, person.id)
    assert tokens(merged, "binh") == frozenset()
    assert tokens(merged, "binh", YESTERDAY) == tokens(BEFORE, "binh")


def test_a_merge_moves_people_and_rights_if_that_is_said() -> None:
    merged = after(MergeUnits(("cb-2",), "cb-1", TODAY, with_rights=True, move_people=True))
    assert roles(merged, "binh") == (
        Membership("dang_vien", "cb-2", valid_to=YESTERDAY),
        Membership("dang_vien", "cb-1", TODAY),
    )
    assert roles(merged, "an") == roles(BEFORE, "an")
    for person in ("an", "binh"):
        assert {"unit:cb-1", "unit:cb-2", "under:cb-2", "role:dang_vien@cb-2"} <= tokens(merged, person)
    assert "unit:cb-2" not in tokens(merged, "an", YESTERDAY)


def test_moved_roles_keep_their_days_and_double_none() -> None:
    future = TODAY + 10 * A_DAY
    members = (
        Membership("dang_vien", "cb-1", date(2000, 1, 1)),
        Membership("dang_vien", "cb-2", date(1990, 1, 1), date(1995, 1, 1)),
        Membership("dang_vien", "cb-2", date(2010, 1, 1)),
        Membership("chi_uy", "cb-2", future, future + A_DAY),
        Membership("kiem_toan", "cb-2"),
    )
    before = replace(BEFORE, people=(Person("an", "An", members),))
    merged = after(MergeUnits(("cb-2",), "cb-1", TODAY, move_people=True), before)
    assert set(roles(merged, "an")) == {
        members[0],
        members[1],
        Membership("dang_vien", "cb-2", date(2010, 1, 1), YESTERDAY),
        Membership("chi_uy", "cb-1", future, future + A_DAY),
        members[4],
    }


def test_a_split_unit_ends_unless_it_is_one_of_those_that_it_becomes() -> None:
    gone = after(SplitUnit("cb-2", ("cb-1", "cb-3"), TODAY, rights_to=("cb-3",)))
    assert unit(gone, "cb-2").valid_to == YESTERDAY
    assert gone.successions == (
        Succession(SPLIT, "cb-2", "cb-1", TODAY),
        Succession(SPLIT, "cb-2", "cb-3", TODAY, with_rights=True),
    )
    assert tokens(gone, "an") == tokens(BEFORE, "an")
    kept = after(SplitUnit("cb-2", ("cb-2", "cb-3"), TODAY))
    assert unit(kept, "cb-2").valid_to is None
    assert kept.successions == (Succession(SPLIT, "cb-2", "cb-3", TODAY),)
    assert tokens(kept, "binh") == tokens(BEFORE, "binh")


def test_what_came_from_a_unit_may_take_it_in_again() -> None:
    apart = after(SplitUnit("cb-2", ("cb-2", "cb-3"), date(2026, 1, 1)))
    together = after(MergeUnits(("cb-2",), "cb-3", TODAY), apart)
    assert [each.kind for each in together.successions] == [SPLIT, MERGE]


def test_people_come_and_go_with_their_roles() -> None:
    came = after(AddPerson("chi", " Chi "))
    role = Membership("van_thu", "cb-1", TODAY)
    served = after(AddRole("chi", role), came)
    assert roles(served, "chi") == (role,)
    assert roles(after(EndRole("chi", "van_thu", "cb-1", TODAY), served), "chi") == (replace(role, valid_to=TODAY),)
    assert roles(after(EndRole("chi", "van_thu", "cb-1", YESTERDAY), served), "chi") == ()
    assert roles(after(Leave("an", YESTERDAY)), "an") == tuple(
        replace(each, valid_to=YESTERDAY) for each in roles(BEFORE, "an")
    )
    assert tokens(after(Leave("an", YESTERDAY)), "an") == frozenset()
    assert after(RenamePerson("chi", "Chí"), came).people[3] == Person("chi", "Chí")


GONE = after(EndUnit("cb-3", YESTERDAY))

REFUSED: Sequence[tuple[Edit, str]] = [
    (AddUnit(Unit("cb-1", "Lại", "chi_bo", "dang-uy")), "mã xuất hiện 2 lần"),
    (AddUnit(Unit("cb-9", "Chín", "chi_bo", "ai")), "không có đơn vị cấp trên «ai»"),
    (AddUnit(Unit("cb-9", "Chín", "chi_bo", "cb-3")), "cb-3 không tồn tại vào ngày 2026-11-24"),
    (AddUnit(Unit("Chín", "Chín", "chi_bo")), "mã chỉ gồm"),
    (AddUnit(Unit("cb-9", " ", "chi_bo")), "tên còn trống"),
    (AddUnit(Unit("cb-9", "Chín", "chi_bo", symbol="9" * 65)), "ký hiệu dài quá 64"),
    (AddUnit(Unit("cb-9", "Chín\x07", "chi_bo")), "ký tự điều khiển"),
    (AddUnit(Unit("cb-9", "Chín\ud800", "chi_bo")), "ký tự điều khiển"),
    (RenameUnit("cb-1", date.min, "Nhất"), "quá sớm"),
    (MergeUnits(("cb-2",), "cb-1", date.min), "quá sớm"),
    (RenameUnit("cb-9", TODAY, "Chín"), "không có đơn vị «cb-9»"),
    (RenameUnit("cb-1", TODAY, "Chi bộ Một"), "không có gì thay đổi"),
    (RenameUnit("cb-1", TODAY + A_DAY, "Nhất"), "chưa đến"),
    (RenameUnit("cb-3", TODAY, "Ba Ba"), "không tồn tại vào ngày"),
    (MoveUnit("cb-1", "to-1", TODAY), "vòng tròn"),
    (MoveUnit("cb-1", "cb-3", TODAY), "không tồn tại vào ngày"),
    (EndUnit("cb-1", TODAY), "còn đơn vị cấp dưới: to-1"),
    (EndUnit("cb-3", TODAY), "không tồn tại vào ngày"),
    (EndUnit("cb-3", YESTERDAY), "đã kết thúc ngày"),
    (MergeUnits(("cb-2", "cb-2"), "cb-1", TODAY), "mỗi đơn vị một lần"),
    (MergeUnits(("cb-1",), "cb-1", TODAY), "khác đơn vị nhận"),
    (MergeUnits((), "cb-1", TODAY), "hãy nêu các đơn vị"),
    (MergeUnits(("cb-1",), "cb-2", TODAY), "còn đơn vị cấp dưới: to-1"),
    (MergeUnits(("cb-2",), "cb-3", TODAY), "cb-3 không tồn tại vào ngày"),
    (MergeUnits(("cb-2",), "cb-9", TODAY), "không có đơn vị «cb-9»"),
    (SplitUnit("cb-2", ("cb-1",), TODAY), "ít nhất hai đơn vị"),
    (SplitUnit("cb-2", ("cb-1", "cb-9"), TODAY), "không có đơn vị «cb-9»"),
    (SplitUnit("cb-2", ("cb-2", "cb-1"), TODAY, ("cb-2",)), "phải là một trong"),
    (AddPerson("an", "An"), "mã xuất hiện 2 lần"),
    (AddPerson("An", "An"), "mã chỉ gồm"),
    (RenamePerson("ai", "Ai"), "không có người «ai»"),
    (RenamePerson("an", "An"), "không có gì thay đổi"),
    (Leave("nghi", YESTERDAY), "không còn vai trò nào"),
    (AddRole("an", Membership("dang_vien", "cb-1", TODAY)), "đã có vai trò này"),
    (AddRole("an", Membership("dang_vien", "cb-9")), "không có đơn vị «cb-9»"),
    (AddRole("an", Membership("dang_vien", "cb-3", TODAY)), "đã kết thúc"),
    (AddRole("an", Membership("cap_uy", "cb-2", TODAY, YESTERDAY)), "trước ngày bắt đầu"),
    (EndRole("an", "van_thu", "cb-1", YESTERDAY), "không có vai trò này"),
]


@pytest.mark.parametrize(("edit", "named"), REFUSED)
def test_what_cannot_be_is_refused_and_named(edit: Edit, named: str) -> None:
    with pytest.raises(OrganisationError, match=named):
        after(edit, GONE)


def test_a_last_day_may_be_as_late_as_can_be() -> None:
    assert unit(after(EndUnit("cb-2", date.max)), "cb-2").valid_to == date.max
    assert after(EndUnit("cb-2", date.max), editor=by("chanh")) != BEFORE


def test_what_was_wrong_before_does_not_stand_in_the_way() -> None:
    wrong = replace(BEFORE, units=(*BEFORE.units, Unit("xa", "Xa", "x", "ai")))
    assert unit(after(RenameUnit("cb-1", TODAY, "Nhất"), wrong), "cb-1").name == "Nhất"


FOREIGN: Sequence[Edit] = [
    AddUnit(Unit("cb-9", "Chín", "chi_bo", "khac")),
    RenameUnit("khac", TODAY, "Khác nữa"),
    MoveUnit("cb-1", "khac", TODAY),
    MoveUnit("khac", "dang-uy", TODAY),
    EndUnit("khac", TODAY),
    MergeUnits(("khac",), "cb-1", TODAY),
    MergeUnits(("cb-2",), "khac", TODAY),
    SplitUnit("cb-2", ("cb-1", "khac"), TODAY),
    AddRole("binh", Membership("dang_vien", "khac", TODAY)),
    AddRole("la", Membership("dang_vien", "cb-1", TODAY)),
    EndRole("la", "dang_vien", "khac", YESTERDAY),
    RenamePerson("la", "Lạ nữa"),
    Leave("la", YESTERDAY),
]


@pytest.mark.parametrize("edit", FOREIGN)
def test_who_keeps_a_part_edits_that_part_and_the_rest_is_as_if_it_were_not_there(edit: Edit) -> None:
    assert after(edit) != BEFORE
    with pytest.raises(NotFoundError) as hidden:
        after(edit, editor=by("chanh"))
    gone = replace(
        BEFORE,
        units=tuple(each for each in BEFORE.units if each.id != "khac"),
        people=tuple(each for each in BEFORE.people if each.id != "la"),
    )
    with pytest.raises(NotFoundError) as missing:
        after(edit, gone, by("chanh"))
    assert str(hidden.value) == str(missing.value)


ALLOWED: Sequence[Edit] = [
    AddUnit(Unit("cb-9", "Chín", "chi_bo", "cb-1")),
    RenameUnit("dang-uy", TODAY, "Đảng ủy Mẫu"),
    MoveUnit("cb-1", "cb-2", TODAY),
    EndUnit("cb-2", YESTERDAY),
    MergeUnits(("cb-2",), "cb-1", TODAY, with_rights=True, move_people=True),
    SplitUnit("cb-2", ("cb-1", "cb-3"), TODAY, ("cb-1",)),
    AddPerson("chi", "Chi"),
    RenamePerson("nghi", "Nghỉ rồi"),
    AddRole("nghi", Membership("van_thu", "cb-1", TODAY)),
    EndRole("an", "chi_uy", "cb-1", YESTERDAY),
    Leave("an", YESTERDAY),
]


@pytest.mark.parametrize("edit", ALLOWED)
def test_a_head_of_office_edits_and_nobody_else_does(edit: Edit) -> None:
    assert after(edit, editor=by("chanh")) == after(edit)
    for person in ("an", "kt", "nghi", "la"):
        with pytest.raises(NotAllowedError):
            after(edit, editor=by(person))


OWN: Sequence[Edit] = [
    RenamePerson("chanh", "Tỉnh ủy Mẫu"),
    AddRole("chanh", Membership("van_thu", "cb-1", TODAY)),
    AddRole("chanh", Membership("van_thu", "cb-1", TODAY + 10 * A_DAY)),
    EndRole("chanh", "chanh_van_phong", "dang-uy", YESTERDAY),
    Leave("chanh", YESTERDAY),
    MergeUnits(("cb-2",), "dang-uy", TODAY, with_rights=True),
    MergeUnits(("cb-2",), "dang-uy", TODAY + 10 * A_DAY, with_rights=True),
    MergeUnits(("cb-2",), "cb-3", TODAY, with_rights=True),
    SplitUnit("cb-2", ("dang-uy", "cb-1"), TODAY, ("dang-uy",)),
    AddRole("an", Membership("kiem_toan", "cb-1", TODAY)),
    EndRole("kt", "quan_tri_ky_thuat", "dang-uy", YESTERDAY),
    Leave("kt", YESTERDAY),
    AddUnit(Unit("goc", "Gốc", "dang_uy")),
    MoveUnit("cb-1", None, TODAY),
]


@pytest.mark.parametrize("edit", OWN)
def test_nobody_gives_themselves_a_right_or_takes_who_watches_over_them(edit: Edit) -> None:
    assert after(edit) != BEFORE
    with pytest.raises(NotAllowedError):
        after(edit, editor=by("chanh"))


def with_people(*people: Person) -> Organisation:
    """The organisation with some people more, and a second top with the same head of office and an auditor."""
    chanh = Person("chanh", "Chánh", (Membership("chanh_van_phong", "dang-uy"), Membership("chanh_van_phong", "khac")))
    others = [each for each in BEFORE.people if each.id != "chanh"]
    return replace(BEFORE, people=(chanh, Person("tra", "Tra", (Membership("kiem_toan", "khac"),)), *others, *people))


THROUGH_OTHERS: Sequence[Edit] = [
    MoveUnit("cb-2", "cb-1", TODAY),
    AddRole("binh", Membership("dang_vien", "cb-1", TODAY)),
    AddRole("binh", Membership("dang_vien", "to-1", LATER)),
    AddRole("an", Membership("dang_vien", "cb-2", LATER)),
    AddRole("nghi", Membership("dang_vien", "cb-2", TODAY)),
    EndRole("binh", "dang_vien", "cb-2", LATER),
    Leave("binh", YESTERDAY),
    MergeUnits(("cb-2",), "cb-1", TODAY, with_rights=True),
    MergeUnits(("cb-2",), "to-1", LATER, move_people=True),
]
"""What would let a head of office who manages accounts in cb-1 read as somebody whose password they can set."""


@pytest.mark.parametrize("edit", THROUGH_OTHERS)
def test_nobody_brings_others_within_reach_of_their_own_codes(edit: Edit) -> None:
    assert after(edit, editor=by("chanh")) == after(edit) != BEFORE
    with pytest.raises(NotAllowedError, match="quản lý được thêm"):
        after(edit, editor=by("song"))


def test_who_manages_accounts_too_goes_on_to_edit_what_gives_them_nothing() -> None:
    for edit in (
        AddUnit(Unit("cb-9", "Chín", "chi_bo", "cb-1")),
        AddPerson("chi", "Chi"),
        EndRole("an", "chi_uy", "cb-1", YESTERDAY),
        AddRole("binh", Membership("van_thu", "cb-3", TODAY)),
        MoveUnit("cb-3", "cb-2", TODAY),
        EndUnit("cb-2", YESTERDAY),
    ):
        assert after(edit, editor=by("song")) == after(edit) != BEFORE


@pytest.mark.parametrize(
    ("edit", "watching"),
    [
        (EndUnit("cb-2", YESTERDAY), Membership("quan_tri_ky_thuat", "cb-2")),
        (EndUnit("cb-2", LATER), Membership("quan_tri_ky_thuat", "cb-2")),
        (MergeUnits(("cb-2",), "cb-1", TODAY), Membership("quan_tri_ky_thuat", "cb-2")),
        (MergeUnits(("cb-2",), "cb-1", TODAY), Membership("quan_tri_ky_thuat", "cb-2", LATER)),
        (SplitUnit("cb-2", ("cb-1", "cb-3"), TODAY), Membership("quan_tri_ky_thuat", "cb-2")),
        (MoveUnit("to-1", "cb-2", TODAY), Membership("quan_tri_ky_thuat", "cb-1")),
        (MoveUnit("cb-1", "khac", TODAY), Membership("quan_tri_ky_thuat", "dang-uy")),
    ],
)
def test_no_edit_takes_away_from_those_who_watch(edit: Edit, watching: Membership) -> None:
    watched = with_people(Person("xem", "Xem", (watching,)))
    assert after(edit, watched) != watched
    with pytest.raises(NotAllowedError, match="dòng lệnh"):
        after(edit, watched, by("chanh"))


def test_the_tops_are_the_operators_to_move_and_end() -> None:
    childless = replace(with_people(), units=(*BEFORE.units, Unit("rieng", "Riêng", "dang_uy")))
    head = Person("dau", "Đầu", (Membership("chanh_van_phong", "rieng"), Membership("chanh_van_phong", "dang-uy")))
    organisation = replace(childless, people=(*childless.people, head))
    for edit in (
        MoveUnit("dang-uy", "rieng", TODAY),
        MoveUnit("rieng", "dang-uy", TODAY),
        EndUnit("rieng", YESTERDAY),
        EndUnit("rieng", LATER),
        MergeUnits(("rieng",), "cb-1", TODAY),
        SplitUnit("rieng", ("cb-1", "cb-2"), TODAY),
    ):
        assert after(edit, organisation) != organisation
        with pytest.raises(NotAllowedError, match="đầu cây"):
            after(edit, organisation, by("dau"))
    named = after(RenameUnit("rieng", TODAY, "Riêng nữa"), organisation, by("dau"))
    assert unit(named, "rieng").name == "Riêng nữa"


handles = st.sampled_from([each.id for each in BEFORE.units])
days = st.sampled_from([TODAY - 40 * A_DAY, YESTERDAY, TODAY, TODAY + 3 * A_DAY])
some_people = st.sampled_from([each.id for each in BEFORE.people])
some_roles = st.sampled_from([role.value for role in Role])
several = st.lists(handles, max_size=3).map(tuple)
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(RenameUnit, handles, days, st.sampled_from(["A", "B"])),
    st.builds(MoveUnit, handles, st.none() | handles, days),
    st.builds(EndUnit, handles, days),
    st.builds(MergeUnits, several, handles, days, st.booleans(), st.booleans()),
    st.builds(SplitUnit, handles, several, days, several),
    st.builds(AddRole, some_people, st.builds(Membership, some_roles, handles, days)),
    st.builds(EndRole, some_people, some_roles, handles, days),
    st.builds(Leave, some_people, days),
)  # fmt: skip


@settings(max_examples=150)
@given(st.lists(st.tuples(edits, some_people | st.none()), max_size=6))
def test_whatever_is_edited_the_organisation_stays_whole_and_nobody_gains_by_their_own_hand(
    attempts: Sequence[tuple[Edit, str | None]],
) -> None:
    organisation = BEFORE
    for edit, person in attempts:
        try:
            done = after(edit, organisation, by(person) if person else OPERATOR)
        except (OrganisationError, NotAllowedError, NotFoundError):
            continue
        assert list(faults(done)) == []
        assert {each.id for each in done.units} == {each.id for each in BEFORE.units}
        assert set(organisation.successions) <= set(done.successions)
        if person:
            for day in (TODAY, TODAY + 3 * A_DAY, TODAY + 90 * A_DAY):
                assert tokens(done, person, day) <= tokens(organisation, person, day)
                require_no_more(organisation, done, person, day)
        organisation = done


def require_no_more(before: Organisation, done: Organisation, editor: str, day: date) -> None:
    """The editor has no more, by whom they could sign in as neither, and nobody else watches over less."""
    was, then = (duties(each, editor, day) for each in (before, done))
    assert then.keeps <= was.keeps
    assert then.audits <= was.audits
    assert reached(done, editor, day) <= reached(before, editor, day)
    for each in reached(before, editor, TODAY):
        assert tokens(done, each, day) <= tokens(before, each, day) | tokens(before, editor, day)
    there = {each.id for each in done.units if each.is_there_on(day)}
    for each in {person.id for person in before.people} - {editor}:
        assert duties(before, each, day).administers & there <= duties(done, each, day).administers
        assert duties(before, each, day).audits <= duties(done, each, day).audits


def test_an_edit_of_what_has_changed_meanwhile_is_refused() -> None:
    require_edition(BEFORE, None)
    require_edition(BEFORE, edition_of(BEFORE))
    with pytest.raises(StaleError, match="đã thay đổi"):
        require_edition(after(RenameUnit("cb-1", TODAY, "Nhất")), edition_of(BEFORE))
