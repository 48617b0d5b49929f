"""Codes of central bodies in state numbers that have ended, each with the code of the body that took over its work.

From the re-organisation of the government of 1 March 2025; `docs/domain.md`, "Issuers and codes".
"""

from collections.abc import Mapping
from types import MappingProxyType

SUCCESSORS: Mapping[str, str] = MappingProxyType(
    {
        "BKHĐT": "BTC",
        "BGTVT": "BXD",
        "BTTTT": "BKHCN",
        "BLĐTBXH": "BNV",
        "BTNMT": "BNNMT",
        "BNNPTNT": "BNNMT",
        "UBDT": "BDTTG",
    }
)
