"""`vankho show` tells of a document what the HTTP API tells the same person, and no more."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from tests.api.house import House, Paper, open_house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation that the commands of this test use too."""
    monkeypatch.setenv("VANKHO_HOME", str(tmp_path))
    return open_house(tmp_path)


def shown(capsys: pytest.CaptureFixture[str], document: str, person: str) -> dict[str, Any]:
    """The fields that the command line shows this person."""
    capsys.readouterr()
    assert cli.main(["show", document, "--as", person, "--json"]) == 0
    fields: dict[str, Any] = json.loads(capsys.readouterr().out)["fields"]
    return fields


def test_what_was_read_in_a_files_name_is_for_those_who_publish(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    for person, raw in (
        ("van-thu", "tên tệp kể cả chuyện khác"),
        ("bi-thu", "tên tệp kể cả chuyện khác"),
        ("mot", None),
    ):
        told = shown(capsys, document, person)
        assert told["date"]["raw"] == raw
        answered = house.client(person).get(f"/documents/{document}").json()["fields"]
        assert {name: {**value, "doubtful": told[name]["doubtful"]} for name, value in answered.items()} == told
    house.of.close()
