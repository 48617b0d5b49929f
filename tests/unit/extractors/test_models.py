"""Topic, and type without a type line: rule and model held against each other."""

import pytest

from extractors.kind import NO_TITLE
from extractors.topic import topic_of
from extractors.untitled import BY_MODEL, untitled_type
from pipeline.model import FieldName, FieldValue, Source

INSPECTION = (
    "Ủy ban Kiểm tra thành lập đoàn kiểm tra khi có dấu hiệu vi phạm; báo cáo tự kiểm tra; xem xét kỷ luật khiển trách,"
    " cảnh cáo đảng viên vi phạm; giải quyết tố cáo đối với đảng viên; kết luận của đoàn giám sát; đối tượng kiểm tra."
)
INVITATION = (
    "Trân trọng kính mời đồng chí tới dự hội nghị. Thời gian: 8 giờ; địa điểm: hội trường tầng 2. Rất mong đồng chí sắp"
    " xếp thời gian tới dự đúng giờ. Kính mời đại biểu dự họp."
)
NOTHING = "Hoa vàng rụng đầy sân, mèo ngủ trên mái ngói cũ."


def subject(text: str) -> dict[FieldName, FieldValue]:
    return {FieldName.SUBJECT: FieldValue(text, 0.95, Source.OCR)}


def ruled(value: str, confidence: float = 0.4) -> FieldValue:
    return FieldValue(value, confidence, Source.RULE, 1, reason=NO_TITLE)


def test_a_topic_that_only_the_model_sees_is_the_models() -> None:
    topic, evidence = topic_of(INSPECTION, subject("về kết quả quý ba"))

    assert topic is not None
    assert (topic.value, topic.source, topic.is_doubtful) == ("kiem_tra", Source.MODEL, False)
    assert [piece.source for piece in evidence] == [Source.MODEL]


def test_a_topic_that_the_subject_names_needs_no_model() -> None:
    topic, _ = topic_of(NOTHING, subject("về công tác văn thư"))

    assert topic is not None
    assert (topic.value, topic.source, topic.is_doubtful) == ("van_phong", Source.RULE, False)


def test_rule_and_model_that_agree_are_surer_than_either() -> None:
    both, _ = topic_of(INSPECTION, subject("về công tác kiểm tra, giám sát"))

    assert both is not None
    assert (both.value, both.confidence) == ("kiem_tra", 0.97)


def test_rule_and_model_that_disagree_leave_it_to_a_person() -> None:
    topic, evidence = topic_of(INSPECTION, subject("về chuyển đổi số"))

    assert topic is not None
    assert (topic.value, topic.is_doubtful) == ("khoa_hoc", True)
    assert "Khoa học" in (topic.reason or "")
    assert "Kiểm tra" in (topic.reason or "")
    assert {piece.value for piece in evidence} == {"khoa_hoc", "kiem_tra"}


@pytest.mark.parametrize("text", [NOTHING, "", "… – ~ 12"])
def test_a_paper_that_says_nothing_of_any_topic_has_none(text: str) -> None:
    assert topic_of(text, {})[0] is None


def test_a_subject_of_two_topics_is_not_decided_by_rule() -> None:
    assert topic_of(NOTHING, subject("về chuyển đổi số trong công tác văn thư"))[0] is None


def test_a_type_by_the_model_alone_is_a_proposal() -> None:
    kind, _ = untitled_type(ruled("khac"), None, INVITATION)

    assert (kind.value, kind.source, kind.reason) == ("giay_moi", Source.MODEL, BY_MODEL)
    assert kind.is_doubtful


def test_a_type_that_symbol_and_model_agree_on_is_certain() -> None:
    kind, evidence = untitled_type(ruled("giay_moi"), "12-GM/ĐU", INVITATION)

    assert (kind.value, kind.is_doubtful, kind.reason) == ("giay_moi", False, None)
    assert {piece.source for piece in evidence} == {Source.RULE, Source.MODEL}


def test_a_type_that_symbol_and_model_differ_on_is_doubtful_with_both_named() -> None:
    kind, _ = untitled_type(ruled("cong_van", 0.95), "12-CV/ĐU", INVITATION)

    assert (kind.value, kind.is_doubtful) == ("cong_van", True)
    assert "Công văn" in (kind.reason or "")
    assert "Giấy mời" in (kind.reason or "")


def test_an_unsure_model_changes_nothing() -> None:
    assert untitled_type(ruled("khac"), None, NOTHING) == (ruled("khac"), ())
