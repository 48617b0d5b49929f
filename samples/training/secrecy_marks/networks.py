"""The two networks as torch knows them, and what they are shown."""

import torch
from torch import nn
from torch.nn import functional

from extractors.mark_shapes import WINDOW

_CHANNELS = 24


class Finder(nn.Module):  # type: ignore[misc] # torch is not there when types are checked
    """A header at 100 dpi to the score of each place, four pixels apart: is the middle of `MẬT` there?"""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 12, 5, 2, 2)
        self.second = nn.Conv2d(12, _CHANNELS, 3, 2, 1)
        self.wider = nn.ModuleList(
            nn.Conv2d(_CHANNELS, _CHANNELS, 3, 1, reach, dilation=reach) for reach in (1, 2, 4, 6, 2, 1)
        )
        self.last = nn.Conv2d(_CHANNELS, 1, 1)

    def forward(self, shown: torch.Tensor) -> torch.Tensor:
        seen = functional.relu(self.second(functional.relu(self.first(shown))))
        for layer in self.wider:
            seen = seen + functional.relu(layer(seen))
        return self.last(seen)


class Judge(nn.Module):  # type: ignore[misc]
    """A window at 150 dpi to the scores of: no mark, `MẬT`, `TỐI MẬT`, `TUYỆT MẬT`."""

    def __init__(self) -> None:
        super().__init__()
        steps = ((1, 12, 5, 2), (12, 24, 3, 2), (24, 40, 3, 2), (40, 40, 3, 1), (40, 64, 3, 2), (64, 64, 3, 1))
        layers = [layer for step in steps for layer in _step(*step)]
        height, width = WINDOW
        self.judge = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(64 * height * width // 256, 4))

    def forward(self, shown: torch.Tensor) -> torch.Tensor:
        return self.judge(shown)


def _step(taken: int, given: int, size: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(taken, given, size, stride, size // 2, bias=False), nn.BatchNorm2d(given), nn.ReLU()]
