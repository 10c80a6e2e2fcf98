"""Messages: their fields, their texts, and what is attached to them."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import Message
from typing import IO, Any, Final

from exchange.unpacking.sink import MOST_NESTED, Sink
from schemas.vocabulary import Unseen

_MAILBOX: Final = re.compile(rb"\n(?=From [^\n]{1,200}\n[!-9;-~]{1,80}:)")
"""Between the messages of a mailbox (RFC 4155)."""

_FIELDS: Final = ("Subject", "Comments", "Keywords", "Sensitivity", "Thread-Topic", "X-Classification")
_SEALED: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"})


def unpack(file: IO[bytes], sink: Sink, nested: Callable[[bytes, str], None]) -> None:
    """Put out a message, or those of a mailbox; `nested` takes what is attached, with its name; raise Enough."""
    if _size(file) > MOST_NESTED:
        sink.unseen(Unseen.TOO_LARGE)
        return
    whole = file.read()
    for each in _MAILBOX.split(whole) if whole.startswith(b"From ") else (whole,):
        _message(message_from_bytes(each, policy=policy.compat32.clone(max_line_length=None)), sink, nested)


def _message(message: "Message[Any, Any]", sink: Sink, nested: Callable[[bytes, str], None]) -> None:
    """Put out one message, part by part."""
    for part in message.walk():
        sink.count_member()
        sink.begin()
        sink.text("\n".join(_decoded(part, field) for field in _FIELDS if part[field] is not None) + "\n")
        kind = part.get_content_type()
        if kind in _SEALED and part.get_param("smime-type", "enveloped-data") == "enveloped-data":
            sink.unseen(Unseen.ENCRYPTED)
        elif not part.is_multipart():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                sink.count(len(content))
                _part(part, kind, content, sink, nested)


def _part(
    part: "Message[Any, Any]", kind: str, content: bytes, sink: Sink, nested: Callable[[bytes, str], None]
) -> None:
    """Put out one part: a text in its own encoding, anything else as a file."""
    name = part.get_filename("") or ""
    if kind != "text/plain" or name:
        nested(content, name or ("part.html" if kind == "text/html" else ""))
        if kind != "text/html":
            return
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    if kind == "text/html":
        sink.begin("part.html")
        sink.text(text)
    else:
        sink.begin()
        sink.text(text)


def _decoded(part: "Message[Any, Any]", field: str) -> str:
    """Return a field in words (RFC 2047)."""
    raw = str(part[field])
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, ValueError):
        return raw


def _size(file: IO[bytes]) -> int:
    end = file.seek(0, 2)
    file.seek(0)
    return end
