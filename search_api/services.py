"""What every route works with, opened once from settings and handed down as one value. Leaves HTTP to the others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar, cast

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from indexer.drainer import Drainer
from indexer.search import Search, open_index
from pipeline.catalogue import Catalogue
from pipeline.ports import ObjectStore, SearchIndex
from pipeline.settings import Settings
from pipeline.wiring import catalogue_of, store_of
from search_api.outbox import OutboxWatch
from search_api.password_check import PasswordCheck

_DRAWN_AT_ONCE = 4
"""Most page images and PDFs made at the same time: each may hold a large page decoded."""

Made = TypeVar("Made")


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
    drawing: CapacityLimiter

    async def drawn(self, make: Callable[[], Made]) -> Made:
        """What a costly function makes. Those that wait hold no thread, so that searches go on meanwhile."""
        return await to_thread.run_sync(make, limiter=self.drawing)

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
        passwords=PasswordCheck(catalogue.accounts),
        outbox=OutboxWatch(catalogue.documents, Drainer(catalogue, index)),
        drawing=CapacityLimiter(_DRAWN_AT_ONCE),
    )


def services(request: Request) -> Services:
    """The services of the application that answers this request."""
    return cast("Services", request.app.state.services)


ServicesOf = Annotated[Services, Depends(services)]
