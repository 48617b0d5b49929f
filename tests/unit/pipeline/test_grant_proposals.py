"""Recipients and class propose grants, each with its reason; what is unsure or foreign proposes nothing."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.errors import UsageError
from pipeline.grant_proposals import DocumentClass, GrantProposal, LineOutcome, proposed_grants
from pipeline.model import DocumentRecord, FieldName, FieldValue, Membership, Organisation, Person, Source, Unit
from tests.papers import Paper

TODAY = date(2026, 11, 24)

ORGANISATION = Organisation(
    units=(
        Unit("tinh", "Đảng bộ Khối", "dang_uy"),
        Unit("dang-uy", "Đảng ủy Sở Khoa học", "dang_uy", parent="tinh", aliases=("ĐẢNG ỦY SỞ KHOA HỌC VÀ CÔNG NGHỆ",)),
        Unit("chi-bo-1", "Chi bộ Văn phòng", "chi_bo", parent="dang-uy"),
        Unit("chi-bo-2", "Chi bộ Thanh tra", "chi_bo", parent="dang-uy"),
        Unit("chi-bo-cu", "Chi bộ Kế hoạch", "chi_bo", parent="dang-uy", valid_to=date(2020, 1, 1)),
        Unit("to-1", "Tổ đảng Một", "to_dang", parent="chi-bo-1"),
        Unit("to-2", "Tổ đảng Một", "to_dang", parent="chi-bo-2"),
    ),
    people=(
        Person("an", "Nguyễn Văn An", (Membership("dang_vien", "chi-bo-1"),)),
        Person("binh-1", "Lê Thị Bình", (Membership("dang_vien", "chi-bo-1"),)),
        Person("binh-2", "Lê Thị Bình", (Membership("dang_vien", "chi-bo-2"),)),
        Person("cu", "Trần Đã Nghỉ", (Membership("dang_vien", "chi-bo-1", valid_to=date(2020, 1, 1)),)),
    ),
)


def document(
    recipients: str | None, *, issuer: str = "dang-uy", unit: str = "dang-uy", kind: DocumentClass | None = None
) -> DocumentRecord:
    fields = dict(Paper("p", issuer=issuer, unit=unit, grants=()).fields)
    if recipients is not None:
        fields[FieldName.RECIPIENTS] = FieldValue(recipients, 0.9, Source.OCR)
    if kind is not None:
        fields[FieldName.CLASS] = FieldValue(kind, 1.0, Source.PERSON)
    return replace(Paper("p", unit=unit, grants=()).record, fields=fields)


def proposal(record: DocumentRecord) -> GrantProposal:
    return proposed_grants(record, ORGANISATION, today=TODAY)


@pytest.mark.parametrize(
    ("entry", "issuer", "grants"),
    [
        ("Các chi bộ trực thuộc (để thực hiện)", "dang-uy", {"under:chi-bo-1", "under:chi-bo-2"}),
        ("Các đảng bộ, chi bộ trực thuộc", "dang-uy", {"under:chi-bo-1", "under:chi-bo-2"}),
        ("Các đồng chí đảng ủy viên", "dang-uy", {"role:cap_uy@dang-uy"}),
        ("Các đồng chí ủy viên BCH Đảng bộ", "dang-uy", {"role:cap_uy@dang-uy"}),
        ("Chi ủy viên", "chi-bo-1", {"role:chi_uy@chi-bo-1"}),
        ("Các đảng viên trong Chi bộ", "chi-bo-1", {"under:chi-bo-1"}),
        ("Ủy ban Kiểm tra Đảng ủy", "dang-uy", {"role:uy_ban_kiem_tra@dang-uy"}),
        ("Văn phòng Đảng ủy", "dang-uy", {"role:chanh_van_phong@dang-uy", "role:van_thu@dang-uy"}),
        ("Đảng ủy (để báo cáo)", "chi-bo-1", {"unit:dang-uy"}),
        ("Đảng uỷ Sở Khoa học và Công nghệ (b/c)", "chi-bo-1", {"unit:dang-uy"}),
        ("Chi bộ Văn phòng, Chi bộ Thanh tra", "dang-uy", {"unit:chi-bo-1", "unit:chi-bo-2"}),
        ("Chi bộ Văn phòng và Ủy ban nhân dân tỉnh", "dang-uy", {"unit:chi-bo-1"}),
        ("Đồng chí Nguyễn Văn An", "dang-uy", {"person:an"}),
    ],
)
def test_a_line_proposes_whom_it_names(entry: str, issuer: str, grants: set[str]) -> None:
    found = proposal(document(f"{entry}; Lưu: VT", issuer=issuer))
    assert set(found.grants) == grants
    assert [line.outcome for line in found.lines] == [LineOutcome.MATCHED, LineOutcome.ARCHIVE]
    assert found.lines[0].text == entry
    assert found.lines[0].reason
    assert {grant.token for grant in found.confirmed(found.mark)} == grants


@pytest.mark.parametrize(
    ("entry", "candidates"),
    [
        ("Tổ đảng Một", ("unit:to-1", "unit:to-2")),
        ("Đồng chí Lê Thị Bình", ("person:binh-1", "person:binh-2")),
        ("Đảng ủy Sở", ("dang-uy",)),
        ("Các đồng chí trong Ban Thường vụ, Tổ đảng Một", ("unit:to-1", "unit:to-2")),
        ("Thường trực Đảng ủy (để báo cáo)", ()),
    ],
)
def test_what_may_be_two_is_doubtful_and_keeps_the_whole_from_being_confirmed(
    entry: str, candidates: tuple[str, ...]
) -> None:
    found = proposal(document(f"Các chi bộ trực thuộc; {entry}"))
    assert found.lines[1].outcome is LineOutcome.DOUBTFUL
    assert found.lines[1].grants == ()
    assert all(one in found.lines[1].reason for one in candidates)
    assert set(found.grants) == {"under:chi-bo-1", "under:chi-bo-2"}
    with pytest.raises(UsageError, match="chưa rõ"):
        found.confirmed(found.mark)


@pytest.mark.parametrize(
    "entry", ["Như trên", "Tỉnh ủy Lam Sơn (để báo cáo)", "Đồng chí Trần Đã Nghỉ", "Chi bộ Kế hoạch", "Các huyện ủy"]
)
def test_what_is_not_of_todays_organisation_proposes_nothing(entry: str) -> None:
    found = proposal(document(entry))
    assert [line.outcome for line in found.lines] == [LineOutcome.OUTSIDE]
    with pytest.raises(UsageError, match="Không có quyền xem nào"):
        found.confirmed(found.mark)


def test_phrases_of_a_foreign_body_mean_nobody_of_ours() -> None:
    found = proposal(document("Các chi bộ trực thuộc; Các đồng chí đảng ủy viên; Đảng ủy", issuer="TỈNH ỦY LAM SƠN"))
    assert found.grants == ()
    assert {line.outcome for line in found.lines} == {LineOutcome.OUTSIDE}


@pytest.mark.parametrize(
    ("kind", "unit", "grants"),
    [
        (DocumentClass.OPEN, "chi-bo-1", {"under:tinh"}),
        (DocumentClass.INTERNAL, "chi-bo-1", {"under:chi-bo-1"}),
        (
            DocumentClass.RESTRICTED,
            "dang-uy",
            {"role:cap_uy@dang-uy", "role:chi_uy@dang-uy", "role:chanh_van_phong@dang-uy"},
        ),
    ],
)
def test_a_class_is_a_template_for_the_unit_that_keeps_it(kind: DocumentClass, unit: str, grants: set[str]) -> None:
    found = proposal(document(None, unit=unit, kind=kind))
    assert set(found.grants) == grants
    assert [line.source for line in found.lines] == [FieldName.CLASS]


def test_what_is_wider_than_a_restricted_class_is_doubtful() -> None:
    found = proposal(document("Các chi bộ trực thuộc; Đồng chí Nguyễn Văn An", kind=DocumentClass.RESTRICTED))
    assert "person:an" in found.grants
    assert not any(token.startswith(("unit:", "under:")) for token in found.grants)
    assert found.doubts


def test_recipients_that_were_read_doubtfully_are_not_confirmed() -> None:
    sure = document("Các chi bộ trực thuộc")
    value = replace(sure.fields[FieldName.RECIPIENTS], confidence=0.4)
    found = proposal(replace(sure, fields={**sure.fields, FieldName.RECIPIENTS: value}))
    assert found.grants == proposal(sure).grants
    with pytest.raises(UsageError, match="chưa chắc chắn"):
        found.confirmed(found.mark)


def test_the_mark_stands_for_these_grants_of_this_document_alone() -> None:
    shown = proposal(document("Các chi bộ trực thuộc"))
    moved = replace(ORGANISATION, units=(*ORGANISATION.units, Unit("chi-bo-3", "Chi bộ Ba", "chi_bo", "dang-uy")))
    others = [
        proposal(document("Các chi bộ trực thuộc; Chi bộ Văn phòng")),
        proposal(document("Các chi bộ trực thuộc", kind=DocumentClass.INTERNAL)),
        proposal(replace(document("Các chi bộ trực thuộc"), id="another")),
        proposal(replace(document("Các chi bộ trực thuộc"), version=document("Các chi bộ trực thuộc").version + 1)),
        proposed_grants(document("Các chi bộ trực thuộc"), moved, today=TODAY),
    ]
    for other in others:
        with pytest.raises(UsageError, match="đã thay đổi"):
            other.confirmed(shown.mark)
