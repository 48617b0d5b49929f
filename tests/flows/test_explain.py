"""`vankho explain` tells those who review a document what its values rest on, and nobody what they may not see."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.model import Description, Evidence, FieldName, FieldValue, PageResult, PageStatus, Source
from tests.api.house import CLERK, House, Paper, open_house

BOX = (0.2, 0.12, 0.4, 0.15)


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation that the commands of this test use too."""
    monkeypatch.setenv("VANKHO_HOME", str(tmp_path))
    return open_house(tmp_path)


def filed(house: House, *pieces: Evidence, unit: str = "dang-uy") -> str:
    """A document whose number was read so."""
    value = FieldValue("57-NQ/ĐU", 0.4, Source.SECOND_READER, 1, BOX, "Số 57-NQ/ĐU", "hãy đối chiếu")
    described = Description({FieldName.NUMBER: value}, evidence={FieldName.NUMBER: pieces})
    facts = house.of.catalogue
    batch = facts.batches.begin(unit=unit, actor=CLERK, files=1)
    paper = NewDocument((PageResult(1, PageStatus.READ),), described)
    sha256 = f"{len(list(facts.documents.document_ids())):064x}"
    ids = facts.documents.file(
        NewFile(unit, sha256, "a.pdf", "application/pdf", 1, 1, (paper,)), FilingPlace(CLERK, batch, 1)
    )
    assert ids is not None
    return ids[0]


def pieces() -> tuple[Evidence, ...]:
    return (
        Evidence("51-NQ/ĐU", Source.OCR, 1.0, "Bộ đọc chính đọc 51", 1, BOX),
        Evidence("57-NQ/ĐU", Source.SECOND_READER, 1.5, "Bộ đọc thứ hai đọc 57", 1, BOX),
    )


def explained(capsys: pytest.CaptureFixture[str], document: str, person: str, field: str = "number") -> dict[str, Any]:
    capsys.readouterr()
    assert cli.main(["explain", document, field, "--as", person, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_the_candidates_are_told_in_order_with_every_piece(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    told = explained(capsys, filed(house, *pieces()), CLERK)
    assert told["value"]["value"] == "57-NQ/ĐU"
    assert told["value"]["doubtful"]
    assert [(one["value"], one["weight"]) for one in told["candidates"]] == [("57-NQ/ĐU", 1.5), ("51-NQ/ĐU", 1.0)]
    (piece,) = told["candidates"][0]["evidence"]
    assert (piece["source"], piece["page"], tuple(piece["box"])) == ("second reader", 1, BOX)
    house.of.close()


def test_a_person_reads_it_in_words(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    document = filed(house, *pieces())
    capsys.readouterr()
    assert cli.main(["explain", document, "number", "--as", CLERK]) == 0
    out = capsys.readouterr().out
    for words in ("57-NQ/ĐU", "bộ đọc thứ hai", "cần xem lại: hãy đối chiếu", "trang 1, khung [0.200", "+1.5"):
        assert words in out
    house.of.close()


def test_what_another_paper_says_is_told_only_to_who_may_read_it(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    hidden = filed(house, unit="chi-bo-2")
    (open_one,) = house.file(Paper("đất đai", grants=("everyone",)))
    said = [Evidence("61-NQ/ĐU", Source.CITATION, 3.0, "viện dẫn", document=hidden)]
    shown = [Evidence("62-NQ/ĐU", Source.CITATION, 3.0, "viện dẫn", document=open_one)]
    told = explained(capsys, filed(house, *said, *shown, *pieces()), CLERK)
    assert [one["value"] for one in told["candidates"]] == ["62-NQ/ĐU", "57-NQ/ĐU", "51-NQ/ĐU"]
    assert hidden not in json.dumps(told)
    house.of.close()


def test_a_reader_who_reviews_nothing_is_refused_and_a_stranger_learns_nothing(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    (public,) = house.file(Paper("đất đai", grants=("everyone",)))
    secret = filed(house, *pieces())
    answers = []
    for document in (public, secret, "khong-co"):
        capsys.readouterr()
        answers.append((cli.main(["explain", document, "number", "--as", "mot"]), capsys.readouterr().err))
    assert [code for code, _ in answers] == [1, 1, 1]
    assert answers[1] == answers[2] != answers[0]
    refused = [line for line in house.audited() if line[1] == "explain"]
    assert [line[3] for line in refused] == ["refused"] * 3
    house.of.close()


def test_an_unknown_field_is_a_wrong_use(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["explain", "x", "màu", "--as", CLERK]) == 2
    assert "number" in capsys.readouterr().err
    house.of.close()


def test_a_field_without_evidence_is_explained_by_its_value(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = house.file(Paper("đất đai"))
    assert explained(capsys, document, CLERK, "type")["candidates"] == []
    house.of.close()
