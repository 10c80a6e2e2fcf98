"""Drafts of requests and acts: what a caller sends, and what it is shown. They never leave their authority."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from schemas.base import Shape, Text
from schemas.requests import Signatory
from schemas.views import View
from schemas.vocabulary import ActKind, DraftState, DraftStep

Version = Annotated[int, Field(ge=1, le=1_000_000)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class DraftWanted(Shape):
    """A new draft: of a request (`submit`), or of an act on the request that is named; the body may be incomplete."""

    kind: ActKind
    request: Annotated[UUID, Field(strict=False)] | None = None
    body: dict[str, Any]


class DraftWords(Shape):
    """What a draft says from now on, whole; the body may be incomplete."""

    body: dict[str, Any]


class DraftSending(Shape):
    """Sending a version for signature."""

    version: Version


class DraftReturn(Shape):
    """Giving a draft back with remarks, by whoever may sign it."""

    version: Version
    remarks: Text


class DraftSigning(Shape):
    """Signing exactly the bytes that were shown; password and code prove again who signs, where the node asks."""

    version: Version
    digest: Digest
    password: Annotated[Secret | None, Field(repr=False)] = None
    code: Annotated[Secret | None, Field(repr=False)] = None


class DraftEntering(Shape):
    """Doing an act that needs no signature, with exactly the bytes that were shown."""

    version: Version
    digest: Digest


class DraftDrop(Shape):
    """Giving a draft up."""

    version: Version
    remarks: Text | None = None


class DraftStepView(View):
    """What somebody did with a draft; each step makes the version of its number."""

    number: int
    step: DraftStep
    who: str
    role: str
    at: datetime
    remarks: str | None


class GapView(View):
    """One field that is missing or unlawful (Article 6)."""

    pointer: str
    detail: str
    rule: str | None
    article: str | None


class ToSignView(View):
    """The exact bytes that this caller would put its authority's name to, and their SHA-256."""

    signatory: Signatory | None
    digest: str
    text: str


class DraftLine(View):
    """A draft of a list; `about` is the purpose of a new request, `number` the request's of an act."""

    id: UUID
    kind: ActKind
    request: UUID | None
    number: str | None
    about: str
    state: DraftState
    version: int
    authors: tuple[str, ...]
    made_at: datetime
    changed_at: datetime


class DraftView(DraftLine):
    """A draft as its authority sees it; `became` and `seq` say which entry of which record it is now."""

    body: dict[str, Any]
    gaps: tuple[GapView, ...]
    allowed_steps: tuple[DraftStep, ...]
    to_sign: ToSignView | None
    steps: tuple[DraftStepView, ...]
    signed_by: str | None
    digest: str | None
    became: UUID | None
    seq: int | None
