"""Takes out of a PDF page's resources what the page does not draw.

Programs that make PDFs often give all pages one list of all images and fonts. A page taken out of such a file would
carry the images of every other page along, unseen.
"""

from collections.abc import Iterable, Iterator

import pikepdf
from pikepdf import Dictionary, Name, Object

_BARE = frozenset({"/ColorSpace"})
"""Resources without content of their own. Images inside a content stream name colour spaces in their own way."""


def keep_only_what_is_drawn(page: Object) -> None:
    """Leave in the resources of a page, and of all that it draws, only what is named where it is drawn.

    The resources are new dictionaries: those of before may be shared with other pages. Raises `pikepdf.PdfError` or
    `ValueError` where the drawing cannot be read.
    """
    _prune(page, [page], set())


def _prune(holder: Object, drawings: Iterable[Object], seen: set[tuple[int, int]]) -> None:
    names = {name for drawing in drawings for name in _names(drawing)}
    kept = _closure(holder.get("/Resources", Dictionary()), names)
    holder.Resources = kept
    for inner, of_inner in _holders(kept):
        if "/Resources" in inner and inner.objgen not in seen:
            seen.add(inner.objgen)
            _prune(inner, of_inner, seen)


def _closure(resources: Object, names: set[str]) -> Dictionary:
    """The named resources, with those that are named by drawings which use the same dictionary."""
    while True:
        kept = _named(resources, names)
        borrowed = [drawing for inner, of_inner in _holders(kept) if "/Resources" not in inner for drawing in of_inner]
        more = names.union(*map(_names, borrowed))
        if more == names:
            return kept
        names = more


def _named(resources: Object, names: set[str]) -> Dictionary:
    kept = Dictionary()
    for category, entries in resources.items():
        if isinstance(entries, Dictionary):
            chosen = {name: entry for name, entry in entries.items() if name in names or category in _BARE}
            kept[category] = Dictionary(chosen)
    return kept


def _holders(resources: Object) -> Iterator[tuple[Object, list[Object]]]:
    """What draws something of its own, and its drawings: forms, patterns, soft masks, fonts made of drawings."""
    for entry in _entries(resources, "/XObject"):
        if entry.get("/Subtype") == Name.Form:
            yield entry, [entry]
    for entry in _entries(resources, "/Pattern"):
        if isinstance(entry, pikepdf.Stream):
            yield entry, [entry]
    for entry in _entries(resources, "/ExtGState"):
        mask = entry.get("/SMask")
        if isinstance(mask, Dictionary):
            yield mask.G, [mask.G]
    for entry in _entries(resources, "/Font"):
        if entry.get("/Subtype") == Name.Type3:
            yield entry, [glyph for _, glyph in entry.CharProcs.items()]


def _entries(resources: Object, category: str) -> Iterator[Object]:
    entries = resources.get(category, Dictionary())
    return (entry for _, entry in entries.items())


def _names(drawing: Object) -> set[str]:
    """All names that are operands of a drawing."""
    instructions = pikepdf.parse_content_stream(drawing)
    return {
        str(operand) for instruction in instructions for operand in instruction.operands if isinstance(operand, Name)
    }
