"""`vankho account`: accounts and tokens are made here alone, and no password comes with the program."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import cli
from flows.commands import account
from pipeline.catalogue import Catalogue
from pipeline.catalogue.accounts import CredentialKind, Scope
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.passwords import secret_hash, verify_password
from pipeline.settings import load_settings
from pipeline.wiring import catalogue_of

PASSWORD = "nắng vàng trên đồi chè"

ORGANISATION = Organisation(
    (Unit("dang-uy", "Đảng ủy", "dang_uy"),), (Person("van-thu", "Văn Thư", (Membership("van_thu", "dang-uy"),)),)
)


class Terminal(io.StringIO):
    """Standard input where somebody sits."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Catalogue]:
    """The catalogue that the commands of this test use."""
    monkeypatch.setenv("VANKHO_HOME", str(tmp_path))
    opened = catalogue_of(load_settings({"VANKHO_HOME": str(tmp_path)}))
    opened.organisation.replace(ORGANISATION)
    yield opened
    opened.close()


def run(monkeypatch: pytest.MonkeyPatch, *words: str, typed: str = PASSWORD + "\n") -> int:
    """The command, with this on standard input; its exit code."""
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return cli.main(["account", *words])


def audited(facts: Catalogue) -> list[tuple[str, str | None]]:
    return [(line.event.action, line.event.object) for line in facts.audit.lines()]


def test_an_account_is_made_with_the_password_that_was_typed(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert facts.accounts.account("van-thu") is None

    assert run(monkeypatch, "create", "van-thu", "--json") == 0

    made = facts.accounts.account("van-thu")
    assert made is not None
    assert verify_password(made.password_hash, PASSWORD).is_right
    out = capsys.readouterr().out
    assert json.loads(out) == {"person": "van-thu"}
    assert PASSWORD not in out
    assert audited(facts) == [("create-account", "van-thu")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [("ngắn\n", "ít nhất 12"), ("\n", "ít nhất 12"), ("", "ít nhất 12"), ("van-thu van-thu\n", "mã người dùng")],
)
def test_a_bad_password_makes_no_account(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, said: str
) -> None:
    assert run(monkeypatch, "create", "van-thu", typed=typed) == 2
    assert said in capsys.readouterr().err
    assert facts.accounts.account("van-thu") is None
    assert audited(facts) == []


def test_an_account_that_is_there_is_not_changed_by_making_it(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "create", "van-thu")
    before = facts.accounts.account("van-thu")
    assert run(monkeypatch, "create", "van-thu", typed="một mật khẩu khác\n") == 2
    assert "vankho account password" in capsys.readouterr().err
    assert facts.accounts.account("van-thu") == before


def test_a_new_password_unlocks_and_ends_sessions_and_tokens(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "password", "van-thu") == 2  # there is none to change
    run(monkeypatch, "create", "van-thu")
    run(monkeypatch, "token", "van-thu", "--name", "máy quét")
    facts.accounts.record_attempt("van-thu", failures=9, locked_until=None)
    assert len(facts.accounts.credentials("van-thu")) == 1

    assert run(monkeypatch, "password", "van-thu", typed="một mật khẩu khác\r\n") == 0

    account = facts.accounts.account("van-thu")
    assert account is not None
    assert verify_password(account.password_hash, "một mật khẩu khác").is_right
    assert account.failures == 0
    assert facts.accounts.credentials("van-thu") == []
    assert audited(facts)[-1] == ("set-password", "van-thu")
    assert "chưa có tài khoản" in capsys.readouterr().err


def test_a_token_is_shown_once_and_kept_as_a_hash(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["--days", "7", "--scope", "read", "--scope", "write", "--json"]
    assert run(monkeypatch, "token", "van-thu", "--name", "máy quét", *words) == 0

    told = json.loads(capsys.readouterr().out)
    kept = facts.accounts.credential(secret_hash(told["token"]))
    assert kept is not None
    assert (kept.person, kept.kind, kept.name) == ("van-thu", CredentialKind.TOKEN, "máy quét")
    assert (kept.scopes, told["scopes"]) == (frozenset({Scope.READ, Scope.WRITE}), ["read", "write"])
    assert (kept.expires_at - kept.created_at).days in {6, 7}
    assert told["expires_at"] == kept.expires_at.isoformat(timespec="seconds")
    assert audited(facts) == [("create-token", "van-thu")]
    facts.close()
    assert all(told["token"].encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


@pytest.mark.parametrize("words", [["create"], ["password"], ["token", "--name", "x"]])
def test_nobody_that_the_organisation_does_not_know_gets_in(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(monkeypatch, *words, "nguoi-la") == 1
    assert "nguoi-la" in capsys.readouterr().err
    assert audited(facts) == []


def test_at_a_terminal_a_password_is_typed_twice(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD])
    monkeypatch.setattr(account, "getpass", lambda _prompt: next(typed))
    monkeypatch.setattr("sys.stdin", Terminal())

    assert cli.main(["account", "create", "van-thu"]) == 2
    assert "không giống nhau" in capsys.readouterr().err
    assert cli.main(["account", "create", "van-thu"]) == 0
    assert "Đã cấp tài khoản" in capsys.readouterr().out
    assert facts.accounts.account("van-thu") is not None


@pytest.fixture
def impersonation_off(facts: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account, made where the command line may not act for others."""
    monkeypatch.setenv("VANKHO_CLI__IMPERSONATION", "false")
    assert facts.accounts.account("van-thu") is None
    assert run(monkeypatch, "create", "van-thu") == 0


@pytest.mark.usefixtures("impersonation_off")
@pytest.mark.parametrize("words", [["token", "van-thu", "--name", "x"], ["password", "van-thu"]])
@pytest.mark.parametrize("typed", ["", "\n", "một mật khẩu khác\nmột mật khẩu khác\n"])
def test_without_impersonation_nobody_becomes_somebody_else(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], typed: str
) -> None:
    before = facts.accounts.account("van-thu")
    capsys.readouterr()
    assert run(monkeypatch, *words, typed=typed) == 1
    told = capsys.readouterr()
    assert (told.out, "cli.impersonation" in told.err) == ("", True)
    assert facts.accounts.account("van-thu") == before
    assert facts.accounts.credentials("van-thu") == []
    last = list(facts.audit.lines())[-1].event
    assert (last.object, last.outcome) == ("van-thu", "refused")


@pytest.mark.usefixtures("impersonation_off")
def test_without_impersonation_ones_own_password_is_enough(facts: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "token", "van-thu", "--name", "máy quét") == 0
    assert [made.name for made in facts.accounts.credentials("van-thu")] == ["máy quét"]

    assert run(monkeypatch, "password", "van-thu", typed=f"{PASSWORD}\nmột mật khẩu khác\n") == 0

    account = facts.accounts.account("van-thu")
    assert account is not None
    assert verify_password(account.password_hash, "một mật khẩu khác").is_right
    assert audited(facts) == [("create-account", "van-thu"), ("create-token", "van-thu"), ("set-password", "van-thu")]


def test_without_impersonation_there_is_no_token_without_an_account(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VANKHO_CLI__IMPERSONATION", "false")
    assert run(monkeypatch, "token", "van-thu", "--name", "x") == 2
    assert "chưa có tài khoản" in capsys.readouterr().err
    assert facts.accounts.credentials("van-thu") == []


def test_a_token_reads_and_no_more_unless_more_is_asked_for(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "token", "van-thu", "--name", "máy in", "--json") == 0
    assert json.loads(capsys.readouterr().out)["scopes"] == ["read"]
    (kept,) = facts.accounts.credentials("van-thu")
    assert kept.scopes == frozenset({Scope.READ})
    assert run(monkeypatch, "token", "van-thu", "--name", "máy in", "--scope", "everything") == 2


def test_sessions_and_tokens_are_listed_and_ended(
    facts: Catalogue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("máy quét", "máy in"):
        assert run(monkeypatch, "token", "van-thu", "--name", name) == 0
    capsys.readouterr()
    assert run(monkeypatch, "sessions", "van-thu", "--json") == 0
    listed = json.loads(capsys.readouterr().out)["sessions"]
    assert [(one["kind"], one["name"]) for one in listed] == [("token", "máy in"), ("token", "máy quét")]

    assert run(monkeypatch, "end", "van-thu", "--id", listed[0]["id"]) == 0
    assert [kept.id for kept in facts.accounts.credentials("van-thu")] == [listed[1]["id"]]
    assert run(monkeypatch, "end", "van-thu", "--id", listed[0]["id"]) == 1  # it is ended already
    assert run(monkeypatch, "end", "van-thu") == 0
    assert facts.accounts.credentials("van-thu") == []
    capsys.readouterr()
    assert run(monkeypatch, "sessions", "van-thu") == 0
    assert "không có phiên" in capsys.readouterr().out
    outcomes = [line.event.outcome for line in facts.audit.lines() if line.event.action == "end-session"]
    assert outcomes == ["allowed", "refused", "allowed"]
