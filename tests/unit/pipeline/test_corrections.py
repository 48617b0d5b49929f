"""In which form a person's value is kept, and what is refused in words."""

import pytest

from pipeline.corrections import CORRECTABLE, LONGEST_VALUE, correctable, corrected
from pipeline.errors import UsageError
from pipeline.model import FieldName, Unit

UNITS = (
    Unit("dang-uy", "Đảng ủy xã Mẫu", "dang_uy", aliases=("Đảng bộ Mẫu",)),
    Unit("chi-bo-1", "Chi bộ Thôn", "chi_bo", parent="dang-uy"),
    Unit("chi-bo-2", "Chi bộ Thôn", "chi_bo", parent="dang-uy"),
)


@pytest.mark.parametrize(
    ("field", "written", "kept"),
    [
        ("number", " 05 - NQ / ĐU ", "05-NQ/ĐU"),
        ("number", "30/2020/NĐ-CP", "30/2020/NĐ-CP"),
        ("number", "  ", ""),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "2024-12", "2024-12"),
        ("date", "2024", "2024"),
        ("type", "nghi_quyet", "nghi_quyet"),
        ("type", "NGHỊ QUYẾT", "nghi_quyet"),
        ("type", "khac", "khac"),
        ("issuer", "dang-uy", "dang-uy"),
        ("issuer", "ĐẢNG UỶ XÃ MẪU", "dang-uy"),
        ("issuer", "Đảng bộ Mẫu", "dang-uy"),
        ("issuer", "Bộ  Nội vụ", "BỘ NỘI VỤ"),
        ("subject", "về  công tác\nđảng viên", "về công tác đảng viên"),
        ("signer_title", "Bí thư", "BÍ THƯ"),
        ("capacity", "T/M Đảng ủy", "T/M ĐẢNG ỦY"),
        ("recipients", "Chi bộ Một ;; Lưu VT;", "Chi bộ Một; Lưu VT"),
        ("urgency", "hoả tốc", "HỎA TỐC"),
        ("topic", "Kiểm tra – giám sát", "kiem_tra"),
        ("topic", "", ""),
    ],
)
def test_a_value_is_kept_as_a_machine_would_keep_it(field: str, written: str, kept: str) -> None:
    assert corrected({FieldName(field): written}, UNITS) == {field: kept}


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("number", "năm mươi", "số và ký hiệu"),
        ("number", "57", "số và ký hiệu"),
        ("date", "22/12/2024", "năm-tháng-ngày"),
        ("date", "2024-02-30", "năm-tháng-ngày"),
        ("date", "2024-13", "năm-tháng-ngày"),
        ("date", "0000", "năm-tháng-ngày"),
        ("date", "٢٠٢٤", "năm-tháng-ngày"),
        ("type", "thơ", "nghi_quyet"),
        ("type", " ", "khac"),
        ("issuer", "chi-bo-9", "Không có đơn vị"),
        ("issuer", "Chi bộ Thôn", "chi-bo-1, chi-bo-2"),
        ("urgency", "chậm", "THƯỢNG KHẨN"),
        ("topic", "thể thao", "kiem_tra"),
        ("subject", "x" * (LONGEST_VALUE + 1), "dài quá"),
    ],
)
def test_what_has_not_the_form_of_its_field_is_refused_in_words(field: str, written: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        corrected({FieldName(field): written}, UNITS)


@pytest.mark.parametrize("name", ["validity", "cut", "class", "system", "màu"])
def test_what_is_decided_in_another_way_is_not_set_in_this_one(name: str) -> None:
    assert name not in CORRECTABLE
    with pytest.raises(UsageError, match="number, date"):
        correctable(name)


def test_nothing_is_no_correction() -> None:
    with pytest.raises(UsageError, match="ít nhất một trường"):
        corrected({}, UNITS)
