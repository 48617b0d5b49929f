"""The search index in a folder on this machine: `pipeline.ports.SearchIndex` over tantivy.

    folder/CURRENT         the name of the version that is searched
    folder/v7/SCHEMA       the fingerprint that this version was built with
    folder/v7/documents    hits, counts and facets
    folder/v7/pages        the best page of each hit
    folder/CHANGES         what is written while a new version is built
    folder/*.lock          held by the one writer and the one rebuild among all processes

Any number of processes search, and each search sees the last commit. Leaves what is asked to `indexer.plan` and
what is written to `indexer.entries`. Only here is tantivy imported.
"""

from pathlib import Path

from indexer.embedded.index import EmbeddedIndex
from pipeline.ports import SearchIndex

PATIENCE = 30.0
"""Seconds that a writer waits for another one."""


def open_embedded(folder: Path, *, patience: float = PATIENCE) -> SearchIndex:
    """The index in this folder. Where none was created, or it is damaged, each use of it says so.

    An index built by another version of the software can only be rebuilt.
    """
    return EmbeddedIndex(folder, patience=patience)
