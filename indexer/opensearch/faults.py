"""What OpenSearch answers when it cannot do what it is asked, as our errors.

Its own texts may hold values of documents and words of queries, so they go nowhere: ours name the kind of fault alone.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from indexer.faults import MISSING
from pipeline.errors import StorageFullError, UnavailableError

DOWN = (
    "Không kết nối được máy chủ tìm kiếm OpenSearch. Hãy thử lại sau ít phút; quản trị kiểm tra máy chủ và index.url."
)
SLOW = "Máy chủ tìm kiếm OpenSearch không trả lời kịp. Hãy thử lại sau ít phút."
OVERLOADED = "Máy chủ tìm kiếm OpenSearch đang quá tải. Hãy thử lại sau ít phút."
NOT_READY = (
    "Máy chủ tìm kiếm OpenSearch chưa sẵn sàng. Hãy thử lại sau ít phút; quản trị kiểm tra trạng thái cụm máy chủ."
)
UNTRUSTED = "Chứng chỉ của máy chủ tìm kiếm OpenSearch không được tin. Quản trị hãy kiểm tra index.url và index.ca."
DENIED = (
    "Máy chủ tìm kiếm OpenSearch từ chối tài khoản. Quản trị hãy kiểm tra index.user, index.password và quyền của nó."
)
FULL = (
    "Ổ đĩa của máy chủ tìm kiếm OpenSearch gần đầy nên chỉ mục bị khóa ghi. Quản trị hãy giải phóng chỗ trống"
    " rồi chạy lại; những thay đổi chưa ghi vẫn được giữ."
)
READ_ONLY = (
    "Chỉ mục trên máy chủ tìm kiếm OpenSearch đang bị khóa ghi. Quản trị hãy gỡ khóa (index.blocks) rồi chạy lại;"
    " những thay đổi chưa ghi vẫn được giữ."
)
REFUSED = "Máy chủ tìm kiếm OpenSearch không nhận yêu cầu ({status} {kind}). Quản trị hãy xem nhật ký của máy chủ đó."

_FLOOD_STAGE = "read-only-allow-delete"


class PassingError(UnavailableError):
    """May be over in a moment: worth trying again."""


class SlowError(PassingError):
    """No answer in time. What was asked may have been done."""


class GoneError(UnavailableError):
    """No such index or alias."""


class ConflictError(UnavailableError):
    """The document is there in another version."""


class AlreadyThereError(UnavailableError):
    """The index is there already."""


def fault(status: int, error: object) -> UnavailableError:
    """Our error for an answer of the server: of a whole request, or of one document of a bulk request."""
    told: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    match str(told.get("type", "")):
        case "cluster_block_exception":
            return _blocked(status, str(told.get("reason", "")))
        case "index_not_found_exception" | "aliases_not_found_exception":
            return GoneError(MISSING)
        case "version_conflict_engine_exception":
            return ConflictError(REFUSED.format(status=status, kind="version conflict"))
        case "resource_already_exists_exception":
            return AlreadyThereError(REFUSED.format(status=status, kind="resource already exists"))
        case kind:
            return _by_status(status, kind)


def _blocked(status: int, reason: str) -> UnavailableError:
    if _FLOOD_STAGE in reason:
        return StorageFullError(FULL)
    return PassingError(NOT_READY) if status == HTTPStatus.SERVICE_UNAVAILABLE else UnavailableError(READ_ONLY)


def _by_status(status: int, kind: str) -> UnavailableError:
    match status:
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            return UnavailableError(DENIED)
        case HTTPStatus.TOO_MANY_REQUESTS:
            return PassingError(OVERLOADED)
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.GATEWAY_TIMEOUT:
            return PassingError(NOT_READY)
        case _:
            return UnavailableError(REFUSED.format(status=status, kind=kind))
