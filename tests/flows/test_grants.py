"""`vankho grants` shows what the API shows, and `vankho publish --proposed` confirms exactly that."""

import json
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from pipeline.access import Grant
from tests.api.house import CLERK, House, Paper, open_house
from tests.api.test_proposed_grants import recipients


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """An installation that the commands of this test use too."""
    monkeypatch.setenv("VANKHO_HOME", str(tmp_path))
    return open_house(tmp_path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main(list(words))
    return code, *capsys.readouterr()


def test_what_is_proposed_is_shown_and_published(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    (document,) = house.file(Paper("đất đai"))
    recipients(house, document, "Chi bộ Một (để biết); Tỉnh ủy; Lưu VT")
    code, out, _ = run(capsys, "grants", "propose", document, "--as", CLERK, "--json")
    shown: dict[str, Any] = json.loads(out)
    assert (code, shown) == (0, house.client(CLERK).get(f"/documents/{document}/proposed-grants").json())
    _, out, _ = run(capsys, "grants", "propose", document, "--as", CLERK)
    assert "+ Chi bộ Một (để biết): đúng tên đơn vị → unit:chi-bo-1" in out
    assert f"vankho publish {document} --proposed {shown['mark']}" in out
    code, _, err = run(capsys, "publish", document, "--proposed", "khác", "--as", CLERK)
    assert (code, "đã thay đổi" in err) == (2, True)
    code, out, _ = run(capsys, "publish", document, "--proposed", shown["mark"], "--as", CLERK, "--json")
    assert (code, json.loads(out)["grants"]) == (0, ["unit:chi-bo-1"])
    house.of.close()


def test_a_class_is_given_and_publishing_needs_grants_one_way_or_the_other(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    (document,) = house.file(Paper("đất đai"))
    code, out, _ = run(capsys, "grants", "class", document, "noi_bo", "--as", CLERK, "--json")
    shown = json.loads(out)
    assert (code, shown["grants"]) == (0, ["under:dang-uy"])
    assert run(capsys, "publish", document, "--as", CLERK)[0] == 2
    assert run(capsys, "publish", document, "--proposed", shown["mark"], "--grant", "everyone")[0] == 2
    assert run(capsys, "publish", "--batch", "x", "--proposed", shown["mark"])[0] == 2
    assert run(capsys, "publish", document, "--proposed", shown["mark"], "--as", "mot")[0] == 1
    assert house.of.catalogue.documents.document(document).grants == ()
    assert (CLERK, "classify", document, "allowed") in house.audited()
    house.of.catalogue.documents.publish([document], [Grant("everyone")], actor=CLERK)
    for person, told in ((CLERK, shown["lines"]), ("mot", None)):
        seen = json.loads(run(capsys, "show", document, "--as", person, "--json")[1]).get("proposed_grants")
        assert (seen and seen["lines"]) == told
        assert seen is None or seen["mark"] != shown["mark"]  # the document has changed since: it is published
    assert ("mot", "publish", document, "refused") in house.audited()
    house.of.close()
