"""Long lists of values asked for in statements of a bearable length."""

from collections.abc import Collection, Iterator
from itertools import islice

_SIZE = 500
"""Values in one statement; SQLite's limit of parameters is far above."""


def chunks(values: Collection[str]) -> Iterator[list[str]]:
    """The values in lists short enough for one statement."""
    left = iter(values)
    while chunk := list(islice(left, _SIZE)):
        yield chunk
