"""Plain calls that come at the same time: what they rest on is read and locked, and what they did is written, together.

Only what is plain goes to its end: a known caller, a body that fits, nothing to object, nothing that somebody else has
locked. Whatever else comes ends in None without a trace, and goes its way alone, where it is said what is wrong.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar
from uuid import UUID

from exchange.api import body, shape, tags
from exchange.api.body import Document
from exchange.api.entrance import Answer, Arrival, Entrance, id_in
from exchange.api.once import as_kept, key_of
from exchange.api.problems import Fault
from exchange.api.shown import made
from exchange.core.errors import CallerUnknown, Contended, Refused, Unavailable
from exchange.runtime import PREFIXES, Call, call_of, new_id, to_note, token_digest
from exchange.service import idempotency
from exchange.service import together as service
from exchange.store import decisions
from exchange.store import together as store
from exchange.store.database import Connection
from exchange.store.decisions import Answered, SealedDeed
from exchange.store.requests import Loaded
from exchange.store.together import Asked, Held, Read
from exchange.store.tokens import Caller
from schemas.acts import ActBody
from schemas.requests import Submission

LONG: Final = 65_536
"""Bytes above which a body goes alone, so that no batch is held up by it, or grows with it."""

T = TypeVar("T")
On = TypeVar("On")


@dataclass(frozen=True, slots=True)
class Plain(Generic[T]):
    """A call that is plain so far: what it asks, and its body in its shape."""

    entrance: Entrance
    came: Arrival
    document: Document
    body: T
    asked: Asked


@dataclass(frozen=True, slots=True)
class Done:
    """What a call did, once it is written: the decision, its answer, and that answer as it is kept under a key."""

    call: Call
    deed: SealedDeed
    answer: Answer
    kept: Answered | None


End = Done | Fault | None
"""What became of a call: it is done, it is one too many, or it has to go alone."""


async def submitted(entrance: Entrance, came: Arrival) -> Answer | None:
    """Take a plain request in; return None where it has to go alone."""
    plain = await _plain(entrance, came, shape.submission, lambda wanted: wanted.requested_authority)
    return None if plain is None else _answer(await entrance.batches.done(_submit, plain))


async def acted(entrance: Entrance, came: Arrival) -> Answer | None:
    """Let a plain act stand on a request; return None where it has to go alone."""
    named = id_in(came.request)
    plain = None if named is None else await _plain(entrance, came, shape.act, lambda _wanted: named)
    return None if plain is None else _answer(await entrance.batches.done(_act, plain))


def _answer(end: End) -> Answer | None:
    """Return the answer of what is done; raise Fault for a call too many."""
    if isinstance(end, Fault):
        raise end
    return None if end is None else end.answer


async def _plain(
    entrance: Entrance, came: Arrival, read: Callable[[Document], T], names: Callable[[T], UUID | str]
) -> Plain[T] | None:
    """Return a call with its body in its shape, unless anything about it is not plain."""
    if not came.token.startswith(PREFIXES[entrance.runtime.mode]):
        return None
    try:
        document, key = body.document(came.raw), key_of(came.request)
        if len(document.raw) > LONG:
            return None
        await entrance.look(came.request, document)
        wanted = read(document)
    except (Fault, Refused):
        return None
    return Plain(entrance, came, document, wanted, Asked(token_digest(came.token), key, names(wanted)))


async def _submit(calls: Sequence[Plain[Submission]]) -> Sequence[End]:
    """Take a batch of new requests in."""

    async def work(conn: Connection, ends: list[End]) -> None:
        read = await store.for_submissions(conn, [plain.asked for plain in calls])

        async def decide(plain: Plain[Submission], call: Call, held: Held) -> SealedDeed | None:
            runtime = plain.entrance.runtime
            number, raw = new_id(runtime.clock()), plain.document.raw
            return await service.submit(conn, runtime.desk, number, plain.body, raw, call.actor, call.now, held)

        await _each(calls, read, decide, ends)

    return await _together(calls, work)


async def _act(calls: Sequence[Plain[ActBody]]) -> Sequence[End]:
    """Let a batch of acts stand, each on another request: a second one on the same goes alone, behind the first."""

    async def work(conn: Connection, ends: list[End]) -> None:
        read = await store.for_acts(conn, [plain.asked for plain in calls])
        acted_on = set[UUID | str]()

        async def decide(plain: Plain[ActBody], call: Call, loaded: Loaded) -> SealedDeed | None:
            if plain.asked.names in acted_on:
                return None
            acted_on.add(plain.asked.names)
            desk, raw, seen = plain.entrance.runtime.desk, plain.document.raw, tags.seen_in(plain.came.request)
            fresh = seen is None or loaded.head.hex() in seen
            return await service.act(conn, desk, loaded, plain.body, raw, call.actor, call.now, fresh=fresh)

        await _each(calls, read, decide, ends)

    return await _together(calls, work)


async def _together(
    calls: Sequence[Plain[T]], work: Callable[[Connection, list[End]], Awaitable[None]]
) -> Sequence[End]:
    """Decide on a batch in one transaction, and write what stands; return how each call ended.

    What breaks before the commit leaves nothing behind: each call then goes alone, and one that cannot be written is
    no trouble of the others. That the database is away is told to all, and so is a commit that broke: how it ended
    nobody can know.
    """
    ends: list[End] = []
    committing = False
    try:
        async with calls[0].entrance.runtime.transaction() as conn:
            await work(conn, ends)
            done = [end for end in ends if isinstance(end, Done)]
            if done:
                kept = [each.kept for each in done if each.kept is not None]
                await decisions.save(conn, [each.deed for each in done], kept)
            committing = True
    except Exception as trouble:  # whatever it is, it is raised again where a call goes alone
        if committing or (isinstance(trouble, Unavailable) and not isinstance(trouble, Contended)):
            raise
        for plain, end in zip(calls, ends, strict=False):
            if isinstance(end, Done):
                _give_back(plain, end.call)
        return [None] * len(calls)
    return ends


async def _each(
    calls: Sequence[Plain[T]],
    read: Sequence[Read[On] | None],
    decide: Callable[[Plain[T], Call, On], Awaitable[SealedDeed | None]],
    ends: list[End],
) -> None:
    """Decide on one call after the other; two under one key are one, and the second waits for the first alone."""
    keys = set[tuple[str, str]]()
    for plain, found in zip(calls, read, strict=True):
        call = _called(plain, found.caller) if found is not None and found.unused else None
        if found is None or call is None or isinstance(call, Fault):
            ends.append(call if isinstance(call, Fault) else None)
            continue
        key = plain.asked.key
        twice = key is not None and (call.actor.authority, key) in keys
        deed = None if twice else await decide(plain, call, found.on)
        if deed is None:
            _give_back(plain, call)
            ends.append(None)
            continue
        if key is not None:
            keys.add((call.actor.authority, key))
        ends.append(_done(plain, call, deed))


def _called(plain: Plain[T], caller: Caller) -> Call | Fault | None:
    """Return the call, counted, or that it is one too many.

    None for a token that no longer holds, and when it is time to note its use.
    """
    try:
        call = call_of(caller, plain.came.at)
        if to_note(caller, call.now):
            return None
        if plain.entrance.door is not None:
            plain.entrance.door.calls.take(call.token)
    except CallerUnknown:
        return None
    except Fault as too_many:
        return too_many
    return call


def _give_back(plain: Plain[T], call: Call) -> None:
    """Count a call no more that goes alone: there it is counted again."""
    if plain.entrance.door is not None:
        plain.entrance.door.calls.give_back(call.token)


def _done(plain: Plain[T], call: Call, deed: SealedDeed) -> Done:
    """Return what a call did, with its answer."""
    answer, key = made(deed.loaded, call), plain.asked.key
    if key is None:
        return Done(call, deed, answer, None)
    request = plain.came.request
    fingerprint = idempotency.fingerprint(request.method, request.url.path, plain.document.raw)
    kept = Answered(
        authority=call.actor.authority, key=key, fingerprint=fingerprint, answer=as_kept(answer), made_at=call.now
    )
    return Done(call, deed, answer, kept)
