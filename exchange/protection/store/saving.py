"""One act on an item, written in one round trip: item, entry, participants, duties, notices."""

from dataclasses import dataclass
from datetime import datetime

from pydantic_core import to_json

from exchange.core.record import Sealed, stamp
from exchange.protection.core.decide import Decision
from exchange.protection.core.item import Duty, Item
from exchange.protection.core.notices import Notice, number_for
from exchange.protection.core.reminders import next_moment
from exchange.protection.store.accesses import Head
from exchange.protection.store.items import NEVER
from exchange.store.database import Connection
from schemas.secrecy import CopyState, DutyState

SELECT_SAVED = "SELECT protection.save_act($1::text::jsonb, $2, $3, $4)"

SELECT_BEGUN = """
WITH begun AS (INSERT INTO protection.trail (subject, seq, digest, proof) VALUES ($5, $6, $7, $8))
SELECT protection.save_act($1::text::jsonb, $2, $3, $4)
"""

INSERT_NUMBER = """
INSERT INTO protection.register AS r (body, year, number) VALUES ($1, $2, 1)
    ON CONFLICT (body) DO UPDATE
       SET number = CASE WHEN excluded.year > r.year THEN 1 ELSE r.number + 1 END,
           year = greatest(r.year, excluded.year)
RETURNING year, number
"""

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Locked:
    """What of an act tells of the secret, locked: the item after it, its seal, its ruling."""

    snapshot: bytes
    jws: bytes
    ruling: bytes


async def take_number(conn: Connection, body: str, year: int) -> str:
    """Take the next number of a body's register; it is given again if the transaction does not stand."""
    row = await conn.fetchrow(INSERT_NUMBER, body, year)
    return f"{body}/{row['year']}/S-{row['number']:05d}" if row else ""


async def save(
    conn: Connection, before: Item | None, decision: Decision, sealed: Sealed, locked: Locked, trail: Head | None
) -> None:
    """Write a decision; `sealed` gives the entry's place in the chain, its texts stand in `locked`.

    `trail` is the head of the trail of a new item.
    """
    after = decision.item
    document = {
        "item": {
            "new": before is None,
            "id": after.id,
            "number": after.number,
            "originator": after.originator.code,
            "state": after.state.value,
        },
        "entry": entry_row(sealed),
        "participants": participants(after),
        "duties": duties(before, after, sealed.recorded_at),
        "notices": [notice_row(each) for each in decision.notices],
    }
    told = (to_json(document).decode(), locked.snapshot, locked.jws, locked.ruling)
    if trail is None:
        await conn.execute(SELECT_SAVED, *told)
    else:
        await conn.execute(SELECT_BEGUN, *told, trail.subject, trail.seq, trail.digest, trail.proof)


def participants(item: Item) -> list[Row]:
    """Return what every body that an item concerns is to it, and by what it knows it."""
    parties = {body.code: body.party for body in item.known_bodies}
    held = {copy.holder.code for copy in item.copies if copy.state is CopyState.HELD}
    awaiting = {copy.transit.recipient.code for copy in item.copies if copy.transit is not None}
    asked = {
        code
        for consent in item.consents
        if consent.open
        for code in consent.grantors - {given.body for given in consent.given}
    }
    grantors = {code for consent in item.consents for code in consent.grantors}
    return [
        {
            "body": code,
            "party": parties.get(code),
            "made": item.made_by(code),
            "held": code in held,
            "awaiting": code in awaiting,
            "asked": code in asked,
            "number": number_for(item, code),
            "due_at": stamp(_soonest(item, code)),
        }
        for code in sorted({*parties, *grantors})
    ]


def _soonest(item: Item, code: str) -> datetime:
    running = (duty.due_at for duty in item.duties if duty.body.code == code and duty.state is DutyState.RUNNING)
    return min(running, default=NEVER)


def duties(before: Item | None, after: Item, moment: datetime) -> list[Row]:
    """Return the duties that an act opened or changed; a new one is told of next at its first step to come."""
    held = {duty.id: duty for duty in before.duties} if before else {}
    return [_duty(after, duty, moment) for duty in after.duties if held.get(duty.id) != duty]


def standing_duties(item: Item) -> list[Row]:
    """Return all duties of an item, without what reminding moves and the number that their debtor knew it by."""
    rows = [_standing(duty) for duty in item.duties]
    return sorted(rows, key=lambda row: (str(row["kind"]), int(str(row["subject"]))))


def _duty(item: Item, duty: Duty, moment: datetime) -> Row:
    told = next_moment(duty, moment)
    number = number_for(item, duty.body.code)
    return {**_standing(duty), "number": number, "next_step_at": None if told is None else stamp(told.at)}


def _standing(duty: Duty) -> Row:
    return {
        "kind": duty.kind.value,
        "subject": duty.subject,
        "body": duty.body.code,
        "zone": duty.calculation.zone,
        "state": duty.state.value,
        "rule": duty.calculation.rule,
        "started_at": stamp(duty.calculation.started_at),
        "due_at": stamp(duty.due_at),
        "closed_at": None if duty.closed_at is None else stamp(duty.closed_at),
        "steps": list(duty.steps),
    }


def entry_row(sealed: Sealed) -> Row:
    """Return an act's place in its chain; its texts are written apart, locked."""
    return {
        "seq": sealed.seq,
        "act": sealed.act,
        "author": sealed.author,
        "at": stamp(sealed.at),
        "recorded_at": stamp(sealed.recorded_at),
        "previous": sealed.previous.hex(),
        "digest": sealed.digest.hex(),
    }


def notice_row(notice: Notice) -> Row:
    """Return a notice for the outbox."""
    return {
        "body": notice.to,
        "sender": notice.sender,
        "told": notice.told.value,
        "number": notice.number,
        "by": None if notice.by is None else stamp(notice.by),
        "rule": notice.rule,
    }
