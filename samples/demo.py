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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
VAR = ROOT.parent / "var"
QUERY = "nghi quyet chuyen doi so"
READERS = ("dang-vien-01", "dang-vien-02")
SHOWN = ("number", "date", "type")
BLANKS = ("number", "date")
"""What is written by hand into printed blanks on many papers."""
PRINTED_MISSES = 1
"""How many printed numbers and dates may be read wrongly, when marked as doubtful."""

Truth = Mapping[str, Mapping[str, Any]]
File = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """One field of one document as it was read, beside the truth."""

    path: str
    name: str
    read: str | None
    true: str | None
    is_doubtful: bool
    is_handwritten: bool

    @property
    def is_right(self) -> bool:
        return self.read == self.true

    def line(self) -> str:
        verdict = "đúng" if self.is_right else "SAI"
        notes = [
            note for note, holds in (("viết tay", self.is_handwritten), ("cần xem lại", self.is_doubtful)) if holds
        ]
        return f"    {self.name:<7} {self.read!s:<16} {self.true!s:<16} {verdict} {', '.join(notes)}".rstrip()


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the demo runs: a data folder, made anew, and the settings beside it."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def vankho(self, *words: str, accepted: Sequence[int] = (0,)) -> str:
        """Run a command there; its standard output."""
        program = Path(sys.executable).with_name("vankho")
        done = subprocess.run(
            [program, *words],
            env={**os.environ, "VANKHO_HOME": str(self.home), **self.settings},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode not in accepted:
            sys.exit(f"vankho {' '.join(words)}: mã thoát {done.returncode}")
        return done.stdout


def main() -> int:
    """Run the demo in one data folder; 1 if it shows anything other than what is expected."""
    here = Installation(VAR / "demo")
    shutil.rmtree(here.home, ignore_errors=True)
    return tell(here, run(here))


def tell(here: Installation, faults: Sequence[str]) -> int:
    """Say what was not as expected; the exit code."""
    print(f"\nDữ liệu ở {here.home}. Không như mong đợi: {len(faults)}.")
    print("\n".join(f"  {fault}" for fault in faults))
    return 1 if faults else 0


def run(here: Installation) -> Sequence[str]:
    """Run the demo there; what it shows other than what the samples' truth and the README say."""
    truth = read_truth()
    here.vankho("org", "import", str(ROOT / "organisation.yaml"))
    files = ingest(here)
    values = [value for file in files for value in show(file, truth)]
    publish(here, files, truth)
    return [*lost(files, truth), *misread(values), *leaked(here, files, truth)]


def read_truth() -> Truth:
    """What each sample says and who may read it, by its path."""
    documents = json.loads((ROOT / "truth.json").read_text("utf-8"))["documents"]
    return {nfc(entry["path"]): entry for entry in documents}


def ingest(here: Installation) -> Sequence[File]:
    """Take all samples in; the report's files. One of them is kept out, so the command ends with 1."""
    words = ("ingest", str(ROOT / "documents"), "--unit", "dang-uy", "--as", "van-thu", "--json")
    report = here.vankho(*words, accepted=(0, 1))
    if not report:
        sys.exit(1)  # the command has said why
    files: Sequence[File] = json.loads(report)["files"]
    return files


def nfc(text: str) -> str:
    """A path as the truth writes it, whatever form the file system has."""
    return unicodedata.normalize("NFC", text)


def path_of(file: File) -> str | None:
    """A file's path in the truth; None for one that was kept out, of which the report keeps no name."""
    return nfc(Path(file["path"]).relative_to(ROOT / "documents").as_posix()) if "path" in file else None


def show(file: File, truth: Truth) -> Sequence[Value]:
    """Print what was read of a file beside the truth; the values."""
    path = path_of(file)
    if path is None:
        print(f"{file['status']:<11} (tệp thứ {file['ordinal']}, không giữ tên)")
        return ()
    print(f"{file['status']:<11} {path}")
    values = [_value(document, name, truth[path]) for document in file["documents"] for name in SHOWN]
    print("\n".join(value.line() for value in values))
    return values


def _value(document: Mapping[str, Any], name: str, entry: Mapping[str, Any]) -> Value:
    return Value(
        path=entry["path"],
        name=name,
        read=document[name],
        true=entry["fields"].get(name),
        is_doubtful=name in document["doubtful"],
        is_handwritten=name in entry["handwritten"],
    )


def publish(here: Installation, files: Sequence[File], truth: Truth) -> None:
    """Publish each document to those whom the truth names; those without a grant stay unpublished."""
    for file in files:
        path = path_of(file)
        grants = [word for grant in truth[path]["grants"] for word in ("--grant", grant)] if path else []
        for document in file["documents"] if grants else ():
            here.vankho("publish", document["id"], "--as", "van-thu", *grants)


def lost(files: Sequence[File], truth: Truth) -> Sequence[str]:
    """Files that did not end as they should."""
    ended = {path_of(file): file["status"] for file in files}
    kept = {path: entry["outcome"] for path, entry in truth.items() if entry["outcome"] != "quarantined"}
    wrong = [
        f"{path}: {ended.get(path)} thay vì {outcome}" for path, outcome in kept.items() if ended.get(path) != outcome
    ]
    quarantined = sum(file["status"] == "quarantined" for file in files)
    if quarantined != len(truth) - len(kept):
        wrong.append(f"{quarantined} tệp bị giữ lại vì dấu mật thay vì {len(truth) - len(kept)}")
    return wrong


def misread(values: Sequence[Value]) -> Sequence[str]:
    """What is wrong without being marked doubtful, and printed numbers and dates beyond the misses allowed."""
    wrong = [value for value in values if not value.is_right]
    silent = [value for value in wrong if not value.is_doubtful]
    printed = [value for value in wrong if value.name in BLANKS and not value.is_handwritten]
    too_many = printed if len(printed) > PRINTED_MISSES else []
    return [f"{value.path}: {value.name} {value.read} thay vì {value.true}" for value in {*silent, *too_many}]


def leaked(here: Installation, files: Sequence[File], truth: Truth) -> Sequence[str]:
    """Ask one question as two readers and print the answers; documents found that the reader may not read."""
    paths = {document["id"]: path for file in files if (path := path_of(file)) for document in file["documents"]}
    found = []
    for person in READERS:
        words = ("search", QUERY, "--as", person, "--size", "50")
        print(f"\n$ vankho {' '.join(words[:1])} {QUERY!r} --as {person}")
        print(here.vankho(*words), end="")
        hits = [paths[hit["id"]] for hit in json.loads(here.vankho(*words, "--json"))["hits"]]
        found += [f"{person} thấy {path}" for path in hits if person not in truth[path]["readers"]]
    return found


if __name__ == "__main__":
    sys.exit(main())
