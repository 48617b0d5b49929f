"""The recogniser's usual slips are put right in running text, and nothing that can be meant is changed."""

from pathlib import Path

import pytest

from extractors.slips import without_slips
from pipeline.text import clean

TEXTS = Path(__file__).parents[3] / "samples" / "generator" / "texts"


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("Các chỉ bộ trực thuộc", "Các chi bộ trực thuộc"),
        ("kiếm tra, giám sát", "kiểm tra, giám sát"),
        ("Kiếm tra từng đoạn", "Kiểm tra từng đoạn"),
        ("ỦY BAN KIẾM TRA", "ỦY BAN KIỂM TRA"),
        ("Ban tố\nchức họp", "Ban tổ\nchức họp"),
        ("chuyến đối số, sửa đối, bổ sung", "chuyển đổi số, sửa đổi, bổ sung"),
        ("(đế báo cáo),", "(để báo cáo),"),
        ("Đẳng bộ tỉnh, đẳng viên", "Đảng bộ tỉnh, đảng viên"),
        ("TIM BAN THƯỜNG VỤ", "T/M BAN THƯỜNG VỤ"),
        ("Nơi nhận\nTÍM CHI BỘ", "Nơi nhận\nT/M CHI BỘ"),
        ("tài Liệu và kết tuận", "tài liệu và kết luận"),
    ],
)
def test_a_slip_that_leaves_one_reading_is_put_right(read: str, right: str) -> None:
    assert without_slips(read) == right


@pytest.mark.parametrize(
    "text",
    [
        "yếu tố chức năng",
        "tìm kiếm tra cứu",
        "sửa đối tượng được hưởng",
        "luyện tập thế nào",
        "thành phố biến động",
        "thông báo đảm bảo an toàn",
        "chỉ bộ phận này",
        "đồng chí bộ trưởng",
        "tiêu chí bộ môn",
        "chỉ Bộ Tài chính",
        "bình đẳng, cao đẳng bộ môn",
        "đẳng cấp, đẳng thức",
        "mỗi trường cử một người; công ăn việc làm; lưu trú; thương vụ",
        "Kiếm Tra và Tố Chức",
        "BỆNH VIỆN TIM HÀ NỘI",
        "NGUYỄN VĂN BÁN",
        "LÊ THẾ HIỆN",
        "NGUYỄN TÀI SÁN",
        "Tân Phố biến",
        "Trần Bố sung",
        "bố ſung",
        "Kết Luận, Trần Văn Lý, Lê Quản Lý",
        "số 05-NQ/ĐU ngày 15/3/2024",
    ],
)
def test_what_can_be_meant_stays(text: str) -> None:
    assert without_slips(text) == text


def test_text_without_slips_is_not_changed() -> None:
    for path in TEXTS.glob("*.yaml"):
        text = clean(path.read_text(encoding="utf-8"))
        assert without_slips(text) == text
