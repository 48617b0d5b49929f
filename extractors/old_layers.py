"""Takes invisible text out of a scanned PDF page: somebody's older recognition, which must not stay beside ours.

What is seen of the page stays as it is. Text that can be seen is left alone, also where its letters mean nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pikepdf
from pikepdf import ContentStreamInlineImage, ContentStreamInstruction, Dictionary, Name, Object, Operator

_VISIBLE, _INVISIBLE = 0, 3
_SHOWN, _SHOWN_ON_NEXT_LINE = frozenset({"Tj", "TJ"}), frozenset({"'", '"'})
_MOST_DEPTH = 12

_Step = ContentStreamInstruction | ContentStreamInlineImage


def drop_invisible_text(page: pikepdf.Page, pdf: pikepdf.Pdf) -> None:
    """Leave out of a page of `pdf`, and of the forms that it draws, all text that is not painted.

    A page without any keeps its bytes. Raises `pikepdf.PdfError` where the drawing cannot be read.
    """
    cleaned = _Cleaning().without(page.obj, page, _VISIBLE, 0)
    if cleaned is not None:
        page.Contents = pdf.make_stream(cleaned)


@dataclass(slots=True)
class _Cleaning:
    seen: set[tuple[int, int]] = field(default_factory=set)
    """Forms that have been gone through: they are drawn more than once, and may draw themselves."""

    def without(self, holder: Object, drawing: pikepdf.Page | Object, mode: int, depth: int) -> bytes | None:
        """The drawing of a page or form without invisible text; None where there is none to take out."""
        steps: list[_Step] = []
        is_changed, outer = False, []
        for step in pikepdf.parse_content_stream(drawing):
            operator = str(step.operator)
            if operator == "q":
                outer.append(mode)
            elif operator == "Q" and outer:
                mode = outer.pop()
            elif operator == "Tr":
                mode = int(step.operands[0])
            elif operator == "Do":
                self._clean_form(holder, str(step.operands[0]), mode, depth)
            kept = list(_kept(step, operator, mode))
            is_changed |= kept != [step]
            steps += kept
        return pikepdf.unparse_content_stream(steps) if is_changed else None

    def _clean_form(self, holder: Object, name: str, mode: int, depth: int) -> None:
        """Write a form anew without its invisible text."""
        drawn = holder.get("/Resources", Dictionary()).get("/XObject", Dictionary()).get(name)
        if not isinstance(drawn, pikepdf.Stream) or drawn.get("/Subtype") != Name.Form or drawn.objgen in self.seen:
            return
        self.seen.add(drawn.objgen)
        cleaned = self.without(drawn, drawn, mode, depth + 1) if depth < _MOST_DEPTH else None
        if cleaned is not None:
            drawn.write(cleaned)


def _kept(step: _Step, operator: str, mode: int) -> Iterator[_Step]:
    """What stays of one step: the words of marked content go with its text, the start of a new line stays."""
    if mode == _INVISIBLE and operator in _SHOWN:
        return
    if mode == _INVISIBLE and operator in _SHOWN_ON_NEXT_LINE:
        yield ContentStreamInstruction([], Operator("T*"))
    elif operator == "BDC" and _says_words(list(step.operands)):
        yield ContentStreamInstruction([step.operands[0]], Operator("BMC"))
    else:
        yield step


def _says_words(operands: Sequence[object]) -> bool:
    properties = operands[1] if len(operands) > 1 else None
    return isinstance(properties, Dictionary) and any(key in properties for key in ("/ActualText", "/Alt"))
