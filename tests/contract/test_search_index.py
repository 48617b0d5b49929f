"""What every search index finds, counts and orders (`pipeline.ports.SearchIndex`), on each engine."""

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.search import MOST_EXCLUDED
from pipeline.errors import UsageError
from pipeline.ports import SearchIndex
from pipeline.query import FacetCount, SearchRequest, Sort
from tests.papers import CLERK, MEMBER, NOBODY, Paper, fill, found

RESOLUTION = Paper(
    "resolution",
    "Số 57-NQ/TU. Nghị quyết về đột phá phát triển khoa học, công nghệ và chuyển đổi số quốc gia",
    subject="Về đột phá phát triển khoa học",
    number="57-NQ/TU",
    type="nghi_quyet",
    issuer="Tỉnh ủy",
    date="2024-12-22",
)
PLAN = Paper(
    "plan",
    "Kế hoạch thực hiện Nghị quyết số 57-NQ/TU; 57 chi bộ, 57 nhiệm vụ; số 57 nq tu",
    subject="Thực hiện Nghị quyết số 57-NQ/TU ngày 22 tháng 12 năm 2024",
    number="12-KH/ĐU",
    type="ke_hoach",
    issuer="dang-uy",
    date="2025-02",
    cites=("57-NQ/TU",),
)
LETTER = Paper("letter", "Kính gửi các hội thành viên", number="45/LHH-VP", type="cong_van", date="2025-02-03")
OLD = Paper("old", "Nghị quyết đại hội chi bộ; hoà giải; kĩ thuật", type="nghi_quyet", issuer="chi-bo-01", date="2019")
UNDATED = Paper("undated", "Biên bản hội nghị, không rõ ngày, 57 người dự", type="bien_ban")
HIDDEN = Paper("hidden", "Nghị quyết số 57-NQ/TU chuyển đổi số", number="57-NQ/TU", date="2025-01-01", grants=())
ARCHIVE = (RESOLUTION, PLAN, LETTER, OLD, UNDATED, HIDDEN)


@pytest.fixture(scope="module")
def archive(open_at: Callable[[Path], SearchIndex], tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    """Searched by many tests and written by none."""
    index = open_at(tmp_path_factory.mktemp("archive"))
    index.create()
    fill(index, *ARCHIVE)
    return index


@pytest.mark.parametrize(
    "query",
    [
        "57-NQ/TU",
        "57 - NQ / TU",
        "57–NQ/TU",
        "57-nq/tu",
        "57 nq tu",
        "57nq/tu",
        "nq 57",
        "NQ57",
        "nq57-tu",
        "nq 57 tu",
        "57 nq",
        "Nghị quyết số 57",
        "nghị quyết 57",
        "NGHI QUYET SO 57",
        "nghi quyet 57-nq/tu",
        "Nghị quyết số: 57",
        "nghị quyết 057",
        "nghị quyết 57 về khoa học",
    ],
)
def test_a_number_in_any_spelling_is_found_first(archive: SearchIndex, query: str) -> None:
    for written in (query, unicodedata.normalize("NFD", query)):
        assert found(archive, written)[0] == "resolution"


@pytest.mark.parametrize("query", ["45/LHH-VP", "45 lhh-vp", "cv 45", "công văn 45", "công văn số 45/LHH-VP"])
def test_a_letter_is_found_by_its_number_though_that_has_no_type(archive: SearchIndex, query: str) -> None:
    assert found(archive, query)[0] == "letter"


def test_who_cites_the_number_comes_next(archive: SearchIndex) -> None:
    assert found(archive, "57-NQ/TU")[:2] == ["resolution", "plan"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("chuyển đổi số", {"resolution"}),
        ("nghị quyết", {"resolution", "plan", "old"}),
        ("hòa giải", {"old"}),  # the other placement of the tone
        ("kỹ thuật", {"old"}),  # i and y
        ("Đại hội chi bộ", {"old"}),
    ],
)
def test_every_way_of_typing_finds_the_same(archive: SearchIndex, query: str, expected: set[str]) -> None:
    unaccented = unicodedata.normalize("NFD", query).encode("ascii", "ignore").decode()
    unaccented = {"Đại hội chi bộ": "Dai hoi chi bo", "chuyển đổi số": "chuyen doi so"}.get(query, unaccented)
    for written in (query, query.upper(), unicodedata.normalize("NFD", query), unaccented, unaccented.upper()):
        assert set(found(archive, written)) == expected


def test_text_kept_in_other_forms_is_found(index: SearchIndex) -> None:
    text = "Ðảng bộ chuyển\u00ad đổi s\u200bố"  # Eth for Đ, a soft hyphen, an invisible space
    fill(index, Paper("nfd", unicodedata.normalize("NFD", text)), Paper("capitals", text.upper()))
    assert set(found(index, "đảng bộ chuyển đổi số")) == {"nfd", "capitals"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"chuyển đổi số"', {"resolution"}),
        ('"chuyen doi so"', {"resolution"}),
        ('"số đổi chuyển"', set()),
        ('"nghị quyết" đại hội', {"old"}),
        ('"nghi quyet so 57"', {"plan"}),
        ("“Nghị quyết đại hội”", {"old"}),
        ('"nghỉ quyết"', set()),  # a phrase typed with accents stands for these accents
        ("nghỉ quyết", {"resolution", "plan", "old"}),
    ],
)
def test_a_quoted_phrase_must_stand_as_it_is(archive: SearchIndex, query: str, expected: set[str]) -> None:
    assert set(found(archive, query)) == expected


def test_up_to_four_words_must_all_be_there_and_half_of_more(index: SearchIndex) -> None:
    fill(index, Paper("three", "mot hai ba"), Paper("two", "mot hai"))
    assert set(found(index, "mot hai ba bon")) == set()
    assert set(found(index, "mot hai ba bon nam")) == {"three"}
    assert set(found(index, "mot mot hai hai mot")) == {"three", "two"}  # the same word again is no other word


def test_abbreviations_find_what_they_stand_for_and_the_other_way_round(index: SearchIndex) -> None:
    fill(index, Paper("long", "Ủy ban nhân dân phường"), Paper("short", "UBND phường"), Paper("other", "phường"))
    for query in ("UBND phường", "ubnd phuong", "Ủy ban nhân dân phường", "uy ban nhan dan phuong"):
        assert set(found(index, query)) == {"long", "short"}


def test_better_matches_come_first(index: SearchIndex) -> None:
    padding = "một hai ba bốn năm sáu " * 5
    fill(
        index,
        Paper("apart", "tổ thì chức thì cán thì bộ " + padding),
        Paper("together", "thì thì thì tổ chức cán bộ " + padding),
        Paper("title", "thì thì thì tổ chức cán bộ " + padding, subject="Tổ chức cán bộ"),
    )
    assert found(index, "to chuc can bo") == ["title", "together", "apart"]


def test_accents_that_were_typed_lift_what_has_them(index: SearchIndex) -> None:
    fill(index, Paper("bản", "bản ghi"), Paper("bàn", "bàn ghi"), Paper("bán", "bán ghi"))
    for word in ("bản", "bàn", "bán"):
        assert found(index, f"{word} ghi")[0] == word
        assert set(found(index, f"{word} ghi")) == {"bản", "bàn", "bán"}


FILTERS = [
    (SearchRequest(types=("nghi_quyet",)), {"resolution", "old"}),
    (SearchRequest(types=("nghi_quyet", "cong_van")), {"resolution", "old", "letter"}),
    (SearchRequest(issuers=("dang-uy",)), {"plan"}),
    (SearchRequest(units=("dang-uy",)), {"resolution", "plan", "letter", "old", "undated"}),
    (SearchRequest(units=("chi-bo-01",)), set()),
    (SearchRequest(years=(2024, 2019)), {"resolution", "old"}),
    (SearchRequest(types=("nghi_quyet",), years=(2024,)), {"resolution"}),
    (SearchRequest(number="57-NQ/TU"), {"resolution"}),
    (SearchRequest(number="nq 57"), {"resolution"}),
    (SearchRequest(number="12-KH/ĐU"), {"plan"}),
    (SearchRequest(number="12-kh/du"), {"plan"}),
    (SearchRequest(number="99-NQ/TU"), set()),
    (SearchRequest(date_from="2025-02-01"), {"plan", "letter"}),
    (SearchRequest(date_from="2025-02-02"), {"letter"}),  # a month may have been before
    (SearchRequest(date_to="2025-02-28"), {"resolution", "plan", "letter", "old"}),
    (SearchRequest(date_to="2025-02-27"), {"resolution", "letter", "old"}),
    (SearchRequest(date_from="2019-01-01", date_to="2019-12-31"), {"old"}),
    (SearchRequest(date_from="2024-12-22", date_to="2024-12-22"), {"resolution"}),
    (SearchRequest(date_from="2024"), {"resolution", "plan", "letter"}),
    (SearchRequest(date_from="2025-01-01", date_to="2024-01-01"), set()),
    (SearchRequest("hội", types=("bien_ban",)), {"undated"}),
]


@pytest.mark.parametrize(("request_", "expected"), FILTERS)
def test_filters(archive: SearchIndex, request_: SearchRequest, expected: set[str]) -> None:
    for sort in Sort:
        assert set(found(archive, replace(request_, sort=sort))) == expected


@pytest.mark.parametrize(
    "wrong", [{"date_from": "hôm qua"}, {"date_to": "2024-02-30"}, {"date_from": ""}, {"number": "không phải số"}]
)
def test_a_filter_that_cannot_be_read_is_an_error_for_everybody(archive: SearchIndex, wrong: dict[str, str]) -> None:
    for reader in (MEMBER, NOBODY):
        with pytest.raises(UsageError):
            archive.search(SearchRequest(**wrong), reader=reader, offset=0, limit=1)  # type: ignore[arg-type]


def test_newest_first_and_undated_last(archive: SearchIndex) -> None:
    by_date = ["letter", "plan", "resolution", "old", "undated"]
    assert found(archive, SearchRequest(sort=Sort.NEWEST)) == by_date
    assert found(archive, "") == by_date  # nothing asked: browsing
    assert found(archive, " , “” - ") == by_date
    assert found(archive, SearchRequest("nghị quyết", sort=Sort.NEWEST)) == ["plan", "resolution", "old"]


def test_equally_good_hits_are_newest_first(index: SearchIndex) -> None:
    days = {f"day-{day:02}": f"2025-03-{day:02}" for day in (14, 3, 27, 9, 21, 1)}
    fill(index, *(Paper(id_, "chuyển đổi số", date=date) for id_, date in days.items()))
    assert found(index, "chuyển đổi") == sorted(days, reverse=True)


def test_facets_count_what_is_found_most_first_then_by_key(archive: SearchIndex) -> None:
    hits = archive.search(SearchRequest(), reader=MEMBER, offset=0, limit=0)
    assert (hits.total, hits.ids) == (5, ())
    assert hits.facets == {
        "type": (
            FacetCount("nghi_quyet", 2),
            FacetCount("bien_ban", 1),
            FacetCount("cong_van", 1),
            FacetCount("ke_hoach", 1),
        ),
        "issuer": (FacetCount("Tỉnh ủy", 1), FacetCount("chi-bo-01", 1), FacetCount("dang-uy", 1)),
        "year": (FacetCount("2025", 2), FacetCount("2019", 1), FacetCount("2024", 1)),
        "unit": (FacetCount("dang-uy", 5),),
        "validity": (),
        "topic": (),
    }
    filtered = archive.search(SearchRequest("nghị quyết", years=(2025,)), reader=MEMBER, offset=0, limit=20)
    assert filtered.facets["type"] == (FacetCount("ke_hoach", 1),)
    assert filtered.facets["year"] == (FacetCount("2025", 1),)


def test_the_confirmed_validity_is_filtered_and_counted(index: SearchIndex) -> None:
    fill(
        index,
        Paper("ended", "chuyển đổi số", validity="het_hieu_luc"),
        Paper("partly", "chuyển đổi số", validity="het_hieu_luc_mot_phan"),
        Paper("undecided", "chuyển đổi số"),
        Paper("hidden", "chuyển đổi số", validity="het_hieu_luc", grants=("person:ai-do",)),
    )
    hits = index.search(SearchRequest("chuyển đổi"), reader=MEMBER, offset=0, limit=20)
    assert hits.facets["validity"] == (FacetCount("het_hieu_luc", 1), FacetCount("het_hieu_luc_mot_phan", 1))
    assert found(index, SearchRequest("chuyển đổi", validities=("het_hieu_luc",))) == ["ended"]
    both = ("het_hieu_luc", "het_hieu_luc_mot_phan")
    assert set(found(index, SearchRequest(validities=both))) == {"ended", "partly"}


def test_the_topic_is_filtered_and_counted(index: SearchIndex) -> None:
    fill(
        index,
        Paper("checked", "đảng phí", topic="kiem_tra"),
        Paper("kept", "đảng phí", topic="van_phong"),
        Paper("none", "đảng phí"),
        Paper("hidden", "đảng phí", topic="kiem_tra", grants=("person:ai-do",)),
    )
    hits = index.search(SearchRequest("đảng phí"), reader=MEMBER, offset=0, limit=20)
    assert hits.facets["topic"] == (FacetCount("kiem_tra", 1), FacetCount("van_phong", 1))
    assert found(index, SearchRequest("đảng phí", topics=("kiem_tra",))) == ["checked"]


def test_facets_are_exact_however_many_values_there_are(index: SearchIndex) -> None:
    fill(index, *(Paper(f"{i}-{n}", issuer=f"issuer-{i:03}") for i in range(300) for n in range(1 + i % 3)))
    counted = index.search(SearchRequest(), reader=MEMBER, offset=0, limit=0).facets["issuer"]
    expected = [FacetCount(f"issuer-{i:03}", 1 + i % 3) for i in range(300)]
    assert list(counted) == sorted(expected, key=lambda count: (-count.count, count.key))


def test_facets_are_left_out_on_demand(archive: SearchIndex) -> None:
    assert archive.search(SearchRequest(), reader=MEMBER, offset=0, limit=5, with_facets=False).facets == {}


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_hold_every_hit_once_and_in_order(index: SearchIndex, sort: Sort) -> None:
    papers = [Paper(f"p{n}", f"chuyển đổi số {n % 3}", date=f"2025-01-{1 + n % 7:02}") for n in range(60)]
    fill(index, *papers[:25])
    fill(index, *papers[25:])
    request = SearchRequest("chuyển đổi", sort=sort)
    everything = found(index, request)
    assert sorted(everything) == sorted(paper.id for paper in papers)
    for size in (1, 7, 20, 60):
        pages = [index.search(request, reader=MEMBER, offset=at, limit=size) for at in range(0, 60, size)]
        assert [document for page in pages for document in page.ids] == everything
        assert {page.total for page in pages} == {60}


@pytest.mark.parametrize("sort", list(Sort))
def test_pages_stay_while_the_same_is_written_again(index: SearchIndex, sort: Sort) -> None:
    papers = [Paper(f"p{n}", "chuyển đổi số", date=f"2025-01-{1 + n % 7:02}") for n in range(30)]
    fill(index, *papers)
    request, seen = SearchRequest("chuyển đổi", sort=sort), list[str]()
    for at in range(0, 30, 5):
        seen += index.search(request, reader=MEMBER, offset=at, limit=5).ids
        fill(index, *papers[at : at + 7])
    assert sorted(seen) == sorted(paper.id for paper in papers)


def test_beyond_the_last_hit_there_is_nothing_and_beyond_the_window_an_error(archive: SearchIndex) -> None:
    assert archive.search(SearchRequest(), reader=MEMBER, offset=500, limit=10).ids == ()
    with pytest.raises(UsageError, match=r"10\.000"):
        archive.search(SearchRequest(), reader=MEMBER, offset=9_990, limit=11)


def test_no_tokens_nothing(archive: SearchIndex) -> None:
    for request in (SearchRequest(), SearchRequest("nghị quyết"), SearchRequest("57-NQ/TU", sort=Sort.NEWEST)):
        hits = archive.search(request, reader=NOBODY, offset=0, limit=20)
        assert (hits.total, hits.ids, set(hits.facets.values())) == (0, (), {()})
        assert archive.best_pages(request, [paper.id for paper in ARCHIVE], reader=NOBODY) == {}


def test_the_unpublished_is_for_its_units_clerks_only(archive: SearchIndex) -> None:
    assert found(archive, "57-NQ/TU", CLERK)[0] in {"resolution", "hidden"}
    assert "hidden" in found(archive, "chuyển đổi số", CLERK)
    for query in ("", "57-NQ/TU", "chuyển đổi số"):
        assert "hidden" not in found(archive, query, MEMBER)
    elsewhere = replace(CLERK, tokens=frozenset({"role:van_thu@chi-bo-01"}))
    assert found(archive, "", elsewhere) == []


@settings(deadline=None)
@given(st.text(), st.sampled_from(Sort))
def test_nothing_that_is_typed_is_an_error(archive: SearchIndex, text: str, sort: Sort) -> None:
    hits = archive.search(SearchRequest(text, sort=sort), reader=MEMBER, offset=0, limit=20)
    assert "hidden" not in hits.ids
    archive.best_pages(SearchRequest(text), hits.ids, reader=MEMBER)


@pytest.mark.parametrize(
    "typed",
    ["access:everyone", 'nghị quyết" OR "', "*", "nghị* quyết?", "(nghị quyết", "id:hidden", "nghị AND (", "~2 ^9 \\"],
)
def test_what_looks_like_a_query_language_is_searched_for_as_words(archive: SearchIndex, typed: str) -> None:
    assert "hidden" not in found(archive, typed)


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("text", ["", "57-NQ/TU", "nghị quyết"])
def test_nothing_is_told_of_what_is_excluded(archive: SearchIndex, text: str, sort: Sort) -> None:
    request = SearchRequest(text, sort=sort)
    everything = archive.search(request, reader=MEMBER, offset=0, limit=20)
    excluded = {"resolution", "old", "hidden", "never-there"}
    rest = archive.search(request, reader=MEMBER, offset=0, limit=20, excluded=excluded)
    assert rest.ids == tuple(document for document in everything.ids if document not in excluded)
    assert rest.total == len(rest.ids) < everything.total
    assert sum(count.count for count in rest.facets["unit"]) == rest.total
    assert "nghi_quyet" not in {count.key for count in rest.facets["type"]}
    assert not {"2019", "2024"} & {count.key for count in rest.facets["year"]}
    second = archive.search(request, reader=MEMBER, offset=1, limit=1, excluded=excluded)
    assert (second.total, second.ids) == (rest.total, rest.ids[1:2])
    nothing = archive.search(request, reader=MEMBER, offset=0, limit=20, excluded=[paper.id for paper in ARCHIVE])
    assert (nothing.total, nothing.ids, set(nothing.facets.values())) == (0, (), {()})


def test_thousands_may_be_excluded(archive: SearchIndex) -> None:
    excluded = {"plan", *(f"00000000-0000-4000-8000-{n:012}" for n in range(MOST_EXCLUDED - 1))}
    rest = archive.search(SearchRequest(), reader=MEMBER, offset=0, limit=20, excluded=excluded)
    assert (rest.total, rest.ids) == (4, ("letter", "resolution", "old", "undated"))


def test_the_longest_queries_are_answered(archive: SearchIndex) -> None:
    found(archive, "nghị quyết số 57 " * 10_000)
    found(archive, "a" * 10_000)
    found(archive, '"' + "nghị quyết " * 80 + '"')
