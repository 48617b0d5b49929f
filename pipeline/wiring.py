"""Opens store, staging and catalogue from settings: what every entry point needs. The index is opened by `indexer`."""

from collections.abc import Callable
from pathlib import Path

from pipeline.catalogue import Catalogue, open_catalogue, open_locks, sqlite_url
from pipeline.errors import SettingsError
from pipeline.ports import Inbox, ObjectStore
from pipeline.settings import Settings, StoreSettings
from pipeline.storage.endpoint import Endpoint
from pipeline.storage.inbox import FolderInbox
from pipeline.storage.local import LocalStore, storage_errors
from pipeline.storage.spool import Spool, own_name
from pipeline.storage.staging import SharedGround, Staging, open_staging
from pipeline.storage.staging_bucket import StagingBucket

INSTALLATION = "installation"
"""The file in the data folder that keeps its name."""


def store_of(settings: Settings) -> ObjectStore:
    """The object store."""
    if settings.store.url is None:
        return LocalStore(_home(settings) / "store")
    from pipeline.storage.minio import BucketStore  # noqa: PLC0415 - the client takes half a second to import

    return BucketStore(_endpoint(settings.store), settings.store.bucket)


def staging_of(settings: Settings) -> Staging:
    """The private staging area, beside the store."""
    key_file = settings.home / "keys" / "quarantine.key"
    return open_staging(_home(settings) / "staging", key_file=key_file, shared=_common_ground(settings))


def _common_ground(settings: Settings) -> SharedGround | None:
    """Where several machines find staged files: a bucket, if the store is one and the catalogue is for several."""
    if settings.store.url is None or settings.catalogue.url is None:
        return None
    from pipeline.storage.minio import PrivateBucket  # noqa: PLC0415 - as above

    bucket = PrivateBucket(_endpoint(settings.store), settings.store.staging_bucket)
    return StagingBucket(bucket, open_locks(_catalogue_url(settings)))


def fingerprint_of(settings: Settings) -> Callable[[str], str]:
    """The keyed hash of a hash, by which an installation knows again what it must not keep."""
    key_file = settings.home / "keys" / "quarantine.key"
    return open_staging(_home(settings) / "staging", key_file=key_file).fingerprint


def inboxes_of(settings: Settings) -> list[Inbox]:
    """Where files arrive by themselves: a folder, and a bucket where there is one. Raises `SettingsError`."""
    folder = settings.inbox.folder or _home(settings) / "inbox"
    inboxes: list[Inbox] = [FolderInbox(folder.expanduser(), quiet_seconds=settings.inbox.quiet_seconds)]
    if settings.inbox.bucket is not None:
        inboxes.append(_bucket_inbox(settings, settings.inbox.bucket))
    return inboxes


def _bucket_inbox(settings: Settings, bucket: str) -> Inbox:
    if settings.store.url is None or bucket in (settings.store.bucket, settings.store.staging_bucket):
        message = "inbox.bucket cần store.url, và phải là một thùng khác với các thùng của kho."
        raise SettingsError(message)
    from pipeline.storage.inbox_bucket import BucketInbox  # noqa: PLC0415 - as above

    return BucketInbox(_endpoint(settings.store), bucket, _home(settings) / "arrivals")


def spool_of(settings: Settings) -> Spool:
    """Where what is asked of a worker waits."""
    return Spool(_home(settings) / "spool", installation_of(settings))


def installation_of(settings: Settings) -> str:
    """The name of this installation among those that share a catalogue: what only its own machine has is under it."""
    return own_name(_home(settings) / INSTALLATION)


def catalogue_of(settings: Settings) -> Catalogue:
    """The catalogue, with its schema up to date."""
    return open_catalogue(_catalogue_url(settings))


def _endpoint(of: StoreSettings) -> Endpoint:
    """The S3 server that the settings name."""
    secret = of.secret_key.get_secret_value() if of.secret_key is not None else ""
    return Endpoint(of.url or "", of.access_key or "", secret, of.region, of.ca)


def _catalogue_url(settings: Settings) -> str:
    url = settings.catalogue.url
    return sqlite_url(_home(settings) / "catalogue.sqlite3") if url is None else url.get_secret_value()


def _home(settings: Settings) -> Path:
    """The data folder, made for its owner alone if it is not there."""
    with storage_errors():
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return settings.home
