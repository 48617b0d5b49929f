"""`make demo`: takes the samples in, shows what was read beside the truth, publishes, and asks as two readers.

Everything goes through the command line `vankho`, into a data folder of its own under `var/demo`, made anew each time.
"""

import json
import os
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
HOME = ROOT.parent / "var" / "demo"
QUERY = "nghi quyet chuyen doi so"
SHOWN = ("number", "date", "type")


def main() -> int:
    """Run the demo; 1 if a number or date is wrong in silence, or a marked file was kept."""
    shutil.rmtree(HOME, ignore_errors=True)
    vankho("org", "import", str(ROOT / "organisation.yaml"))
    report = json.loads(
        vankho("ingest", str(ROOT / "documents"), "--unit", "dang-uy", "--as", "van-thu", "--json", accepted=(0, 1))
    )
    truth = {nfc(entry["path"]): entry for entry in json.loads((ROOT / "truth.json").read_text("utf-8"))["documents"]}
    faults = _compare(report["files"], truth)
    _publish(report["files"], truth)
    for person in ("dang-vien-01", "dang-vien-02"):
        print(f"\n$ vankho search {QUERY!r} --as {person}")
        print(vankho("search", QUERY, "--as", person, "--size", "5"))
    print(f"Dữ liệu ở {HOME}. Sai trong im lặng: {len(faults)}.")
    return 1 if faults else 0


def vankho(*words: str, accepted: Sequence[int] = (0,)) -> str:
    """Run a command on the demo's data folder; its standard output."""
    program = Path(sys.executable).with_name("vankho")
    done = subprocess.run(
        [program, *words],
        env=os.environ | {"VANKHO_HOME": str(HOME)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode not in accepted:
        sys.exit(f"vankho {' '.join(words)}: mã thoát {done.returncode}")
    return done.stdout


def nfc(text: str) -> str:
    """A path as the truth writes it, whatever form the file system has."""
    return unicodedata.normalize("NFC", text)


def _truth_of(file: Mapping[str, Any], truth: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = truth[nfc(Path(file["path"]).relative_to(ROOT / "documents").as_posix())]
    return found


def _compare(files: Sequence[Mapping[str, Any]], truth: Mapping[str, Any]) -> list[str]:
    """Print each value read beside the true one; what is wrong without being marked doubtful."""
    faults = []
    for file in files:
        if "path" not in file:
            print(f"tệp thứ {file['ordinal']:>2}: {file['status']}")
            continue
        entry = _truth_of(file, truth)
        if entry["outcome"] != "stored":
            faults.append(file["path"])
        print(f"{file['status']:<10} {entry['path']}")
        for document in file["documents"]:
            for name in SHOWN:
                read, true = document[name], entry["fields"].get(name)
                is_doubtful = name in document["doubtful"]
                verdict = "đúng" if read == true else "SAI"
                print(f"    {name:<7} {read!s:<16} {true!s:<16} {verdict}{' (cần xem lại)' if is_doubtful else ''}")
                if read != true and not is_doubtful:
                    faults.append(f"{entry['path']}: {name}")
    return faults


def _publish(files: Sequence[Mapping[str, Any]], truth: Mapping[str, Any]) -> None:
    """Publish each document to those whom the truth names; those without a grant stay unpublished."""
    for file in files:
        if "path" not in file:
            continue
        grants = [word for grant in _truth_of(file, truth)["grants"] for word in ("--grant", grant)]
        for document in file["documents"] if grants else []:
            vankho("publish", document["id"], "--as", "van-thu", *grants)


if __name__ == "__main__":
    sys.exit(main())
