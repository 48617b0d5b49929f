"""Invent scanned headers for training: `headers.npy` (150 dpi, grey) and `headers.json`, what is stamped where.

python -m samples.training.secrecy_marks.invent FOLDER [--first SEED] [--headers N]
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.mark_shapes import JUDGE_DPI
from samples.training.secrecy_marks.scanning import scanned
from samples.training.secrecy_marks.sheets import DPI, HEIGHT, WIDTH, printed_header
from samples.training.secrecy_marks.stamping import Stamped, stamped_header

SCANS = 2
"""How often each header is scanned, each time otherwise."""
SIZE = (HEIGHT * JUDGE_DPI // DPI, WIDTH * JUDGE_DPI // DPI)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=1_000_000)
    parser.add_argument("--headers", type=int, default=900)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    asked.folder.mkdir(parents=True, exist_ok=True)
    shape = (asked.headers * SCANS, *SIZE)
    images = np.lib.format.open_memmap(asked.folder / "headers.npy", "w+", np.uint8, shape)
    stamped: list[list[dict[str, float]]] = []
    for seed in range(asked.first, asked.first + asked.headers):
        rng = np.random.default_rng(seed)
        page, marks = stamped_header(printed_header(rng), rng)
        for _ in range(SCANS):
            image, placed = scanned(page, marks, JUDGE_DPI, rng)
            images[len(stamped)] = image[: SIZE[0], : SIZE[1]]
            stamped.append([asdict(mark) for mark in placed])
    images.flush()
    (asked.folder / "headers.json").write_text(json.dumps(stamped), "utf-8")


def load(folder: Path) -> tuple[NDArray[np.uint8], list[list[Stamped]]]:
    """What was invented: headers, height, width; and the stamps on each, their places in pixels of it."""
    stamped = json.loads((folder / "headers.json").read_text("utf-8"))
    return np.load(folder / "headers.npy", mmap_mode="r"), [[Stamped(**mark) for mark in marks] for marks in stamped]


if __name__ == "__main__":
    main()
