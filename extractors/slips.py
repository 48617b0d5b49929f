"""Slips that the recogniser makes again and again, put right in the text of a scan where one reading is left.

It takes `kiểm tra` for *kiếm tra*, `chi bộ` for *chỉ bộ*, `đảng` for *đẳng*, `T/M` for *TIM*, the l of a typewriter
for L or t. Listed are expressions whose misreading is none, and beside them the words to whose other half the misread
syllable may belong (*yếu tố chức năng*, *sửa đối tượng*): there it stays. Numbers and names are never touched; the
words of the page stay as they were read, and what comes out is as long as what went in. Rules: `docs/reading.md`.
"""

import re
import unicodedata
from collections.abc import Iterator

_HOOK, _ACUTE = "\u0309", "\u0301"

_EXPRESSIONS = """
    kiểm tra, kiểm soát, biểu quyết, biểu dương, tiêu biểu, đại biểu, phát biểu, tổ chức, tổng hợp, tổng kết, phổ biến,
    chuyển đổi, bổ sung, bổ nhiệm, sửa đổi, trao đổi, thay đổi, đổi mới, ổn định, phát triển, triển khai, thể hiện, tập
    thể, cụ thể, đoàn thể, tìm hiểu, quan điểm, thời điểm, địa điểm, bảo hiểm, tuyển dụng, khẩn trương, thẩm tra, thẩm
    định, thẩm quyền, sản phẩm, tiêu chuẩn, chuẩn bị, phẩm chất, đẩy mạnh, thúc đẩy, bảo đảm, bảo vệ, sản xuất, tài sản,
    cộng sản, đảng viên, đảng ủy, đảng bộ, văn bản, biên bản, để báo cáo, để thực hiện, để biết, để xem xét, để giải
    quyết, để tổng hợp, để theo dõi, để phục vụ, để triển khai, để nâng cao, để đánh giá, để hướng dẫn, để khắc phục, để
    làm, để giúp, để tránh, để trống
"""
_WITH_L = """
    tài liệu, số liệu, dữ liệu, tư liệu, vật liệu, kết luận, thảo luận, quản lý, xử lý, hợp lý, tâm lý, hiệu lực, năng
    lực, nguồn lực, thuận lợi, quyền lợi, thủy lợi, chất lượng, số lượng, khối lượng, thành lập, độc lập, công lập, tỷ
    lệ, điều lệ, pháp luật, kỷ luật, trở lên, trở lại, còn lại, du lịch
"""
"""In small letters, whose second syllable does not begin with a capital L."""
_WITH_T = "tài liệu, số liệu, dữ liệu, tư liệu, kết luận, thảo luận, quản lý, xử lý, hiệu lực, thuận lợi"
"""Of these the expressions that are none with a t for the l."""
_BEFORE = {
    "tố": "yếu nhân",
    "kiếm": "tìm thanh mũi bảo săn",
    "phố": "thành khu đường dãy tuyến các",
    "bố": "công phân tuyên cha khủng",
    "thế": "vị thay lợi ưu cơ như vì xu tư thân trận",
    "biếu": "kính quà",
    "đối": "tương tuyệt phản cân chống",
    "đấy": "ở nơi đó từ",
    "báo": "thông cảnh dự khai tờ nhà đăng mật",
    "đáng": "xứng chính đích thích",
    "thấm": "ngấm",
    "tuyến": "trực",
    "đế": "hoàng thượng ngọc chân phản cái phần bệ",
}
"""By a misread first syllable: the syllables before it with which it is another word."""
_AFTER = {
    "đối": "tượng với chiếu tác phó thoại lập diện thủ xử",
    "thế": "nào giới hệ mạnh kỷ chấp này là trận nhưng",
    "biếu": "quà tặng",
    "hiếu": "thảo học hỉ",
    "hiếm": "có hoi gặp khi",
    "bán": "hàng lẻ đấu cho nước kính",
    "đấy": "là đủ",
}
"""By a misread last syllable: the syllables behind it with which it is another word."""

_CELL = re.compile(
    r"(?<!đồng )(?<!báo )(?<!tạp )(?<!tiêu )(?<!ý )\b(?P<first>[Cc]h)[ỉí]"
    r"(?= (?:bộ\b(?! (?:phận|máy|trưởng|đội|môn|luật|hồ|tiêu|số|sách)\b)|ủy\b(?! (?:quyền|ban|viên|nhiệm|thác)\b)))"
)
_PARTY = re.compile(
    r"(?<!bình )(?<!cao )(?<!đồng )(?<!sơ )(?<!trung )(?<!thượng )(?<!hạ )(?<!ưu )(?<!ngang )(?<!siêu )"
    r"\b(?P<first>[Đđ])ẳng(?= (?:bộ|ủy|viên|đoàn|phí|phái|ta|Cộng)\b)"
)
_ON_BEHALF = re.compile(
    r"^T[IÍÌ1l|!](?=M (?:BAN|CHI|CẤP|ĐẢNG|ĐOÀN|HUYỆN|HỘI|LIÊN|THÀNH|THƯỜNG|TỈNH|ỦY)\b)", re.MULTILINE
)


def _misread(expression: str) -> Iterator[str]:
    """The expression with each of its hooked tones taken for an acute one, and with all of them."""
    parts = expression.split(" ")
    wrong = [_acute(part) for part in parts]
    changed = [i for i, part in enumerate(parts) if wrong[i] != part]
    for at in changed:
        yield " ".join([*parts[:at], wrong[at], *parts[at + 1 :]])
    if len(changed) > 1:
        yield " ".join(wrong)


def _acute(syllable: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", syllable).replace(_HOOK, _ACUTE))


def _listed(expressions: str) -> list[str]:
    return [" ".join(entry.split()) for entry in expressions.split(",")]


_RIGHT = {wrong: right for right in _listed(_EXPRESSIONS) for wrong in _misread(right)}
_RIGHT |= {right.replace(" l", " t"): right for right in _listed(_WITH_T)}
_CAPITAL_L = re.compile(rf"(?<!\w)(?:{'|'.join(_listed(_WITH_L)).replace(' l', ' L')})(?!\w)")
_ANY = re.compile(
    rf"(?<!\w)(?:{'|'.join(sorted(_RIGHT, key=len, reverse=True))})(?!\w)",
    re.IGNORECASE,
)
_HEADINGS = frozenset(("kiếm tra", "tố chức", "cộng sán", "đáng bộ", "đáng viên", "đáng úy", "đáng ủy", "đảng úy"))
"""What is put right in capitals too: words of bodies, which are no names of people."""
_WORD_BEFORE, _WORD_BEHIND = re.compile(r"(\w+) $"), re.compile(r" (\w+)")


def without_slips(text: str) -> str:
    """The text in NFC with the recogniser's usual slips put right; as long as it was, its lines where they were."""
    line = text.replace("\n", " ")
    line = _ANY.sub(_expression, line)
    line = _CAPITAL_L.sub(lambda match: match.group().lower(), line)
    line = _CELL.sub(r"\g<first>i", line)
    line = _PARTY.sub(r"\g<first>ảng", line)
    mended = "".join(now if was != "\n" else "\n" for was, now in zip(text, line, strict=True))
    return _ON_BEHALF.sub("T/", mended)


def _expression(match: re.Match[str]) -> str:
    read = match.group()
    wrong = read.lower()
    right = _RIGHT.get(wrong)  # none where letters were matched that are alike only without regard to case
    if right is None or not _is_plain(read) or _may_be_a_name(match, wrong) or _is_of_another(match, wrong, right):
        return read
    if read.isupper():
        return right.upper()
    return right.capitalize() if read[0].isupper() else right


def _is_plain(read: str) -> bool:
    """Whether it is written as no name is: in small letters, with one capital at its beginning, or in capitals."""
    return read.isupper() or read[1:].islower()


def _may_be_a_name(match: re.Match[str], wrong: str) -> bool:
    """Whether it is written as part of a name: in capitals, as signers are, or with one behind a word that has one."""
    if match.group().isupper():
        return wrong not in _HEADINGS
    before = _WORD_BEFORE.search(match.string[: match.start()])
    return match.group()[0].isupper() and before is not None and before[1][0].isupper()


def _is_of_another(match: re.Match[str], wrong: str, right: str) -> bool:
    """Whether the first or the last syllable, where it is what was misread, is part of another word beside it."""
    begin, *_, end = wrong.split(" ")
    before = _WORD_BEFORE.search(match.string[: match.start()])
    behind = _WORD_BEHIND.match(match.string, match.end())
    return bool(
        (before and not right.startswith(begin) and before[1].lower() in _BEFORE.get(begin, "").split())
        or (behind and not right.endswith(end) and behind[1].lower() in _AFTER.get(end, "").split())
    )
