"""Errors as answers: `{"error": {"code", "message"}}`, in Vietnamese, without internals and without what was sent.

The same error gives the same bytes, whichever document it is about. The codes are explained in `docs/api.md`.
"""

import logging
import traceback
from collections.abc import Mapping, Sequence
from enum import StrEnum

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from pipeline.errors import (
    CorruptObjectError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    ObjectMissingError,
    PageFailedError,
    SecondFactorNeededError,
    StaleError,
    TooManyAttemptsError,
    UnavailableError,
    UsageError,
    VanKhoError,
)

RETRY_SECONDS = 30

_LOG = logging.getLogger(__name__)


class Code(StrEnum):
    """What went wrong, for programs."""

    INVALID_REQUEST = "invalid_request"
    NOT_SIGNED_IN = "not_signed_in"
    SECOND_FACTOR_NEEDED = "second_factor_needed"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CHANGED_MEANWHILE = "changed_meanwhile"
    TOO_LARGE = "too_large"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    PAGE_FAILED = "page_failed"
    DAMAGED = "damaged"
    INTERNAL_ERROR = "internal_error"
    UNAVAILABLE = "unavailable"


_CODES: Mapping[type[VanKhoError], Code] = {
    UsageError: Code.INVALID_REQUEST,
    NotFoundError: Code.NOT_FOUND,
    NotAllowedError: Code.NOT_ALLOWED,
    SecondFactorNeededError: Code.SECOND_FACTOR_NEEDED,
    NotSignedInError: Code.NOT_SIGNED_IN,
    PageFailedError: Code.PAGE_FAILED,
    TooManyAttemptsError: Code.TOO_MANY_ATTEMPTS,
    StaleError: Code.CHANGED_MEANWHILE,
}
"""Errors whose words are meant for whoever asks. All others are said in general words and logged."""

_UNAVAILABLE = "Hệ thống đang tạm gián đoạn. Hãy thử lại sau ít phút; nếu vẫn lỗi, hãy báo người quản trị."
_DAMAGED = "Dữ liệu của văn bản này trong kho bị thiếu hoặc hỏng. Hãy báo người quản trị chạy `vankho verify`."
_INTERNAL = "Hệ thống gặp lỗi ngoài dự kiến. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị."

_OF_STATUS: Mapping[int, tuple[Code, str]] = {
    400: (Code.INVALID_REQUEST, "Không đọc được nội dung gửi lên: phải là JSON bằng UTF-8."),
    404: (Code.NOT_FOUND, "Không có địa chỉ này."),
    405: (Code.METHOD_NOT_ALLOWED, "Địa chỉ này không nhận phương thức vừa dùng."),
    413: (Code.TOO_LARGE, "Nội dung gửi lên quá lớn."),
    416: (Code.RANGE_NOT_SATISFIABLE, "Phần được hỏi nằm ngoài tệp."),
}
"""What the framework says by its status alone."""

_FAULTS: Mapping[str, str] = {
    "missing": "còn thiếu",
    "extra_forbidden": "không có tham số này",
    "json_invalid": "không phải JSON đúng",
    "string_type": "phải là chữ",
    "string_too_short": "quá ngắn",
    "string_too_long": "quá dài",
    "too_short": "quá ít",
    "too_long": "quá nhiều",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "greater_than_equal": "quá nhỏ",
    "less_than_equal": "quá lớn",
    "enum": "không phải một trong các giá trị cho phép",
    "date_from_datetime_parsing": "phải là ngày, như 2025-12-31",
}
_LONGEST_NAME = 64


def install(app: FastAPI) -> None:
    """Answer errors of these kinds in our shape."""
    app.add_exception_handler(VanKhoError, _own)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_framework)


def too_large() -> JSONResponse:
    """The answer to a body that is too long."""
    return _of_status(413)


def internal_error() -> JSONResponse:
    """The answer where something failed that nobody foresaw."""
    return _answer(500, Code.INTERNAL_ERROR, _INTERNAL)


def log_unforeseen(error: Exception, log: logging.Logger) -> None:
    """Log an error that nobody foresaw by its kind and place only: it may quote a document or what somebody typed."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    log.error("unforeseen %s\n%s", type(error).__name__, frames)


def _own(_request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, UnavailableError):
        _LOG.error("%s: %s", type(error).__name__, error)
        return _answer(error.http_status, Code.UNAVAILABLE, _UNAVAILABLE, {"Retry-After": str(RETRY_SECONDS)})
    if isinstance(error, ObjectMissingError | CorruptObjectError):
        _LOG.error("%s: %s", type(error).__name__, error)
        return _answer(500, Code.DAMAGED, _DAMAGED)
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            return _answer(error.http_status, code, str(error), _headers(error))
    _LOG.error("%s: %s", type(error).__name__, error)
    return internal_error()


def _headers(error: VanKhoError) -> Mapping[str, str]:
    match error:
        case NotSignedInError():
            return {"WWW-Authenticate": "Bearer"}
        case TooManyAttemptsError():
            return {"Retry-After": str(error.retry_seconds)}
    return {}


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    """Names what is wrong and how, never the value: it may be a password."""
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    said = "; ".join(dict.fromkeys(_fault(fault["loc"], fault["type"]) for fault in faults))
    return _answer(422, Code.INVALID_REQUEST, f"Yêu cầu chưa đúng: {said}.")


def _fault(where: Sequence[str | int], kind: str) -> str:
    names = [str(part) for part in where[1:] if isinstance(part, str)]
    what = _FAULTS.get(kind, "có giá trị không hợp lệ")
    name = ".".join(names)[:_LONGEST_NAME]
    is_named = name and kind != "json_invalid"
    return f"«{name}» {what}" if is_named else f"nội dung gửi lên {what}"


def _of_framework(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    return _of_status(status, headers)


def _of_status(status: int, headers: Mapping[str, str] | None = None) -> JSONResponse:
    code, message = _OF_STATUS.get(status, (Code.INTERNAL_ERROR, _INTERNAL))
    return _answer(status, code, message, headers)


def _answer(status: int, code: Code, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = {"error": {"code": code, "message": message}}
    return JSONResponse(content, status_code=status, headers=dict(headers or {}))
