"""The texts of the committed set, read from `texts/`, as papers and recipes."""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from samples.generator.model import Body, Look, Paper, Recipe, Reference, Table

TEXTS = Path(__file__).parent / "texts"


@cache
def bodies() -> Mapping[str, Body]:
    """The issuing bodies by key."""
    entries = yaml.safe_load((TEXTS / "bodies.yaml").read_text(encoding="utf-8"))
    return {key: _body(key, entry) for key, entry in entries.items()}


def committed() -> list[tuple[Paper, Recipe]]:
    """The papers of the committed set in their order, each with the recipe of its file."""
    return [
        (paper_from(entry["paper"]), _recipe(entry["recipe"]))
        for name in ("party.yaml", "state.yaml")
        for entry in yaml.safe_load((TEXTS / name).read_text(encoding="utf-8"))
    ]


def paper_from(entry: Mapping[str, Any]) -> Paper:
    """Make a paper of its entry in a text file."""
    values = {key: _value(value) for key, value in entry.items()}
    values["body"] = tuple(_block(block) for block in entry["body"])
    values["annex"] = tuple(_block(block) for block in entry.get("annex", ()))
    values["references"] = tuple(Reference(**reference) for reference in entry.get("references", ()))
    return Paper(**_known(Paper, values))


def _body(key: str, entry: Mapping[str, Any]) -> Body:
    values: dict[str, Any] = {name: _value(value) for name, value in entry.items()}
    return Body(key=key, issuer_parent=" ".join(entry["parent_lines"]), **values)


def _recipe(entry: Mapping[str, Any]) -> Recipe:
    values = {key: _value(value) for key, value in entry.items()}
    if entry.get("decomposed"):
        values["path"] = unicodedata.normalize("NFD", entry["path"])
    values.pop("decomposed", None)
    values["looks"] = tuple(Look(**look) for look in entry["looks"])
    return Recipe(**_known(Recipe, values))


def _block(block: str | Mapping[str, Any]) -> str | Table:
    if isinstance(block, str):
        return block
    rows = tuple(tuple(str(cell) for cell in row) for row in block["rows"])
    return Table(tuple(block["heading"]), rows, tuple(float(width) for width in block["widths"]))


def _value(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _known(kind: type[Paper] | type[Recipe], values: Mapping[str, Any]) -> dict[str, Any]:
    """Refuse a misspelt key by name before the constructor does so less clearly."""
    unknown = set(values) - {f.name for f in fields(kind)}
    if unknown:
        message = f"Unknown keys for {kind.__name__}: {', '.join(sorted(unknown))}."
        raise ValueError(message)
    return dict(values)
