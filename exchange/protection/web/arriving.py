"""A form with content as it comes: its texts, then the file, sealed piece by piece and never kept in plain."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.requests import Request

from exchange import transfer
from exchange.transfer import Interrupted
from exchange.web.errors import PageFault
from exchange.web.form import MOST_FIELDS, Form
from exchange.web.house import House
from exchange.web.multipart import End, Part, Parts, Piece, boundary_of

Seal = Callable[[Form, AsyncIterator[bytes]], Awaitable[tuple[tuple[str, str], ...]]]
"""Takes the texts that stood before a file, and its bytes; returns what the form says of it from then on."""


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    limit: int
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    size: int = 0
    count: int = 0

    def add(self, name: str, value: str) -> None:
        self.values[name] = (*self.values.get(name, ()), value)

    def grow(self, more: int) -> None:
        self.size += more
        if self.size > self.limit:
            raise PageFault("form_too_large", 413)

    @property
    def form(self) -> Form:
        """The form as far as it was read; its bytes are the same whenever the same was sent."""
        pairs = [(name, value) for name, values in self.values.items() for value in values]
        return Form(dict(self.values), urlencode(pairs).encode())


async def read(house: House, request: Request, seal: Seal) -> Form:
    """Read a form, its file sealed by `seal` as it comes; raise PageFault, and whatever sealing raises."""
    boundary = boundary_of(request.headers.get("content-type", ""))
    if boundary is None:
        return await house.form(request)
    reading, events = _Reading(house.limits.size), _events(request, Parts(boundary))
    try:
        async for event in events:
            if isinstance(event, Part):
                await _take(house, reading, event, events, seal)
    except Interrupted as trouble:
        raise (PageFault("form_too_slow", 408) if trouble.slowly else PageFault("form_cut_off", 400)) from None
    return reading.form


async def _take(
    house: House, reading: _Reading, part: Part, events: AsyncIterator[Part | Piece | End], seal: Seal
) -> None:
    """Take one part to its end: a text, a file, or the field of a file where none was chosen."""
    reading.count += 1
    if reading.count > MOST_FIELDS:
        raise PageFault("form_too_large", 413)
    if part.filename is not None and part.filename:
        for name, value in await seal(reading.form, _bytes(events, house.limits.file)):
            reading.values[name] = (value,)
        return
    text = bytearray()
    async for piece in _pieces(events):
        reading.grow(len(piece))
        text += piece
    if part.filename is None:
        try:
            reading.add(part.name, text.decode("utf-8").replace("\r\n", "\n"))
        except UnicodeDecodeError:
            raise PageFault("bad_form", 400) from None


async def _bytes(events: AsyncIterator[Part | Piece | End], limit: int) -> AsyncIterator[bytes]:
    """Yield the bytes of the file that began last, no more of them than are taken."""
    size = 0
    async for piece in _pieces(events):
        size += len(piece)
        if size > limit:
            raise PageFault("file_too_large", 413)
        yield piece


async def _pieces(events: AsyncIterator[Part | Piece | End]) -> AsyncIterator[bytes]:
    async for event in events:
        if isinstance(event, End):
            return
        if isinstance(event, Piece):
            yield event.data


async def _events(request: Request, parts: Parts) -> AsyncIterator[Part | Piece | End]:
    announced = transfer.announced_size(request.headers.get("content-length"))
    async for piece in transfer.arriving(request.receive, announced):
        for event in parts.fed(piece):
            yield event
    parts.finish()
