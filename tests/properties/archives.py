"""Random organisations, archives and requests, small enough that everything meets everything."""

from datetime import date
from typing import TypeVar

from hypothesis import strategies as st

from pipeline.access import Role
from pipeline.model import Membership, Organisation, Person, Unit
from pipeline.query import SearchRequest
from pipeline.succession import Succession, SuccessionKind
from tests.papers import Paper
from tests.properties.plain_rules import fold

T = TypeVar("T")

TODAY = date(2026, 11, 24)
UNITS = ("dang-uy", "chi-bo-a", "chi-bo-b", "to-a1", "to-a2")
PEOPLE = ("an", "binh", "chi", "dung")
NUMBERS = ("57-NQ/TU", "57-QĐ/ĐU", "5-NQ/TU", "749/QĐ-TTg", "45/LHH-VP")
TYPES = ("nghi_quyet", "quyet_dinh", "cong_van")

_units = st.sampled_from(UNITS)
_words = st.sampled_from(("sông", "song", "núi", "mưa", "mùa", "đồng", "đông", "gió", "giỏ", "trăng"))
_texts = st.lists(_words, min_size=1, max_size=6).map(" ".join)
_numbers = st.sampled_from(NUMBERS)
_validities = st.sampled_from(("het_hieu_luc", "het_hieu_luc_mot_phan"))
_topics = st.sampled_from(("kiem_tra", "van_phong"))
_types = st.sampled_from(TYPES)
_dates = st.sampled_from(("2019", "2024-12", "2024-12-22", "2024-12-31", "2025-02-03"))
_begins = st.sampled_from((None, None, None, date(1999, 1, 1), date(2999, 1, 1)))
_ends = st.sampled_from((None, None, None, date(1999, 1, 2), date(2999, 1, 2)))

_successions = st.just(()) | st.lists(
    st.builds(
        Succession,
        st.just(SuccessionKind.SPLIT),
        _units,
        _units,
        st.sampled_from((date(1999, 1, 1), date(2999, 1, 1))),
        st.booleans(),
    ).filter(lambda each: each.unit != each.successor),
    max_size=3,
    unique_by=lambda each: (each.unit, each.successor),
).map(tuple)

people = st.sampled_from(PEOPLE)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """A tree of units in any shape, some of which came from others, and people with roles, some over or not begun."""
    parents = [None, *(draw(st.none() | st.sampled_from(UNITS[:place])) for place in range(1, len(UNITS)))]
    units = [Unit(unit, f"Đơn vị {unit}", "chi_bo", parent=parent) for unit, parent in zip(UNITS, parents, strict=True)]
    roles = st.builds(Membership, st.sampled_from(list(Role)), _units, _begins, _ends)
    held = [draw(st.lists(roles, min_size=min(place, 1), max_size=3)) for place in range(len(PEOPLE))]
    members = [Person(person, person.title(), tuple(has)) for person, has in zip(PEOPLE, held, strict=True)]
    return Organisation(tuple(units), tuple(members), tuple(draw(_successions)))


grants = st.one_of(
    st.just("everyone"),
    _units.map("unit:{}".format),
    _units.map("under:{}".format),
    people.map("person:{}".format),
    st.builds("role:{}@{}".format, st.sampled_from(list(Role)), _units),
)


@st.composite
def archives(draw: st.DrawFn, *, max_size: int = 8) -> list[Paper]:
    """A few papers, many of them hidden from most people, some not published at all."""
    return [
        Paper(
            f"p{number}",
            text=tuple(draw(st.lists(_texts, min_size=1, max_size=3))),
            subject=draw(st.none() | _texts),
            number=draw(st.none() | _numbers),
            type=draw(st.none() | _types),
            issuer=draw(st.sampled_from((None, "Tỉnh ủy", *UNITS))),
            date=draw(st.none() | _dates),
            validity=draw(st.none() | _validities),
            topic=draw(st.none() | _topics),
            cites=tuple(draw(st.lists(_numbers, max_size=1))),
            grants=tuple(draw(st.lists(grants, max_size=2, unique=True))),
            unit=draw(_units),
        )
        for number in range(draw(st.integers(1, max_size)))
    ]


phrases = st.lists(_words, min_size=1, max_size=2).map(lambda words: f'"{" ".join(words)}"')
plain_queries = st.one_of(st.just(""), _texts, _texts.map(fold), _texts.map(str.upper), phrases)
number_queries = st.sampled_from((*NUMBERS, "nq 57", "57 qđ đu", "nghị quyết số 5", "qd 749 ttg", "công văn 45"))


def _some(values: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    """Mostly no filter, else one value or two."""
    return st.just(()) | st.lists(values, max_size=2).map(tuple)


def requests(texts: st.SearchStrategy[str] = plain_queries) -> st.SearchStrategy[SearchRequest]:
    """A search with any filters, sorted by relevance, all hits on one page."""
    return st.builds(
        SearchRequest,
        texts,
        types=_some(_types),
        issuers=_some(st.sampled_from(("Tỉnh ủy", "chi-bo-a"))),
        units=_some(_units),
        validities=_some(_validities),
        topics=_some(_topics),
        years=_some(st.sampled_from((2019, 2024, 2025))),
        date_from=st.none() | st.sampled_from(("2024-12-01", "2024-12-22", "2025")),
        date_to=st.none() | st.sampled_from(("2024-12-30", "2024-12-31", "2025-01-31")),
        size=st.just(100),
    )
