"""What a person and a program are told of a batch."""

import json

import pytest

from flows.report import batch_json, batch_lines, is_all_in
from pipeline.model import (
    DocumentRecord,
    DocumentStatus,
    FieldName,
    FieldValue,
    FileRecord,
    FileStatus,
    PageRecord,
    PageStatus,
    Source,
)
from pipeline.steps.take_in import Batch, Outcome


def record(document: str, *, number: str | None = None) -> DocumentRecord:
    """A document that is doubtful in all it lacks."""
    fields = {} if number is None else {FieldName.NUMBER: FieldValue(number, 0.9, Source.OCR)}
    file = FileRecord("f", "dang-uy", "ab" * 32, "x.pdf", "application/pdf", 1, 1)
    page = PageRecord(1, 1, PageStatus.READ, 0.9, Source.OCR, None)
    return DocumentRecord(document, 1, file, DocumentStatus.UNPUBLISHED, fields, (), (), (page,))


BATCH = Batch(
    "b-1",
    (
        Outcome(1, "in/new.pdf", FileStatus.STORED, None, ("d-new",)),
        Outcome(2, "in/old.pdf", FileStatus.DUPLICATE, "Đơn vị đã có tệp này.", ("d-old",)),
        Outcome(3, "in/bad\x1b[2J.pdf", FileStatus.REFUSED, "Tệp rỗng."),
        Outcome(4, None, FileStatus.QUARANTINED, "Tệp mang dấu MẬT."),
        Outcome(5, "in/late.pdf", FileStatus.UNFINISHED, "Chưa nạp xong khi dừng."),
    ),
)
RECORDS = {"d-new": record("d-new", number="05-NQ/ĐU"), "d-old": record("d-old")}


def test_a_person_is_told_what_needs_attention_and_only_counts_of_the_rest() -> None:
    first, *lines = batch_lines(BATCH, 1.25, RECORDS)
    assert "5 tệp" in first
    for count in ("1 đã lưu", "1 đã có", "1 từ chối", "1 cách ly", "1 chưa xong"):
        assert count in first
    told = "\n".join(lines)
    assert "tệp thứ 4: Tệp mang dấu MẬT." in told
    assert "in/bad\ufffd[2J.pdf: Tệp rỗng." in told
    assert "in/late.pdf" in told
    assert "d-new: loại, ngày ban hành, cơ quan ban hành, trích yếu" in told
    for left_out in ("old.pdf", "new.pdf", "d-old"):
        assert left_out not in told


def test_a_program_is_told_of_every_file() -> None:
    told = batch_json(BATCH, 1.25, RECORDS)
    files = json.loads(json.dumps(told))["files"]
    assert [file["ordinal"] for file in files] == [1, 2, 3, 4, 5]
    assert [file["status"] for file in files] == ["stored", "duplicate", "refused", "quarantined", "unfinished"]
    assert "path" not in files[3]
    assert [document["id"] for document in files[1]["documents"]] == ["d-old"]


@pytest.mark.parametrize("status", FileStatus)
def test_all_is_in_only_if_each_file_is(status: FileStatus) -> None:
    outcomes = [Outcome(1, "a", FileStatus.STORED), Outcome(2, "b", status)]
    assert is_all_in(outcomes) is (status in {FileStatus.STORED, FileStatus.DUPLICATE})
