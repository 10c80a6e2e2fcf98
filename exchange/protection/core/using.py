"""Objections to how a consent is asked for, given and used: once, for what it names, by whoever asked."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from exchange.core.deadlines import local_day
from exchange.protection.core.consents import SCOPE_FIELDS, Case, bans, fits, needed
from exchange.protection.core.item import Consent, Item, Need, NumberedCopy
from exchange.protection.core.lawful import pending_allows
from exchange.protection.core.objections import Objection, object_to
from exchange.protection.core.scene import Body, Scene
from schemas import protection as bodies
from schemas.protection import Scope
from schemas.secrecy import ConsentKind, CopyKind, CopyState


def check_consent(
    item: Item, needs: tuple[Need, ...], kind: ConsentKind, wanted: Scope, number: int | None, author: Body
) -> Iterator[Objection]:
    """Object to every consent that is needed and not there; where none is needed, none is looked at.

    The needs are those of the moment of use, whatever they were when it was asked for.
    """
    if not needs:
        return
    consent = item.consent(number)
    if consent is None:
        if number is not None:
            yield object_to("consent_unknown", "/consent", rule=needs[0].rule)
        yield from _missing("consent_missing", needs)
        return
    if consent.asker != author.code or consent.kind is not kind or not fits(consent.scope, wanted, kind):
        yield object_to("consent_other", "/consent", rule=needs[0].rule)
    yield from _of_its_state(consent, needs[0].rule)
    said = {each.body for each in consent.given}
    yield from _missing("consent_not_whole", [need for need in needs if not need.bodies & said])


def of_asking(item: Item, body: bodies.AskConsent, author: Body, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to asking for a consent: for nothing exact, for what nobody need consent to, or what nobody can allow."""
    scope, wanted = body.scope, SCOPE_FIELDS[body.kind]
    if {name for name in Scope.model_fields if getattr(scope, name) is not None} != wanted:
        yield object_to("scope_wrong", "/scope", rule="A-5.3", fields=", ".join(sorted(wanted)) or "–")
        return
    if not pending_allows(item, body.kind):
        yield object_to("not_in_this_state", "/kind", rule="A-7.6", state=item.state)
    if scope.recipient is not None and scope.recipient not in scene.bodies:
        yield object_to("body_unknown", "/scope/recipient", rule="A-5.3")
        return
    yield from _of_scope_copies(item, scope, author)
    copies = _copies(item, scope)
    forbidden = bans(body.kind, copies or item.held_by(author.code), scene, local_day(now, author.zone))
    ban = next(forbidden, None)
    if ban is not None:
        yield object_to("never_destroyed", "/kind", rule=ban.rule)
        return
    needs = needs_asked(item, body, author, scene, now)
    if not needs:
        yield object_to("consent_not_needed", "/kind", rule="A-5.3")
    for need in needs:
        if not need.bodies:
            yield object_to("nobody_can_consent", "/kind", rule=need.rule, regime=need.regime)


def _of_scope_copies(item: Item, scope: Scope, author: Body) -> Iterator[Objection]:
    for number in scope.copies or ():
        copy = item.copy(number)
        if copy is None:
            yield object_to("copy_unknown", "/scope/copies", rule="A-7.8", number=number)
        elif copy.state is not CopyState.HELD or copy.holder.code != author.code:
            yield object_to("copy_not_held", "/scope/copies", rule="A-7.8", number=number)


def needs_asked(item: Item, body: bodies.AskConsent, author: Body, scene: Scene, now: datetime) -> tuple[Need, ...]:
    """Return who must consent to what is asked."""
    case = Case(
        copies=_copies(item, body.scope),
        recipient=scene.bodies.get(body.scope.recipient) if body.scope.recipient else None,
        translating=first_translation(item, author, body.scope.language),
    )
    return needed(body.kind, item, author, scene, local_day(now, author.zone), case)


def first_translation(item: Item, body: Body, language: str | None) -> str | None:
    """Return a language when the body has no translation into it yet: its first one may be free (KL-7.1)."""
    made = {each.language for each in item.copies if each.kind is CopyKind.TRANSLATION and each.maker == body.code}
    return None if language in made else language


def of_answer(
    item: Item,
    body: bodies.GrantConsent | bodies.DenyConsent | bodies.WithdrawConsent,
    author: Body,
    _scene: Scene,
    _now: datetime,
) -> Iterator[Objection]:
    """Object to giving, denying or withdrawing a consent: by another body, twice, or after it was used."""
    consent = item.consent(body.consent)
    if consent is None:
        yield object_to("consent_unknown", "/consent", rule="A-5.3")
        return
    rule = next((need.rule for need in consent.needs if author.code in need.bodies), consent.needs[0].rule)
    if author.code not in consent.grantors:
        yield object_to("not_asked", "/consent", rule=rule)
    yield from _of_its_state(consent, rule)
    given = any(each.body == author.code for each in consent.given)
    if isinstance(body, bodies.GrantConsent) and given:
        yield object_to("consent_already_given", "/consent", rule=rule)
    if isinstance(body, bodies.WithdrawConsent) and not given:
        yield object_to("not_asked", "/consent", rule=rule)


def _of_its_state(consent: Consent, rule: str) -> Iterator[Objection]:
    if consent.denied_by is not None:
        yield object_to("consent_denied", "/consent", rule=rule)
    if consent.withdrawn_by is not None:
        yield object_to("consent_withdrawn", "/consent", rule=rule)
    if consent.used_by is not None:
        yield object_to("consent_used", "/consent", rule=rule)


def _missing(code: str, needs: Iterable[Need]) -> Iterator[Objection]:
    for need in needs:
        who = " / ".join(sorted(need.bodies)) or "–"
        yield object_to(code, "/consent", rule=need.rule, regime=need.regime, who=who)


def _copies(item: Item, scope: Scope) -> tuple[NumberedCopy, ...] | None:
    if scope.copies is None:
        return None
    return tuple(copy for number in dict.fromkeys(scope.copies) if (copy := item.copy(number)) is not None)
