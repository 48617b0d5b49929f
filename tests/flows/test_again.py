"""Running again over any mix of known, new, changed, moved and doubled files does nothing twice."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.describe import open_describer
from extractors.reader import Reader, open_reader
from flows.ingest import Watch, ingest, run_direct
from flows.progress import Silence
from pipeline.catalogue import Catalogue
from pipeline.catalogue.batches import BatchItem
from pipeline.model import FileFacts, FileStatus, PageReading, PageResult, SecrecyMark
from pipeline.organisation_file import read_organisation
from pipeline.settings import Settings
from pipeline.steps.intake import Asked
from pipeline.steps.take_in import Batch, Rooms
from pipeline.steps.verify import verify
from pipeline.storage import keys
from pipeline.wiring import catalogue_of, staging_of, store_of
from tests.flows.house import SAMPLES, digital

pytestmark = pytest.mark.slow

UNITS = ("dang-uy", "chi-bo-01")
NAMES = ("a.pdf", "b.pdf", "sâu/c.pdf", "sâu/hơn/d.pdf")
"""In the order in which they are found."""
MARKED = 3
"""The content that carries a secrecy mark."""

contents = st.integers(0, MARKED)
folders = st.dictionaries(st.sampled_from(NAMES), contents, max_size=4)
runs = st.lists(st.tuples(st.sampled_from(UNITS), folders), min_size=1, max_size=5)


@dataclass
class CountingReader:
    """The real reader, and what it was given to read."""

    reader: Reader
    read: list[str] = field(default_factory=list)

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        return self.reader.inspect(path, name=name)

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        self.read.append(hashlib.sha256(path.read_bytes()).hexdigest())
        return self.reader.read_pages(path, facts, pages)

    def screen(self, page: PageResult) -> SecrecyMark | None:
        return self.reader.screen(page)


def paper(content: int) -> bytes:
    return digital(content, lines=("MẬT",) if content == MARKED else ())


def sha256(content: int) -> str:
    return hashlib.sha256(paper(content)).hexdigest()


class Installation:
    """A data folder taken in again and again, in this process."""

    def __init__(self, folder: Path) -> None:
        """Open it, with the samples' organisation."""
        self.of = Settings(home=folder / "home")
        self.facts: Catalogue = catalogue_of(self.of)
        self.reader = CountingReader(open_reader(self.of.intake, self.of.ocr))
        self._folder = folder
        self._count = 0
        self.facts.organisation.replace(read_organisation(SAMPLES / "organisation.yaml"))

    def run(self, unit: str, files: Mapping[str, int]) -> Batch:
        """Take these files in from a folder of their own."""
        self._count += 1
        inbox = self._folder / f"in-{self._count}"
        inbox.mkdir()
        for name, content in files.items():
            (inbox / name).parent.mkdir(parents=True, exist_ok=True)
            (inbox / name).write_bytes(paper(content))
        rooms = Rooms(store_of(self.of), staging_of(self.of), self.facts, self.reader, open_describer())
        watch = Watch(Silence(), lambda: None, lambda: False)
        return ingest([inbox], Asked(unit, "van-thu"), rooms, workers=2, runner=run_direct, watch=watch)


@dataclass
class Expected:
    """What is to be in after some runs, said as simply as can be."""

    filed: set[tuple[str, int]] = field(default_factory=set)
    read: list[int] = field(default_factory=list)

    def run(self, unit: str, files: Mapping[str, int]) -> list[FileStatus]:
        """How the files of one more run are to end."""
        statuses = []
        for name in NAMES:
            content = files.get(name)
            if content is None:
                continue
            is_new = content not in self.read if content == MARKED else (unit, content) not in self.filed
            if is_new:
                self.read.append(content)
            if content == MARKED:
                statuses.append(FileStatus.QUARANTINED)
                continue
            statuses.append(FileStatus.STORED if is_new else FileStatus.DUPLICATE)
            self.filed.add((unit, content))
        return statuses


@settings(max_examples=25)
@given(runs)
def test_nothing_is_read_kept_or_told_twice(
    tmp_path_factory: pytest.TempPathFactory, asked: list[tuple[str, Mapping[str, int]]]
) -> None:
    house = Installation(tmp_path_factory.mktemp("again"))
    expected = Expected()
    for unit, files in asked:
        batch = house.run(unit, files)
        assert [outcome.status for outcome in batch.outcomes] == expected.run(unit, files)
        for outcome in batch.outcomes:
            assert len(outcome.documents) == (0 if outcome.status is FileStatus.QUARANTINED else 1)
    assert sorted(house.reader.read) == sorted(map(sha256, expected.read))
    filed = sorted((file.owner_unit, file.sha256) for file in house.facts.documents.files())
    assert filed == sorted((unit, sha256(content)) for unit, content in expected.filed)
    assert sum(house.facts.documents.count().values()) == len(expected.filed)
    originals = [keys.sha256_of(key) for key in store_of(house.of).keys(keys.ORIGINALS)]
    assert originals == sorted({sha256(content) for _, content in expected.filed})
    assert verify(house.facts, store_of(house.of), staging_of(house.of)).is_clean
    assert staging_of(house.of).is_empty()
    house.facts.close()


def test_a_changed_file_is_another_and_the_old_one_stays(tmp_path: Path) -> None:
    house = Installation(tmp_path)
    first = house.run("dang-uy", {"a.pdf": 1})
    second = house.run("dang-uy", {"a.pdf": 2})
    assert [outcome.status for outcome in (*first.outcomes, *second.outcomes)] == [FileStatus.STORED] * 2
    assert {file.sha256 for file in house.facts.documents.files()} == {sha256(1), sha256(2)}
    house.facts.close()


def test_two_units_have_the_same_file_each_for_itself(tmp_path: Path) -> None:
    house = Installation(tmp_path)
    mine, theirs = (house.run(unit, {"a.pdf": 1}).outcomes[0] for unit in UNITS)
    assert (mine.status, theirs.status) == (FileStatus.STORED, FileStatus.STORED)
    assert set(mine.documents).isdisjoint(theirs.documents)
    assert len(list(store_of(house.of).keys(keys.ORIGINALS))) == 1
    house.facts.close()


def test_known_files_are_recorded_in_few_transactions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = Installation(tmp_path)
    house.run("dang-uy", dict.fromkeys(NAMES, 1))
    written: list[int] = []
    record = house.facts.batches.record

    def counted(batch: str, items: Sequence[BatchItem]) -> None:
        written.append(len(items))
        record(batch, items)

    monkeypatch.setattr(house.facts.batches, "record", counted)
    house.run("dang-uy", dict.fromkeys(NAMES, 1))
    assert [count for count in written if count] == [len(NAMES)]
    house.facts.close()
