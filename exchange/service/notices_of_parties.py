"""What Parties and the Secretariat notify the registry of: lock, decide, write down, pass on (Articles 4, 6, 16, 18).

A Party's notice is passed on to every Party in the transaction that enters it; each acknowledges it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from exchange import profiles
from exchange.core import party_notices, treaty
from exchange.core.access import Actor, Verb, may
from exchange.core.deadlines import local_day, start_of_day
from exchange.core.designations import Authority, History, changed, designated, ended, holding
from exchange.core.errors import NotThere, Refused
from exchange.core.objections import object_to
from exchange.core.party_notices import Known
from exchange.service import audit
from exchange.service.keys import Keyring
from exchange.store import designations, registry, registry_notices
from exchange.store.database import Connection
from exchange.store.registry import Agreement
from exchange.store.registry_notices import Kept, Wanted, Written
from schemas import registry as shapes
from schemas.vocabulary import AuthorityKind, Country, Deed, FactKind

FACT: Final[TypeAdapter[shapes.AnyFact]] = TypeAdapter(shapes.Fact)
TURNS: Final = 100
"""Most entries of which one pass lets the day begin."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who enters a fact, and the digest of the signed file that it comes with, if it does."""

    actor: Actor
    file: str | None = None


async def enter(
    conn: Connection, keys: Keyring, fact: shapes.AnyFact, actor: Actor, now: datetime
) -> shapes.RegistryNoticeView:
    """Enter a notice and pass it on to every Party; raise Refused with every objection to it."""
    number = await registry_notices.next_number(conn)
    caller = await designations.histories(conn, [actor.authority])
    by = holding(caller.get(actor.authority, ()), now)
    known = await known_of(conn, fact, by)
    objections = [
        *party_notices.to_the_caller(fact, actor, by, known),
        *party_notices.to_the_fact(fact, known, by, now),
    ]
    if objections:
        raise Refused(tuple(objections))
    written = await write(conn, number, _whole(fact, known, by), known, Source(actor), now)
    if not written.domestic:
        await _pass_on(conn, written, fact, known.history, by, now)
    await keys.make_missing(conn)
    return (await _shown(conn, actor, Wanted(number=number)))[0]


async def acknowledge(conn: Connection, number: int, actor: Actor, now: datetime) -> shapes.RegistryNoticeView:
    """Acknowledge a notice for the caller's Party; raise NotThere, or Refused (Article 4)."""
    found = await _shown(conn, actor, Wanted(number=number))
    if not found:
        raise NotThere
    own = await designations.histories(conn, [actor.authority])
    by = holding(own.get(actor.authority, ()), now)
    country = by.country if by is not None and by.kind is AuthorityKind.COMPETENT else None
    if not may(actor, Verb.NOTIFY):
        raise Refused((object_to("role_may_not", rule="P-4.3"),))
    if country is None or not await registry_notices.was_relayed(conn, number, country):
        raise Refused((object_to("not_relayed_to_you"),))
    if not await registry_notices.acknowledge(conn, number, country, now, actor.authority, actor.who):
        raise Refused((object_to("acknowledged_already"),))
    await audit.note(
        conn, actor, Deed.REGISTRY_CHANGED, now, subject=f"registry/{number}", detail={"acknowledged_for": country}
    )
    return (await _shown(conn, actor, Wanted(number=number)))[0]


async def notice(conn: Connection, number: int, actor: Actor) -> shapes.RegistryNoticeView:
    """Return a notice that the caller may see; raise NotThere."""
    found = await _shown(conn, actor, Wanted(number=number))
    if not found:
        raise NotThere
    return found[0]


async def notices(
    conn: Connection, actor: Actor, wanted: Wanted
) -> tuple[tuple[shapes.RegistryNoticeView, ...], int | None]:
    """Return one page of the notices that the caller may see, latest first, and the number where it ended."""
    more = Wanted(before=wanted.before, subject=wanted.subject, awaiting=wanted.awaiting, limit=wanted.limit + 1)
    found = await _shown(conn, actor, more)
    shown = found[: wanted.limit]
    return tuple(shown), shown[-1].number if len(found) > wanted.limit else None


async def turn(conn: Connection, now: datetime) -> int:
    """Let the entries whose day has begun stand in the bodies' rows; return how many did."""
    due = [code for code, since, zone in await designations.to_come(conn, TURNS) if start_of_day(since, zone) <= now]
    if due:
        await registry_notices.hold(conn)
        for history in (await designations.histories(conn, due)).values():
            await designations.keep(conn, history, now)
    return len(due)


async def next_turn(conn: Connection) -> datetime | None:
    """Return when the next entry's day begins, or None."""
    coming = await designations.to_come(conn, TURNS)
    return min((start_of_day(since, zone) for _code, since, zone in coming), default=None)


async def treaty_facts(conn: Connection) -> tuple[treaty.Fact, ...]:
    """Return what the depositary received."""
    found = [FACT.validate_python(fact, strict=False) for fact in await registry_notices.treaty_facts(conn)]
    return tuple(
        party_notices.treaty_fact(fact)
        for fact in found
        if isinstance(fact, shapes.CompletionNotice | shapes.WithdrawalNotice)
    )


async def known_of(conn: Connection, fact: shapes.AnyFact, by: Authority | None) -> Known:
    """Return what the registry holds that a fact touches; another state's domestic body is not known to the caller."""
    force = profiles.force()
    match fact:
        case shapes.Designation() | shapes.Change() | shapes.End():
            history = (await designations.histories(conn, [fact.authority])).get(fact.authority, ())
            own = by.country if by is not None else None
            hidden = history and (
                history[-1].kind is AuthorityKind.PROTECTION
                or (history[-1].kind is AuthorityKind.DOMESTIC and history[-1].country is not own)
            )
            if hidden and not isinstance(fact, shapes.Designation):
                history = ()
            return Known(history=history, force=force)
        case shapes.CompletionNotice() | shapes.WithdrawalNotice():
            return Known(facts=await treaty_facts(conn), force=force)
        case _:
            agreements = {one.code: (one.since, one.until) for one in await registry.agreements(conn)}
            return Known(agreement=agreements.get(fact.agreement), force=force)


async def write(
    conn: Connection, number: int, fact: shapes.AnyFact, known: Known, source: Source, now: datetime
) -> Written:
    """Write a lawful fact down, with all that follows from it in the registry."""
    country = party_notices.country_of(fact, known.history, None)
    written = Written(
        number=number,
        key=party_notices.key_of(fact),
        kind=fact.kind,
        country=country,
        subject=party_notices.subject_of(fact),
        day=party_notices.day_of(fact),
        domestic=party_notices.is_domestic(fact, known.history),
        fact=plain(fact),
        entered_at=now,
        entered_by=source.actor.authority,
        who=source.actor.who,
        file=source.file,
    )
    await registry_notices.add(conn, written)
    await _follow(conn, fact, known, number, now)
    detail = {"kind": fact.kind, "about": written.subject, "day": written.day.isoformat()}
    told = detail if source.file is None else {**detail, "file": source.file}
    subject = f"registry/{number}"
    await audit.note(conn, source.actor, Deed.REGISTRY_CHANGED, now, subject=subject, detail=told)
    return written


def plain(fact: shapes.AnyFact) -> dict[str, Any]:
    """Return a fact as it is kept and compared: what is absent is left out, unless a change takes it away."""
    if isinstance(fact, shapes.Change):
        return fact.model_dump(mode="json", exclude_unset=True)
    return fact.model_dump(mode="json", exclude_none=True)


def _whole(fact: shapes.AnyFact, known: Known, by: Authority | None) -> shapes.AnyFact:
    """Return a fact that says of which Party it is, whoever reads it elsewhere."""
    if isinstance(fact, shapes.Designation):
        return fact.model_copy(update={"country": party_notices.country_of(fact, known.history, by)})
    return fact


async def _follow(conn: Connection, fact: shapes.AnyFact, known: Known, number: int, now: datetime) -> None:
    """Write what follows from a fact into the tables that calls read."""
    match fact:
        case shapes.Designation():
            await designations.keep(conn, designated(known.history, fact, fact.country, number), now)
        case shapes.Change():
            await designations.keep(conn, changed(known.history, fact, number), now)
        case shapes.End():
            await designations.keep(conn, ended(known.history, fact), now)
        case shapes.CompletionNotice() | shapes.WithdrawalNotice():
            facts = (*known.facts, party_notices.treaty_fact(fact))
            await registry.keep_parties(conn, treaty.parties(facts, known.force))
        case shapes.ChannelAgreement():
            await registry.add_agreement(
                conn,
                Agreement(
                    code=fact.agreement,
                    parties=fact.parties,
                    channel=fact.channel,
                    citation=fact.citation,
                    since=fact.since,
                    until=fact.until,
                ),
            )
        case shapes.AgreementEnd():
            await registry.end_agreement(conn, fact.agreement, fact.until)


async def _pass_on(
    conn: Connection, written: Written, fact: shapes.AnyFact, history: History, by: Authority | None, now: datetime
) -> None:
    """Pass a notice on to every Party in this transaction; who enters it for its own Party has seen it."""
    facts, force = await treaty_facts(conn), profiles.force()
    bound = {party.country: party for party in treaty.parties(facts, force)}
    told = [
        entry
        for entry in await designations.competent(conn, now)
        if entry.country in bound and bound[entry.country].bound_on(local_day(now, entry.zone))
    ]
    day = local_day(now, "UTC")
    countries = {entry.country for entry in told} | {code for code, party in bound.items() if party.bound_on(day)}
    await registry_notices.relay(conn, written.number, [country for country in countries if country])
    data = _mail(written, fact, history)
    await registry_notices.mail(conn, [entry.code for entry in told], data, now)
    if by is not None and by.country in countries and by.country is not None:
        await registry_notices.acknowledge(conn, written.number, by.country, now, by.code, written.who)


def _mail(written: Written, fact: shapes.AnyFact, history: History) -> Mapping[str, Any]:
    """Return what the mail of a notice may say: what the registry shows to every Party."""
    name = dict(history[-1].name) if history else {}
    if isinstance(fact, shapes.Designation | shapes.Change) and fact.name is not None:
        name = {language: words for language, words in fact.name.model_dump().items() if words}
    return {
        "number": written.number,
        "fact": written.kind,
        "country": written.country,
        "subject": written.subject,
        "name": name,
        "effective": written.day.isoformat(),
        "reference": getattr(fact, "reference", None),
    }


async def _shown(conn: Connection, actor: Actor, wanted: Wanted) -> list[shapes.RegistryNoticeView]:
    return [show(kept) for kept in await registry_notices.notices(conn, actor.authority, wanted)]


def show(kept: Kept) -> shapes.RegistryNoticeView:
    """Show a notice."""
    one = kept.notice
    return shapes.RegistryNoticeView(
        number=one.number,
        kind=FactKind(one.kind),
        country=Country(one.country) if one.country else None,
        subject=one.subject,
        day=one.day,
        domestic=one.domestic,
        fact=dict(one.fact),
        entered_at=one.entered_at,
        entered_by=one.entered_by,
        from_file=one.file is not None,
        relayed=tuple(
            shapes.RelayView(country=Country(relay.country), acknowledged_at=relay.at, acknowledged_by=relay.authority)
            for relay in kept.relays
        ),
    )


def written_first(facts: Sequence[shapes.AnyFact], by: str, at: datetime) -> tuple[Written, ...]:
    """Return the facts of a new registry as they are written down, numbered from 1."""
    return tuple(
        Written(
            number=number,
            key=party_notices.key_of(fact),
            kind=fact.kind,
            country=party_notices.country_of(fact, (), None),
            subject=party_notices.subject_of(fact),
            day=party_notices.day_of(fact),
            domestic=party_notices.is_domestic(fact, ()),
            fact=plain(fact),
            entered_at=at,
            entered_by=by,
            who="",
        )
        for number, fact in enumerate(facts, 1)
    )
