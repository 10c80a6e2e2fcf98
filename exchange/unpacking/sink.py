"""Where what is taken out of a file goes: frames on a pipe, bounded; and what could not be taken out."""

import struct
from typing import BinaryIO, Final

from schemas.vocabulary import Unseen

HEAD: Final = struct.Struct(">cI")
"""What a frame begins with: what it holds, and how many bytes."""

TEXT, FILE, DATA, NAME, UNSEEN, END = b"t", b"f", b"d", b"n", b"u", b"e"
"""Frames: a plain text in UTF-8 begins, or a file of that name; bytes of it; the name of something; why something was
not looked at; all is done."""

PIECE: Final = 64 * 1024
"""Most bytes that a frame holds."""

MOST_BYTES: Final = 256 * 1024 * 1024
"""Bytes that may be unpacked of one file, those of its members' members with them."""

MOST_MEMBERS: Final = 4096
DEEPEST: Final = 3
"""How many packed files may stand within each other, the outermost counted."""

MOST_NESTED: Final = 48 * 1024 * 1024
"""Bytes of a packed member that is held in memory to be unpacked in turn."""


OLDER: Final = ("cp866", "kz1048", "koi8_r", "mac_cyrillic", "iso8859_5", "cp1257")
"""The encodings of one byte in which archives keep names; the second has the letters of Windows-1251."""


class Enough(Exception):
    """A bound was reached: nothing more is looked at."""


class Sink:
    """Writes frames, and counts what goes out and what was unpacked for it."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._held = bytearray()
        self._bytes = self._members = 0

    def begin(self, name: str | None = None) -> None:
        """Begin a plain text; or a file, by its name."""
        self._frame(*((TEXT, b"") if name is None else (FILE, name.encode("utf-8", "replace")[:PIECE])))

    def text(self, text: str) -> None:
        """Put out some of a plain text."""
        self.data(text.encode("utf-8", "replace"))

    def data(self, data: bytes) -> None:
        """Put out some bytes of what began."""
        self._held += data
        if len(self._held) >= PIECE:
            self._flush()

    def name(self, name: str) -> None:
        """Put out the name of something."""
        self._frame(NAME, name.encode("utf-8", "replace")[:PIECE])

    def name_in(self, raw: bytes) -> None:
        """Put out a name as it is kept: where that is no UTF-8, as it is in each of the older encodings."""
        try:
            self.name(raw.decode())
        except UnicodeDecodeError:
            for encoding in OLDER:
                self.name(raw.decode(encoding, "replace"))

    def unseen(self, why: Unseen) -> None:
        """Say that something was not looked at."""
        self._frame(UNSEEN, why.encode())

    def count(self, size: int) -> None:
        """Count unpacked bytes; raise Enough."""
        self._bytes += size
        if self._bytes > MOST_BYTES:
            self.unseen(Unseen.TOO_LARGE)
            raise Enough

    def count_member(self) -> None:
        """Count a member; raise Enough."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            self.unseen(Unseen.TOO_LARGE)
            raise Enough

    def end(self) -> None:
        """Say that all is done."""
        self._frame(END, b"")
        self._pipe.flush()

    def _flush(self) -> None:
        held, self._held = bytes(self._held), bytearray()
        for begin in range(0, len(held), PIECE):
            self._frame(DATA, held[begin : begin + PIECE])

    def _frame(self, kind: bytes, held: bytes) -> None:
        if kind != DATA and self._held:
            self._flush()
        self._pipe.write(HEAD.pack(kind, len(held)) + held)
