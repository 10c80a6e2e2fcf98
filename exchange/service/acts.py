"""An act on a request: lock, decide, seal, save."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from exchange.core import record
from exchange.core.access import Actor, Relation, relation
from exchange.core.decide import Decision, Refusal, decide, decide_submission
from exchange.core.errors import Contended, NotThere, Refused
from exchange.core.notices import concerned
from exchange.core.record import Sealed
from exchange.core.request import AuthorityRef, Entry, Request, Ruling
from exchange.core.scene import Reading, Scene
from exchange.protection.gateway import CLOSED, Doors
from exchange.service import attachments, protected
from exchange.service.keys import Keyring
from exchange.service.readings import Readings
from exchange.store import decisions, registry, requests
from exchange.store.audit import Trace
from exchange.store.database import Connection
from exchange.store.decisions import Registered, SealedDeed
from exchange.store.registry import Counter
from exchange.store.requests import Loaded
from schemas.acts import ActBody, Receive, Redirect
from schemas.requests import Submission
from schemas.vocabulary import ActKind, Deed, Direction

RULING = TypeAdapter(Ruling)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the node brings to every act: its authorities' keys, the Protocol as new and older requests read it.

    `doors` are those to the protection module.
    """

    keys: Keyring
    reading: Reading
    readings: Readings
    doors: Doors = CLOSED


async def submit(
    conn: Connection, desk: Desk, request_id: UUID, body: Submission, raw: bytes, actor: Actor, now: datetime
) -> Loaded:
    """Take a new request in, `raw` being its exact bytes; raise Refused with every reason."""
    items = await protected.named(desk.doors, body, actor.authority)
    codes, files = {actor.authority, body.requested_authority}, await attachments.taken(conn, actor, body.attachments)
    scene, counters = await registry.lock_scene(conn, codes, now)
    numbers = Numbers(counters, scene.authorities, now)
    scene = replace(numbers.given_to(scene), attachments=files, protected=frozenset(items))
    decided = decide_submission(str(request_id), body, actor, scene, desk.reading, now)
    loaded = await _save(conn, await sealed_deed(conn, desk, None, _decision(decided), raw, actor, numbers))
    await protected.keep(conn, request_id, items, now)
    return loaded


async def act(
    conn: Connection,
    desk: Desk,
    request_id: UUID,
    body: ActBody,
    raw: bytes,
    actor: Actor,
    now: datetime,
    *,
    seen: str | None = None,
) -> Loaded:
    """Let an act stand on a request, `raw` being its exact bytes; raise NotThere, or Refused with every reason.

    `seen` is the digest (hex) of the last entry that the caller saw, if it says so: another one is stale.
    """
    loaded = await requests.lock(conn, request_id)
    if loaded is None or relation(loaded.request, actor.authority) is Relation.NONE:
        raise NotThere
    request = loaded.request
    reading = await desk.readings.of(conn, request.profile.digest)
    files = await attachments.taken(conn, actor, body.attachments)
    scene, numbers = await _scene_of(conn, request, body, now)
    scene = replace(numbers.given_to(scene), attachments=files)
    fresh = seen is None or seen == loaded.head.hex()
    decision = _decision(decide(request, body, actor, scene, reading, now, fresh=fresh))
    return await _save(conn, await sealed_deed(conn, desk, loaded, decision, raw, actor, numbers))


class Numbers:
    """The numbers that locked registers give next; a number not taken is given again."""

    def __init__(self, counters: Mapping[str, Counter], authorities: Mapping[str, AuthorityRef], now: datetime) -> None:
        """Read the counters; a register's year is the authority's local one and never goes back."""
        self._next: dict[tuple[str, Direction], Registered] = {}
        for code, counter in counters.items():
            if code in authorities:
                year = now.astimezone(ZoneInfo(authorities[code].zone)).year
                self._count(code, Direction.OUTGOING, year, counter.out_year, counter.out_number)
                self._count(code, Direction.INCOMING, year, counter.in_year, counter.in_number)

    def _count(self, code: str, direction: Direction, year: int, last_year: int, last: int) -> None:
        """Note what a register gives next."""
        number = 1 if year > last_year else last + 1
        self._next[code, direction] = Registered(direction, max(year, last_year), number)

    def given_to(self, scene: Scene) -> Scene:
        """Return the scene with the numbers that each authority would give."""
        labels = {key: register_label(key[0], registered) for key, registered in self._next.items()}
        return replace(
            scene,
            outgoing_numbers={code: label for (code, of), label in labels.items() if of is Direction.OUTGOING},
            incoming_numbers={code: label for (code, of), label in labels.items() if of is Direction.INCOMING},
        )

    def taken(self, decision: Decision) -> dict[str, Registered]:
        """Return the numbers that a decision took: a submission's, and a receipt's unless the paper bears its own."""
        taken = {}
        for entry, request in zip(decision.entries, decision.stages, strict=True):
            if entry.kind is ActKind.SUBMIT:
                taken[entry.author] = self._next[entry.author, Direction.OUTGOING]
            given = self._next.get((request.holder.code, Direction.INCOMING))
            if (
                entry.kind is ActKind.RECEIVE
                and given
                and request.received_number == register_label(request.holder.code, given)
            ):
                taken[request.holder.code] = given
        return taken


def register_label(code: str, registered: Registered) -> str:
    """Write a register number: `KZ-MVD/2026/O-00017`, O for outgoing, I for incoming."""
    letter = "O" if registered.direction is Direction.OUTGOING else "I"
    return f"{code}/{registered.year}/{letter}-{registered.number:05d}"


def _decision(decided: Decision | Refusal) -> Decision:
    """Return the decision, or raise the refusal."""
    if isinstance(decided, Refusal):
        raise Refused(decided.objections)
    return decided


async def _scene_of(conn: Connection, request: Request, body: ActBody, now: datetime) -> tuple[Scene, Numbers]:
    """Ask the registry only for what an act needs: a redirect its target, a receipt the holder's register."""
    if not isinstance(body, Receive | Redirect):
        return Scene(), Numbers({}, {}, now)
    authorities = {request.holder.code: request.holder}
    if isinstance(body, Redirect) and body.to_authority:
        authorities = await registry.named(conn, [body.to_authority], now)
    followers = {*concerned(request), *authorities}
    return Scene(authorities=authorities), Numbers(await registry.lock_counters(conn, followers), authorities, now)


async def sealed_deed(
    conn: Connection,
    desk: Desk,
    before: Loaded | None,
    decision: Decision,
    raw: bytes,
    actor: Actor,
    numbers: Numbers,
) -> SealedDeed:
    """Seal each entry of a decision and chain it to the last; the first one over the exact bytes that came."""
    await desk.keys.have(conn, {entry.author for entry in decision.entries})
    previous, sealed = before.head if before else record.GENESIS, []
    for index, entry in enumerate(decision.entries):
        body = raw if index == 0 else entry.body.model_dump_json().encode()
        sealed.append(_sealed(desk.keys, decision.request.id, entry, body, previous))
        previous = sealed[-1].digest
    profile = (await desk.readings.of(conn, decision.request.profile.digest)).profile
    own = sealed[0]
    trace = Trace(actor=actor, deed=Deed.ACTED, at=own.at, subject=own.act, detail={"seq": own.seq})
    return SealedDeed(
        before=before.request if before else None,
        decision=decision,
        entries=tuple(sealed),
        registered=numbers.taken(decision),
        profile=profile,
        trace=trace,
    )


async def _save(conn: Connection, deed: SealedDeed) -> Loaded:
    """Write the whole decision and who made it, and bind what it carries."""
    decision = deed.decision
    if not await decisions.save(conn, [deed]):  # what it rests on was locked
        raise Contended("moved")
    await attachments.bind(conn, decision.request, decision.entries[0].seq, decision.entries[0].body.attachments)
    return deed.loaded


def _sealed(keys: Keyring, request_id: str, entry: Entry, body: bytes, previous: bytes) -> Sealed:
    """Seal an entry with its author's key over the exact bytes of its body."""
    payload = record.envelope(
        request=request_id, act=entry.kind, author=entry.author, at=entry.at, seen=previous, body=body
    )
    jws, ruling = keys.seal(entry.author, payload), RULING.dump_json(entry.ruling).decode()
    digest = record.digest(previous=previous, seq=entry.seq, jws=jws, recorded_at=entry.recorded_at, ruling=ruling)
    return Sealed(
        seq=entry.seq,
        act=entry.kind.value,
        author=entry.author,
        at=entry.at,
        recorded_at=entry.recorded_at,
        jws=jws,
        ruling=ruling,
        previous=previous,
        digest=digest,
    )
