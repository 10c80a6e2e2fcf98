"""What may be done with what was received: the purposes that were agreed to, and the conditions that bind."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from exchange.core.request import Ask, Consent, Request
from schemas.acts import AskOtherUse, DenyOtherUse, GrantOtherUse
from schemas.vocabulary import AskKind, UseState


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose for which results may be used: the request's own (no `number`), or another one that was granted."""

    purpose: str
    number: int | None
    since: Consent


@dataclass(frozen=True, slots=True)
class Binding:
    """Conditions that the requesting authority must comply with, and the entry that accepted them (Article 7)."""

    conditions: str
    ground: str
    since: Consent


@dataclass(frozen=True, slots=True)
class NotGranted:
    """Another use that was asked for and not granted: the purpose is none of those agreed to."""

    purpose: str
    number: int
    state: UseState
    asked_at: datetime
    answered: Consent | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Use:
    """How everything delivered under a request may be used."""

    purposes: tuple[Purpose, ...]
    conditions: tuple[Binding, ...]
    not_granted: tuple[NotGranted, ...]


def use_of(request: Request) -> Use:
    """Return how what is delivered under a request may be used.

    1. For the purposes stated in the request, and for no other without the consent of the authority that gave the
    information (Article 10); 2. under every condition that the requesting authority agreed to (Article 7).
    """
    own = Consent(1, request.submitted_at, request.requesting.code)
    return Use(
        purposes=(Purpose(request.submitted.purpose, None, own), *_granted(request)),
        conditions=tuple(
            Binding(bound.conditions, bound.ground, accepted)
            for bound, accepted in zip(request.binding, request.accepted, strict=True)
        ),
        not_granted=tuple(_not_granted(request)),
    )


def _granted(request: Request) -> Iterator[Purpose]:
    """Yield the other purposes that were consented to (Article 10)."""
    for ask, asked in _asked(request):
        if isinstance(ask.answered, GrantOtherUse) and ask.answered_by is not None:
            yield Purpose(asked.purpose, ask.number, ask.answered_by)


def _not_granted(request: Request) -> Iterator[NotGranted]:
    """Yield the other uses that wait for consent or were denied it (Article 10)."""
    for ask, asked in _asked(request):
        if ask.answered is None:
            yield NotGranted(asked.purpose, ask.number, UseState.WAITING, ask.at, None, None)
        elif isinstance(ask.answered, DenyOtherUse):
            denied = ask.answered.reason
            yield NotGranted(asked.purpose, ask.number, UseState.DENIED, ask.at, ask.answered_by, denied)


def _asked(request: Request) -> Iterator[tuple[Ask, AskOtherUse]]:
    for ask in request.asked(AskKind.OTHER_USE):
        if isinstance(ask.asked, AskOtherUse):
            yield ask, ask.asked
