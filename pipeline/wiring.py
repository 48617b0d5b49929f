"""Opens store, staging and catalogue from settings: what every entry point needs. The index is opened by `indexer`."""

from pathlib import Path

from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.ports import Inbox, ObjectStore
from pipeline.settings import Settings
from pipeline.storage.inbox import FolderInbox
from pipeline.storage.local import LocalStore, storage_errors
from pipeline.storage.staging import Staging, open_staging


def store_of(settings: Settings) -> ObjectStore:
    """The object store."""
    return LocalStore(_home(settings) / "store")


def staging_of(settings: Settings) -> Staging:
    """The private staging area, beside the store."""
    return open_staging(_home(settings) / "staging", key_file=settings.home / "keys" / "quarantine.key")


def inbox_of(settings: Settings) -> Inbox:
    """Where files arrive by themselves."""
    folder = settings.inbox.folder or _home(settings) / "inbox"
    return FolderInbox(folder.expanduser(), quiet_seconds=settings.inbox.quiet_seconds)


def catalogue_of(settings: Settings) -> Catalogue:
    """The catalogue, with its schema up to date."""
    return open_catalogue(sqlite_url(_home(settings) / "catalogue.sqlite3"))


def _home(settings: Settings) -> Path:
    """The data folder, made for its owner alone if it is not there."""
    with storage_errors():
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.home
