"""Bytes on the wire, for programs and pages alike: bodies that come in pieces, downloads that prove themselves."""

import asyncio
import base64
import binascii
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from exchange.core.attachments import UNKNOWN_TYPE
from exchange.core.errors import FileBroken
from exchange.core.request import AttachmentRef
from exchange.files import Reader, Store, Writer
from exchange.protection.gateway import FileWatch

WINDOW_SECONDS: Final = 20.0
LEAST_BYTES_A_SECOND: Final = 4096
"""A sender that brings less than this over a window is hung up on; how long it takes in all is its own affair."""

TAKING_SECONDS: Final = 60.0
"""How long a receiver may leave one piece of a download lying."""

_RANGE: Final = re.compile(r"bytes=(\d{0,19})-(\d{0,19})")
_EXTENDED: Final = re.compile(
    r";\s*filename\*\s*=\s*utf-8'[a-z0-9-]*'([!#$&+.^_`|~a-z0-9%-]+)\s*(?=;|$)", re.IGNORECASE
)
_QUOTED: Final = re.compile(r';\s*filename\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?=;|$)', re.IGNORECASE)
_BARE: Final = re.compile(r";\s*filename\s*=\s*([^\s\";,]+)\s*(?=;|$)", re.IGNORECASE)
_SHA256: Final = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):\s*(?=,|;|$)")
_ASCII_SAFE: Final = re.compile(r"[^A-Za-z0-9 ._()-]")


class Interrupted(Exception):
    """A body that did not come whole; `slowly` when its sender was hung up on."""

    def __init__(self, *, slowly: bool) -> None:
        """Keep whose fault it was."""
        super().__init__("slowly" if slowly else "cut off")
        self.slowly = slowly


class TooLarge(Exception):
    """A body that turned out larger than it may be."""


async def gathered(request: Request, most: int, seconds: float) -> bytes:
    """Return a whole body, read no further than `most` bytes; raise TooLarge, TimeoutError, ClientDisconnect."""
    parts: list[bytes] = []
    size = 0
    async with asyncio.timeout(seconds):
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise TooLarge
            parts.append(part)
    return b"".join(parts)


async def arriving(
    receive: Callable[[], Awaitable[Message]],
    announced: int | None,
    *,
    window: float = WINDOW_SECONDS,
    least: int = LEAST_BYTES_A_SECOND,
) -> AsyncIterator[bytes]:
    """Yield a body's pieces as they come; raise Interrupted for one that is cut off, or comes slower than is borne."""
    loop, size = asyncio.get_running_loop(), 0
    end, brought = loop.time() + window, 0
    more = True
    while more:
        try:
            async with asyncio.timeout_at(end):
                message = await receive()
        except TimeoutError:
            if brought < least * window:
                raise Interrupted(slowly=True) from None
            end, brought = loop.time() + window, 0
            continue
        if message["type"] != "http.request":
            raise Interrupted(slowly=False)
        piece, more = message.get("body", b""), message.get("more_body", False)
        size, brought = size + len(piece), brought + len(piece)
        if piece:
            yield piece
        if loop.time() >= end:  # our own work between two pieces counts for the sender
            end, brought = loop.time() + window, 0
    if announced is not None and size != announced:
        raise Interrupted(slowly=False)


async def watched(pieces: AsyncIterator[bytes], watch: FileWatch) -> AsyncIterator[bytes]:
    """Yield a body's pieces once the mark guard has seen them; raise Refused at a mark (Article 10)."""
    async for piece in pieces:
        await watch.look(piece)
        yield piece
    await watch.look(b"", last=True)


async def written(pieces: AsyncIterator[bytes], writer: Writer, limit: int) -> bool:
    """Write what comes; tell whether it kept to the limit, in bytes. What comes beyond it is not read."""
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > limit:
            return False
        await writer.write(piece)
    return True


def announced_size(header: str | None) -> int | None:
    """Return the size that Content-Length announces, None when there is none; the server has proved its form."""
    return int(header) if header is not None and header.isascii() and header.isdigit() and len(header) < 20 else None  # noqa: PLR2004 - digits of the largest number that a file can have


def name_in(disposition: str) -> str | None:
    """Return the file's name in a Content-Disposition header (RFC 6266, RFC 8187), None where it bears none.

    Raise ValueError for a name that is not UTF-8.
    """
    found = _EXTENDED.search(disposition)
    if found is not None:
        return unquote(found[1], errors="strict")
    quoted = _QUOTED.search(disposition)
    bare = _BARE.search(disposition)
    raw = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else bare[1] if bare else None
    return None if raw is None else raw.encode("latin-1").decode("utf-8")


def disposition(name: str) -> str:
    """Return the header that lets a browser save a file under its name, with an ASCII one for what knows no better."""
    plain = _ASCII_SAFE.sub("_", name).strip(" .") or "attachment"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def digest_in(header: str) -> str | None:
    """Return the SHA-256 (hex) in a Content-Digest or Repr-Digest header (RFC 9530), None where there is none."""
    found = _SHA256.search(header)
    try:
        digest = base64.b64decode(found[1], validate=True) if found else b""
    except binascii.Error:
        return None
    return digest.hex() if len(digest) == 32 else None  # noqa: PLR2004 - bytes of SHA-256


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of a file that are asked for, the last one with them."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many they are."""
        return self.last - self.first + 1

    def of(self, piece: bytes, begin: int) -> bytes:
        """Return what of a piece that begins there was asked for."""
        return piece[max(0, self.first - begin) : max(0, self.last + 1 - begin)]


def span_in(header: str | None, if_range: str | None, ref: AttachmentRef) -> Span | None:
    """Return the one range that a call asks for, None for the whole file; raise ValueError where nothing lies in it.

    Several ranges, other units and a condition on another version are answered with the whole (RFC 9110, section 14).
    """
    found = _RANGE.fullmatch(header.replace(" ", "")) if header is not None else None
    if found is None or not any(found.groups()) or (if_range is not None and if_range.strip() != tag(ref)):
        return None
    first, last = found.groups()
    if not first:
        begin, end = ref.size - min(int(last), ref.size), ref.size - 1
    else:
        begin, end = int(first), min(int(last), ref.size - 1) if last else ref.size - 1
        if last and int(last) < begin:
            return None
    if begin > end:
        raise ValueError("nothing lies in this range")
    return Span(begin, end)


def told(span: Span | None) -> str:
    """Write for the audit trail which part of a file it is."""
    return "whole" if span is None else f"{span.first}-{span.last}"


def tag(ref: AttachmentRef) -> str:
    """Return the ETag of a file: its digest."""
    return f'"{ref.sha256}"'


class Download(Response):
    """A file as it goes out, piece by piece; it is never shown in place, and breaks off where its digest is not kept.

    The last piece goes out only when all of the file was read and proved: whoever got the announced number of bytes
    got the right ones.
    """

    def __init__(self, files: Store, ref: AttachmentRef, span: Span | None, *, head_only: bool) -> None:
        self.files = files
        self.ref = ref
        self.span = span or Span(0, ref.size - 1)
        self.head_only = head_only
        headers = {
            "Content-Type": UNKNOWN_TYPE if ref.active else ref.media_type,
            "Content-Length": str(self.span.length),
            "Content-Disposition": disposition(ref.name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Accept-Ranges": "bytes",
            "ETag": tag(ref),
            "Repr-Digest": content_digest(ref.sha256),
        }
        if span is None:
            headers["Content-Digest"] = content_digest(ref.sha256)
        else:
            headers["Content-Range"] = f"bytes {span.first}-{span.last}/{ref.size}"
        super().__init__(None, 200 if span is None else 206)
        self.raw_headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the framework's own
        """Send the file; raise FileBroken in the middle where it is not what was attached."""
        async with self.files.reader(self.ref.sha256) as reader:
            if reader.size != self.ref.size:
                raise FileBroken(f"{self.ref.sha256}: another size")
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            gone = asyncio.create_task(_gone(receive))
            try:
                last = b"" if self.head_only else await self._all_but_the_last(reader, send, gone)
            finally:
                gone.cancel()
            await _sent(send, last, more=False)

    async def _all_but_the_last(self, reader: Reader, send: Send, gone: "asyncio.Task[None]") -> bytes:
        """Send all pieces but the last and return that one, when the whole file was read and proved."""
        held, at = b"", 0
        while (piece := await reader.read()) and not gone.done():
            part = self.span.of(piece, at)
            at += len(piece)
            if held and part:
                await _sent(send, held, more=True)
            held = part or held
        if not gone.done() and reader.sha256 != self.ref.sha256:
            raise FileBroken(f"{self.ref.sha256}: the bytes are others")
        return held


async def _gone(receive: Receive) -> None:
    """Wait until the receiver hangs up."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _sent(send: Send, body: bytes, *, more: bool) -> None:
    async with asyncio.timeout(TAKING_SECONDS):
        await send({"type": "http.response.body", "body": body, "more_body": more})


def content_digest(sha256: str) -> str:
    """Return the header that names the SHA-256 (hex) of bytes (RFC 9530)."""
    return f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
