"""Whole sets of documents: the committed one, fresh ones, single ones to order; and writing them with their truth."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from samples.generator.document import GeneratedDocument, generate
from samples.generator.library import committed
from samples.generator.model import Look, Paper
from samples.generator.organisation import load_organisation
from samples.generator.queries import sample_queries
from samples.generator.templates import Kind, invent
from samples.generator.truth import document_truth

DEFAULT_SEED = 2025


def committed_documents(seed: int = DEFAULT_SEED) -> Iterator[GeneratedDocument]:
    """Make the documents of the committed set one by one; another seed scans the same papers anew."""
    for number, (paper, recipe) in enumerate(committed()):
        yield generate(paper, recipe, seed + number)


def invented_documents(count: int, seed: int, kind: Kind | None = None) -> Iterator[GeneratedDocument]:
    """Make fresh documents one by one, all of one kind or of all kinds."""
    for number in range(count):
        paper, recipe = invent(seed, number, kind)
        yield generate(paper, recipe, seed + number)


def make_document(
    seed: int,
    *,
    kind: Kind = "scan",
    paper: Paper | None = None,
    mark: str = "",
    opening: Sequence[str] = (),
    written: Sequence[str] | None = None,
    look: Look | None = None,
) -> GeneratedDocument:
    """Make one document to order.

    Args:
        seed: the same seed and arguments give the same pages.
        kind: how it came into the computer.
        paper: what it says; by default an invented paper.
        mark: a stamp in a red box under the number, for instance `MẬT`, `TỐI MẬT`, `KHẨN`.
        opening: paragraphs to put before the body's own, in the markup of `layout.flow_body`.
        written: the fields written by hand (`number`, `date`); None leaves it to the paper.
        look: how every page was scanned, instead of the kind's usual look.
    """
    invented, recipe = invent(seed, 0, kind)
    chosen = paper or invented
    chosen = replace(
        chosen,
        mark=mark or chosen.mark,
        body=(*opening, *chosen.body),
        written=chosen.written if written is None else tuple(written),
    )
    if look is not None:
        recipe = replace(recipe, looks=(look,))
    return generate(chosen, recipe, seed)


def write_set(documents: Iterable[GeneratedDocument], out: Path) -> list[dict[str, Any]]:
    """Write the files below `out/documents`, `truth.json` and `queries.json` beside it; return the truth of each.

    Documents may come from a generator: one is held at a time.
    """
    organisation = load_organisation()
    truths = []
    for document in documents:
        document.write(out / "documents")
        truths.append(document_truth(document, organisation))
    _write_json(out / "truth.json", {"organisation": "organisation.yaml", "documents": truths})
    _write_json(out / "queries.json", sample_queries(truths))
    return truths


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
