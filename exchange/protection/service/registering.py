"""What is entered into the module's registry, each row with its proof and its line in the ledger.

What is changed was proved before, and is the last that the ledger knows. All of these raise ModuleSealed and Tampered.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import UUID

from exchange.protection.content.ledger import Change
from exchange.protection.core.scene import Binding, Body
from exchange.protection.module import Module
from exchange.protection.service.vouching import require, require_last, said, vouch
from exchange.protection.store import registry
from exchange.protection.store.facts import Belonging, Competence, Vouched
from exchange.protection.store.ledger import End
from exchange.protection.store.registry import NewBody
from exchange.store.database import Connection


async def add_bodies(conn: Connection, module: Module, bodies: Iterable[NewBody]) -> None:
    """Enter bodies that are not there yet."""
    await module.ledger.hold(conn)
    added = [each.body for each in bodies if await registry.add_body(conn, each, vouch(module.safe, each.body))]
    await module.ledger.enter(conn, [said(each) for each in added])


async def tell_bodies(conn: Connection, module: Module, bodies: Iterable[NewBody], *, sealed: bool) -> bool:
    """Enter bodies, and what is told otherwise of those that are there; tell whether anything changed.

    Sealed, the module takes in where mail goes and what bodies are called; the rest waits.
    """
    told = {each.body.code: each for each in bodies}
    held = await registry.held(conn, told)
    changes: list[Change] = []
    changed = False
    end: End | None = None
    if not sealed and any(code not in held or _moved(held[code].row, new) for code, new in told.items()):
        end = await module.ledger.hold(conn)
        held = await registry.held(conn, told)
    for code, new in told.items():
        former = held.get(code)
        if former is None:
            if not sealed and await registry.add_body(conn, new, vouch(module.safe, new.body)):
                changes.append(said(new.body))
            continue
        zone = former.row.body.zone if end is None else new.body.zone
        told_now = replace(new, body=replace(former.row.body, zone=zone), sample=former.row.sample)
        if told_now == former.row:
            continue
        proof = former.proof
        if end is not None and _moved(former.row, told_now):
            _require_last(module, Vouched(former.row.body, former.proof), end)
            proof = vouch(module.safe, told_now.body)
            changes.append(said(told_now.body, new=False))
        changed |= await registry.tell_body(conn, told_now, proof, former.proof)
    await module.ledger.enter(conn, changes)
    return changed or bool(changes)


async def add_bindings(conn: Connection, module: Module, bindings: Iterable[Binding]) -> None:
    """Enter bindings that are not there yet."""
    await module.ledger.hold(conn)
    added = [each for each in bindings if await registry.add_binding(conn, each, vouch(module.safe, each))]
    await module.ledger.enter(conn, [said(each) for each in added])


async def bind(conn: Connection, module: Module, binding: Binding) -> None:
    """Enter a binding, or the day of leaving of one that is there (A-14, A-16, KA-15, KL-14).

    The day of release from protecting comes by entries alone.
    """
    end = await module.ledger.hold(conn)
    if await registry.add_binding(conn, binding, vouch(module.safe, binding)):
        await module.ledger.enter(conn, [said(binding)])
        return
    for held in await registry.lock_bindings(conn, binding.regime, binding.party):
        _require_last(module, held, end)
        told = replace(held.row, left_on=binding.left_on or held.row.left_on)
        if held.row.since == binding.since and told != held.row:
            await _end(conn, module, told)


async def release_party(conn: Connection, module: Module, regime: str, party: str, since: date) -> None:
    """Let a Party be released from protecting from a day on (KL-14), the earlier of two."""
    end = await module.ledger.hold(conn)
    for held in await registry.lock_bindings(conn, regime, party):
        _require_last(module, held, end)
        await _end(conn, module, replace(held.row, released_on=min(since, held.row.released_on or since)))


async def add_first_competent(conn: Connection, module: Module, rows: Iterable[tuple[str, str, str, date]]) -> None:
    """Enter the first competent bodies: regime (or order of release), Party, body, day; where there is one, nothing."""
    await module.ledger.hold(conn)
    filled, added = set(await registry.filled(conn)), []
    for regime, party, body, since in rows:
        if (regime, party) not in filled:
            added.append(await _competent(conn, module, regime, party, body, since))
            filled.add((regime, party))
    await module.ledger.enter(conn, added)


async def add_competent(
    conn: Connection, module: Module, regime: str, party: str, body: str, since: date, entry: UUID | None = None
) -> None:
    """Let a body be competent for a Party from a day on, by a dated entry."""
    await module.ledger.hold(conn)
    await module.ledger.enter(conn, [await _competent(conn, module, regime, party, body, since, entry)])


async def add_people(conn: Connection, module: Module, people: Iterable[tuple[str, str]]) -> None:
    """Enter people, each as a body's, unless they are there."""
    await module.ledger.hold(conn)
    rows = [Belonging(person, body) for person, body in people]
    added = [row for row in rows if await registry.add_person(conn, row, vouch(module.safe, row))]
    await module.ledger.enter(conn, [said(row) for row in added])


async def _competent(
    conn: Connection, module: Module, regime: str, party: str, body: str, since: date, entry: UUID | None = None
) -> Change:
    number = await registry.next_competence(conn)
    row = Competence(id=number, regime=regime, party=party, body=body, since=since, entry=entry)
    await registry.add_competence(conn, row, vouch(module.safe, row))
    return said(row)


async def _end(conn: Connection, module: Module, told: Binding) -> None:
    await registry.end_binding(conn, told, vouch(module.safe, told))
    await module.ledger.enter(conn, [said(told, new=False)])


def _moved(held: NewBody, told: NewBody) -> bool:
    return held.body.zone != told.body.zone


def _require_last(module: Module, held: Vouched[Body] | Vouched[Binding], end: End) -> None:
    """Raise Tampered for a row that the module did not write so last; `end` is where the caller holds the ledger."""
    require(module.safe, held.row, held.proof)
    require_last(module, held.row, end)
