"""Uploads and what becomes of them: taken once, told to whom they concern, and nothing left of what was refused."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi.testclient import TestClient

from pipeline.catalogue.accounts import CredentialKind
from pipeline.model import DocumentStatus
from pipeline.ports import ObjectStore
from pipeline.settings import IntakeSettings, WebSettings
from search_api.auth import COOKIE
from tests.api.house import READERS, House, open_house
from tests.api.intake import form, laid_down, paper, worker_of
from tests.api.test_access import MISSING, Operation, answered, operations
from tests.full_store import FullStore

TEXT = ("ghi chép.txt", "không phải bản quét".encode())
TO_PARTY = {"unit": "dang-uy"}


def upload(client: TestClient, *files: tuple[str, bytes], key: str | None = None, **query: Any) -> httpx.Response:  # noqa: ANN401
    headers = {"Idempotency-Key": key} if key else {}
    sent = cast("Any", form(*files))
    response: httpx.Response = client.post("/batches", params={**TO_PARTY, **query}, headers=headers, **sent)
    return response


def test_what_was_sent_is_taken_in_and_each_file_told_of(house: House, tmp_path: Path) -> None:
    clerk = house.client("van-thu")
    marked = ("TUYỆT ĐỐI KÍN.pdf", paper(tmp_path, 3, mark="MẬT"))
    good = ("2025/Thông báo 1.pdf", paper(tmp_path, 1))
    asked = upload(clerk, good, TEXT, marked, ("bản sao.pdf", good[1]), publish_to=["under:dang-uy"])
    assert asked.status_code == 202
    job = asked.json()
    assert (job["status"], job["unit"], job["actor"], job["files"], job["batch"]) == (
        "waiting",
        "dang-uy",
        "van-thu",
        None,
        None,
    )
    assert list(laid_down(house).values()) == [good[1], TEXT[1], marked[1], good[1]]
    assert {path.stat().st_mode & 0o077 for path in (house.of.settings.home / "spool").iterdir()} == {0}

    with worker_of(house) as worker:
        assert worker.work_once()

    job = clerk.get(f"/jobs/{job['id']}").json()
    assert (job["status"], job["files"], job["files_done"], job["may_ask_again"]) == ("done", 4, 4, False)
    report = clerk.get(f"/batches/{job['batch']}")
    told = [(file["ordinal"], file["name"], file["status"]) for file in report.json()["outcomes"]]
    assert told == [
        (1, "Thông báo 1.pdf", "stored"),
        (2, "ghi chép.txt", "refused"),
        (3, None, "quarantined"),
        (4, "bản sao.pdf", "duplicate"),
    ]
    assert "TUYỆT ĐỐI" not in report.text
    assert report.json()["counts"] == {"stored": 1, "refused": 1, "quarantined": 1, "duplicate": 1}
    assert all(file["reason"] for file in report.json()["outcomes"][1:])
    (document,) = report.json()["outcomes"][0]["documents"]
    assert clerk.get(f"/documents/{document}").json()["status"] == DocumentStatus.PUBLISHED
    assert laid_down(house) == {}
    assert [(who, what, on) for who, what, on, _ in house.audited()] == [
        ("van-thu", "upload", job["id"]),
        ("van-thu", "view-batch", job["batch"]),
        ("van-thu", "view", document),
    ]


def test_names_of_what_did_not_come_in_go_with_the_report(house: House, tmp_path: Path) -> None:
    clerk = house.client("van-thu")
    job = upload(clerk, ("một.pdf", paper(tmp_path, 1)), TEXT, ("đợt.zip", packed(paper(tmp_path, 2)))).json()["id"]
    with worker_of(house) as worker:
        worker.work_once()
    batch = clerk.get(f"/jobs/{job}").json()["batch"]

    def names() -> list[tuple[str | None, str]]:
        outcomes = clerk.get(f"/batches/{batch}").json()["outcomes"]
        return [(file["name"], file["status"]) for file in outcomes]

    told = [("một.pdf", "stored"), ("ghi chép.txt", "refused"), ("đợt.zip/2025/hai.pdf", "stored")]
    assert names() == [*told, ("đợt.zip/ba.txt", "refused")]

    house.of.desk.spool.sweep(but=(), seconds=-1, is_job=house.of.catalogue.jobs.exists)

    assert names() == [("một.pdf", "stored"), (None, "refused"), ("hai.pdf", "stored"), (None, "refused")]


def packed(pdf: bytes) -> bytes:
    """An archive with a paper in a folder, and something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("2025/hai.pdf", pdf)
        archive.writestr("ba.txt", b"...")
    return out.getvalue()


@pytest.mark.parametrize("person", READERS)
def test_only_who_may_file_for_a_unit_may_send(house: House, person: str) -> None:
    client = house.client(person)
    may = {"van-thu", "bi-thu"}
    other, none = (upload(client, TEXT, unit=unit) for unit in ("chi-bo-1", "khong-co"))
    assert other.status_code == 403
    assert answered(other) == answered(none)
    assert laid_down(house) == {}
    assert house.audited() == [(person, "upload", None, "refused")] * 2
    assert upload(client, TEXT).status_code == (202 if person in may else 403)
    assert bool(laid_down(house)) == (person in may)


def test_another_sites_page_cannot_send(house: House) -> None:
    client = house.client()
    client.cookies.set(COOKIE, house.credential("van-thu", CredentialKind.SESSION))
    sent = {"params": TO_PARTY, **form(TEXT)}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post("/batches", headers=headers, **cast("Any", sent)).status_code == 403
    assert laid_down(house) == {}
    own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    assert client.post("/batches", headers=own, **cast("Any", {"params": TO_PARTY, **form(TEXT)})).status_code == 202


def test_the_same_sent_twice_with_a_key_is_one_job(house: House) -> None:
    clerk, secretary = house.client("van-thu"), house.client("bi-thu")
    first = upload(clerk, TEXT, key="lan-gui-1")
    again = upload(clerk, TEXT, key="lan-gui-1")
    assert (again.status_code, again.json()) == (202, first.json())
    assert len(laid_down(house)) == 1
    key = {"key": "lan-gui-1"}
    assert clerk.get("/jobs", params=key).json() == [first.json()]
    assert clerk.get("/jobs", params={"key": "lan-gui-2"}).json() == []

    for other in (("khác.txt", TEXT[1]), (TEXT[0], b"?")):
        refused = upload(clerk, other, key=key["key"])
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")
    assert upload(clerk, TEXT, key=key["key"], publish_to=["everyone"]).status_code == 422
    assert len(laid_down(house)) == 1

    assert secretary.get("/jobs", params=key).json() == []
    assert upload(secretary, TEXT, key=key["key"]).json()["id"] != first.json()["id"]
    assert upload(clerk, TEXT).json()["id"] != first.json()["id"]
    for unfit in ("", "hai từ", "a b", "x" * 201):
        assert clerk.get("/jobs", params={"key": unfit}).status_code == 422


def test_what_could_not_be_taken_in_for_no_fault_of_its_own_can_be_asked_for_again(
    house: House, tmp_path: Path
) -> None:
    clerk, files = house.client("van-thu"), [("một.pdf", paper(tmp_path, 1)), ("hai.pdf", paper(tmp_path, 2))]
    job = upload(clerk, *files).json()["id"]
    refused = clerk.post(f"/jobs/{job}/again")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")
    with worker_of(house) as worker:
        store = cast("ObjectStore", FullStore(worker.rooms.store, sha256(files[1][1]).hexdigest()))
        assert replace(worker, rooms=replace(worker.rooms, store=store)).work_once()
        told = clerk.get(f"/jobs/{job}").json()
        assert (told["status"], told["may_ask_again"]) == ("done", True)
        assert house.client("mot").post(f"/jobs/{job}/again").status_code == 404

        assert clerk.post(f"/jobs/{job}/again").json()["status"] == "waiting"
        assert worker.work_once()

    done = clerk.get(f"/jobs/{job}").json()
    assert (done["status"], done["may_ask_again"]) == ("done", False)
    first, second = (
        [(file["name"], file["status"]) for file in clerk.get(f"/batches/{batch}").json()["outcomes"]]
        for batch in (told["batch"], done["batch"])
    )
    assert (first, second) == ([("một.pdf", "stored"), ("hai.pdf", "failed")], [("hai.pdf", "stored")])
    assert ("van-thu", "ask-again", job, "allowed") in house.audited()
    assert ("mot", "ask-again", job, "refused") in house.audited()


@pytest.fixture(scope="module")
def full_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Jobs and batches of several people and units; the walk changes none of them."""
    home: Path = tmp_path_factory.mktemp("batches")
    made = open_house(home / "home")
    with TestClient(made.app):
        spool = made.of.desk.spool.name
        for actor, unit in (("van-thu", "dang-uy"), ("bi-thu", "dang-uy"), ("nightly", "dang-uy"), ("mot", "chi-bo-1")):
            job = made.of.desk.new()
            made.of.catalogue.jobs.add(job, unit=unit, actor=actor, spool=spool)
            made.of.catalogue.batches.begin(unit=unit, actor=actor, files=1, job=job)
        yield made


def seen_by(person: str, unit: str, actor: str) -> bool:
    """Who is told of what, as a person would say it: the clerk of all, the secretary of their own."""
    return unit == "dang-uy" and (person == "van-thu" or person == actor == "bi-thu")


@pytest.mark.parametrize("person", READERS)
def test_hidden_jobs_and_batches_are_as_if_they_were_not_there(full_house: House, person: str) -> None:
    client = full_house.client(person)
    records = {job.id: job for job in full_house.of.catalogue.jobs.open()}
    batches = {batch.id: batch for batch in full_house.of.catalogue.batches.latest(9)}
    of_them = [op for op in operations(full_house) if "{job_id}" in op.path or "{batch_id}" in op.path]
    assert {op.path for op in of_them} == {"/jobs/{job_id}", "/jobs/{job_id}/again", "/batches/{batch_id}"}

    for operation in of_them:
        there = records if "{job_id}" in operation.path else batches
        missing = operation.call(client)
        assert missing.status_code == 404
        for name, record in there.items():
            told = Operation(operation.method, operation.path.format(job_id=name, batch_id=name)).call(client)
            if seen_by(person, record.unit, record.actor):
                assert told.status_code == (422 if operation.method == "post" else 200), operation
            else:
                assert answered(told) == answered(missing), operation
        assert answered(Operation(operation.method, operation.path.format(job_id="x", batch_id="x")).call(client)) == (
            answered(missing)
        )
    for path, all_there in (("/jobs", records), ("/batches", batches)):
        told_ids = {entry["id"] for entry in client.get(path).json()}
        assert told_ids == {name for name, one in all_there.items() if seen_by(person, one.unit, one.actor)}


def test_a_list_is_told_page_by_page_and_by_unit(full_house: House) -> None:
    clerk = full_house.client("van-thu")
    whole = [batch["id"] for batch in clerk.get("/batches").json()]
    paged = [batch["id"] for page in (1, 2, 3, 4) for batch in clerk.get(f"/batches?size=1&page={page}").json()]
    assert (paged, len(whole)) == (whole, 3)
    assert [batch["id"] for batch in clerk.get("/batches?unit=dang-uy").json()] == whole
    assert clerk.get("/batches?unit=chi-bo-1").json() == clerk.get("/batches?unit=none").json() == []
    assert [job["id"] for job in clerk.get("/jobs?size=1").json()] == [clerk.get("/jobs").json()[0]["id"]]
    started = [datetime.fromisoformat(batch["started_at"]) for batch in clerk.get("/batches").json()]
    assert started == sorted(started, reverse=True)
    assert started[0] <= datetime.now(UTC)


BROKEN = {
    "no form": {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    "no boundary": {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}},
    "cut off": {
        "content": b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\nabc',
        "headers": {"Content-Type": "multipart/form-data; boundary=x"},
    },
    "no parts": {"content": b"--x--\r\n", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    "another field": {"files": [("files", TEXT), ("tep", TEXT)]},
    "a value": {"files": [("files", TEXT)], "data": {"files": "abc"}},
    "nothing chosen": {"files": [("files", ("", b""))]},
    "nothing": {},
}


@pytest.mark.parametrize("sent", BROKEN)
def test_of_what_is_no_upload_nothing_is_kept(house: House, sent: str) -> None:
    refused = house.client("van-thu").post("/batches", params=TO_PARTY, **cast("Any", BROKEN[sent]))
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "invalid_request")
    assert list((house.of.settings.home / "spool").glob("*")) == []
    assert house.of.catalogue.jobs.open() == ()


def limited(home: Path, **limits: int) -> House:
    """A house that takes little."""
    made = open_house(home)
    settings = made.of.settings.model_copy(
        update={
            "web": WebSettings(upload_files=limits.get("files", 9), upload_bytes=limits.get("bytes", 10**6)),
            "intake": IntakeSettings(max_file_bytes=limits.get("file_bytes", 10**6), workers=1),
        }
    )
    made.of.close()
    return open_house(home, settings)


def test_an_upload_has_its_limits(tmp_path: Path) -> None:
    house = limited(tmp_path / "home", files=2, bytes=100_000)
    with TestClient(house.app):
        clerk = house.client("van-thu")
        many = upload(clerk, TEXT, TEXT, TEXT)
        assert many.status_code == 422
        assert "nhiều nhất 2 tệp" in many.json()["error"]["message"]
        large = upload(clerk, ("lớn.pdf", bytes(100_000)))
        assert (large.status_code, large.json()["error"]["code"]) == (413, "too_large")

        def undeclared() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
            yield from (bytes(10_000) for _ in range(10))

        streamed = clerk.post(
            "/batches",
            params=TO_PARTY,
            content=undeclared(),
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )
        assert streamed.status_code == 413
        assert list((tmp_path / "home" / "spool").glob("*")) == []
        assert upload(clerk, TEXT, ("hai.txt", bytes(90_000))).status_code == 202


def test_a_file_that_is_too_large_is_refused_and_the_others_are_not(tmp_path: Path) -> None:
    house = limited(tmp_path / "home", file_bytes=50_000)
    with TestClient(house.app):
        clerk = house.client("van-thu")
        job = upload(clerk, ("lớn.pdf", bytes(400_000)), ("một.pdf", paper(tmp_path, 1))).json()["id"]
        assert len(laid_down(house)[f"{job}/files/000001/lớn.pdf"]) == 50_001
        with worker_of(house) as worker:
            assert worker.work_once()
        outcomes = clerk.get(f"/batches/{clerk.get(f'/jobs/{job}').json()['batch']}").json()["outcomes"]
        assert [(file["name"], file["status"]) for file in outcomes] == [("lớn.pdf", "refused"), ("một.pdf", "stored")]
        assert "quá lớn" in outcomes[0]["reason"]


def test_a_full_disk_keeps_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("search_api.uploads.os.fsync", full)
    refused = upload(house.client("van-thu"), TEXT)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert list((house.of.settings.home / "spool").glob("*")) == []
    assert MISSING not in refused.text
