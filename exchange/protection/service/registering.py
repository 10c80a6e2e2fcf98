"""What is entered into the module's registry, each row with its proof; what is changed was proved before."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from exchange.protection.content.safe import Safe
from exchange.protection.core.scene import Binding
from exchange.protection.service.vouching import require, vouch
from exchange.protection.store import registry
from exchange.protection.store.facts import Belonging, Competence
from exchange.protection.store.registry import NewBody
from exchange.store.database import Connection


async def add_bodies(conn: Connection, safe: Safe, bodies: Iterable[NewBody]) -> None:
    """Enter bodies that are not there yet; raise ModuleSealed, as all of these."""
    for each in bodies:
        await registry.add_body(conn, each, vouch(safe, each.body))


async def tell_bodies(conn: Connection, safe: Safe, bodies: Iterable[NewBody], *, sealed: bool) -> bool:
    """Enter bodies, and what is told otherwise of those that are there; tell whether anything changed.

    Sealed, the module takes in where mail goes and what bodies are called; the rest waits. Raise Tampered.
    """
    told = {each.body.code: each for each in bodies}
    held = await registry.held(conn, told)
    changed = False
    for code, new in told.items():
        former = held.get(code)
        if former is None:
            changed |= not sealed and await registry.add_body(conn, new, vouch(safe, new.body))
            continue
        moved = new.body.zone != former.row.body.zone
        zone = former.row.body.zone if sealed else new.body.zone
        told_now = replace(new, body=replace(former.row.body, zone=zone), sample=former.row.sample)
        if told_now == former.row:
            continue
        proof = former.proof
        if moved and not sealed:
            require(safe, former.row.body, former.proof)
            proof = vouch(safe, told_now.body)
        changed |= await registry.tell_body(conn, told_now, proof, former.proof)
    return changed


async def add_bindings(conn: Connection, safe: Safe, bindings: Iterable[Binding]) -> None:
    """Enter bindings that are not there yet."""
    for each in bindings:
        await registry.add_binding(conn, each, vouch(safe, each))


async def bind(conn: Connection, safe: Safe, binding: Binding) -> None:
    """Enter a binding, or the day of leaving of one that is there (A-14, A-16, KA-15, KL-14); raise Tampered.

    The day of release from protecting comes by entries alone.
    """
    await registry.add_binding(conn, binding, vouch(safe, binding))
    for held in await registry.lock_bindings(conn, binding.regime, binding.party):
        require(safe, held.row, held.proof)
        told = replace(held.row, left_on=binding.left_on or held.row.left_on)
        if held.row.since == binding.since and told != held.row:
            await registry.end_binding(conn, told, vouch(safe, told))


async def release_party(conn: Connection, safe: Safe, regime: str, party: str, since: date) -> None:
    """Let a Party be released from protecting from a day on (KL-14), the earlier of two; raise Tampered."""
    for held in await registry.lock_bindings(conn, regime, party):
        require(safe, held.row, held.proof)
        told = replace(held.row, released_on=min(since, held.row.released_on or since))
        await registry.end_binding(conn, told, vouch(safe, told))


async def add_first_competent(conn: Connection, safe: Safe, rows: Iterable[tuple[str, str, str, date]]) -> None:
    """Enter the first competent bodies: regime (or order of release), Party, body, day; where there is one, nothing."""
    filled = set(await registry.filled(conn))
    for regime, party, body, since in rows:
        if (regime, party) not in filled:
            await add_competent(conn, safe, regime, party, body, since)
            filled.add((regime, party))


async def add_competent(
    conn: Connection, safe: Safe, regime: str, party: str, body: str, since: date, entry: UUID | None = None
) -> None:
    """Let a body be competent for a Party from a day on, by a dated entry."""
    number = await registry.next_competence(conn)
    row = Competence(id=number, regime=regime, party=party, body=body, since=since, entry=entry)
    await registry.add_competence(conn, row, vouch(safe, row))


async def add_person(conn: Connection, safe: Safe, person: str, body: str) -> None:
    """Enter a person as a body's, unless it is there."""
    row = Belonging(person, body)
    await registry.add_person(conn, row, vouch(safe, row))
