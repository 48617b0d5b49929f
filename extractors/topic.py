"""The topic (lĩnh vực) of a document: by the words of its subject and of its issuer, and by what a model learned.

A rule that applies and the model, where it is sure, are held against each other: where they disagree, a person decides.
Where no rule applies and the model is not sure, the document has no topic. Rules: `docs/domain.md`, "Topics".
"""

import re
from collections.abc import Mapping

from extractors.language import Guess, plain_words, shipped
from pipeline.model import Evidence, FieldName, FieldValue, Source
from pipeline.text import clean, fold
from pipeline.topics import TOPICS

NONE = "none"
"""The model's label for texts of no topic of the list."""
LEAST_SURE = 0.90
"""Under this the model says nothing; measured by `python -m benchmarks.topics`."""
_BOTH, _RULE_ALONE, _DISPUTED = 0.97, 0.90, 0.4

_SUBJECT: Mapping[str, tuple[str, ...]] = {
    "to_chuc": (
        "kết nạp đảng",
        "phát triển đảng viên",
        "quy hoạch cán bộ",
        "công tác cán bộ",
        "luân chuyển cán bộ",
        "bổ nhiệm",
        "đại hội chi bộ",
        "đại hội đảng bộ",
        "sinh hoạt chi bộ",
        "đảng viên chính thức",
        "tổ chức xây dựng đảng",
    ),
    "kiem_tra": ("kiểm tra giám sát", "kỷ luật đảng", "kỷ luật đảng viên", "giám sát chuyên đề", "dấu hiệu vi phạm"),
    "tuyen_giao": (
        "tuyên giáo",
        "công tác tuyên truyền",
        "học tập và làm theo",
        "lý luận chính trị",
        "nền tảng tư tưởng",
    ),
    "dan_van": ("dân vận", "quy chế dân chủ", "phản biện xã hội", "tôn giáo", "công tác dân tộc"),
    "noi_chinh": ("nội chính", "phòng chống tham nhũng", "cải cách tư pháp", "tiếp công dân"),
    "van_phong": ("văn thư", "lưu trữ", "công tác văn phòng", "lịch làm việc"),
    "khoa_hoc": (
        "khoa học công nghệ",
        "khoa học và công nghệ",
        "khoa học và kỹ thuật",
        "chuyển đổi số",
        "đổi mới sáng tạo",
    ),
}
"""Phrases of a subject that name its topic."""
_ISSUER: Mapping[str, tuple[str, ...]] = {
    "to_chuc": ("ban tổ chức",),
    "kiem_tra": ("ủy ban kiểm tra",),
    "noi_chinh": ("ban nội chính",),
    "khoa_hoc": ("bộ khoa học", "sở khoa học"),
}
"""Bodies whose papers are of one topic."""


def topic_of(text: str, fields: Mapping[FieldName, FieldValue]) -> tuple[FieldValue | None, tuple[Evidence, ...]]:
    """The topic, and what speaks for it. `text` is what stands under the header of the first page."""
    subject = fields[FieldName.SUBJECT].value if FieldName.SUBJECT in fields else ""
    issuer = fields[FieldName.ISSUER].value if FieldName.ISSUER in fields else ""
    ruled = _ruled(subject, _SUBJECT) or _ruled(issuer, _ISSUER)
    guess = shipped("topic").guess(plain_words(f"{subject} {text}"))
    sure = guess if guess and guess.sureness >= LEAST_SURE and guess.label != NONE else None
    return _weighed(ruled, sure), tuple(_evidence(ruled, guess))


def _ruled(text: str, rules: Mapping[str, tuple[str, ...]]) -> str | None:
    """The topic whose phrases stand there; None where none's or several topics' do."""
    words = _spaced(text)
    found = [topic for topic, phrases in rules.items() if any(_spaced(phrase) in words for phrase in phrases)]
    return found[0] if len(found) == 1 else None


def _spaced(text: str) -> str:
    """The folded words with a space before and behind each."""
    return f" {' '.join(re.findall(r'[a-z0-9]+', fold(clean(text))))} "


def _weighed(ruled: str | None, guess: Guess | None) -> FieldValue | None:
    if ruled is None:
        return FieldValue(guess.label, guess.sureness, Source.MODEL) if guess else None
    if guess is None:
        return FieldValue(ruled, _RULE_ALONE, Source.RULE)
    if guess.label == ruled:
        return FieldValue(ruled, _BOTH, Source.MODEL)
    return FieldValue(ruled, _DISPUTED, Source.RULE, reason=disputed(TOPICS[ruled], TOPICS[guess.label]))


def disputed(by_rule: str, by_model: str) -> str:
    """Why a value is doubtful on which rule and model disagree."""
    return f"Theo quy tắc là «{by_rule}», theo mô hình là «{by_model}»"


def _evidence(ruled: str | None, guess: Guess | None) -> list[Evidence]:
    pieces = []
    if ruled is not None:
        pieces.append(Evidence(ruled, Source.RULE, 1.0, "từ ngữ trong trích yếu hoặc tên cơ quan ban hành"))
    if guess is not None and guess.label in TOPICS:
        words = f"từ ngữ trong văn bản, mô hình chắc {guess.sureness:.0%}"
        pieces.append(Evidence(guess.label, Source.MODEL, round(guess.sureness, 2), words))
    return pieces
