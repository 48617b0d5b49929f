"""Keys of the store say nothing but hashes and pages, never collide, and lead back to their file."""

import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipeline.storage import keys
from pipeline.storage.local import LocalStore

hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
pages = st.integers(1, 99_999)


def all_keys(sha256: str, page: int) -> list[str]:
    return [keys.original(sha256), keys.words(sha256, page), keys.layer(sha256, page)]


@given(hashes, pages)
def test_a_key_leads_back_to_its_file(sha256: str, page: int) -> None:
    assert {keys.sha256_of(key) for key in all_keys(sha256, page)} == {sha256}


@given(st.tuples(hashes, pages), st.tuples(hashes, pages))
def test_keys_of_different_things_differ(one: tuple[str, int], other: tuple[str, int]) -> None:
    mine, theirs = all_keys(*one), all_keys(*other)
    assert len(set(mine)) == len(mine)
    if one[0] != other[0]:
        assert not set(mine) & set(theirs)
    elif one[1] != other[1]:
        assert set(mine) & set(theirs) == {keys.original(one[0])}


@given(hashes, st.lists(pages, unique=True, min_size=2, max_size=5))
def test_pages_of_a_file_are_in_order(sha256: str, numbers: list[int]) -> None:
    assert sorted(keys.words(sha256, number) for number in numbers) == [
        keys.words(sha256, number) for number in sorted(numbers)
    ]


def test_every_kind_of_key_can_be_kept_and_listed(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    made = all_keys("ab" * 32, 7)
    for key in made:
        store.put(key, io.BytesIO(b"x"), media_type="application/json")
    assert sorted([*store.keys(keys.ORIGINALS), *store.keys(keys.DERIVED)]) == sorted(made)
