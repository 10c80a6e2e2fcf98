"""What can go wrong, without a word on HTTP; `exchange.api.problems` maps every leaf.

ExchangeError
├── Refused                 law or access says no; carries every reason at once
├── NotThere                not there, malformed, or not the caller's to see
├── CallerUnknown           no token, or one that is unknown, expired or revoked
├── NotProved               a password or a second factor did not hold
│   └── TooManyTries        it failed so often that nothing is tried for a while
├── KeyReused               an idempotency key came again with another call
├── KeyInWork               the same call with the same key is being worked on
├── AnswerErased            the same call took effect before; its answer went with the protected item that it told of
├── DraftChanged            a draft was written on since the caller read it; carries both versions
├── DraftGaps               a draft is not ready to go out; carries everything that is missing or unlawful
├── ClockRefused            the sandbox clock would move backwards, or beyond all years
├── RecordBroken            a record does not prove itself
├── FileBroken              the bytes of an attachment are gone, or others than were attached
├── Tampered                what the protection module sealed is gone, or no longer what it sealed
├── NotHeld                 a body holds nothing of a sealed content: it came by another way, or was destroyed
├── NoRoom                  there is no room for an upload; nothing of it was kept
├── NotPrinted              a letter cannot be set within its time, in no way that the press knows
├── Unavailable             the database cannot be reached just now; the same call may succeed in a moment
│   └── ModuleSealed        the protection module has not been given its passphrase
└── NodeError               the node itself cannot go on
    ├── WrongMode           a sandbox database in production, or the reverse
    ├── KeysMissing         an authority's key is not there or cannot be unwrapped
    └── WrongPassphrase     the protection module's key file does not open with the passphrase that was given
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic_core import ErrorDetails

    from exchange.core.objections import Objection
    from schemas.vocabulary import ActKind


class Weight(IntEnum):
    """What an objection is about; when several apply, the lightest number gives the answer its status."""

    FORBIDDEN = 1
    STALE = 2
    STATE = 3
    CONTENT = 4


class Reason(Protocol):
    """One reason against an act, as each house's law makes it: what an answer and a page need of it."""

    @property
    def code(self) -> str:
        """Its kind."""

    @property
    def pointer(self) -> str:
        """Where in the input it lies (RFC 6901)."""

    @property
    def rule(self) -> str | None:
        """The rule that it rests on."""

    @property
    def gaps(self) -> Mapping[str, object]:
        """What its words name."""

    @property
    def weight(self) -> Weight:
        """What it is about."""

    @property
    def detail(self) -> str:
        """Its words; nothing of the input is in them."""


class ExchangeError(Exception):
    """The root: nothing else of ours is raised across rooms."""


class Refused(ExchangeError):
    """An act that law or access forbids, with every objection to it."""

    def __init__(self, objections: Sequence[Reason]) -> None:
        """Keep the objections, worst first."""
        super().__init__(", ".join(objection.code for objection in objections))
        self.objections = tuple(objections)


class NotThere(ExchangeError):
    """Nothing is there that this caller may see."""


class CallerUnknown(ExchangeError):
    """The caller did not prove who it is."""


class NotProved(ExchangeError):
    """A person did not prove who it is; `login` is whose account was tried, empty where it must not be counted."""

    def __init__(self, message: str = "", *, login: str = "") -> None:
        """Keep whose failure it is."""
        super().__init__(message)
        self.login = login


class TooManyTries(NotProved):
    """Proving failed so often that nothing is tried for so many seconds."""

    def __init__(self, message: str = "", *, seconds: int = 60) -> None:
        """Keep how long to wait."""
        super().__init__(message)
        self.seconds = seconds


class KeyReused(ExchangeError):
    """An idempotency key was used before for another call."""


class KeyInWork(ExchangeError):
    """A call with this idempotency key is being worked on."""


class AnswerErased(ExchangeError):
    """The call took effect before, and its answer was erased with the protected item that it told of."""


class DraftChanged(ExchangeError):
    """Somebody else wrote on the draft meanwhile: nothing is put over those words."""

    def __init__(self, message: str = "", *, version: int = 0, current: str = "{}", yours: str = "{}") -> None:
        """Keep the latest version with its words, and the caller's words, both as JSON text."""
        super().__init__(message)
        self.version = version
        self.current = current
        self.yours = yours


class DraftGaps(ExchangeError):
    """A draft that is not ready to go out."""

    def __init__(
        self,
        message: str = "",
        *,
        kind: ActKind | None = None,
        shape: tuple[ErrorDetails, ...] = (),
        law: tuple[Objection, ...] = (),
        body: str = "{}",
    ) -> None:
        """Keep every field that does not fit its shape, every objection of the law, and the body (JSON text)."""
        super().__init__(message)
        self.kind = kind
        self.shape = shape
        self.law = law
        self.body = body


class ClockRefused(ExchangeError):
    """The sandbox clock only moves forward, within the years that are taken."""


class RecordBroken(ExchangeError):
    """A stored record does not prove itself; the message names the request and the entry."""


class FileBroken(ExchangeError):
    """The bytes of an attachment are gone, or no longer those that were attached; the message names the digest."""


class Tampered(ExchangeError):
    """What the module sealed does not open: it is gone, cut off, another's, or was changed; no byte of it is given."""


class NotHeld(ExchangeError):
    """A body holds nothing of a sealed content: it came to it by another way, or was destroyed."""


class NoRoom(ExchangeError):
    """The files have no room for an upload; nothing of it was kept."""


class NotPrinted(ExchangeError):
    """A letter could not be set; the message names the kind of trouble and no text of it."""


class Unavailable(ExchangeError):
    """The database cannot be reached, is overloaded or full; nothing was kept unless a commit was cut off."""


class Contended(Unavailable):
    """Somebody else held for too long what was needed: nothing was kept."""


class ModuleSealed(Unavailable):
    """The protection module's keys are sealed until an operator gives their passphrase."""


class NodeError(ExchangeError):
    """The node cannot go on; the message tells the operator what to do."""


class WrongMode(NodeError):
    """The database was made for another mode."""


class KeysMissing(NodeError):
    """Keys that the node needs are not there."""


class WrongPassphrase(NodeError):
    """The passphrase does not open the protection module's key file; nothing says which of the two is wrong."""
