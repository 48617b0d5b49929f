"""A scan of a page in two columns, read by recognition, against what was printed on it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.model import Source
from pipeline.text import fold
from samples.generator.fonts import PRINT_FILES, load_font
from tests.unit.extractors.papers import results_of

SIZE, DPI, TOP, STEP = (1654, 2339), 200, 260, 54
LEFT, RIGHT = 150, 880
LEAD = (
    "Thực hiện Nghị quyết của Đại hội, Ban Thường vụ yêu cầu các chi bộ trực thuộc",
    "triển khai kế hoạch năm 2025, báo cáo kết quả trước ngày 15 tháng 12.",
)
FIRST = (
    "Các chi bộ trực thuộc Đảng ủy đã",
    "triển khai đầy đủ kế hoạch công tác",
    "của năm 2024, tập trung vào những",
    "việc khó, việc mới, bảo đảm đúng",
    "tiến độ và chất lượng được giao.",
)
SECOND = (
    "Ban Thường vụ biểu dương những",
    "đơn vị làm tốt, có cách làm hay và",
    "giao Văn phòng phổ biến rộng rãi",
    "để các nơi cùng học tập, vận dụng",
    "phù hợp với điều kiện của mình.",
)


class Scan:
    """A page that is drawn, with the noise of a scanner that no gate takes for noise."""

    def __init__(self) -> None:
        self.image = Image.new("L", SIZE, 250)
        self.draw = ImageDraw.Draw(self.image)
        self.font = load_font(PRINT_FILES["regular"], 36)

    def lines(self, texts: Sequence[str], x: float, top: float) -> None:
        for row, text in enumerate(texts):
            self.draw.text((x, top + STEP * row), text, font=self.font, fill=30, anchor="lt")

    def text(self, folder: Path) -> str:
        """The page as it is read, without its accents: what is looked at here is the order."""
        noise = np.random.default_rng(7).normal(0, 2, (SIZE[1], SIZE[0]))
        pixels = np.clip(np.asarray(self.image) + noise, 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / "page.png", dpi=(DPI, DPI))
        (read,) = results_of(folder / "page.png")
        assert read.content
        assert read.content.source is Source.OCR
        return " ".join(fold(read.text).split())


def printed(texts: Sequence[str]) -> str:
    return fold(" ".join(texts))


@pytest.mark.ocr
def test_a_scan_in_two_columns_is_read_down_the_first(tmp_path: Path) -> None:
    scan = Scan()
    scan.lines(LEAD, LEFT, TOP)
    scan.lines(FIRST, LEFT, TOP + 4 * STEP)
    scan.lines(SECOND, RIGHT, TOP + 4 * STEP)
    assert scan.text(tmp_path) == printed([*LEAD, *FIRST, *SECOND])
