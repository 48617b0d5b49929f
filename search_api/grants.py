"""Grants as they are written in a request."""

from collections.abc import Sequence

from pipeline.access import Grant
from pipeline.errors import UsageError
from search_api.services import Services


def grants_of(written: Sequence[str], of: Services) -> list[Grant]:
    """The grants that were written. Raises `UsageError` for one that is none, or names what does not exist."""
    try:
        grants = [Grant(text) for text in written]
    except ValueError as error:
        message = (
            "Quyền xem viết sai. Hãy viết everyone, unit:ĐƠN_VỊ, under:ĐƠN_VỊ, role:VAI_TRÒ@ĐƠN_VỊ hoặc person:NGƯỜI."
        )
        raise UsageError(message) from error
    of.catalogue.organisation.require_known(grants)
    return grants
