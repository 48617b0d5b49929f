"""The catalogue as one value: its database and the classes that hold each kind of facts."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.catalogue.accounts import AccountFacts
from pipeline.catalogue.audit import AuditTrail
from pipeline.catalogue.batches import BatchFacts
from pipeline.catalogue.corrections import CorrectionFacts
from pipeline.catalogue.database import Database
from pipeline.catalogue.documents import DocumentFacts
from pipeline.catalogue.jobs import JobFacts
from pipeline.catalogue.locks import open_locks
from pipeline.catalogue.nights import NightFacts
from pipeline.catalogue.organisation import OrganisationFacts
from pipeline.catalogue.readable import ReadableFacts
from pipeline.catalogue.relations import RelationFacts
from pipeline.catalogue.reset_codes import ResetCodeFacts
from pipeline.catalogue.second_factors import SecondFactorFacts
from pipeline.catalogue.validity import ValidityFacts
from pipeline.ports import Locks


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All facts. Safe to use from several threads and, on one database, from several processes."""

    database: Database
    documents: DocumentFacts
    readable: ReadableFacts
    corrections: CorrectionFacts
    organisation: OrganisationFacts
    batches: BatchFacts
    accounts: AccountFacts
    second_factors: SecondFactorFacts
    reset_codes: ResetCodeFacts
    audit: AuditTrail
    nights: NightFacts
    jobs: JobFacts
    relations: RelationFacts
    validity: ValidityFacts
    locks: Locks

    def close(self) -> None:
        """Give back all connections."""
        self.database.close()


def open_catalogue(url: str) -> Catalogue:
    """Open the catalogue at this URL (`sqlite_url`, or `postgresql://…`), bringing its schema up to date.

    Raises:
        SettingsError: the URL or the way the database was made does not do.
        UnavailableError: the database cannot be used.
    """
    database = Database(url)
    try:
        database.upgrade()
    except BaseException:
        database.close()
        raise
    return Catalogue(
        database=database,
        documents=DocumentFacts(database),
        readable=ReadableFacts(database),
        corrections=CorrectionFacts(database),
        organisation=OrganisationFacts(database),
        batches=BatchFacts(database),
        accounts=AccountFacts(database),
        second_factors=SecondFactorFacts(database),
        reset_codes=ResetCodeFacts(database),
        audit=AuditTrail(database),
        nights=NightFacts(database),
        jobs=JobFacts(database),
        relations=RelationFacts(database),
        validity=ValidityFacts(database),
        locks=open_locks(url),
    )


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"
