"""Train the finder: `finder.pt` in the folder of the invented headers.

    python -m samples.training.secrecy_marks.train_finder FOLDER [--steps N] [--rate R] [--from FILE]

Learns where the middle of `MẬT` is from pieces of headers, most of them round a stamp; of what is no mark, the places
that it takes for one count most.
"""

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from extractors.mark_shapes import FINDER_DPI, JUDGE_DPI, STEP, darkness, resized
from samples.training.secrecy_marks.invent import load
from samples.training.secrecy_marks.networks import Finder
from samples.training.secrecy_marks.stamping import Stamped
from samples.training.secrecy_marks.words import happens

_PIECE = (128, 224)
_BATCH = 12
_HARDEST = 40
_UNSURE = 255
_SCALE = FINDER_DPI / JUDGE_DPI


@dataclass(frozen=True, slots=True)
class Lesson:
    """A header as the finder is shown it, 0-255, and for each place 1 for `MẬT`, 0 for not, 255 for near it."""

    shown: NDArray[np.uint8]
    truth: NDArray[np.uint8]
    stamps: list[Stamped]


def lessons(folder: Path) -> list[Lesson]:
    images, stamped = load(folder)
    found = []
    for image, stamps in zip(images, stamped, strict=True):
        shown = (darkness(resized(np.asarray(image), JUDGE_DPI, FINDER_DPI)) * 255).astype(np.uint8)
        found.append(Lesson(shown, _truth(shown, stamps), stamps))
    return found


def _truth(shown: NDArray[np.uint8], stamps: list[Stamped]) -> NDArray[np.uint8]:
    truth = np.zeros((-(-shown.shape[0] // STEP), -(-shown.shape[1] // STEP)), np.uint8)
    marks = [stamp for stamp in stamps if stamp.kind]
    for value, across, down in ((_UNSURE, 1.1, 1.3), (1, 0.35, 0.5)):
        for mark in marks:
            size = tuple(max(2.0, side * _SCALE / STEP) for side in (mark.width * across, mark.height * down))
            middle = (mark.x * _SCALE / STEP, mark.y * _SCALE / STEP)
            cv2.fillPoly(truth, [cv2.boxPoints((middle, size, -mark.angle)).astype(np.int32)], value)
    return truth


def _batch(all_lessons: list[Lesson], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    marks = [(lesson, stamp) for lesson in all_lessons for stamp in lesson.stamps if stamp.kind]
    others = [(lesson, stamp) for lesson in all_lessons for stamp in lesson.stamps if not stamp.kind]
    shown, truth = [], []
    for _ in range(_BATCH):
        chosen = marks if happens(rng, 0.55) else others
        lesson, stamp = chosen[rng.integers(len(chosen))]
        height, width = lesson.shown.shape
        x, y = stamp.x * _SCALE, stamp.y * _SCALE
        if happens(rng, 0.2):
            x, y = float(rng.uniform(0, width)), float(rng.uniform(0, height))
        top = int(np.clip(y - rng.uniform(16, _PIECE[0] - 16), 0, height - _PIECE[0])) // STEP * STEP
        left = int(np.clip(x - rng.uniform(20, _PIECE[1] - 20), 0, width - _PIECE[1])) // STEP * STEP
        piece = lesson.shown[top : top + _PIECE[0], left : left + _PIECE[1]].astype(np.float32) / 255
        shown.append(np.minimum(piece * np.float32(rng.uniform(0.8, 1.15)), 1))
        rows, columns = (slice(at // STEP, at // STEP + size // STEP) for at, size in zip((top, left), _PIECE))  # noqa: B905
        truth.append(lesson.truth[rows, columns])
    return torch.from_numpy(np.stack(shown))[:, None], torch.from_numpy(np.stack(truth)).float()


def _loss(scores: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    is_mark, counts = (truth == 1).float(), (truth != _UNSURE).float()
    each = functional.binary_cross_entropy_with_logits(scores, is_mark, reduction="none")
    missed = (each * is_mark).sum() / is_mark.sum().clamp(min=1)
    mistaken = (each * (1 - is_mark) * counts).flatten(1)
    return missed + 0.7 * mistaken.topk(_HARDEST, 1).values.mean() + 0.3 * mistaken.mean()


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
    all_lessons = lessons(asked.folder)
    finder = Finder()
    if asked.begin:
        finder.load_state_dict(torch.load(asked.begin))
    optimiser = torch.optim.AdamW(finder.parameters(), asked.rate, weight_decay=1e-4)
    for step in range(asked.steps):
        for group in optimiser.param_groups:
            group["lr"] = asked.rate * min(1, step / 50) * (0.5 + 0.5 * math.cos(math.pi * step / asked.steps)) + 1e-5
        shown, truth = _batch(all_lessons, rng)
        loss = _loss(finder(shown)[:, 0], truth)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(finder.parameters(), 1.0)
        optimiser.step()
        if step % 100 == 0:
            print(step, round(loss.item(), 3), flush=True)
    torch.save(finder.state_dict(), asked.folder / "finder.pt")


if __name__ == "__main__":
    main()
