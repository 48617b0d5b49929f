"""Random organisations and archives, large enough that in one of them everything meets everything.

And the same installation as if some of its documents had never been in it.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random

from pipeline.access import Role
from pipeline.catalogue.accounts import CredentialKind
from pipeline.catalogue.batches import BatchItem
from pipeline.catalogue.validity import Decision
from pipeline.model import FileStatus, Membership, Organisation, Person, Unit
from pipeline.settings import IndexSettings, Settings
from pipeline.validity import Validity
from tests.api.house import House, Paper, house_of, open_house, running
from tests.api.operations import MISSING, NAMES
from tests.properties.plain_rules import may_see

UNITS = ("dang-uy", "chi-bo-1", "chi-bo-2", "to-1", "to-2")
PEOPLE = ("an", "binh", "chi", "dung", "giang", "hoa", "khanh", "lan", "minh")
WORDS = ("đất", "đai", "đảng", "dang", "viên", "chi", "bộ", "kỷ", "luật", "57-NQ/TW")
NUMBERS = tuple(f"{number:02}-NQ/ĐU" for number in range(1, 8))
TYPES = ("nghi_quyet", "chi_thi", "bao_cao")
DATES = ("2021-03-15", "2022-03", "2023", "2024-12-22")
RELATIONS = ("replaces", "repeals", "amends", "mentions", "based_on")
FILES = 11


@dataclass(frozen=True, slots=True)
class Archive:
    """An installation with what is in it, and everybody's session."""

    house: House
    organisation: Organisation
    sessions: dict[str, str] = field(default_factory=dict)

    def hidden_from(self, person: str) -> list[str]:
        """The documents that this person may not see, by the rule as it is told plainly."""
        who = next(each for each in self.organisation.people if each.id == person)
        return [
            document
            for document, paper in self.house.papers.items()
            if not may_see(who, paper, self.organisation, date.today())  # noqa: DTZ011 - all dates here are far off
        ]

    def note_changes(self, documents: Sequence[str]) -> None:
        """To whom these documents are published now."""
        for document, record in self.house.of.catalogue.documents.documents(documents).items():
            grants = tuple(grant.token for grant in record.grants)
            self.house.papers[document] = replace(self.house.papers[document], grants=grants)

    def there(self, documents: Sequence[str]) -> dict[str, list[str]]:
        """What stands for the names in addresses: these documents, all else that is there, and one that is not."""
        facts = self.house.of.catalogue
        return {
            "document_id": list(documents),
            "number": ["1"],
            "unit": [*UNITS, NAMES["unit"]],
            "person": [*PEOPLE[:3], NAMES["person"]],
            "batch_id": [*[batch.id for batch in facts.batches.latest(5)], MISSING],
            "job_id": [MISSING],
            "session_id": [MISSING],
            "code_id": [MISSING],
        }


@contextmanager
def random_archive(rnd: Random, settings: Settings) -> Iterator[Archive]:
    """A new installation with these settings, in which much has happened."""
    organisation = _organisation(rnd)
    with running(open_house(settings.home, settings, organisation)) as house:
        files = [_papers(rnd) for _ in range(FILES)]
        for place, papers in enumerate(files):
            house.lay_in(*papers, name=f"tệp {place}.tiff", actor=rnd.choice(PEOPLE))
            if place == FILES // 2:
                house.of.outbox.after_change()  # so that what comes later changes what the index knew
        _decide(rnd, house)
        _send_again(rnd, house)
        house.of.outbox.after_change()
        sessions = {person: house.credential(person, CredentialKind.SESSION) for person in PEOPLE}
        yield Archive(house, organisation, sessions)


@contextmanager
def without(
    whole: House,
    hidden: Sequence[str],
    home: Path,
    index: IndexSettings,
    run: Callable[[House], AbstractContextManager[House]] = running,
) -> Iterator[House]:
    """The same installation in this folder and with this index, as if these documents had never been."""
    of = whole.of
    home.mkdir()
    of.catalogue.database.copy_to(home / "catalogue.sqlite3")
    shutil.copytree(of.settings.home / "store", home / "store", copy_function=os.link)
    is_embedded = index.url is None
    for folder in ("keys", "spool", *(["index"] if is_embedded else [])):
        if (of.settings.home / folder).exists():
            shutil.copytree(of.settings.home / folder, home / folder)
    house = house_of(of.settings.model_copy(update={"home": home, "index": index}))
    with run(house) as less:
        less.forget(hidden)
        if not is_embedded:
            less.of.outbox.drainer.rebuild()
        assert less.of.index.count() == len(whole.papers) - len(hidden)
        yield less


def _organisation(rnd: Random) -> Organisation:
    """A tree of units in any shape, every role held by somebody somewhere, some of them over or not yet begun."""
    units = [Unit(UNITS[0], "Đảng ủy xã Mẫu", "dang_uy")]
    units += [
        Unit(unit, f"Đơn vị {unit}", "chi_bo", parent=rnd.choice((None, *UNITS[:place])))
        for place, unit in enumerate(UNITS[1:], start=1)
    ]
    people = []
    for person, role in zip(PEOPLE, (*Role, None), strict=True):
        first = [Membership(role, rnd.choice(UNITS))] if role else []
        more = [
            Membership(rnd.choice(list(Role)), rnd.choice(UNITS), *rnd.choice((_ALWAYS, _ALWAYS, _OVER, _NOT_YET)))
            for _ in range(rnd.choice((0, 0, 1, 2)))
        ]
        people.append(Person(person, person.title(), (*first, *more)))
    return Organisation(tuple(units), tuple(people))


_ALWAYS, _OVER, _NOT_YET = (None, None), (None, date(1999, 1, 2)), (date(2999, 1, 1), None)


def _papers(rnd: Random) -> list[Paper]:
    """What one scan was cut into: mostly one paper, sometimes a stack of which different people see different parts."""
    unit = rnd.choice(UNITS[:3])
    return [
        Paper(
            text=" ".join(rnd.choices(WORDS, k=rnd.randint(1, 6))),
            number=rnd.choice(NUMBERS),
            type=rnd.choice(TYPES),
            date=rnd.choice(DATES),
            grants=tuple(sorted({_grant(rnd) for _ in range(rnd.choice((0, 1, 1, 2)))})),
            cites=tuple((rnd.choice(RELATIONS), rnd.choice(NUMBERS)) for _ in range(rnd.randint(0, 3))),
            unit=unit,
            issuer=rnd.choice((UNITS[0], unit)),
        )
        for _ in range(rnd.choice((1, 1, 2, 3)))
    ]


def _grant(rnd: Random) -> str:
    unit = rnd.choice(UNITS)
    return rnd.choice(
        (
            "everyone",
            f"unit:{unit}",
            f"under:{unit}",
            f"role:{rnd.choice(list(Role))}@{unit}",
            f"person:{rnd.choice(PEOPLE)}",
        )
    )


def _decide(rnd: Random, house: House) -> None:
    """Of some documents the validity was decided, on the ground of others."""
    documents = [*house.papers]
    for document in rnd.sample(documents, len(documents) // 2):
        ground = rnd.choice([other for other in documents if other != document])
        validity = rnd.choice((Validity.ENDED, Validity.PARTLY_ENDED, None))
        decision = Decision(validity, "2025-01-01", None, ground, rnd.choice(RELATIONS[:2]))
        house.of.catalogue.validity.decide(document, decision, actor=rnd.choice(PEOPLE))


def _send_again(rnd: Random, house: House) -> None:
    """Somebody sent files that their unit had already."""
    facts = house.of.catalogue
    for document in rnd.sample([*house.papers], 3):
        file = facts.documents.document(document).file
        batch = facts.batches.begin(unit=file.owner_unit, actor=rnd.choice(PEOPLE), files=1)
        facts.batches.record(batch, [BatchItem(1, FileStatus.DUPLICATE, "Đơn vị đã có tệp này.", file.id)])
