"""Whatever the recogniser gives, the describer answers, and says why it doubts."""

from hypothesis import given
from hypothesis import strategies as st

from extractors.describe import open_describer
from pipeline.model import FieldName, PageResult, PageStatus, PageText, Source, Word
from tests.unit.extractors.sheet import UNITS, describe, found, party_header, titled

SEEN = """
    ĐẢNG CỘNG SẢN VIỆT NAM TỈNH ỦY CHI BỘ T/M BÍ THƯ Số Sở : 05-NQ/ĐU 7/QĐ-TTg Luật số 33/2024/QH15 -NQ/ 99999 ½ ٣ Ð
    NGHỊ QUYẾT Căn cứ Kính gửi: V/v về việc Nơi nhận: - Lưu: VT. ngày 31 tháng 2 năm 2024 Nguyễn Văn \u0301 này
    | _ ~ ` “ ƒ# ĐĐ QĐĐ/ĐĐU thay thế bãi bỏ kèm theo (Ban hành
"""
TEXTS = st.sampled_from(SEEN.split())
PLACES = st.floats(0, 1, allow_nan=False)


@st.composite
def words(draw: st.DrawFn) -> Word:
    x, y = draw(PLACES), draw(PLACES)
    box = (x, y, min(1.0, x + draw(st.floats(0, 0.3))), min(1.0, y + draw(st.floats(0, 0.05))))
    return Word(draw(TEXTS), box, draw(PLACES), draw(st.integers(0, 12)))


@st.composite
def pages(draw: st.DrawFn) -> PageResult:
    content = tuple(draw(st.lists(words(), max_size=40)))
    text = " ".join(word.text for word in content)
    source = draw(st.sampled_from([Source.OCR, Source.TEXT_LAYER]))
    return PageResult(1, PageStatus.READ, PageText(content, text, 0.9, source))


@given(st.lists(pages(), max_size=3))
def test_any_words_are_described_and_every_doubt_has_its_reason(read: list[PageResult]) -> None:
    description = open_describer().describe(read, file_name="57-NQ.pdf", units=UNITS)

    for value in description.fields.values():
        assert 0 <= value.confidence <= 1
        assert value.value
        assert value.reason is not None or not value.is_doubtful
        assert value.reason is None or value.is_doubtful
        assert value.page is None or 1 <= value.page <= len(read)
    for reference in description.references:
        assert reference.evidence
        assert 1 <= reference.page <= len(read)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_may_stand_for_the_number_and_the_day(number: str, day: str) -> None:
    header = party_header(f"Số {number}", f"Lam Sơn, ngày {day} tháng 3 năm 2025")

    assert found(describe([*header, *titled()]), FieldName.TYPE).value == "nghi_quyet"
