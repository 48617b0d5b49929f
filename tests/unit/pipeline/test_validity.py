"""Who may end whose papers: `docs/domain.md`, "Validity"."""

import pytest

from pipeline.model import DocumentRecord, FieldName, FieldValue, Source
from pipeline.validity import Bodies, Validity, may_end, proposed
from tests.papers import Paper

BODIES = Bodies(
    parents={"dang-uy": None, "chi-bo": "dang-uy"},
    names={"dang-uy": ("Đảng ủy Cơ quan",), "chi-bo": ("Chi bộ Một",)},
    successors={"BGTVT": "BXD", "BX": "BGTVT"},
)


def record(
    issuer: str | None, number: str = "1-QĐ/ĐU", system: str = "state", parent: str | None = None
) -> DocumentRecord:
    made = Paper("a", issuer=issuer, number=number).record
    more = {FieldName.SYSTEM: system, FieldName.ISSUER_PARENT: parent}
    fields = {name: FieldValue(value, 1.0, Source.RULE) for name, value in more.items() if value}
    return DocumentRecord(
        made.id, made.version, made.file, made.status, {**made.fields, **fields}, (), made.grants, made.pages
    )


@pytest.mark.parametrize(
    ("by", "ended", "may"),
    [
        (record("dang-uy"), record("dang-uy"), True),
        (record("dang-uy"), record("chi-bo"), True),
        (record("chi-bo"), record("dang-uy"), False),
        (record("ĐẢNG UỶ CƠ QUAN"), record("dang-uy"), True),
        (record("TỈNH ỦY LAM SƠN"), record("HUYỆN ỦY TÂN BÌNH", parent="TỈNH ỦY LAM SƠN"), True),
        (record("CHÍNH PHỦ"), record("BỘ XÂY DỰNG"), True),
        (record("QUỐC HỘI"), record("CHÍNH PHỦ"), True),
        (record("BỘ XÂY DỰNG"), record("CHÍNH PHỦ"), False),
        (record("BỘ XÂY DỰNG"), record("BỘ NỘI VỤ"), False),
        (record("BỘ XÂY DỰNG", "5/2025/TT-BXD"), record("BỘ GIAO THÔNG VẬN TẢI", "4/2020/TT-BGTVT"), True),
        (record("BỘ XÂY DỰNG", "5/2025/TT-BXD"), record("BỘ CŨ HƠN", "4/2000/TT-BX"), True),
        (record("BỘ GIAO THÔNG VẬN TẢI", "5/2025/TT-BGTVT"), record("BỘ XÂY DỰNG", "4/2020/TT-BXD"), False),
        (record("CHÍNH PHỦ"), record("TỈNH ỦY LAM SƠN", system="party"), False),
        (record(None), record("dang-uy"), False),
    ],
)
def test_who_may_end_a_paper(by: DocumentRecord, ended: DocumentRecord, may: bool) -> None:  # noqa: FBT001 - a table
    assert may_end(by, ended, BODIES) is may


def test_what_relations_propose() -> None:
    assert proposed("replaces", None) is Validity.ENDED
    assert proposed("repeals", "khoản 2 Điều 5") is Validity.PARTLY_ENDED
    assert proposed("expires", None) is Validity.ENDED
    assert proposed("suspends", None) is Validity.SUSPENDED
    assert proposed("amends", None) is None
    assert proposed("mentions", None) is None
