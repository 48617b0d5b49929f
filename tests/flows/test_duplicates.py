"""Who files what is in already learns no more of it than they may read."""

from pathlib import Path

import pytest

from tests.flows.house import House, digital, open_house

pytestmark = pytest.mark.slow


def documents(house: House, person: str, *words: str) -> list[dict[str, object]]:
    """The documents of the one file of the inbox, as the report of this person's ingest gives them."""
    report = house.run(*house.ingest_words("--direct", "--as", person, *words)).report
    (file,) = report["files"]
    assert (file["status"], file["path"]) == ("duplicate", str(house.inbox / "a.pdf"))
    told: list[dict[str, object]] = file["documents"]
    return told


def test_a_duplicate_is_described_to_those_only_who_may_read_it(tmp_path: Path) -> None:
    house = open_house(tmp_path)
    house.put("a.pdf", digital(7))
    (filed,) = house.run(*house.ingest_words("--direct", "--as", "bi-thu")).report["files"]
    (new,) = filed["documents"]  # who files a paper is told how it was read
    assert new["number"] == "07-NQ/ĐU"

    assert documents(house, "bi-thu") == []
    assert documents(house, "chanh-van-phong") == []
    assert documents(house, "van-thu") == [new]

    assert house.run("publish", new["id"], "--grant", "person:bi-thu").code == 0
    assert documents(house, "bi-thu") == [{**new, "status": "published"}]
    assert documents(house, "chanh-van-phong") == []
