"""Files that hold their texts packed, looked at for marks as another process unpacks them."""

import asyncio
import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from exchange.core.errors import Refused
from exchange.core.objections import object_to
from exchange.core.request import Examination
from exchange.protection.core.texts import Kind, Lines, Look
from exchange.unpacking.looking import Broken, TooLong, Unpacker
from exchange.unpacking.sink import DATA, FILE, NAME, TEXT, UNSEEN
from schemas.vocabulary import Examined, Unseen

GUARDED: Final = "state_secret_in_open_field"
"""The code of every refusal of the mark guard."""

AT_ONCE: Final = 2048
"""Bytes that are looked at on the loop; more are looked at beside it."""

_PARTS: Final = re.compile(r"[/\\]")


class Reading(Protocol):
    """A text that is looked at as it comes."""

    def feed(self, data: bytes, *, last: bool = False) -> bool:
        """Take the next bytes; tell whether a mark stands in what came so far."""


class _Text:
    """A plain text in UTF-8."""

    def __init__(self, bears: Callable[[str], bool]) -> None:
        self._lines = Lines(bears, Kind.PLAIN)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes, *, last: bool = False) -> bool:
        return self._lines.feed(self._decoder.decode(data, last), last=last)


@dataclass(slots=True)
class Examiner:
    """Looks at what is unpacked of one file, and keeps whether it saw a text, and what could not be looked at."""

    bears: Callable[[str], bool]
    bears_name: Callable[[str], bool]
    kind_of: Callable[[bytes, str], Kind | None]
    _reading: Reading | None = None
    _saw: bool = False
    _unseen: dict[Unseen, None] = field(default_factory=dict)

    async def examine(self, unpacker: Unpacker, descriptor: int, name: str, media_type: str) -> Examination:
        """Return how much of a file was looked at; raise Refused at a mark."""
        try:
            async with unpacker.frames(descriptor, name, media_type) as frames:
                async for kind, held in frames:
                    await self._take(kind, held)
                await self._end()
        except TooLong:
            self._unseen[Unseen.TOO_LONG] = None
        except Broken:
            self._unseen[Unseen.BROKEN] = None
        if not self._unseen:
            return Examination(Examined.WHOLE)
        return Examination(Examined.PARTLY if self._saw else Examined.NONE, tuple(sorted(self._unseen)))

    async def _take(self, kind: bytes, held: bytes) -> None:
        if kind == DATA:
            await self._feed(held)
            return
        await self._end()
        if kind == UNSEEN:
            self._unseen[Unseen(held.decode())] = None
            return
        name = held.decode("utf-8", "replace")
        if kind in {FILE, NAME}:
            await self._look_at_name(name)
        if kind == TEXT:
            self._reading = _Text(self.bears)
        elif kind == FILE:
            self._reading = Look(self.bears, lambda head: self.kind_of(head, name))

    async def _look_at_name(self, name: str) -> None:
        """Raise Refused where a part of a name bears a mark."""

        def bears() -> bool:
            return any(map(self.bears_name, dict.fromkeys(_PARTS.split(name))))

        if await asyncio.to_thread(bears) if len(name) > AT_ONCE else bears():
            raise Refused((object_to(GUARDED),))

    async def _end(self) -> None:
        """End the text that is being looked at."""
        if self._reading is not None:
            await self._feed(b"", last=True)
            if isinstance(self._reading, Look) and self._reading.is_over:
                self._unseen[Unseen.UNKNOWN_KIND] = None
            self._reading = None

    async def _feed(self, data: bytes, *, last: bool = False) -> None:
        """Look at the next bytes; raise Refused at a mark."""
        reading = self._reading
        if reading is None:
            return
        if len(data) > AT_ONCE:
            found = await asyncio.to_thread(reading.feed, data, last=last)
        else:
            found = reading.feed(data, last=last)
        if found:
            raise Refused((object_to(GUARDED),))
        if data and not (isinstance(reading, Look) and reading.is_over):
            self._saw = self._saw or not data.isspace()
