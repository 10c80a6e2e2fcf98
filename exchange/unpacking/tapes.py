"""Tar archives, member by member, and files packed one by one: gzip, bzip2, xz."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable
from typing import IO, Final, Self, cast

from exchange.unpacking.kinds import Packed
from exchange.unpacking.sink import PIECE, Sink
from schemas.vocabulary import Unseen

BROKEN: Final = (tarfile.TarError, lzma.LZMAError)
"""What reading these raises beside what all archives do."""

HEADER: Final = 10
EXTRA, NAMED, COMMENTED = 4, 8, 16
"""Bits of a gzip header (RFC 1952): there is a field of extra bytes, a name, a comment."""

_ENDINGS: Final = {".tgz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".svgz": ".svg"}

Streamed = Callable[[IO[bytes], str], None]


def untar(file: IO[bytes], sink: Sink, streamed: Streamed) -> None:
    """Put out a tar archive; what stands behind its end, or behind a header that cannot be read, is not looked at."""
    with tarfile.open(fileobj=file, mode="r:") as archive:
        told = set[str]()
        for member in archive:
            sink.count_member()
            for text in (member.name, member.linkname, member.uname, member.gname):
                if text:
                    sink.name_in(text.encode("utf-8", "surrogateescape"))
            for text in member.pax_headers.values():  # those of the archive stand beside each of its members
                if text not in told:
                    told.add(text)
                    sink.name(text)
                    sink.begin()
                    sink.text(text)
            if member.isreg() or member.type not in tarfile.SUPPORTED_TYPES:  # what is unknown is a file (POSIX)
                _member(archive, member, sink, streamed)
        file.seek(archive.offset)
    while piece := file.read(PIECE):
        if piece.strip(b"\0"):
            sink.unseen(Unseen.BROKEN)
            return


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, sink: Sink, streamed: Streamed) -> None:
    """Put out a member; what is wrong with it does not hide the others."""
    try:
        opened = archive.extractfile(member)
        if opened is not None:
            with opened:
                streamed(opened, member.name)
    except (*BROKEN, EOFError, OSError):
        sink.unseen(Unseen.BROKEN)


def expand(file: IO[bytes], kind: Packed, name: str, sink: Sink, streamed: Streamed) -> None:
    """Put out what was packed by itself, with the name and the comment that gzip keeps of it."""
    if kind is Packed.GZIP:
        for raw in _kept(file.read(PIECE)):
            sink.name(raw.decode("latin-1"))  # as RFC 1952 has it
            sink.name_in(raw)
        file.seek(0)
    sink.count_member()
    with _opened(file, kind) as opened:
        streamed(opened, inner(name))


def _opened(file: IO[bytes], kind: Packed) -> IO[bytes]:
    if kind is Packed.GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    return cast("IO[bytes]", _Streams(file, bz2.BZ2Decompressor if kind is Packed.BZIP2 else lzma.LZMADecompressor))


class _Streams:
    """What was packed by bzip2 or xz, stream after stream; the library's own readers pass over what is no stream."""

    def __init__(self, file: IO[bytes], new: Callable[[], bz2.BZ2Decompressor | lzma.LZMADecompressor]) -> None:
        """Stand at the first stream."""
        self._file = file
        self._new = new
        self._stream = new()
        self._waiting = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the file open: it is its owner's."""

    def read(self, most: int) -> bytes:
        """Return the next bytes, none at the end; raise EOFError, OSError, LZMAError for what is no stream, or cut."""
        while True:
            if self._stream.eof:
                self._waiting = (self._stream.unused_data or self._file.read(PIECE)).lstrip(b"\0")  # padding
                while not self._waiting:
                    piece = self._file.read(PIECE)
                    if not piece:
                        return b""
                    self._waiting = piece.lstrip(b"\0")
                self._stream = self._new()
            if self._stream.needs_input and not self._waiting:
                self._waiting = self._file.read(PIECE)
                if not self._waiting:
                    raise EOFError
            data, self._waiting = self._stream.decompress(self._waiting, most), b""
            if data:
                return data


def inner(name: str) -> str:
    """Return the name of what is packed in a file: its last ending falls away, or becomes what it stands for."""
    stem, dot, ending = name.rpartition(".")
    return stem + _ENDINGS.get(f".{ending.casefold()}", "") if dot else name


def _kept(head: bytes) -> list[bytes]:
    """Return the name and the comment in a gzip header, as far as they stand at the beginning."""
    flags, rest, found = head[3], head[HEADER:], list[bytes]()
    if flags & EXTRA:
        rest = rest[2 + int.from_bytes(rest[:2], "little") :]
    for bit in (NAMED, COMMENTED):
        if flags & bit:
            text, _, rest = rest.partition(b"\0")
            found.append(text)
    return found
