"""Accounts, substitutions and tokens: what the node takes and answers."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from schemas.base import LINE_BREAKS, Day, Shape, Text
from schemas.views import View
from schemas.vocabulary import ActKind, Language, Role

LINE_LIMIT = 200
"""Longest name, post, label or number of an order, in characters."""


def _line(value: str) -> str:
    """Return a text without spaces around it; raise PydanticCustomError for one of several lines, or too long."""
    if any(char in value for char in LINE_BREAKS):
        raise PydanticCustomError("text_control", "control characters are not allowed")
    if len(value) > LINE_LIMIT:
        raise PydanticCustomError("text_too_long", "the text is longer than {limit} characters", {"limit": LINE_LIMIT})
    return value.strip()


Line = Annotated[Text, AfterValidator(_line)]
Scope = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")]
"""A right of the table of access: whether the role has it is that table's answer, not the shape's."""

Login = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.\-]{3,64}$")]


class AccountWanted(Shape):
    """Somebody who is to have an account of the operator's authority."""

    login: Login
    name: Line
    post: Line
    role: Role
    language: Language = Language.RU


class RoleChange(Shape):
    """Another role, and the post that goes with it."""

    change: Literal["role"]
    role: Role
    post: Line


class PlainChange(Shape):
    """A change that carries nothing."""

    change: Literal["disable", "enable", "reset", "end_sessions", "unlock"]


AccountChange = Annotated[RoleChange | PlainChange, Field(discriminator="change")]


class SetUpView(View):
    """The one-time code that opens the set-up of an account; it is shown this once."""

    code: str
    until: datetime


class AccountView(View):
    """An account as the operator sees it.

    `ready` once password and second factor are set, `failures` in a row at signing in, which is closed until
    `closed_until`; `set_up` in the answer that makes it.
    """

    login: str
    authority: str
    name: str
    post: str
    role: Role
    language: str
    disabled: bool
    sample: bool
    ready: bool
    made_at: datetime
    made_by: str
    failures: int
    closed_until: datetime | None
    set_up: SetUpView | None


class SubstitutionWanted(Shape):
    """Who signs for whom by which order, on which local days, the last one included; without `acts` for all signed."""

    absent: Login
    substitute: Login
    order_number: Line
    order_date: Day
    since: Day
    until: Day
    acts: Annotated[tuple[ActKind, ...], Field(min_length=1, max_length=40)] | None = None


class SubstitutionView(View):
    """A substitution; `valid` says whether it holds on the authority's present day."""

    id: UUID
    absent: str
    absent_name: str
    substitute: str
    substitute_name: str
    order: str
    since: date
    until: date
    acts: tuple[ActKind, ...] | None
    valid: bool
    made_at: datetime
    made_by: str
    revoked_at: datetime | None
    revoked_by: str | None


class ProgramTokenWanted(Shape):
    """A token for a program: its role, narrowed down to some rights if it names any, and for how many days.

    `bearer` is whose program it is: an officer's needs one.
    """

    label: Line
    role: Role
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1, max_length=20)] | None = None
    days: Annotated[int, Field(ge=1, le=3650)] | None = None
    bearer: Login | None = None


class ProgramTokenView(View):
    """A token's particulars; `token` itself only in the answer that makes it."""

    number: int
    authority: str
    role: Role
    label: str
    scopes: tuple[Scope, ...] | None
    made_at: datetime
    made_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    used_at: datetime | None
    bearer: str | None
    token: str | None
