"""What is taken back is gone with the next request, though the index hears of it a moment later."""

from dataclasses import replace
from pathlib import Path

from pipeline.clock import today
from pipeline.query import SearchRequest
from pipeline.settings import Settings
from tests.api.conftest import NewIndex
from tests.api.house import ORGANISATION, Paper, open_house, running
from tests.api.test_outbox import until


def test_what_was_taken_back_is_seen_by_no_further_request_and_soon_not_by_the_index(
    new_index: NewIndex, tmp_path: Path
) -> None:
    of = Settings(home=tmp_path / "home", index=new_index())
    with running(open_house(of.home, of)) as house:
        for number in range(8):
            house.lay_in(Paper("đất đai", type=("nghi_quyet", "chi_thi")[number % 2], grants=("everyone",)))
        house.of.outbox.after_change()
        client, facts = house.client("mot"), house.of.catalogue
        taken, kept = [*house.papers][:3], [*house.papers][3:]
        before = client.get("/search", params={"q": "dat dai", "size": 2}).json()

        facts.documents.withdraw(taken)  # as another process does it, which tells nobody

        after = client.get("/search", params={"q": "dat dai", "size": 2}).json()
        assert (before["total"], after["total"]) == (8, 5)
        assert sum(count["count"] for count in after["facets"]["type"]) == 5
        assert {client.get(f"/documents/{document}").status_code for document in taken} == {404}
        assert {client.get(f"/documents/{document}").status_code for document in kept} == {200}
        reader = facts.organisation.reader("mot", today=today())
        assert until(lambda: house.of.index.search(SearchRequest(), reader=reader, offset=0, limit=0).total == 5)
        assert client.get("/search", params={"q": "dat dai", "size": 2}).json() == after


def test_who_has_lost_their_role_sees_nothing_with_the_next_request(new_index: NewIndex, tmp_path: Path) -> None:
    of = Settings(home=tmp_path / "home", index=new_index())
    with running(open_house(of.home, of)) as house:
        (document,) = house.file(Paper("đất đai", grants=("unit:chi-bo-1",)))
        client, facts = house.client("mot"), house.of.catalogue
        assert client.get("/search").json()["total"] == 1
        people = [replace(each, memberships=()) if each.id == "mot" else each for each in ORGANISATION.people]

        facts.organisation.replace(replace(ORGANISATION, people=tuple(people)))

        assert client.get("/search").json()["total"] == 0
        assert client.get(f"/documents/{document}").status_code == 404
