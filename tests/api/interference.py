"""What a reader is told by every route of the API, to be compared: with and without what they may not see.

The order by relevance is exempt (`docs/decisions/0004-relevance-order-is-exempt.md`); times and the chain of the audit
differ between any two runs.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    but: Collection[str] = ()
    """What is not asked for, by the end of its address."""

    def differing(self) -> Iterator[str]:
        """The questions by which the reader can tell the two apart, or what is hidden from what is missing."""
        yield from self.differing_reads()
        yield from self.unlike_missing()
        yield from self._told_apart(changes(self.less, self.there["document_id"]))

    def differing_reads(self) -> Iterator[str]:
        """Those of them that change nothing and ask for what is in both."""
        yield from self._told_apart(reads(self.less, self.there, self.but))

    def unlike_missing(self) -> Iterator[str]:
        """The questions that are answered otherwise for what is hidden, or resting on it, than for what is missing."""
        client, there = self.whole.browser(self.session), {**one_missing(), **self.there}
        for operation in operations(self.whole.app):
            if not operation.is_of_a_document:
                continue
            for hidden in self.hidden:
                asked = (operation.questions({**there, "document_id": [one]}) for one in (hidden, MISSING))
                pairs = zip(*asked, strict=True)
                yield from (str(one) for one, other in pairs if _answers_differ(client, one, other))
                for question in operation.questions({**there, "document_id": there["document_id"][:1]}):
                    if question.body is not None and MISSING in question.body.values():
                        other = replace(question, body=_resting_on(hidden, question.body))
                        yield from [str(other)] if _answers_differ(client, question, other) else []

    def _told_apart(self, asked: Iterable[Question]) -> Iterator[str]:
        clients = [house.browser(self.session) for house in (self.whole, self.less)]
        for question in asked:
            whole, less = (_as_told(question, question.ask(client)) for client in clients)
            if whole != less:
                yield str(question)


def _answers_differ(client: TestClient, one: Question, other: Question) -> bool:
    return answered(one.ask(client)) != answered(other.ask(client))


def reads(house: House, there: Mapping[str, Sequence[str]], but: Collection[str] = ()) -> Iterator[Question]:
    """All that changes nothing, asked of all that is there, `but` for what has this at its end."""
    for operation in operations(house.app):
        if operation.is_safe and operation.path.rpartition("/")[2] not in but:
            yield from operation.questions(there)


def changes(house: House, documents: Sequence[str]) -> Iterator[Question]:
    """Every change of a document, each of another one in turn; what it rests on is missing."""
    found = [operation for operation in operations(house.app) if operation.is_of_a_document and not operation.is_safe]
    for operation, document in zip(found, cycle(documents), strict=False):
        yield from operation.questions({**one_missing(), "document_id": [document]})


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
