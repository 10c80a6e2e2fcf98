"""Signing power that an operator proposes and the head confirms: what the node takes and answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Shape
from schemas.drafts import Secret
from schemas.people import AccountView, AccountWanted, Line, Login, ProgramTokenView, ProgramTokenWanted, Scope
from schemas.views import View
from schemas.vocabulary import Role


class Opening(AccountWanted):
    """An account of a head or a deputy, to be opened."""

    change: Literal["open"]


class Raising(Shape):
    """Another role of an account, from or to that of a head or a deputy, and the post that goes with it."""

    change: Literal["role"]
    login: Login
    role: Role
    post: Line


class Restoring(Shape):
    """An account of somebody who signs, to be enabled, or to be set up anew."""

    change: Literal["enable", "reset"]
    login: Login


class Equipping(ProgramTokenWanted):
    """A token of a program that speaks for the authority."""

    change: Literal["token"]


Proposed = Annotated[Opening | Raising | Restoring | Equipping, Field(discriminator="change")]


class ProposalProof(Shape):
    """What the head proves again with; a sandbox asks for neither."""

    password: Annotated[Secret | None, Field(repr=False)] = None
    code: Annotated[Secret | None, Field(repr=False)] = None


class ProposalView(View):
    """A proposal: what is wanted, and what became of it.

    `account` and `token` only in the answer that confirms it, with the set-up code or the token that it gives out.
    """

    number: int
    change: str
    login: str | None
    name: str | None
    post: str | None
    role: Role | None
    label: str | None
    scopes: tuple[Scope, ...] | None
    days: int | None
    state: Literal["waiting", "confirmed", "declined"]
    made_at: datetime
    made_by: str
    decided_at: datetime | None
    decided_by: str | None
    account: AccountView | None
    token: ProgramTokenView | None
