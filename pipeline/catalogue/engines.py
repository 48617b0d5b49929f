"""The databases a catalogue may lie in: how each is connected to, how its transactions begin, what its errors mean.

On both, those who write take turns from the first statement on, and those who read see one state. So two writers
cannot deadlock, rows get their numbers in the order in which they become visible, and what holds on one database
holds on the other (`docs/decisions/0010-writers-take-turns.md`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from pipeline.errors import BusyError, SettingsError, StorageFullError, UnavailableError

_PATIENCE = 30
"""Seconds that somebody waits for their turn to write."""
_WRITES = "vankho_writes"
_TURN = 0x76616E6B686F
"""The advisory lock that writers on PostgreSQL hold in turn: "vankho" as a number."""
_CONNECTIONS = 20
_CONNECTING = {
    "connect_timeout": 10,
    "application_name": "vankho",
    "client_encoding": "utf8",
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
_SESSION = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
"""The server, too, asks whether we are still there: what a machine that lost its power held is free after a minute."""
_SQLITE_FAULTS = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_IOERR_SHMSIZE: "full",  # no room for the file that readers and writers share
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
}
_POSTGRESQL_FAULTS = {
    "53100": "full",
    "55P03": "busy",  # waited too long for a lock
    "40": "busy",  # cancelled in favour of another transaction
    "XX00": "corrupt",
    "08": "unusable",  # connection lost
    "25006": "unusable",  # read only, as a standby is
    "25P03": "unusable",  # idle for too long inside a transaction
    "28": "unusable",  # not let in
    "3D": "unusable",  # no such database
    "42501": "unusable",  # no right to
    "53": "unusable",  # out of something
    "57": "unusable",  # shut down
    "58": "unusable",  # the system's fault
}
"""What the states that a PostgreSQL error may carry mean, by their beginning (Appendix A of its manual)."""


def open_engine(url: str) -> Engine:
    """The engine for this URL, `sqlite:///…` or `postgresql://…`; it connects when first used.

    Raises:
        SettingsError: the URL names neither database.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return _prepared_sqlite(create_engine(parsed))
    # Who dies without saying so must not keep the others waiting for their turn.
    options = f"{_SESSION} -c lock_timeout={_PATIENCE}s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
    return _prepared_postgresql(
        create_engine(
            parsed,
            pool_size=_CONNECTIONS,
            pool_timeout=_PATIENCE,
            pool_pre_ping=True,  # a restart of the server costs nobody more than the transaction under way
            connect_args=_CONNECTING | {"options": options},
        )
    )


def open_lock_engine(url: str) -> Engine:
    """An engine for holding locks on PostgreSQL: each connection is a lock's own and ends with it."""
    return create_engine(
        _parsed(url),
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=_CONNECTING | {"options": _SESSION},
    )


def sqlite_path(url: str) -> Path | None:
    """The SQLite file that the URL names, or None for a PostgreSQL database."""
    parsed = _parsed(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(_url_message()) from error
    match parsed.drivername:
        case "sqlite":
            return parsed
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case _:
            raise SettingsError(_url_message())


def reading_engine(engine: Engine) -> Engine:
    """The same engine for transactions that only read: all their statements see one state."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writing_engine(engine: Engine) -> Engine:
    """The same engine for transactions that write, each when its turn has come."""
    return engine.execution_options(**{_WRITES: True})


def require_bytewise(connection: Connection) -> None:
    """Raise `SettingsError` for a PostgreSQL database that does not keep text as UTF-8, sorted by its bytes.

    Other orders differ from SQLite's, and from themselves after an update of the system's locales.
    """
    if connection.dialect.name == "sqlite":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    is_bytewise = connection.exec_driver_sql("SELECT 'B' < '_' AND '_' < 'a-c' AND 'a-c' < 'ab'").scalar()
    if encoding != "UTF8" or not is_bytewise:
        message = (
            "Cơ sở dữ liệu danh mục phải dùng bảng mã UTF8 và xếp chữ theo byte (locale C). Hãy tạo lại:"
            " createdb --template=template0 --encoding=UTF8 --locale=C TÊN"
        )
        raise SettingsError(message)


def _url_message() -> str:
    # The URL itself is not shown: it may hold a password.
    return "catalogue.url (VANKHO_CATALOGUE__URL) phải có dạng postgresql://người_dùng:mật_khẩu@máy:cổng/tên"


def _prepared_sqlite(engine: Engine) -> Engine:
    """WAL, foreign keys, full durability of commits, and transactions that begin when SQLAlchemy says so."""

    def on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {_PATIENCE * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes(connection) else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _prepared_postgresql(engine: Engine) -> Engine:
    """Writers wait for their turn. Each statement sees what was committed, so the first sees all of those before."""

    def on_begin(connection: Connection) -> None:
        if _writes(connection):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")

    event.listen(engine, "begin", on_begin)
    return engine


def _writes(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_WRITES, False))


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn the databases' errors into ours. Faults of a statement itself, such as a doubled key, pass."""
    try:
        yield
    except PoolTimeoutError as error:
        raise _busy() from error
    except DBAPIError as error:
        meaning = _meaning(error)
        if meaning is None:
            raise
        raise meaning from error


def _busy() -> BusyError:
    return BusyError("Danh mục đang bận: đã đợi quá lâu để được ghi. Hãy thử lại sau.")


def _meaning(error: DBAPIError) -> UnavailableError | None:
    """Our error for one of a database, or None for a fault of the statement."""
    match _sqlite_fault(error.orig) if isinstance(error.orig, sqlite3.Error) else _postgresql_fault(error):
        case "full":
            return StorageFullError("Ổ đĩa đã đầy: chưa ghi được gì vào danh mục. Hãy giải phóng chỗ rồi chạy lại.")
        case "busy":
            return _busy()
        case "corrupt":
            return UnavailableError("Tệp danh mục bị hỏng. Hãy dừng chương trình và khôi phục từ bản sao lưu.")
        case "unusable":
            return UnavailableError(
                "Không dùng được cơ sở dữ liệu danh mục. Hãy kiểm tra ổ đĩa, quyền ghi và dịch vụ rồi chạy lại."
            )
    return None


def _sqlite_fault(error: sqlite3.Error) -> str | None:
    code = getattr(error, "sqlite_errorcode", 0)
    for known in (code, code & 0xFF):  # as exactly as it is said, else its kind
        if known in _SQLITE_FAULTS:
            return _SQLITE_FAULTS[known]
    return "unusable" if isinstance(error, sqlite3.OperationalError) else None


def _postgresql_fault(error: DBAPIError) -> str | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return "unusable" if isinstance(error, OperationalError | InterfaceError) else None
    return next((fault for prefix, fault in _POSTGRESQL_FAULTS.items() if state.startswith(prefix)), None)
