"""Write the sample archive: `python -m samples.generate [--out DIR] [--seed N] [--documents K]`.

Without options it writes the committed set anew, over itself. With `--documents K` it invents K fresh papers of the
same kinds from the seed, for benchmarks and tests that need more than the committed ones.
"""

import argparse
from pathlib import Path

from samples.generator import DEFAULT_SEED, committed_documents, invented_documents, write_set

HERE = Path(__file__).parent


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m samples.generate", description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: the committed set)")
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--documents", type=int, default=0, help="number of fresh documents; 0: the committed set")
    options = parser.parse_args()
    if options.out.resolve() == HERE.resolve() and (options.documents or options.seed != DEFAULT_SEED):
        parser.error("other papers or another seed need --out: they do not belong among the committed ones")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.documents:
        made = invented_documents(options.documents, options.seed)
    else:
        made = committed_documents(options.seed)
    truths = write_set(made, options.out)
    pages = sum(len(truth["pages"]) for truth in truths)
    print(f"{len(truths)} documents, {pages} pages in {options.out / 'documents'}")


if __name__ == "__main__":
    main()
