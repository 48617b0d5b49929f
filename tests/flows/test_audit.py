"""`vankho audit`: a row that was tampered with is named, and the export can be checked by anybody."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from flows import cli
from pipeline.audit_heads import FILE
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.tables import AuditRow


@pytest.fixture(autouse=True)
def _here(home: Path, facts: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANKHO_HOME", str(home))
    for number in range(3):
        facts.audit.record(AuditEvent("=mot", "view", f"văn bản {number}", Outcome.ALLOWED, "http:192.0.2.1"))


def verified(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    capsys.readouterr()
    code = cli.main(["audit", "verify", "--json", *words])
    return code, json.loads(capsys.readouterr().out)


def test_a_row_that_was_tampered_with_is_named(facts: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = verified(capsys)
    assert (code, told["lines"], told["broken_at"]) == (0, 3, None)
    with facts.database.writing() as session:
        session.execute(update(AuditRow).where(AuditRow.seq == 2).values(actor="hai"))
    code, told = verified(capsys)
    assert (code, told["broken_at"]) == (1, 2)
    assert cli.main(["audit", "verify"]) == 1
    assert "dòng 2" in capsys.readouterr().out


def test_lines_cut_off_are_found_by_a_copy_of_the_heads(
    home: Path, facts: Catalogue, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert verified(capsys)[0] == 0
    copy = tmp_path / "heads.txt"
    copy.write_bytes((home / FILE).read_bytes())
    (home / FILE).unlink()
    with facts.database.writing() as session:
        session.execute(delete(AuditRow).where(AuditRow.seq == 3))
    assert verified(capsys)[0] == 0  # nothing here knows of it
    assert verified(capsys, "--heads", str(copy)) == (1, verified(capsys)[1] | {"broken_at": 3, "heads": 2})
    assert cli.main(["audit", "verify", "--heads", str(tmp_path / "none")]) == 2


def test_what_is_exported_can_be_checked_by_anybody(facts: Catalogue, tmp_path: Path) -> None:
    assert cli.main(["audit", "export", str(tmp_path / "audit.jsonl")]) == 0
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["action"] for line in lines] == ["view"] * 3 + ["export-audit"]
    previous = "0" * 64
    for line in lines:
        parts = [previous, *(line[name] for name in ("at", "actor", "action", "object", "outcome", "origin"))]
        previous = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
        assert line["hash"] == previous
    head = facts.audit.head()
    assert head is not None
    assert head.hash == previous


def test_a_spreadsheet_sees_no_formula_in_it(tmp_path: Path) -> None:
    assert cli.main(["audit", "export", str(tmp_path / "audit.csv")]) == 0
    with (tmp_path / "audit.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["actor"] for row in rows][:3] == ["'=mot"] * 3
    assert len(rows) == 4
    assert cli.main(["audit", "export", str(tmp_path / "audit.xlsx")]) == 2
