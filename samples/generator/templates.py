"""Fresh papers from the sentences of `texts/bank.yaml`: the kinds of the committed ones, other texts and numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal, TypeVar

import numpy as np
import yaml

from samples.generator.library import TEXTS, bodies
from samples.generator.model import Body, Look, Paper, Recipe, Reference, Table

PARTY_SYMBOLS = {
    "nghi_quyet": "NQ",
    "quyet_dinh": "QĐ",
    "quy_dinh": "QĐ",
    "chi_thi": "CT",
    "ket_luan": "KL",
    "huong_dan": "HD",
    "thong_bao": "TB",
    "bao_cao": "BC",
    "ke_hoach": "KH",
    "chuong_trinh": "CTr",
    "to_trinh": "TTr",
    "cong_van": "CV",
}
STATE_SYMBOLS = {
    "quyet_dinh": "QĐ",
    "thong_bao": "TB",
    "bao_cao": "BC",
    "ke_hoach": "KH",
    "to_trinh": "TTr",
    "cong_van": "",
}
NOT_FOR = {"CB": frozenset({"quy_dinh", "huong_dan", "chi_thi"}), "ĐU": frozenset({"chi_thi"})}
"""What a cell or a grass-roots committee may not issue."""
PARTY_SHARE = 0.7
WRITTEN_SHARE = 0.35
NUMBER_CYCLE = 900
FIRST_DAY, DAYS = date(2018, 1, 2), 2900

Kind = Literal["scan", "photocopy", "born-digital", "mixed", "image"]
KINDS: tuple[tuple[Kind, float], ...] = (
    ("scan", 0.6), ("photocopy", 0.15), ("image", 0.1), ("born-digital", 0.1), ("mixed", 0.05),
)  # fmt: skip
OFFICE, PHOTOCOPY, CLEAN, TEXT = Look("office"), Look("photocopy", 150, 60), Look("clean", 200), Look("text")
BITONAL = Look("bitonal", 300)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Dice:
    """Random choices for one paper, and the numbers that fill its sentences."""

    rng: np.random.Generator

    def pick(self, items: Sequence[_T]) -> _T:
        """One of the items."""
        return items[int(self.rng.integers(len(items)))]

    def some(self, items: Sequence[_T], count: int) -> list[_T]:
        """Several of the items, none twice, in random order."""
        return [items[int(i)] for i in self.rng.permutation(len(items))[:count]]

    def fill(self, text: str, year: int) -> str:
        """Put numbers into a sentence."""
        return text.format(
            n=int(self.rng.integers(3, 28)),
            m=int(self.rng.integers(2, 12)),
            p=int(self.rng.integers(30, 97)),
            big=f"{int(self.rng.integers(1, 10))}.{int(self.rng.integers(100, 999))}",
            y=year,
            ym=year - 1,
        )


@cache
def bank() -> Mapping[str, Any]:
    """The sentences."""
    return dict(yaml.safe_load((TEXTS / "bank.yaml").read_text(encoding="utf-8")))


def invent(seed: int, number: int, kind: Kind | None = None) -> tuple[Paper, Recipe]:
    """Invent the paper with an ordinal of the set of a seed; the same arguments give the same paper."""
    dice = Dice(np.random.default_rng([seed, number]))
    chosen: Kind = kind or KINDS[int(dice.rng.choice(len(KINDS), p=[share for _, share in KINDS]))][0]
    paper = _paper(dice, seed, number, chosen)
    return paper, _recipe(dice, number, chosen)


def _paper(dice: Dice, seed: int, number: int, kind: Kind) -> Paper:
    is_party = dice.rng.random() < PARTY_SHARE
    body = dice.pick([body for body in bodies().values() if (body.system == "party") == is_party])
    allowed = set(PARTY_SYMBOLS if is_party else STATE_SYMBOLS) - NOT_FOR.get(body.symbol, frozenset())
    slug = dice.pick(sorted(allowed))
    day = FIRST_DAY + timedelta(days=int(dice.rng.integers(DAYS)))
    topic = dice.pick([t for t in bank()["topics"] if t.get("system", body.system) == body.system])
    references, bases = _bases(dice, body, day)
    is_mixed = kind == "mixed"
    may_be_written = kind in {"scan", "photocopy"} and dice.rng.random() < WRITTEN_SHARE
    return Paper(
        body_key=body.key,
        number=_number(body, slug, 1 + (number * 37 + seed * 11) % NUMBER_CYCLE),
        type=slug,
        date=day.isoformat(),
        subject=_subject(dice.fill(dice.pick(topic["subjects"]), day.year), slug, is_party=is_party),
        body=(*bases, *_paragraphs(dice, topic, day.year, tasks=3 if is_mixed else None, is_party=is_party)),
        capacity=_capacity(dice, body),
        signer=person_name(dice),
        recipients=tuple(dice.fill(line, day.year) for line in dice.pick(bank()[f"recipients_{body.system}"])),
        address=("Kính gửi: Các đơn vị trực thuộc",) if slug in {"cong_van", "to_trinh"} else (),
        references=references,
        annex=_annex(dice) if is_mixed else (),
        written=("number", "date") if may_be_written else (),
        sealed=bool(body.seal),
    )


def person_name(dice: Dice) -> str:
    """An invented full name."""
    return " ".join(dice.pick(bank()[part]) for part in ("surnames", "middles", "givens"))


def _number(body: Body, slug: str, digits: int) -> str:
    if body.system == "party":
        return f"{digits:02d}-{PARTY_SYMBOLS[slug]}/{body.symbol}"
    symbol = STATE_SYMBOLS[slug]
    return f"{digits:02d}/{symbol}-{body.symbol}" if symbol else f"{digits:02d}/{body.symbol}-VP"


def _subject(text: str, slug: str, *, is_party: bool) -> str:
    if is_party:
        return f"về việc {text}" if slug == "cong_van" else f"về {text}"
    return f"V/v {text}" if slug == "cong_van" else f"Về {text}"


def _capacity(dice: Dice, body: Body) -> tuple[str, ...]:
    if body.system == "state":
        return dice.pick([("CHỦ TỊCH",), ("KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"), ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG")])
    name = {"TU": "TỈNH ỦY", "ĐU": "ĐẢNG ỦY"}.get(body.symbol, "CHI BỘ")
    return (f"T/M {name}", dice.pick(["BÍ THƯ", "PHÓ BÍ THƯ"]))


def _bases(dice: Dice, body: Body, day: date) -> tuple[tuple[Reference, ...], list[str]]:
    """One or two papers of the same body this one rests on, and the lines that cite them."""
    references, lines = [], []
    is_party = body.system == "party"
    for name, slug, symbol in dice.some(bank()["bases"], int(dice.rng.integers(1, 3))):
        earlier = day - timedelta(days=int(dice.rng.integers(20, 700)))
        digits = f"{int(dice.rng.integers(1, 180)):02d}"
        number = f"{digits}-{symbol}/{body.symbol}" if is_party else f"{digits}/{symbol}-{body.symbol}"
        when = (
            f", ngày {earlier:%d/%m/%Y}"
            if is_party
            else f" ngày {earlier.day:02d} tháng {earlier.month} năm {earlier.year}"
        )
        mark = "- " if is_party else "~ "
        lines.append(f"{mark}Căn cứ {name} số {number}{when};")
        references.append(Reference(number, slug, "based_on"))
    return tuple(references), lines


def _paragraphs(
    dice: Dice, topic: Mapping[str, Sequence[str]], year: int, *, tasks: int | None, is_party: bool
) -> list[str]:
    opening = dice.pick(bank()["openings_party" if is_party else "openings_state"])
    count = tasks or int(dice.rng.integers(3, 7))
    facts = " ".join(dice.some(topic["facts"], 2))
    bold = "**" if is_party else ""
    items = [f"{bold}{i}.{bold} {task}" for i, task in enumerate(dice.some(topic["tasks"], count), start=1)]
    end = dice.pick(bank()["closings"])
    texts = [opening, facts, *items, end if is_party else end.removesuffix(".") + "./."]
    return [dice.fill(text, year) for text in texts]


def _annex(dice: Dice) -> tuple[str | Table, ...]:
    rows = tuple(
        (
            str(i),
            item,
            str(int(dice.rng.integers(2, 90))),
            f"{int(dice.rng.integers(1, 9))}.{int(dice.rng.integers(100, 999))}",
        )
        for i, item in enumerate(dice.some(bank()["annex_items"], 6), start=1)
    )
    table = Table(("TT", "Nội dung", "Số lượng", "Nghìn đồng"), rows, (0.8, 5.0, 2.0, 2.0))
    return ("= PHỤ LỤC", "=~ (Kèm theo văn bản trên)", table)


def _recipe(dice: Dice, number: int, kind: Kind) -> Recipe:
    name, suffix = f"{kind}/{number:05d}", ".pdf"
    looks: tuple[Look, ...] = (OFFICE,)
    match kind:
        case "photocopy":
            looks = (PHOTOCOPY,)
        case "born-digital":
            looks = (TEXT,)
        case "mixed":
            looks = (TEXT, OFFICE)
        case "image":
            suffix, look = dice.pick([(".tif", BITONAL), (".png", CLEAN)])
            looks = (look,)
        case "scan":
            pass
    return Recipe(name + suffix, kind, looks, grants=tuple(dice.pick(bank()["grants"])))
