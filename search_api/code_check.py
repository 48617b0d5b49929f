"""The second factor's codes as somebody signs in: those of a telephone, and those on paper; each is good once."""

from datetime import datetime

from pipeline.catalogue import Catalogue
from pipeline.passwords import secret_hash
from pipeline.second_factor import Seal, matching_step, plain_code


class CodeCheck:
    """Checks codes against the catalogue's second factors."""

    def __init__(self, catalogue: Catalogue, seal: Seal) -> None:
        """With the factors of this catalogue, sealed by this installation."""
        self._factors = catalogue.second_factors
        self._seal = seal

    def are_asked_of(self, person: str) -> bool:
        """Whether this person has a second factor."""
        factor = self._factors.factor(person)
        return factor is not None and factor.is_confirmed

    def take(self, person: str, code: str, now: datetime) -> bool:
        """Take a code; whether it was good, and had not been taken before."""
        factor = self._factors.factor(person)
        step = matching_step(self._seal.open(factor.secret), code, now) if factor else None
        if step is not None:
            return self._factors.take_step(person, step)
        return self._factors.take_recovery_code(person, secret_hash(plain_code(code)))
