"""A stack from the inbox to its documents, each with its own pages; where it was cut is told to its clerks alone."""

import io
from pathlib import Path

import pikepdf

from flows.ingest import run_direct
from flows.night import run_night
from flows.progress import Silence
from flows.wiring import night_means
from indexer.fields import told_fields
from pipeline.catalogue import Catalogue
from pipeline.catalogue.nights import NightOrigin
from pipeline.clock import today
from pipeline.model import FieldName, FileStatus
from pipeline.settings import Settings
from tests.flows.scans import write_paper


def stack(folder: Path, numbers: range, *, marked: int | None = None) -> bytes:
    """Papers of one page each, behind one another."""
    with pikepdf.new() as made:
        for number in numbers:
            mark = "MẬT" if number == marked else None
            with pikepdf.open(write_paper(folder / f"{number}.pdf", number, mark=mark)) as paper:
                made.pages.extend(paper.pages)
        out = io.BytesIO()
        made.save(out, deterministic_id=True)
        return out.getvalue()


def take_in(of: Settings, facts: Catalogue, data: bytes) -> dict[FileStatus, int]:
    path = of.home / "inbox" / "dang-uy" / "Scan0099.pdf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    with night_means(of, facts, runner=run_direct, progress=Silence(), is_stopped=lambda: False) as means:
        return dict(run_night(means, NightOrigin.HAND).report.counts)


def test_a_stack_becomes_its_documents(of: Settings, facts: Catalogue, tmp_path: Path) -> None:
    assert take_in(of, facts, stack(tmp_path / "papers", range(1, 4))) == {FileStatus.STORED: 1}

    records = sorted(
        facts.documents.documents(list(facts.documents.document_ids())).values(),
        key=lambda record: record.pages[0].file_page,
    )
    assert [record.value(FieldName.NUMBER) for record in records] == ["01-TB/ĐU", "02-TB/ĐU", "03-TB/ĐU"]
    assert [[(page.page, page.file_page) for page in record.pages] for record in records] == [
        [(1, 1)],
        [(1, 2)],
        [(1, 3)],
    ]
    assert [record.value(FieldName.CUT) for record in records] == ["1", "2", "3"]
    clerk, member = (facts.organisation.reader(person, today=today()) for person in ("van-thu", "dang-vien-01"))
    assert FieldName.CUT in told_fields(records[1], clerk)
    assert FieldName.CUT not in told_fields(records[1], member)


def test_a_mark_on_one_paper_quarantines_the_whole_stack(of: Settings, facts: Catalogue, tmp_path: Path) -> None:
    counts = take_in(of, facts, stack(tmp_path / "papers", range(1, 4), marked=2))
    assert counts == {FileStatus.QUARANTINED: 1}
    assert list(facts.documents.document_ids()) == []
