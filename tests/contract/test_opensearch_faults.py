"""OpenSearch away, lost, full, slow or overloaded: a clear error or the right answer, and nothing lost in between."""

import ssl
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import sleep

import httpx
import pytest

from indexer.drainer import Drainer
from indexer.opensearch import open_opensearch
from indexer.search import Search, open_index
from pipeline.access import Reader
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.errors import SettingsError, StorageFullError, UnavailableError
from pipeline.ports import SearchIndex
from pipeline.query import SearchPage, SearchRequest, Sort
from pipeline.settings import IndexSettings, Settings, load_settings
from tests.opensearch import LOST, Call, Instead, OwnOpenSearch, misbehaving, own_opensearch
from tests.papers import MEMBER, ORGANISATION, Paper, fill, found, shelve
from tests.services import empty_indices, server

PAPERS = [
    Paper(
        f"{n}",
        ("chuyển đổi số " * (1 + n % 7), f"Nghị quyết số {n}-NQ/TU của chi bộ {n % 10}"),
        number=f"{n}-NQ/TU",
        type=("nghi_quyet", "ke_hoach", None)[n % 3],
        issuer="Tỉnh ủy",
        date=f"2025-{1 + n % 12:02}-{1 + n % 28:02}",
    )
    for n in range(120)
]
REQUESTS = [
    SearchRequest(text, sort=sort, size=100)
    for text in ("", "chuyển đổi", "nq 7", '"đổi số"', "chi bo 3")
    for sort in Sort
]
NOWHERE = IndexSettings(url="http://127.0.0.1:9")


@pytest.fixture
def of() -> Iterator[IndexSettings]:
    """An index of one's own on the server that all tests share."""
    with empty_indices(server("opensearch")) as settings:
        yield settings


@pytest.fixture
def index(of: IndexSettings) -> SearchIndex:
    opened = open_opensearch(of)
    opened.create()
    return opened


@dataclass(frozen=True, slots=True)
class House:
    """An installation whose index is on a server, opened anew each time, as by another process."""

    facts: Catalogue
    settings: Settings

    @property
    def opened(self) -> SearchIndex:
        return open_index(self.settings, self.facts.documents)

    @property
    def drainer(self) -> Drainer:
        return Drainer(self.facts, self.opened)

    @property
    def search(self) -> Search:
        return Search(self.opened, self.facts.documents)

    def answers(self) -> list[SearchPage]:
        search = self.search
        return [search.search(request, reader=MEMBER) for request in REQUESTS]


@contextmanager
def a_house(home: Path, of: IndexSettings) -> Iterator[House]:
    facts = open_catalogue(sqlite_url(home / "catalogue.sqlite3"))
    facts.organisation.replace(ORGANISATION)
    yield House(facts, Settings(home=home, index=of))
    facts.close()


@pytest.fixture
def house(tmp_path: Path, of: IndexSettings) -> Iterator[House]:
    with a_house(tmp_path, of) as opened:
        yield opened


def undisturbed(house: House) -> list[SearchPage]:
    """What the embedded engine answers on the same catalogue."""
    embedded = House(house.facts, Settings(home=house.settings.home))
    embedded.drainer.rebuild()
    return embedded.answers()


def ask(of: IndexSettings, method: str, path: str, body: object = None) -> httpx.Response:
    """A request beside the product's."""
    answer = httpx.request(method, f"{of.url}/{path}", json=body, timeout=60)
    assert answer.is_success, answer.text
    return answer


# --- away ------------------------------------------------------------------------------------------


def test_a_new_installation_opens_and_fills_an_index_by_settings_alone(house: House) -> None:
    assert house.search.search(SearchRequest(), reader=MEMBER).total == 0
    shelve(house.facts, PAPERS)
    house.drainer.drain_now()
    assert house.answers() == undisturbed(house)


def test_a_server_that_is_away_is_told_by_each_use_and_changes_wait(tmp_path: Path) -> None:
    with a_house(tmp_path, NOWHERE) as house:
        shelve(house.facts, PAPERS[:3])
        index = open_opensearch(NOWHERE, patience=0.5)
        drainer = Drainer(house.facts, index)
        for use in (house.answers, index.count, index.is_there, index.create, drainer.drain_now, drainer.rebuild):
            with pytest.raises(UnavailableError, match="Không kết nối được máy chủ tìm kiếm"):
                use()
        assert len({entry.document_id for entry in house.facts.documents.pending(10)}) == 3


def test_what_could_not_be_written_is_written_when_the_server_is_back(tmp_path: Path, of: IndexSettings) -> None:
    is_away = Event()

    def away(_call: Call) -> Instead | None:
        return Instead(503, "cluster_manager_not_discovered_exception") if is_away.is_set() else None

    with misbehaving(of, away) as behind, a_house(tmp_path, behind) as house:
        assert house.opened.count() == 0
        shelve(house.facts, PAPERS)
        drainer = Drainer(house.facts, open_opensearch(behind, patience=0.5))
        is_away.set()
        with pytest.raises(UnavailableError, match="chưa sẵn sàng"):
            drainer.drain_now()
        with pytest.raises(UnavailableError, match="chưa sẵn sàng"):
            house.answers()
        is_away.clear()
        drainer.drain_now()
        assert not house.facts.documents.pending(1)
        assert house.answers() == undisturbed(house)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnOpenSearch]:
    """A server that may be killed."""
    with own_opensearch(tmp_path_factory.mktemp("services")) as started:
        yield started


@pytest.mark.slow
def test_killed_and_started_again_amid_writes_and_searches(own: OwnOpenSearch, tmp_path: Path) -> None:
    """Searches are answered rightly or not at all, and at the end all is as if nothing had been."""
    with a_house(tmp_path, own.settings) as house, ThreadPoolExecutor(2) as executor:
        house.opened.create()
        shelve(house.facts, PAPERS[:20])
        house.drainer.drain_now()
        is_over = Event()

        def search() -> tuple[int, list[str]]:
            """How often there was an answer, and the errors. What was found once is never missing again."""
            answers, errors, least = 0, list[str](), 20
            index = open_opensearch(own.settings)
            while not is_over.is_set() or not answers:
                try:
                    total = index.search(SearchRequest(), reader=MEMBER, offset=0, limit=10).total
                except UnavailableError as error:
                    errors.append(str(error))
                else:
                    assert total >= least
                    answers, least = answers + 1, total
            return answers, errors

        def write() -> list[str]:
            errors = []
            drainer = Drainer(house.facts, open_opensearch(own.settings, patience=0.5))
            for number, paper in enumerate(PAPERS[20:60]):
                if number == 20:
                    is_killed.wait()
                shelve(house.facts, [paper])
                try:
                    drainer.drain_now()
                except UnavailableError as error:
                    errors.append(str(error))
                    is_told.set()
            return errors

        is_killed, is_told = Event(), Event()
        searching, writing = executor.submit(search), executor.submit(write)
        while house.opened.count() < 30:
            sleep(0.05)
        own.kill()
        is_killed.set()
        is_told.wait()
        own.start()
        failed_writes = writing.result()
        house.drainer.drain_now()
        is_over.set()
        answers, failed_searches = searching.result()
        assert answers
        for errors in (failed_writes, failed_searches):
            assert errors
            assert not [error for error in errors if "vankho reindex" in error]  # starting is not lost
        assert not house.facts.documents.pending(1)
        assert house.answers() == undisturbed(house)


@pytest.mark.slow
def test_a_rebuild_goes_on_over_a_restart(own: OwnOpenSearch) -> None:
    index = open_opensearch(own.settings.model_copy(update={"prefix": "rebuilt"}), patience=120)
    index.create()
    fill(index, *PAPERS[:50])
    with index.rebuild() as writer:
        writer.write(paper.indexed for paper in PAPERS[:60])
        writer.flush()
        own.stop()
        own.start()
        writer.write(paper.indexed for paper in PAPERS[60:])
    assert set(found(index, "")) == {paper.id for paper in PAPERS}
    fill(index, Paper("0", grants=(), version=2))
    assert len(found(index, "")) == len(PAPERS) - 1


# --- lost ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["documents-*", "pages-*", "*"])
def test_a_lost_index_says_what_to_do_and_a_rebuild_gives_the_same_answers(
    house: House, of: IndexSettings, lost: str
) -> None:
    shelve(house.facts, PAPERS)
    house.drainer.drain_now()
    before, open_before = house.answers(), house.search
    ask(of, "DELETE", f"{of.prefix}-{lost}")
    with pytest.raises(UnavailableError, match="vankho reindex"):
        house.answers()
    shelve(house.facts, [Paper("while it was lost", grants=())])
    with pytest.raises(UnavailableError, match="vankho reindex"):
        house.drainer.drain_now()
    assert house.facts.documents.pending(10)  # the change is still due
    assert house.drainer.rebuild() == len(PAPERS) + 1
    assert not house.facts.documents.pending(10)
    assert house.answers() == before
    assert [open_before.search(request, reader=MEMBER) for request in REQUESTS] == before


def test_an_index_of_another_version_of_the_software_is_told_and_replaced(of: IndexSettings) -> None:
    for kind in ("documents", "pages"):
        alias = f"{of.prefix}-{kind}-0123456789ab"
        ask(of, "PUT", f"{alias}-4", {"aliases": {alias: {}}})
    index = open_opensearch(of)
    assert index.is_there()
    for attempt in (index.count, lambda: found(index, ""), lambda: fill(index, Paper("p"))):
        with pytest.raises(UnavailableError, match="phiên bản phần mềm"):
            attempt()
    with index.rebuild() as writer:
        writer.write([Paper("p").indexed])
    assert found(index, "") == ["p"]
    assert "0123456789ab" not in ask(of, "GET", f"_cat/indices/{of.prefix}-*").text


# --- full, locked, overloaded ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "error", "told"),
    [
        ("read_only_allow_delete", StorageFullError, "gần đầy"),  # as OpenSearch does itself at the flood stage
        ("read_only", UnavailableError, "khóa ghi"),
        ("write", UnavailableError, "khóa ghi"),
    ],
)
def test_an_index_locked_against_writing_is_searched_and_says_so_to_who_writes(
    house: House, of: IndexSettings, block: str, error: type[UnavailableError], told: str
) -> None:
    shelve(house.facts, PAPERS[:9])
    house.drainer.drain_now()
    before = house.answers()
    ask(of, "PUT", f"{of.prefix}-*/_settings", {f"index.blocks.{block}": True})
    shelve(house.facts, PAPERS[9:])
    with pytest.raises(error, match=told):
        house.drainer.drain_now()
    assert house.answers() == before
    ask(of, "PUT", f"{of.prefix}-*/_settings", {f"index.blocks.{block}": None})
    house.drainer.drain_now()
    assert house.answers() == undisturbed(house)


def test_a_server_that_is_overloaded_for_a_moment_is_asked_again_and_nothing_is_lost(
    tmp_path: Path, of: IndexSettings
) -> None:
    refused: list[str] = []

    def overloaded(call: Call) -> Instead | None:
        """Every path twice."""
        if call.method == "GET" or refused.count(call.path) == 2:
            return None
        refused.append(call.path)
        return Instead(429, "circuit_breaking_exception", "[parent] Data too large")

    with misbehaving(of, overloaded) as behind, a_house(tmp_path, behind) as house:
        shelve(house.facts, PAPERS)
        house.opened.create()
        house.drainer.drain_now()
        assert any("_bulk" in path for path in refused)
        assert House(house.facts, Settings(home=tmp_path, index=of)).answers() == undisturbed(house)


def test_answers_that_are_lost_on_the_way_cost_nothing(tmp_path: Path, of: IndexSettings) -> None:
    lost: list[str] = []

    def lose(call: Call) -> str | None:
        """The first answer to each request that changes something, and that of the client's own second try."""
        if call.method == "GET" or "_search" in call.path or lost.count(call.path) == 2:
            return None
        lost.append(call.path)
        return LOST

    with misbehaving(of, lose) as behind, a_house(tmp_path, behind) as house:
        house.opened.create()
        shelve(house.facts, PAPERS)
        house.drainer.drain_now()
        assert house.answers() == undisturbed(house)
        shelve(house.facts, [Paper("later", "chuyển đổi số", date="2026-01-01")])
        lost.clear()
        house.drainer.rebuild()
        assert any("_aliases" in path for path in lost)
        assert house.answers() == undisturbed(house)
        assert ask(of, "GET", f"_cat/indices/{of.prefix}-*?h=index").text.count("\n") == 3  # nothing is left behind


def test_an_answer_without_every_shard_is_no_answer(of: IndexSettings, index: SearchIndex) -> None:
    fill(index, Paper("p"))
    ask(of, "POST", f"{of.prefix}-documents-*/_close")
    with pytest.raises(UnavailableError):
        found(index, "")
    with pytest.raises(UnavailableError):
        index.count()


# --- writing ---------------------------------------------------------------------------------------


def test_the_removed_stays_removed_when_the_server_has_forgotten_its_deletes(
    of: IndexSettings, index: SearchIndex
) -> None:
    ask(of, "PUT", f"{of.prefix}-*/_settings", {"index.gc_deletes": "0s"})
    fill(index, Paper("p", ("một", "hai"), version=2), Paper("other"))
    with index.writer() as writer:
        writer.remove([("p", 3)])
    ask(of, "POST", f"{of.prefix}-*/_forcemerge?max_num_segments=1&flush=true")
    fill(index, Paper("p", ("một", "hai"), version=2))
    assert found(index, "") == ["other"]
    assert index.best_pages(SearchRequest("hai"), ["p"], reader=MEMBER) == {}


def test_pages_that_a_document_no_longer_has_are_gone(of: IndexSettings, index: SearchIndex) -> None:
    fill(index, Paper("p", ("một", "hai", "ba", "bốn")), Paper("q", ("một", "hai")))
    fill(index, Paper("p", ("một", "hai"), version=2))
    assert ask(of, "GET", f"{of.prefix}-pages-*/_count").json()["count"] == 4
    fill(index, Paper("p", ("một", "hai", "ba", "bốn")))  # late, and older
    assert ask(of, "GET", f"{of.prefix}-pages-*/_count").json()["count"] == 4


def test_what_nobody_planned_for_is_not_taken_in(of: IndexSettings, index: SearchIndex) -> None:
    """The mapping is strict, and an index that is not there is not made by writing to it."""
    fill(index, Paper("p"))
    (name,) = ask(of, "GET", f"_cat/indices/{of.prefix}-documents-*?h=index").text.split()
    assert httpx.put(f"{of.url}/{name}/_doc/x", json={"secret": "x"}, timeout=60).status_code == 400
    again = name.rpartition("-")[0] + "-99"
    assert httpx.put(f"{of.url}/{again}/_doc/x", json={"secret": "x"}, timeout=60).status_code == 400


def test_a_reader_with_very_many_tokens(index: SearchIndex) -> None:
    """More than one `terms` query takes."""
    fill(index, Paper("p"), Paper("hidden", grants=()))
    reader = Reader("an", frozenset({"everyone", *(f"unit:{n}" for n in range(70_000))}))
    assert found(index, "", reader) == ["p"]


WRITE = """
import sys
from indexer.opensearch import open_opensearch
from pipeline.settings import IndexSettings
from tests.papers import Paper

index = open_opensearch(IndexSettings(url=sys.argv[1], prefix=sys.argv[2]))
with getattr(index, sys.argv[3])() as writer:
    writer.write(Paper(f"killed {n}", grants=("unit:none",)).indexed for n in range(50))
    writer.flush()
    print("written", flush=True)
    sys.stdin.read()
"""


@pytest.mark.slow
@pytest.mark.parametrize("what", ["writer", "rebuild"])
def test_a_lock_ends_with_its_holder(of: IndexSettings, index: SearchIndex, what: str) -> None:
    fill(index, *PAPERS[:5])
    arguments = [sys.executable, "-c", WRITE, str(of.url), of.prefix, what]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path.cwd()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.kill()
    with getattr(index, what)() as writer:
        writer.write(paper.indexed for paper in PAPERS[:7])
    assert set(found(index, "")) == {paper.id for paper in PAPERS[:7]}


# --- TLS and credentials ---------------------------------------------------------------------------


def test_over_tls_with_an_authority_of_our_own_and_an_account(of: IndexSettings, tmp_path: Path) -> None:
    certificate, key = tmp_path / "public.crt", tmp_path / "private.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", "/CN=search", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    right = "Basic " + b64encode(b"vankho:secret").decode()

    def guard(call: Call) -> Instead | None:
        return None if call.authorization == right else Instead(401, "security_exception")

    with misbehaving(of, guard, tls=tls) as behind:
        account = {"ca": certificate, "user": "vankho", "password": "secret"}
        index = open_opensearch(IndexSettings.model_validate(behind.model_dump() | account))
        index.create()
        fill(index, Paper("p"))
        assert found(index, "") == ["p"]
        denied = open_opensearch(IndexSettings.model_validate(behind.model_dump() | account | {"password": "wrong"}))
        with pytest.raises(UnavailableError, match="từ chối tài khoản"):
            found(denied, "")
        with pytest.raises(UnavailableError, match=r"index\.ca"):
            found(open_opensearch(behind), "")


@pytest.mark.parametrize("half", ["USER", "PASSWORD"])
def test_half_an_account_is_a_wrong_setting(half: str) -> None:
    with pytest.raises(SettingsError, match=r"index\.user và index\.password"):
        load_settings({"VANKHO_INDEX__URL": "https://127.0.0.1:9", f"VANKHO_INDEX__{half}": "vankho"})


def test_a_certificate_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    missing = IndexSettings(url="https://127.0.0.1:9", ca=tmp_path / "ca.pem")
    with pytest.raises(SettingsError, match=r"index\.ca"):
        open_opensearch(missing)
