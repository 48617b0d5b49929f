"""A page's result as JSON bytes: the form in which words and boxes are kept in staging and in the store."""

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import CorruptObjectError
from pipeline.model import PageResult

_ADAPTER = TypeAdapter(PageResult)


def to_json(page: PageResult) -> bytes:
    """The page as JSON."""
    return _ADAPTER.dump_json(page)


def from_json(data: bytes) -> PageResult:
    """The page that `to_json` gave. Raises `CorruptObjectError` for anything else."""
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError as error:
        message = "Dữ liệu trang trong kho bị hỏng. Hãy chạy `vankho verify`."
        raise CorruptObjectError(message) from error
