"""The bytes of a form: read with a cap and a time limit, decoded strictly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from exchange.transfer import TooLarge, gathered
from exchange.web.errors import PageFault

MOST_FIELDS: Final = 2_000
MEDIA: Final = "application/x-www-form-urlencoded"
OWN: Final = frozenset({"token", "seen", "key", "more", "version", "digest", "do"})
"""What a form bears for itself; the rest is what a person typed."""

SECRET: Final = frozenset({"password", "new_password", "again", "code"})
"""What a person typed and no page ever shows."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a form's texts may be, and each of its files, in bytes, and how long it may take, in seconds."""

    size: int
    seconds: float
    file: int


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, by name; a name may come several times."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    raw: bytes = b""

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a name."""
        return self.values.get(name, (default,))[0]

    @property
    def key(self) -> str:
        """What tells a form from the next one opened (64 characters): whoever sends it twice has one effect."""
        return sha256(self.get("key").encode()).hexdigest()

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a name."""
        return self.values.get(name, ())

    def typed(self) -> Iterator[tuple[str, str]]:
        """Yield what a person typed or chose."""
        for name, values in self.values.items():
            if name not in OWN | SECRET:
                yield from ((name, value) for value in values if value.strip())


async def read(request: Request, limits: Limits) -> Form:
    """Return the form of a call; raise PageFault for what is too large, too slow or no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MEDIA:
        raise PageFault("bad_form", 415)
    try:
        raw = await gathered(request, limits.size, limits.seconds)
    except TooLarge:
        raise PageFault("form_too_large", 413) from None
    except TimeoutError:
        raise PageFault("bad_form", 408) from None
    except ClientDisconnect:
        raise PageFault("bad_form", 400) from None
    return decoded(raw)


def decoded(raw: bytes) -> Form:
    """Return a form from its bytes, lines ending as they do everywhere else; raise PageFault for what is none."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise PageFault("bad_form", 400) from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        found[name] = (*found.get(name, ()), value.replace("\r\n", "\n"))
    return Form(found, raw)
