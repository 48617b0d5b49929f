"""Archives from the folder to the catalogue and from the inbox to where they belong, with the real reader."""

import hashlib
import io
import signal
import zipfile
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import BinaryIO

import pytest

from flows.ingest import run_direct
from flows.night import Night, run_night
from flows.progress import Silence
from flows.wiring import night_means
from flows.worker import left_of
from pipeline.catalogue import Catalogue
from pipeline.catalogue.nights import NightOrigin
from pipeline.clock import today
from pipeline.errors import StorageFullError
from pipeline.model import FileStatus
from pipeline.ports import StoredObject
from pipeline.settings import Settings
from pipeline.steps.intake import FoundFile
from pipeline.steps.take_in import Batch, Outcome
from pipeline.storage.local import LocalStore
from tests.flows.house import House, digital, open_house

KILL = int(signal.SIGKILL)


def packed(**entries: bytes) -> bytes:
    """A ZIP archive; `a__b_pdf` is `a/b.pdf`."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            stem, _, suffix = name.replace("__", "/").rpartition("_")
            archive.writestr(f"{stem}.{suffix}", content)
    return data.getvalue()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return open_house(tmp_path)


@pytest.mark.slow
def test_a_killed_run_over_an_archive_is_finished_by_the_next(house: House) -> None:
    path = house.put("đợt.zip", packed(a_pdf=digital(1), x__b_pdf=digital(2), c_docx=b"PK\x03\x04", d_pdf=digital(3)))
    assert house.failing_ingest("rename staging 00001.json", 2, -KILL, "--direct").code == -KILL

    done = house.ingest()
    statuses = done.statuses()
    assert statuses.pop("c.docx") == "refused"
    assert set(statuses) == {"a.pdf", "b.pdf", "d.pdf"}
    assert set(statuses.values()) <= {"stored", "duplicate"}
    assert f"{path}/x/b.pdf" in {file["path"] for file in done.report["files"]}
    (refused,) = (file for file in done.report["files"] if file["status"] == "refused")
    assert "PDF" in refused["reason"]
    house.require_order(documents=3)

    again = house.ingest()
    assert set(again.statuses().values()) == {"duplicate", "refused"}
    house.require_order(documents=3)


@pytest.mark.slow
def test_what_was_staged_of_an_archive_that_is_gone_is_finished(house: House) -> None:
    path = house.put("đợt.zip", packed(a_pdf=digital(1), b_pdf=digital(2)))
    words = ("--direct", "--workers", "1")
    assert house.failing_ingest("rename staging 00001.json", 1, -KILL, *words).code == -KILL
    path.unlink()
    assert house.ingest().statuses() == {"a.pdf": "stored"}
    house.require_order(documents=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Beside that of the house."""
    return tmp_path / "night"


def arrive(of: Settings, name: str, data: bytes) -> None:
    path = of.home / "inbox" / "dang-uy" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def lying(of: Settings) -> list[str]:
    root = of.home / "inbox" / "dang-uy"
    return sorted(p.relative_to(root).as_posix().replace(f"/{today()}/", "/") for p in root.rglob("*") if p.is_file())


def night(of: Settings, facts: Catalogue) -> Night:
    with night_means(of, facts, runner=run_direct, progress=Silence(), is_stopped=lambda: False) as means:
        return run_night(means, NightOrigin.HAND)


def test_an_archive_goes_the_way_of_the_worst_that_was_in_it(of: Settings, facts: Catalogue) -> None:
    arrive(of, "all.zip", packed(a_pdf=digital(1), x__b_pdf=digital(2)))
    arrive(of, "some.zip", packed(c_pdf=digital(3), d_docx=b"PK\x03\x04"))
    arrive(of, "secret.zip", packed(e_pdf=digital(4, lines=("TUYỆT MẬT",)), f_pdf=digital(5)))
    letter = EmailMessage()
    letter.set_content("Kính gửi")
    letter.add_attachment(digital(6), maintype="application", subtype="pdf", filename="g.pdf")
    arrive(of, "thư.eml", letter.as_bytes())

    done = night(of, facts)

    assert lying(of) == ["done/all.zip", "done/thư.eml", "failed/some.zip", "failed/some.zip.lý-do.txt"]
    note = (of.home / f"inbox/dang-uy/failed/{today()}/some.zip.lý-do.txt").read_text("utf-8")
    assert note.splitlines()[1].startswith("- d.docx: ")
    assert done.report.counts == {FileStatus.STORED: 5, FileStatus.REFUSED: 1, FileStatus.QUARANTINED: 1}
    names = {record.file.name for record in facts.documents.documents(list(facts.documents.document_ids())).values()}
    assert names == {"a.pdf", "b.pdf", "c.pdf", "f.pdf", "g.pdf"}


def test_an_archive_of_which_one_file_may_be_retried_stays(
    of: Settings, facts: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive(of, "all.zip", packed(a_pdf=digital(1), b_pdf=digital(2)))
    put = LocalStore.put

    def full(store: LocalStore, key: str, source: BinaryIO, *, media_type: str) -> StoredObject:
        if hashlib.sha256(digital(2)).hexdigest() in key:
            message = "Ổ đĩa đã đầy."
            raise StorageFullError(message)
        return put(store, key, source, media_type=media_type)

    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "put", full)
        first = night(of, facts)
    assert first.report.counts == {FileStatus.STORED: 1, FileStatus.FAILED: 1}
    assert first.report.left_behind == 1
    assert lying(of) == ["all.zip"]

    assert night(of, facts).report.counts == {FileStatus.STORED: 1, FileStatus.DUPLICATE: 1}
    assert lying(of) == ["done/all.zip"]


def test_of_a_jobs_files_an_archive_is_kept_for_what_may_be_retried_in_it() -> None:
    files = [FoundFile(Path("/spool/1/a.zip")), FoundFile(Path("/spool/2/b.zip")), FoundFile(Path("/spool/3/c.pdf"))]
    batch = Batch(
        "b",
        (
            Outcome(1, "/spool/1/a.zip/x.pdf", FileStatus.STORED),
            Outcome(2, "/spool/1/a.zip/y.pdf", FileStatus.FAILED, may_be_retried=True),
            Outcome(3, "/spool/2/b.zip/x.pdf", FileStatus.STORED),
            Outcome(4, "/spool/3/c.pdf", FileStatus.STORED),
        ),
    )
    assert left_of(batch, files) == [files[0].path]
    marked = replace(batch, outcomes=(*batch.outcomes[2:], Outcome(5, None, FileStatus.FAILED, may_be_retried=True)))
    assert left_of(marked, files) == [files[0].path, files[1].path]
