"""What is made of answers that a healthy server does not give on demand: parts refused, shards missing."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from indexer.opensearch.client import Action, Cluster, whole
from indexer.opensearch.faults import fault
from pipeline.errors import StorageFullError, UnavailableError
from pipeline.settings import IndexSettings

Items = list[dict[str, Any]]
ACTIONS = [Action(f"{n}", 2, b"{}") for n in range(10)]


@contextmanager
def answering(answer: Callable[[list[str]], Items]) -> Iterator[Cluster]:
    """A cluster of a server that answers bulk requests for these ids with these items."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            lines = self.rfile.read(int(self.headers["Content-Length"])).splitlines()[::2]
            items = answer([json.loads(line)["index"]["_id"] for line in lines])
            data = json.dumps({"errors": True, "items": [{"index": item} for item in items]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as stub:
        thread = Thread(target=stub.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield Cluster(IndexSettings(url=f"http://127.0.0.1:{stub.server_port}"), patience=60)
        finally:
            stub.shutdown()
            thread.join()


def refused(status: int, kind: str, reason: str = "…") -> dict[str, Any]:
    return {"status": status, "error": {"type": kind, "reason": reason}}


FULL_QUEUE = refused(429, "rejected_execution_exception")


def test_what_a_full_queue_refused_is_sent_again_and_nothing_else() -> None:
    sent: list[list[str]] = []

    def answer(ids: list[str]) -> Items:
        """Takes three at a time."""
        sent.append(ids)
        return [{"status": 201} if place < 3 else FULL_QUEUE for place, _ in enumerate(ids)]

    with answering(answer) as cluster:
        statuses = cluster.bulk("alias", ACTIONS)
    assert statuses == {action.id: 201 for action in ACTIONS}
    assert [len(ids) for ids in sent] == [10, 7, 4, 1]


def test_an_entry_that_lost_to_a_later_version_is_told_by_its_status() -> None:
    lost = refused(409, "version_conflict_engine_exception")
    with answering(lambda ids: [lost if id_ == "3" else {"status": 200} for id_ in ids]) as cluster:
        assert [id_ for id_, status in cluster.bulk("alias", ACTIONS).items() if status == 409] == ["3"]


def test_a_refused_entry_is_an_error_that_tells_no_word_of_it() -> None:
    spoilt = refused(400, "mapper_parsing_exception", "Preview of field's value: 'mật'")
    with (
        answering(lambda ids: [spoilt if id_ == "3" else {"status": 200} for id_ in ids]) as cluster,
        pytest.raises(UnavailableError, match="mapper_parsing_exception") as caught,
    ):
        cluster.bulk("alias", ACTIONS)
    assert "mật" not in "".join(map(str, (caught.value, caught.value.__cause__, caught.value.__context__)))


def test_flood_stage_on_one_entry_is_a_full_disk() -> None:
    reason = "index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has"
    full = refused(429, "cluster_block_exception", f"{reason} read-only-allow-delete block];")
    with (
        answering(lambda ids: [full for _ in ids]) as cluster,
        pytest.raises(StorageFullError, match="những thay đổi chưa ghi vẫn được giữ"),
    ):
        cluster.bulk("alias", ACTIONS)


SHARDS = {"total": 2, "successful": 2, "failed": 0}


@pytest.mark.parametrize(
    "answer",
    [
        {"_shards": SHARDS | {"successful": 1, "failed": 1}, "timed_out": False},
        {"_shards": SHARDS | {"total": 0, "successful": 0}, "timed_out": False},  # a search that met no index at all
        {"_shards": SHARDS, "timed_out": True},
    ],
)
def test_an_answer_that_not_every_shard_had_a_part_in_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(UnavailableError):
        whole(answer)
    assert whole({"_shards": SHARDS, "timed_out": False})


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", None, {"reason": "x"}])
def test_what_stands_before_the_server_may_answer_anything(body: object) -> None:
    assert "chưa sẵn sàng" in str(fault(502, body))
