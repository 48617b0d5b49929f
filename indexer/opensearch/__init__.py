"""The search index on an OpenSearch server or cluster: `pipeline.ports.SearchIndex` through opensearch-py.

    vankho-documents-<schema>          alias: hits, counts and facets
    vankho-pages-<schema>              alias: the best page of each hit
    vankho-documents-<schema>-next     alias: what a rebuild is writing; writers write there too
    vankho-documents-<schema>-7        an index behind the aliases, its mapping from a template
    vankho-locks                       who writes and who rebuilds, among all machines

`vankho` is the prefix of the settings, `<schema>` the fingerprint of fields and analysis: another version of the
software never reads or writes what this one made. Texts are not kept there, only the words to search by.
Leaves what is asked to `indexer.plan` and what is written to `indexer.entries`. Only here is opensearchpy imported.
"""

from indexer.opensearch.client import Cluster
from indexer.opensearch.index import OpenSearchIndex
from pipeline.ports import SearchIndex
from pipeline.settings import IndexSettings

PATIENCE = 30.0
"""Seconds that a writer waits for another one, or for a server that is starting or has too much to do."""


def open_opensearch(settings: IndexSettings, *, patience: float = PATIENCE) -> SearchIndex:
    """The index on the server of these settings, whose `url` must be set. Nothing is asked of the server yet.

    Raises:
        SettingsError: the certificate of `settings.ca` cannot be read.
    """
    return OpenSearchIndex(Cluster(settings, patience=patience), settings.prefix, patience=patience)
