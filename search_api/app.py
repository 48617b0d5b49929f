"""Puts the HTTP API together. Every route but health and signing in stands behind `current_reader`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from threading import Event, Thread

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from pipeline.settings import Settings
from search_api.auth import current_reader
from search_api.errors import install
from search_api.guards import Guard
from search_api.routes import (
    access,
    accounts,
    audit,
    batches,
    documents,
    grants,
    health,
    jobs,
    oidc,
    organisation,
    own,
    pages,
    relations,
    search,
    sign_in,
    validity,
)
from search_api.services import Services, open_services

API = "/api/v1"


def create_app(settings: Settings) -> FastAPI:
    """The application of one installation. Closing it (its lifespan's end) closes what it opened.

    Raises:
        UnavailableError: the catalogue, the store or the index cannot be opened.
    """
    of = open_services(settings)
    app = FastAPI(
        title="Văn Kho",
        summary="Tìm và đọc văn bản trong phạm vi được xem",
        version=version("vankho"),
        openapi_url=f"{API}/openapi.json",
        docs_url=None,  # the interactive pages fetch scripts from outside
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        generate_unique_id_function=_route_name,
    )
    app.state.services = of
    app.add_middleware(Guard, larger={("POST", f"{API}/batches"): settings.web.upload_bytes})
    install(app)
    app.include_router(_open(), prefix=API)
    app.include_router(_protected(), prefix=API)
    return app


def _open() -> APIRouter:
    routes = APIRouter()
    routes.include_router(health.router)
    routes.include_router(sign_in.open_router)
    routes.include_router(accounts.open_router)
    routes.include_router(oidc.open_router)
    return routes


def _protected() -> APIRouter:
    routes = APIRouter(dependencies=[Depends(current_reader)])
    for module in (
        sign_in,
        search,
        documents,
        access,
        grants,
        relations,
        validity,
        pages,
        audit,
        batches,
        jobs,
        own,
        accounts,
        organisation,
    ):
        routes.include_router(module.router)
    return routes


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Keep the index true, and the audit, while the service runs."""
    of: Services = app.state.services
    stop = Event()
    steady = {"outbox": of.outbox.keep_draining, "unknown": of.unknown.keep_writing}
    threads = [Thread(target=keep, args=[stop], name=name, daemon=True) for name, keep in steady.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        of.close()


def _route_name(route: APIRoute) -> str:
    return route.name
