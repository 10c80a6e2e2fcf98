"""Dated entries: people, contracts, rules, things issued, changes of competent bodies; told, and taken into effect."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from exchange.core.deadlines import local_day
from exchange.protection.core.entries import EntryDecision, decide_entry, takes_effect
from exchange.protection.core.scene import Body, Caller
from exchange.protection.module import Module
from exchange.protection.service import registering
from exchange.protection.service.proceedings import (
    ENTRY,
    Deed,
    Kept,
    Word,
    begin,
    decided,
    shown,
)
from exchange.protection.service.scenes import scene_for
from exchange.protection.service.standing import known
from exchange.store.database import Connection
from schemas.protection_registry import DatedEntryView
from schemas.release import DatedEntry
from schemas.secrecy import EntryKind, Told


async def enter(
    conn: Connection, module: Module, new_id: UUID, body: DatedEntry, raw: bytes, caller: Caller, now: datetime
) -> Kept[EntryDecision]:
    """Let a dated entry stand and tell those that its rule names; what changes the registry counts from its day on.

    Raise Refused with everything that is missing.
    """
    named = {caller.body, str(body.fields.get("body", caller.body)), *([body.body] if body.body else [])}
    scene = await scene_for(conn, module, bodies=named, now=now)
    author = known(scene, caller)
    since = takes_effect(body, local_day(now, author.zone))
    decision = replace(decided(decide_entry(body, caller, scene)), since=since)
    deed = Deed(
        act=body.kind.value,
        raw=raw,
        value=decision,
        state=body.kind.value,
        bodies={author.code, *decision.told, *([body.body] if body.body else [])},
        words=[Word(code, Told.ENTERED, None, decision.rule) for code in decision.told],
    )
    kept = await begin(conn, module, ENTRY, new_id, deed, author, caller, now)
    if since is not None:
        await _take_effect(conn, module, body, author, since, new_id)
    return kept


def view(kept: Kept[EntryDecision]) -> DatedEntryView:
    """Show an entry to a body that it concerns."""
    entry = kept.value.entry
    return DatedEntryView(
        id=str(kept.id),
        number=kept.number,
        author=kept.author,
        kind=entry.kind,
        regime=entry.regime,
        party=entry.party,
        body=entry.body,
        date=entry.date,
        fields=dict(shown(entry)["fields"]),
        diplomatic=entry.diplomatic,
        rule=kept.value.rule,
        told=kept.value.told,
        entered_at=kept.opened_at,
        effective_from=kept.value.since,
    )


async def _take_effect(
    conn: Connection, module: Module, body: DatedEntry, author: Body, since: date, entry: UUID
) -> None:
    """Let the registry follow an entry: another competent body, or a Party released from protecting (A-4, KL-14)."""
    if body.kind is EntryKind.COMPETENT_BODY:
        named = str(body.fields["body"])
        await registering.add_competent(conn, module, body.regime, author.party, named, since, entry)
    elif body.kind is EntryKind.RELEASED:
        await registering.release_party(conn, module, body.regime, author.party, since)
