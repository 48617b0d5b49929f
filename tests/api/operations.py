"""What can be asked of the API, from its own description: a route is asked by being described.

What cannot be made up for it is said here, once: what stands for a name in an address (`NAMES`, and whoever asks says
which there are), parameters worth asking with (`VARIANTS`; without an entry some are made up), a body that would do
(`BODIES`). `not_said` tells what a route lacks here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from search_api.app import API

MISSING = str(UUID(int=7 << 64))
"""An id that nothing has."""

NOWHERE, NOBODY = "khong-co", "khong-ai"
"""A unit and a person that are not there."""

NAMES: Mapping[str, str] = {
    "document_id": MISSING,
    "number": "1",
    "batch_id": MISSING,
    "job_id": MISSING,
    "session_id": MISSING,
    "code_id": MISSING,
    "person": NOBODY,
    "unit": NOWHERE,
}
"""What an address asks for by this name, as one that is not there; of pages it is the first."""

VARIANTS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "GET /search": (
        {"size": 100},
        {"q": "đất đai", "size": 100},
        {"q": "dang", "size": 100},
        {"q": '"chi bộ"', "size": 100},
        {"q": "57-NQ/TW", "size": 100},
        {"q": "nghị quyết số 3", "size": 100},
        {"q": "kỷ", "type": ["nghi_quyet", "bao_cao"], "size": 100},
        {"q": "bộ", "sort": "newest", "size": 3, "page": 2},
        {"sort": "newest", "size": 2, "page": 3},
        {"sort": "newest", "year": [2023, 2024]},
        {"sort": "newest", "number": "3-NQ/ĐU"},
        {"sort": "newest", "from": "2022-01-01", "to": "2023"},
        {"sort": "newest", "unit": "dang-uy", "issuer": ["dang-uy", "chi-bo-1"]},
        {"sort": "newest", "validity": "het_hieu_luc"},
        {"sort": "newest", "topic": "kiem_tra"},
        {"q": "dat", "from": "hôm qua"},
    ),
    "GET /documents/{document_id}/access": ({"size": 100}, {"token": "everyone", "size": 2, "page": 2}),
    "GET /people/{person}/access": ({"size": 100}, {"size": 2, "page": 2}),
    "GET /documents/{document_id}/pages/{number}/image": ({"width": 50},),
    "GET /documents/{document_id}/pages/{number}/words": ({}, {"q": "dat"}),
    "GET /jobs": ({"size": 100}, {"key": "khoa-1"}),
    "GET /batches": ({"size": 100}, {"unit": "dang-uy", "size": 1, "page": 2}),
    "POST /batches": ({"publish_to": "everyone"},),
    "GET /audit": (
        {"size": 1_000},
        {"actor": "an", "action": "view", "object": MISSING, "outcome": "refused", "from": "2020-01-01"},
        {"to": "2020-01-01"},
        {"before": 3},
    ),
    "GET /oidc/callback": ({"state": "x", "code": "x", "error": "x", "iss": "x"},),
}
"""Parameters that a route is asked with beside those that it requires; without an entry they are made up."""

BODIES: Mapping[str, Mapping[str, Any]] = {
    "POST /documents/{document_id}/publish": {"grants": ["everyone"]},
    "POST /documents/{document_id}/class": {"class": "noi_bo"},
    "POST /documents/{document_id}/fields": {"number": "06-NQ/ĐU"},
    "POST /documents/{document_id}/validity": {"validity": "het_hieu_luc", "since": "2025-01-01"},
    "POST /documents/{document_id}/validity/refusals": {"ground": MISSING, "relation": "replaces"},
    "POST /accounts/{person}/reset-codes": {},
    "POST /units": {"unit": "to-moi", "name": "Tổ mới", "kind": "to", "parent": "chi-bo-1"},
    "POST /units/{unit}/rename": {"name": "Tên khác"},
    "POST /units/{unit}/move": {"parent": "dang-uy"},
    "POST /units/{unit}/end": {"to": "2030-01-01"},
    "POST /units/{unit}/merge": {"units": ["chi-bo-2"], "with_rights": True},
    "POST /units/{unit}/split": {"into": ["chi-bo-1", "chi-bo-2"]},
    "POST /people": {"person": "moi", "name": "Người mới"},
    "POST /people/{person}/rename": {"name": "Tên khác"},
    "POST /people/{person}/leave": {"to": "2030-01-01"},
    "POST /people/{person}/roles": {"role": "dang_vien", "unit": "chi-bo-1"},
    "POST /people/{person}/roles/end": {"role": "dang_vien", "unit": "chi-bo-1"},
    "POST /sessions": {"person": NOBODY, "password": "không phải"},
    "POST /passwords": {"person": NOBODY, "code": "x", "password": "không phải của ai"},
    "POST /me/second-factor": {"password": "không phải"},
    "POST /me/second-factor/confirm": {"code": "000000"},
    "POST /me/second-factor/remove": {"password": "không phải", "code": "000000"},
    "POST /me/tokens": {"name": "máy quét", "days": 1},
    "PUT /me/password": {"current": "không phải", "new": "không phải của ai"},
}
"""A JSON body that would do, of every route that takes one."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One route and method, as the description names them."""

    method: str
    path: str
    described: Mapping[str, Any] = field(compare=False, default_factory=dict)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """The names in its address."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def unset(self) -> list[str]:
        """The names of all that must be said to ask it."""
        return [*self.names, *self._required()]

    @property
    def is_safe(self) -> bool:
        """Whether asking changes nothing."""
        return self.method in {"GET", "HEAD"}

    @property
    def is_of_a_document(self) -> bool:
        """Whether it is about one document."""
        return "document_id" in self.names

    def questions(self, there: Mapping[str, Sequence[str]]) -> Iterator["Question"]:
        """It with all of what is there for each name, and with all its variants."""
        for variant in VARIANTS.get(str(self)) or self._made_up():
            for values in product(*(there[name] for name in self.unset)):
                named = dict(zip(self.unset, values, strict=True))
                asked = {name: named[name] for name in self._required()}
                yield Question(self, self.path.format_map(named), {**asked, **variant}, BODIES.get(str(self)))

    def not_said(self) -> Iterator[str]:
        """What of it nobody says here."""
        known = {name for variant in VARIANTS.get(str(self), ()) for name in variant}
        for name in self.names:
            if name not in NAMES:
                yield f"{self}: say in NAMES what «{name}» is, and in each test's `there` which there are"
        for parameter in self._in_query():
            name = parameter["name"]
            if parameter.get("required") and name not in NAMES:
                yield f"{self}: it requires «{name}»: say in NAMES what it is"
            if known and not parameter.get("required") and name not in known:
                yield f"{self}: nobody asks it with «{name}»: add a variant that does to VARIANTS"
        content = self.described.get("requestBody", {}).get("content", {})
        if "application/json" in content and str(self) not in BODIES:
            yield f"{self}: say in BODIES a body that would do"

    def _made_up(self) -> list[dict[str, Any]]:
        """Variants where none are said: without its further parameters, and with all of them."""
        further = [parameter for parameter in self._in_query() if not parameter.get("required")]
        made_up = {parameter["name"]: _example(parameter["schema"]) for parameter in further}
        return [{}, made_up] if made_up else [{}]

    def _required(self) -> list[str]:
        return [parameter["name"] for parameter in self._in_query() if parameter.get("required")]

    def _in_query(self) -> list[Mapping[str, Any]]:
        return [found for found in self.described.get("parameters", ()) if found["in"] == "query"]


@dataclass(frozen=True, slots=True)
class Question:
    """One request, but for who asks."""

    operation: Operation
    path: str
    params: Mapping[str, Any]
    body: Mapping[str, Any] | None

    def __str__(self) -> str:
        return " ".join([self.operation.method, self.path, *(str(sent) for sent in (self.params, self.body) if sent)])

    def ask(self, client: TestClient, **sent: Any) -> httpx.Response:  # noqa: ANN401
        """Ask it, with something more or something else."""
        body = {} if self.body is None else {"json": self.body}
        response: httpx.Response = client.request(
            self.operation.method, self.path, **{"params": self.params, **body, **sent}
        )
        return response


def operations(app: FastAPI) -> list[Operation]:
    """Everything that can be called."""
    found = [
        Operation(method.upper(), path.removeprefix(API), described)
        for path, methods in app.openapi()["paths"].items()
        for method, described in methods.items()
    ]
    assert len(found) >= 30
    return found


def not_said(app: FastAPI) -> list[str]:
    """What of the whole API nobody says here: then no test can ask it."""
    return [line for operation in operations(app) for line in operation.not_said()]


def one_missing() -> dict[str, list[str]]:
    """For each name one that is not there."""
    return {name: [value] for name, value in NAMES.items()}


def answered(response: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    """All that an answer tells."""
    return response.status_code, response.content, list(response.headers.multi_items())


def _example(schema: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever a parameter takes
    """A value that such a parameter takes."""
    schema = next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema)
    if "enum" in schema or "default" in schema:
        return next(iter(schema.get("enum") or [schema["default"]]))
    if schema.get("format") == "date":
        return "2025-12-31"
    return {"integer": schema.get("minimum", 1), "boolean": "true"}.get(str(schema.get("type")), "x")
