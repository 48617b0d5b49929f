"""An organisation as a table: what is written is what is read, every fault has its row, and no cell is a formula."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from pipeline.access import Role
from pipeline.errors import OrganisationError, UsageError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_table import COLUMNS, ROLE_WORDS, SUCCESSION_WORDS, read_table, require_read, write_table
from pipeline.succession import Past, Succession, SuccessionKind

names = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "Sm", "Zs"), exclude_characters=";"),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip())
old = st.dates(max_value=date(2000, 1, 1))
SUFFIXES = [".csv", ".xlsx"]


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Two units, the second below the first, with histories, and people with roles, none, or several."""

    def name() -> str:
        return normalize("NFC", draw(names)).strip() or "tên"

    past = (Past(draw(old), name(), draw(st.none() | names), None), Past(date(2001, 1, 1), name(), None, "chi-bo"))
    units = (
        Unit("dang-uy", name(), "dang_uy", symbol=name(), aliases=(name(), name()), past=past),
        Unit("chi-bo", name(), "chi_bo", parent="dang-uy", valid_from=draw(st.none() | old)),
    )
    kept = draw(st.lists(st.sampled_from(list(SuccessionKind)), max_size=1))
    successions = tuple(Succession(kind, "chi-bo", "dang-uy", date(2030, 1, 1), draw(st.booleans())) for kind in kept)
    if SuccessionKind.MERGE in kept:
        units = (units[0], replace(units[1], valid_to=date(2029, 12, 31)))
    roles = st.builds(
        Membership, st.sampled_from(list(Role)), st.sampled_from(["dang-uy", "chi-bo"]), st.none() | st.dates()
    )
    people = [
        Person(f"nguoi-{place}", name(), tuple(draw(st.lists(roles, max_size=2))))
        for place in range(draw(st.integers(0, 3)))
    ]
    return Organisation(units, tuple(people), successions)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=40)
@given(organisation=organisations())
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, organisation: Organisation
) -> None:
    path = tmp_path_factory.getbasetemp() / f"organisation{suffix}"
    write_table(path, organisation)
    assert require_read(read_table(path)) == organisation


def large() -> Organisation:
    """56 units and 743 people, each with a role."""
    units = [Unit("dang-uy", "Đảng ủy", "dang_uy", symbol="ĐU")]
    units += [Unit(f"chi-bo-{n:02}", f"Chi bộ {n}", "chi_bo", parent="dang-uy") for n in range(1, 56)]
    people = [
        Person(f"dang-vien-{n:03}", f"Đảng viên {n}", (Membership("dang_vien", units[n % 56].id, date(2020, 1, 31)),))
        for n in range(743)
    ]
    return Organisation(tuple(units), tuple(people))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_whole_party_committee_fits_in_one_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"organisation{suffix}"
    write_table(path, large())
    assert require_read(read_table(path)) == large()


DANGEROUS = ["=1+1", "+84", "-2", "@SUM(A1)", "=cmd|' /C calc'!A0", "'=1", "''x"]


@pytest.mark.parametrize("name", DANGEROUS)
def test_no_spreadsheet_sees_a_formula_in_what_is_written(tmp_path: Path, name: str) -> None:
    organisation = Organisation((Unit("dang-uy", name, "dang_uy", symbol=name, aliases=(name,)),), ())
    for suffix in SUFFIXES:
        write_table(tmp_path / f"o{suffix}", organisation)
        assert require_read(read_table(tmp_path / f"o{suffix}")) == organisation
    with (tmp_path / "o.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream) for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
    sheet = load_workbook(tmp_path / "o.xlsx").active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}


def as_csv(path: Path, *rows: dict[str, str], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


ROOT = {"Bảng": "đơn vị", "Mã": "dang-uy", "Tên": "Đảng ủy", "Loại": "dang_uy"}
WAS = {"Bảng": "trước đây", "Mã": "dang-uy", "Tên": "Đảng đoàn", "Đến ngày": "31/12/2010"}
MERGED = {"Bảng": "sáp nhập", "Mã": "dang-uy", "Đơn vị": "chi-bo", "Từ ngày": "01/01/2020"}
AN = {"Bảng": "người", "Mã": "an", "Tên": "An", "Vai trò": "đảng viên", "Đơn vị": "dang-uy"}

FAULTS = [
    (ROOT | {"Mã": "Đảng ủy"}, "«Đảng ủy» không dùng được"),
    (ROOT | {"Mã": "c1", "Tên": " "}, "cột «Tên» còn trống"),
    (ROOT | {"Mã": "c2", "Loại": ""}, "cột «Loại» còn trống"),
    (ROOT | {"Mã": "c3", "Ký hiệu": "Đ" * 65}, "dài quá 64"),
    (ROOT | {"Mã": "c4", "Cấp trên": "c"}, "không có đơn vị cấp trên «c»"),
    (ROOT | {"Mã": "b", "Cấp trên": "b"}, "vòng tròn"),
    (ROOT, "mã xuất hiện 2 lần"),
    (ROOT | {"Mã": "c5", "Vai trò": "đảng viên"}, "không dùng cho đơn vị"),
    (ROOT | {"Bảng": "tổ"}, "cột «Bảng» phải là"),
    (AN | {"Vai trò": "vua"}, "không có vai trò «vua»"),
    (AN | {"Đơn vị": "chi-bo"}, "không có đơn vị «chi-bo»"),
    (AN | {"Đơn vị": ""}, "cột «Đơn vị» còn trống"),
    (AN | {"Từ ngày": "31/02/2024"}, "«31/02/2024» không phải ngày"),
    (AN | {"Từ ngày": "1/2/24"}, "«1/2/24» không phải ngày"),
    (AN | {"Từ ngày": "02/01/2024", "Đến ngày": "2024-01-01"}, "2024-01-01 trước ngày bắt đầu"),
    (AN | {"Vai trò": "", "Đơn vị": "", "Từ ngày": "2024-01-01"}, "không có vai trò và đơn vị"),
    (AN | {"Loại": "x"}, "cột «Loại» không dùng cho người"),
    (AN | {"Kế thừa quyền xem": "có"}, "cột «Kế thừa quyền xem» không dùng cho người"),
    (WAS | {"Đến ngày": ""}, "cột «Đến ngày» còn trống"),
    (WAS | {"Tên": ""}, "cột «Tên» còn trống"),
    (WAS | {"Mã": "khac"}, "không có đơn vị «khac»"),
    (WAS | {"Cấp trên": "khac"}, "trước đây: không có đơn vị cấp trên «khac»"),
    (WAS | {"Loại": "dang_uy"}, "không dùng cho trước đây"),
    (MERGED | {"Đơn vị": "khac"}, "kế tục dang-uy → khac: không có đơn vị «khac»"),
    (MERGED | {"Đơn vị": "dang-uy", "Bảng": "chia tách"}, "không thể kế tục chính nó"),
    (MERGED | {"Từ ngày": ""}, "cột «Từ ngày» còn trống"),
    (MERGED | {"Tên": "Đảng ủy"}, "cột «Tên» không dùng cho sáp nhập"),
    (MERGED | {"Đơn vị": "khac", "Kế thừa quyền xem": "x"}, "phải là «có» hoặc «không»"),
]


@pytest.mark.parametrize(("wrong", "named"), FAULTS)
def test_every_fault_is_named_by_its_row_and_nothing_is_read(tmp_path: Path, wrong: dict[str, str], named: str) -> None:
    reading = read_table(as_csv(tmp_path / "o.csv", ROOT, AN | {"Mã": "binh"}, wrong, AN | {"Mã": "chi"}))
    assert reading.organisation is None
    assert {fault.row for fault in reading.faults} == {4}
    assert any(named in fault.text for fault in reading.faults)
    with pytest.raises(OrganisationError, match="dòng 4"):
        require_read(reading)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    rows = [wrong for wrong, _ in FAULTS]
    reading = read_table(as_csv(tmp_path / "o.csv", ROOT, *rows))
    assert {fault.row for fault in reading.faults} == set(range(3, 3 + len(rows)))


def test_people_of_one_handle_are_one_person(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "o.csv", ROOT, AN, AN | {"Vai trò": "VAN THU"}, AN | {"Tên": "Khác"})
    (fault,) = read_table(path).faults
    assert (fault.row, "dòng 3" in fault.text) == (5, True)
    as_csv(path, ROOT, AN, AN | {"Vai trò": "VAN THU"})
    (person,) = require_read(read_table(path)).people
    assert [role.role for role in person.memberships] == [Role.DANG_VIEN, Role.VAN_THU]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("written", ["31/01/2024", "31-1-2024", "31.01.2024", "2024-01-31"])
def test_dates_and_delimiters_of_every_office_are_read(tmp_path: Path, delimiter: str, written: str) -> None:
    path = as_csv(tmp_path / "o.csv", ROOT, AN | {"Từ ngày": written}, delimiter=delimiter, encoding="utf-8-sig")
    (person,) = require_read(read_table(path)).people
    assert person.memberships[0].valid_from == date(2024, 1, 31)


@pytest.mark.parametrize("head", ["Bảng,Mã", "Bảng,Mã,Tên,Tuổi", "Bảng,Mã,Tên,Tên", "", "x"])
def test_a_head_that_will_not_do_is_named(tmp_path: Path, head: str) -> None:
    (tmp_path / "o.csv").write_text(head + "\n", "utf-8")
    with pytest.raises(OrganisationError, match="Các cột"):
        read_table(tmp_path / "o.csv")


def test_a_table_typed_in_a_spreadsheet_is_read(tmp_path: Path) -> None:
    """Days and numbers as cells of their own kind, columns in another order, an empty row between."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ten", "MA", "bang", "loai", "Từ ngày", "Ký hiệu"])
    sheet.append(["Đảng ủy", "dang-uy", "Đơn vị", "dang_uy", date(2015, 5, 20), 7])
    sheet.append([])
    sheet.append(["An", "an", "NGƯỜI"])
    book.save(tmp_path / "o.xlsx")
    organisation = require_read(read_table(tmp_path / "o.xlsx"))
    assert organisation == Organisation(
        (Unit("dang-uy", "Đảng ủy", "dang_uy", symbol="7", valid_from=date(2015, 5, 20)),), (Person("an", "An"),)
    )
    sheet["B4"] = '=LOWER("AN")'
    book.save(tmp_path / "o.xlsx")
    (fault,) = read_table(tmp_path / "o.xlsx").faults
    assert (fault.row, "công thức" in fault.text) == (4, True)


@pytest.mark.parametrize(
    ("name", "data"),
    [("o.csv", b"\xff\xfe"), ("o.csv", b'Bang,Ma,Ten\n"x'), ("o.xlsx", b"PK\x03\x04"), ("o.xlsx", b"")],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UsageError):
        read_table(tmp_path / name)


def test_a_table_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "o.xlsx", "w", zipfile.ZIP_DEFLATED) as package, package.open("x", "w") as part:
        for _ in range(201):
            part.write(bytes(1_000_000))
    with pytest.raises(UsageError, match="giải nén"):
        read_table(tmp_path / "o.xlsx")


def test_every_role_and_kind_of_succession_has_a_word() -> None:
    assert set(ROLE_WORDS) == set(Role)
    assert set(SUCCESSION_WORDS) == set(SuccessionKind)


def test_a_name_that_the_table_cannot_hold_is_not_lost_in_silence(tmp_path: Path) -> None:
    unit = replace(large().units[0], aliases=("a; b",))
    with pytest.raises(OrganisationError, match="yaml"):
        write_table(tmp_path / "o.csv", Organisation((unit,), ()))
