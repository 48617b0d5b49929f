"""One table as a CSV or XLSX file, in and out: cells are texts and days, and nothing in one is ever a formula.

What a spreadsheet would take for a formula (`=`, `+`, `-`, `@` at the beginning) is written in CSV with an apostrophe
before it, as spreadsheets themselves ask for (OWASP, "CSV Injection"), and typed as text in XLSX; reading takes the
apostrophe off again. A formula that is met while reading is refused, never computed. Leaves what the columns mean to
its callers.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.errors import UsageError

CSV, XLSX = ".csv", ".xlsx"
SUFFIXES = (CSV, XLSX)

MAX_ROWS = 100_000
_MAX_BYTES = 20_000_000
_MAX_UNPACKED = 200_000_000
_MAX_COLUMNS = 100
_DELIMITERS = ",;\t"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Cell = str | date | None


@dataclass(frozen=True, slots=True)
class Formula:
    """A cell with a formula: what it comes to is not known here."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row by its number in the file, from 1, without empty ones behind its last cell."""

    number: int
    cells: tuple[Cell | Formula, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        return all(cell is None for cell in self.cells)


def read_rows(path: Path) -> list[Row]:
    """The rows of the file that hold anything. Texts are trimmed; an empty one is None.

    Raises:
        UsageError: it cannot be read, is no such file, or is too large.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"Tệp {path} lớn quá {_MAX_BYTES // 1_000_000} MB. Hãy chia nhỏ hoặc bỏ phần thừa.")
        found = _read_xlsx(path) if path.suffix.lower() == XLSX else _read_csv(path)
        rows = [row for row in found if not row.is_empty]
    except OSError as error:
        raise UsageError(f"Không đọc được tệp {path}: {error}") from error
    return rows


def write_rows(path: Path, rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table, its head first. Raises `UsageError` where the file cannot be written."""
    try:
        if path.suffix.lower() == XLSX:
            _write_xlsx(path, rows)
        else:
            path.write_bytes((CSV_MARK + "".join(map(csv_line, rows))).encode())
    except OSError as error:
        raise UsageError(f"Không ghi được tệp {path}: {error}") from error


CSV_MARK = "\ufeff"
"""What stands at the beginning of a CSV file, so that Excel knows that it is UTF-8."""


def csv_line(cells: Sequence[Cell]) -> str:
    """One line of a CSV file, with its end."""
    out = io.StringIO()
    csv.writer(out).writerow([_guarded(_text(cell)) for cell in cells])
    return out.getvalue()


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return str(ILLEGAL_CHARACTERS_RE.sub(" ", cell or ""))


def _guarded(text: str) -> str:
    """With an apostrophe where a spreadsheet would see a formula, or see our apostrophe as its own."""
    return f"'{text}" if text.startswith((*_FORMULA_STARTS, "'")) else text


def _unguarded(text: str) -> str:
    return text.removeprefix("'")


def _read_csv(path: Path) -> Iterator[Row]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"Tệp {path} không phải UTF-8. Trong Excel hãy lưu lại dạng «CSV UTF-8».") from error
    head = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            _require_size(path, reader.line_num, len(cells))
            yield Row(reader.line_num, tuple(_unguarded(cell.strip()).strip() or None for cell in cells))
    except csv.Error as error:
        raise UsageError(f"Tệp {path} không phải CSV hợp lệ, ở gần dòng {reader.line_num}: {error}") from error


def _read_xlsx(path: Path) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(path) as package:
            if sum(part.file_size for part in package.infolist()) > _MAX_UNPACKED:
                raise UsageError(f"Tệp {path} khi giải nén quá lớn. Hãy bỏ hình ảnh và trang tính thừa.")
        book = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # some programs write them wrong, and then rows would be missing
            for number, cells in enumerate(sheet.iter_rows(), 1):
                _require_size(path, number, len(cells))
                yield Row(number, tuple(_of_cell(cell) for cell in cells))
        finally:
            book.close()
    # What a damaged package makes of the library is its own business: any failure of it means this.
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        IndexError,
        SyntaxError,
        TypeError,
    ) as error:
        raise UsageError(f"Tệp {path} không phải XLSX hợp lệ. Hãy mở bằng Excel rồi lưu lại.") from error


def _of_cell(cell: Any) -> Cell | Formula:  # noqa: ANN401 - the library's cells have no types
    value = cell.value
    if cell.data_type == "f":
        return Formula()
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, date):
        return value
    return str(value).strip() or None


def _write_xlsx(path: Path, rows: Iterable[Sequence[Cell]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Văn Kho")
    sheet.freeze_panes = "A2"
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    book.save(path)


def _xlsx_cell(sheet: Any, content: Cell) -> Any:  # noqa: ANN401 - the library has no types
    """A cell that is text whatever stands in it; a day is a day."""
    if content is None:
        return None
    if isinstance(content, date):
        cell = WriteOnlyCell(sheet, content)
        cell.number_format = "dd/mm/yyyy"
        return cell
    cell = WriteOnlyCell(sheet, _text(content))
    cell.data_type = "s"
    cell.quotePrefix = content.startswith(_FORMULA_STARTS)
    return cell


def _require_size(path: Path, number: int, columns: int) -> None:
    if number > MAX_ROWS or columns > _MAX_COLUMNS:
        raise UsageError(f"Tệp {path} có quá nhiều dòng hoặc cột (nhiều nhất {MAX_ROWS} dòng, {_MAX_COLUMNS} cột).")
