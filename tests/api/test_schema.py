"""What the API's own description promises, held by every route against what the description allows and what it forbids.

Routes are covered by being in the description: none is named here.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from pipeline.model import Membership, Person
from tests.api.house import CLERK, ORGANISATION, House, Paper, open_house, running

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]

HEAD = Person("chanh", "Chánh Văn", (Membership("chanh_van_phong", "dang-uy"),))
ASKERS = (CLERK, "bi-thu", "mot", "ky-thuat", HEAD.id, None)

EXAMPLES = 15


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An archive with something for everybody, which the requests may change."""
    home: Path = tmp_path_factory.mktemp("schema")
    organisation = replace(ORGANISATION, people=(*ORGANISATION.people, HEAD))
    with running(open_house(home / "home", organisation=organisation)) as made:
        made.file(Paper("cho mọi người", grants=("everyone",)), Paper("kín", grants=("person:hai",)))
        made.file(Paper("chưa công bố"))
        yield made


def send(case: Case[Any], house: House, person: str | None) -> httpx.Response:
    """The case as a request of this person, with a token of its own: the case may be the one that ends it."""
    sent: dict[str, Any] = case.as_transport_kwargs(base_url="http://testserver")
    sent["headers"] = {**sent["headers"]}
    if person:
        sent["headers"]["Authorization"] = f"Bearer {house.token(person)}"
    else:
        sent["headers"].pop("Authorization", None)
    cookies, body = sent.pop("cookies", None), sent.pop("data", None)
    client = TestClient(house.app, base_url="http://testserver", cookies=cookies)
    client.portal = house.portal
    files = [(name, _sendable(part)) for name, part in sent.pop("files", None) or ()]
    request = client.build_request(
        **sent, files=files, **{"content" if isinstance(body, str | bytes) else "data": body}
    )
    request.read()  # a form with files is a stream, which the checks look into afterwards
    response: httpx.Response = client.send(request)
    return response


def _sendable(part: Any) -> Any:  # noqa: ANN401 - whatever is made up for a part of a form
    """A part of a form as the client can send it: what is no text and no bytes as its text."""
    if isinstance(part, tuple):
        return (part[0], _sendable(part[1]), *part[2:])
    return part if isinstance(part, str | bytes) else str(part)


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_route_answers_as_described(house: House, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_dict(house.app.openapi())
    real = [*house.papers]
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        takes_something = operation.body or list(operation.iter_parameters())
        if mode is GenerationMode.NEGATIVE and not takes_something:
            continue  # nothing can be wrong about it

        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(mode), st.sampled_from(ASKERS), st.sampled_from(real) | st.none())
        def holds(case: Case[Any], person: str | None, document: str | None) -> None:
            if document and "document_id" in case.path_parameters:
                case.path_parameters["document_id"] = document
            case.validate_response(send(case, house, person), checks=CHECKS)

        holds()
