"""Tar archives, member by member, and files packed one by one: gzip, bzip2, xz."""

import bz2
import gzip
import lzma
import tarfile
from collections.abc import Callable
from typing import IO, Final, cast

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
        for member in archive:
            sink.count_member()
            for text in (member.name, member.linkname, member.uname, member.gname, *member.pax_headers.values()):
                if text:
                    sink.name(text)
            if member.isfile():
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
        for text in _kept(file.read(PIECE)):
            sink.name(text)
        file.seek(0)
    sink.count_member()
    with _opened(file, kind) as opened:
        streamed(opened, inner(name))


def _opened(file: IO[bytes], kind: Packed) -> IO[bytes]:
    if kind is Packed.GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))
    return bz2.BZ2File(file) if kind is Packed.BZIP2 else lzma.LZMAFile(file)


def inner(name: str) -> str:
    """Return the name of what is packed in a file: its last ending falls away, or becomes what it stands for."""
    stem, dot, ending = name.rpartition(".")
    return stem + _ENDINGS.get(f".{ending.casefold()}", "") if dot else name


def _kept(head: bytes) -> list[str]:
    """Return the name and the comment in a gzip header, as far as they stand at the beginning."""
    flags, rest, found = head[3], head[HEADER:], list[str]()
    if flags & EXTRA:
        rest = rest[2 + int.from_bytes(rest[:2], "little") :]
    for bit in (NAMED, COMMENTED):
        if flags & bit:
            text, _, rest = rest.partition(b"\0")
            found += [text.decode("latin-1"), text.decode("utf-8", "replace")]
    return found
