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
    """What the command line shows this person."""
    capsys.readouterr()
    assert cli.main(["show", document, "--as", person, "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_what_was_read_in_a_files_name_is_for_those_who_publish(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    for person, raw in (
        ("van-thu", "tên tệp kể cả chuyện khác"),
        ("bi-thu", "tên tệp kể cả chuyện khác"),
        ("mot", None),
    ):
        told = shown(capsys, document, person)["fields"]
        assert told["date"]["raw"] == raw
        answered = house.client(person).get(f"/documents/{document}").json()["fields"]
        assert {name: {**value, "doubtful": told[name]["doubtful"]} for name, value in answered.items()} == told
    house.of.close()


def test_where_in_a_stack_a_page_lies_is_for_those_who_may_read_all_of_it(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    _, second = house.file(Paper("kín", grants=("person:hai",)), Paper("đất đai", grants=("everyone",)))
    (alone,) = house.file(Paper("một mình", grants=("everyone",)))
    for person, place in (("van-thu", 2), ("hai", 2), ("mot", None), ("bi-thu", None)):
        assert [page["file_page"] for page in shown(capsys, second, person)["pages"]] == [place]
        assert [page["file_page"] for page in shown(capsys, alone, person)["pages"]] == [1]
    house.of.close()
