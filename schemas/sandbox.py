"""What the sandbox takes: a token to be made, and where its clock is to go."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from schemas.base import Code, Instant, Shape
from schemas.vocabulary import Role

CENTURY = timedelta(days=36_525)


class TokenWanted(Shape):
    """Whose token, and in which role."""

    authority: Code
    role: Role


class ClockMove(Shape):
    """Where the clock goes, by its face or by a length of time, and whether it stands then."""

    now: Instant | None = None
    advance: Annotated[timedelta, Field(ge=-CENTURY, le=CENTURY)] | None = None
    frozen: bool | None = None
