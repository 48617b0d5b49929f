"""Mails (`.eml`): the files attached to one, each measured, and one attachment's bytes once more.

What the mail itself says is no document. Pictures that are part of its text (a logo in a signature) are not attached. A
mail or an archive within a mail is refused as an entry. Leaves what becomes of attachments to `pipeline.steps.unpack`.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import FileRefusedError
from pipeline.storage.packed import ArchiveLimits, Entry, Meter, PackedFile, is_litter_entry, require_not_nested
from pipeline.text import clean

SUFFIX = ".eml"

BODY = "Chỉ nạp tệp đính kèm của thư; nội dung thư không phải là văn bản."

_BROKEN = (MessageError, LookupError, ValueError, AttributeError, TypeError)
"""What the standard library raises on mails that keep no rule, beside noting defects."""

_NESTED = ("message/rfc822", "message/partial", "message/external-body")


def is_mail(name: str) -> bool:
    """Whether a file of this name is a mail: mails have no first bytes of their own."""
    return name.lower().endswith(SUFFIX)


def entries(path: Path, limits: ArchiveLimits, meter: Meter) -> Iterator[Entry]:
    """Every attachment of the mail, in its order.

    Raises:
        FileRefusedError: the mail is too large or cannot be read as one, or nothing is attached.
    """
    if path.stat().st_size > limits.mail_bytes:
        most = f"{limits.mail_bytes / 1e6:.0f} MB"
        message = f"Thư quá lớn (giới hạn {most}). Hãy lưu các tệp đính kèm rồi nạp các tệp đó."
        raise FileRefusedError("too_large", message)
    attached = list(_attached(path))
    if len(attached) > limits.entries:
        message = f"Thư có hơn {limits.entries} tệp đính kèm. Hãy lưu các tệp đính kèm rồi nạp các tệp đó."
        raise FileRefusedError("too_many_entries", message)
    for number, part in enumerate(attached):
        if meter.is_stopped:
            return
        name = _name(part, number)
        if not is_litter_entry(name):
            yield Entry(name, _measured(part, name, PackedFile(path, number, "", 0, is_mail=True), meter), BODY)


@contextmanager
def opened_entry(found: PackedFile) -> Iterator[BinaryIO]:
    """The attachment's bytes.

    Raises:
        FileRefusedError: with code `changing`, the mail is no longer the one that was measured.
    """
    attached = list(_attached(found.archive))
    if found.number >= len(attached):
        raise FileRefusedError("changing", "Thư vừa thay đổi. Hãy đợi sao chép xong rồi nạp lại.")
    yield io.BytesIO(_bytes(attached[found.number]))


def _attached(path: Path) -> Iterator[EmailMessage]:
    with path.open("rb") as stream:
        message = BytesParser(policy=policy.default).parse(stream)
    try:
        yield from _parts(message, within="")
    except _BROKEN as error:
        raise FileRefusedError(
            "damaged", "Thư bị hỏng nên không lấy được tệp đính kèm. Hãy lưu các tệp đó từ hộp thư rồi nạp."
        ) from error


def _parts(message: object, *, within: str) -> Iterator[EmailMessage]:
    """The leaves that are attached; what is in a forwarded mail is not looked at."""
    if not isinstance(message, EmailMessage):
        return
    kind = message.get_content_type()
    if kind in _NESTED:
        yield message
    elif message.is_multipart():
        for part in message.iter_parts():
            yield from _parts(part, within=kind)
    elif _is_attached(message, kind, within):
        yield message


def _is_attached(part: EmailMessage, kind: str, within: str) -> bool:
    """Whether a part is a file and no part of what the mail says. Telephones send scans as inline parts."""
    if part.is_attachment():
        return True
    if kind.startswith("text/") or kind == "application/pgp-signature":
        return part.get_filename() is not None
    is_of_text = within == "multipart/related" and kind.startswith("image/") and part["Content-ID"] is not None
    return not is_of_text and not kind.startswith("multipart/")


def _name(part: EmailMessage, number: int) -> str:
    """The attachment's name: the last part of what the mail calls it, or its place."""
    try:
        named = part.get_filename()
    except _BROKEN:
        named = None
    name = clean(named or "").replace("\\", "/").rpartition("/")[2].strip()
    return name if name not in ("", ".", "..") else f"tệp đính kèm {number + 1}"


def _measured(part: EmailMessage, name: str, place: PackedFile, meter: Meter) -> PackedFile | FileRefusedError:
    try:
        if part.get_content_type() in _NESTED:
            require_not_nested(SUFFIX, b"")
        require_not_nested(name, b"")
        data = _bytes(part)
        sha256, size = meter.measure(io.BytesIO(data), name=name, packed=len(data))
    except FileRefusedError as refusal:
        return refusal
    except _BROKEN:
        return FileRefusedError("damaged", "Tệp đính kèm bị hỏng. Hãy lưu tệp đó từ hộp thư rồi nạp lại.")
    return replace(place, sha256=sha256, size=size)


def _bytes(part: EmailMessage) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
