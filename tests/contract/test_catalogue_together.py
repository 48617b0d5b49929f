"""What the catalogue promises to several who work on it at once, on each database."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import func, select, text

from pipeline.catalogue import Catalogue, open_catalogue
from pipeline.catalogue.audit import AuditEvent, Outcome
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.catalogue.engines import open_lock_engine
from pipeline.catalogue.tables import BatchRow
from pipeline.errors import BusyError, SettingsError, UnavailableError
from pipeline.model import Description, Organisation, PageResult, PageStatus, PageText, Source, Unit
from tests.services import empty_database, server

WRITERS = 6


@pytest.fixture
def filing(catalogue: Catalogue) -> FilingPlace:
    catalogue.organisation.replace(Organisation((Unit("dang-uy", "Đảng ủy", "dang_uy"),), ()))
    return FilingPlace("van-thu", catalogue.batches.begin(unit="dang-uy", actor="van-thu", files=1), 1)


def new_file(number: int, page_text: str = "Đảng ủy") -> NewFile:
    page = PageResult(1, PageStatus.READ, PageText((), page_text, 0.9, Source.OCR))
    document = NewDocument((page,), Description({}, ()))
    return NewFile("dang-uy", f"{number:064d}", "tệp", "application/pdf", 1, 1, (document,))


def test_entries_of_the_outbox_become_visible_in_their_order(catalogue: Catalogue, filing: FilingPlace) -> None:
    """Else a drainer could take a later change and forget an earlier one that it never saw."""
    begun, ended = 0, 8 * WRITERS
    seen: list[int] = []

    def watch() -> None:
        while len(seen) < ended:
            new = [entry.seq for entry in catalogue.documents.pending(1000)]
            assert new[: len(seen)] == seen
            seen[:] = new

    with ThreadPoolExecutor(WRITERS + 1) as executor:
        watching = executor.submit(watch)
        list(executor.map(lambda number: catalogue.documents.file(new_file(number), filing), range(begun, ended)))
        watching.result()
    assert seen == sorted(seen)


def test_the_audit_stays_one_chain_however_many_write(catalogue: Catalogue) -> None:
    events = [AuditEvent(f"person-{number}", "view", None, Outcome.ALLOWED, "test") for number in range(8 * WRITERS)]
    with ThreadPoolExecutor(WRITERS) as executor:
        list(executor.map(catalogue.audit.record, events))
    assert catalogue.audit.first_broken() is None
    assert {line.event for line in catalogue.audit.lines()} == set(events)


def test_a_document_changed_by_many_at_once_counts_every_change(catalogue: Catalogue, filing: FilingPlace) -> None:
    (document,) = catalogue.documents.file(new_file(1), filing) or ()
    with ThreadPoolExecutor(WRITERS) as executor:
        list(executor.map(lambda _: catalogue.documents.withdraw([document]), range(WRITERS)))
    assert [entry.version for entry in catalogue.documents.pending(100)] == list(range(1, WRITERS + 2))


def test_who_reads_sees_one_state(catalogue: Catalogue, filing: FilingPlace) -> None:
    count = select(func.count()).select_from(BatchRow)
    with catalogue.database.reading() as session:
        before = session.scalar(count)
        catalogue.batches.begin(unit="dang-uy", actor=filing.actor, files=1)
        assert session.scalar(count) == before
    with catalogue.database.reading() as session:
        assert session.scalar(count) == (before or 0) + 1


def test_two_who_open_an_empty_catalogue_at_once_both_can(catalogue_url: str) -> None:
    with ThreadPoolExecutor(2) as executor:
        for opened in executor.map(lambda _: open_catalogue(catalogue_url), range(2)):
            assert opened.organisation.units() == ()
            opened.close()


@pytest.mark.parametrize("kept", ["a\0b", "a\ud800b"])
def test_text_that_no_database_keeps_is_kept_without_those_characters(
    catalogue: Catalogue, filing: FilingPlace, kept: str
) -> None:
    (document,) = catalogue.documents.file(new_file(1, kept), filing) or ()
    assert catalogue.documents.page_texts([document]) == {document: {1: "a?b"}}
    assert catalogue.documents.documents([kept]) == {}


def test_texts_are_sorted_by_their_bytes(catalogue: Catalogue) -> None:
    ids = ["a-c", "ab", "a.d", "Ab", "a_b", "đ", "z"]
    catalogue.organisation.replace(Organisation(tuple(Unit(name, name, "chi_bo") for name in ids), ()))
    assert [unit.id for unit in catalogue.organisation.units()] == sorted(ids, key=str.encode)


def test_a_lock_has_one_holder(catalogue: Catalogue, catalogue_url: str) -> None:
    other = open_catalogue(catalogue_url)
    with catalogue.locks.held("drain", wait=False, busy="bận"):
        with pytest.raises(BusyError, match="bận"), other.locks.held("drain", wait=False, busy="bận"):
            pass
        with other.locks.held("another", wait=False, busy="bận"):
            pass
    with other.locks.held("drain", wait=False, busy="bận"):
        pass
    other.close()


def test_who_waits_for_a_lock_gets_it_when_its_holder_is_done(catalogue: Catalogue) -> None:
    order: list[str] = []
    is_waiting = threading.Event()

    def wait() -> None:
        is_waiting.set()
        with catalogue.locks.held("drain", wait=True, busy=""):
            order.append("second")

    with ThreadPoolExecutor(1) as executor:
        with catalogue.locks.held("drain", wait=True, busy=""):
            waiting = executor.submit(wait)
            is_waiting.wait()
            order.append("first")
        waiting.result()
    assert order == ["first", "second"]


@contextmanager
def postgresql_catalogue() -> Iterator[tuple[Catalogue, str]]:
    with empty_database(server("postgresql")) as url:
        opened = open_catalogue(url)
        try:
            yield opened, url
        finally:
            opened.close()


def end_sessions(url: str) -> None:
    """What a restart of the server does to whoever is connected."""
    with psycopg.connect(f"{url.rpartition('/')[0]}/postgres", autocommit=True) as connection:
        name = url.rpartition("/")[2]
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


def write_in_a_lost_session(catalogue: Catalogue, url: str) -> None:
    with catalogue.database.writing() as session:
        session.execute(text("SELECT 1"))
        end_sessions(url)
        session.execute(text("SELECT 1"))


def test_a_lost_connection_costs_the_transaction_under_way_and_no_other() -> None:
    with postgresql_catalogue() as (catalogue, url):
        with pytest.raises(UnavailableError):
            write_in_a_lost_session(catalogue, url)
        assert catalogue.organisation.units() == ()


def test_the_lock_of_a_lost_connection_is_free() -> None:
    with postgresql_catalogue() as (catalogue, url), catalogue.locks.held("drain", wait=False, busy=""):
        end_sessions(url)
        with catalogue.locks.held("drain", wait=True, busy=""):
            pass


def test_the_server_soon_finds_out_that_a_machine_is_gone() -> None:
    """Else what it held stays held for as long as the system's own probes take, which is hours."""
    with postgresql_catalogue() as (catalogue, url), open_lock_engine(url).connect() as lock:
        for setting, value in (("idle", "30"), ("interval", "10"), ("count", "3")):
            asked = text(f"SHOW tcp_keepalives_{setting}")
            with catalogue.database.reading() as session:
                assert (session.scalar(asked), lock.scalar(asked)) == (value, value)


@pytest.mark.parametrize(
    "options", ["ENCODING 'LATIN1'", "ENCODING 'SQL_ASCII'", "LOCALE_PROVIDER icu ICU_LOCALE 'vi'"]
)
def test_a_database_with_other_letters_or_another_order_is_refused(options: str) -> None:
    with empty_database(server("postgresql"), options) as url, pytest.raises(SettingsError, match="createdb"):
        open_catalogue(url)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(UnavailableError):
        open_catalogue("postgresql://nobody:wrong@127.0.0.1:1/none")


def test_a_wrong_password_is_unavailable_and_not_told() -> None:
    host = server("postgresql")["url"].rpartition("@")[2]
    with pytest.raises(UnavailableError) as refused:
        open_catalogue(f"postgresql://vankho:geheim@{host}")
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "mysql://somebody:geheim@localhost/x", "postgresql+psycopg2://localhost/x"])
def test_a_url_of_another_database_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(SettingsError, match="VANKHO_CATALOGUE__URL") as refused:
        open_catalogue(url)
    assert "geheim" not in str(refused.value)
