"""An organisation as a table for spreadsheets: a row for each unit, each role of each person, and all history.

Read with every fault named by its row, in Vietnamese, and nothing half-read; written so that reading it gives the same.
The form is documented in `docs/organisation.md`. Leaves CSV and XLSX themselves to `pipeline.sheets`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from pipeline.access import Role
from pipeline.errors import OrganisationError
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.organisation_faults import Place, faults
from pipeline.organisation_file import NO_HANDLE, is_handle
from pipeline.sheets import Cell, Formula, Row, read_rows, write_rows
from pipeline.succession import Past, Succession, SuccessionKind
from pipeline.text import fold

COLUMNS = (
    "Bảng", "Mã", "Tên", "Loại", "Cấp trên", "Ký hiệu", "Tên khác", "Vai trò", "Đơn vị", "Từ ngày", "Đến ngày",
    "Kế thừa quyền xem",
)  # fmt: skip
"""The head of the table, in the order in which it is written. Read in any order, with or without accents."""

UNIT, PERSON, PAST = "đơn vị", "người", "trước đây"
"""What stands under "Bảng": whether the row is of a unit, of a person, or of what a unit was before."""

SUCCESSION_WORDS: Mapping[SuccessionKind, str] = {
    SuccessionKind.MERGE: "sáp nhập",
    SuccessionKind.SPLIT: "chia tách",
}
"""The same for rows that say which unit took the place of which."""

YES, NO = "có", "không"

ROLE_WORDS: Mapping[Role, str] = {
    Role.DANG_VIEN: "đảng viên",
    Role.CHI_UY: "chi ủy",
    Role.CAP_UY: "cấp ủy",
    Role.VAN_THU: "văn thư",
    Role.CHANH_VAN_PHONG: "chánh văn phòng",
    Role.UY_BAN_KIEM_TRA: "ủy ban kiểm tra",
    Role.QUAN_TRI_KY_THUAT: "quản trị kỹ thuật",
    Role.KIEM_TOAN: "kiểm toán",
}

_RIGHTS = "Kế thừa quyền xem"
_SHORT = 64
_ALIAS_SEPARATOR = ";"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_VIETNAMESE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one row of the file, in Vietnamese."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table as it was read: the organisation if nothing is wrong with it, else what is."""

    organisation: Organisation | None
    faults: tuple[RowFault, ...]


@dataclass(slots=True)
class _Drafts:
    """What the rows have given so far, with the row of each part."""

    units: list[Unit] = field(default_factory=list)
    unit_rows: list[int] = field(default_factory=list)
    pasts: dict[str, list[tuple[int, Past]]] = field(default_factory=dict)
    successions: list[tuple[int, Succession]] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    person_rows: dict[str, int] = field(default_factory=dict)
    roles: dict[str, list[tuple[int, Membership]]] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)

    def organisation(self) -> Organisation:
        """What they come to."""
        return Organisation(
            tuple(replace(unit, past=tuple(past for _, past in self.pasts.get(unit.id, ()))) for unit in self.units),
            tuple(
                Person(person, name, tuple(role for _, role in self.roles[person]))
                for person, name in self.people.items()
            ),
            tuple(succession for _, succession in self.successions),
        )


def read_table(path: Path) -> TableReading:
    """The organisation in a CSV or XLSX file, or every fault by its row.

    Raises:
        OrganisationError: the file has no head that we know.
        UsageError: it cannot be read at all.
    """
    rows = read_rows(path)
    columns = _columns(rows[0] if rows else Row(1, ()))
    drafts = _Drafts()
    for row in rows[1:]:
        _read_row(row, columns, drafts)
    organisation = drafts.organisation()
    known = {unit.id for unit in drafts.units}
    drafts.faults += [
        RowFault(row, f"không có đơn vị «{unit}»")
        for unit, pasts in drafts.pasts.items()
        for row, _ in pasts
        if unit not in known
    ]
    drafts.faults += [
        RowFault(_row_of(fault.place, organisation, drafts), f"{fault.what}: {fault.text}")
        for fault in faults(organisation)
    ]
    if not drafts.units:
        drafts.faults.append(RowFault(1, "không có đơn vị nào"))
    found = tuple(sorted(drafts.faults, key=lambda fault: fault.row))
    return TableReading(None if found else organisation, found)


def require_read(reading: TableReading) -> Organisation:
    """The organisation of a table without faults. Raises `OrganisationError` that names each, a line a fault."""
    if reading.organisation is None:
        lines = [f"- dòng {fault.row}: {fault.text}" for fault in reading.faults]
        raise OrganisationError("\n".join(["Tệp tổ chức có lỗi, chưa nạp gì:", *lines]))
    return reading.organisation


def write_table(path: Path, organisation: Organisation) -> None:
    """Write an organisation as a table, which `read_table` gives back. Raises `UsageError` where that cannot be."""
    write_rows(path, table_rows(organisation))


def table_rows(organisation: Organisation) -> Iterator[Sequence[Cell]]:
    """The rows of the table, head first. A person without a role has one row without one.

    Raises:
        OrganisationError: another name of a unit has the sign that stands between two of them.
    """
    yield COLUMNS
    for unit in organisation.units:
        if any(_ALIAS_SEPARATOR in alias for alias in unit.aliases):
            raise OrganisationError(f"Đơn vị {unit.id} có tên khác chứa dấu «;»: hãy xuất ra tệp .yaml.")
        aliases = f"{_ALIAS_SEPARATOR} ".join(unit.aliases) or None
        own = (unit.id, unit.name, unit.kind, unit.parent, unit.symbol, aliases)
        yield UNIT, *own, None, None, unit.valid_from, unit.valid_to, None
        for past in unit.past:
            was = (unit.id, past.name, None, past.parent, past.symbol, None)
            yield PAST, *was, None, None, None, past.until, None
    for person in organisation.people:
        for role in person.memberships or (None,):
            told = (ROLE_WORDS[Role(role.role)], role.unit, role.valid_from, role.valid_to) if role else (None,) * 4
            yield PERSON, person.id, person.name, None, None, None, None, *told, None
    for each in organisation.successions:
        with_rights = YES if each.with_rights else None
        empty = (None,) * 6
        yield SUCCESSION_WORDS[each.kind], each.unit, *empty, each.successor, each.day, None, with_rights


def _columns(head: Row) -> Mapping[str, int]:
    """Where each column stands. Raises `OrganisationError` for one that is unknown, doubled or missing."""
    known = {fold(name): name for name in COLUMNS}
    found: dict[str, int] = {}
    for place, cell in enumerate(head.cells):
        if cell is None:
            continue
        name = known.get(fold(str(cell)))
        if name is None or name in found:
            what = "xuất hiện hai lần" if name else "không có trong mẫu"
            raise OrganisationError(f"Dòng đầu của tệp: cột «{cell}» {what}. Các cột: {', '.join(COLUMNS)}.")
        found[name] = place
    missing = [name for name in ("Bảng", "Mã", "Tên") if name not in found]
    if missing:
        raise OrganisationError(f"Dòng đầu của tệp thiếu cột {', '.join(missing)}. Các cột: {', '.join(COLUMNS)}.")
    return found


def _read_row(row: Row, columns: Mapping[str, int], drafts: _Drafts) -> None:
    cells = {name: row.cells[place] if place < len(row.cells) else None for name, place in columns.items()}
    told = [f"cột «{name}» là công thức; hãy dán giá trị" for name, cell in cells.items() if isinstance(cell, Formula)]
    if not told:
        reader = _RowReader({name: cell for name, cell in cells.items() if not isinstance(cell, Formula)}, told)
        read = _READERS.get(fold(reader.text("Bảng") or ""))
        if read:
            read(row.number, reader, drafts)
        else:
            *first, last = (f"«{word}»" for word in (UNIT, PERSON, PAST, *SUCCESSION_WORDS.values()))
            told.append(f"cột «Bảng» phải là {', '.join(first)} hoặc {last}")
    drafts.faults += [RowFault(row.number, text) for text in told]


def _read_unit(number: int, reader: "_RowReader", drafts: _Drafts) -> None:
    reader.nothing_in("Vai trò", "Đơn vị", _RIGHTS)
    aliases = tuple(filter(None, map(str.strip, (reader.text("Tên khác") or "").split(_ALIAS_SEPARATOR))))
    unit = Unit(
        id=reader.handle("Mã"),
        name=reader.required("Tên"),
        kind=reader.required("Loại", longest=_SHORT),
        parent=(reader.handle("Cấp trên") or None) if reader.text("Cấp trên") else None,
        symbol=reader.text("Ký hiệu", longest=_SHORT),
        aliases=aliases,
        valid_from=reader.day("Từ ngày"),
        valid_to=reader.day("Đến ngày"),
    )
    if unit.id:  # also with faults of its own: rows that speak of it are not at fault
        drafts.units.append(unit)
        drafts.unit_rows.append(number)


def _read_person(number: int, reader: "_RowReader", drafts: _Drafts) -> None:
    reader.nothing_in("Loại", "Cấp trên", "Ký hiệu", "Tên khác", _RIGHTS)
    person, name = reader.handle("Mã"), reader.required("Tên")
    if drafts.people.get(person, name) != name:
        reader.faults.append(f"người {person}: tên khác với dòng {drafts.person_rows[person]}")
    start, end = reader.day("Từ ngày"), reader.day("Đến ngày")
    role = None
    if reader.text("Vai trò") or reader.text("Đơn vị"):
        role = Membership(reader.role("Vai trò"), reader.handle("Đơn vị"), start, end)
    elif start or end:
        reader.faults.append("có ngày nhưng không có vai trò và đơn vị")
    if not person:
        return
    drafts.people.setdefault(person, name)
    drafts.person_rows.setdefault(person, number)
    drafts.roles.setdefault(person, [])
    if role and role.role and role.unit:
        drafts.roles[person].append((number, role))


def _read_past(number: int, reader: "_RowReader", drafts: _Drafts) -> None:
    reader.nothing_in("Loại", "Tên khác", "Vai trò", "Đơn vị", "Từ ngày", _RIGHTS)
    unit = reader.handle("Mã")
    name, symbol = reader.required("Tên"), reader.text("Ký hiệu", longest=_SHORT)
    parent = (reader.handle("Cấp trên") or None) if reader.text("Cấp trên") else None
    until = reader.required_day("Đến ngày")
    if unit and until:
        drafts.pasts.setdefault(unit, []).append((number, Past(until, name, symbol, parent)))


def _read_succession(number: int, reader: "_RowReader", drafts: _Drafts) -> None:
    reader.nothing_in("Tên", "Loại", "Cấp trên", "Ký hiệu", "Tên khác", "Vai trò", "Đến ngày")
    word = fold(reader.text("Bảng") or "")
    kind = next(kind for kind, name in SUCCESSION_WORDS.items() if fold(name) == word)
    unit, successor, day = reader.handle("Mã"), reader.handle("Đơn vị"), reader.required_day("Từ ngày")
    with_rights = reader.yes_or_no(_RIGHTS)
    if unit and successor and day:
        drafts.successions.append((number, Succession(kind, unit, successor, day, with_rights)))


_READERS: Mapping[str, Callable[[int, "_RowReader", _Drafts], None]] = {
    fold(UNIT): _read_unit,
    fold(PERSON): _read_person,
    fold(PAST): _read_past,
    **{fold(word): _read_succession for word in SUCCESSION_WORDS.values()},
}


def _row_of(place: Place, organisation: Organisation, drafts: _Drafts) -> int:
    """The row of the file that a part of the organisation was read from."""
    if place.succession is not None:
        return drafts.successions[place.succession][0]
    if place.unit is not None and place.past is not None:
        return drafts.pasts[drafts.units[place.unit].id][place.past][0]
    if place.unit is not None:
        return drafts.unit_rows[place.unit]
    person = organisation.people[place.person or 0].id
    return drafts.person_rows[person] if place.role is None else drafts.roles[person][place.role][0]


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Reads the cells of one row; what is wrong with one is noted, and something harmless given instead."""

    cells: Mapping[str, Cell]
    faults: list[str]

    def text(self, column: str, longest: int | None = None) -> str | None:
        """The cell's text in one Unicode form, whatever the keyboard wrote."""
        cell = self.cells.get(column)
        text = None if cell is None else unicodedata.normalize("NFC", str(cell))
        if text and longest and len(text) > longest:
            self.faults.append(f"cột «{column}» dài quá {longest} ký tự")
        return text

    def required(self, column: str, longest: int | None = None) -> str:
        """A text that must be there."""
        text = self.text(column, longest)
        if not text:
            self.faults.append(f"cột «{column}» còn trống")
        return text or ""

    def handle(self, column: str) -> str:
        """A handle that must be there; empty where what is there is none."""
        text = self.required(column)
        if text and not is_handle(text):
            self.faults.append(f"cột «{column}»: «{text}» không dùng được, {NO_HANDLE}")
        return text if is_handle(text) else ""

    def role(self, column: str) -> str:
        """A role, by its slug or as people say it."""
        text = self.required(column)
        names = {fold(word): role for role, word in ROLE_WORDS.items()} | {role.value: role for role in Role}
        role = names.get(fold(text))
        if text and role is None:
            self.faults.append(f"cột «{column}»: không có vai trò «{text}»; có {', '.join(ROLE_WORDS.values())}")
        return role or ""

    def day(self, column: str) -> date | None:
        """A day: a cell that is one, `dd/mm/yyyy`, or ISO."""
        cell = self.cells.get(column)
        if cell is None or isinstance(cell, date):
            return cell
        found = _read_day(cell)
        if found is None:
            self.faults.append(f"cột «{column}»: «{cell}» không phải ngày; hãy viết 31/12/2025 hoặc 2025-12-31")
        return found

    def required_day(self, column: str) -> date | None:
        """A day that must be there; None where what is there is none."""
        if self.cells.get(column) is None:
            self.faults.append(f"cột «{column}» còn trống")
        return self.day(column)

    def yes_or_no(self, column: str) -> bool:
        """Whether it says yes; nothing is no."""
        text = self.text(column)
        if text and fold(text) not in {fold(YES), fold(NO)}:
            self.faults.append(f"cột «{column}» phải là «{YES}» hoặc «{NO}»")
        return fold(text or "") == fold(YES)

    def nothing_in(self, *columns: str) -> None:
        """Refuse what has no meaning in this kind of row, instead of passing over it."""
        kind = self.text("Bảng")
        self.faults.extend(f"cột «{name}» không dùng cho {kind}" for name in columns if self.cells.get(name))


def _read_day(text: str) -> date | None:
    iso, vietnamese = _ISO.fullmatch(text), _VIETNAMESE.fullmatch(text)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if vietnamese:
            day, month, year = map(int, vietnamese.groups())
            return date(year, month, day)
    except ValueError:  # no such day
        return None
    return None
