"""Pages that fail in the middle of a batch: what their tops say decides whether the rest of the file is kept."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from flows.reading import PooledReader
from pipeline.model import DocumentRecord, PageResult, PageStatus
from pipeline.scratch import scratch_folder
from pipeline.settings import IntakeSettings, OCRSettings, Settings
from pipeline.wiring import catalogue_of
from tests.failing_tesseract import KILLS, failing_tesseract
from tests.flows.house import House, open_house
from tests.unit.extractors.papers import jpeg, pdf_of, scanned

pytestmark = [pytest.mark.slow, pytest.mark.ocr]


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[PooledReader]:
    with scratch_folder(tmp_path) as scratch:
        reader = PooledReader(IntakeSettings(), OCRSettings(), workers=2, scratch=scratch)
        yield reader
        reader.close()


def results_of(reader: PooledReader, path: Path) -> dict[int, PageResult]:
    facts = reader.inspect(path, name=path.name)
    readings = reader.read_pages(path, facts, range(1, facts.pages + 1))
    return {reading.result.file_page: reading.result for reading in readings}


@pytest.mark.parametrize("mark", ["", "MẬT"])
def test_of_a_page_that_kills_its_process_the_top_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: PooledReader, mark: str
) -> None:
    monkeypatch.setenv("PATH", f"{failing_tesseract(tmp_path / 'bin', KILLS)}{os.pathsep}{os.environ['PATH']}")
    whole = scanned(mark).convert("L")
    header = whole.crop((0, 0, whole.width, 900))
    path = tmp_path / "scan.tif"
    header.save(path, save_all=True, append_images=[whole, header], dpi=(200, 200))
    results = results_of(reader, path)
    assert [results[page].status for page in (1, 2, 3)] == [PageStatus.READ, PageStatus.FAILED, PageStatus.READ]
    assert "quá nặng hoặc hỏng" in (results[2].reason or "")
    assert results[2].is_screened
    assert "QUYẾT" in results[2].text
    assert (reader.screen(results[2]) is not None) == bool(mark)


def test_a_page_that_needs_too_much_memory_fails_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (13_000, 13_000), "white").save(path, compress_level=1)  # 507 MB
    with scratch_folder(tmp_path) as scratch:
        small = PooledReader(IntakeSettings(worker_bytes=700_000_000), OCRSettings(), workers=1, scratch=scratch)
        (page,) = results_of(small, path).values()
        small.close()
    assert (page.status, page.is_screened) == (PageStatus.FAILED, False)
    assert "bộ nhớ" in (page.reason or "")


def documents(house: House) -> list[DocumentRecord]:
    facts = catalogue_of(Settings(home=house.home))
    found = list(facts.documents.documents(list(facts.documents.document_ids())).values())
    facts.close()
    return found


def test_a_document_with_a_failed_page_is_found_by_what_was_read_and_says_so(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    paper = scanned().convert("L")
    body = paper.copy()  # without the header, which would begin another document
    body.paste("white", (0, 0, paper.width, round(paper.height * 0.45)))
    pdf_of([jpeg(paper, share=0.8), jpeg(body)], house.inbox / "cut.pdf")
    pdf_of([jpeg(paper), jpeg(paper, share=0.1)], house.inbox / "top cut.pdf")
    done = house.ingest()
    assert done.statuses() == {"cut.pdf": "incomplete", "top cut.pdf": "failed"}
    reasons = {Path(file["path"]).name: file["reason"] for file in done.report["files"]}
    assert "trang 1: Ảnh của trang bị hỏng" in reasons["cut.pdf"]
    assert "độ mật ở trang 2" in reasons["top cut.pdf"]
    (document,) = documents(house)
    assert document.is_incomplete
    assert [page.status for page in document.pages] == [PageStatus.FAILED, PageStatus.READ]
    assert "Ảnh của trang bị hỏng" in (document.pages[0].reason or "")
    assert house.found("chăm lo sức khỏe") == [document.id]
    house.require_order(documents=1)
