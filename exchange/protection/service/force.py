"""What an operator enters of the treaties: their days for each Party, and who is competent first."""

from collections.abc import Iterator
from datetime import date

from exchange.core.errors import NodeError
from exchange.protection.core.scene import Binding, Body, Law
from exchange.protection.module import Module
from exchange.protection.service import registering
from exchange.protection.service.vouching import require, require_last
from exchange.protection.store import facts
from exchange.protection.store.registry import NewBody
from exchange.store.database import Connection
from schemas.force import ForceFile


async def take_in(conn: Connection, module: Module, file: ForceFile) -> tuple[int, int, int]:
    """Enter bodies, bindings and competent bodies that are not there; return how many of each the file names.

    A binding that is there takes the day of leaving that the file gives. Competent bodies are entered where a Party has
    none: a successor is named by a dated entry (A-4, KA-3, KL-5). Raise NodeError with everything that cannot stand,
    Tampered for what was changed behind the module, ModuleSealed.
    """
    law = module.law
    end = await module.ledger.hold(conn)
    named = {each.code: each.party for each in file.body}
    parties = {party for regime in law.regimes.values() for party in regime.parties}
    for party in sorted(parties):
        for held in await facts.bodies_of(conn, party):
            require(module.safe, held.row, held.proof)
            require_last(module, held.row, end)
            named[held.row.code] = held.row.party
    found = [*_of_bindings(file, law), *_of_competent(file, law, named)]
    if found:
        raise NodeError("; ".join(found))
    await registering.add_bodies(
        conn,
        module,
        [
            NewBody(
                body=Body(each.code, each.party, each.zone, legal_person=each.legal_person),
                name=each.name,
                mailbox=each.mailbox,
            )
            for each in file.body
        ],
    )
    for each in file.binding:
        await registering.bind(conn, module, Binding(each.regime, each.party, each.since, each.left_on))
    first: list[tuple[str, str, str, date]] = [
        (each.regime, each.party, each.body, each.since) for each in file.competent
    ]
    await registering.add_first_competent(conn, module, first)
    return len(file.body), len(file.binding), len(file.competent)


def _of_bindings(file: ForceFile, law: Law) -> Iterator[str]:
    for each in file.binding:
        regime = law.regimes.get(each.regime)
        if regime is None or each.party not in regime.parties:
            yield f"{each.party} is no Party to {each.regime}"
        if each.left_on is not None and each.left_on <= each.since:
            yield f"{each.party} cannot leave {each.regime} before it is bound"


def _of_competent(file: ForceFile, law: Law, named: dict[str, str]) -> Iterator[str]:
    orders = {order.id: party for party, order in law.orders.items()}
    for each in file.competent:
        regime = law.regimes.get(each.regime)
        known = each.party in regime.parties if regime is not None else orders.get(each.regime) == each.party
        if not known:
            yield f"{each.party} is no Party to {each.regime}"
        if named.get(each.body) != each.party:
            yield f"{each.body} is no body of {each.party} that the module knows"
