"""Who may publish a document sets its fields; it is found by them at once, and a machine does not take them back."""

import pytest

from pipeline.model import FieldName
from tests.api.house import House, Paper


def test_a_corrected_document_is_found_by_its_new_number_by_the_same_readers(house: House) -> None:
    (document,) = house.file(Paper("đất đai", number="51-NQ/ĐU", grants=("unit:chi-bo-1",)))
    clerk, path = house.client("van-thu"), f"/documents/{document}"

    asked = {"number": "57-NQ/DU", "type": "Quyết định", "issuer": "Bộ Nội vụ", "signer": ""}
    answer = clerk.post(f"{path}/fields", json=asked)

    assert answer.status_code == 200
    told = answer.json()
    kept = {"number": "57-NQ/DU", "type": "quyet_dinh", "issuer": "BỘ NỘI VỤ", "signer": ""}
    for name, value in kept.items():
        field = told["fields"][name]
        assert (field["value"], field["confidence"], field["source"]) == (value, 1.0, "person")
    assert told["grants"] == ["unit:chi-bo-1"]
    read = {name: (made["actor"], made["read"]) for name, made in told["corrections"].items()}
    assert read == {
        "number": ("van-thu", "51-NQ/ĐU"),
        "type": ("van-thu", "nghi_quyet"),
        "issuer": ("van-thu", "dang-uy"),
        "signer": ("van-thu", None),
    }
    for person, found in (("mot", [document]), ("hai", [])):
        hits = house.client(person).get("/search", params={"number": "57-NQ/ĐU"}).json()["hits"]
        assert [hit["id"] for hit in hits] == found
    assert house.client("mot").get("/search", params={"number": "51-NQ/ĐU"}).json()["total"] == 0
    seen = house.client("mot").get(path).json()
    assert (seen["fields"]["number"]["value"], "corrections" in seen) == ("57-NQ/DU", False)
    acts = {(who, what, outcome) for who, what, on, outcome in house.audited() if on == document}
    assert {("van-thu", f"correct-{name}", "allowed") for name in kept} <= acts


@pytest.mark.parametrize(
    "body",
    [{}, {"number": None}, {"number": "x"}, {"date": "22/12/2024"}, {"validity": "con_hieu_luc"}, {"type": ""}],
)
def test_what_does_not_do_changes_nothing(house: House, body: dict[str, object]) -> None:
    (document,) = house.file(Paper("đất đai"))
    before = house.of.catalogue.documents.document(document)
    sent = {"subject": "khác"} | body if body.get("number") else body
    response = house.client("van-thu").post(f"/documents/{document}/fields", json=sent)
    assert (response.status_code, bool(response.json()["error"]["message"])) == (422, True)
    assert house.of.catalogue.documents.document(document) == before


def test_only_who_may_publish_corrects(house: House) -> None:
    (document,) = house.file(Paper("đất đai", grants=("unit:chi-bo-1",)))
    for person, expected in (("mot", 403), ("hai", 404), ("ky-thuat", 404)):
        asked = house.client(person).post(f"/documents/{document}/fields", json={"number": "57-NQ/ĐU"})
        assert asked.status_code == expected
        assert (person, "correct", document, "refused") in house.audited()
    assert house.of.catalogue.documents.document(document).value(FieldName.NUMBER) == "05-NQ/ĐU"
