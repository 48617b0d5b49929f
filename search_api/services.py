"""What every route works with, opened once from settings and handed down as one value. Leaves HTTP to the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request

from indexer.drainer import Drainer
from indexer.search import Search, open_index
from pipeline.catalogue import Catalogue
from pipeline.ports import ObjectStore, SearchIndex
from pipeline.second_factor import Seal
from pipeline.settings import Settings
from pipeline.steps.desk import Desk
from pipeline.wiring import catalogue_of, fingerprint_of, spool_of, store_of
from search_api.addresses import FailingAddresses
from search_api.code_check import CodeCheck
from search_api.drawing import Drawing
from search_api.outbox import OutboxWatch
from search_api.password_check import PasswordCheck
from search_api.unknown import UnknownAttempts


@dataclass(frozen=True, slots=True)
class Services:
    """The opened parts of one installation. Safe to use from several threads."""

    settings: Settings
    catalogue: Catalogue
    store: ObjectStore
    index: SearchIndex
    search: Search
    passwords: PasswordCheck
    outbox: OutboxWatch
    unknown: UnknownAttempts
    drawing: Drawing
    desk: Desk
    fingerprint: Callable[[str], str]
    """The installation's keyed hash of a hash."""

    def close(self) -> None:
        """Close what was opened."""
        self.drawing.close()
        self.catalogue.close()

    @property
    def seal(self) -> Seal:
        """Seals secrets with the installation's key."""
        return Seal(self.settings.home)

    @property
    def has_tls(self) -> bool:
        """Whether the service is reached over TLS."""
        return self.settings.web.certificate is not None


def open_services(settings: Settings) -> Services:
    """Open everything. Raises `UnavailableError` where a part cannot be used."""
    catalogue = catalogue_of(settings)
    index = open_index(settings, catalogue.documents)
    return Services(
        settings=settings,
        catalogue=catalogue,
        store=store_of(settings),
        index=index,
        search=Search(index, catalogue.documents),
        passwords=PasswordCheck(
            catalogue, FailingAddresses(settings.web.failures_per_address), CodeCheck(catalogue, Seal(settings.home))
        ),
        outbox=OutboxWatch(catalogue.documents, Drainer(catalogue, index)),
        unknown=UnknownAttempts(catalogue.audit.record),
        drawing=Drawing(settings.intake),
        desk=Desk(catalogue, spool_of(settings)),
        fingerprint=fingerprint_of(settings),
    )


def services(request: Request) -> Services:
    """The services of the application that answers this request."""
    return cast("Services", request.app.state.services)


ServicesOf = Annotated[Services, Depends(services)]
