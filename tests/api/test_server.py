"""The service as its own process: started by the command, asked over real sockets, stopped by signals."""

import hashlib
import io
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.access import Grant
from pipeline.catalogue.documents import FilingPlace, NewDocument, NewFile
from pipeline.model import PageResult, PageStatus
from pipeline.storage import keys
from search_api.app import API
from search_api.auth import COOKIE, SECURE_COOKIE
from search_api.server import is_loopback
from tests.api.house import CLERK, PASSWORD, Paper, description, open_house

VANKHO = Path(sys.executable).with_name("vankho")


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    url: str
    process: subprocess.Popen[str]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask it to stop; its exit code and what it said on standard error."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said


@contextmanager
def serving(home: Path, *words: str, **environment: str) -> Iterator[Service]:
    """The command, run until it says where it listens."""
    with start(home, *words, **environment) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr and process.stderr.read()
            yield Service(json.loads(line)["url"], process)
        finally:
            process.kill()


def start(home: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [VANKHO, "serve", "--json", *words],
        env=os.environ | {"VANKHO_HOME": str(home), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(home: Path, *words: str, **environment: str) -> tuple[int, str]:
    """The command where it does not start; exit code and what it said."""
    with start(home, *words, **environment) as process:
        out, said = process.communicate(timeout=120)
        assert out == ""
        return process.returncode, said


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The data folder of an installation that was set up before."""
    house = open_house(tmp_path / "home")
    for person in ("mot", "ky-thuat"):
        house.give_account(person)
    house.file(Paper("đất đai", grants=("everyone",)))
    house.of.catalogue.close()
    return tmp_path / "home"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for this machine, and its key."""

    chain: Path
    key: Path

    @property
    def settings(self) -> dict[str, str]:
        return {"VANKHO_WEB__CERTIFICATE": str(self.chain), "VANKHO_WEB__CERTIFICATE_KEY": str(self.key)}


def certificate(folder: Path, name: str = "own", password: bytes | None = None) -> Certificate:
    """A new certificate, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "vankho.test")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    locked = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    made.chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked))
    return made


def sign_in(client: httpx.Client) -> httpx.Response:
    return client.post("/sessions", json={"person": "mot", "password": PASSWORD})


def test_people_and_programs_are_served_until_it_is_told_to_stop(home: Path) -> None:
    with serving(home, "--port", "0") as service:
        assert service.url.startswith("http://127.0.0.1:")
        with httpx.Client(base_url=service.url + API) as browser:
            assert browser.get("/health/ready").json() == {"status": "ok", "unavailable": []}
            assert browser.get("/search").status_code == 401
            assert sign_in(browser).status_code == 201
            found = browser.get("/search", params={"q": "dat dai"}).json()
            assert found["total"] == 1
            path = f"/documents/{found['hits'][0]['id']}/original"
            whole, head = browser.get(path), browser.head(path)
            assert head.status_code == whole.status_code == 200
            assert head.headers["content-length"] == str(len(whole.content))
            assert head.content == b""
            assert browser.get(path, headers={"Range": "bytes=0-3"}).content == whole.content[:4]
            assert "server" not in whole.headers
            assert browser.cookies[COOKIE]
        assert service.stop() == (0, "")


def test_it_stops_on_an_interrupt_too(home: Path) -> None:
    with serving(home, "--port", "0") as service:
        assert service.stop(signal.SIGINT) == (0, "")


def test_the_first_administrator_begins_with_the_code_that_the_console_says(tmp_path: Path) -> None:
    open_house(tmp_path / "home").of.catalogue.close()
    with serving(tmp_path / "home", "--port", "0") as service:
        assert service.process.stderr is not None
        _, line = (service.process.stderr.readline() for _ in range(2))
        person, code = line.strip().split(": ")
        body = {"person": person, "code": code, "password": PASSWORD}
        assert httpx.post(f"{service.url}{API}/passwords", json=body).status_code == 204
        assert service.stop() == (0, "")


def test_an_answer_under_way_is_finished_before_it_stops(home: Path) -> None:
    size = 24 << 20
    document = file_large(home, size)
    with serving(home, "--port", "0") as service, httpx.Client(base_url=service.url + API, timeout=60) as client:
        assert sign_in(client).status_code == 201
        with client.stream("GET", f"/documents/{document}/original") as answer:
            pieces = answer.iter_raw(1 << 16)
            received = len(next(pieces))
            service.process.send_signal(signal.SIGTERM)
            received += sum(map(len, pieces))
        assert received == size
        assert service.process.wait(60) == 0
        with pytest.raises(httpx.ConnectError):
            client.get("/health/live")


def test_a_reader_who_goes_away_in_the_middle_harms_nobody(home: Path) -> None:
    document = file_large(home, 24 << 20)
    with serving(home, "--port", "0") as service, httpx.Client(base_url=service.url + API, timeout=60) as client:
        assert sign_in(client).status_code == 201
        for _ in range(3):
            with client.stream("GET", f"/documents/{document}/original") as answer:
                assert next(answer.iter_raw(1 << 16))
        assert client.get("/search").status_code == 200
        assert service.stop() == (0, "")


def file_large(home: Path, size: int) -> str:
    """File a document whose original has so many bytes."""
    house = open_house(home)
    content = bytes(size)
    sha256 = hashlib.sha256(content).hexdigest()
    house.of.store.put(keys.original(sha256), io.BytesIO(content), media_type="image/tiff")
    page = NewDocument((PageResult(1, PageStatus.BLANK),), description(Paper("")))
    batch = house.of.catalogue.batches.begin(unit="dang-uy", actor=CLERK, files=1)
    new = NewFile("dang-uy", sha256, "lớn.tiff", "image/tiff", size, 1, (page,))
    ids = house.of.catalogue.documents.file(new, FilingPlace(CLERK, batch, 1))
    assert ids
    house.of.catalogue.documents.publish(ids, [Grant("everyone")], actor=CLERK)
    house.of.catalogue.close()
    return ids[0]


def test_over_tls_the_cookie_is_bound_to_the_host(home: Path, tmp_path: Path) -> None:
    own = certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(own.chain))
    with serving(home, "--port", "0", "--host", "0.0.0.0", **own.settings) as service:  # noqa: S104 - the rule for it
        assert service.url.startswith("https://0.0.0.0:")
        url = service.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        with httpx.Client(base_url=url + API, verify=trust) as browser:
            cookie = sign_in(browser).headers["set-cookie"]
            assert cookie.startswith(f"{SECURE_COOKIE}=")
            assert "Secure" in cookie
            assert "Domain" not in cookie
            assert browser.get("/me").status_code == 200
            from_plain = {"origin": url.replace("https", "http")}
            assert browser.delete("/sessions/current", headers=from_plain).status_code == 403
            assert browser.delete("/sessions/current", headers={"origin": url}).status_code == 204
        with pytest.raises(httpx.HTTPError):
            httpx.get(url.replace("https", "http") + API + "/health/live")
        assert service.stop() == (0, "")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "vankho.example"])  # noqa: S104 - the rule for it
def test_outside_this_machine_there_is_no_service_without_tls(tmp_path: Path, host: str) -> None:
    code, said = refused(tmp_path / "home", "--host", host, "--port", "0")
    assert code == 2
    assert "web.certificate" in said
    assert "VANKHO_WEB__CERTIFICATE_KEY" in said
    assert "Traceback" not in said


def test_a_certificate_that_will_not_do_stops_the_start(tmp_path: Path) -> None:
    own, other = certificate(tmp_path), certificate(tmp_path, "other")
    locked = certificate(tmp_path, "locked", b"secret")
    alone = {"VANKHO_WEB__CERTIFICATE": str(own.chain)}
    for settings, word in (
        (alone, "cùng nhau"),
        (own.settings | {"VANKHO_WEB__CERTIFICATE_KEY": str(other.key)}, "thuộc về nhau"),
        (own.settings | {"VANKHO_WEB__CERTIFICATE_KEY": str(tmp_path / "nowhere")}, "đường dẫn"),
        (locked.settings, "mật khẩu"),
    ):
        code, said = refused(tmp_path / "home", "--port", "0", **settings)
        assert code == 2
        assert word in said
        assert "Traceback" not in said


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, said = refused(tmp_path / "home", "--port", port)
    assert code == 1
    assert port in said
    assert "Traceback" not in said


def test_a_thousand_guesses_are_stopped_and_every_one_is_in_the_audit(home: Path) -> None:
    def guess(number: int) -> int:
        asked = {"person": "mot", "password": f"đoán lần thứ {number}"}
        return client.post("/sessions", json=asked).status_code

    few = {"VANKHO_WEB__FAILURES_PER_ADDRESS": "20"}
    with serving(home, "--port", "0", **few) as service:
        with httpx.Client(base_url=service.url + API, timeout=60) as client, ThreadPoolExecutor(8) as pool:
            answers = Counter(pool.map(guess, range(1_000)))
            assert sign_in(client).status_code == 429
        assert set(answers) == {401, 429}
        assert 20 <= answers[401] <= 21  # two are looked at together
        assert service.stop() == (0, "")
    house = open_house(home)
    told = [line.event for line in house.of.catalogue.audit.lines() if line.event.action == "sign-in"]
    house.of.catalogue.close()
    assert {event.outcome.value for event in told} == {"refused"}
    assert [event.actor for event in told].count("mot") == answers[401]
    assert sum(int(event.object or 1) for event in told) == 1_001


def test_a_first_start_makes_no_account(tmp_path: Path) -> None:
    with serving(tmp_path / "home", "--port", "0") as service:
        answer = httpx.post(service.url + API + "/sessions", json={"person": "admin", "password": "admin"})
        assert answer.status_code == 401
        code, said = service.stop()
        assert (code, "vankho org import" in said) == (0, True)
    house = open_house(tmp_path / "home")
    assert [house.of.catalogue.accounts.account(person.id) for person in house.of.catalogue.organisation.people()] == (
        [None] * 6
    )
    house.of.catalogue.close()


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - the rule for it
        ("::", False),
        ("", False),
        ("10.0.0.1", False),
        ("localhost.example", False),
    ],
)
def test_only_loopback_is_this_machine(host: str, *, expected: bool) -> None:
    assert is_loopback(host) is expected
