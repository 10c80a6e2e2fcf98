"""The mark guard at the doors of the open exchange: bodies, forms, names and files."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from exchange.core.errors import Refused
from exchange.core.objections import object_to
from exchange.core.request import Examination
from exchange.files.sniff import sniff
from exchange.profiles import secrecy
from exchange.protection.core.guard import Guard, guard_of, marked_fields
from exchange.protection.core.skimming import Skim, skim_of
from exchange.protection.core.texts import Kind, Look
from exchange.protection.gateway.examining import GUARDED, Examiner
from exchange.unpacking.kinds import is_picture, is_sealed, packed_kind
from exchange.unpacking.looking import Unpacker
from schemas.vocabulary import Examined, Unseen

LARGE: Final = 64 * 1024
"""Bytes beyond which a body is looked at in a thread: a hostile one takes a second or more."""

MOST_NAMES: Final = 1024
LONGEST_NAME: Final = 40
"""Of how many names of fields it is kept that they bear no mark, and of how long ones."""

MOST_STEMS: Final = 64
"""How many names a name is looked at as, its endings aside: of more, as many from either side."""

_ENDING: Final = re.compile(r"(?<!\.)\.")

_MARKUP: Final = ("html", "htm", "xhtml", "xml", "svg")
_JSON: Final = ("json", "jsonl", "ndjson", "geojson")
_TABLES: Final = ("csv", "tsv", "tab-separated-values")


@dataclass(frozen=True, slots=True)
class Watch:
    """The mark guard at the doors of the open exchange (Article 10): what bears a secrecy mark does not come in."""

    guard: Guard
    skim: Skim
    unpacker: Unpacker = field(default_factory=Unpacker)
    passed: set[str] = field(default_factory=set, repr=False)
    """Names of fields that bear none: every body has the same ones."""

    def bears(self, text: str) -> bool:
        """Tell whether a text bears a mark on a line of its own."""
        return self.skim.may_bear(text) and self.guard.bears_mark(text)

    def look(self, value: Any) -> None:
        """Raise Refused with the place of each text in a JSON value that bears a mark; names of fields are texts."""
        texts: list[str] = []
        names: set[str] = set()
        _gather((value,), texts, names)
        fresh = [name for name in names if name not in self.passed]
        texts += fresh
        if self.skim.may_bear("\n".join(texts)):
            self._refuse(marked_fields(self.bears, value))
        elif len(self.passed) < MOST_NAMES:
            self.passed.update(name for name in fresh if len(name) <= LONGEST_NAME)

    async def look_at(self, value: Any, size: int) -> None:
        """Do as `look`; what came in many bytes is looked at beside the loop."""
        if size > LARGE:
            await asyncio.to_thread(self.look, value)
        else:
            self.look(value)

    def look_at_name(self, name: str, pointer: str = "/name") -> None:
        """Raise Refused for the name of a file that bears a mark, its endings aside."""
        if self.bears_name(name):
            self._refuse(iter((pointer,)))

    def bears_name(self, name: str) -> bool:
        """Tell whether the name of a file bears a mark, its endings aside."""
        return any(map(self.bears, stems(name)))

    def reading(self, name: str, media_type: str) -> "FileWatch":
        """Begin to look at a file that comes in."""

        def kind_of(head: bytes) -> Kind | None:
            return _kind(head, name, media_type)

        return FileWatch(self, name, media_type, Look(self.bears, kind_of))

    def _refuse(self, pointers: Iterator[str]) -> None:
        against = tuple(object_to(GUARDED, pointer) for pointer in dict.fromkeys(pointers))
        if against:
            raise Refused(against)


@dataclass(frozen=True, slots=True)
class FileWatch:
    """The guard beside one file: it sees each piece, and what is packed, before anybody keeps it."""

    watch: Watch
    name: str
    media_type: str
    seen: Look

    async def look(self, piece: bytes, *, last: bool = False) -> None:
        """Raise Refused when what came so far bears a mark; the work is done beside the loop."""
        if not self.seen.is_over and await asyncio.to_thread(self.seen.feed, piece, last=last):
            raise Refused((object_to(GUARDED),))

    async def examine(self, head: bytes, lend: Callable[[], int]) -> Examination:
        """Return how much of a file that came whole was looked at, unpacking what can be; raise Refused at a mark.

        `head` are its first bytes, `lend` opens it for reading.
        """
        if packed_kind(head, self.name, self.media_type) is None:
            if self.seen.is_text:
                return Examination(Examined.WHOLE)
            sealed, picture = is_sealed(head), is_picture(head)
            why = Unseen.ENCRYPTED if sealed else Unseen.PICTURE if picture else Unseen.UNKNOWN_KIND
            return Examination(Examined.NONE, (why,))
        descriptor = lend()
        try:
            examiner = Examiner(self.watch.bears, self.watch.bears_name, lambda head, name: _kind(head, name, ""))
            return await examiner.examine(self.watch.unpacker, descriptor, self.name, self.media_type)
        finally:
            os.close(descriptor)


def open_watch() -> Watch:
    """Make the guard of all regimes that come with the product."""
    return Watch(*_made())


@cache
def _made() -> tuple[Guard, Skim]:
    guard = guard_of(kept.value for kept in secrecy.regimes().values())
    return guard, skim_of(guard)


def stems(name: str) -> list[str]:
    """Return a name, and what is left of it without one ending and without more of them."""
    places = [found.start() for found in _ENDING.finditer(name)]
    if len(places) > MOST_STEMS:
        places = places[: MOST_STEMS // 2] + places[-MOST_STEMS // 2 :]
    return [name, *(name[:place] for place in places)]


def _gather(values: Any, texts: list[str], names: set[str]) -> None:
    for each in values:
        if isinstance(each, str):
            texts.append(each)
        elif isinstance(each, dict):
            names.update(each)
            _gather(each.values(), texts, names)
        elif isinstance(each, list):
            _gather(each, texts, names)


def _kind(head: bytes, name: str, media_type: str) -> Kind | None:
    """Tell what kind of text a file is by its first bytes, its type and its name; None for what is no text."""
    found = sniff(head).media_type
    ending, subtype = name.rpartition(".")[2].casefold(), media_type.partition("/")[2].rpartition("+")[2]
    if found != "text/plain" and not found.endswith(("html", "xml", "shellscript")):
        return None
    if found.endswith(("html", "xml")) or {ending, subtype} & set(_MARKUP):
        return Kind.MARKUP
    if {ending, subtype} & set(_JSON) or head.lstrip(b"\xef\xbb\xbf\t\n\r ")[:1] in {b"{", b"["}:
        return Kind.JSON
    return Kind.TABLE if {ending, subtype} & set(_TABLES) else Kind.PLAIN
