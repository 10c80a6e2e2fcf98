"""What two sides agree on beside a treaty: one proposes, the other names the same, and only then it counts."""

from dataclasses import fields, replace
from datetime import datetime
from uuid import UUID

from exchange.protection.core.agreements import Agreement, decide_agreement
from exchange.protection.core.notices import Notice
from exchange.protection.core.scene import Caller
from exchange.protection.module import Module
from exchange.protection.service.proceedings import decided
from exchange.protection.service.scenes import scene_for
from exchange.protection.service.standing import known, require
from exchange.protection.service.vouching import agreement_bound, said
from exchange.protection.store import agreements as store
from exchange.protection.store.agreements import AgreementRow
from exchange.store.database import Connection
from schemas.admission import AgreementWanted
from schemas.protection import Written
from schemas.protection_registry import SecrecyAgreementView, TreatyPartyView
from schemas.secrecy import AgreementKind, Told


async def say(
    conn: Connection,
    module: Module,
    kind: AgreementKind,
    new_id: UUID,
    body: AgreementWanted,
    caller: Caller,
    now: datetime,
) -> SecrecyAgreementView:
    """Let one side's word on an agreement stand, and tell the other (KA-5.6, KA-5.7, KA-6.7, KL-6.2); raise Refused."""
    row = await store.claim(conn, kind, body.code)
    scene = await scene_for(conn, module, bodies=(caller.body, body.other), now=now)
    known(scene, caller)
    held = None if row is None else agreement_of(module, row)
    decision = decided(decide_agreement(kind, body, held, caller, scene, now))
    made = row_of(module, decision.agreement, new_id if row is None else row.id)
    await module.ledger.hold(conn)
    await store.keep(conn, made)
    await module.ledger.enter(conn, [said(made, new=row is None)])
    for code in decision.told:
        told = Told.AGREEMENT_MADE if decision.agreement.agreed_at else Told.AGREEMENT_ASKED
        notice = Notice(to=code, sender=caller.body, told=told, number=body.code, rule=decision.rule)
        await store.tell(conn, notice, now)
    return _view(decision.agreement)


async def listed(
    conn: Connection, module: Module, kind: AgreementKind, caller: Caller, now: datetime, *, after: str, limit: int
) -> tuple[SecrecyAgreementView, ...]:
    """Return one page of what the caller's body proposed or agreed, and of what counts for its Party; raise Refused."""
    require(caller)
    own = known(await scene_for(conn, module, bodies=(caller.body,), now=now), caller)
    rows = await store.page(conn, kind, own.code, own.party, after=after, limit=limit)
    return tuple(_view(agreement_of(module, row)) for row in rows)


async def bindings(conn: Connection, module: Module, caller: Caller, now: datetime) -> tuple[TreatyPartyView, ...]:
    """Return which Parties each regime is in force for, and who is competent there; raise Refused, Tampered."""
    require(caller)
    scene = await scene_for(conn, module, bodies=(), now=now)
    return tuple(
        TreatyPartyView(
            regime=each.regime,
            party=each.party,
            since=each.since,
            left_on=each.left_on,
            released_on=each.released_on,
            competent=scene.competent.get((each.regime, each.party)),
        )
        for each in sorted(scene.bindings, key=lambda each: (each.regime, each.party, each.since))
    )


def agreement_of(module: Module, row: AgreementRow) -> Agreement:
    """Open a row; raise ModuleSealed."""
    bound = agreement_bound(row, agreed=row.agreed_at is not None)
    reference = Written.model_validate_json(module.safe.open(row.detail, bound))
    plain = {each.name: getattr(row, each.name) for each in fields(Agreement) if each.name != "reference"}
    return Agreement(reference=reference, **plain)


def row_of(module: Module, agreement: Agreement, row_id: UUID) -> AgreementRow:
    """Put an agreement into what is kept of it, its reference locked."""
    plain = {each.name: getattr(agreement, each.name) for each in fields(Agreement) if each.name != "reference"}
    row = AgreementRow(id=row_id, detail=b"", **plain)
    bound = agreement_bound(row, agreed=row.agreed_at is not None)
    return replace(row, detail=module.safe.lock(agreement.reference.model_dump_json().encode(), bound))


def _view(agreement: Agreement) -> SecrecyAgreementView:
    return SecrecyAgreementView(
        kind=agreement.kind,
        code=agreement.code,
        regime=agreement.regime,
        sides=tuple(sorted(agreement.sides)),
        channel=agreement.channel,
        reference=agreement.reference,
        since=agreement.since,
        until=agreement.until,
        proposed_by=agreement.proposed_by,
        proposed_at=agreement.proposed_at,
        agreed_at=agreement.agreed_at,
    )
