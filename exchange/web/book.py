"""The registry as pages need it: who is behind a code, and what time it is there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.registry import AuthorityView
from schemas.vocabulary import AuthorityKind

ELSEWHERE: Final = "UTC"
"""The zone shown for a body that the registry does not know."""


DERIVED: Final = re.compile(r"[A-Z]{2}-BODY-[0-9A-F]{12}")
"""The code of a body that a redirect named: it follows from the request, and means nothing to whoever reads it."""


@dataclass(frozen=True, slots=True)
class Book:
    """The registered bodies by code."""

    by_code: Mapping[str, AuthorityView]

    @classmethod
    def of(cls, bodies: Iterable[AuthorityView]) -> "Book":
        """Make one from the registry's list."""
        return cls({body.code: body for body in bodies})

    def name(self, code: str, language: str) -> str:
        """Return a body's name in a language, else the one in Russian; the code where the registry has none."""
        body = self.by_code.get(code)
        if body is None:
            return code
        return body.name.get(language) or body.name.get("ru") or code

    def is_short_for(self, code: str) -> bool:
        """Tell whether a code says whom it stands for: not one that was derived for a body in a redirect."""
        return code in self.by_code and not DERIVED.fullmatch(code)

    def zone(self, code: str) -> str:
        """Return a body's zone; of a body without an entry, that of its state's first one, as its code begins."""
        body = self.by_code.get(code)
        near = (other.zone for other in self.by_code.values() if other.country and other.country == code[:2])
        return body.zone if body else next(near, ELSEWHERE)

    def neighbours(self, code: str) -> tuple[AuthorityView, ...]:
        """Return the other bodies of a body's state."""
        body = self.by_code.get(code)
        country = body.country if body else None
        return tuple(
            other
            for other in self.by_code.values()
            if country is not None
            and other.country == country
            and other.code != code
            and other.kind is not AuthorityKind.SECRETARIAT
        )
