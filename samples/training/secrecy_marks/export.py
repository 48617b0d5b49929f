"""Write the trained networks into `extractors/models`, as `extractors.mark_shapes` reads them.

python -m samples.training.secrecy_marks.export FOLDER
"""

import argparse
from pathlib import Path

import torch
from torch import nn

from extractors.mark_shapes import FINDER, JUDGE, WINDOW
from samples.training.secrecy_marks.networks import Finder, Judge

_OPSET = 17


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    header = {2: "height", 3: "width"}
    _write(nn.Sequential(_trained(Finder(), folder / "finder.pt"), nn.Sigmoid()), FINDER, (448, 832), header)
    _write(nn.Sequential(_trained(Judge(), folder / "judge.pt"), nn.Softmax(1)), JUDGE, WINDOW, {0: "windows"})


def _trained(network: nn.Module, weights: Path) -> nn.Module:
    network.load_state_dict(torch.load(weights))
    return network


def _write(network: nn.Module, path: Path, size: tuple[int, int], free: dict[int, str]) -> None:
    """Export without the newer exporter, whose graphs OpenCV does not read everywhere."""
    torch.onnx.export(
        network.eval(),
        torch.zeros(1, 1, *size),
        path,
        input_names=["darkness"],
        output_names=["answers"],
        dynamic_axes={"darkness": free, "answers": free},
        opset_version=_OPSET,
        dynamo=False,
    )


if __name__ == "__main__":
    main()
