"""Papers of state form, in two columns and retyped in one: `docs/domain.md`, "Layout"."""

from collections.abc import Sequence

import pytest

from pipeline.model import FieldName
from tests.unit.extractors.sheet import (
    MOTTO,
    STATE_TITLE,
    Printed,
    body,
    describe,
    found,
    left,
    middle,
    right,
    titled,
)

DATE = "Hà Nội, ngày 05 tháng 3 năm 2020"


def state(names: Sequence[str], number: str, date: str | None = DATE) -> list[Printed]:
    """A header in two columns."""
    return [*left(*names, number), *right(STATE_TITLE, MOTTO, *([date] if date else []))]


def retyped(*lines: str, is_centred: bool) -> list[Printed]:
    """A header in one column."""
    placed = middle(*lines, top=0.06) if is_centred else body(*lines, top=0.06, step=0.0214)
    return list(placed)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Luật số: 15/2024/QH15", "15/2024/QH15"),
        ("Nghị quyết số: 110/2024/UBTVQH15", "110/2024/UBTVQH15"),
        ("Pháp lệnh số: 02/2022/UBTVQH15", "02/2022/UBTVQH15"),
        ("Thông tư liên tịch số 01/2016/TTLT-BTP-BNV", "01/2016/TTLT-BTP-BNV"),
        ("Số: 102/2025/NQLT - UBTVQH15 - CP - ĐCTUBTWMTQVN", "102/2025/NQLT-UBTVQH15-CP-ĐCTUBTWMTQVN"),
        ("Số: 03/VBHN-VPQH", "03/VBHN-VPQH"),
        ("Số: 06/2026/TT-BTС", "06/2026/TT-BTC"),  # its last letter is Cyrillic, as some texts have it
    ],
)
def test_number_lines_of_state_papers(line: str, number: str) -> None:
    description = describe([*state(["CƠ QUAN MẪU"], line), *titled("NGHỊ QUYẾT", "về việc mẫu")])

    assert found(description, FieldName.NUMBER).value == number


@pytest.mark.parametrize(
    ("names", "number", "issuer"),
    [
        (["ỦY BAN THƯỜNG VỤ", "QUỐC HỘI"], "Số: 1/2022/UBTVQH15", "ỦY BAN THƯỜNG VỤ QUỐC HỘI"),
        (["BỘ TƯ PHÁP - BỘ NỘI VỤ"], "Số: 1/2016/TTLT-BTP-BNV", "BỘ TƯ PHÁP - BỘ NỘI VỤ"),
        (["BỘ TƯ PHÁP -", "BỘ NỘI VỤ"], "Số: 1/2016/TTLT-BTP-BNV", "BỘ TƯ PHÁP - BỘ NỘI VỤ"),
        (["BỘ TƯ PHÁP", "BỘ NỘI VỤ"], "Số: 1/2016/TTLT-BTP-BNV", "BỘ TƯ PHÁP - BỘ NỘI VỤ"),
        (["BỘ GIÁO DỤC", "VÀ ĐÀO TẠO"], "Số: 1/2016/TT-BGDĐT", "BỘ GIÁO DỤC VÀ ĐÀO TẠO"),
    ],
)
def test_issuers_of_state_papers(names: list[str], number: str, issuer: str) -> None:
    description = describe([*state(names, number), *titled("THÔNG TƯ", "về việc mẫu")])

    assert found(description, FieldName.ISSUER).value == issuer


@pytest.mark.parametrize("is_centred", [True, False])
@pytest.mark.parametrize(
    "lines",
    [
        ("CHÍNH PHỦ", "-------", STATE_TITLE, MOTTO, "---------------", "Số: 30/2020/NĐ-CP", DATE),
        (STATE_TITLE, MOTTO, "CHÍNH PHỦ", "Số: 30/2020/NĐ-CP", DATE),
        (f"CHÍNH PHỦ {STATE_TITLE}", f"------- {MOTTO}", f"Số: 30/2020/NĐ-CP {DATE}"),
    ],
)
def test_a_retyped_paper_in_one_column(lines: Sequence[str], *, is_centred: bool) -> None:
    title = ("NGHỊ ĐỊNH", "Về công tác văn thư")
    start = 0.06 + 0.0214 * (len(lines) + 1)
    below = middle(*title, top=start) if is_centred else body(*title, top=start, step=0.0214)
    text = body("Căn cứ Luật Tổ chức Chính phủ ngày 19 tháng 6 năm 2015;", top=start + 0.08)
    description = describe([*retyped(*lines, is_centred=is_centred), *below, *text])

    wanted = {
        FieldName.SYSTEM: "state",
        FieldName.NUMBER: "30/2020/NĐ-CP",
        FieldName.DATE: "2020-03-05",
        FieldName.TYPE: "nghi_dinh",
        FieldName.ISSUER: "CHÍNH PHỦ",
        FieldName.SUBJECT: "Về công tác văn thư",
    }
    assert {name: found(description, name).value for name in wanted} == wanted


def test_a_law_was_issued_on_the_day_it_was_passed() -> None:
    end = "Luật này được Quốc hội khóa XV, kỳ họp thứ 8 thông qua ngày 27 tháng 11 năm 2024."
    law = [*state(["QUỐC HỘI"], "Luật số: 52/2024/QH15", None), *titled("LUẬT", "LƯU TRỮ")]

    assert FieldName.DATE not in describe(law).fields
    assert found(describe([*law, *body(end)]), FieldName.DATE).value == "2024-11-27"
