"""Whom a body lets near secrets: its people's clearances, and the needs that it grants them (A-5.4, A-5.5, A-N1)."""

from collections.abc import Iterator
from datetime import datetime

from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.scene import Caller, Clearance, Grant, Person, Scene
from schemas.admission import ClearanceWanted, GrantWanted


def decide_clearance(
    body: ClearanceWanted, person: Person | None, caller: Caller, scene: Scene, now: datetime
) -> Clearance | Refusal:
    """Decide on taking a clearance into the register of the person's body; `person` is None for somebody new."""
    own = scene.bodies[caller.body]
    issuer = body.issuer or own.party
    found = [*_of_role(caller), *_of_term(body.since or now, body.until)]
    if person is not None and person.body.code != own.code:
        found.append(object_to("person_of_another", "/person", rule="A-5.5"))
    schemes = [regime.parties[issuer] for regime in scene.law.regimes.values() if issuer in regime.parties]
    if not any(body.mark in scheme.degrees for scheme in schemes):
        found.append(object_to("mark_not_of_state", "/mark", rule="A-5.5"))
    recognised = any(
        regime.access.recognises is not None and {issuer, own.party} <= set(regime.parties)
        for regime in scene.law.regimes.values()
    )
    if issuer != own.party and not recognised:
        found.append(object_to("issuer_not_recognised", "/issuer"))
    if found:
        return refuse(found)
    return Clearance(body.person, issuer, body.mark, body.since or now, body.until)


def decide_grant(
    body: GrantWanted, person: Person | None, caller: Caller, now: datetime, *, concerned: bool
) -> Grant | Refusal:
    """Decide on a need; whether clearance and purpose fit is asked at each reading. `concerned`: the body has the item.

    Somebody of another body is as unknown as nobody.
    """
    found = [*_of_role(caller), *_of_term(body.since or now, body.until)]
    if person is None or person.body.code != caller.body:
        found.append(object_to("person_unknown", "/person"))
    if not concerned:
        found.append(object_to("item_unknown", "/item"))
    if found:
        return refuse(found)
    return Grant(body.person, body.item, body.purpose, body.document, body.since or now, body.until)


def of_admitting(caller: Caller) -> Refusal | None:
    """Refuse whoever is not its body's secrecy officer, or return None."""
    found = list(_of_role(caller))
    return refuse(found) if found else None


def _of_role(caller: Caller) -> Iterator[Objection]:
    if Verb.ADMIT not in MAY[caller.role]:
        yield object_to("role_may_not", rule="A-5.5")


def _of_term(since: datetime, until: datetime | None) -> Iterator[Objection]:
    if until is not None and until <= since:
        yield object_to("admission_term", "/until", rule="A-5.5")
