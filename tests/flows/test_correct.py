"""`vankho correct` sets fields for certain; `show` and `explain` say who did, when, and what had been read."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from tests.api.house import CLERK, House, Paper, open_house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation that the commands of this test use too."""
    monkeypatch.setenv("VANKHO_HOME", str(tmp_path))
    return open_house(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main(list(words))
    return code, *capsys.readouterr()


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code, out, _ = run(capsys, *words, "--json")
    found: dict[str, Any] = json.loads(out)
    assert code == 0
    return found


def test_a_person_corrects_and_everybody_is_told(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = house.file(Paper("đất đai", number="51-NQ/ĐU", grants=("everyone",)))
    wanted = ("correct", document, "number=57 - NQ/ĐU", "signer=", "--as", CLERK)
    assert told(capsys, *wanted)["corrected"] == {"number": "57-NQ/ĐU", "signer": ""}
    found = told(capsys, "search", "57-NQ/ĐU", "--as", "mot")
    assert [hit["id"] for hit in found["hits"]] == [document]
    for person in (CLERK, "mot"):
        seen = told(capsys, "show", document, "--as", person)
        assert seen["fields"]["number"]["source"] == "person"
        by = {name: (made["actor"], made["read"]) for name, made in seen.get("corrections", {}).items()}
        assert by == ({"number": (CLERK, "51-NQ/ĐU"), "signer": (CLERK, None)} if person == CLERK else {})
    correction = told(capsys, "explain", document, "number", "--as", CLERK)["correction"]
    assert (correction["actor"], correction["read"]) == (CLERK, "51-NQ/ĐU")
    assert datetime.fromisoformat(correction["at"]).utcoffset() == timedelta(0)
    words = f"{CLERK} nhập ngày"
    for asked in (("show", document), ("explain", document, "number")):
        out = run(capsys, *asked, "--as", CLERK)[1]
        assert words in out
        assert "máy đã đọc: 51-NQ/ĐU" in out
    shown = run(capsys, "show", document, "--as", "mot")[1]
    assert "(không có)" in shown
    assert words not in shown
    house.of.close()


@pytest.mark.parametrize(
    ("written", "person", "code"),
    [
        (("number",), CLERK, 2),
        (("màu=đỏ",), CLERK, 2),
        (("number=1-NQ/ĐU", "number=2-NQ/ĐU"), CLERK, 2),
        (("subject=khác", "date=hôm qua"), CLERK, 2),
        (("number=1-NQ/ĐU",), "mot", 1),
    ],
)
def test_what_does_not_do_changes_nothing(
    house: House, capsys: pytest.CaptureFixture[str], written: tuple[str, ...], person: str, code: int
) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    before = house.of.catalogue.documents.document(document)
    assert run(capsys, "correct", document, *written, "--as", person)[0] == code
    assert house.of.catalogue.documents.document(document) == before
    house.of.close()
