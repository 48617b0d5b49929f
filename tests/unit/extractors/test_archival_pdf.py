"""Searchable PDFs for keeping: older recognition is gone, words can be selected, PDF/A-2b is said where it holds."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from extractors.archival_pdf import hindrances
from extractors.files import JPEG, PDF, PNG, TIFF
from extractors.reader import open_reader
from extractors.searchable_pdf import WantedPage, write_searchable_pdf
from pipeline.settings import IntakeSettings, OCRSettings
from tests.unit.extractors.papers import scanned
from tests.unit.extractors.test_searchable_pdf import drawn, layer, photo, scanned_pdf, searchable

PAGE = [WantedPage(1, layer())]


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    words = str(document[0].get_textpage().get_text_bounded())
    document.close()
    return words


def with_old_words(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    """Adds to the first page what older recognisers draw; `/F0` is a font, `/Old` a form with words of its own."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        form = pdf.make_stream(b"BT 3 Tr /F0 9 Tf 20 20 Td (oldform) Tj ET")
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 600, 840])
        form.Resources = Dictionary(Font=Dictionary(F0=font))
        page.Resources.XObject.Old = form
        page.Resources.Font = Dictionary(F0=font)
        page.contents_add(content)

    return change


def _is_drawing(item: pikepdf.Stream) -> bool:
    return item.get("/Subtype") in {None, Name.Form}


@pytest.mark.parametrize(
    "content",
    [
        b"BT 3 Tr /F0 9 Tf 50 50 Td (oldword) Tj ET",
        b"q 3 Tr BT /F0 9 Tf 50 50 Td [(old) -250 (word)] TJ 12 TL (oldmore) ' 1 1 (oldend) \" ET Q",
        b"/Old Do",
        b"q 3 Tr /Old Do Q /Old Do",
        b"/Span << /ActualText (oldsaid) >> BDC BT 3 Tr /F0 9 Tf 50 50 Td (oldword) Tj ET EMC",
    ],
)
def test_an_older_recognition_gives_way_to_the_words_of_ours(tmp_path: Path, content: bytes) -> None:
    plain = scanned_pdf(tmp_path / "plain.pdf", [photo(1)], change=lambda _: None)
    path = scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=with_old_words(content))
    assert "old" in text_of(path.read_bytes())
    made = searchable(path, PDF, PAGE)
    assert text_of(made).split() == ["quyet"]
    with pikepdf.open(io.BytesIO(made)) as pdf:
        drawings = [item.read_bytes() for item in pdf.objects if isinstance(item, pikepdf.Stream) and _is_drawing(item)]
    assert not any(b"old" in drawing for drawing in drawings)
    assert np.array_equal(drawn(made, 1), drawn(plain, 1))


def test_text_that_is_seen_stays_where_it_is(tmp_path: Path) -> None:
    seen = (
        b"BT 3 Tr /F0 30 Tf 50 50 Td (old) Tj T* 0 Tr 50 300 Td (seen) Tj ET q 3 Tr Q BT /F0 30 Tf 90 90 Td (too) Tj ET"
    )
    without = seen.replace(b"(old) Tj", b"")
    made = searchable(scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=with_old_words(seen)), PDF, PAGE)
    plain = scanned_pdf(tmp_path / "plain.pdf", [photo(1)], change=with_old_words(without))
    assert set(text_of(made).split()) == {"seen", "too", "quyet"}
    assert np.array_equal(drawn(made, 1), drawn(plain, 1))


def claim(made: bytes) -> tuple[str, str]:
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_metadata() as metadata:
        return str(metadata.get("pdfaid:part", "")), str(metadata.get("pdfaid:conformance", ""))


@pytest.mark.ocr
@pytest.mark.parametrize(("kind", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("TIFF", TIFF), ("PDF", PDF)])
def test_what_is_read_from_a_picture_is_kept_as_pdf_a(tmp_path: Path, kind: str, media_type: str) -> None:
    path = tmp_path / "page"
    scanned().convert("L").crop((0, 0, 1654, 700)).save(path, kind, dpi=(200, 200), resolution=200)
    reader = open_reader(IntakeSettings(), OCRSettings())
    (reading,) = reader.read_pages(path, reader.inspect(path, name=f"page.{kind.lower()}"), [1])
    out = io.BytesIO()
    write_searchable_pdf(path, media_type, [WantedPage(1, reading.layer)], out, title="Nghị quyết về đất đai")
    with pikepdf.open(io.BytesIO(out.getvalue())) as pdf, pdf.open_metadata() as metadata:
        assert hindrances(pdf) == ()
        assert not pdf.is_encrypted
        assert str(pdf.Root.Lang) == "vi-VN"
        assert metadata["dc:title"] == str(pdf.docinfo["/Title"]) == "Nghị quyết về đất đai"
        assert len(pdf.trailer.ID) == 2
        (intent,) = pdf.Root.OutputIntents
        assert intent.DestOutputProfile.read_bytes()[36:40] == b"acsp"
        assert "/Filter" not in pdf.Root.Metadata
    assert claim(out.getvalue()) == ("2", "B")
    assert reading.result.content is not None
    printed = [word.text for word in reading.result.content.words]
    assert sorted(text_of(out.getvalue()).split()) == sorted(printed)


def bare(pdf: pikepdf.Pdf) -> None:
    """Take away the font that reportlab sets on each page and draws nothing with."""
    del pdf.pages[0].Resources.Font


def interpolated(pdf: pikepdf.Pdf) -> None:
    bare(pdf)
    (image,) = pdf.pages[0].get_images().values()
    image.Interpolate = True


def with_loose_font(pdf: pikepdf.Pdf) -> None:
    with_old_words(b"BT /F0 9 Tf 50 50 Td (seen) Tj ET")(pdf)


def in_printing_inks(pdf: pikepdf.Pdf) -> None:
    bare(pdf)
    pdf.pages[0].Group = Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK)


@pytest.mark.parametrize(
    ("change", "clause"), [(interpolated, "6.2.8"), (with_loose_font, "6.2.11.4"), (in_printing_inks, "6.2.4")]
)
def test_nothing_is_claimed_that_does_not_hold(
    tmp_path: Path, change: Callable[[pikepdf.Pdf], None], clause: str
) -> None:
    made = searchable(scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=change), PDF, [WantedPage(1, None)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        (found,) = hindrances(pdf)
    assert found.startswith(clause)
    assert claim(made) == ("", "")


def test_a_scan_with_nothing_that_forbids_it_claims_it(tmp_path: Path) -> None:
    made = searchable(scanned_pdf(tmp_path / "a.pdf", [photo(1)], change=bare), PDF, [WantedPage(1, None)])
    assert claim(made) == ("2", "B")
