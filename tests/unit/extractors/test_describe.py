"""The describer on real files: what stands on them is in `samples/truth.json`."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from extractors.describe import open_describer
from extractors.reader import open_reader
from pipeline.model import Description, FieldName, PageResult, PageStatus, Unit
from pipeline.organisation_file import read_organisation
from pipeline.settings import IntakeSettings, OCRSettings
from pipeline.succession import Past
from tests.unit.extractors.sheet import page, party_header, titled

SAMPLES = Path(__file__).parents[3] / "samples"
TRUTH: dict[str, Any] = {
    entry["path"]: entry for entry in json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["documents"]
}
UNITS = read_organisation(SAMPLES / "organisation.yaml").units


def described(path: str) -> Description:
    file = SAMPLES / "documents" / path
    reader = open_reader(IntakeSettings(), OCRSettings())
    facts = reader.inspect(file, name=file.name)
    pages = [reading.result for reading in reader.read_pages(file, facts, range(1, facts.pages + 1))]
    return open_describer().describe(pages, file_name=file.name, units=UNITS)


def certain(description: Description) -> dict[str, str]:
    return {name.value: value.value for name, value in description.fields.items() if not value.is_doubtful}


def test_a_born_digital_paper_is_described_without_doubt() -> None:
    path = "dang-uy/2025/03-CTr-DU.pdf"

    assert certain(described(path)).items() >= TRUTH[path]["fields"].items()


@pytest.mark.ocr
@pytest.mark.parametrize("path", ["dang-uy/2025/15-QD-DU.pdf", "co-quan/lien hiep hoi/45-LHH-VP.pdf"])
def test_a_printed_scan_is_described_without_doubt(path: str) -> None:
    read, true = certain(described(path)), TRUTH[path]["fields"]

    for name in ("number", "date", "type", "issuer", "subject", "signer"):
        assert read[name] == true[name], name


@pytest.mark.ocr
def test_a_number_and_day_written_by_hand_are_never_certain() -> None:
    description = described("dang-uy/nghi-quyet/Scan0005.pdf")

    assert {FieldName.NUMBER, FieldName.DATE} <= set(description.doubtful)


def test_a_document_of_which_nothing_was_read_has_no_fields() -> None:
    failed = PageResult(1, PageStatus.FAILED, reason="Trang hỏng")

    assert described_pages(failed).fields == {}
    assert described_pages().fields == {}


def test_a_later_pages_top_is_not_taken_for_the_header_of_a_first_page_that_failed() -> None:
    failed = PageResult(1, PageStatus.FAILED, reason="Trang hỏng")
    second = page([*party_header(), *titled()])

    assert FieldName.NUMBER not in described_pages(failed, second).fields


def test_a_blank_page_may_lie_before_the_first() -> None:
    blank = PageResult(1, PageStatus.BLANK)

    assert described_pages(blank, page([*party_header(), *titled()])).fields[FieldName.NUMBER].page == 2


def test_a_unit_is_found_by_the_name_and_code_that_it_had_before() -> None:
    unit = Unit("hoi", "Hội Làm Vườn", "hoi", symbol="HLV", past=(Past(date(2024, 1, 1), "HỘI SINH VẬT CẢNH", "KVX"),))
    paper = page([*party_header("Số 05-NQ/KVX", bodies=("HỘI SINH VẬT CẢNH", "*")), *titled()])
    before, now = (
        open_describer().describe([paper], file_name="a.pdf", units=[one]) for one in _with_and_without(unit)
    )

    assert certain(before)["issuer"] == "hoi"
    assert certain(before)["number"] == "05-NQ/KVX"
    assert now.fields[FieldName.ISSUER].value == "HỘI SINH VẬT CẢNH"
    assert now.fields[FieldName.NUMBER].is_doubtful


def _with_and_without(unit: Unit) -> tuple[Unit, Unit]:
    return unit, replace(unit, past=())


def described_pages(*pages: PageResult) -> Description:
    return open_describer().describe(pages, file_name="a.pdf", units=UNITS)
