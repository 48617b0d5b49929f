"""Invented laws, decrees, circulars and Party papers with their truth: what they are, and what they say of others.

Written in words of its own, to be no mirror of the rules under test or of the generator of the samples. Bodies are real
where the list of them is closed (government, ministries), invented elsewhere; numbers, dates and subjects are drawn.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from benchmarks.plain_pages import Sheet

MINISTRIES = (
    ("BNV", "BỘ NỘI VỤ", "Bộ trưởng Bộ Nội vụ"),
    ("BTC", "BỘ TÀI CHÍNH", "Bộ trưởng Bộ Tài chính"),
    ("BTP", "BỘ TƯ PHÁP", "Bộ trưởng Bộ Tư pháp"),
    ("BYT", "BỘ Y TẾ", "Bộ trưởng Bộ Y tế"),
    ("BXD", "BỘ XÂY DỰNG", "Bộ trưởng Bộ Xây dựng"),
    ("BGDĐT", "BỘ GIÁO DỤC VÀ ĐÀO TẠO", "Bộ trưởng Bộ Giáo dục và Đào tạo"),
    ("BKHCN", "BỘ KHOA HỌC VÀ CÔNG NGHỆ", "Bộ trưởng Bộ Khoa học và Công nghệ"),
    ("BVHTTDL", "BỘ VĂN HÓA, THỂ THAO VÀ DU LỊCH", "Bộ trưởng Bộ Văn hóa, Thể thao và Du lịch"),
    ("BQP", "BỘ QUỐC PHÒNG", "Bộ trưởng Bộ Quốc phòng"),
    ("NHNN", "NGÂN HÀNG NHÀ NƯỚC VIỆT NAM", "Thống đốc Ngân hàng Nhà nước Việt Nam"),
)
PROVINCES = ("Lam Sơn", "Hà Giang", "Tân Bình", "Thanh Hoá", "Đông Hải", "Sông Hậu", "Bắc Sơn")
TOPICS = (
    "quản lý hồ sơ điện tử",
    "chế độ báo cáo thống kê ngành",
    "cấp, sửa đổi, thu hồi giấy phép khai thác nước dưới đất",
    "tiêu chuẩn chức danh nghề nghiệp viên chức",
    "định mức chi cho công tác phổ biến, giáo dục pháp luật",
    "xử lý kỷ luật cán bộ, công chức, viên chức",
    "bảo trì công trình thủy lợi nhỏ",
    "chính sách đối với người có công ở xã đảo",
    "thẩm quyền, trình tự đình chỉ hoạt động cơ sở dạy nghề",
    "đào tạo, bồi dưỡng văn thư, lưu trữ",
)
LAWS = ("Lưu trữ", "Tổ chức Chính phủ", "Cán bộ, công chức", "Đầu tư công", "Xử lý vi phạm hành chính", "Giáo dục")
MOTTO = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc")
_KINDS = {"NĐ": "Nghị định", "TT": "Thông tư", "QĐ": "Quyết định", "NQ": "Nghị quyết", "CT": "Chỉ thị"}
_LAST_PADDED = 2
"""Months up to this one are printed with a zero before."""
_WIDE, _JOINT, _SUBJECT = 22, 34, 50
"""Longest name of a body, names of several, and subject that stand on one line."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Truth:
    """What a paper is and says. References are relation and number; a statement is relation, subject, object."""

    number: str
    type: str
    issuer: str
    date: str | None
    references: frozenset[Pair] = frozenset()
    statements: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(slots=True)
class _Written:
    """A paper in the making: its paragraphs, and what they say."""

    random: Random
    day: date
    body: list[str] = field(default_factory=list)
    references: set[Pair] = field(default_factory=set)
    statements: set[tuple[str, str, str]] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def say(self, relation: str, *numbers: str) -> None:
        self.references.update((relation, number) for number in numbers)


@dataclass(frozen=True, slots=True)
class Cited:
    """A paper to cite: its number, and the words for it."""

    number: str
    words: str
    short: str


def _happens(random: Random, share: float) -> bool:
    """Something that is so in this share of cases."""
    return random.random() < share


def spoken(day: date) -> str:
    """A date as a header or a text prints it."""
    month = f"{day.month:02}" if day.month <= _LAST_PADDED else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def _earlier(of: _Written) -> date:
    return of.day - timedelta(days=of.random.randint(200, 5_000))


def decree(of: _Written) -> Cited:
    day = _earlier(of)
    number = f"{of.random.randint(1, 190):02}/{day.year}/NĐ-CP"
    return _fresh(of, number, "Nghị định", day, "Chính phủ", decree)


def circular(of: _Written) -> Cited:
    day = _earlier(of)
    code, _, head = of.random.choice(MINISTRIES)
    number = f"{of.random.randint(1, 60):02}/{day.year}/TT-{code}"
    return _fresh(of, number, "Thông tư", day, head, circular)


def decision(of: _Written) -> Cited:
    day = _earlier(of)
    number = f"{of.random.randint(1, 2400):02}/QĐ-TTg"
    return _fresh(of, number, "Quyết định", day, "Thủ tướng Chính phủ", decision)


def law(of: _Written) -> Cited:
    day = _earlier(of)
    number = f"{of.random.randint(1, 99):02}/{day.year}/QH{13 + (day.year - 2011) // 5}"
    name = f"Luật {of.random.choice(LAWS)}"
    return _fresh(of, number, name, day, None, law)


def party_paper(of: _Written) -> Cited:
    day = _earlier(of)
    symbol, title = of.random.choice((("NQ", "Nghị quyết"), ("CT", "Chỉ thị"), ("KL", "Kết luận"), ("QĐ", "Quy định")))
    number = f"{of.random.randint(1, 190):02}-{symbol}/TW"
    return _fresh(of, number, title, day, of.random.choice(("Bộ Chính trị", "Ban Bí thư")), party_paper)


def _fresh(
    of: _Written, number: str, title: str, day: date, issuer: str | None, again: Callable[[_Written], Cited]
) -> Cited:
    if number in of.used:
        return again(of)
    of.used.add(number)
    of_whom = f" của {issuer}" if issuer else ""
    dated = of.random.choice((f" {spoken(day)}", f", ngày {day.day:02}/{day.month:02}/{day.year}"))
    about = f" {of.random.choice(('về', 'quy định về'))} {of.random.choice(TOPICS)}" if _happens(of.random, 0.4) else ""
    whole = f"{title} số {number}{dated if issuer else ''}{of_whom}{about if issuer else ''}"
    return Cited(number, of.random.choice((whole, f"{title} số {number}")), f"{title} số {number}")


ANY = (decree, circular, decision)


def any_paper(of: _Written) -> Cited:
    return of.random.choice(ANY)(of)


def bases(of: _Written) -> None:
    """`Căn cứ` lines, one of them with an amended law, one with two papers, one by name alone."""
    first, second, third = law(of), law(of), decree(of)
    lines = [
        f"Căn cứ {third.words};",
        f"Căn cứ {first.short} được sửa đổi, bổ sung một số điều bởi {second.short};",
        f"Căn cứ Luật {of.random.choice(LAWS)} ngày 18 tháng 02 năm 2025;",
    ]
    of.say("based_on", third.number, first.number, second.number)
    of.statements.add(("amends", second.number, first.number))
    if _happens(of.random, 0.4):
        fourth, fifth = circular(of), party_paper(of)
        lines.append(f"Căn cứ {fourth.words}; {fifth.short};")
        of.say("based_on", fourth.number, fifth.number)
    of.random.shuffle(lines)
    of.body += lines


def replaces(of: _Written, kind: str) -> None:
    old = any_paper(of)
    start = spoken(of.day + timedelta(days=45))
    of.body.append(
        of.random.choice(
            (
                f"{kind} này có hiệu lực thi hành kể từ {start} và thay thế {old.words}.",
                f"{kind} này thay thế {old.words}.",
                f"2. {kind} này có hiệu lực kể từ ngày ký, thay thế {old.short}.",
                f"Điều 9. {kind} này có hiệu lực từ ngày ký ban hành và thay thế cho {old.short}.",
            )
        )
    )
    of.say("replaces", old.number)


def repeals_list(of: _Written, kind: str) -> None:
    old = [any_paper(of) for _ in range(of.random.randint(2, 4))]
    head = of.random.choice(("Điều 12. Bãi bỏ các văn bản sau đây:", "2. Bãi bỏ toàn bộ các văn bản sau:"))
    ends = _happens(of.random, 0.4)
    if ends:
        head = f"Các văn bản sau đây hết hiệu lực kể từ ngày {kind} này có hiệu lực thi hành:"
    marks = [f"{mark})" for mark in "abcd"] if _happens(of.random, 0.6) else ["-"] * 4
    of.body.append(head)
    of.body += [
        f"{mark} {paper.words}{';' if place < len(old) else '.'}"
        for place, (mark, paper) in enumerate(zip(marks, old, strict=False), start=1)
    ]
    of.say("expires" if ends else "repeals", *(paper.number for paper in old))


def repeals(of: _Written, kind: str) -> None:
    del kind
    old, within = any_paper(of), any_paper(of)
    form = of.random.randint(0, 2)
    if form == 0:
        of.body.append(f"3. Bãi bỏ {old.words}.")
    elif form == 1:
        of.body.append(f"3. Bãi bỏ khoản 2 Điều 5, Điều 7 và Phụ lục II {old.words}.")
    else:
        of.body.append(f"Điều 10. Bãi bỏ {old.short} hướng dẫn thi hành {within.short}.")
        of.say("mentions", within.number)
    of.say("repeals", old.number)


def expires(of: _Written, kind: str) -> None:
    old, other = any_paper(of), any_paper(of)
    form = of.random.randint(0, 2)
    if form == 0:
        of.body.append(f"2. {old.words} hết hiệu lực kể từ ngày {kind} này có hiệu lực thi hành.")
    elif form == 1:
        of.body.append(f"Điều 4 và khoản 1 Điều 6 {old.short} hết hiệu lực từ {spoken(of.day)}.")
    else:
        of.body.append(f"3. {old.short}, {other.short} hết hiệu lực kể từ ngày {kind} này có hiệu lực.")
        of.say("expires", other.number)
    of.say("expires", old.number)


def amends(of: _Written, kind: str) -> None:
    del kind
    old, quoted = any_paper(of), any_paper(of)
    of.body.append(f"Điều 1. Sửa đổi, bổ sung một số điều của {old.words} như sau:")
    of.body.append(f"1. Sửa đổi khoản 2 Điều 3 như sau: “2. Hồ sơ được lập theo {quoted.short}.”.")
    of.say("amends", old.number)
    of.say("mentions", quoted.number)


_AMENDS = 2


def third_party(of: _Written, kind: str) -> None:
    del kind
    new, old = any_paper(of), any_paper(of)
    form = of.random.randint(0, 3)
    if form == 0:
        of.body.append(f"Trường hợp hồ sơ nộp trước ngày {new.short} thay thế {old.short} thì tiếp tục giải quyết.")
    elif form == 1:
        of.body.append(f"Mức chi áp dụng như {old.short} (đã được sửa đổi, bổ sung theo {new.short}).")
    elif form == _AMENDS:
        of.body.append(f"Kể từ đó {new.short} sửa đổi, bổ sung một số điều của {old.short} được áp dụng thống nhất.")
    else:
        of.body.append(f"Việc này trước đây nêu tại {old.short}, nay được thay thế bởi {new.short}.")
    of.say("mentions", new.number, old.number)
    of.statements.add(("amends" if form in {1, _AMENDS} else "replaces", new.number, old.number))


def traps(of: _Written, kind: str) -> None:
    paper = any_paper(of)
    of.body.append(
        of.random.choice(
            (
                f"Thay thế cụm từ “cơ quan chủ quản” bằng cụm từ “cơ quan quản lý” tại {paper.short}.",
                f"Các đơn vị báo cáo theo Mẫu số 19/TB-TTN-TCN1; trình tự theo {paper.short}.",
                f"Cơ sở đã quy định chi tiết việc thu, nộp nêu tại {paper.short} thì thực hiện tiếp.",
                f"{kind} này hướng dẫn việc cấp, sửa đổi giấy phép theo {paper.short}.",
                f"Trường hợp văn bản dẫn chiếu tại {kind} này được sửa đổi thì áp dụng {paper.short}.",
                f"Kết quả kiểm tra việc thay thế thiết bị cũ được nêu trong báo cáo kèm {paper.short}.",
            )
        )
    )
    of.say("mentions", paper.number)


def guides(of: _Written, kind: str) -> None:
    paper = law(of)
    of.body.append(
        of.random.choice(
            (
                f"Điều 1. {kind} này quy định chi tiết khoản 3 Điều 12 của {paper.short}.",
                f"{kind} này hướng dẫn thi hành một số điều của {paper.short}.",
            )
        )
    )
    of.say("guides", paper.number)


def implements(of: _Written, kind: str) -> None:
    del kind
    paper, second = party_paper(of), decision(of)
    of.body.append(f"Thực hiện {paper.words}, các cơ quan, đơn vị tập trung làm tốt những việc sau.")
    of.say("implements", paper.number)
    if _happens(of.random, 0.5):
        of.body.append(f"Triển khai thực hiện {second.short} đến từng xã.")
        of.say("implements", second.number)


def filler(of: _Written, kind: str) -> None:
    topic = of.random.choice(TOPICS)
    of.body += [
        f"Điều 2. {kind} này áp dụng đối với cơ quan, tổ chức, cá nhân có liên quan đến {topic}.",
        "Các đơn vị có trách nhiệm bố trí kinh phí, nhân lực và báo cáo kết quả trước ngày 15/12 hằng năm.",
    ]


PARTS = (replaces, repeals_list, repeals, expires, amends, third_party, third_party, traps, traps, guides, implements)


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of paper: its type line, slug, who issues it as printed and as meant, and its number's form."""

    title: str
    slug: str
    issuer: tuple[str, ...]
    meant: str
    number: str
    label: str = "Số: "
    kind: str = ""
    is_dated: bool = True
    place: str = "Hà Nội"


def _form(random: Random, year: int) -> _Form:
    code, name, _ = random.choice(MINISTRIES)
    province = random.choice(PROVINCES)
    council = f"HỘI ĐỒNG NHÂN DÂN TỈNH {province.upper()}"
    committee = f"ỦY BAN NHÂN DÂN TỈNH {province.upper()}"
    congress = f"QH{13 + (year - 2011) // 5}"
    others = [entry for entry in MINISTRIES if entry[0] not in {code, "NHNN"}]
    second, third = random.sample(others, 2)
    joint = [(code, name), second[:2], *([third[:2]] if _happens(random, 0.3) else [])]
    codes, names = "-".join(c for c, _ in joint), [n for _, n in joint]
    split = len(name.split()) // 2 + 1
    two_lines = (" ".join(name.split()[:split]), " ".join(name.split()[split:]))
    written = tuple(line for line in two_lines if line) if len(name) > _WIDE and _happens(random, 0.7) else (name,)
    label = random.choice(("Nghị quyết số: ", "Số: "))
    standing = ("ỦY BAN THƯỜNG VỤ QUỐC HỘI",) if _happens(random, 0.5) else ("ỦY BAN THƯỜNG VỤ", "QUỐC HỘI")
    dashed = (*(f"{n} -" for n in names[:-1]), names[-1])
    lines = random.choice((dashed, (" - ".join(names),))) if len(" - ".join(names)) < _JOINT else dashed
    return random.choice(
        (
            _Form("NGHỊ ĐỊNH", "nghi_dinh", ("CHÍNH PHỦ",), "CHÍNH PHỦ", "{n}/{y}/NĐ-CP"),
            _Form("THÔNG TƯ", "thong_tu", written, name, f"{{n}}/{{y}}/TT-{code}"),
            _Form("THÔNG TƯ", "thong_tu", written, name, f"{{n}}/{{y}}/TT-{code}"),
            _Form("LUẬT", "luat", ("QUỐC HỘI",), "QUỐC HỘI", f"{{n}}/{{y}}/{congress}", "Luật số: ", is_dated=False),
            _Form("NGHỊ QUYẾT", "nghi_quyet", ("QUỐC HỘI",), "QUỐC HỘI", f"{{n}}/{{y}}/{congress}", label),
            _Form(
                random.choice(("PHÁP LỆNH", "NGHỊ QUYẾT")),
                "",
                standing,
                "ỦY BAN THƯỜNG VỤ QUỐC HỘI",
                f"{{n}}/{{y}}/UBTVQH{congress[2:]}",
                label if _happens(random, 0.7) else "Pháp lệnh số: ",
            ),
            _Form(
                "THÔNG TƯ LIÊN TỊCH",
                "thong_tu_lien_tich",
                lines,
                " - ".join(names),
                f"{{n}}/{{y}}/TTLT-{codes}",
                random.choice(("Số: ", "Thông tư liên tịch số: ")),
            ),
            _Form(
                "QUYẾT ĐỊNH",
                "quyet_dinh",
                ("THỦ TƯỚNG CHÍNH PHỦ",),
                "THỦ TƯỚNG CHÍNH PHỦ",
                random.choice(("{n}/QĐ-TTg", "{n}/{y}/QĐ-TTg")),
            ),
            _Form("CHỈ THỊ", "chi_thi", ("THỦ TƯỚNG CHÍNH PHỦ",), "THỦ TƯỚNG CHÍNH PHỦ", "{n}/CT-TTg"),
            _Form(
                "QUYẾT ĐỊNH",
                "quyet_dinh",
                ("ỦY BAN NHÂN DÂN", f"TỈNH {province.upper()}"),
                committee,
                random.choice(("{n}/{y}/QĐ-UBND", "{n}/QĐ-UBND")),
                place=province,
            ),
            _Form(
                "NGHỊ QUYẾT",
                "nghi_quyet",
                ("HỘI ĐỒNG NHÂN DÂN", f"TỈNH {province.upper()}"),
                council,
                random.choice(("{n}/{y}/NQ-HĐND", "{n}/NQ-HĐND")),
                place=province,
            ),
            _Form(
                random.choice(("LUẬT", "NGHỊ ĐỊNH", "THÔNG TƯ")), "", ("VĂN PHÒNG QUỐC HỘI",), "VĂN PHÒNG QUỐC HỘI",
                "{n}/VBHN-VPQH",
            ),
            _Form("LỆNH", "lenh", ("CHỦ TỊCH NƯỚC",), "CHỦ TỊCH NƯỚC", "{n}/{y}/L-CTN"),
        )
    )  # fmt: skip


_SLUGS = {"LUẬT": "luat", "NGHỊ ĐỊNH": "nghi_dinh", "THÔNG TƯ": "thong_tu", "PHÁP LỆNH": "phap_lenh"}


def invent(seed: int, number: int) -> tuple[Sheet, Truth]:
    """The paper of this seed and number."""
    random = Random(f"{seed}-{number}")
    day = date(2012, 1, 5) + timedelta(days=random.randint(0, 5_300))
    form = _form(random, day.year)
    own = form.number.format(n=f"{random.randint(1, 250):02}", y=day.year)
    of = _Written(random, day, used={own})
    kind = form.title.capitalize()
    bases(of)
    of.body.append(random.choice(("Theo đề nghị của Chánh Văn phòng;", "Theo đề nghị của Vụ trưởng Vụ Pháp chế;")))
    filler(of, kind)
    for part in random.sample(PARTS, random.randint(2, 5)):
        part(of, kind)
    if not form.is_dated:
        of.body.append(
            "Luật này được Quốc hội nước Cộng hòa xã hội chủ nghĩa Việt Nam khóa XV,"
            f" kỳ họp thứ 8 thông qua {spoken(day)}."
        )
    topic = random.choice(TOPICS)
    subject = random.choice((f"Về {topic}", f"Quy định về {topic}", f"Ban hành Quy định về {topic}"))
    if form.title == "LUẬT":
        subject = random.choice(LAWS).upper()
    subject_lines = [subject] if len(subject) < _SUBJECT else _halves(subject)
    number_line = f"{form.label}{own}"
    placed = [f"{form.place}, {spoken(day)}"] if form.is_dated else []
    sheet = Sheet(
        left=(*form.issuer, number_line),
        right=(*MOTTO, *placed),
        title=form.title,
        subject=subject_lines,
        body=[f"{paragraph}" for paragraph in of.body],
        recipients=("Nơi nhận:", "- Như trên;", "- Lưu: VT, PC."),
        signature=("TM. CHÍNH PHỦ" if form.meant == "CHÍNH PHỦ" else "NGƯỜI ĐỨNG ĐẦU", "", "", "Trần Văn Mẫu"),
        number_in_left=len(form.issuer),
    )
    said = {number for relation, number in of.references if relation != "mentions"}
    references = frozenset((r, n) for r, n in of.references if r != "mentions" or n not in said)
    truth = Truth(
        own,
        form.slug or _SLUGS.get(form.title, "nghi_quyet"),
        form.meant,
        day.isoformat(),
        references,
        frozenset(of.statements),
    )
    return sheet, truth


def _halves(text: str) -> Sequence[str]:
    words = text.split()
    half = len(words) // 2
    return " ".join(words[:half]), " ".join(words[half:])
