"""What `benchmarks.ocr` measures of ours, in a process that loads nothing else.

    python -m benchmarks.one_pdf PDF FOLDER

From the PDF to the words of its pages, as JSON, and the searchable PDF.
"""

import sys
from pathlib import Path

from extractors.files import PDF
from extractors.searchable_pdf import WantedPage, write_searchable_pdf
from flows.reading import PooledReader
from pipeline.scratch import scratch_folder
from pipeline.settings import IntakeSettings, OCRSettings
from pipeline.storage.pages import to_json

PROCESSES = 2


def read(path: Path, folder: Path) -> None:
    """What is measured of ours: from the PDF to words and searchable PDF."""
    with scratch_folder(folder) as scratch:
        reader = PooledReader(IntakeSettings(), OCRSettings(), workers=PROCESSES, scratch=scratch)
        facts = reader.inspect(path, name=path.name)
        layers: dict[int, bytes | None] = {}
        for reading in reader.read_pages(path, facts, range(1, facts.pages + 1)):
            number = reading.result.file_page
            (folder / f"{number:03d}.json").write_bytes(to_json(reading.result))
            layers[number] = reading.layer
        reader.close()
    with (folder / "searchable.pdf").open("wb") as out:
        write_searchable_pdf(
            path, PDF, [WantedPage(page, layers[page]) for page in sorted(layers)], out, title=path.stem
        )


if __name__ == "__main__":
    read(*map(Path, sys.argv[1:]))
