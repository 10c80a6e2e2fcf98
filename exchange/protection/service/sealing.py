"""An act into what is kept of it: sealed by its body, chained to the act before, locked; and back."""

import json
from dataclasses import dataclass
from datetime import datetime

from exchange.core import record
from exchange.core.errors import RecordBroken
from exchange.core.record import Sealed, stamp
from exchange.protection.module import Module
from exchange.protection.service import keys
from exchange.protection.store.items import Kept
from exchange.seals import Seals, payload_of
from exchange.store.database import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An act as it is about to be kept: `subject` is the table and id of what it is done to, `body` its exact JSON.

    `who` is the person or token behind it; `ruling` is JSON, too.
    """

    subject: str
    seq: int
    act: str
    author: str
    who: str
    at: datetime
    recorded_at: datetime
    body: bytes
    ruling: bytes


@dataclass(frozen=True, slots=True)
class Secured:
    """An act sealed and chained, with its texts locked."""

    sealed: Sealed
    jws: bytes
    ruling: bytes


async def secure(conn: Connection, module: Module, said: Said, previous: bytes) -> Secured:
    """Seal an act in its author's name over its exact bytes, chain it, lock what tells of it."""
    seals = await keys.signer(conn, module, said.author)
    payload = record.envelope(
        request=said.subject, act=said.act, author=said.author, at=said.at, seen=previous, body=said.body
    )
    jws = seals.seal(said.author, payload)
    # Who did it stands with the ruling: the digest covers it.
    ruling = f'{{"who": {json.dumps(said.who)}, "ruling": {said.ruling.decode()}}}'
    sealed = Sealed(
        seq=said.seq,
        act=said.act,
        author=said.author,
        at=said.at,
        recorded_at=said.recorded_at,
        jws=jws,
        ruling=ruling,
        previous=previous,
        digest=record.digest(previous=previous, seq=said.seq, jws=jws, recorded_at=said.recorded_at, ruling=ruling),
    )
    place = f"{said.subject}/{said.seq}"
    return Secured(
        sealed, module.safe.lock(jws.encode(), f"{place}/jws"), module.safe.lock(ruling.encode(), f"{place}/ruling")
    )


def opened(module: Module, subject: str, kept: Kept) -> Sealed:
    """Return a kept entry as it was sealed."""
    place = f"{subject}/{kept.seq}"
    return Sealed(
        seq=kept.seq,
        act=kept.act,
        author=kept.author,
        at=kept.at,
        recorded_at=kept.recorded_at,
        jws=module.safe.open(kept.jws, f"{place}/jws").decode(),
        ruling=module.safe.open(kept.ruling, f"{place}/ruling").decode(),
        previous=kept.previous,
        digest=kept.digest,
    )


def said(subject: str, sealed: Sealed, seals: Seals | None = None) -> Said:
    """Return what an entry says; with `seals` its seal is proved first. Raise RecordBroken for what does not hold."""
    try:
        payload = payload_of(sealed.jws) if seals is None else seals.prove(sealed.author, sealed.jws)
        told, ruled = json.loads(payload), json.loads(sealed.ruling)
        own = (told["request"], told["act"], told["author"], told["at"], told["seen_digest"])
        if own != (subject, sealed.act, sealed.author, stamp(sealed.at), sealed.previous.hex()):
            raise RecordBroken("the row says otherwise than what its author signed")
        return Said(
            subject=subject,
            seq=sealed.seq,
            act=sealed.act,
            author=sealed.author,
            who=str(ruled["who"]),
            at=sealed.at,
            recorded_at=sealed.recorded_at,
            body=json.dumps(told["body"]).encode(),
            ruling=json.dumps(ruled["ruling"]).encode(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RecordBroken("it cannot be read") from error
