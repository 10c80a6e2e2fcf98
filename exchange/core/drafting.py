"""Drafts: who may take which step, what the signature needs, and the exact bytes that go out (Article 6)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from exchange.core.access import Actor, Verb, may
from exchange.core.acts import ACTS, Signing
from exchange.core.growing import grown
from exchange.core.objections import Objection, object_to
from schemas.requests import Signatory
from schemas.vocabulary import ActKind, DraftState, DraftStep

LARGEST: Final = 2 * 1024 * 1024
"""Most bytes of a draft's body, as of any body."""


@dataclass(frozen=True, slots=True)
class Move:
    """From which states a step can be taken, where it leads (None: nowhere), and whether it takes a signatory."""

    states: frozenset[DraftState]
    leads_to: DraftState | None
    of_signatory: bool = False


_OPEN: Final = frozenset({DraftState.DRAFTING, DraftState.RETURNED})
_FROZEN: Final = frozenset({DraftState.FOR_SIGNATURE})

MOVES: Final[Mapping[DraftStep, Move]] = {
    DraftStep.SAVED: Move(_OPEN, None),
    DraftStep.SENT: Move(_OPEN, DraftState.FOR_SIGNATURE),
    DraftStep.RETURNED: Move(_FROZEN, DraftState.RETURNED, of_signatory=True),
    DraftStep.SIGNED: Move(_FROZEN, DraftState.SIGNED, of_signatory=True),
    DraftStep.ENTERED: Move(_OPEN, DraftState.ENTERED),
    DraftStep.DROPPED: Move(_OPEN, DraftState.DROPPED),
}
"""What can be done with a draft; a draft that was sent is frozen until it is signed or returned."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: the version of its number is what it made."""

    number: int
    step: DraftStep
    who: str
    role: str
    at: datetime
    remarks: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft; `body` is JSON text, `number` and `about` are what a list names it by."""

    id: UUID
    authority: str
    kind: ActKind
    request: UUID | None
    number: str | None
    about: str
    body: str
    version: int
    state: DraftState
    made_at: datetime
    changed_at: datetime
    steps: tuple[Step, ...]
    signed_by: str | None = None
    digest: str | None = None
    became: UUID | None = None
    seq: int | None = None

    @property
    def words(self) -> dict[str, Any]:
        """The body as it was saved."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def authors(self) -> tuple[str, ...]:
        """Everybody who wrote words in it, the first of them first; read off the steps, which only grow."""
        return tuple(dict.fromkeys(step.who for step in self.steps if step.step is DraftStep.SAVED))


def needs_signature(draft: Draft) -> bool:
    """Tell whether the act goes out only with a signature (Articles 6 and 9).

    An urgent request may come without. A refusal may too by Article 9, but nobody drafts one without: it ends what
    the other Party asked for.
    """
    signing = ACTS[draft.kind].signing
    return signing is Signing.ALWAYS or (signing is Signing.WITH_SIGNATORY and draft.words.get("urgent") is None)


def can_be_signed(kind: ActKind) -> bool:
    """Tell whether an act is one that a head or a deputy signs."""
    return ACTS[kind].signing is not Signing.NEVER


@dataclass(frozen=True, slots=True)
class Seen:
    """What a caller saw of a draft: its version, and the SHA-256 of the bytes shown where it puts its name to them."""

    version: int
    digest: str | None = None


def to_start(kind: ActKind, request: UUID | None) -> Iterator[Objection]:
    """Object to a draft of an act on nothing, and of a new request on another one."""
    if (kind is ActKind.SUBMIT) is (request is not None):
        yield object_to("draft_request", "/request")


def kept(kind: ActKind, body: Mapping[str, Any]) -> tuple[str, tuple[Objection, ...]]:
    """Return the JSON text that is kept of a body, and every objection to it."""
    whole, found = grown(kind, body)
    text = json.dumps(whole, ensure_ascii=False)
    if len(text.encode(errors="surrogatepass")) > LARGEST:
        found.append(object_to("draft_too_large"))
    return text, tuple(found)


def objections(
    draft: Draft, step: DraftStep, actor: Actor, name: Signatory | Objection, seen: Seen | None = None
) -> Iterator[Objection]:
    """Yield every objection to a step: who takes it, whether it saw the latest version, and the state of the draft.

    `name` is what the caller may put under this act now, or why nothing; drafter and signatory are two people
    (Article 6).
    """
    move = MOVES[step]
    if move.of_signatory and isinstance(name, Objection):
        yield name
    elif move.of_signatory and step is DraftStep.SIGNED and actor.who in draft.authors:
        yield object_to("own_words")
        return
    elif not move.of_signatory and not may(actor, Verb.DRAFT):
        yield object_to("role_may_not")
    if step is DraftStep.ENTERED and needs_signature(draft):
        yield object_to("signature_needed")
    if seen is not None and seen.version != draft.version:
        yield object_to("draft_changed")
    elif seen is not None and seen.digest is not None:
        own = name if step is DraftStep.SIGNED and isinstance(name, Signatory) else None
        if digest_of(outgoing(draft, own)) != seen.digest:
            yield object_to("other_bytes", "/digest")
    if draft.state not in move.states:
        yield object_to("draft_not_in_this_state", draft_state=draft.state)
    elif step is DraftStep.SENT and not can_be_signed(draft.kind):
        yield object_to("nothing_to_sign")


def allowed_steps(draft: Draft, actor: Actor, name: Signatory | Objection) -> tuple[DraftStep, ...]:
    """Return the steps that a caller could take now, were nothing missing."""
    return tuple(step for step in DraftStep if not any(True for _ in objections(draft, step, actor, name)))


def outgoing(draft: Draft, signatory: Signatory | None) -> bytes:
    """Return the exact bytes of the act's body as they go out, and as its signatory sees them."""
    act = {} if draft.kind is ActKind.SUBMIT else {"act": draft.kind.value}
    signed = {} if signatory is None else {"signatory": signatory.model_dump(mode="json", exclude_none=True)}
    return json.dumps({**act, **draft.words, **signed}, ensure_ascii=False).encode()


def digest_of(raw: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return sha256(raw).hexdigest()


def about(kind: ActKind, body: Mapping[str, Any]) -> str:
    """Return what a list says of a draft: the purpose of a new request, else nothing."""
    told = body.get("purpose") or body.get("reference") if kind is ActKind.SUBMIT else ""
    plain = "".join(char if char.isprintable() else " " for char in told) if isinstance(told, str) else ""
    text = " ".join(plain.split())
    return text if len(text) <= 200 else text[:199] + "…"  # noqa: PLR2004 - a line of a list
