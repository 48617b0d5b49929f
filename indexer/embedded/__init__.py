"""The search index in a folder on this machine: `pipeline.ports.SearchIndex` over tantivy.

    folder/CURRENT         the name of the version that is searched
    folder/v7/SCHEMA       the fingerprint that this version was built with
    folder/v7/documents    hits, counts and facets
    folder/v7/pages        the best page of each hit
    folder/writer.lock     held by the one writer among all processes

Any number of processes search, and each search sees the last commit. Leaves what is asked to `indexer.plan` and
what is written to `indexer.entries`. Only here is tantivy imported.
"""

from pathlib import Path

from indexer.embedded.index import EmbeddedIndex
from pipeline.ports import SearchIndex


def open_embedded(folder: Path) -> SearchIndex:
    """The index in this folder, which is made if it is not there.

    An index built by another version of the software is opened too, but can only be rebuilt.

    Raises:
        UnavailableError: the folder cannot be read or written.
    """
    return EmbeddedIndex(folder)
