"""`vankho org`: in from a file, all or nothing, looked at before if wanted, and out into one that can be read again."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows import cli
from pipeline.catalogue import Catalogue
from pipeline.model import Organisation
from pipeline.organisation_file import read_organisation
from pipeline.organisation_table import read_table, require_read
from pipeline.succession import Past, Succession, SuccessionKind
from tests.flows.house import SAMPLES


@pytest.fixture(autouse=True)
def _here(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANKHO_HOME", str(home))


def kept(facts: Catalogue) -> Organisation:
    return facts.organisation.whole()


@pytest.mark.parametrize("name", ["o.yaml", "o.csv", "o.xlsx"])
def test_what_is_exported_is_imported_again(facts: Catalogue, tmp_path: Path, name: str) -> None:
    sample, file = kept(facts), tmp_path / name
    facts.organisation.replace(with_history(sample))
    before = kept(facts)
    assert (len(before.successions), len(before.units[0].past)) == (1, 1)
    assert cli.main(["org", "export", str(file)]) == 0
    facts.organisation.replace(Organisation(before.units[:1], ()))
    assert cli.main(["org", "import", str(file)]) == 0
    assert kept(facts) == before
    assert [line.event.action for line in facts.audit.lines()] == ["export_organisation", "import_organisation"]


def with_history(organisation: Organisation) -> Organisation:
    """The organisation, its first unit once called otherwise, and its last merged into the first."""
    first, *others, last = organisation.units
    first = replace(first, past=(Past(date(2016, 1, 1), "Tên cũ", "TC", last.id),))
    last = replace(last, valid_to=date(2025, 6, 30))
    merged = Succession(SuccessionKind.MERGE, last.id, first.id, date(2025, 7, 1), with_rights=True)
    return Organisation((first, *others, last), organisation.people, (merged,))


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    facts: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = (SAMPLES / "organisation.yaml").read_text("utf-8")
    file, before = tmp_path / "o.yaml", kept(facts)
    file.write_text(sample.replace("Hội Cơ khí", "Hội Cơ học").replace("id: kiem-toan", "id: kiem-toan-2"), "utf-8")
    assert cli.main(["org", "import", str(file), "--dry-run", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == []
    assert told["changes"] == {
        "units_added": [], "units_changed": ["chi-bo-01"], "units_ended": [],
        "people_added": ["kiem-toan-2"], "people_changed": [], "people_left_out": ["kiem-toan"],
        "successions_added": [], "successions_left_out": [],
    }  # fmt: skip
    assert cli.main(["org", "import", str(file), "--dry-run"]) == 0
    assert "đơn vị thay đổi: 1 (chi-bo-01)" in capsys.readouterr().out
    assert kept(facts) == before
    assert list(facts.audit.lines()) == []


def test_faults_of_a_table_are_listed_by_row_and_nothing_is_imported(
    facts: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, before = tmp_path / "o.csv", kept(facts)
    assert cli.main(["org", "export", str(file)]) == 0
    lines = file.read_text("utf-8-sig").splitlines()
    member = next(place for place, line in enumerate(lines) if "đảng viên" in line)
    lines[2] = lines[2].replace("dang-uy", "dang-ủy")
    lines[member] = lines[member].replace("đảng viên", "đoàn viên")
    file.write_text("\n".join(lines), "utf-8")
    capsys.readouterr()
    for words in ([], ["--dry-run"]):
        assert cli.main(["org", "import", str(file), "--json", *words]) == 2
        out, said = capsys.readouterr()
        assert [problem["row"] for problem in json.loads(out)["problems"]] == [3, member + 1]
        assert "dòng 3" in said
    assert kept(facts) == before


def test_a_file_of_another_kind_is_refused(facts: Catalogue, tmp_path: Path) -> None:
    assert cli.main(["org", "export", str(tmp_path / "o.ods")]) == 2
    assert cli.main(["org", "import", str(tmp_path / "o.ods")]) == 2
    assert kept(facts) == read_organisation_sorted()


def read_organisation_sorted() -> Organisation:
    """The samples' organisation in the catalogue's order."""
    sample = read_organisation(SAMPLES / "organisation.yaml")
    return Organisation(
        tuple(sorted(sample.units, key=lambda unit: unit.id)),
        tuple(sorted(sample.people, key=lambda person: person.id)),
    )


def test_the_table_of_the_samples_is_whole(facts: Catalogue, tmp_path: Path) -> None:
    cli.main(["org", "export", str(tmp_path / "o.xlsx")])
    assert require_read(read_table(tmp_path / "o.xlsx")) == kept(facts)
