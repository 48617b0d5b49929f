"""Files as they come: odd names, links, no rights, damage of every kind. Each has its end, and none stops the rest."""

import io
import os
import unicodedata
from pathlib import Path

import pikepdf
import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from pipeline.settings import Settings
from pipeline.wiring import catalogue_of
from tests.flows.house import House, digital, open_house, sample

pytestmark = pytest.mark.slow

WITHOUT_OVERRIDE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root, but without the right to read what it may not read."""

ODD_NAMES = {
    unicodedata.normalize("NFD", "Nghị quyết số một.pdf"): "Nghị quyết số một.pdf",
    "hai\x1b[2J\n\u202egnp.pdf": "hai\ufffd[2J\ufffd\ufffdgnp.pdf",
    os.fsdecode(b"ba \xff\xfe.pdf"): "ba \ufffd\ufffd.pdf",
    "  bốn .PDF": "  bốn .PDF",
    "-năm": "-năm",
}


def files_of(house: House) -> set[str]:
    """The names in the catalogue."""
    facts = catalogue_of(Settings(home=house.home))
    names = {file.name for file in facts.documents.files()}
    facts.close()
    return names


def test_odd_names_come_in_and_can_be_shown(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    for number, name in enumerate(ODD_NAMES):
        house.put(name, digital(number))
    done = house.ingest()
    assert done.code == 0, done.out
    assert len(done.report["files"]) == len(ODD_NAMES)
    assert files_of(house) == set(ODD_NAMES.values())
    house.put("hai\x1b[2J\n\u202eegn.pdf", b"")
    shown = house.run("ingest", str(house.inbox), "--unit", "dang-uy", "--direct")
    for character in "\x1b\u202e":
        assert character not in shown.out + shown.err
    house.require_order(documents=len(ODD_NAMES))


def test_links_lead_nowhere_outside(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private.pdf").write_bytes(digital(1))
    house.put("real.pdf", digital(2))
    (house.inbox / "within.pdf").symlink_to("real.pdf")
    (house.inbox / "file.pdf").symlink_to(outside / "private.pdf")
    (house.inbox / "folder").symlink_to(outside)
    (house.inbox / "circle").symlink_to(house.inbox)
    (house.inbox / "gone.pdf").symlink_to("nothing.pdf")
    done = house.ingest()
    refused = {"file.pdf": "refused", "folder": "refused", "circle": "refused", "gone.pdf": "refused"}
    assert done.statuses() == {"real.pdf": "stored", "within.pdf": "duplicate"} | refused
    assert all("Liên kết" in file["reason"] for file in done.report["files"] if file["status"] == "refused")
    assert files_of(house) == {"real.pdf"}
    house.require_order(documents=1)


def test_what_may_not_be_read_is_refused_with_its_reason(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    house.put("mine.pdf", digital(1))
    house.put("locked.pdf", digital(2)).chmod(0)
    house.put("folder/inside.pdf", digital(3)).parent.chmod(0)
    wrapper = WITHOUT_OVERRIDE if os.getuid() == 0 else ()
    done = House(house.home, house.inbox, wrapper).ingest()
    (house.inbox / "folder").chmod(0o700)
    assert done.statuses() == {"mine.pdf": "stored", "locked.pdf": "refused", "folder": "refused"}
    assert all("quyền đọc" in file["reason"] for file in done.report["files"] if file["status"] == "refused")
    house.require_order(documents=1)


def encrypted() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("user", "owner"), invariant=1)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def without_pages() -> bytes:
    out = io.BytesIO()
    pikepdf.new().save(out)
    return out.getvalue()


def test_damage_of_every_kind_has_its_reason_and_the_rest_comes_in(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    png, jpeg = sample("dang-uy/2024/10-KL-DU.png"), sample("tinh-uy/02-CT-TU.jpg")
    tiff, pdf = sample("dang-uy/2023/huong dan sinh hoat.tif"), digital(1, pages=3)
    refused = {
        "empty.pdf": b"",
        "cut.pdf": pdf[: len(pdf) // 2],
        "encrypted.pdf": encrypted(),
        "no-pages.pdf": without_pages(),
        "noise.pdf": bytes(range(256)) * 40,
        "head-alone.tif": tiff[:40],
        "head-alone.jpg": jpeg[:100],
        "jpeg.png": jpeg,
        "pdf.jpg": pdf + b"\n",
        "letter.docx": b"PK\x03\x04 not a scan",
        "note.txt": "Kính gửi".encode(),
    }
    failed = {"cut.png": png[: len(png) // 2], "cut.jpg": jpeg[: len(jpeg) // 2]}
    for name, data in (refused | failed | {"good.pdf": pdf}).items():
        house.put(name, data)
    done = house.ingest()
    statuses = done.statuses()
    assert done.code == 1
    assert statuses.pop("good.pdf") == "stored"
    assert {name for name, status in statuses.items() if status == "refused"} >= refused.keys()
    assert statuses.keys() == (refused | failed).keys()
    assert set(statuses.values()) <= {"refused", "failed"}
    for file in done.report["files"]:
        assert file["status"] == "stored" or file["reason"].endswith("."), file
    house.require_order(documents=1)
