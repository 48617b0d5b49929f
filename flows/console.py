"""What every command shares: running it with our exit codes, settings, who acts, and printing.

Leaves what a command does to its module.
"""

import getpass
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import typer

from pipeline.access import Grant, Reader, may_publish
from pipeline.catalogue import Catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.clock import today
from pipeline.errors import NotAllowedError, UsageError, VanKhoError
from pipeline.settings import Settings, load_settings
from pipeline.wiring import catalogue_of


def run_app(app: typer.Typer, name: str, words: Sequence[str]) -> int:
    """Run a command with these words; its exit code. Errors of ours go to standard error, with their own code."""
    try:
        app(args=list(words), prog_name=f"vankho {name}")
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else 0
    except VanKhoError as error:
        print(f"Lỗi: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("Đã dừng theo yêu cầu. Chạy lại lệnh để làm tiếp phần còn dở.", file=sys.stderr)
        return 1
    return 0


def command_app(text: str) -> typer.Typer:
    """The Typer application of one command."""
    return typer.Typer(help=text, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def settings() -> Settings:
    """The settings of this run."""
    return load_settings(os.environ)


@contextmanager
def catalogue(of: Settings) -> Iterator[Catalogue]:
    """The catalogue, closed at the end."""
    opened = catalogue_of(of)
    try:
        yield opened
    finally:
        opened.close()


def system_user() -> str:
    """Who sits at the machine, as the operating system says."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def origin() -> str:
    """From where the audit says a command came."""
    return f"cli:{system_user()}"


def reader_as(person: str, of: Settings, facts: Catalogue) -> Reader:
    """The reader that this person is today. Using it is audited with the system's user.

    Raises:
        UsageError: the installation does not allow it.
        NotFoundError: there is no such person.
    """
    _require_impersonation(of)
    reader = facts.organisation.reader(person, today=today())
    facts.audit.record(AuditEvent(person, "impersonate", None, Outcome.ALLOWED, origin()))
    return reader


def operator(of: Settings) -> str:
    """The actor where no person is named: the system's user, allowed where impersonation is."""
    _require_impersonation(of)
    return f"os:{system_user()}"


def grants(written: Sequence[str], facts: Catalogue) -> list[Grant]:
    """The grants that were written, each to units and people that exist. Raises `UsageError` naming what is wrong."""
    try:
        found = [Grant(text) for text in written]
    except ValueError as error:
        message = (
            f"Quyền xem viết sai: {error}."
            " Viết everyone, unit:ĐƠN_VỊ, under:ĐƠN_VỊ, role:VAI_TRÒ@ĐƠN_VỊ hoặc person:NGƯỜI."
        )
        raise UsageError(message) from error
    facts.organisation.require_known(found)
    return found


def require_may_publish(reader: Reader, unit: str) -> None:
    """Refuse a person who has no role that files and publishes for the unit. Raises `NotAllowedError`."""
    if not may_publish(reader, unit):
        message = f"«{reader.id}» không có vai trò văn thư, chánh văn phòng hay cấp ủy ở đơn vị «{unit}»."
        raise NotAllowedError(message)


def _require_impersonation(of: Settings) -> None:
    if not of.cli.impersonation:
        message = (
            "Cài đặt này không cho dòng lệnh hành động thay người khác (cli.impersonation). Hãy dùng giao diện HTTP."
        )
        raise UsageError(message)


def print_json(value: Mapping[str, object]) -> None:
    """One JSON object on standard output, for programs."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
