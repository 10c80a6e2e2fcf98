"""Re-reads every record and proves it: the chain, the signatures, the fold, the registers and the feeds."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import RecordBroken
from exchange.core.fold import fold
from exchange.core.record import Sealed, faults, stamp
from exchange.core.request import Entry, Request
from exchange.service.acts import RULING
from exchange.service.keys import Keyring
from exchange.store import record, requests
from exchange.store.database import Connection
from exchange.store.requests import Loaded
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import ActKind

SUBMISSION = TypeAdapter(Submission)
ACT: TypeAdapter[ActBody] = TypeAdapter(ActBody)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a proof is: requests proved of all, entries read, and the faults found since the last report."""

    done: int
    total: int
    entries: int
    faults: tuple[str, ...]


async def prove(conn: Connection, keys: Keyring, every: int = 200) -> AsyncIterator[Progress]:
    """Prove every record, then the registers and feeds; yield progress at least every so many requests."""
    total, done, read, found = await record.count(conn), 0, 0, list[str]()
    async for request_id in record.each_request(conn):
        entries, problems = await prove_request(conn, keys, request_id)
        done, read = done + 1, read + entries
        found += [f"request {request_id}: {problem}" for problem in problems]
        if done % every == 0:
            yield Progress(done, total, read, tuple(found))
            found = []
    found += [f"register {gap}: numbers are missing" for gap in await record.register_gaps(conn)]
    found += [f"event feed {gap}: events are missing" for gap in await record.event_gaps(conn)]
    yield Progress(done, total, read, tuple(found))


async def prove_request(conn: Connection, keys: Keyring, request_id: UUID) -> tuple[int, tuple[str, ...]]:
    """Prove one request; return how many entries it has, and what is wrong with it."""
    loaded = await requests.load(conn, request_id)
    if loaded is None:
        return 0, ("it is gone",)
    entries = await record.entries(conn, request_id, through=None)
    found = [*faults(entries), *_ends(loaded, entries)]
    opened: list[Entry] = []
    for entry in entries:
        try:
            opened.append(open_entry(keys, str(request_id), entry))
        except RecordBroken as broken:
            found.append(f"entry {entry.seq}: {broken}")
    if not found:
        found += _fold_faults(loaded.request, opened)
    return len(entries), tuple(found)


def open_entry(keys: Keyring, request_id: str, sealed: Sealed) -> Entry:
    """Prove a seal and read the entry under it; raise RecordBroken when the row says otherwise than the seal."""
    try:
        said = json.loads(keys.prove(sealed.author, sealed.jws))
        body = json.dumps(said["body"])
        shape = SUBMISSION if sealed.act == ActKind.SUBMIT else ACT
        entry = Entry(
            seq=sealed.seq,
            author=sealed.author,
            at=sealed.at,
            recorded_at=sealed.recorded_at,
            body=shape.validate_json(body),
            ruling=RULING.validate_json(sealed.ruling),
        )
    except (KeyError, TypeError, ValueError, ValidationError) as error:
        raise RecordBroken("it cannot be read") from error
    told = (said["request"], said["act"], said["author"], said["at"], said["seen_digest"])
    if told != (request_id, sealed.act, sealed.author, stamp(sealed.at), sealed.previous.hex()):
        raise RecordBroken("the row says otherwise than what its author signed")
    return entry


def _ends(loaded: Loaded, entries: tuple[Sealed, ...]) -> Iterator[str]:
    """Compare the request's row with the end of its record."""
    last = entries[-1] if entries else None
    if last is None or last.seq < loaded.request.seq:
        yield f"entry {loaded.request.seq}: missing at the end"
    elif last.digest != loaded.head:
        yield f"entry {last.seq}: the request's row has another digest"


def _fold_faults(stored: Request, record_of: list[Entry]) -> Iterator[str]:
    """Compare what is stored of a request with what its record tells."""
    try:
        told = fold(stored.id, record_of)
    except RecordBroken as broken:
        yield str(broken)
        return
    duties = tuple(replace(duty, reminded_through=None) for duty in stored.obligations)
    if replace(stored, obligations=duties) != told:
        yield "what is stored differs from what the record tells"
