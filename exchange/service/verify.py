"""Re-reads every record and proves it: the chain, the signatures, what is stored, the registers and the feeds."""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from exchange.core.attachments import is_true
from exchange.core.errors import FileBroken, NodeError, RecordBroken
from exchange.core.record import Sealed, faults, stamp
from exchange.core.request import Entry
from exchange.files import Store
from exchange.service.acts import RULING
from exchange.service.attachments import prove as prove_file
from exchange.service.keys import Keyring
from exchange.service.keys import faults as key_faults
from exchange.service.readings import Readings
from exchange.service.rebuild import Held, rebuild
from exchange.store import attachments, proof, record
from exchange.store.database import Connection
from exchange.store.decisions import Row
from exchange.store.proof import Tables
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


async def prove(
    conn: Connection, keys: Keyring, every: int = 200, *, files: Store | None = None, whole: bool = False
) -> AsyncIterator[Progress]:
    """Prove every record, then the registers and feeds; yield progress at least every so many requests.

    The caller opens a transaction and reads nothing in it before: all that is compared is of one moment.

    1. The keys are those that their identifiers name; 2. each record proves itself; 3. what the store holds of the
    request is what its record leads to; 4. the registers and feeds have no gaps; 5. every file is there in its size,
    and where `whole` is asked for, with its digest.
    """
    tables = await proof.hold_still(conn)
    await keys.refresh(conn)
    prover = Prover(conn, keys, Readings(), tables, await proof.counted(conn))
    total, done, read, found = await record.count(conn), 0, 0, list(await key_faults(conn))
    async for request_id in record.each_request(conn):
        entries, problems = await prover.prove(request_id)
        done, read = done + 1, read + entries
        found += [f"request {request_id}: {problem}" for problem in problems]
        if done % every == 0:
            yield Progress(done, total, read, tuple(found))
            found = []
    found += [stray async for stray in tables.strays()]
    found += [f"register {gap}: numbers are missing" for gap in await record.register_gaps(conn)]
    found += [f"event feed {gap}: events are missing" for gap in await record.event_gaps(conn)]
    found += [fault async for fault in _files(conn, files, whole=whole)]
    yield Progress(done, total, read, tuple(found))


@dataclass(frozen=True, slots=True)
class Prover:
    """Proves requests in the order of their ids, over one moment of the database."""

    conn: Connection
    keys: Keyring
    readings: Readings
    tables: Tables
    counted: frozenset[str]

    async def prove(self, request_id: UUID) -> tuple[int, tuple[str, ...]]:
        """Prove one request; return how many entries it has, and what is wrong with it."""
        row, tables = await proof.request(self.conn, request_id), self.tables
        rows = Held(
            await tables.participants.of(request_id),
            await tables.lines.of(request_id),
            await tables.events.of(request_id),
            await tables.uses.of(request_id),
        )
        sealed = await record.entries(self.conn, request_id, through=None)
        found = [*faults(sealed), *_end(row, sealed)]
        opened: list[Entry] = []
        for entry in sealed:
            try:
                opened.append(open_entry(self.keys, str(request_id), entry))
            except RecordBroken as broken:
                found.append(f"entry {entry.seq}: {broken}")
        if not found:
            found += await self._differences(request_id, row, rows, opened, sealed)
        return len(sealed), tuple(found)

    async def _differences(
        self, request_id: UUID, row: Row, rows: Held, opened: Sequence[Entry], sealed: Sequence[Sealed]
    ) -> tuple[str, ...]:
        """Compare what is stored of a request with what its record leads to."""
        try:
            pinned = opened[0].ruling.profile
            profile = (await self.readings.of(self.conn, pinned.digest if pinned else "")).profile
            rebuilt = rebuild(str(request_id), opened, sealed, profile)
        except (RecordBroken, NodeError) as broken:
            return (str(broken),)
        duties = await proof.duties(self.conn, request_id)
        found = [
            *rebuilt.differences(row, duties, rows, self.counted),
            *rebuilt.reminders(duties, profile),
        ]
        if not await proof.words_hold(self.conn, request_id, rebuilt.words):
            found.append("request: column words")
        return tuple(found)


async def _files(conn: Connection, files: Store | None, *, whole: bool) -> AsyncIterator[str]:
    """Yield the attachments that are not what their ids say, and the files that are not what they were."""
    last = ""
    async for uploaded in attachments.every_bound(conn):
        ref = uploaded.ref
        if not is_true(ref, uploaded.authority):
            yield f"attachment {ref.id}: the row says otherwise than its id"
        elif files is not None and ref.sha256 != last:
            last = ref.sha256
            try:
                await prove_file(files, ref, whole=whole)
            except FileBroken as broken:
                yield f"attachment {ref.id}: file {broken}"


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
    carried = entry.ruling.attachments
    if entry.body.attachments != tuple(ref.id for ref in carried) or not all(
        is_true(ref, entry.author) for ref in carried
    ):
        raise RecordBroken("what it carries is not what its author signed")
    return entry


def _end(row: Row, entries: Sequence[Sealed]) -> Iterator[str]:
    """Compare the sequence number of the request's row with the end of its record."""
    if not entries or entries[-1].seq < cast("int", row["seq"]):
        yield f"entry {row['seq']}: missing at the end"
