"""The way of one file over real stores, with readers that do what a test says: every way ends in an outcome."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.catalogue.batches import BatchItem
from pipeline.errors import FileRefusedError, MissingProgramError, StorageFullError, UnavailableError
from pipeline.model import (
    Description,
    DocumentStatus,
    FieldName,
    FieldValue,
    FileFacts,
    FileStatus,
    Organisation,
    PageReading,
    PageResult,
    PageStatus,
    PageText,
    QuarantineRecord,
    SecrecyMark,
    Source,
    Unit,
)
from pipeline.steps.intake import Asked, FoundFile, hash_file
from pipeline.steps.take_in import Outcome, Place, Rooms, take_in
from pipeline.steps.verify import verify
from pipeline.storage.local import LocalStore
from pipeline.storage.staging import StagedFile, open_staging


def page(number: int, text: str = "Đảng ủy") -> PageResult:
    return PageResult(number, PageStatus.READ, PageText((), text, 0.9, Source.OCR))


@dataclass
class ScriptedReader:
    """A reader whose pages a test writes; a page that says MẬT carries a mark. Counts what it reads."""

    pages: Mapping[int, PageResult] = field(default_factory=lambda: {1: page(1), 2: page(2)})
    refusal: FileRefusedError | None = None
    breaks: Callable[[int], None] = lambda _number: None
    read: list[int] = field(default_factory=list)

    def inspect(self, path: Path, *, name: str) -> FileFacts:
        del path, name
        if self.refusal is not None:
            raise self.refusal
        return FileFacts("application/pdf", len(self.pages))

    def read_pages(self, path: Path, facts: FileFacts, pages: Sequence[int]) -> Iterator[PageReading]:
        assert path.read_bytes() == DATA
        del facts
        for number in pages:
            self.breaks(number)
            self.read.append(number)
            yield PageReading(self.pages[number], b"%PDF-1.4 layer\n%%EOF")

    def screen(self, page: PageResult) -> SecrecyMark | None:
        return SecrecyMark("mat", page.file_page) if page.text == "MẬT" else None


class NumberDescriber:
    """Says that every document has the same number."""

    def describe(self, pages: Sequence[PageResult], *, file_name: str, units: Sequence[Unit]) -> Description:
        del pages, file_name
        assert [unit.id for unit in units] == ["dang-uy"]
        return Description({FieldName.NUMBER: FieldValue("57-NQ/TU", 0.9, Source.OCR, page=1)})


DATA = b"the bytes of a scan"


@dataclass(frozen=True)
class House:
    """A small installation in a folder."""

    root: Path
    catalogue: Catalogue

    def rooms(self, reader: ScriptedReader, *, allowed: tuple[str, ...] = ()) -> Rooms:
        staging = open_staging(self.root / "staging", key_file=self.root / "keys" / "key")
        store = LocalStore(self.root / "store")
        return Rooms(store, staging, self.catalogue, reader, NumberDescriber(), allowed)

    def take_in(
        self, reader: ScriptedReader, *, allowed: tuple[str, ...] = (), publish: tuple[str, ...] = ()
    ) -> Outcome:
        scan = self.root.parent / "Nghị quyết bí ẩn.pdf"
        scan.write_bytes(DATA)
        batch = self.catalogue.batches.begin(unit="dang-uy", actor="van-thu", files=1)
        asked = Asked("dang-uy", "van-thu", publish)
        rooms = self.rooms(reader, allowed=allowed)
        return take_in(hash_file(FoundFile(scan)), asked, Place(batch, 1), rooms, on_page=lambda: None)

    def is_tidy(self) -> bool:
        rooms = self.rooms(ScriptedReader())
        return rooms.staging.is_empty() and verify(self.catalogue, rooms.store, rooms.staging).is_clean


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    root = tmp_path / "home"
    root.mkdir()
    catalogue = open_catalogue(sqlite_url(root / "catalogue.sqlite3"))
    catalogue.organisation.replace(Organisation((Unit("dang-uy", "Đảng ủy", "dang_uy"),), ()))
    yield House(root, catalogue)
    catalogue.close()


def test_a_file_is_stored_bit_for_bit_and_described(house: House) -> None:
    outcome = house.take_in(ScriptedReader())
    assert outcome.status is FileStatus.STORED
    record = house.catalogue.documents.document(outcome.documents[0])
    assert record.value(FieldName.NUMBER) == "57-NQ/TU"
    assert record.file.name == "Nghị quyết bí ẩn.pdf"
    assert record.status is DocumentStatus.UNPUBLISHED
    store = house.rooms(ScriptedReader()).store
    with store.open(f"originals/{hashlib.sha256(DATA).hexdigest()}") as stream:
        assert stream.read() == DATA
    assert len(list(store.keys("derived/"))) == 4
    assert house.is_tidy()


def test_again_is_a_duplicate_and_reads_nothing(house: House) -> None:
    first = house.take_in(ScriptedReader())
    reader = ScriptedReader()
    again = house.take_in(reader)
    assert (again.status, again.documents, reader.read) == (FileStatus.DUPLICATE, first.documents, [])
    assert house.is_tidy()


def test_asked_for_grants_publish(house: House) -> None:
    outcome = house.take_in(ScriptedReader(), publish=("unit:dang-uy",))
    record = house.catalogue.documents.document(outcome.documents[0])
    assert (record.status, [grant.token for grant in record.grants]) == (DocumentStatus.PUBLISHED, ["unit:dang-uy"])


def test_a_mark_on_any_page_leaves_nothing_but_its_record(house: House) -> None:
    outcome = house.take_in(ScriptedReader(pages={1: page(1), 2: page(2, "MẬT"), 3: page(3)}))
    assert (outcome.status, outcome.path, outcome.documents) == (FileStatus.QUARANTINED, None, ())
    assert house.is_tidy()
    kept = b"".join(path.read_bytes() for path in house.root.rglob("*") if path.is_file())
    sha256 = hashlib.sha256(DATA).hexdigest()
    for secret in (DATA, sha256.encode(), "bí ẩn".encode(), "Đảng ủy\n".encode()):
        assert secret not in kept
    (record,) = house.catalogue.batches.quarantined()
    assert (record.mark, record.actor, record.ordinal) == ("mat", "van-thu", 1)


@pytest.mark.parametrize("error", [UnavailableError("Không ghi được sổ."), RuntimeError("bí ẩn")])
@pytest.mark.parametrize("part", ["record", "wipe"])
def test_a_marked_file_that_cannot_be_quarantined_is_not_named_and_waits_for_the_next_run(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, part: str, error: Exception
) -> None:
    def broken(*_args: object, **_words: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        if part == "record":
            patched.setattr(house.catalogue.batches, "quarantine", broken)
        else:
            patched.setattr(StagedFile, "wipe", broken)
        outcome = house.take_in(ScriptedReader(pages={1: page(1), 2: page(2, "MẬT")}))
    assert (outcome.status, outcome.path, outcome.may_be_retried) == (FileStatus.FAILED, None, True)
    assert "bí ẩn" not in (outcome.reason or "") + caplog.text
    again = house.take_in(ScriptedReader(pages={1: page(1), 2: page(2, "MẬT")}))
    assert (again.status, again.path) == (FileStatus.QUARANTINED, None)
    assert house.is_tidy()
    assert {record.mark for record in house.catalogue.batches.quarantined()} == {"mat"}


def test_a_marked_file_that_is_gone_waits_until_it_is_recorded(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_record: QuarantineRecord, *, reason: str) -> None:
        (house.root.parent / "Nghị quyết bí ẩn.pdf").unlink()
        raise StorageFullError(reason)

    with monkeypatch.context() as patched:
        patched.setattr(house.catalogue.batches, "quarantine", full)
        assert house.take_in(ScriptedReader(pages={1: page(1, "MẬT")})).status is FileStatus.FAILED
    assert len(list(house.rooms(ScriptedReader()).staging.leftovers())) == 1
    assert house.take_in(ScriptedReader(pages={1: page(1, "MẬT")})).status is FileStatus.QUARANTINED
    assert house.is_tidy()


def test_an_allowed_mark_is_filed(house: House) -> None:
    outcome = house.take_in(ScriptedReader(pages={1: page(1, "MẬT")}), allowed=("mat",))
    assert outcome.status is FileStatus.STORED


def test_a_failed_page_makes_the_file_incomplete_and_says_which(house: House) -> None:
    failed = PageResult(2, PageStatus.FAILED, reason="trang hỏng")
    outcome = house.take_in(ScriptedReader(pages={1: page(1), 2: failed}))
    assert (outcome.status, outcome.reason) == (FileStatus.INCOMPLETE, "trang 2: trang hỏng")
    assert house.catalogue.documents.document(outcome.documents[0]).is_incomplete


def test_a_page_that_could_not_be_screened_keeps_the_file_out(house: House) -> None:
    unscreened = PageResult(2, PageStatus.FAILED, reason="trang hỏng", is_screened=False)
    outcome = house.take_in(ScriptedReader(pages={1: page(1), 2: unscreened}))
    assert outcome.status is FileStatus.FAILED
    assert "trang 2" in (outcome.reason or "")
    assert house.is_tidy()
    assert not list(house.rooms(ScriptedReader()).store.keys())


def test_a_refused_file_has_its_reason_and_leaves_nothing(house: House) -> None:
    outcome = house.take_in(ScriptedReader(refusal=FileRefusedError("encrypted", "PDF có mật khẩu.")))
    assert (outcome.status, outcome.reason) == (FileStatus.REFUSED, "PDF có mật khẩu.")
    assert house.is_tidy()


@pytest.mark.parametrize("error", [StorageFullError("Ổ đĩa đã đầy."), RuntimeError("Đảng ủy …")])
def test_whatever_breaks_is_an_outcome_and_leaves_nothing(house: House, error: Exception) -> None:
    def break_at_two(number: int) -> None:
        if number == 2:
            raise error

    outcome = house.take_in(ScriptedReader(breaks=break_at_two))
    assert outcome.status is FileStatus.FAILED
    assert "Đảng ủy …" not in (outcome.reason or "")
    assert house.is_tidy()
    assert house.take_in(ScriptedReader()).status is FileStatus.STORED


@pytest.mark.parametrize("error", [MissingProgramError("Chưa cài Tesseract."), KeyboardInterrupt()])
def test_what_ends_the_run_leaves_the_pages_that_were_read_to_the_next(house: House, error: BaseException) -> None:
    def break_at_two(number: int) -> None:
        if number == 2:
            raise error

    with pytest.raises(type(error)):
        house.take_in(ScriptedReader(breaks=break_at_two))
    reader = ScriptedReader()
    assert house.take_in(reader).status is FileStatus.STORED
    assert reader.read == [2]
    assert house.is_tidy()


def begun_and_cut_short(house: House) -> None:
    """A run that was stopped with the file staged, after which the folder it came from was tidied."""

    def stop(number: int) -> None:
        if number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        house.take_in(ScriptedReader(breaks=stop))


def damage(house: House, name: str, content: bytes) -> None:
    (path,) = house.root.glob(f"staging/*/{name}")
    path.write_bytes(content)


def test_a_damaged_copy_of_an_earlier_run_is_made_anew(house: House) -> None:
    begun_and_cut_short(house)
    damage(house, "original", DATA[:5])
    reader = ScriptedReader()
    outcome = house.take_in(reader)
    assert (outcome.status, reader.read) == (FileStatus.STORED, [1, 2])
    assert house.is_tidy()


def test_a_copy_without_a_readable_manifest_is_made_anew(house: House) -> None:
    begun_and_cut_short(house)
    damage(house, "manifest.json", b"")
    assert house.take_in(ScriptedReader()).status is FileStatus.STORED
    assert house.is_tidy()


@pytest.mark.parametrize("name", ["original", "manifest.json"])
def test_a_damaged_copy_without_its_file_is_kept_and_told_of(house: House, name: str) -> None:
    begun_and_cut_short(house)
    damage(house, name, b"")
    scan = house.root.parent / "Nghị quyết bí ẩn.pdf"
    hashed = hash_file(FoundFile(scan))
    scan.unlink()
    batch = house.catalogue.batches.begin(unit="dang-uy", actor="van-thu", files=1)
    rooms = house.rooms(ScriptedReader())
    outcome = take_in(hashed, Asked("dang-uy", "van-thu"), Place(batch, 1), rooms, on_page=lambda: None)
    assert (outcome.status, outcome.may_be_retried) == (FileStatus.FAILED, True)
    assert "bị hỏng" in (outcome.reason or "")
    assert not list(rooms.store.keys())
    assert not rooms.staging.is_empty()
    assert house.take_in(ScriptedReader()).status is FileStatus.STORED  # once the file is found again
    assert house.is_tidy()


def test_a_copy_that_is_damaged_while_it_is_read_is_not_stored(house: House) -> None:
    def damage_it(number: int) -> None:
        if number == 2:
            damage(house, "original", DATA[:5])

    outcome = house.take_in(ScriptedReader(breaks=damage_it))
    assert (outcome.status, outcome.may_be_retried) == (FileStatus.FAILED, True)
    assert not list(house.rooms(ScriptedReader()).store.keys())
    assert house.take_in(ScriptedReader()).status is FileStatus.STORED
    assert house.is_tidy()


@pytest.mark.parametrize("error", [StorageFullError("Ổ đĩa đã đầy."), RuntimeError()])
def test_our_only_copy_of_a_file_outlives_what_breaks_here(house: House, error: Exception) -> None:
    begun_and_cut_short(house)

    def break_and_tidy(_number: int) -> None:
        (house.root.parent / "Nghị quyết bí ẩn.pdf").unlink()
        raise error

    assert house.take_in(ScriptedReader(breaks=break_and_tidy)).status is FileStatus.FAILED
    (left,) = house.rooms(ScriptedReader()).staging.leftovers()
    assert left.name == "Nghị quyết bí ẩn.pdf"
    assert house.take_in(ScriptedReader()).status is FileStatus.STORED
    assert house.is_tidy()


def test_a_page_that_nobody_could_screen_wipes_even_the_only_copy(house: House) -> None:
    begun_and_cut_short(house)
    unscreened = PageResult(2, PageStatus.FAILED, reason="trang hỏng", is_screened=False)

    def tidy(_number: int) -> None:
        (house.root.parent / "Nghị quyết bí ẩn.pdf").unlink()

    outcome = house.take_in(ScriptedReader(pages={1: page(1), 2: unscreened}, breaks=tidy))
    assert outcome.status is FileStatus.FAILED
    assert house.is_tidy()


def test_a_file_whose_end_could_not_be_recorded_is_told_of_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_batch: str, _items: Sequence[BatchItem]) -> None:
        raise StorageFullError("Ổ đĩa đã đầy.")

    monkeypatch.setattr(house.catalogue.batches, "record", full)
    outcome = house.take_in(ScriptedReader(refusal=FileRefusedError("encrypted", "PDF có mật khẩu.")))
    assert (outcome.status, outcome.reason) == (FileStatus.REFUSED, "PDF có mật khẩu.")
    assert "not recorded" in caplog.text


def test_a_product_of_reading_that_is_missing_or_damaged_is_found(house: House) -> None:
    house.take_in(ScriptedReader())
    rooms = house.rooms(ScriptedReader())
    derived = [path for path in sorted((house.root / "store" / "derived").rglob("*")) if path.is_file()]
    assert [path.name for path in derived] == ["00001.json", "00001.pdf", "00002.json", "00002.pdf"]
    found = {path: path.relative_to(house.root / "store").as_posix() for path in derived}
    first_words, first_layer, second_words, second_layer = derived
    second_words.write_bytes(first_words.read_bytes())  # another page's
    for layer in (first_layer, second_layer):
        layer.write_bytes(layer.read_bytes()[:-1])
    first_words.unlink()
    findings = verify(house.catalogue, rooms.store, rooms.staging)
    assert findings.missing == (found[first_words],)
    assert findings.altered == (found[first_layer], found[second_words], found[second_layer])
    assert not findings.is_clean


def test_an_altered_original_in_the_store_is_found_and_never_overwritten(house: House) -> None:
    house.take_in(ScriptedReader())
    (original,) = (house.root / "store" / "originals").iterdir()
    original.write_bytes(b"altered")
    rooms = house.rooms(ScriptedReader())
    findings = verify(house.catalogue, rooms.store, rooms.staging)
    assert (findings.altered, findings.is_clean) == ((f"originals/{original.name}",), False)
    original.unlink()
    assert verify(house.catalogue, rooms.store, rooms.staging).missing == (f"originals/{original.name}",)
