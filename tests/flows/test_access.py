"""`vankho access` says what the API says, to the same people."""

import json
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


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.main(["access", *words])
    captured = capsys.readouterr()
    return code, captured.out or captured.err


def as_json(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    code, out = said(capsys, *words, "--json")
    assert code == 0, out
    found: dict[str, Any] = json.loads(out)
    return found


def test_both_questions_are_answered_as_by_the_api(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone", "unit:chi-bo-1")), name="một.tiff")
    house.file(Paper("kín", grants=("person:hai",)))
    asked = (
        (["document", document, "--as", CLERK], CLERK, f"/documents/{document}/access"),
        (
            ["document", document, "--as", CLERK, "--token", "everyone", "--page", "2", "--size", "3"],
            CLERK,
            f"/documents/{document}/access?token=everyone&page=2&size=3",
        ),
        (["person", "mot", "--as", "mot"], "mot", "/people/mot/access"),
        (
            ["person", CLERK, "--as", CLERK, "--size", "1", "--page", "2"],
            CLERK,
            f"/people/{CLERK}/access?size=1&page=2",
        ),
    )
    for words, person, path in asked:
        assert as_json(capsys, *words) == house.client(person).get(path).json()
    house.of.close()


def test_people_read_it_in_words(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = house.file(Paper("đất đai", grants=("unit:chi-bo-1",)))
    _, out = said(capsys, "document", document, "--as", CLERK)
    assert "unit:chi-bo-1 (quyền xem đã cấp)" in out
    assert "role:van_thu@dang-uy (văn thư của đơn vị giữ văn bản)" in out
    assert f"{CLERK}  Trần Thị Thư: role:van_thu@dang-uy (van_thu, Đảng ủy" in out
    assert "1 người  unit:chi-bo-1" in out
    assert "1 người được nêu tên: " in out
    assert "Nguyễn Văn Một" not in out
    _, out = said(capsys, "person", "mot", "--as", "mot")
    assert "1 văn bản  unit:chi-bo-1 (dang_vien, Chi bộ Một)" in out
    assert f"{document}  Nghị quyết về công tác (đã công bố): unit:chi-bo-1" in out
    house.of.close()


def test_whom_it_does_not_concern_is_refused_and_that_is_written_down(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    (document,) = house.file(Paper("đất đai", grants=("everyone",)))
    assert said(capsys, "document", document, "--as", "mot")[0] == 1
    assert said(capsys, "person", "hai", "--as", "mot") == said(capsys, "person", "khong-ai", "--as", "mot")
    assert said(capsys, "person", "hai", "--as", "ky-thuat")[0] == 1
    acts = [line for line in house.audited() if line[1].startswith("explain")]
    assert acts == [
        ("mot", "explain-access", document, "refused"),
        ("mot", "explain-person", "hai", "refused"),
        ("mot", "explain-person", None, "refused"),
        ("ky-thuat", "explain-person", "hai", "refused"),
    ]
    house.of.close()
