"""What is attached to an act: its id, which commits to its content, and what a file may be called."""

import re
import unicodedata
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from exchange.core.objections import Objection, object_to
from exchange.core.request import AttachmentRef

LONGEST_NAME: Final = 255
"""Bytes of a file's name in UTF-8."""

LONGEST_TYPE: Final = 127
UNKNOWN_TYPE: Final = "application/octet-stream"

_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*")
"""A media type without parameters (RFC 6838)."""

_ID: Final = re.compile(r"att-[a-z2-7]{52}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")
"""Letters, symbols and a mark by category that nobody sees."""


def attachment_id(authority: str, digest: str, size: int, name: str, media_type: str) -> str:
    """Return the id of what an authority attaches: whoever signs the id has signed content, size, name and type.

    `att-` and 52 letters: the SHA-256, in base32, of the five parts, each after its length (8 bytes, big-endian).
    """
    parts = (text.encode() for text in (authority, digest, str(size), name, media_type))
    whole = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return "att-" + b32encode(sha256(whole).digest()).decode().rstrip("=").lower()


def is_attachment_id(text: str) -> bool:
    """Tell whether a text can be an id at all."""
    return _ID.fullmatch(text) is not None


def is_true(ref: AttachmentRef, authority: str) -> bool:
    """Tell whether the particulars of an attachment are those that its id commits to."""
    return ref.id == attachment_id(authority, ref.sha256, ref.size, ref.name, ref.media_type)


def plain_name(name: str) -> str:
    """Return a name as it is kept: normalised (NFC), without spaces around it."""
    return unicodedata.normalize("NFC", name).strip(" ")


def of_name(name: str) -> Iterator[Objection]:
    """Yield what is wrong with a file's name, `plain_name` having been asked for first."""
    if not name:
        yield object_to("file_name_needed", "/name")
        return
    if "/" in name or "\\" in name or name in {".", ".."}:
        yield object_to("file_name_path", "/name")
    if any(unicodedata.category(char) in _UNSEEN or char in _BLANK for char in name):
        yield object_to("file_name_unseen", "/name")
    if len(name.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
        yield object_to("file_name_long", "/name", bytes=LONGEST_NAME)


def media_type_of(header: str | None) -> str | None:
    """Return the type that a header declares, parameters left out; None for what is none, unknown for no header."""
    if header is None or not header.strip():
        return UNKNOWN_TYPE
    media_type = header.partition(";")[0].strip().lower()
    return media_type if len(media_type) <= LONGEST_TYPE and _TYPE.fullmatch(media_type) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as its sender describes it; `sha256` (hex) is what the bytes must have, if the sender says so."""

    name: str
    media_type: str = UNKNOWN_TYPE
    sha256: str | None = None


def of_upload(upload: Upload, *, size: int, digest: str, found: str, lies: bool) -> Iterator[Objection]:
    """Yield what is wrong with a file that came; `found` is its type by its bytes, `lies` that it says otherwise."""
    yield from of_name(upload.name)
    if size == 0:
        yield object_to("file_empty")
    elif lies:
        yield object_to("file_type_wrong", "/media_type", declared=upload.media_type, found=found)
    if upload.sha256 is not None and upload.sha256 != digest:
        yield object_to("file_digest_differs", "/sha256")
