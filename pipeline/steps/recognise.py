"""Recognise: read the pages of a staged file that have not been read, and screen each for secrecy marks.

Leaves how a page is read to the reader, and what a mark means for the file to the caller.
"""

from collections.abc import Callable, Iterator

from pipeline.model import FileFacts, PageResult, SecrecyMark
from pipeline.ports import FileReader
from pipeline.storage.staging import Manifest, StagedFile


def recognise(
    staged: StagedFile, manifest: Manifest, reader: FileReader, *, on_page: Callable[[], None]
) -> SecrecyMark | None:
    """Read what is left to read, page results going to staging; the first secrecy mark found, or None.

    Reading stops at a mark. `on_page` is called for each page that has a result, those of an earlier run too.
    """
    for page in _results(staged, manifest, reader):
        on_page()
        mark = reader.screen(page)
        if mark is not None:
            return mark
    return None


def _results(staged: StagedFile, manifest: Manifest, reader: FileReader) -> Iterator[PageResult]:
    """Each page's result: first those kept by an earlier run, then the rest as they are read."""
    done = staged.pages_done()
    for number in sorted(done):
        yield staged.page(number)
    left = [number for number in range(1, manifest.pages + 1) if number not in done]
    for reading in reader.read_pages(staged.original, FileFacts(manifest.media_type, manifest.pages), left):
        staged.save_page(reading)
        yield reading.result
