"""What a reader is told by every route of the API, to be compared: with and without what they may not see.

The order by relevance is exempt (`docs/decisions/0004-relevance-order-is-exempt.md`); times and the chain of the audit
differ between any two runs.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

import httpx
from fastapi.testclient import TestClient

from tests.api.house import House
from tests.api.operations import MISSING, Question, answered, one_missing, operations

_PASSING = re.compile(rb'"\d{4}-\d\d-\d\dT[^"]*"|"[0-9a-f]{64}"')
"""A moment, or a hash of the audit's chain."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An installation and the same one without all that a reader may not see; what is `there` is asked of both."""

    whole: House
    less: House
    session: str
    there: Mapping[str, Sequence[str]]
    hidden: Sequence[str]
    """Some documents that are only in the first."""

    def differing(self) -> list[str]:
        """The questions by which the reader can tell the two apart, or what is hidden from what is missing."""
        clients = [house.browser(self.session) for house in (self.whole, self.less)]
        asked = [*reads(self.less, self.there), *changes(self.less, self.there["document_id"], self.hidden)]
        whole, less = (told(client, asked) for client in clients)
        return [question for question in whole if whole[question] != less[question]] + self.unlike_missing()

    def unlike_missing(self) -> list[str]:
        """The questions that are answered otherwise for something hidden than for something missing."""
        client, there = self.whole.browser(self.session), {**one_missing(), **self.there}
        of_documents = [operation for operation in operations(self.whole.app) if operation.is_of_a_document]
        missing, hidden = (
            [question for operation in of_documents for question in operation.questions({**there, "document_id": ids})]
            for ids in ([MISSING], self.hidden[:1])
        )
        pairs = zip(hidden, missing, strict=False)  # nothing may be hidden
        return [str(one) for one, other in pairs if answered(one.ask(client)) != answered(other.ask(client))]


def reads(house: House, there: Mapping[str, Sequence[str]]) -> Iterator[Question]:
    """All that changes nothing, asked of all that is there."""
    for operation in operations(house.app):
        if operation.is_safe:
            yield from operation.questions(there)


def changes(house: House, documents: Sequence[str], hidden: Sequence[str]) -> Iterator[Question]:
    """Every change of a document, each of another one in turn; what it rests on is missing, or else hidden."""
    found = [operation for operation in operations(house.app) if operation.is_of_a_document and not operation.is_safe]
    for operation, document in zip(found, cycle(documents), strict=False):
        for question in operation.questions({**one_missing(), "document_id": [document]}):
            yield question
            if question.body is not None and MISSING in str(question.body):
                yield from (replace(question, body=_resting_on(other, question.body)) for other in hidden)


def _resting_on(document: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: document if value == MISSING else value for name, value in body.items()}


def told(client: TestClient, asked: Iterable[Question]) -> dict[str, object]:
    """What is answered, by what was asked."""
    return {str(question): _as_told(question, question.ask(client)) for question in asked}


def _as_told(question: Question, response: httpx.Response) -> object:
    answer = _UNLIKE.get(question.operation.path, answered)(response)
    return answer if question.operation.is_safe else _unmoved(response)


def _unmoved(response: httpx.Response) -> object:
    """An answer without its moments."""
    headers = [header for header in response.headers.multi_items() if header[0] != "content-length"]
    return response.status_code, _PASSING.sub(b'"..."', response.content), headers


def _found(response: httpx.Response) -> object:
    """What a search finds, in its order only where that is by date."""
    answer = answered(response)
    if response.status_code != httpx.codes.OK or response.request.url.params.get("sort") == "newest":
        return answer
    page = response.json()
    return {**page, "hits": sorted(page["hits"], key=lambda hit: str(hit["id"]))}, answer[2]


def _audit_state(response: httpx.Response) -> object:
    return response.status_code, response.json() | {"hash": None}


_UNLIKE: dict[str, Callable[[httpx.Response], object]] = {
    "/search": _found,
    "/audit": _unmoved,
    "/audit/state": _audit_state,
}
"""Where an answer is not compared as it is."""
