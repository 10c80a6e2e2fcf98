"""The pages' own files, read at start; each address bears the digest of what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final

from starlette.responses import Response

from exchange.web.errors import UnknownPage

KINDS: Final[Mapping[str, str]] = {"css": "text/css", "svg": "image/svg+xml"}
FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files by name, with the digest that stands in their address."""

    held: Mapping[str, tuple[str, bytes]]

    @classmethod
    def read(cls) -> "Shelf":
        """Read all of them."""
        found = {}
        for file in files(__package__).joinpath("static").iterdir():
            if file.name.rpartition(".")[2] in KINDS:
                content = file.read_bytes()
                found[file.name] = (sha256(content).hexdigest()[:16], content)
        return cls(found)

    def address(self, name: str) -> str:
        """Return the address of a file."""
        return f"/static/{self.held[name][0]}/{name}"

    def answer(self, version: str, name: str) -> Response:
        """Answer with a file; raise UnknownPage for one that is not there, or not any more."""
        kept, content = self.held.get(name, ("", b""))
        if not kept or kept != version:
            raise UnknownPage
        return Response(content, headers={"Cache-Control": FOREVER}, media_type=KINDS[name.rpartition(".")[2]])
