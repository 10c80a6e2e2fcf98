"""The sandbox's sample registry of the module: bodies, force, competence, means, agreements, cleared people."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from exchange.protection.core.agreements import Agreement
from exchange.protection.core.marks import highest
from exchange.protection.core.scene import Binding, Body, Law
from exchange.protection.module import Module
from exchange.protection.service import registering
from exchange.protection.service.agreements import row_of
from exchange.protection.service.scenes import ClearanceDetail
from exchange.protection.service.vouching import clearance_bound, said
from exchange.protection.store import agreements, people
from exchange.protection.store.facts import ClearanceRow
from exchange.protection.store.registry import NewBody
from exchange.store.database import Connection
from schemas.protection import Written
from schemas.secrecy import AgreementKind, Mark, Office

SINCE: Final = date(2020, 1, 1)
FROM: Final = datetime(2020, 1, 1, tzinfo=UTC)

COMPETENT: Final = {
    "KZ": "KZ-NSC",
    "AM": "AM-NSS",
    "BY": "BY-KGB",
    "RU": "RU-FSB",
    "KG": "KG-GKNB",
    "TJ": "TJ-GKNB",
    "LT": "LT-CB",
    "CSTO": "CSTO-SEC",
}
"""Who is competent for a Party in the sandbox, under every regime; Kazakhstan's gives the expert conclusion as well."""

MEANS: Final = (("M-AM", "kz-am-2025", "KZ-NSC", "AM-NSS"), ("M-LT", "kz-lt-2015", "KZ-NSC", "LT-CB"))
"""The agreed means of encryption: code, regime, both competent bodies."""

STANDING: Final = (
    ("S-AM-1", "KZ-MVD", "AM-POL"),
    ("S-AM-2", "KZ-MVD", "AM-NSS"),
    ("S-AM-3", "KZ-NSC", "AM-POL"),
    ("S-AM-4", "KZ-NSC", "AM-NSS"),
)
"""The standing agreements on marking and registering (KA-6.7): code, both authorised bodies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleBody:
    """A sample body of the open registry; `country` is None for one that is of no member state; `people` are logins."""

    code: str
    country: str | None
    zone: str
    name: Mapping[str, str]
    mailbox: str | None
    people: tuple[str, ...]

    @property
    def party(self) -> str:
        """The state, or the organisation, as codes begin."""
        return self.country or self.code.split("-", maxsplit=1)[0]

    @property
    def office(self) -> Office | None:
        """The Secretariat is the organisation's."""
        return Office.SECRETARIAT if self.party == "CSTO" else None


async def seed_sandbox(conn: Connection, module: Module, samples: Iterable[SampleBody]) -> None:
    """Enter the sample registry, whatever of it is not there yet; raise ModuleSealed.

    All three regimes are in force for their Parties; the people named are cleared for the highest degree of theirs.
    """
    bodies = tuple(samples)
    parties = {each.code: each.party for each in bodies}
    # Codes are claimed before the ledger is held, as whoever says an agreement does.
    agreed = [each for each in _agreed(parties) if await agreements.claim(conn, each.kind, each.code) is None]
    await registering.add_bodies(conn, module, map(_body, bodies))
    regimes = module.law.regimes.values()
    await registering.add_bindings(
        conn, module, [Binding(regime.id, party, SINCE) for regime in regimes for party in regime.parties]
    )
    competent = [(regime.id, party, COMPETENT[party], SINCE) for regime in regimes for party in regime.parties]
    experts = [(order.id, party, COMPETENT[party], SINCE) for party, order in module.law.orders.items()]
    await registering.add_first_competent(conn, module, [*competent, *experts])
    kept = [row_of(module, each, _id(f"{each.kind}/{each.code}")) for each in agreed]
    for row in kept:
        await agreements.keep(conn, row)
    cleared = [
        _cleared(module, login, body, mark)
        for body in bodies
        if (mark := _highest(module.law, body.party)) is not None
        for login in body.people
    ]
    await registering.add_people(conn, module, [(each.person, each.body) for each in cleared])
    new = [each for each in cleared if await people.add_clearance(conn, each, FROM)]
    await module.ledger.enter(conn, [*map(said, kept), *map(said, new)])


def _body(sample: SampleBody) -> NewBody:
    return NewBody(
        body=Body(sample.code, sample.party, sample.zone, sample.office),
        name=sample.name,
        mailbox=sample.mailbox,
        sample=True,
    )


def _agreed(parties: Mapping[str, str]) -> Iterator[Agreement]:
    """Yield what the sample bodies agreed on."""
    wanted = [
        *((AgreementKind.MEANS, code, regime, one, other) for code, regime, one, other in MEANS),
        *((AgreementKind.STANDING, code, "kz-am-2025", one, other) for code, one, other in STANDING),
    ]
    for kind, code, regime, one, other in wanted:
        yield Agreement(
            kind=kind,
            code=code,
            regime=regime,
            sides=frozenset({one, other}),
            parties=frozenset({parties[one], parties[other]}),
            channel=None,
            reference=Written(reference=f"{code} (образец)", date=SINCE),
            since=SINCE,
            until=None,
            proposed_by=one,
            proposed_at=FROM,
            agreed_at=FROM,
        )


def _highest(law: Law, party: str) -> Mark | None:
    """Return the highest degree of a Party's scheme."""
    marks = {mark for each in law.regimes.values() if party in each.parties for mark in each.parties[party].degrees}
    return highest(marks)


def _cleared(module: Module, login: str, body: SampleBody, mark: Mark) -> ClearanceRow:
    row_id = _id(f"clearance/{login}")
    detail = ClearanceDetail(mark=mark, document="Образец", made_by="")
    row = ClearanceRow(
        id=row_id,
        person=login,
        body=body.code,
        issuer=body.party,
        since=FROM,
        until=None,
        revoked_at=None,
        detail=b"",
    )
    return replace(row, detail=module.safe.lock(detail.model_dump_json().encode(), clearance_bound(row)))


def _id(name: str) -> UUID:
    """Return the same id for the same sample, so that it is entered once."""
    return uuid5(NAMESPACE_URL, f"https://node.example/protection/samples/{name}")
