"""What a paper of the Party (36-HD, 05-HD) and of a state body (Nghị định 30/2020) looks like on its sheets.

`lay_out` turns a `Paper` into typeset `Sheet`s. Setting of lines is in `typeset`, the drawing in `render`.
"""

from samples.generator.fonts import text_width
from samples.generator.model import MM, Body, Column, Line, Mark, Paper, Rule, Seal, Sheet, Signature, Style, Table
from samples.generator.tables import set_table
from samples.generator.typeset import (
    BOTTOM,
    LEFT,
    RIGHT,
    TOP,
    Align,
    Flow,
    SheetBuilder,
    Token,
    balance_lines,
    bolden,
    break_lines,
    tokens,
)

LEFT_CENTRE = LEFT + 37.5 * MM
RIGHT_CENTRE = RIGHT - 45 * MM
MIDDLE = (LEFT + RIGHT) / 2
INDENT = 10 * MM
PAGE_BREAK = "---"
NUMBER_BLANK = 34.0
DAY_BLANK = 23.0
SIGNATURE_GAP = 78.0
HEADING_KEEPS = 3 * 19.5
PARTY_TITLE = "ĐẢNG CỘNG SẢN VIỆT NAM"
STATE_TITLE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
STATE_MOTTO = "Độc lập - Tự do - Hạnh phúc"

TYPE_NAMES = {
    "nghi_quyet": "NGHỊ QUYẾT",
    "quyet_dinh": "QUYẾT ĐỊNH",
    "quy_dinh": "QUY ĐỊNH",
    "chi_thi": "CHỈ THỊ",
    "ket_luan": "KẾT LUẬN",
    "huong_dan": "HƯỚNG DẪN",
    "thong_bao": "THÔNG BÁO",
    "bao_cao": "BÁO CÁO",
    "ke_hoach": "KẾ HOẠCH",
    "chuong_trinh": "CHƯƠNG TRÌNH",
    "to_trinh": "TỜ TRÌNH",
    "bien_ban": "BIÊN BẢN",
    "cong_van": "",
}


def lay_out(paper: Paper, body: Body) -> tuple[Sheet, ...]:
    """Typeset a paper; as many sheets as its text needs."""
    sheet = SheetBuilder()
    y = _party_header(sheet, paper, body) if body.system == "party" else _state_header(sheet, paper, body)
    is_party = body.system == "party"
    flow = Flow([sheet], y, pitch=19.5 if is_party else 18.5, is_party=is_party)
    _title(flow, paper)
    _address(flow, paper)
    flow_body(flow, paper.body, 14)
    _closing(flow, paper, body)
    if paper.annex:
        flow.turn_page()
        flow_body(flow, paper.annex, 14)
    return tuple(sheet.freeze() for sheet in flow.sheets)


def number_line(paper: Paper, body: Body, style: Style) -> list[Token]:
    """`Số 05-NQ/ĐU` or `Số: 45/LHH-VP`, the digits written into a blank when the paper says so."""
    label = Token("Số" if body.system == "party" else "Số:", style, ("number",))
    if "number" not in paper.written:
        return [label, Token(paper.number, style, ("number",))]
    cut = min(paper.number.find(mark) for mark in "-/" if mark in paper.number)
    digits, symbol = paper.number[:cut], paper.number[cut:]
    blank = Token(digits, style, ("number", "number_written"), NUMBER_BLANK)
    return [label, blank, Token(symbol, style, ("number",), glued=True)]


def date_line(paper: Paper, body: Body, style: Style) -> list[Token]:
    """`Lam Sơn, ngày 05 tháng 3 năm 2025`; day and months 1 and 2 have two digits."""
    year, month, day = paper.date.split("-")
    shown_month = month if int(month) <= 2 else str(int(month))  # noqa: PLR2004 - the rule itself
    line = tokens(f"{body.place},", style, "place")
    line += tokens("ngày", style, "date")
    written = DAY_BLANK if "date" in paper.written else 0.0
    line.append(Token(day, style, ("date", "day_written") if written else ("date",), written))
    return line + tokens(f"tháng {shown_month} năm {year}", style, "date")


def _column(sheet: SheetBuilder, y: float, column: Column, *lines: tuple[str, Style, str]) -> float:
    """Set centred header lines below one another; a text may wrap at 74 mm. Return the last baseline."""
    x = LEFT_CENTRE if column == "left" else RIGHT_CENTRE
    measure = (76 if column == "left" else 92) * MM
    for text, style, name in lines:
        for line in balance_lines(tokens(text, style, name), measure):
            y += style.size * 1.17
            sheet.centre(line, x, y, "header", column)
    return y


def _underline(sheet: SheetBuilder, x: float, y: float, width: float) -> None:
    sheet.rules.append(Rule(x - width / 2, y, x + width / 2, y))


def _party_header(sheet: SheetBuilder, paper: Paper, body: Body) -> float:
    regular, bold = Style("regular", 14), Style("bold", 14)
    parents = [(line, regular, "issuer_parent") for line in body.parent_lines]
    issuers = [(line, bold, "issuer") for line in body.issuer_lines]
    left = _column(sheet, TOP, "left", *parents, *issuers, ("*", regular, "separator"))
    left += 16
    sheet.centre(number_line(paper, body, regular), LEFT_CENTRE, left, "header", "left")
    if not TYPE_NAMES[paper.type]:
        left = _column(sheet, left + 2, "left", (paper.subject, Style("italic", 12), "subject"))
    left = _mark(sheet, paper, left)
    right = _column(sheet, TOP, "right", (PARTY_TITLE, Style("bold", 15), "title"))
    _underline(sheet, RIGHT_CENTRE, right + 4, text_width(PARTY_TITLE, Style("bold", 15)))
    right = max(right + 30, TOP + 14 * 1.17 * (len(parents) + len(issuers)) + 16)
    sheet.centre(date_line(paper, body, Style("italic", 14)), RIGHT_CENTRE, right, "header", "right")
    return max(left, right)


def _state_header(sheet: SheetBuilder, paper: Paper, body: Body) -> float:
    regular, bold = Style("regular", 12.5), Style("bold", 12.5)
    parents = [(line, regular, "issuer_parent") for line in body.parent_lines]
    issuers = [(line, bold, "issuer") for line in body.issuer_lines]
    left = _column(sheet, TOP, "left", *parents, *issuers)
    _underline(sheet, LEFT_CENTRE, left + 5, 70)
    left += 25
    sheet.centre(number_line(paper, body, Style("regular", 13)), LEFT_CENTRE, left, "header", "left")
    if not TYPE_NAMES[paper.type]:
        left = _column(sheet, left + 2, "left", (paper.subject, Style("regular", 12), "subject"))
    left = _mark(sheet, paper, left)
    right = _column(
        sheet, TOP, "right", (STATE_TITLE, Style("bold", 12.5), "title"), (STATE_MOTTO, Style("bold", 13.5), "title")
    )
    _underline(sheet, RIGHT_CENTRE, right + 4, 176)
    right = max(right + 26, TOP + 12.5 * 1.17 * (len(parents) + len(issuers)) + 21)
    sheet.centre(date_line(paper, body, Style("italic", 13.5)), RIGHT_CENTRE, right, "header", "right")
    return max(left, right)


def _mark(sheet: SheetBuilder, paper: Paper, y: float) -> float:
    """Stamp a secrecy or urgency mark under the number; return the baseline below it."""
    if not paper.mark:
        return y
    width = (8 + 4.0 * len(paper.mark)) * MM
    sheet.lines.append(Line(paper.mark, y + 8 + 5 * MM, "header", "left"))
    sheet.marks.append(Mark(paper.mark, LEFT_CENTRE - width / 2, y + 8, width, 8 * MM))
    return y + 8 + 8 * MM


def _title(flow: Flow, paper: Paper) -> None:
    """Type in capitals, subject in bold below it, a short rule."""
    name = TYPE_NAMES[paper.type]
    flow.y += 14
    if not name:
        return
    flow.y += 22
    flow.sheet.centre(tokens(name, Style("bold", 15.5), "type"), MIDDLE, flow.y, "body", "full")
    for line in balance_lines(tokens(paper.subject, Style("bold", 14), "subject"), 128 * MM):
        flow.y += 18
        flow.sheet.centre(line, MIDDLE, flow.y, "body", "full")
    _underline(flow.sheet, MIDDLE, flow.y + 7, 74)
    flow.y += 16


def _address(flow: Flow, paper: Paper) -> None:
    """`Kính gửi: ...` (`Kính trình: ...`): one addressee on the line, several as a list below it."""
    style = Style("regular", 14)
    if not paper.address:
        return
    head, *rest = paper.address
    flow.y += 4
    if not rest:
        flow.paragraph(tokens(head, style, "address"), "centre", after=8)
        return
    for i, text in enumerate(paper.address):
        flow.step()
        x = LEFT + (75 if i == 0 else 130)
        flow.sheet.set_line(tokens(text, style, "address"), x, flow.y)
        flow.sheet.lines.append(Line(text, flow.y, "body", "full"))
    flow.y += 8


def flow_body(flow: Flow, blocks: tuple[str | Table, ...], size: float) -> None:
    """Set the body.

    Markup of a paragraph by its first characters, `**bold**` inside: `# ` bold heading; `= ` bold, centred;
    `~ ` italic; `=~ ` italic, centred; `---` alone: a new page.
    """
    for block in blocks:
        if isinstance(block, Table):
            set_table(flow, block)
        elif block == PAGE_BREAK:
            flow.turn_page()
        else:
            _paragraph(flow, block, size)


def _paragraph(flow: Flow, text: str, size: float) -> None:
    regular, bold, italic = (Style(face, size) for face in ("regular", "bold", "italic"))
    forms: dict[str, tuple[Style, Align]] = {
        "=~ ": (italic, "centre"),
        "= ": (bold, "centre"),
        "# ": (bold, "justify"),
        "~ ": (italic, "justify"),
    }
    for prefix, (style, align) in forms.items():
        if text.startswith(prefix):
            indent = INDENT if align == "justify" else 0.0
            flow.keep(HEADING_KEEPS if prefix == "# " else 0)
            flow.paragraph(tokens(text.removeprefix(prefix), style), align, indent=indent)
            return
    flow.paragraph(_inline(text, regular), "justify", indent=INDENT)


def _inline(text: str, style: Style) -> list[Token]:
    words: list[Token] = []
    for i, part in enumerate(text.split("**")):
        run = tokens(part, style)
        words += bolden(run) if i % 2 else run
    return words


def _closing(flow: Flow, paper: Paper, body: Body) -> None:
    """Recipients left, signature right, both from one baseline and never torn apart."""
    left_height = 17 + 13.5 * len(paper.recipients)
    right_height = 18 * len(paper.capacity) + SIGNATURE_GAP + 6
    if flow.room() < max(left_height, right_height):
        flow.turn_page()
    top = flow.y + 10
    if paper.second_signer:
        _signature(flow, (paper.second_signer[0],), paper.second_signer[1], top, "left")
    else:
        _recipients(flow.sheet, paper, body, top)
    _signature(flow, paper.capacity, paper.signer, top, "right", seal=body.seal if paper.sealed else "")


def _recipients(sheet: SheetBuilder, paper: Paper, body: Body, top: float) -> None:
    is_party = body.system == "party"
    if not paper.recipients:
        return
    heading = tokens("Nơi nhận:", Style("regular", 14) if is_party else Style("bold-italic", 12), "recipients")
    y = top + 14
    end = sheet.set_line(heading, LEFT, y)
    sheet.lines.append(Line("Nơi nhận:", y, "closing", "left"))
    if is_party:
        sheet.rules.append(Rule(LEFT, y + 2.5, end, y + 2.5))
    style = Style("regular", 12 if is_party else 11)
    for recipient in paper.recipients:
        for i, line in enumerate(break_lines(tokens(f"- {recipient}", style, "recipients"), 72 * MM)):
            y += style.size * 1.15
            sheet.set_line(line, LEFT + (6 if i else 0), y)
            sheet.lines.append(Line(" ".join(t.text for t in line), y, "closing", "left"))


def _signature(flow: Flow, capacity: tuple[str, ...], name: str, top: float, column: Column, *, seal: str = "") -> None:
    sheet, bold = flow.sheet, Style("bold", 14)
    x = RIGHT_CENTRE if column == "right" else LEFT_CENTRE
    y = top
    for i, line in enumerate(capacity):
        y += 17
        style = Style("regular", 14) if i and flow.is_party else bold
        sheet.centre(tokens(line, style, "capacity"), x, y, "closing", column)
    sheet.signatures.append(Signature(name, x - 52, y + 8, 104, SIGNATURE_GAP - 26))
    if seal:
        sheet.seals.append(Seal(seal, x - 62, y + SIGNATURE_GAP / 2 + 6, 17 * MM))
    y = min(y + SIGNATURE_GAP, BOTTOM + 10)
    field_name = "signer" if column == "right" else "second_signer"
    sheet.centre(tokens(name, bold, field_name), x, y, "closing", column)
