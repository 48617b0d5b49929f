"""A backup of an installation in which nothing has happened yet."""

from pathlib import Path

from pipeline.backup import back_up, restore
from pipeline.settings import load_settings
from pipeline.wiring import catalogue_of


def test_an_installation_without_a_line_of_audit_can_be_backed_up_and_restored(tmp_path: Path) -> None:
    of = load_settings({"VANKHO_HOME": str(tmp_path / "home")})
    facts = catalogue_of(of)
    back_up(of, facts, tmp_path / "backup")
    facts.close()

    new = load_settings({"VANKHO_HOME": str(tmp_path / "new")})
    restore(tmp_path / "backup", new)

    restored = catalogue_of(new)
    assert sum(restored.documents.count().values()) == 0
    restored.close()
