"""How fast the embedded index is built and searched, beside bare tantivy on the same texts.

    python -m benchmarks.search [--documents N] [--queries N] [--folder DIR]

Files N two-page papers in a catalogue, builds both indices from it, and asks as a reader of ten tokens would: the first
20 hits, exact total, every facet, the best page of each hit and its snippet, checked against the catalogue. The peer
is tantivy with its own tokenizer over one field of text, searched under the same filter for the same words, with the
same facets and no snippets. What the reader's filter costs is measured in the engine alone: the same queries without
it, for ten tokens and for sixty. Fails where a figure is beyond its limit.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import tantivy

from benchmarks import pile
from indexer.embedded import open_embedded
from indexer.embedded.queries import document_query, facets, newest, ranked
from indexer.embedded.store import open_version
from indexer.embedded.versions import Versions
from indexer.fields import indexed_document
from indexer.plan import search_plan
from indexer.rebuild import reindex
from indexer.search import Search
from pipeline.access import Reader
from pipeline.catalogue import Catalogue, open_catalogue, sqlite_url
from pipeline.catalogue.documents import FilingPlace
from pipeline.model import Organisation, Unit
from pipeline.ports import IndexedDocument
from pipeline.query import ALL_MUST_MATCH, FACETS, SearchRequest, Sort
from pipeline.text import fold

LIMIT_RATE = 500
LIMIT_P50, LIMIT_P99 = 15.0, 75.0
TOKENS, MANY_TOKENS = 10, 60
LIMIT_FILTER = 2.0
"""How much longer the engine may take under a filter of `TOKENS` than without any."""
HITS = 20
_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Time spent on something, in seconds: by the clock, and by this process on the processor.

    On a machine that does other things as well only the latter says something.
    """

    clock: float
    processor: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.clock + other.clock, self.processor + other.processor)

    def rate(self, documents: int) -> str:
        """Documents per second of either."""
        return f"{documents / self.clock:,.0f} documents/s, {documents / self.processor:,.0f} per processor second"


def measured(work: Callable[[], object]) -> Spent:
    """The time that this takes."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - clock, time.process_time() - processor)


@dataclass(frozen=True, slots=True)
class Times:
    """What each query of one kind took."""

    kind: str
    spent: Sequence[Spent]

    def percentile(self, share: float) -> float:
        """The milliseconds by the clock within which this share of the queries was answered."""
        return _percentile([one.clock for one in self.spent], share)

    def __str__(self) -> str:
        processor = [one.processor for one in self.spent]
        figures = [*map(self.percentile, (0.5, 0.99)), *(_percentile(processor, share) for share in (0.5, 0.99))]
        return f"{self.kind:<30}" + "".join(f"{figure:9.1f}" for figure in figures)


def _percentile(seconds: Sequence[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1_000


def main() -> int:
    """Run it; 1 where a limit is not kept."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=400, help="queries of all kinds together")
    parser.add_argument("--folder", type=Path, help="keeps what was built, for another run")
    chosen = parser.parse_args()
    with _folder(chosen.folder) as folder:
        facts = _catalogue(folder, chosen.documents)
        built = _build(folder, facts, chosen.documents)
        peer = _build_peer(folder, facts)
        print(f"bare tantivy: {peer.rate(chosen.documents)}, ratio {peer.processor / built.processor:.2f}")
        times = _search(folder, facts, chosen.queries)
        filtered = _filter_cost(folder, chosen.queries)
        facts.close()
    rate = chosen.documents / built.clock
    is_kept = rate >= LIMIT_RATE and times.percentile(0.5) <= LIMIT_P50 and times.percentile(0.99) <= LIMIT_P99
    is_kept = is_kept and filtered <= LIMIT_FILTER
    limits = f"{LIMIT_RATE} documents/s, p50 {LIMIT_P50}, p99 {LIMIT_P99} ms, filter {LIMIT_FILTER} ×"
    print(f"limits: {limits}: {'kept' if is_kept else 'NOT KEPT'}")
    return 0 if is_kept else 1


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _catalogue(folder: Path, documents: int) -> Catalogue:
    """The catalogue with all papers filed, unless an earlier run did it."""
    facts = open_catalogue(sqlite_url(folder / "catalogue.sqlite3"))
    have = sum(facts.documents.count().values())
    if have != documents:
        units = tuple(Unit(unit, f"Đơn vị {unit}", "chi_bo") for unit in pile.UNITS)
        facts.organisation.replace(Organisation(units, ()))
        began = time.perf_counter()
        for ordinal, (file, grants) in enumerate(pile.files(documents), start=1):
            if ordinal * pile.DOCUMENTS_A_FILE > have:
                batch = facts.batches.begin(unit=file.owner_unit, actor="benchmark", files=1)
                facts.documents.file(file, FilingPlace("benchmark", batch, 1), grants=grants)
        print(f"catalogue: {documents:,} papers filed in {time.perf_counter() - began:.0f} s")
    return facts


def _build(folder: Path, facts: Catalogue, documents: int) -> Spent:
    """Build both indices, once from the catalogue and once from values at hand; what the latter took."""
    index = open_embedded(folder / "index")
    spent = measured(lambda: reindex(index, facts.documents))
    size = sum(path.stat().st_size for path in (folder / "index").rglob("*") if path.is_file())
    print(f"both indices, from the catalogue: {spent.rate(documents)}; {size / 1e6:,.0f} MB")
    writing = open_embedded(folder / "again").rebuild()
    spent = Spent(0.0, 0.0)
    with ExitStack() as stack:
        writer = stack.enter_context(writing)
        for chunk in _indexed(facts):
            spent += measured(partial(writer.write, chunk))
        spent += measured(stack.close)
    shutil.rmtree(folder / "again")
    print(f"both indices, from values at hand: {spent.rate(documents)}")
    while told := facts.documents.pending(_CHUNK):  # as where the drainer has caught up
        facts.documents.done(told)
    return spent


def _indexed(facts: Catalogue) -> Iterator[list[IndexedDocument]]:
    """What the index is told of every document, in chunks."""
    names = facts.documents.unit_names()
    ids = facts.documents.document_ids()
    while chunk := list(islice(ids, _CHUNK)):
        texts = facts.documents.page_texts(chunk)
        records = facts.documents.documents(chunk)
        yield [indexed_document(records[id_], texts[id_], names) for id_ in chunk]


_PEER_FIELDS = ("title", "body")


def _peer_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in _PEER_FIELDS:
        builder.add_text_field(name)
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("access", tokenizer_name="raw", index_option="basic")
    for name in FACETS:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def _build_peer(folder: Path, facts: Catalogue) -> Spent:
    """Bare tantivy, one document per paper, told the same texts."""
    shutil.rmtree(folder / "peer", ignore_errors=True)
    (folder / "peer").mkdir()
    schema = _peer_schema()
    writer = tantivy.Index(schema, str(folder / "peer")).writer(64_000_000, 1)

    def write(chunk: Sequence[IndexedDocument]) -> None:
        for document in chunk:
            told = {"id": document.id, "title": document.title, "access": sorted(document.tokens)}
            counted = {"type": document.type, "issuer": document.issuer, "unit": document.unit}
            body = [page.text for page in document.pages]
            values = {**told, **counted, "year": (document.date or "")[:4], "body": body}
            writer.add_document(tantivy.Document.from_dict(values, schema))

    spent = Spent(0.0, 0.0)
    for chunk in _indexed(facts):
        spent += measured(partial(write, chunk))
    return spent + measured(writer.commit) + measured(writer.wait_merging_threads)


def _queries(count: int) -> Iterator[tuple[str, SearchRequest]]:
    """Queries of every kind in turn, the same each time."""
    chance = random.Random(count)
    vocabulary = pile.words()

    def run(length: int) -> str:
        return " ".join(vocabulary.text(chance, 60).split()[:length])

    kinds: list[tuple[str, Callable[[], SearchRequest]]] = [
        ("one word", lambda: SearchRequest(run(1))),
        ("two words, unaccented", lambda: SearchRequest(fold(run(2)))),
        ("three words", lambda: SearchRequest(run(3))),
        ("four words, newest first", lambda: SearchRequest(run(4), sort=Sort.NEWEST)),
        ("a run of words", lambda: SearchRequest(chance.choice(vocabulary.runs))),
        ("a phrase", lambda: SearchRequest(f'"{chance.choice(vocabulary.runs)}"')),
        ("a question of twelve words", lambda: SearchRequest(run(12))),
        ("a number", lambda: SearchRequest(f"{chance.randint(1, 400)}-NQ/TU")),
        ("a number in words", lambda: SearchRequest(f"nghị quyết số {chance.randint(1, 400)}")),
        ("browsing", SearchRequest),
        (
            "a type and a year",
            lambda: SearchRequest(run(2), types=("nghi_quyet",), years=(chance.randint(1991, 2024),)),
        ),
    ]
    for number in range(count):
        kind, make = kinds[number % len(kinds)]
        yield kind, make()


def _readers(count: int, tokens: int = TOKENS) -> Iterator[Reader]:
    """Readers of so many tokens, each of another mixture of units."""
    chance = random.Random(count)
    for number in range(count):
        yield Reader(f"reader-{number}", frozenset(f"unit:{unit}" for unit in chance.sample(pile.UNITS, tokens)))


def _search(folder: Path, facts: Catalogue, count: int) -> Times:
    """Ask everything, print the times of each kind, and give those of all together."""
    search = Search(open_embedded(folder / "index"), facts.documents)
    peer = tantivy.Index(_peer_schema(), str(folder / "peer"))
    searcher = peer.searcher()
    asked = list(zip(_queries(count), _readers(count), strict=True))
    for (_, request), reader in asked[:20]:
        search.search(request, reader=reader)
    spent: dict[str, list[Spent]] = {}
    peer_spent: list[Spent] = []
    for (kind, request), reader in asked:
        spent.setdefault(kind, []).append(measured(partial(search.search, request, reader=reader)))
        peer_spent.append(measured(partial(_ask_peer, peer, searcher, request, reader)))
    everything = Times("all", [one for times in spent.values() for one in times])
    bare = Times("bare tantivy, no snippets", peer_spent)
    print(
        f"\nfirst {HITS}, total, {len(FACETS)} facets, best pages and snippets, filter of {TOKENS} tokens, milliseconds"
    )
    print(f"{'':<30}{'p50':>9}{'p99':>9}  processor: p50, p99")
    for times in (*(Times(kind, found) for kind, found in spent.items()), everything, bare):
        print(times)
    ratios = [everything.percentile(share) / bare.percentile(share) for share in (0.5, 0.99)]
    print(f"ratio to bare tantivy: p50 {ratios[0]:.1f}, p99 {ratios[1]:.1f}")
    return everything


def _filter_cost(folder: Path, count: int) -> float:
    """Ask the engine for hits and facets with and without the reader's filter; the ratio of ten tokens to none."""
    documents = open_version(Versions(folder / "index").current()).documents
    spent: dict[str, list[Spent]] = {"no filter": [], f"{TOKENS} tokens": [], f"{MANY_TOKENS} tokens": []}
    for (_, request), few, many in zip(
        _queries(count), _readers(count), _readers(count, MANY_TOKENS), strict=True
    ):  # in turn, so that a busy moment of the machine meets all alike
        plan, widest = search_plan(request, reader=few), search_plan(request, reader=many)
        bare = replace(plan, filters=plan.filters[1:]) if plan else None
        for times, asked in zip(spent.values(), filter(None, (bare, plan, widest)), strict=True):
            query = document_query(asked, documents.schema)
            times.append(measured(partial(_ask_engine, documents.index.searcher(), query, is_by_date=asked.is_by_date)))
    print(f"\nthe engine alone, first {HITS}, total and facets, milliseconds")
    print(f"{'':<30}{'p50':>9}{'p99':>9}  processor: p50, p99")
    print(*(Times(kind, found) for kind, found in spent.items()), sep="\n")
    sums = [sum(one.processor for one in times) for times in spent.values()]
    print(
        f"ratio to no filter: {sums[1] / sums[0]:.2f} with {TOKENS} tokens, {sums[2] / sums[0]:.2f} with {MANY_TOKENS}"
    )
    return sums[1] / sums[0]


def _ask_engine(searcher: tantivy.Searcher, query: tantivy.Query, *, is_by_date: bool) -> None:
    (newest if is_by_date else ranked)(searcher, query, HITS)
    facets(searcher, query)


def _ask_peer(index: tantivy.Index, searcher: tantivy.Searcher, request: SearchRequest, reader: Reader) -> None:
    schema = index.schema
    words = request.text.lower().replace('"', " ").replace("-", " ").replace("/", " ").split()
    anywhere = [
        tantivy.Query.boolean_query(
            [(tantivy.Occur.Should, tantivy.Query.term_query(schema, name, word)) for name in _PEER_FIELDS]
        )
        for word in words
    ]
    is_long = len(words) > ALL_MUST_MATCH
    occurs = tantivy.Occur.Should if is_long else tantivy.Occur.Must
    minimum = (len(words) + 1) // 2 if is_long else 0
    asked = tantivy.Query.boolean_query([(occurs, word) for word in anywhere], minimum)
    readable = tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "access", token, "basic"))
            for token in sorted(reader.tokens)
        ]
    )
    query = tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Must, asked if words else tantivy.Query.all_query()),
            (tantivy.Occur.Must, tantivy.Query.const_score_query(readable, 0.0)),
        ]
    )
    for _, address in searcher.search(query, limit=HITS).hits:
        searcher.doc(address)
    searcher.aggregate(
        query, {name: {"terms": {"field": name, "size": 1_000, "segment_size": 1_000}} for name in FACETS}
    )


if __name__ == "__main__":
    sys.exit(main())
