"""The generator is deterministic, says what it draws, and gives tests the pages they ask for."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pdfplumber
import pytest
from PIL import Image

from samples.generator import (
    GeneratedDocument,
    Look,
    document_truth,
    invented_documents,
    load_organisation,
    make_document,
    write_set,
)
from samples.generator.degrade import Scan
from samples.generator.fonts import DEBIAN_PACKAGES, FOUNTS, HAND_FILES, FontMissingError, font_path, package_of
from samples.generator.founts import in_fount
from samples.generator.handwriting import HANDS, Hand, write_digits
from samples.generator.layout import lay_out
from samples.generator.library import bodies, committed
from samples.generator.model import PAGE_WIDTH
from samples.generator.strokes import DIGITS, strokes
from samples.generator.templates import PARTY_SYMBOLS, STATE_SYMBOLS, invent
from samples.generator.truth import reading_orders

SAMPLES = Path(__file__).parents[3] / "samples"
SMALL = Look("office", dpi=100)


def red_share(document: GeneratedDocument, box: tuple[float, float, float, float]) -> float:
    """Share of red pixels within a box of the first page."""
    pixels = np.asarray(document.images[0].convert("RGB"), dtype=np.int16)
    height, width = pixels.shape[:2]
    cut = pixels[int(box[1] * height) : int(box[3] * height), int(box[0] * width) : int(box[2] * width)]
    return float((cut[..., 0] - cut[..., 1:].max(axis=2) > 30).mean())


def test_the_committed_truth_is_what_the_texts_give_today() -> None:
    truths = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))["documents"]

    for truth, (paper, recipe) in zip(truths, committed(), strict=True):
        pages = [reading_orders(sheet) for sheet in lay_out(paper, bodies()[paper.body_key])]
        assert truth["path"] == recipe.path
        assert [[page["text"], *page["alternatives"]] for page in truth["pages"]] == pages
        assert truth["grants"] == list(recipe.grants)


def test_the_same_seed_makes_the_same_file_and_truth(tmp_path: Path) -> None:
    first, second = (make_document(42, look=SMALL) for _ in range(2))
    other = make_document(43, look=SMALL)

    organisation = load_organisation()
    assert document_truth(first, organisation) == document_truth(second, organisation)
    assert document_truth(first, organisation) != document_truth(other, organisation)
    assert first.write(tmp_path / "a").read_bytes() == second.write(tmp_path / "b").read_bytes()


def test_fresh_documents_are_all_different() -> None:
    numbers = {invent(7, number)[0].number.partition("/")[0].partition("-")[0] for number in range(100)}

    assert len(numbers) == 100


def test_invented_papers_have_the_symbol_of_their_type() -> None:
    for number in range(60):
        paper, _ = invent(3, number)
        body = bodies()[paper.body_key]
        symbol = (PARTY_SYMBOLS if body.system == "party" else STATE_SYMBOLS)[paper.type]
        assert (f"-{symbol}/{body.symbol}" if body.system == "party" else f"/{symbol}") in paper.number


def test_a_mark_is_stamped_in_red_under_the_number() -> None:
    marked = make_document(5, mark="TỐI MẬT", look=SMALL)
    plain = make_document(5, look=SMALL)
    upper_left = (0.1, 0.1, 0.5, 0.25)

    assert red_share(marked, upper_left) > 10 * red_share(plain, upper_left)
    assert "TỐI MẬT" in reading_orders(marked.pages[0].sheet)[0].splitlines()


def test_words_put_first_stand_in_the_body() -> None:
    document = make_document(5, opening=["= KHÁM MẮT"], look=SMALL)

    assert "KHÁM MẮT" in reading_orders(document.pages[0].sheet)[0].splitlines()
    assert not document.pages[0].sheet.marks


def test_fields_written_by_hand_are_blue_or_black_ink_in_their_box() -> None:
    document = make_document(9, written=("number", "date"), look=Look("office", dpi=150))
    boxes = {box.name: box.box for box in document.boxes}
    grey = np.asarray(document.images[0].convert("L"))
    height, width = grey.shape

    for name in ("number_written", "day_written"):
        x0, y0, x1, y1 = boxes[name]
        cut = grey[int(y0 * height) : int(y1 * height), int(x0 * width) : int(x1 * width)]
        assert cut.min() < 150
        assert cut.size > 100


def test_a_box_follows_the_skew() -> None:
    page = Image.new("L", (400, 600), 255)
    page.paste(0, (300, 100, 320, 112))
    angle = 3.0
    turned = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)

    box = Scan(turned, Look("photocopy"), angle).box((300 / 400, 100 / 600, 320 / 400, 112 / 600))

    found = turned.point(lambda value: 255 - value).getbbox()
    assert found is not None
    assert [round(box[0] * 400), round(box[1] * 600), round(box[2] * 400), round(box[3] * 600)] == pytest.approx(
        found, abs=2
    )


def test_a_born_digital_document_has_its_text_in_the_file(tmp_path: Path) -> None:
    document = make_document(12, kind="born-digital")
    path = document.write(tmp_path)

    with pdfplumber.open(path) as pdf:
        text = pdf.pages[0].extract_text()

    assert document.paper.number in text
    assert not document.images
    assert all(word in text for word in document.paper.subject.split())


def test_a_mixed_document_has_text_first_and_a_scan_behind(tmp_path: Path) -> None:
    path = make_document(3, kind="mixed", look=None).write(tmp_path)

    with pdfplumber.open(path) as pdf:
        first, *others = pdf.pages
        assert first.extract_text()
        assert not first.images
        assert all(page.images and not page.extract_text() for page in others)
        assert others


@pytest.mark.parametrize("hand", HANDS.values(), ids=HANDS.keys())
def test_every_hand_writes_every_digit(hand: Hand) -> None:
    rng = np.random.default_rng(1)

    for digit in "0123456789":
        assert np.asarray(write_digits(digit, hand, 40, rng)).max() > 120


def test_every_digit_has_shapes_within_reach_of_its_box() -> None:
    assert sorted(DIGITS) == list("0123456789")
    for digit, shapes in DIGITS.items():
        for shape in range(len(shapes)):
            points = [point for stroke in strokes(digit, shape) for point in stroke]
            assert all(-0.1 <= x <= 0.7 and -0.1 <= y <= 1.1 for x, y in points)


def test_a_missing_fount_names_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("samples.generator.fonts.FONT_ROOT", tmp_path)
    font_path.cache_clear()
    try:
        with pytest.raises(FontMissingError, match="fonts-kristi"):
            font_path("Kristi.ttf")
    finally:
        font_path.cache_clear()


@pytest.mark.parametrize("fount", FOUNTS)
def test_a_sheet_set_in_another_fount_keeps_its_lines(fount: str) -> None:
    paper, _ = invent(7, 0, "scan")
    for sheet in lay_out(paper, bodies()[paper.body_key]):
        words = in_fount(sheet, fount).words
        assert [(word.text, word.y) for word in words] == [(word.text, word.y) for word in sheet.words]
        assert all(word.x > 0 and word.x + word.width < PAGE_WIDTH for word in words)
        sizes = {was.style.size: word.style.size for was, word in zip(sheet.words, words, strict=True)}
        assert [sizes[was.style.size] for was in sheet.words] == [word.style.size for word in words]
        rows = [(first, then) for first, then in pairwise(words) if first.y == then.y and first.x < then.x]
        assert all(first.x + first.width <= then.x + 0.01 for first, then in rows)


def test_every_fount_has_a_listed_package() -> None:
    assert {package_of(name) for name in HAND_FILES} < set(DEBIAN_PACKAGES)


def test_a_set_is_written_with_its_truth(tmp_path: Path) -> None:
    written = write_set(invented_documents(2, 5, "image"), tmp_path)

    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert truth["documents"] == written
    assert all((tmp_path / "documents" / entry["path"]).is_file() for entry in written)
    assert (tmp_path / "queries.json").is_file()
