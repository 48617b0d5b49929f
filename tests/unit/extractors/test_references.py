"""Cited documents and what is said of them: `docs/domain.md`, "Relations"."""

import pytest

from extractors.citations import citations_in
from extractors.describe import open_describer
from pipeline.model import Reference
from tests.unit.extractors.sheet import UNITS, body, describe, left, middle, page, party_header, state_header, titled

PARTY = [*party_header("Số 15-QĐ/ĐU"), *titled("QUY ĐỊNH", "về công tác văn thư")]


def cited(*texts: str) -> list[tuple[str, str | None]]:
    """Relation and number of each reference of a Party regulation with these lines in its body."""
    return pairs(describe([*PARTY, *body(*texts)]).references)


def pairs(references: tuple[Reference, ...]) -> list[tuple[str, str | None]]:
    return [(reference.relation, reference.number) for reference in references]


def numbers(text: str) -> list[tuple[str | None, str | None]]:
    return [(citation.type, citation.number) for citation in citations_in(text)]


@pytest.mark.parametrize(
    ("text", "slug", "number"),
    [
        ("Nghị quyết số 12-NQ/ĐU, ngày 05/9/2026 của Đảng ủy", "nghi_quyet", "12-NQ/ĐU"),
        ("Nghị quyết 12-NQ/ĐU", "nghi_quyet", "12-NQ/ĐU"),  # `số` dropped after the first mention
        ("Nghị quyết số: 12 - NQ/ĐU", "nghi_quyet", "12-NQ/ĐU"),
        ("Quy chế làm việc số 01-QC/ĐU", "quy_che", "01-QC/ĐU"),
        ("Quy chế làm việc của Ban Chấp hành số 01-QC/ĐU", "quy_che", "01-QC/ĐU"),
        ("Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020", "nghi_dinh", "30/2020/NĐ-CP"),
        ("Luật Lưu trữ số 33/2024/QH15", "luat", "33/2024/QH15"),
        ("Quyết định số 749/QĐ-TTg", "quyet_dinh", "749/QĐ-TTg"),
        ("Công văn số 45/LHH-VP", "cong_van", "45/LHH-VP"),
        ("Thông tư số 05/2025/TT-BNV", "thong_tu", "05/2025/TT-BNV"),
        ("Thông tri số 05-TT/TW", "thong_tri", "05-TT/TW"),
        ("Quy định số 66-QĐ/TW", "quy_dinh", "66-QĐ/TW"),  # one symbol, two types: the title decides
        ("Quyết định số 66-QD/TW", "quyet_dinh", "66-QĐ/TW"),  # the bar of Đ lost
        ("Quyết định số 66-QĐĐ/ĐĐU", "quyet_dinh", "66-QĐ/ĐU"),  # and read twice
        ("Quyết định số 88/QĐĐ-LHH", "quyet_dinh", "88/QĐ-LHH"),
    ],
)
def test_a_citation_in_any_spelling(text: str, slug: str, number: str) -> None:
    assert numbers(text) == [(slug, number)]


def test_numbers_that_share_one_type() -> None:
    found = numbers("các Quyết định số 12-QĐ/ĐU, số 15-QĐ/ĐU và số 18-QĐ/ĐU")

    assert found == [("quyet_dinh", "12-QĐ/ĐU"), ("quyet_dinh", "15-QĐ/ĐU"), ("quyet_dinh", "18-QĐ/ĐU")]


@pytest.mark.parametrize(
    "text",
    [
        "theo Mẫu số 19/TB-TTN-TCN1",
        "QCVN 07:2009/BTNMT",
        "họp ngày 05/9/2026, có mặt 17/18 đảng viên",
        "giai đoạn 2025 - 2030",
        "Hợp đồng số 12/HĐ-LHH",
        "điện thoại số 024/3943-LHH",
    ],
)
def test_what_looks_like_a_number_and_is_none(text: str) -> None:
    assert numbers(text) == []


def test_a_basis_is_told_with_its_words_and_page() -> None:
    (reference,) = describe([*PARTY, *body("- Căn cứ Quy chế làm việc số 01-QC/ĐU, ngày 10/8/2020;")]).references

    words = "Căn cứ Quy chế làm việc số 01-QC/ĐU"
    assert reference == Reference("based_on", "01-QC/ĐU", "quy_che", words, 1, date="2020-08-10")


def test_all_papers_of_one_base_line_are_bases() -> None:
    line = ("- Căn cứ Luật số 54/2019/QH14 được sửa đổi, bổ sung bởi", "Luật số 56/2024/QH15;")

    assert cited(*line) == [("based_on", "54/2019/QH14"), ("based_on", "56/2024/QH15")]


@pytest.mark.parametrize(
    ("text", "relation", "number"),
    [
        ("Quy định này thay thế Quy định số 07-QĐ/ĐU, ngày 15/4/2021.", "replaces", "07-QĐ/ĐU"),
        ("Quy định này có hiệu lực từ ngày ký, thay thế Quy định số 07-QĐ/ĐU.", "replaces", "07-QĐ/ĐU"),
        ("Điều 1. Sửa đổi, bổ sung một số điều của Quy định số 07-QĐ/ĐU.", "amends", "07-QĐ/ĐU"),
        ("2. Bãi bỏ Quy định số 07-QĐ/ĐU.", "repeals", "07-QĐ/ĐU"),
        ("Quy định số 07-QĐ/ĐU hết hiệu lực kể từ ngày ký.", "expires", "07-QĐ/ĐU"),
        ("Thực hiện Nghị quyết số 57-NQ/TU, ngày 22/12/2024:", "implements", "57-NQ/TU"),
        ("Tiếp tục thực hiện Nghị quyết số 57-NQ/TU:", "implements", "57-NQ/TU"),
        ("Theo đề nghị tại Tờ trình số 26-TTr/ĐU,", "proposed_in", "26-TTr/ĐU"),
        ("(Ban hành kèm theo Quyết định số 12-QĐ/ĐU)", "issued_with", "12-QĐ/ĐU"),
    ],
)
def test_relations_of_which_the_document_is_the_subject(text: str, relation: str, number: str) -> None:
    assert cited(text) == [(relation, number)]


@pytest.mark.parametrize(
    "text",
    [
        "Nghị định số 55/2023/NĐ-CP sửa đổi Nghị định số 75/2021/NĐ-CP",  # another paper amends
        "Thông tư số 05/2025/TT-BNV được thay thế bởi Thông tư số 09/2026/TT-BNV",
        "Kết quả nêu trong báo cáo số 15-BC/ĐU cho thấy việc thay thế máy cũ còn chậm",
        "thay thế cụm từ đã nêu tại Quy định số 07-QĐ/ĐU",
        "Quy định này thay thế cụm từ đã nêu tại Quy định số 07-QĐ/ĐU",
        "Các chi bộ đã quy định chi tiết việc thu nộp theo Quy định số 07-QĐ/ĐU",  # no `đình chỉ`
        "Văn phòng báo cáo việc thực hiện cùng với Nghị quyết số 57-NQ/TU",
    ],
)
def test_what_is_only_cited_is_mentioned(text: str) -> None:
    assert {relation for relation, _ in cited(text)} == {"mentions"}


def test_a_list_has_the_relation_that_announces_it() -> None:
    text = ("Điều 3. Bãi bỏ các văn bản sau:", "a) Quy định số 07-QĐ/ĐU;", "b) Hướng dẫn số 06-HD/ĐU.")
    after = "Điều 4. Văn phòng lưu Quy định số 09-QĐ/ĐU."

    assert cited(*text, after) == [("repeals", "07-QĐ/ĐU"), ("repeals", "06-HD/ĐU"), ("mentions", "09-QĐ/ĐU")]


def test_the_subject_says_what_a_paper_is_for() -> None:
    programme = [*party_header("Số 03-CTr/ĐU"), *titled("CHƯƠNG TRÌNH", "hành động thực hiện Nghị quyết số 57-NQ/TU")]
    guidance = [*party_header("Số 03-HD/ĐU"), *titled("HƯỚNG DẪN", "thực hiện Nghị quyết số 57-NQ/TU")]
    amendment = [*party_header("Số 09-QĐ/ĐU"), *titled("QUY ĐỊNH", "sửa đổi, bổ sung Quy định số 07-QĐ/ĐU")]

    assert pairs(describe(programme).references) == [("implements", "57-NQ/TU")]
    assert pairs(describe(guidance).references) == [("guides", "57-NQ/TU")]
    assert pairs(describe(amendment).references) == [("amends", "07-QĐ/ĐU")]


def test_a_report_on_how_a_paper_was_followed_does_not_follow_it() -> None:
    report = [*party_header("Số 14-BC/ĐU"), *titled("BÁO CÁO", "kết quả thực hiện Nghị quyết số 57-NQ/TU")]

    assert pairs(describe(report).references) == [("mentions", "57-NQ/TU")]


def test_a_letter_answers_another() -> None:
    subject = left("V/v trả lời Công văn số 12/UBND-VX", top=0.155)
    letter = [*state_header("Số: 45/LHH-VP"), *subject, *middle("Kính gửi: Ủy ban nhân dân", top=0.24)]

    assert pairs(describe(letter).references) == [("replies_to", "12/UBND-VX")]


def test_a_paper_is_told_once_for_each_relation_and_not_mentioned_besides() -> None:
    base = "- Căn cứ Quy chế làm việc số 01-QC/ĐU;"
    later = "1. Hội nghị thông qua việc họp theo Quy chế làm việc số 01-QC/ĐU."

    assert cited(base, later) == [("based_on", "01-QC/ĐU")]


def test_a_papers_own_number_is_no_reference() -> None:
    first = page([*PARTY, *body("- Căn cứ tình hình thực tế;")])
    annex = page([*middle("PHỤ LỤC", "(Kèm theo Quy định số 15-QĐ/ĐU, ngày 14/3/2025)", top=0.1)])

    assert open_describer().describe([first, annex], file_name="a.pdf", units=UNITS).references == ()


def test_an_annex_names_its_own_paper_even_where_the_number_was_not_read() -> None:
    first = page([*party_header("Số -QĐ/ĐU"), *titled("QUY ĐỊNH", "về công tác văn thư")])
    annex = page([*middle("PHỤ LỤC", "(Kèm theo Quy định số 15-QĐ/ĐU, ngày 14/3/2025)", top=0.1)])

    assert open_describer().describe([first, annex], file_name="a.pdf", units=UNITS).references == ()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("Quy định này có hiệu lực thi hành kể từ ngày 01 tháng 7 năm 2025 và thay thế", "Quy định số 07-QĐ/ĐU."),
            ("replaces", "07-QĐ/ĐU", None, "2025-07-01"),
        ),
        (
            ("3. Bãi bỏ khoản 2 Điều 5 và Điều 7 Quy định số 07-QĐ/ĐU.",),
            ("repeals", "07-QĐ/ĐU", "khoản 2 Điều 5 và Điều 7", None),
        ),
        (
            ("Điều 4 Quy định số 07-QĐ/ĐU, ngày 15/4/2021 hết hiệu lực từ ngày 05/9/2026.",),
            ("expires", "07-QĐ/ĐU", "Điều 4", "2026-09-05"),
        ),
        (
            ("Quy định này hướng dẫn một số điều của Luật Lưu trữ số 33/2024/QH15.",),
            ("guides", "33/2024/QH15", "một số điều", None),
        ),
    ],
)
def test_the_part_that_is_meant_and_the_day_of_effect(
    lines: tuple[str, ...], expected: tuple[str, str, str | None, str | None]
) -> None:
    (found,) = describe([*PARTY, *body(*lines)]).references

    assert (found.relation, found.number, found.scope, found.effect) == expected


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        (
            "Nghị định số 55/2023/NĐ-CP sửa đổi, bổ sung Nghị định số 75/2021/NĐ-CP",
            ("amends", "55/2023/NĐ-CP", "75/2021/NĐ-CP"),
        ),
        (
            "theo Nghị định số 75/2021/NĐ-CP được sửa đổi, bổ sung bởi Nghị định số 55/2023/NĐ-CP",
            ("amends", "55/2023/NĐ-CP", "75/2021/NĐ-CP"),
        ),
        (
            "Thông tư số 05/2025/TT-BNV được thay thế bởi Thông tư số 09/2026/TT-BNV",
            ("replaces", "09/2026/TT-BNV", "05/2025/TT-BNV"),
        ),
    ],
)
def test_what_is_said_of_two_others(text: str, statement: tuple[str, str, str]) -> None:
    description = describe([*PARTY, *body(text)])

    assert [(said.relation, said.subject, said.object) for said in description.statements] == [statement]
    assert {relation for relation, _ in pairs(description.references)} == {"mentions"}


def test_what_the_document_does_itself_is_no_statement_of_two_others() -> None:
    text = ("Quy định này thay thế Quy định số 07-QĐ/ĐU và bãi bỏ", "Hướng dẫn số 06-HD/ĐU.")
    description = describe([*PARTY, *body(*text)])

    assert pairs(description.references) == [("replaces", "07-QĐ/ĐU"), ("repeals", "06-HD/ĐU")]
    assert description.statements == ()


def test_the_number_behind_the_name_of_an_amending_law_is_that_laws() -> None:
    description = describe(
        [*PARTY, *body("- Căn cứ Luật sửa đổi, bổ sung một số điều của Luật Lưu trữ", "số 88/2025/QH15;")]
    )

    assert pairs(description.references) == [("based_on", "88/2025/QH15")]
    assert description.statements == ()


def test_a_list_of_what_ends_and_one_whose_papers_have_long_names() -> None:
    head = "Các văn bản sau đây hết hiệu lực kể từ ngày Quy định này có hiệu lực:"
    first = ("a) Quy định số 07-QĐ/ĐU, ngày 15/4/2021 của Đảng ủy quy định về hồ sơ", "nêu tại Quyết định số 08-QĐ/ĐU;")
    second = "b) Hướng dẫn số 06-HD/ĐU."

    assert cited(head, *first, second) == [
        ("expires", "07-QĐ/ĐU"),
        ("mentions", "08-QĐ/ĐU"),
        ("expires", "06-HD/ĐU"),
    ]


def test_lines_of_bases_behind_a_base_are_bases() -> None:
    lines = ("Căn cứ Quy chế làm việc số 01-QC/ĐU;", "Nghị quyết số 12-NQ/ĐU;", "Quyết định này như sau.")

    assert cited(*lines) == [("based_on", "01-QC/ĐU"), ("based_on", "12-NQ/ĐU")]


@pytest.mark.parametrize("short", ["Nghị quyết 57", "Nghị quyết số 57", "NQ 57", "NQ57-TU"])
def test_a_short_form_means_what_the_text_cites_in_full(short: str) -> None:
    full = "- Căn cứ Nghị quyết số 57-NQ/TU, ngày 22/12/2024 của Tỉnh ủy;"

    assert cited(full, f"Thực hiện {short}, các chi bộ làm tốt việc sau.") == [
        ("based_on", "57-NQ/TU"),
        ("implements", "57-NQ/TU"),
    ]
    assert cited(f"Thực hiện {short}, các chi bộ làm tốt việc sau.") == []


def test_papers_cited_by_name_alone() -> None:
    lines = ("- Căn cứ Luật Tổ chức Chính phủ ngày 18 tháng 02 năm 2025;", "- Căn cứ Điều lệ Đảng;")
    found = describe([*PARTY, *body(*lines)]).references

    assert [(r.relation, r.number, r.name, r.type, r.date) for r in found] == [
        ("based_on", None, "Luật Tổ chức Chính phủ", "luat", "2025-02-18"),
        ("based_on", None, "Điều lệ Đảng", "dieu_le", None),
    ]


def test_a_part_of_a_paper_beside_another_paper() -> None:
    lines = ("3. Bãi bỏ Quy định số 07-QĐ/ĐU và khoản 2 Điều 5 Quy định số 08-QĐ/ĐU.",)
    found = describe([*PARTY, *body(*lines)]).references

    assert [(r.relation, r.number, r.scope) for r in found] == [
        ("repeals", "07-QĐ/ĐU", None),
        ("repeals", "08-QĐ/ĐU", "khoản 2 Điều 5"),
    ]


def test_an_amending_law_cited_by_name_alone() -> None:
    lines = ("- Căn cứ Luật sửa đổi, bổ sung một số điều của Luật Lưu trữ", "ngày 22 tháng 11 năm 2019;")
    (found,) = describe([*PARTY, *body(*lines)]).references

    assert (found.name, found.date) == ("Luật sửa đổi, bổ sung một số điều của Luật Lưu trữ", "2019-11-22")


def test_date_and_issuer_of_a_cited_paper() -> None:
    (found,) = describe(
        [*PARTY, *body("Thực hiện Nghị quyết số 57-NQ/TU, ngày 22/12/2024 của Tỉnh ủy Lam Sơn về chuyển đổi số.")]
    ).references

    assert (found.date, found.issuer) == ("2024-12-22", "Tỉnh ủy Lam Sơn")


def test_a_submission_on_changing_a_paper_changes_none() -> None:
    submission = [*party_header("Số 03-TTr/ĐU"), *titled("TỜ TRÌNH", "về việc sửa đổi, bổ sung Quy chế số 01-QC/ĐU")]

    assert pairs(describe(submission).references) == [("mentions", "01-QC/ĐU")]


def test_quoted_text_changes_nothing() -> None:
    lines = ("Điều 1. Sửa đổi Điều 3 Quy chế số 01-QC/ĐU như sau:", "“Điều 3. Bãi bỏ Quy định số 07-QĐ/ĐU.”.")

    assert cited(*lines) == [("amends", "01-QC/ĐU"), ("mentions", "07-QĐ/ĐU")]


def test_the_page_of_a_reference_is_the_documents() -> None:
    second = page([*body("Quy định này thay thế Quy định số 07-QĐ/ĐU, ngày 15/4/2021.", top=0.1)])
    (reference,) = open_describer().describe([page(PARTY), second], file_name="a.pdf", units=UNITS).references

    assert (reference.relation, reference.page) == ("replaces", 2)
    assert reference.evidence == "thay thế Quy định số 07-QĐ/ĐU"
