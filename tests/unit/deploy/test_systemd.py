"""The systemd units as systemd itself reads them, and that they run what is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.supervisor import USED_WRONGLY

UNITS = sorted((Path(__file__).parents[3] / "deploy" / "systemd").iterdir())
VANKHO = Path(sys.executable).with_name("vankho")
INSTALLED = "/opt/vankho/.venv/bin/vankho"


def values(unit: Path, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", unit.read_text("utf-8"), flags=re.MULTILINE)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text("utf-8").replace(INSTALLED, str(VANKHO)), "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line or "vankho" in line] == []


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_that_is_there(unit: Path) -> None:
    (command,) = values(unit, "ExecStart")
    program, *words = command.split()
    assert program == INSTALLED

    done = subprocess.run([VANKHO, *words, "--help"], capture_output=True, text=True, check=False)

    assert done.returncode == 0


def test_a_timer_starts_a_unit_that_is_there() -> None:
    for unit in UNITS:
        assert unit.suffix != ".timer" or unit.with_suffix(".service") in UNITS


def test_impossible_settings_are_not_tried_again() -> None:
    (unit,) = (unit for unit in UNITS if unit.name == "vankho.service")

    assert values(unit, "RestartPreventExitStatus") == [str(USED_WRONGLY)]
