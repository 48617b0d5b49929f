"""Whether somebody may be told of the whole file that a document was cut from: its bytes, and where in it pages lie."""

from pipeline.access import Reader, document_tokens, may_read
from pipeline.catalogue import Catalogue
from pipeline.model import DocumentRecord


def may_read_whole_file(record: DocumentRecord, facts: Catalogue, *, reader: Reader) -> bool:
    """Whether the reader may read every document cut from the same file, and every page of it.

    Pages that belong to no document are for the clerks of the owner unit alone.
    """
    cut = facts.documents.documents(facts.documents.ids_of_file(record.file.id)).values()
    pages = {page.file_page for document in cut for page in document.pages}
    is_all_cut = pages.issuperset(range(1, record.file.pages + 1))
    clerks = document_tokens(owner_unit=record.owner_unit, is_published=False, grants=())
    return all(document.is_readable_by(reader) for document in cut) and (is_all_cut or may_read(reader, clerks))
