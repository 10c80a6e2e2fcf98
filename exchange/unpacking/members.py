"""A file by its kind: archives member by member, and what lies in them, a few deep."""

import zipfile
import zlib
from io import SEEK_END, BytesIO
from typing import IO, Final

from exchange.unpacking import kinds, office, rtf, tapes
from exchange.unpacking.kinds import Packed
from exchange.unpacking.sink import DEEPEST, MOST_MEMBERS, MOST_NESTED, PIECE, Sink
from schemas.vocabulary import Unseen

UTF8: Final = 0x800
"""The bit of a member's flags that says so of its name."""

HEADER: Final = 30
"""Bytes of a member's header, its name and what is extra aside."""

DESCRIPTOR: Final = 24
"""Bytes that may stand behind a member: its checksum and its sizes."""

ENDING: Final = 22
"""Bytes of the end of an archive, its comment aside."""

_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError, KeyError, OverflowError),
    *(RuntimeError, RecursionError, *tapes.BROKEN),
)


def unpack(file: IO[bytes], sink: Sink, name: str = "", media_type: str = "", *, depth: int = 1) -> None:
    """Put out the texts of a packed file, or say why not; raise Enough."""
    head = file.read(PIECE)
    file.seek(0)
    kind = kinds.packed_kind(head, name, media_type)
    if kind is not None and depth > DEEPEST:
        sink.unseen(Unseen.TOO_DEEP)
        return
    try:
        if kind is Packed.ZIP:
            _unzip(file, sink, depth)
        elif kind is Packed.PDF:
            from exchange.unpacking import pdf

            pdf.unpack(file, sink, lambda inner, called: _nested(inner, called, sink, depth))
        elif kind is Packed.RTF:
            rtf.unpack(file, sink)
        elif kind is Packed.TAR:
            tapes.untar(file, sink, lambda opened, called: _streamed(opened, called, sink, depth))
        elif kind in {Packed.GZIP, Packed.BZIP2, Packed.XZ}:
            tapes.expand(file, kind, name, sink, lambda opened, called: _streamed(opened, called, sink, depth))
        elif kind is Packed.MAIL:
            from exchange.unpacking import mail

            mail.unpack(file, sink, lambda inner, called: _nested(inner, called, sink, depth))
    except _BROKEN:
        sink.unseen(Unseen.BROKEN)
    except MemoryError:
        sink.unseen(Unseen.TOO_LARGE)


def _unzip(file: IO[bytes], sink: Sink, depth: int) -> None:
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        if _has_more(file, archive, members):
            sink.unseen(Unseen.BROKEN)
        for comment in (archive.comment, *(member.comment for member in members)):
            if comment:
                sink.name_in(comment)
        is_office = office.is_office({one.filename for one in members})
        if is_office and office.is_sealed(archive, members):
            sink.unseen(Unseen.ENCRYPTED)
            return
        for member in members:
            sink.count_member()
            if member.is_dir():
                _named(member, sink)
            elif not is_office:
                _named(member, sink)
                _member(archive, member, sink, depth)
            elif not office.is_idle(member.filename):
                _member(archive, member, sink, depth, is_part=office.is_part(member.filename))


def _has_more(file: IO[bytes], archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> bool:
    """Tell whether anything stands in an archive that belongs to no member: before, between or behind them."""
    file.seek(-(ENDING + len(archive.comment)), SEEK_END)
    end, place = file.read(4), 0
    for member in sorted(members[: MOST_MEMBERS + 1], key=lambda member: member.header_offset):
        if member.header_offset > place + DESCRIPTOR:
            return True
        file.seek(member.header_offset)
        header = file.read(HEADER)
        lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        place = max(place, member.header_offset + HEADER + lengths + member.compress_size)
    return end != b"PK\5\6" or archive.start_dir > place + DESCRIPTOR


def _named(member: zipfile.ZipInfo, sink: Sink) -> None:
    """Put out a member's name; where it is not said to be in UTF-8, it was read as if in cp437."""
    in_utf8 = member.flag_bits & UTF8
    sink.name_in(member.filename.encode(*(("utf-8", "replace") if in_utf8 else ("cp437", "replace"))))


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, sink: Sink, depth: int, *, is_part: bool = False
) -> None:
    """Put out a member; what is wrong with it does not hide the others."""
    if member.flag_bits & 1:
        sink.unseen(Unseen.ENCRYPTED)
        return
    try:
        with archive.open(member) as opened:
            if is_part:
                office.texts(opened, sink)
            else:
                _streamed(opened, member.filename, sink, depth)
    except _BROKEN:
        sink.unseen(Unseen.BROKEN)


def _streamed(opened: IO[bytes], name: str, sink: Sink, depth: int) -> None:
    """Put out what comes: a text as it is, a packed file unpacked in turn."""
    piece = opened.read(PIECE)
    sink.count(len(piece))
    if kinds.packed_kind(piece, name) is not None:
        held = bytearray(piece)
        while piece := opened.read(PIECE):
            sink.count(len(piece))
            held += piece
            if len(held) > MOST_NESTED:
                sink.unseen(Unseen.TOO_LARGE)
                return
        unpack(BytesIO(held), sink, name, depth=depth + 1)
    elif kinds.is_picture(piece):
        sink.unseen(Unseen.PICTURE)
    elif kinds.is_sealed(piece):
        sink.unseen(Unseen.ENCRYPTED)
    elif piece:
        sink.begin(name)
        while piece:
            sink.data(piece)
            piece = opened.read(PIECE)
            sink.count(len(piece))


def _nested(content: bytes, name: str, sink: Sink, depth: int) -> None:
    """Put out what is attached to a file."""
    sink.count_member()
    sink.name(name)
    _streamed(BytesIO(content), name, sink, depth)
