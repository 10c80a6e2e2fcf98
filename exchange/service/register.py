"""What the registry says, today and on any day: its bodies, the Parties, the agreements, who may see which."""

from datetime import date, datetime

from exchange import profiles
from exchange.core import treaty
from exchange.core.access import Actor
from exchange.core.deadlines import local_day
from exchange.core.designations import Authority, present
from exchange.core.errors import NotThere
from exchange.core.treaty import InForce
from exchange.service.notices_of_parties import treaty_facts
from exchange.store import designations, registry
from exchange.store.database import Connection
from schemas import registry as shapes
from schemas.vocabulary import AuthorityKind, Country


async def authorities(conn: Connection, actor: Actor | None, now: datetime) -> tuple[shapes.AuthorityView, ...]:
    """Return every body that a caller may see, by the entry that it is known by now; strangers no domestic one."""
    found = await designations.visible(conn, actor.authority if actor else None)
    return tuple(authority(present(history, now)) for history in found.values())


async def outside(conn: Connection, now: datetime) -> tuple[shapes.AuthorityView, ...]:
    """Return the bodies that take part in the protection module alone: no list of the open exchange names them."""
    found = await designations.outside(conn)
    return tuple(authority(present(history, now)) for history in found.values())


async def authorities_page(
    conn: Connection, actor: Actor, now: datetime, *, on: date | None, after: str, limit: int
) -> tuple[tuple[shapes.AuthorityView, ...], str | None]:
    """Return a page of the bodies that the caller may see, of a day only those registered then, and where it ended."""
    found = await designations.page(conn, actor.authority, on=on, after=after, limit=limit + 1)
    codes = list(found)[:limit]
    shown = tuple(authority(found[code][-1] if on else present(found[code], now)) for code in codes)
    return shown, codes[-1] if len(found) > limit else None


async def history(conn: Connection, actor: Actor, code: str) -> shapes.HistoryView:
    """Return a body's entries that the caller may see, oldest first; raise NotThere."""
    codes = [code.replace("\0", ""), actor.authority]
    found = await designations.histories(conn, codes)
    own = found[actor.authority][0].country if actor.authority in found else None
    seen = tuple(
        entry
        for entry in found.get(codes[0], ())
        if entry.kind is not AuthorityKind.PROTECTION
        and (entry.kind is not AuthorityKind.DOMESTIC or entry.country is own)
    )
    if not seen:
        raise NotThere
    return shapes.HistoryView(code=seen[-1].code, country=seen[-1].country, entries=tuple(map(_entry, seen)))


async def parties(conn: Connection, now: datetime, on: date | None) -> tuple[shapes.PartyView, ...]:
    """Return the states for which the Protocol is or was in force; of a day, those for which it was in force then."""
    facts, force = await treaty_facts(conn), profiles.force()
    day = on or local_day(now, "UTC")
    told = [(country, treaty.in_force(country, day, facts, force)) for country in sorted(Country)]
    return tuple(
        shapes.PartyView(
            country=country,
            in_force_from=one.since,
            left_on=one.left_on,
            explanation=tuple(map(str, one.steps)),
        )
        for country, one in told
        if one.since is not None and (on is None or one.holds)
    )


async def in_force(conn: Connection, country: Country, on: date) -> InForce:
    """Tell whether the Protocol is in force for a state on a day, and why."""
    return treaty.in_force(country, on, await treaty_facts(conn), profiles.force())


async def between(conn: Connection, one: Country, other: Country, on: date) -> shapes.BetweenView:
    """Tell whether the Protocol is in force between two states on a day, and why."""
    facts, force = await treaty_facts(conn), profiles.force()
    return shapes.BetweenView(
        on=on,
        in_force=treaty.between(one, other, on, facts, force),
        parties=tuple(_in_force(country, on, treaty.in_force(country, on, facts, force)) for country in (one, other)),
    )


async def agreements(conn: Connection, on: date | None) -> tuple[shapes.AgreementView, ...]:
    """Return the standing agreements on technical channels; of a day, those that held then."""
    return tuple(
        shapes.AgreementView(
            id=agreement.code,
            parties=agreement.parties,
            channel=agreement.channel,
            citation=agreement.citation,
            since=agreement.since,
            until=agreement.until,
        )
        for agreement in await registry.agreements(conn)
        if on is None or (agreement.since <= on and (agreement.until is None or on <= agreement.until))
    )


def authority(of: Authority) -> shapes.AuthorityView:
    """Show a body by one of its entries."""
    return shapes.AuthorityView(
        code=of.code,
        kind=of.kind,
        country=of.country,
        name=dict(of.name),
        zone=of.zone,
        reach=of.reach,
        since=of.since,
        until=of.until,
    )


def _entry(of: Authority) -> shapes.EntryView:
    return shapes.EntryView(
        kind=of.kind,
        since=of.since,
        until=of.until,
        name=dict(of.name),
        zone=of.zone,
        reach=of.reach,
        mailbox=of.mailbox,
        head_mailbox=of.head_mailbox,
        language=of.language,
        address=of.address,
        notice=of.notice,
    )


def _in_force(country: Country, on: date, one: InForce) -> shapes.InForceView:
    return shapes.InForceView(
        country=country,
        on=on,
        in_force=one.holds,
        in_force_from=one.since,
        left_on=one.left_on,
        explanation=tuple(map(str, one.steps)),
        rules=tuple(dict.fromkeys(step.rule for step in one.steps)),
    )
