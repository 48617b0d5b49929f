"""Accents of fixed phrases put right: `tố chức` is `tổ chức`, `chỉ bộ` is `chi bộ`, `TÍNH ỦY` is `TỈNH ỦY`.

Recognisers take one tone mark for another, and the language of office papers is small. Listed are phrases whose
letters, accents aside, mean nothing else in such papers; what can mean two things (công tác, cộng tác) is left as
read, and digits are never touched. The text as read is kept beside what comes out of here.
Rules: `docs/domain.md`, "Text".
"""

import re

from pipeline.text import clean, fold, name_key

_BODIES = """
    Đảng Cộng sản Việt Nam, Ban Chấp hành, Ban Thường vụ, Ban Bí thư, Bộ Chính trị, Trung ương, Tỉnh ủy, Thành ủy,
    Huyện ủy, Quận ủy, Đảng ủy, Đảng bộ, Đảng đoàn, chi bộ, chi ủy, cấp ủy, Ủy ban, nhân dân, Hội đồng, Kiểm tra, Mặt
    trận Tổ quốc, Liên hiệp các Hội, Khoa học, Kỹ thuật, Ban Tổ chức, Ban Tuyên giáo, Tuyên giáo và Dân vận, Ban Nội
    chính, Ban Chỉ đạo, Văn phòng, thành phố, Việt Nam, Thủ tướng, Chính phủ, Quốc hội, Đại hội, đại biểu, Đoàn Chủ
    tịch, Thanh niên, Phụ nữ, Cựu chiến binh, Công đoàn, Nông dân, thường trực, thường vụ, trực thuộc, đoàn thể, cơ
    quan, đơn vị, doanh nghiệp, sự nghiệp, Thanh tra, Công an, Quân sự, Nội vụ, Tư pháp, Tài nguyên, Bảo hiểm, Thống
    kê, Tòa án, Viện Kiểm sát, Viện Nghiên cứu, đại học, cao đẳng, bệnh viện, trung tâm, công ty, ngân hàng, thị xã,
    thị trấn
"""
_TITLES = """
    bí thư, phó bí thư, chủ tịch, phó chủ tịch, Chánh Văn phòng, Phó Chánh Văn phòng, trưởng ban, phó trưởng ban, chủ
    nhiệm, giám đốc, trưởng phòng, bộ trưởng, thứ trưởng, hiệu trưởng, viện trưởng, tổng thư ký, chủ trì, chủ tọa, ủy
    viên, đồng chí, đảng viên, hội viên, thành viên, cán bộ
"""
_PAPERS = """
    nghị quyết, quyết định, quy định, chỉ thị, kết luận, quy chế, thông tri, hướng dẫn, thông báo, báo cáo, kế hoạch,
    chương trình, phương án, công văn, biên bản, nghị định, thông tư, pháp lệnh, quy hoạch, điều lệ, dự thảo, hồ sơ,
    tài liệu, văn bản, căn cứ, kèm theo, hết hiệu lực, tiếp tục, tiếp theo, theo đề nghị, xét đề nghị, trên cơ sở
"""
_WORK = """
    tổ chức, phổ biến, chuyển đổi, chuyển đổi số, số hóa, phát triển, kiểm tra, giám sát, kết nạp, bồi dưỡng, đào
    tạo, tập thể, cá nhân, tiêu biểu, biểu quyết, tổng kết, tổng hợp, đánh giá, xếp loại, rà soát, phân công, phụ
    trách, thực hiện, triển khai, thành lập, kiện toàn, ban hành, sửa đổi, bổ sung, thay thế, bãi bỏ, đề nghị, phối
    hợp, tham gia, tham mưu, hành động, làm việc, lãnh đạo, chỉ đạo, điều hành, tăng cường, đẩy mạnh, nâng cao, chất
    lượng, hiệu quả, sinh hoạt, xây dựng, nhiệm kỳ, nhiệm vụ, giải pháp, khen thưởng, kỷ luật, thi đua, phong trào,
    sáng tạo, tuyên truyền, bổ nhiệm, điều động, luân chuyển, bầu cử, quản lý, sử dụng, dùng chung, lưu trữ, văn thư,
    khai thác, thông tin, công nghệ, kinh tế, xã hội, an ninh, quốc phòng, an toàn, môi trường, giáo dục, văn hóa,
    nông nghiệp, nông thôn, tài chính, ngân sách, giao thông, tham nhũng, lãng phí, tiêu cực, tiết kiệm, cải cách,
    hành chính, đảng phí, chấn chỉnh, nền nếp, khắc phục, hạn chế, tồn tại, nguyên nhân, mục tiêu, phương hướng,
    trọng tâm, quán triệt, học tập, làm theo, tư tưởng, đạo đức, phong cách, chính trị, chính sách, xử lý, khiếu nại,
    tố cáo, bảo vệ, bảo đảm, đổi mới, sắp xếp, tinh gọn, bộ máy, biên chế, tuyển dụng, chế độ, phụ cấp, kinh phí, dự
    toán, quyết toán, đấu thầu, mua sắm, đầu tư, công khai, minh bạch, dân chủ, đoàn kết, thiên tai, sức khỏe, cao
    tuổi, kiểm điểm, chuẩn y, sổ tay, hội nghị, hội thảo, nghiên cứu, ứng dụng, cộng đồng, sinh viên, học sinh, phê
    duyệt, góp ý, ứng cử, ghi biên bản, ở cơ sở, cấp cơ sở, tổ chức cơ sở, để báo cáo, để thực hiện, để biết, như
    trên
"""
_PHRASES = {
    fold(phrase): phrase.lower()
    for listing in (_BODIES, _TITLES, _PAPERS, _WORK)
    for phrase in (" ".join(entry.split()) for entry in listing.split(","))
}
_ANY = re.compile("|".join(rf"\b{phrase}\b" for phrase in sorted(_PHRASES, key=len, reverse=True)))
_ALIKE = frozenset("uy")
"""The letters of `ủy`, of which small and capital look alike."""
_QUARTER = re.compile(r"(?<=\bquý )(?:TV|1V|lV)\b")
_YEAR = re.compile(r"\bnam(?= (?:19|20)\d\d\b)")
_PROVINCE = re.compile(r"(?:^|(?<=NHÂN DÂN )|(?<=ĐẢNG BỘ )|(?<=KỸ THUẬT ))T[IÍÌỈĨỊ]NH(?= \w)")


def mended(text: str) -> str:
    """The text in NFC with the accents of fixed phrases put right, as long as it was; capitals stay capitals.

    A phrase counts where a syllable of it was read right, and in capitals, which lose more accents, wherever it stands.
    """
    mending = clean(text)
    folded = fold(mending)
    for match in _ANY.finditer(folded):
        read, phrase = mending[match.start() : match.end()], _PHRASES[match.group()]
        if read.isupper() or _has_syllable(read.lower(), phrase):
            mending = mending[: match.start()] + _as_read(read, phrase) + mending[match.end() :]
    for match in _YEAR.finditer(folded):
        read = mending[match.start() : match.end()]
        mending = mending[: match.start()] + _as_read(read, "năm") + mending[match.end() :]
    mending = _QUARTER.sub("IV", mending)
    return _PROVINCE.sub("TỈNH", mending)


def phrase_words(text: str) -> tuple[bool, ...]:
    """For each word of a text, whether it belongs to a fixed phrase and so is known however well it was read."""
    folded = fold(clean(text))
    spans = [match.span() for match in _ANY.finditer(folded)]
    words = [match.span() for match in re.finditer(r"\S+", folded)]
    return tuple(any(start < last and first < end for start, end in spans) for first, last in words)


def _has_syllable(read: str, phrase: str) -> bool:
    return any(first == second for first, second in zip(read.split(), phrase.split(), strict=True))


def _as_read(read: str, phrase: str) -> str:
    """The phrase in the case of what was read; what differs in the placement of tone marks only stays (`uỷ`, `ủy`).

    Small and capital `ủ` look alike, so that within a phrase `Đảng Ủy` is no other reading than `Đảng ủy`.
    """
    if read.isupper():
        return read if name_key(read) == name_key(phrase) else phrase.upper()
    right = read.lower() if name_key(read) == name_key(phrase) else phrase
    return "".join(
        letter.upper() if was.isupper() and (i == 0 or fold(was) not in _ALIKE) else letter
        for i, (was, letter) in enumerate(zip(read, right, strict=True))
    )
