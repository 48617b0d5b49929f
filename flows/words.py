"""The Vietnamese words for what the code names: fields, statuses, relations, facets. Programs get the names."""

from collections.abc import Mapping

from pipeline.catalogue.corrections import Correction
from pipeline.model import DocumentStatus, FieldName, FileStatus, PageStatus, Source

FILE_WORDS: Mapping[FileStatus, str] = {
    FileStatus.STORED: "đã lưu",
    FileStatus.DUPLICATE: "đã có",
    FileStatus.REFUSED: "từ chối",
    FileStatus.QUARANTINED: "cách ly",
    FileStatus.FAILED: "lỗi",
    FileStatus.INCOMPLETE: "thiếu trang",
    FileStatus.UNFINISHED: "chưa xong",
}

DOCUMENT_WORDS: Mapping[DocumentStatus, str] = {
    DocumentStatus.UNPUBLISHED: "chưa công bố",
    DocumentStatus.PUBLISHED: "đã công bố",
}

PAGE_WORDS: Mapping[PageStatus, str] = {
    PageStatus.READ: "đã đọc",
    PageStatus.BLANK: "trang trắng",
    PageStatus.FAILED: "không đọc được",
}

FIELD_WORDS: Mapping[FieldName, str] = {
    FieldName.SYSTEM: "hệ thống",
    FieldName.NUMBER: "số, ký hiệu",
    FieldName.TYPE: "loại",
    FieldName.DATE: "ngày ban hành",
    FieldName.ISSUER: "cơ quan ban hành",
    FieldName.ISSUER_PARENT: "cơ quan cấp trên",
    FieldName.PLACE: "nơi ban hành",
    FieldName.SUBJECT: "trích yếu",
    FieldName.SIGNER: "người ký",
    FieldName.SIGNER_TITLE: "chức vụ người ký",
    FieldName.CAPACITY: "thể thức ký",
    FieldName.RECIPIENTS: "nơi nhận",
    FieldName.URGENCY: "mức độ khẩn",
    FieldName.TOPIC: "lĩnh vực",
    FieldName.VALIDITY: "hiệu lực",
    FieldName.CLASS: "mức phổ biến",
    FieldName.CUT: "chỗ cắt khỏi tệp quét",
}

NOTHING_WORDS = "(không có)"
"""Where a person has said that the paper has no such thing."""

SOURCE_WORDS: Mapping[Source, str] = {
    Source.OCR: "bộ đọc chính",
    Source.SECOND_READER: "bộ đọc thứ hai",
    Source.TEXT_LAYER: "lớp chữ của tệp",
    Source.RULE: "quy tắc",
    Source.MODEL: "mô hình",
    Source.FILE_NAME: "tên tệp",
    Source.SIGNATURE: "chữ ký số",
    Source.CITATION: "văn bản khác viện dẫn",
    Source.SEQUENCE: "thứ tự số và ngày",
    Source.PERSON: "người nhập",
}

SYSTEM_WORDS: Mapping[str, str] = {"party": "Đảng", "state": "Nhà nước", "other": "tổ chức khác"}

RELATION_WORDS: Mapping[str, str] = {
    "amends": "sửa đổi, bổ sung",
    "repeals": "bãi bỏ",
    "replaces": "thay thế",
    "suspends": "đình chỉ",
    "corrects": "đính chính",
    "based_on": "căn cứ",
    "proposed_in": "theo đề nghị tại",
    "guides": "hướng dẫn",
    "implements": "thực hiện",
    "follows": "tiếp theo",
    "replies_to": "trả lời",
    "summarises": "tổng kết, sơ kết",
    "issued_with": "ban hành kèm theo",
    "expires": "làm hết hiệu lực",
    "mentions": "nhắc tới",
}

FACET_WORDS: Mapping[str, str] = {
    "type": "Loại",
    "issuer": "Cơ quan ban hành",
    "year": "Năm",
    "unit": "Đơn vị giữ",
    "topic": "Lĩnh vực",
    "validity": "Hiệu lực",
}


def correction_words(made: Correction) -> str:
    """Who set a field and when, and what had been read there."""
    read = "máy không đọc được" if made.read is None else f"máy đã đọc: {made.read}"
    return f"{made.actor} nhập ngày {made.at:%Y-%m-%d}; {read}"
