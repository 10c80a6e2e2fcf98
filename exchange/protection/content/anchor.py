"""The anchor: which change of the registry was the last, in a file beside the keys and so outside the database.

`MAGIC | what is locked under the record key`: the sequence and digest of the ledger's end, and the places of the last
changes. The file is replaced whole, as the key file is, and never goes back except by an operator's own word.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import Tampered
from exchange.files.handles import told
from exchange.protection.content import keyfile
from exchange.protection.content.provider import ID_BYTES, VERSION
from exchange.protection.content.safe import Safe

MAGIC: Final = b"exchange anchor 1\n"
BOUND: Final = "anchor"
RECENT: Final = 256
"""Of how many last changes the anchor knows the places: what a cut-off registry lacks is named by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The ledger's end as it stood, its digest in hexadecimal, with the places of the changes before it, by number."""

    seq: int
    digest: str
    recent: dict[int, str]


ANCHOR: Final = TypeAdapter(Anchor)


class AnchorFile:
    """The file of the anchor; its methods block for a flush to the disk, so call them in a thread."""

    def __init__(self, path: Path, safe: Safe) -> None:
        """Stand on a file that may not be there yet."""
        self._path = path
        self._safe = safe

    def read(self) -> Anchor | None:
        """Return the anchor, None where there is none; raise Tampered, ModuleSealed, Unavailable."""
        return keyfile.anew(self._path, self._read)

    def begin(self) -> None:
        """Let an empty ledger have its anchor before its first change; one that is there stays."""
        with self._writing():
            if self._read() is None:
                self._write(Anchor(seq=0, digest=bytes(32).hex(), recent={}))

    def advance(self, anchor: Anchor) -> None:
        """Move the anchor on; one that another process moved further stays."""
        with self._writing():
            held = self._read()
            if held is None or held.seq < anchor.seq:
                self._write(anchor)

    def replace(self, anchor: Anchor) -> None:
        """Put another anchor in its place, an earlier one too: an operator says so."""
        with self._writing():
            self._write(anchor)

    def version(self) -> bytes | None:
        """Return the id of the key under which the anchor is locked, None where there is none."""
        whole = self._whole()
        return None if whole is None else whole[len(MAGIC) + len(VERSION) :][:ID_BYTES]

    def renew(self) -> None:
        """Lock the anchor anew under the newest version of the record key."""
        with self._writing():
            held = self._read()
            if held is not None:
                self._write(held)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with told():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with keyfile.writing(self._path):
            yield

    def _read(self) -> Anchor | None:
        whole = self._whole()
        if whole is None:
            return None
        try:
            return ANCHOR.validate_json(self._safe.open(whole.removeprefix(MAGIC), BOUND))
        except ValidationError:
            raise Tampered("the anchor of the registry cannot be read") from None

    def _whole(self) -> bytes | None:
        with told():
            try:
                whole = self._path.read_bytes()
            except FileNotFoundError:
                return None
        if not whole.startswith(MAGIC):
            raise Tampered("this is no anchor of the registry")
        return whole

    def _write(self, anchor: Anchor) -> None:
        keyfile.put(self._path, MAGIC + self._safe.lock(ANCHOR.dump_json(anchor), BOUND))
