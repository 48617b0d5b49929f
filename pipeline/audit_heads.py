"""Heads of the audit, noted outside the database: a file to which a line is added whenever much has happened.

Without it the last lines of the audit could be removed, or the whole chain written anew, and nothing would show. The
file is worth most where the one who might do so cannot reach it: copied away, with the backup for instance.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from pipeline.catalogue.audit import AuditHead, AuditTrail
from pipeline.errors import UnavailableError
from pipeline.storage.local import storage_errors

FILE = "audit-heads.txt"
_WORDS = 3


def noted_heads(home: Path) -> tuple[AuditHead, ...]:
    """The heads noted in this data folder, oldest first. A line that a crash cut short is left out.

    Raises:
        UnavailableError: a line is not one of ours.
    """
    return read_heads(home / FILE)


def read_heads(path: Path) -> tuple[AuditHead, ...]:
    """The heads in such a file, or in a copy of one that was kept elsewhere; none where there is no file."""
    with storage_errors():
        text = path.read_text("utf-8") if path.exists() else ""
    return tuple(_head(line, path) for line in text.splitlines(keepends=True) if line.endswith("\n"))


def note_head(home: Path, audit: AuditTrail) -> None:
    """Note the audit's present head, if it is further than the last that was noted."""
    head = audit.head()
    last = max((noted.seq for noted in noted_heads(home)), default=0)
    if head is None or head.seq <= last:
        return
    line = f"{datetime.now(UTC).isoformat(timespec='seconds')} {head.seq} {head.hash}\n"
    with storage_errors():
        descriptor = os.open(home / FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "ab") as stream:
            stream.write(line.encode())
            stream.flush()
            os.fsync(descriptor)


def _head(line: str, path: Path) -> AuditHead:
    words = line.split()
    if len(words) != _WORDS or not words[1].isdecimal():
        raise UnavailableError(
            f"Tệp ghi mốc nhật ký {path} bị hỏng ở dòng: {line.strip()!r}. Hãy lấy lại từ bản sao lưu."
        )
    return AuditHead(int(words[1]), words[2])
