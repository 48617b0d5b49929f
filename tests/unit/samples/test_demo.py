"""The demo's verdict: it fails on everything the README says cannot happen."""

import pytest

from samples.demo import ROOT, Value, lost, misread, read_truth


def value(**changes: object) -> Value:
    right = {
        "path": "a.pdf",
        "name": "number",
        "read": "57-NQ/TU",
        "true": "57-NQ/TU",
        "is_doubtful": False,
        "is_handwritten": False,
    }
    return Value(**(right | changes))  # type: ignore[arg-type]


def test_right_values_are_no_fault() -> None:
    assert not misread([value(), value(name="date", read="2024-12-22", true="2024-12-22", is_doubtful=True)])


@pytest.mark.parametrize("name", ["number", "date", "type"])
def test_a_value_that_is_wrong_in_silence_is_a_fault(name: str) -> None:
    assert misread([value(name=name, read="51-NQ/TU", is_handwritten=True)])


def test_one_printed_number_may_be_wrong_where_it_is_doubtful_and_two_may_not() -> None:
    miss = value(read=None, is_doubtful=True)

    assert not misread([miss])
    assert len(misread([miss, value(path="b.pdf", read="51-NQ/TU", is_doubtful=True)])) == 2


def test_handwritten_numbers_may_be_wrong_where_they_are_doubtful() -> None:
    assert not misread([value(path=str(n), read=None, is_doubtful=True, is_handwritten=True) for n in range(5)])


def test_a_file_that_is_missing_failed_or_not_kept_out_is_a_fault() -> None:
    truth = read_truth()
    files = [
        {"status": entry["outcome"], "ordinal": n}
        | ({"path": str(ROOT / "documents" / path)} if entry["outcome"] == "stored" else {})
        for n, (path, entry) in enumerate(truth.items())
    ]

    assert not lost(files, truth)
    for n, file in enumerate(files):
        assert lost(files[:n] + files[n + 1 :], truth)
        assert lost([*files[:n], file | {"status": "failed"}, *files[n + 1 :]], truth)
