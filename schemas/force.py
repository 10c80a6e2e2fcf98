"""From when each treaty on secrets is in force for whom, and who is competent first, as an operator writes it down."""

from typing import Annotated

from pydantic import Field

from schemas.base import Code, Day, Shape
from schemas.regimes import Party
from schemas.registry import Line, Mailbox, Zone


class ForceBody(Shape):
    """A body that only the module knows, as far as the law needs it: no register of the open exchange has it."""

    code: Code
    party: Party
    zone: Zone
    name: dict[str, Line]
    mailbox: Mailbox | None = None
    legal_person: bool = False


class ForceBinding(Shape):
    """A Party and the days on which a regime is in force for it; `left_on` is the first day that it is not."""

    regime: Code
    party: Party
    since: Day
    left_on: Day | None = None


class ForceCompetent(Shape):
    """Who is competent for a Party under a regime; under an order of release, who gives the expert conclusion."""

    regime: Code
    party: Party
    body: Code
    since: Day


class ForceFile(Shape):
    """All of it; what is named twice is entered once."""

    body: Annotated[tuple[ForceBody, ...], Field(max_length=1000)] = ()
    binding: Annotated[tuple[ForceBinding, ...], Field(max_length=1000)] = ()
    competent: Annotated[tuple[ForceCompetent, ...], Field(max_length=1000)] = ()
