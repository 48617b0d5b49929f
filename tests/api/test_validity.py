"""Validity over HTTP: proposed by what ends a paper, decided by a person; what ends it is told to its readers alone."""

from pipeline.model import FieldName
from tests.api.house import House, Paper


def ended_and_ending(house: House) -> tuple[str, str]:
    """A regulation for everybody, and the one that replaces it, which only the committee may read."""
    (old,) = house.file(
        Paper("cũ", number="07-QĐ/ĐU", type="quy_dinh", date="2021-04-15", grants=("everyone",), cites=())
    )
    (new,) = house.file(
        Paper(
            "mới",
            number="15-QĐ/ĐU",
            type="quy_dinh",
            date="2025-03-14",
            grants=("role:cap_uy@dang-uy",),
            cites=(("replaces", "7-QĐ/ĐU"),),
        )
    )
    return old, new


def test_a_proposal_is_for_who_may_decide_and_may_read_what_proposes(house: House) -> None:
    old, new = ended_and_ending(house)
    (proposal,) = house.client("van-thu").get(f"/documents/{old}/validity").json()["proposals"]
    listed = house.client("bi-thu").get("/validity/proposals", params={"unit": "dang-uy"}).json()["proposals"]

    assert (proposal["validity"], proposal["since"], proposal["relation"]) == ("het_hieu_luc", "2025-03-14", "replaces")
    assert proposal["ground"]["id"] == new
    assert [entry["document"]["id"] for entry in listed] == [old]
    undecided = {"validity": "chua_xac_dinh", "history": [], "proposals": []}
    assert house.client("mot").get(f"/documents/{old}/validity").json() == undecided
    assert FieldName.VALIDITY not in house.client("van-thu").get(f"/documents/{old}").json()["fields"]


def test_a_confirmed_validity_is_told_to_all_and_what_it_rests_on_to_its_readers(house: House) -> None:
    old, new = ended_and_ending(house)
    asked = {"validity": "het_hieu_luc", "since": "2025-03-14", "ground": new, "relation": "replaces"}

    answer = house.client("van-thu").post(f"/documents/{old}/validity", json=asked)

    assert answer.status_code == 200
    assert answer.json()["proposals"] == []
    for person, ground, actor in (("van-thu", new, "van-thu"), ("bi-thu", new, "van-thu"), ("mot", None, None)):
        told = house.client(person).get(f"/documents/{old}/validity").json()
        (decided,) = told["history"]
        assert (told["validity"], decided["since"], decided["actor"]) == ("het_hieu_luc", "2025-03-14", actor)
        assert (decided["ground"] or {"id": None})["id"] == ground
        assert decided["relation"] == (None if ground is None else "replaces")
        assert house.client(person).get(f"/documents/{old}").json()["fields"]["validity"]["value"] == "het_hieu_luc"
        found = house.client(person).get("/search", params={"validity": "het_hieu_luc"}).json()
        assert [(hit["id"], hit["validity"]) for hit in found["hits"]] == [(old, "het_hieu_luc")]
        assert found["facets"]["validity"] == [{"key": "het_hieu_luc", "count": 1}]
    assert ("van-thu", "confirm-validity", old, "allowed") in house.audited()


def test_decisions_of_before_stay_and_a_refused_proposal_does_not_come_back(house: House) -> None:
    old, new = ended_and_ending(house)
    clerk = house.client("van-thu")
    refusal = {"ground": new, "relation": "replaces"}

    assert clerk.post(f"/documents/{old}/validity/refusals", json=refusal).json()["proposals"] == []
    clerk.post(f"/documents/{old}/validity", json={"validity": "ngung_hieu_luc"})
    told = clerk.post(f"/documents/{old}/validity", json={"validity": "con_hieu_luc"}).json()

    assert told["validity"] == "con_hieu_luc"
    assert [entry["validity"] for entry in told["history"]] == [None, "ngung_hieu_luc", "con_hieu_luc"]
    seen = house.client("mot").get(f"/documents/{old}/validity").json()["history"]
    assert [entry["validity"] for entry in seen] == ["ngung_hieu_luc", "con_hieu_luc"]


def test_who_may_not_decide_does_not(house: House) -> None:
    old, new = ended_and_ending(house)
    asked = {"validity": "het_hieu_luc"}

    assert house.client("mot").post(f"/documents/{old}/validity", json=asked).status_code == 403
    assert house.client("mot").post(f"/documents/{new}/validity", json=asked).status_code == 404
    missing = {**asked, "ground": "0" * 36}
    assert house.client("van-thu").post(f"/documents/{old}/validity", json=missing).status_code == 404
    assert house.client("van-thu").get(f"/documents/{old}/validity").json()["history"] == []


def test_what_only_mentions_a_paper_proposes_nothing(house: House) -> None:
    (old,) = house.file(Paper("cũ", number="07-QĐ/ĐU", type="quy_dinh", grants=("everyone",), cites=()))
    (new,) = house.file(Paper("mới", number="15-QĐ/ĐU", type="quy_dinh", cites=(("mentions", "07-QĐ/ĐU"),)))

    assert house.client("van-thu").get(f"/documents/{old}/validity").json()["proposals"] == []
    assert house.client("van-thu").get(f"/documents/{old}/relations").json()["cited_by"][0]["document"]["id"] == new
