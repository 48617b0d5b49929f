"""Archives and mails: what is in them is found, and what must not be taken in is refused alone, with its reason."""

import hashlib
import io
import struct
import zipfile
from collections.abc import Sequence
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipeline.errors import FileRefusedError
from pipeline.steps.intake import FoundFile, hash_file, is_still_there
from pipeline.steps.unpack import unpacked
from pipeline.storage.packed import ArchiveLimits
from pipeline.storage.zip_archive import ODD_NAME, opened_entry

PDF = b"%PDF-1.7 one"
SMALL = ArchiveLimits(entries=20, total_bytes=8_000_000, entry_bytes=4_000_000, ratio=100)


def going_on() -> bool:
    return False


def zipped(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data, compress_type=zipfile.ZIP_DEFLATED)
    return path


def within(path: Path, limits: ArchiveLimits = SMALL) -> Sequence[FoundFile]:
    return unpacked([FoundFile(path)], limits, is_stopped=going_on).files


def codes(files: Sequence[FoundFile]) -> dict[str, str | None]:
    return {file.inner or file.name: file.problem.code if file.problem else None for file in files}


def data_of(file: FoundFile) -> bytes:
    assert file.packed is not None
    with opened_entry(file.packed) as stream:
        return stream.read()


def test_every_file_of_an_archive_is_a_file_of_its_own(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "đợt 1.zip", ("2024/", b""), ("2024/một.pdf", PDF), ("hai.pdf", b"%PDF-1.7 two"))
    alone = tmp_path / "ba.pdf"
    alone.write_bytes(PDF)
    found = unpacked([FoundFile(archive), FoundFile(alone)], SMALL, is_stopped=going_on)
    assert [file.shown_path for file in found.files] == [
        f"{archive}/2024/một.pdf",
        f"{archive}/hai.pdf",
        str(alone),
    ]
    assert found.origins == (0, 0, 1)
    first = found.files[0]
    assert first.name == "một.pdf"
    assert hash_file(first).sha256 == hashlib.sha256(PDF).hexdigest()
    assert data_of(first) == PDF


def test_nothing_is_unpacked_to_a_folder(tmp_path: Path) -> None:
    within(zipped(tmp_path / "a.zip", ("../../one.pdf", PDF), ("two.pdf", PDF)))
    assert [path.name for path in tmp_path.rglob("*")] == ["a.zip"]


def test_what_leads_out_or_is_no_plain_file_is_refused_alone(tmp_path: Path) -> None:
    link, pipe = zipfile.ZipInfo("link.pdf"), zipfile.ZipInfo("pipe.pdf")
    link.external_attr, pipe.external_attr = 0o120777 << 16, 0o010644 << 16
    archive = zipped(
        tmp_path / "a.zip",
        ("../up.pdf", PDF),
        ("in/../../up.pdf", PDF),
        ("/etc/one.pdf", PDF),
        ("C:\\one.pdf", PDF),
        ("..\\one.pdf", PDF),
        (link, b"/etc/passwd"),
        (pipe, b""),
        ("good.pdf", PDF),
    )
    assert codes(within(archive)) == {
        "../up.pdf": "outside",
        "in/../../up.pdf": "outside",
        "/etc/one.pdf": "outside",
        "C:/one.pdf": "outside",
        "../one.pdf": "outside",
        "link.pdf": "link",
        "pipe.pdf": "not_a_file",
        "good.pdf": None,
    }


def test_archives_and_mails_in_an_archive_are_refused_alone(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("one.pdf", PDF)
    outer = zipped(
        tmp_path / "a.zip",
        ("inner.zip", inner.getvalue()),
        ("hidden.pdf", inner.getvalue()),
        ("mail.eml", b"Subject: x\n\ny"),
        ("packed.rar", b"Rar!\x1a\x07\x00"),
        ("good.pdf", PDF),
    )
    assert codes(within(outer)) == {
        "inner.zip": "nested",
        "hidden.pdf": "nested",
        "mail.eml": "nested",
        "packed.rar": "nested",
        "good.pdf": None,
    }


def test_an_office_file_is_not_taken_for_an_archive(tmp_path: Path) -> None:
    office = zipped(tmp_path / "one.docx", ("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))
    renamed = tmp_path / "one.zip"
    renamed.write_bytes(office.read_bytes())
    packed = zipped(tmp_path / "a.zip", ("one.docx", office.read_bytes()))
    assert within(office) == (FoundFile(office),)
    assert within(renamed) == (FoundFile(renamed),)
    assert codes(within(packed)) == {"one.docx": None}  # refused as an office file when it is looked at


def test_a_bomb_is_refused_by_what_comes_out_of_it(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", ("bomb.pdf", bytes(3_000_000)), ("good.pdf", PDF))
    assert codes(within(archive)) == {"bomb.pdf": "bomb", "good.pdf": None}


def test_what_is_declared_is_not_believed(tmp_path: Path) -> None:
    """A directory that calls the entry small: what is read is held to that, and does not match its checksum."""
    archive = zipped(tmp_path / "a.zip", ("bomb.pdf", bytes(3_000_000)), ("good.pdf", PDF))
    data = bytearray(archive.read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 10)
    archive.write_bytes(data)
    assert codes(within(archive)) == {"bomb.pdf": "damaged", "good.pdf": None}


def test_entries_that_share_their_bytes_are_measured_together(tmp_path: Path) -> None:
    """Many entries of the directory that point to the same packed bytes: each is small, all together are a bomb."""
    half = bytes(500_000)
    archive = zipped(tmp_path / "a.zip", *((f"{n}.pdf", half) for n in range(4)))
    limits = ArchiveLimits(entries=20, ratio=10_000, total_bytes=1_200_000)
    assert list(codes(within(archive, limits)).values()) == [None, None, "archive_too_large", "archive_too_large"]
    limits = ArchiveLimits(entries=20, ratio=600)
    assert "bomb" in codes(within(archive, limits)).values()


def test_more_entries_than_allowed_are_refused_with_the_archive(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", *((f"{n}.pdf", PDF) for n in range(21)))
    assert codes(within(archive)) == {"a.zip": "too_many_entries"}


def test_a_directory_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", *((f"{n:0200}.pdf", b"") for n in range(9_000)))
    assert codes(within(archive)) == {"a.zip": "too_many_entries"}


def test_an_entry_larger_than_a_file_may_be_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("large.pdf", bytes(4_000_001))
        archive.writestr("good.pdf", PDF)
    assert codes(within(path)) == {"large.pdf": "too_large", "good.pdf": None}


def test_an_entry_with_a_password_or_another_method_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("locked.pdf", PDF)
        archive.writestr("other.pdf", PDF, compress_type=zipfile.ZIP_BZIP2)
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    assert codes(within(path)) == {"locked.pdf": "encrypted", "other.pdf": "unknown_method"}


def test_a_damaged_entry_does_not_take_the_others_along(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("bad.pdf", b"%PDF-1.7 damaged here")
        archive.writestr("good.pdf", PDF)
    path.write_bytes(path.read_bytes().replace(b"damaged here", b"Damaged here"))
    assert codes(within(path)) == {"bad.pdf": "damaged", "good.pdf": None}


@pytest.mark.parametrize("cut", [10, 60, 100])
def test_a_cut_archive_is_refused_whole(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "a.zip", ("one.pdf", PDF))
    path.write_bytes(path.read_bytes()[:cut])
    assert codes(within(path)) == {"a.zip": "damaged"}


def test_an_archive_of_nothing_says_so(tmp_path: Path) -> None:
    litter = zipped(tmp_path / "a.zip", ("__MACOSX/._one.pdf", b"x"), ("x/.DS_Store", b"x"), ("x/Thumbs.db", b"x"))
    assert codes(within(litter)) == {"a.zip": "empty"}
    assert codes(within(zipped(tmp_path / "b.zip"))) == {"b.zip": "empty"}


def named(path: Path, raw: bytes, *, utf8: bool) -> FoundFile:
    """An archive whose one entry has these bytes as its name."""
    stand_in = "x" * len(raw)
    data = bytearray(zipped(path, (stand_in, PDF)).read_bytes().replace(stand_in.encode(), raw))
    if utf8:
        data[7] |= 8
        data[data.index(b"PK\x01\x02") + 9] |= 8
    path.write_bytes(data)
    (found,) = within(path)
    return found


def test_names_are_read_as_they_were_written(tmp_path: Path) -> None:
    decomposed = "Nghi\u0323 quye\u0302\u0301t.pdf"
    assert named(tmp_path / "a.zip", decomposed.encode(), utf8=True).name == "Nghị quyết.pdf"
    unflagged = named(tmp_path / "b.zip", "Nghị quyết.pdf".encode(), utf8=False)
    assert (unflagged.name, unflagged.note) == ("Nghị quyết.pdf", None)
    odd = named(tmp_path / "c.zip", "Nghị quyết".encode("cp1258", "replace") + b"\xff.pdf", utf8=False)
    assert odd.note == ODD_NAME
    assert odd.name.startswith("Ngh")
    assert odd.problem is None


def test_a_changed_archive_is_not_taken_for_the_measured_one(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("one.pdf", PDF))
    (found,) = within(path)
    hashed = hash_file(found)
    assert is_still_there(hashed)
    path.write_bytes(b"PK\x03\x04 no more")
    assert not is_still_there(hashed)
    with pytest.raises(FileRefusedError) as refused:
        data_of(found)
    assert refused.value.code == "changing"
    path.unlink()
    assert not is_still_there(hashed)


def test_where_the_run_is_to_stop_an_archive_stands_for_itself(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", ("one.pdf", PDF))
    assert unpacked([FoundFile(path)], SMALL, is_stopped=lambda: True).files == (FoundFile(path),)


def mail(path: Path, message: EmailMessage) -> Path:
    path.write_bytes(message.as_bytes())
    return path


def letter() -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "Gửi văn bản"
    message.set_content("Kính gửi văn phòng.")
    return message


def test_what_is_attached_to_a_mail_is_found_and_its_text_is_not(tmp_path: Path) -> None:
    message = letter()
    message.add_alternative("<p>Kính gửi <img src='cid:logo'></p>", subtype="html")
    message.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<logo>")  # type: ignore[union-attr, index]
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="Nghị quyết số 5.pdf")
    message.add_attachment(b"II*\0", maintype="image", subtype="tiff", filename="scan.tif", disposition="inline")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="../up/two.pdf")
    message.add_attachment(letter())
    zipped(tmp_path / "x.zip", ("one.pdf", PDF))
    packed = (tmp_path / "x.zip").read_bytes()
    message.add_attachment(packed, maintype="application", subtype="zip", filename="x.zip")
    found = within(mail(tmp_path / "thư.eml", message))
    assert codes(found) == {
        "Nghị quyết số 5.pdf": None,
        "scan.tif": None,
        "two.pdf": None,
        "tệp đính kèm 4": "nested",
        "x.zip": "nested",
    }
    assert hash_file(found[0]).sha256 == hashlib.sha256(PDF).hexdigest()
    assert found[0].shown_path == f"{tmp_path}/thư.eml/Nghị quyết số 5.pdf"
    assert "nội dung thư không phải" in (found[0].note or "")
    assert is_still_there(hash_file(found[0]))


def test_a_mail_without_attachments_says_what_to_do(tmp_path: Path) -> None:
    found = within(mail(tmp_path / "a.eml", letter()))
    assert codes(found) == {"a.eml": "empty"}
    assert "in ra PDF" in str(found[0].problem)


def test_a_mail_that_is_none_is_refused_and_a_large_one_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(b"\x00\xff\xfe not a mail")
    assert codes(within(path)) == {"a.eml": "empty"}
    path.write_bytes(bytes(1_000))
    assert codes(within(path, ArchiveLimits(mail_bytes=999))) == {"a.eml": "too_large"}


def test_a_scan_under_the_name_of_a_mail_stays_a_scan(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(PDF)
    assert within(path) == (FoundFile(path),)
