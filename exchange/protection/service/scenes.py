"""What the law needs beside an item, for one act: the registry's facts on its day, of what is named."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from exchange.core.errors import RecordBroken
from exchange.protection.core.release import Case
from exchange.protection.core.scene import AgreedWay, Body, Clearance, Means, Person, Scene, StandingAgreement
from exchange.protection.module import Module
from exchange.protection.service.vouching import agreement_bound, clearance_bound, competent_at, require_all
from exchange.protection.store import facts as store
from exchange.protection.store import proceedings
from exchange.protection.store.facts import AgreementFact, ClearanceRow, Facts
from exchange.protection.store.proceedings import Row
from exchange.store.database import Connection
from schemas.base import Shape
from schemas.protection import Written
from schemas.secrecy import AgreementKind, Channel, Mark, ProceedingKind

CASE = TypeAdapter(Case)


class ClearanceDetail(Shape):
    """What of a clearance stands locked: its degree, its document, who took it in."""

    mark: Mark
    document: str | None
    made_by: str


_ID_LENGTH = 36


async def scene_for(
    conn: Connection,
    module: Module,
    *,
    bodies: Iterable[str],
    now: datetime,
    people: Iterable[str] = (),
    outcomes: Collection[str] = (),
) -> Scene:
    """Return the registry's facts for one act, in one statement, and in a second one where outcomes are named.

    `outcomes` are ids of releases: those of the named bodies alone come along. Raise ModuleSealed, and Tampered for
    facts that the module did not write so.
    """
    wanted = frozenset(bodies)
    floor = module.ledger.seq
    found = await store.facts(conn, wanted, people)
    await require_all(conn, module, found, floor)
    return await scene_from(conn, module, found, wanted, now, outcomes)


async def scene_from(
    conn: Connection,
    module: Module,
    found: Facts,
    named: Collection[str],
    now: datetime,
    outcomes: Collection[str] = (),
) -> Scene:
    """Return facts that were read as the law wants them, for the named bodies; raise ModuleSealed."""
    all_bodies = {each.row.code: each.row for each in found.bodies}
    bodies = {code: body for code, body in all_bodies.items() if code in named}
    competent = competent_at((each.row for each in found.competent), all_bodies, now)
    releases = [item_id for code in outcomes if (item_id := uuid_of(code)) is not None]
    rows = await proceedings.several(conn, releases, ProceedingKind.RELEASE) if releases else ()
    cases = [case for row in rows if (case := case_of(module, row)).applicant.code in bodies]
    agreed = {kind: [each for each in found.agreements if each.kind is kind] for kind in AgreementKind}
    return Scene(
        law=module.law,
        bindings=tuple(each.row for each in found.bindings),
        competent={pair: body for pair, body in competent.items() if pair[0] in module.law.regimes},
        experts={order: body for (order, _party), body in competent.items() if order not in module.law.regimes},
        bodies=bodies,
        ways=tuple(_way(module, each, each.channel) for each in agreed[AgreementKind.WAY] if each.channel is not None),
        means={each.code: _means(module, each) for each in agreed[AgreementKind.MEANS]},
        standing=tuple(_standing(module, each) for each in agreed[AgreementKind.STANDING]),
        people=_people(module, found, all_bodies),
        outcomes={case.id: case.outcome for case in cases},
    )


def case_of(module: Module, row: Row) -> Case:
    """Return a release as it stands; raise ModuleSealed, and RecordBroken for a snapshot that is none."""
    try:
        return CASE.validate_json(module.safe.open(row.snapshot, f"release/{row.id}/{row.seq}"))
    except ValidationError as error:
        raise RecordBroken(f"the snapshot of release/{row.id} cannot be read") from error


def uuid_of(code: str) -> UUID | None:
    """Return the id that a code is, as ids are written, or None."""
    try:
        return UUID(code) if len(code) == _ID_LENGTH else None
    except ValueError:
        return None


def _means(module: Module, fact: AgreementFact) -> Means:
    return Means(fact.code, fact.sides, _reference(module, fact), fact.since, fact.until)


def _way(module: Module, fact: AgreementFact, channel: Channel) -> AgreedWay:
    return AgreedWay(fact.regime, fact.parties, channel, _reference(module, fact), fact.since, fact.until)


def _standing(module: Module, fact: AgreementFact) -> StandingAgreement:
    return StandingAgreement(fact.regime, fact.sides, _reference(module, fact), fact.since, fact.until)


def _reference(module: Module, fact: AgreementFact) -> str:
    return Written.model_validate_json(module.safe.open(fact.detail, agreement_bound(fact, agreed=True))).reference


def _people(module: Module, found: Facts, bodies: Mapping[str, Body]) -> dict[str, Person]:
    """Return people with their clearances; which of these hold, and how far they reach, is the law's to say."""
    cleared: dict[str, list[Clearance]] = {}
    for fact in found.clearances:
        cleared.setdefault(fact.person, []).append(clearance_of(module, fact))
    held = [each.row for each in found.people]
    return {each.person: Person(each.person, bodies[each.body], tuple(cleared.get(each.person, ()))) for each in held}


def clearance_of(module: Module, fact: ClearanceRow) -> Clearance:
    """Return a clearance with its degree, which is kept locked."""
    until = min((each for each in (fact.until, fact.revoked_at) if each is not None), default=None)
    return Clearance(fact.person, fact.issuer, clearance_detail(module, fact).mark, fact.since, until)


def clearance_detail(module: Module, row: ClearanceRow) -> ClearanceDetail:
    """Open what of a clearance stands locked; raise ModuleSealed, and Tampered for a row that was changed."""
    return ClearanceDetail.model_validate_json(module.safe.open(row.detail, clearance_bound(row)))
