"""Digits as pen strokes: skeletons of the shapes people here write (barred 7, footed 1, open 4 ...).

A shape is one or more strokes in a unit box, written `x,y x,y ... | x,y ...` in hundredths: x to the right, y down, 0 =
top, 100 = baseline. A stroke is a smooth curve through its points; a corner is the end of one stroke and the start of
the next.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Stroke: TypeAlias = list[tuple[float, float]]

DIGITS: dict[str, tuple[str, ...]] = {
    "0": (
        "34,4 10,20 4,55 16,92 36,97 54,72 53,30 36,4 24,10",
        "42,10 20,8 3,45 10,90 30,100 50,65 50,22 34,0",
    ),
    "1": (
        "6,28 30,2 | 30,2 28,50 27,100 | 6,100 28,98 48,100",
        "6,30 26,0 | 26,0 24,55 22,102",
        "22,0 20,50 16,100",
    ),
    "2": (
        "6,26 20,3 44,10 44,40 22,74 3,98 | 3,98 30,94 56,98",
        "8,20 26,0 46,16 36,54 8,94 5,82 18,84 34,100 58,93",
    ),
    "3": (
        "7,14 26,1 46,16 38,40 20,47 | 20,47 46,54 52,78 30,100 4,90",
        "6,4 28,3 48,2 | 48,2 22,42 | 22,42 50,56 46,88 22,100 2,90",
    ),
    "4": (
        "16,4 10,36 4,62 | 4,62 30,60 60,58 | 42,22 40,60 38,104",
        "40,0 20,34 2,66 | 2,66 30,66 58,64 | 40,0 39,50 37,102",
    ),
    "5": (
        "14,4 10,42 | 10,42 36,38 50,64 36,96 4,92 | 14,5 34,5 54,0",
        "50,2 16,5 | 16,5 10,44 | 10,44 38,42 46,74 26,102 0,94",
    ),
    "6": (
        "44,2 18,28 4,66 16,98 42,92 46,64 28,54 7,72",
        "34,0 10,40 6,86 28,100 46,80 34,60 10,74",
    ),
    "7": (
        "4,8 28,5 52,4 | 52,4 32,50 20,102 | 12,50 34,48 50,46",
        "4,20 6,6 30,5 54,3 | 54,3 34,42 26,106",
    ),
    "8": (
        "46,14 26,0 8,18 26,44 48,72 28,100 6,80 24,50 44,24 40,8",
        "28,46 8,24 26,2 44,22 28,46 6,76 28,100 50,76 28,46",
    ),
    "9": (
        "46,16 28,0 6,20 14,46 36,42 48,12 | 48,12 46,56 40,104",
        "44,20 22,0 5,24 20,48 44,26 46,50 34,92 8,100",
    ),
}


def strokes(digit: str, shape: int) -> list[Stroke]:
    """The strokes of one of a digit's shapes, in the unit box."""
    return [
        [(int(x) / 100, int(y) / 100) for x, _, y in (point.partition(",") for point in stroke.split())]
        for stroke in DIGITS[digit][shape].split("|")
    ]


def smooth(stroke: Sequence[tuple[float, float]], steps: int = 14) -> NDArray[np.float64]:
    """Points along a Catmull-Rom curve through the stroke's points, shape (n, 2)."""
    points = np.asarray(stroke, dtype=np.float64)
    if len(points) == 2:  # noqa: PLR2004 - a straight line needs no curve
        return np.linspace(points[0], points[1], steps)
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for p0, p1, p2, p3 in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(
            0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
        )
    return np.vstack([*parts, points[-1:]])
