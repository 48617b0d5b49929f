"""Ruled tables in the running text."""

from collections.abc import Sequence
from itertools import zip_longest

from samples.generator.model import Line, Rule, Style, Table
from samples.generator.typeset import LEFT, MEASURE, Flow, Token, break_lines, natural_width, plain, tokens

PADDING = 4.0
PITCH = 15.5
SIZE = 12.5


def set_table(flow: Flow, table: Table) -> None:
    """Set a table over the full measure; a row is never torn, the table may be."""
    flow.y += 6
    edges = _edges(table.widths)
    for i, row in enumerate((table.heading, *table.rows)):
        style = Style("bold" if i == 0 else "regular", SIZE)
        cells = [
            list(break_lines(tokens(cell, style, "table"), right - left - 2 * PADDING))
            for cell, left, right in zip(row, edges, edges[1:], strict=False)
        ]
        height = PITCH * max(len(cell) for cell in cells) + 5
        if flow.room() < height:
            flow.turn_page()
            flow.y += 6
        _set_row(flow, cells, edges, height, is_heading=i == 0)
    flow.y += 8


def _edges(widths: Sequence[float]) -> list[float]:
    """The x of each vertical rule."""
    total, x, edges = sum(widths), LEFT, [LEFT]
    for width in widths:
        x += MEASURE * width / total
        edges.append(x)
    return edges


def _set_row(
    flow: Flow, cells: list[list[list[Token]]], edges: list[float], height: float, *, is_heading: bool
) -> None:
    sheet, top, bottom = flow.sheet, flow.y, flow.y + height
    for number, visual_line in enumerate(zip_longest(*cells)):
        y = top + PITCH * (number + 1) - 2
        for column, line in enumerate(visual_line):
            if line:
                left, right = edges[column], edges[column + 1]
                is_centred = is_heading or column == 0 or _is_figure(line)
                x = (left + right - natural_width(line)) / 2 if is_centred else left + PADDING
                sheet.set_line(line, x, y)
        text = " ".join(plain(line) for line in visual_line if line)
        sheet.lines.append(Line(text, y, "body", "full"))
    for x in edges:
        sheet.rules.append(Rule(x, top, x, bottom))
    for y in (top, bottom):
        sheet.rules.append(Rule(edges[0], y, edges[-1], y))
    flow.y = bottom


def _is_figure(line: Sequence[Token]) -> bool:
    return len(line) == 1 and line[0].text.strip("%").replace(".", "").replace(",", "").isdigit()
