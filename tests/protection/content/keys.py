"""Key files as cheap as they can be, so that tests do not wait for what guessing costs."""

from pathlib import Path

from exchange.protection.content.file_provider import FileProvider, open_keys
from exchange.protection.content.keyfile import Cost
from exchange.protection.content.provider import Owner
from schemas.secrecy import Mark

CHEAP = Cost(passes=1, kibibytes=64, lanes=1)
PHRASE = "корабли лавировали, лавировали"
OWNER = Owner("KZ-MVD", Mark.SECRET)
SECRET = b"0123456789abcdef0123456789abcdef"


def made(path: Path) -> FileProvider:
    """Return an open provider over a key file, made where it is missing."""
    return open_keys(path, PHRASE, make=True, cost=CHEAP)
