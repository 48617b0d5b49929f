"""The committed files, their truth and the organisation agree with one another and with the texts they come from."""

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from pipeline.access import Grant, document_tokens, may_read, reader_for
from pipeline.organisation_file import read_organisation
from samples.generator.queries import sample_queries, words

SAMPLES = Path(__file__).parents[3] / "samples"
DOCUMENTS = SAMPLES / "documents"
TRUTHS: list[dict[str, Any]] = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["documents"]
MEGABYTE = 1_000_000
TODAY = date(2026, 11, 24)


def by_number(number: str) -> dict[str, Any]:
    (truth,) = [truth for truth in TRUTHS if truth["fields"]["number"] == number]
    return truth


def page_count(path: Path) -> int:
    if path.suffix == ".pdf":
        with pikepdf.open(path) as pdf:
            return len(pdf.pages)
    with Image.open(path) as image:
        return getattr(image, "n_frames", 1)


def test_every_file_has_its_truth_and_every_truth_its_file() -> None:
    files = {path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.rglob("*") if path.is_file()}

    assert files == {truth["path"] for truth in TRUTHS}


def test_the_set_stays_small() -> None:
    assert sum(path.stat().st_size for path in DOCUMENTS.rglob("*") if path.is_file()) < 6 * MEGABYTE


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: str(truth["fields"]["number"]))
def test_the_file_has_the_pages_of_its_truth(truth: dict[str, Any]) -> None:
    assert page_count(DOCUMENTS / truth["path"]) == len(truth["pages"])


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: str(truth["fields"]["number"]))
def test_the_fields_stand_in_the_text(truth: dict[str, Any]) -> None:
    first, last = truth["pages"][0]["text"], "\n".join(page["text"] for page in truth["pages"])
    fields = truth["fields"]
    year, _, day = fields["date"].split("-")

    assert fields["number"] in first
    assert f"{fields['place']}, ngày {day} tháng" in first
    assert f"năm {year}" in first
    assert fields["subject"] in " ".join(first.split())
    assert fields["signer"] in last
    assert all(reference["number"] in last for reference in truth["references"])


def test_boxes_lie_on_the_page() -> None:
    boxes = [box["box"] for truth in TRUTHS for box in truth["boxes"]]

    assert boxes
    assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for x0, y0, x1, y1 in boxes)


def test_written_digits_lie_within_their_number_and_date() -> None:
    for truth in (truth for truth in TRUTHS if truth["handwritten"]):
        boxes = {box["field"]: box["box"] for box in truth["boxes"] if box["page"] == 1}
        for inner, outer in (("number_written", "number"), ("day_written", "date")):
            assert boxes[outer][0] <= boxes[inner][0] < boxes[inner][2] <= boxes[outer][2]
            assert boxes[outer][1] <= boxes[inner][1] < boxes[inner][3] <= boxes[outer][3]


def test_kinds_are_mixed_and_a_third_is_written_by_hand() -> None:
    kinds = Counter(truth["kind"] for truth in TRUTHS)
    suffixes = {Path(truth["path"]).suffix for truth in TRUTHS}

    assert set(kinds) == {"scan", "photocopy", "born-digital", "mixed", "image"}
    assert suffixes == {".pdf", ".tif", ".jpg", ".png"}
    assert sum(truth["handwritten"] == ["number", "date"] for truth in TRUTHS) == 6


def test_one_file_is_to_be_quarantined_and_nobody_may_read_it() -> None:
    (marked,) = [truth for truth in TRUTHS if truth["outcome"] == "quarantined"]

    assert "MẬT" in marked["pages"][0]["text"].splitlines()
    assert marked["readers"] == []


def test_the_words_that_look_like_a_secrecy_mark_are_in_files_to_be_stored() -> None:
    stored = "\n".join(page["text"] for t in TRUTHS if t["outcome"] == "stored" for page in t["pages"])

    assert "bí mật nhà nước" in stored
    assert "KHÁM MẮT" in stored
    assert "MẮT SÁNG" in stored


def test_a_replaced_document_is_in_the_set() -> None:
    new, old = by_number("15-QĐ/ĐU"), by_number("07-QĐ/ĐU")

    assert {"number": "07-QĐ/ĐU", "type": "quy_dinh", "relation": "replaces"} in new["references"]
    assert old["fields"]["issuer"] == new["fields"]["issuer"]
    assert old["fields"]["date"] < new["fields"]["date"]


def test_readers_are_those_whom_the_product_lets_read() -> None:
    organisation = read_organisation(SAMPLES / "organisation.yaml")
    parents = {unit.id: unit.parent for unit in organisation.units}
    readers = [
        reader_for(person.id, person.memberships, parents=parents, today=TODAY) for person in organisation.people
    ]
    for truth in (truth for truth in TRUTHS if truth["outcome"] == "stored"):
        grants = [Grant(token) for token in truth["grants"]]
        tokens = document_tokens(owner_unit="dang-uy", is_published=bool(grants), grants=grants)
        assert sorted(reader.id for reader in readers if may_read(reader, tokens)) == truth["readers"]


def test_queries_are_those_of_the_truth() -> None:
    queries = json.loads((SAMPLES / "queries.json").read_text(encoding="utf-8"))

    assert queries == sample_queries(TRUTHS)


def test_two_members_find_different_documents_for_the_same_words() -> None:
    wanted = set(words("nghi quyet chuyen doi so"))

    def found(reader: str) -> set[str]:
        texts = {
            t["path"]: set(words(" ".join(page["text"] for page in t["pages"])))
            for t in TRUTHS
            if reader in t["readers"]
        }
        return {path for path, own in texts.items() if wanted <= own}

    first, second = found("dang-vien-01"), found("dang-vien-02")
    assert first - second
    assert second - first
    assert len(first) != len(second)
    assert by_number("57-NQ/TU")["path"] in first & second
