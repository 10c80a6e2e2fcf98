"""One act as the record holds it, with what the module established when it took it: no replay makes that again."""

from dataclasses import dataclass
from datetime import datetime

from exchange.core.deadlines import Calculation
from exchange.protection.core.item import Bond, Need, Transit
from exchange.protection.core.scene import Body, Passage
from schemas.protection import ItemBody, Register
from schemas.secrecy import DutyKind, ItemAct, Mark


@dataclass(frozen=True, slots=True)
class Due:
    """A duty that an act opens: whose, with its due moment and its steps of reminding."""

    kind: DutyKind
    body: Body
    subject: int
    calculation: Calculation
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What follows from the scene of an act: facts, and nothing that a replay would have to look up again.

    `marks` gives each copy the mark that stands on it from now on; `bodies` are the author and whom it names.
    """

    number: str | None = None
    bodies: tuple[Body, ...] = ()
    bonds: tuple[Bond, ...] = ()
    floor: Mark | None = None
    inherited: tuple[Passage, ...] = ()
    needs: tuple[Need, ...] = ()
    regimes: tuple[str, ...] = ()
    transits: tuple[tuple[int, Transit], ...] = ()
    marks: tuple[tuple[int, Mark | None], ...] = ()
    due: tuple[Due, ...] = ()
    maker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act; `author` is a body's code, `who` the person or token; `at` its arrival."""

    seq: int
    author: str
    who: str
    at: datetime
    recorded_at: datetime
    body: Register | ItemBody
    ruling: Ruling = Ruling()

    @property
    def kind(self) -> ItemAct:
        """Which act it is."""
        return self.body.act
