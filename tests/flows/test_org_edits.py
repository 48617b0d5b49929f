"""`vankho org`: one edit at a time, by the operator and with a person's rights, whole or not, and written down."""

import json
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import cli
from pipeline.catalogue import Catalogue
from pipeline.model import Membership, Organisation, Person, Unit

TODAY = date(2026, 11, 24)
YESTERDAY = TODAY - timedelta(days=1)

HOUSE = Organisation(
    units=(
        Unit("cb-1", "Chi bộ Một", "chi_bo", "dang-uy", "CB1"),
        Unit("cb-2", "Chi bộ Hai", "chi_bo", "dang-uy"),
        Unit("dang-uy", "Đảng ủy", "dang_uy"),
    ),
    people=(
        Person("an", "An", (Membership("dang_vien", "cb-2"),)),
        Person("chanh", "Chánh", (Membership("chanh_van_phong", "dang-uy"),)),
    ),
)

Run = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def run(home: Path, facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a sub-command with `--json`: its exit code, what it told, and what it said."""
    monkeypatch.setenv("VANKHO_HOME", str(home))
    monkeypatch.setattr("flows.commands.org_edits.today", lambda: TODAY)
    with facts.database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM memberships")
        session.connection().exec_driver_sql("DELETE FROM people")
        session.connection().exec_driver_sql("DELETE FROM units")
    facts.organisation.replace(HOUSE)

    def command(*words: str) -> tuple[int, dict[str, Any], str]:
        code = cli.main(["org", *words, "--json"])
        out, said = capsys.readouterr()
        return code, json.loads(out) if out else {}, said

    return command


def audited(facts: Catalogue) -> list[tuple[str, str | None, str]]:
    events = [line.event for line in facts.audit.lines()]
    return [(event.action, event.object, event.outcome.value) for event in events if event.action != "impersonate"]


def test_the_operator_makes_every_edit(run: Run, facts: Catalogue) -> None:
    done: Sequence[tuple[Sequence[str], Sequence[str]]] = [
        (["add-unit", "cb-3", "--name", "Chi bộ Ba", "--kind", "chi_bo", "--parent", "dang-uy"], ["cb-3"]),
        (["rename-unit", "cb-1", "--name", "Chi bộ Nhất", "--symbol", "CBN"], ["cb-1"]),
        (["move-unit", "cb-3", "--parent", "cb-1"], ["cb-3"]),
        (["end-unit", "cb-3", "--to", TODAY.isoformat()], ["cb-3"]),
        (["add-person", "binh", "--name", "Bình"], ["binh"]),
        (["rename-person", "binh", "--name", "Bính"], ["binh"]),
        (["add-role", "binh", "van_thu", "cb-1"], ["binh", "role:van_thu@cb-1"]),
        (["end-role", "binh", "van_thu", "cb-1", "--to", TODAY.isoformat()], ["binh", "role:van_thu@cb-1"]),
        (["leave", "an"], ["an"]),
    ]
    for words, about in done:
        code, told, said = run(*words)
        assert (code, said) == (0, "")
        assert told["about"] == about
    assert audited(facts) == [(told[0], what, "allowed") for told, about in done for what in about]
    units = {unit.id: unit for unit in facts.organisation.units()}
    assert (units["cb-1"].names, units["cb-1"].symbols) == (("Chi bộ Nhất", "Chi bộ Một"), ("CBN", "CB1"))
    assert (units["cb-3"].parent, units["cb-3"].valid_to) == ("cb-1", TODAY)
    assert facts.organisation.person("binh").name == "Bính"
    assert facts.organisation.person("an").memberships == (Membership("dang_vien", "cb-2", valid_to=YESTERDAY),)
    assert facts.organisation.reader("an", today=TODAY).tokens == frozenset()


def test_a_merge_is_shown_with_its_history_and_hands_over_what_was_said(run: Run, facts: Catalogue) -> None:
    assert run("merge", "cb-2", "--into", "cb-1", "--with-rights", "--move-people")[0] == 0
    assert facts.organisation.reader("an", today=TODAY).tokens >= {"unit:cb-1", "unit:cb-2"}
    day = TODAY.isoformat()
    step = {"kind": "merge", "day": day, "with_rights": True}
    _, new, _ = run("show", "cb-1")
    _, old, _ = run("show", "cb-2")
    assert (new["came_from"], new["became"]) == ([{"unit": "cb-2", **step}], [])
    assert (old["came_from"], old["became"]) == ([], [{"unit": "cb-1", **step}])
    assert old["valid_to"] == YESTERDAY.isoformat()
    run("rename-unit", "cb-1", "--name", "Chi bộ Nhất")
    assert run("show", "cb-1", "--on", YESTERDAY.isoformat())[1]["name"] == "Chi bộ Một"
    assert audited(facts)[0][0] == "merge-units"


def test_a_split_goes_to_units_that_are_there(run: Run, facts: Catalogue) -> None:
    run("add-unit", "cb-3", "--name", "Chi bộ Ba", "--kind", "chi_bo", "--parent", "dang-uy")
    assert run("split", "cb-2", "--into", "cb-2", "--into", "cb-3", "--rights-to", "cb-3")[0] == 0
    (succession,) = facts.organisation.successions()
    assert (succession.unit, succession.successor, succession.with_rights) == ("cb-2", "cb-3", True)


def test_what_cannot_be_done_changes_nothing_and_says_why(run: Run, facts: Catalogue) -> None:
    for words, named in (
        (["add-role", "ai", "dang_vien", "cb-1"], "không có người «ai»"),
        (["merge", "cb-2", "--into", "cb-9"], "không có đơn vị «cb-9»"),
        (["end-unit", "dang-uy"], "còn đơn vị cấp dưới: cb-1, cb-2"),
        (["end-unit", "cb-2", "--to", "hôm nay"], "không phải ngày"),
        (["show", "cb-9"], "cb-9"),
    ):
        code, told, said = run(*words)
        assert (code, told) == (1 if words[0] == "show" else 2, {})
        assert named in said.replace("\n", " ")
    assert facts.organisation.whole() == HOUSE
    assert audited(facts) == []


def test_an_edit_of_another_edition_is_refused(run: Run, facts: Catalogue) -> None:
    seen = run("show", "cb-1")[1]["edition"]
    code, told, _ = run("rename-unit", "cb-1", "--name", "Chi bộ Nhất", "--edition", seen)
    assert (code, told["edition"] == seen) == (0, False)
    code, _, said = run("rename-unit", "cb-2", "--name", "Chi bộ Nhị", "--edition", seen)
    assert (code, "đã thay đổi từ khi bạn xem" in said) == (1, True)
    assert facts.organisation.require_unit("cb-2").name == "Chi bộ Hai"
    assert run("rename-unit", "cb-2", "--name", "Chi bộ Nhị", "--edition", told["edition"])[0] == 0


def test_a_person_edits_what_they_keep_and_nobody_else_does(run: Run, facts: Catalogue) -> None:
    assert run("rename-unit", "cb-1", "--name", "Chi bộ Nhất", "--as", "chanh")[0] == 0
    assert run("show", "cb-1", "--as", "chanh")[0] == 0
    assert run("rename-unit", "cb-1", "--name", "Chi bộ An", "--as", "an")[0] == 1
    assert run("rename-unit", "cb-9", "--name", "Chi bộ An", "--as", "chanh")[0] == 1
    assert run("show", "cb-1", "--as", "an")[0] == 1
    assert audited(facts) == [
        ("rename-unit", "cb-1", "allowed"), ("rename-unit", "cb-1", "refused"), ("rename-unit", None, "refused"),
    ]  # fmt: skip


def test_without_impersonation_nobody_edits_here(run: Run, facts: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VANKHO_CLI__IMPERSONATION", "false")
    for words in ([], ["--as", "chanh"]):
        assert run("rename-unit", "cb-1", "--name", "Chi bộ Nhất", *words)[0] == 2
    assert facts.organisation.whole() == HOUSE


def test_people_are_told_in_their_words(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("merge", "cb-2", "--into", "cb-1", "--with-rights")
    run("rename-unit", "cb-1", "--name", "Chi bộ Nhất")
    assert cli.main(["org", "show", "cb-1"]) == 0
    day = f"{TODAY:%d/%m/%Y}"
    assert capsys.readouterr().out.splitlines() == [
        "cb-1  Chi bộ Nhất (CB1)",
        "cấp trên: dang-uy",
        f"trước đây, đến hết ngày {YESTERDAY:%d/%m/%Y}: Chi bộ Một (CB1), cấp trên: dang-uy",
        f"từ cb-2: sáp nhập, kèm quyền xem, ngày {day}",
    ]
    assert cli.main(["org", "rename-unit", "cb-1", "--name", "Chi bộ Mới"]) == 0
    assert "Đã sửa tổ chức (cb-1)" in capsys.readouterr().out
