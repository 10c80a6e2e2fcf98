"""What the sandbox takes and answers: a token to be made, where its clock is to go, the mail that went out."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.base import Code, Instant, Shape
from schemas.views import View
from schemas.vocabulary import ActKind, NoticeKind, Role

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


class TokenView(View):
    """A token just made; it is shown this once."""

    token: str


class ClockView(View):
    """What the clock shows, and whether it stands."""

    now: datetime
    frozen: bool


class NoticeView(View):
    """Which notice a message was: of an act, a step of the ladder of a duty, of the registry, of a draft."""

    kind: NoticeKind
    request: UUID | None
    act: ActKind | None
    obligation: str | None
    step: str | None


class MailView(View):
    """A message that really went out; `notice` is None for one that is none of the node's."""

    message_id: str
    from_: Annotated[str, Field(alias="from")]
    to: str
    subject: str
    text: str
    html: str | None
    at: datetime
    notice: NoticeView | None
