"""A file with a secrecy mark leaves one record and nothing else: every byte that the program keeps is looked at."""

import hashlib
import json
import signal
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue
from pipeline.settings import Settings
from pipeline.wiring import catalogue_of
from tests.flows.house import MARKED, SAMPLES, House, counts, digital, open_house, sample

pytestmark = pytest.mark.slow

NAME = "Kế hoạch Quỳnh Lưu 4711.pdf"
"""Of the marked paper; neither the name nor the words below occur in any other file."""
SECRET = "Quỳnh Lưu trồng Bạch Dương 90817"
OPEN_NAME = "Kế hoạch Phú Thọ 4712.pdf"
OPEN = "Phú Thọ trồng Hoa Ban 90818"


@pytest.fixture
def house(tmp_path: Path) -> House:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    house = open_house(tmp_path, environment={"TMPDIR": str(temporary)})
    house.put(NAME, digital(71, lines=("MẬT", SECRET)))
    house.put(OPEN_NAME, digital(72, lines=(OPEN,)))
    house.put(f"quet/{Path(MARKED).name}", sample(MARKED))
    return house


def kept(house: House) -> Iterator[tuple[Path, bytes]]:
    """Every file in the data folder, Prefect's and logs among them, and in that for temporary files, with its path."""
    for folder in (house.home, Path(house.environment["TMPDIR"])):
        for path in folder.rglob("*"):
            yield path, bytes(path.relative_to(folder)) + (path.read_bytes() if path.is_file() else b"")


def spellings(text: str) -> set[bytes]:
    """A text in the ways in which programs write it down."""
    forms = {text, unicodedata.normalize("NFD", text), text.lower(), json.dumps(text)[1:-1]}
    return {form.encode(encoding) for form in forms for encoding in ("utf-8", "utf-16-le")}


def traces(data: bytes, name: str, *sentences: str) -> set[bytes]:
    """Everything by which a file could be told again."""
    digest = hashlib.sha256(data)
    found = {digest.digest(), digest.hexdigest().encode(), digest.hexdigest().upper().encode(), data[:1_000]}
    texts = {name, Path(name).stem, *sentences}
    return found.union(*(spellings(text) for text in texts))


def holders(house: House, wanted: set[bytes]) -> dict[Path, list[bytes]]:
    """The files in which a trace is found."""
    found = {path: [trace for trace in wanted if trace in data] for path, data in kept(house)}
    return {path: seen for path, seen in found.items() if seen}


def subject_of(path: str) -> str:
    documents = json.loads((SAMPLES / "truth.json").read_text("utf-8"))["documents"]
    subject: str = next(entry["fields"]["subject"] for entry in documents if entry["path"] == path)
    return subject


def require_no_trace(house: House) -> None:
    text = (SECRET, "Bạch Dương", "90817")
    assert holders(house, traces(digital(71, lines=("MẬT", SECRET)), NAME, *text)) == {}
    scan = traces(sample(MARKED), Path(MARKED).name)
    assert holders(house, scan | spellings(subject_of(MARKED))) == {}
    # The same search finds the paper that was kept: in the store, by its hash, and in the catalogue, by its words.
    seen = holders(house, traces(digital(72, lines=(OPEN,)), OPEN_NAME, OPEN, "Hoa Ban"))
    assert any("originals" in path.parts for path in seen)
    assert any(path.name.startswith("catalogue.sqlite3") for path in seen)
    assert house.is_staging_empty()


def require_only_the_record(facts: Catalogue) -> None:
    records = facts.batches.quarantined()
    assert {record.mark for record in records} == {"mat"}
    assert {record.actor for record in records} == {"van-thu"}
    assert len({record.hmac for record in records}) == 2
    assert [file.name for file in facts.documents.files()] == [OPEN_NAME]


@pytest.mark.parametrize("words", [["--direct"], []], ids=["direct", "prefect"])
def test_a_marked_file_leaves_its_record_and_no_other_byte(house: House, words: list[str]) -> None:
    for status in ("stored", "duplicate"):  # the second time the marked ones are known by their keyed hashes alone
        done = house.run(*house.ingest_words(*words))
        assert counts(done.statuses()) == {"quarantined": 2, status: 1}
        for trace in (NAME, "Bạch Dương", Path(MARKED).name):
            assert trace not in done.out + done.err
        require_no_trace(house)
    facts = catalogue_of(Settings(home=house.home))
    require_only_the_record(facts)
    facts.close()


def test_a_run_that_was_killed_before_screening_leaves_no_trace_after_the_next(house: House) -> None:
    killed = house.failing_ingest("rename staging 00001.json", 1, -signal.SIGKILL, "--direct")
    assert killed.code == -signal.SIGKILL
    assert not house.is_staging_empty()
    house.ingest()
    require_no_trace(house)
