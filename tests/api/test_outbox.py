"""The index hears of what others have changed, and a change made here is not held up by them."""

import logging
import threading
import time
from collections.abc import Callable

import pytest

from indexer.drainer import Drainer
from pipeline.access import Grant
from pipeline.errors import UnavailableError
from pipeline.locks import held
from search_api import outbox
from search_api.outbox import OutboxWatch
from tests.api.house import CLERK, House, Paper


def until(holds: Callable[[], bool], *, seconds: float = 60) -> bool:
    """Whether it comes to hold while we wait."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_a_change_that_another_process_made_is_found_without_asking_for_it(house: House) -> None:
    (document,) = house.file(Paper("đất đai"))
    house.of.catalogue.documents.publish([document], [Grant("person:mot")], actor=CLERK)
    client = house.client("mot")
    assert until(lambda: client.get("/search").json()["total"] == 1)


def test_a_change_waits_for_the_background_where_another_process_writes(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outbox, "_PATIENCE", 0.2)
    (document,) = house.file(Paper("đất đai"))
    with held(house.of.settings.home / "locks" / "drain.lock", wait=True, busy=""):
        answer = house.client("van-thu").post(f"/documents/{document}/publish", json={"grants": ["person:mot"]})
        assert answer.json()["status"] == "published"
        assert "another process" in caplog.text
        assert house.client("mot").get(f"/documents/{document}").status_code == 200
    assert until(lambda: house.client("mot").get("/search").json()["total"] == 1)


def test_a_failure_is_logged_once_until_it_goes_well_again(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outbox, "_INTERVAL", 0.001)
    calls, stop = 0, threading.Event()

    def pending(_self: object, _limit: int) -> tuple[()]:
        nonlocal calls
        calls += 1
        if calls == 6:
            stop.set()
        if calls in {1, 2, 4, 5}:
            raise UnavailableError("đĩa đầy")
        return ()

    facts = house.of.outbox.facts
    monkeypatch.setattr(type(facts), "pending", pending)
    caplog.set_level(logging.WARNING)

    OutboxWatch(facts, house.of.outbox.drainer).keep_draining(stop)

    assert caplog.text.count("đĩa đầy") == 2


def test_whatever_fails_the_background_goes_on_and_logs_no_words(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outbox, "_INTERVAL", 0.001)
    (document,) = house.file(Paper("đất đai"))
    facts, drainer, stop = house.of.outbox.facts, house.of.outbox.drainer, threading.Event()
    facts.publish([document], [Grant("person:mot")], actor=CLERK)
    calls, really, words, own = 0, type(drainer).drain, "một câu của văn bản", threading.current_thread()

    def drain(self: Drainer) -> int:
        nonlocal calls
        if threading.current_thread() is not own:  # the house's own watch
            return 0
        calls += 1
        if calls < 4:
            raise ValueError(words)
        stop.set()
        return really(self)

    monkeypatch.setattr(type(drainer), "drain", drain)
    caplog.set_level(logging.WARNING)

    OutboxWatch(facts, drainer).keep_draining(stop)

    assert not facts.pending(1)
    assert caplog.text.count("unforeseen ValueError") == 1
    assert words not in caplog.text
    assert ", in drain" in caplog.text


def test_a_change_that_is_made_is_answered_whatever_happens_to_the_index(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (document,) = house.file(Paper("đất đai"))
    words = "chữ của văn bản"

    def drain(_self: object) -> bool:
        raise RuntimeError(words)

    monkeypatch.setattr(Drainer, "drain", drain)
    answer = house.client("van-thu").post(f"/documents/{document}/publish", json={"grants": ["person:mot"]})
    assert (answer.status_code, answer.json()["status"]) == (200, "published")
    assert "RuntimeError" in caplog.text
    assert words not in caplog.text
