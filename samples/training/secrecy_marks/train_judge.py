"""Train the judge: `judge.pt` in the folder of the invented headers, where `finder.pt` is already.

    python -m samples.training.secrecy_marks.train_judge FOLDER [--steps N] [--rate R] [--from FILE]

Learns from windows round marks, round other stamps, and round the places that the finder takes for marks. What it
takes for a mark itself is shown to it again.
"""

import argparse
import math
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from extractors.mark_shapes import ASIDE, FINDER_DPI, JUDGE_DPI, WINDOW, Place, darkness, peaks, resized, windows
from samples.training.secrecy_marks.invent import load
from samples.training.secrecy_marks.networks import Finder, Judge
from samples.training.secrecy_marks.stamping import Stamped
from samples.training.secrecy_marks.words import happens

_BATCH = 48
_EDGE = 10
_MEMORY = 1300
_DOUBTED = 0.7
_UNLIKELY = 0.05
"""The finder's answer from which a place is a lesson, though few would be asked about later."""
_CAPITALS = 26
"""Pixels: the height of a line of print."""

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Window:
    """A place on a header, 0-255, and what is there: 1-3 a mark, 0 none."""

    header: Picture
    place: Place
    kind: int


@dataclass(slots=True)
class Lessons:
    """What the judge is shown, and places with print. `mistakes` grows while it learns."""

    marks: list[Window] = field(default_factory=list)
    others: list[Window] = field(default_factory=list)
    found: list[Window] = field(default_factory=list)
    print: list[Window] = field(default_factory=list)
    mistakes: list[Window] = field(default_factory=list)

    def drawn(self, rng: np.random.Generator) -> Window:
        lists = (self.marks, self.others, self.found, self.mistakes or self.found)
        chosen = lists[int(rng.choice(4, p=[0.42, 0.2, 0.22, 0.16]))]
        return chosen[rng.integers(len(chosen))]


def lessons(folder: Path, rng: np.random.Generator) -> Lessons:
    """The windows round all stamps, and where the finder sees marks that are none."""
    finder = Finder()
    finder.load_state_dict(torch.load(folder / "finder.pt"))
    finder.eval()
    all_lessons = Lessons()
    for image, stamps in zip(*load(folder), strict=True):
        header = (darkness(np.asarray(image)) * 255).astype(np.uint8)
        for stamp in stamps:
            if stamp.kind and _EDGE < stamp.x < header.shape[1] - _EDGE:
                all_lessons.marks.append(Window(header, _inches(stamp.x, stamp.y), stamp.kind))
            elif not stamp.kind:
                all_lessons.others += [Window(header, place, 0) for place in _along(stamp)]
        all_lessons.print += _print(header, rng)
        marks = [stamp for stamp in stamps if stamp.kind]
        places = _places(finder, np.asarray(image))
        all_lessons.found += [Window(header, at, 0) for at in places if not any(_is_on(at, mark) for mark in marks)]
    return all_lessons


def _print(header: Picture, rng: np.random.Generator) -> list[Window]:
    """Some places where there is ink."""
    coarse = cv2.resize(header, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA)
    ys, xs = np.nonzero(coarse > 40)  # noqa: PLR2004 - a sixth of full ink
    chosen: list[int] = rng.integers(len(ys), size=4).tolist() if len(ys) else []
    return [Window(header, _inches(xs[i] * 16.0, ys[i] * 16.0), 0) for i in chosen]


def _inches(x: float, y: float) -> Place:
    return x / JUDGE_DPI, y / JUDGE_DPI


def _along(stamp: Stamped) -> list[Place]:
    """Places in the text of a stamp, where its last words may be."""
    turn = math.radians(stamp.angle)
    steps = [share * stamp.width for share in (0, 0.25, 0.36, -0.3)]
    return [_inches(stamp.x + step * math.cos(turn), stamp.y - step * math.sin(turn)) for step in steps]


def _is_on(place: Place, mark: Stamped) -> bool:
    x, y = place[0] * JUDGE_DPI, place[1] * JUDGE_DPI
    return abs(x - mark.x) < max(30, mark.width * 0.6) and abs(y - mark.y) < max(22, mark.height)


def _places(finder: Finder, image: Picture) -> list[Place]:
    shown = torch.from_numpy(darkness(resized(image, JUDGE_DPI, FINDER_DPI)))[None, None]
    with torch.no_grad():
        likely = torch.sigmoid(finder(shown))[0, 0].numpy()
    return list(peaks(np.asarray(cv2.blur(likely, (3, 3)), np.float32), _UNLIKELY))


def _shown(window: Window, rng: np.random.Generator) -> NDArray[np.float32]:
    """What is at a window, a little beside it, now and then larger or smaller, paler or darker."""
    x, y = window.place
    aside = (x + float(rng.normal(0, 4.5)) / JUDGE_DPI, y + float(rng.normal(0, 4)) / JUDGE_DPI)
    shown = windows(np.asarray(window.header / 255, np.float32), [aside])[0, 0] * float(rng.uniform(0.75, 1.15))
    if happens(rng, 0.3):
        scale = float(rng.uniform(0.85, 1.15))
        down, across = ASIDE
        resize = np.array([[scale, 0, across * (1 - scale)], [0, scale, down * (1 - scale)]], np.float32)
        shown = cv2.warpAffine(shown, resize, (WINDOW[1], WINDOW[0]))
    return np.minimum(np.asarray(shown, np.float32), 1)


def _over_print(shown: NDArray[np.float32], print_at: Window, rng: np.random.Generator) -> NDArray[np.float32]:
    """The same with print from elsewhere laid over it: much, or one line through the middle."""
    x, y = print_at.place
    aside = (x + float(rng.normal(0, 20)) / JUDGE_DPI, y + float(rng.normal(0, 12)) / JUDGE_DPI)
    laid = windows(np.asarray(print_at.header / 255, np.float32), [aside])[0, 0]
    if happens(rng, 0.5):
        middle = ASIDE[0] + int(rng.normal(0, 8))
        upper, lower = max(0, middle - _CAPITALS // 2), middle + _CAPITALS // 2
        laid[:upper] = 0
        laid[lower:] = 0
    return np.asarray(1 - (1 - shown) * (1 - laid * float(rng.uniform(0.5, 1))), np.float32)


def _lesson(window: Window, all_lessons: Lessons, rng: np.random.Generator) -> NDArray[np.float32]:
    shown = _shown(window, rng)
    if not happens(rng, 0.5 if window.kind else 0.3):
        return shown
    return _over_print(shown, all_lessons.print[rng.integers(len(all_lessons.print))], rng)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--from", dest="begin", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    torch.manual_seed(asked.seed)
    rng = np.random.default_rng(asked.seed)
    shown_lessons = lessons(asked.folder, rng)
    judge = Judge()
    if asked.begin:
        judge.load_state_dict(torch.load(asked.begin))
    optimiser = torch.optim.AdamW(judge.parameters(), asked.rate, weight_decay=3e-4)
    for step in range(asked.steps):
        for group in optimiser.param_groups:
            rate = min(1, (step + 1) / 30) * (0.5 + 0.5 * math.cos(math.pi * step / asked.steps))
            group["lr"] = asked.rate * rate + 1e-5
        drawn = [shown_lessons.drawn(rng) for _ in range(_BATCH)]
        scores = judge(torch.from_numpy(np.stack([_lesson(window, shown_lessons, rng) for window in drawn]))[:, None])
        loss = functional.cross_entropy(scores, torch.tensor([window.kind for window in drawn]), label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        none = torch.softmax(scores.detach(), 1)[:, 0].tolist()
        mistakes = [window for window, sure in zip(drawn, none, strict=True) if not window.kind and sure < _DOUBTED]
        shown_lessons.mistakes = [*shown_lessons.mistakes, *mistakes][-_MEMORY:]
        if step % 50 == 0:
            print(step, round(loss.item(), 3), len(mistakes), flush=True)
    torch.save(judge.state_dict(), asked.folder / "judge.pt")


if __name__ == "__main__":
    main()
