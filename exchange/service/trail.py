"""The trail as an auditor uses it: searched page by page, exported signed, and an export proved again.

An export is JSON Lines: one deed a line, numbered from 1, oldest first; the last line bears the authority's JWS over
`{export, authority, since, until, made_at, lines, sha256}`, the digest being that of all the lines before it.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import IO, Any, Final
from uuid import UUID

from joserfc.errors import JoseError

from exchange.core.access import Actor
from exchange.core.errors import RecordBroken
from exchange.core.record import stamp
from exchange.seals import payload_of
from exchange.service.audit import filters
from exchange.service.database import Database
from exchange.service.keys import Keyring
from exchange.service.queries import LONG_AGO
from exchange.store import audit as store
from exchange.store.audit import Kept, Trace
from exchange.store.database import Connection
from exchange.store.requests import NEVER
from schemas import views
from schemas.vocabulary import Deed

LAST: Final = (NEVER, 2**63 - 1)
"""After every deed."""

BATCH: Final = 500
"""How many deeds of an export are in memory at once."""

JSON_LINES: Final = "application/jsonl"
"""The media type of an export."""

LONGEST_LINE: Final = 1024 * 1024
"""Bytes of a line of an export; what is longer was not made here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailAsked:
    """What the trail is searched for; None asks for all. `since` is inclusive, `until` is not."""

    deed: Deed | None = None
    who: str | None = None
    request: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, int] | None = None
    limit: int = 50


async def search(
    conn: Connection, actor: Actor, now: datetime, asked: TrailAsked
) -> tuple[tuple[views.AuditView, ...], tuple[datetime, int] | None]:
    """Return one page of the trail of the caller's authority, newest first, and where the next one begins.

    The search is itself written down, in the statement that answers it.
    """
    told = filters(
        deed=asked.deed, who=asked.who, request=asked.request, since=asked.since, until=asked.until, after=asked.after
    )
    wanted = store.Wanted(
        deed=asked.deed,
        who=asked.who,
        request=asked.request,
        since=asked.since or LONG_AGO,
        before=min(asked.after or LAST, (asked.until or NEVER, 0)),
        limit=asked.limit + 1,
    )
    kept = await store.page(conn, Trace(actor=actor, deed=Deed.LISTED, at=now, subject="audit", detail=told), wanted)
    shown = kept[: asked.limit]
    following = (shown[-1].at, shown[-1].id) if len(kept) > asked.limit else None
    return tuple(_view(deed) for deed in shown), following


def _view(of: Kept) -> views.AuditView:
    return views.AuditView(
        at=of.at,
        role=of.role,
        who=of.who,
        deed=Deed(of.deed),
        request=str(of.request) if of.request else None,
        number=of.number,
        subject=of.subject,
        detail=dict(of.detail),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that was written down and can begin; `below` is its own place in the trail, which it leaves out."""

    authority: str
    since: datetime | None
    until: datetime | None
    made_at: datetime
    below: int


async def begin_export(
    conn: Connection, actor: Actor, now: datetime, *, since: datetime | None, until: datetime | None
) -> Export:
    """Write an export down, in the caller's transaction, before any of it goes out."""
    told = {"since": since and stamp(since), "until": until and stamp(until)}
    below = await store.add(conn, Trace(actor=actor, deed=Deed.EXPORTED, at=now, subject="audit", detail=told))
    return Export(authority=actor.authority, since=since, until=until, made_at=now, below=below)


def headers(export: Export) -> dict[str, str]:
    """Return what an export is sent with: it is kept as a file, under a name that tells whose it is and of when."""
    name = f"audit-{export.authority}-{export.made_at:%Y%m%dT%H%M%SZ}.jsonl"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


async def lines(database: Database, keys: Keyring, export: Export) -> AsyncIterator[bytes]:
    """Yield an export, some lines at a time and the signed one last.

    No connection is held while the reader takes its time. What is cut off lacks the signed line and proves nothing.
    """
    digest, number, place = sha256(), 0, (export.since or LONG_AGO, 0)
    while True:
        async with database.connection() as conn:
            kept = await store.following(conn, export.authority, place, export.until or NEVER, export.below, BATCH)
        chunk = b"".join(_line(number + offset, deed) for offset, deed in enumerate(kept, 1))
        digest.update(chunk)
        number += len(kept)
        if chunk:
            yield chunk
        if len(kept) < BATCH:
            break
        place = (kept[-1].at, kept[-1].id)
    async with database.connection() as conn:
        await keys.have(conn, {export.authority})
    yield _written({"signed": keys.seal(export.authority, _closing(export, number, digest.hexdigest()))})


def _line(number: int, of: Kept) -> bytes:
    return _written(
        {
            "line": number,
            "at": stamp(of.at),
            "role": of.role,
            "who": of.who,
            "deed": of.deed,
            "request": str(of.request) if of.request else None,
            "subject": of.subject,
            "detail": of.detail,
        }
    )


def _closing(export: Export, number: int, digest: str) -> bytes:
    return json.dumps(
        {
            "export": "audit",
            "authority": export.authority,
            "since": export.since and stamp(export.since),
            "until": export.until and stamp(export.until),
            "made_at": stamp(export.made_at),
            "lines": number,
            "sha256": digest,
        }
    ).encode()


def _written(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def faults(file: IO[bytes], keys: Keyring) -> Iterator[str]:
    """Yield what is wrong with an export, reading it line by line.

    1. Each line is a deed with its number, none missing, none in another's place, and time never goes back; 2. the
    last line is the signed one; 3. its signature holds; 4. number and digest of the lines are those that were signed.
    """
    digest, number, behind, moment, signed = sha256(), 0, 0, "", None
    for raw in iter(lambda: file.readline(LONGEST_LINE), b""):
        if signed is not None:
            yield f"after line {number}: something follows the signed line"
            return
        document = _read(raw)
        if document is None:
            yield f"line {number + 1}: it is cut off or is none of an export"
            return
        if set(document) == {"signed"}:
            signed = str(document["signed"])
            continue
        digest.update(raw)
        number += 1
        if document.get("line") != number + behind:
            yield f"line {number}: it bears the number {_echoed(document.get('line'))}"
            behind = _gap(document.get("line"), number, behind)
        if str(document.get("at")) < moment:
            yield f"line {number}: it is earlier than the line before it"
        moment = str(document.get("at"))
    if signed is None:
        yield f"after line {number}: the signed line is missing, the export is cut off"
        return
    yield from _unsigned(signed, keys, number, digest.hexdigest())


def _gap(told: object, number: int, behind: int) -> int:
    """Return by how much the lines that follow are behind their numbers: a gap is told of once, where it is."""
    return told - number if isinstance(told, int) else behind


def _unsigned(signed: str, keys: Keyring, number: int, digest: str) -> Iterator[str]:
    """Yield what the signed line does not cover."""
    try:
        told = json.loads(payload_of(signed))
        told = json.loads(keys.prove(str(told["authority"]), signed))
    except (JoseError, RecordBroken, ValueError, TypeError, KeyError):
        yield "the signed line: its signature does not hold"
        return
    if told.get("export") != "audit":
        yield "the signed line: it signs no export of a trail"
    if told.get("lines") != number:
        yield f"the signed line: it signs {_echoed(told.get('lines'))} lines, there are {number}"
    if told.get("sha256") != digest:
        yield "the signed line: the lines are not those that were signed"


def _read(raw: bytes) -> dict[str, Any] | None:
    """Return a line's document, None for what is none."""
    try:
        document = json.loads(raw) if raw.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _echoed(value: object) -> str:
    """Return what a file says in place of a number, without its words."""
    return str(value) if isinstance(value, int) else "none"
