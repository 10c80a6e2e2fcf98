"""What a packed file is by its first bytes, its name and its type."""

import re
from enum import Enum, auto
from typing import Final


class Packed(Enum):
    """Files that hold texts packed."""

    ZIP = auto()
    PDF = auto()
    RTF = auto()
    MAIL = auto()
    TAR = auto()
    GZIP = auto()
    BZIP2 = auto()
    XZ = auto()


_PDF: Final = re.compile(rb"(?:\xef\xbb\xbf)?[\s\S]{0,1020}?%PDF-")
_ZIP: Final = re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)")
_RTF: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,16}\{\\rtf")
_MAIL: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:From [^\n]{1,200}\n)?"
    rb"(?:Return-Path|Received|Delivered-To|MIME-Version|Message-ID|From|Date|Subject|To|X-[A-Za-z-]{1,40}):[ \t]",
    re.IGNORECASE,
)
_BY_ITSELF: Final = (
    (re.compile(rb"(?:\xef\xbb\xbf)?\s{0,16}%PDF-"), Packed.PDF),
    (re.compile(rb"\x1f\x8b\x08"), Packed.GZIP),
    (re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"), Packed.BZIP2),
    (re.compile(rb"\xfd7zXZ\x00"), Packed.XZ),
)
_TAR: Final = re.compile(rb"[^\0][\s\S]{147}([0-7 \0]{8})")
_BLOCK: Final = 512
"""Bytes of a header of tar; the sum of them stands in the eight from 148, which count as spaces."""
_PICTURE: Final = re.compile(
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|II\*\x00|MM\x00\*|RIFF....WEBP|BM....\x00\x00\x00\x00|\xd7\xcd\xc6\x9a"
    rb"|\x01\x00\x00\x00.{36} EMF|....ftyp(?:heic|heix|mif1|avif)|AT&TFORM....DJV|\x00\x00\x00\x0cjP",
    re.DOTALL,
)
_OLE: Final = re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_SEALED: Final = "EncryptedPackage".encode("utf-16-le")


def packed_kind(head: bytes, name: str = "", media_type: str = "") -> Packed | None:
    """Tell how a file holds its texts; None for one that holds them plainly, or none."""
    if _ZIP.match(head):
        return Packed.ZIP
    if _RTF.match(head):
        return Packed.RTF
    for begin, kind in _BY_ITSELF:  # before the name: a message begins like none of these, whatever it is called
        if begin.match(head):
            return kind
    if _is_tar(head):
        return Packed.TAR
    if name.casefold().endswith((".eml", ".mht", ".mhtml")) or media_type == "message/rfc822" or _MAIL.match(head):
        return Packed.MAIL
    return Packed.PDF if _PDF.match(head[:1100]) else None


def _is_tar(head: bytes) -> bool:
    """Tell whether a file begins with a header of tar, of any of its formats."""
    found = _TAR.match(head)
    digits = b"" if found is None else found[1].strip(b" \0")
    if not digits.isdigit() or len(head) < _BLOCK:
        return False
    block = head[:148] + b" " * 8 + head[156:_BLOCK]
    return int(digits, 8) in {sum(block), sum(byte - 256 * (byte > 127) for byte in block)}  # noqa: PLR2004 - signed


def is_picture(head: bytes) -> bool:
    """Tell whether a file is a picture."""
    return _PICTURE.match(head) is not None


def is_sealed(head: bytes) -> bool:
    """Tell whether a file is an office document under a password."""
    return _OLE.match(head) is not None and _SEALED in head
