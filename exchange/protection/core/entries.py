"""People, contracts and other notices: dated entries with what each regime makes mandatory, and whom they reach."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.regimes import belongs
from exchange.protection.core.scene import Body, Caller, Scene
from schemas.regimes import EntryRule, Regime
from schemas.release import DatedEntry
from schemas.secrecy import BodyKind, EntryKind

CHANGING = frozenset({EntryKind.COMPETENT_BODY, EntryKind.RELEASED})
"""The entries that change the registry from their day on: a Party's competent body, or its release from protecting."""


@dataclass(frozen=True, slots=True)
class EntryDecision:
    """An entry that is whole: by which rule, the bodies that it is told to; `since` when it changes the registry."""

    entry: DatedEntry
    rule: str
    told: tuple[str, ...]
    since: date | None = None


def decide_entry(entry: DatedEntry, caller: Caller, scene: Scene) -> EntryDecision | Refusal:
    """Decide on a dated entry (A-4, A-8, A-N2, A-N4, KA-3, KA-7, KA-8, KL-5, KL-8): every missing field at once.

    `party` is the other Party; changes of competent bodies go through diplomatic channels, and the entry says so. What
    changes the registry is entered by the competent body of its own Party alone, which names a body of that Party.
    """
    own = scene.bodies[caller.body]
    regime = scene.law.regimes.get(entry.regime)
    rule = None if regime is None else next((each for each in regime.entries if each.kind is entry.kind), None)
    if regime is None or rule is None or entry.party not in regime.parties or not _between(regime, own, entry):
        return refuse([object_to("entry_not_known", "/kind", regime=entry.regime)])
    found = [*_fields(entry, rule), *_addressee(entry, rule, scene), *_clauses(entry, regime)]
    found += _change(entry, rule, own, scene)
    if Verb.DECIDE not in MAY[caller.role]:
        found.append(object_to("role_may_not", "/act", rule=rule.rule))
    if rule.through == "diplomatic" and not entry.diplomatic:
        found.append(object_to("through_diplomats", "/diplomatic", rule=rule.rule))
    if found:
        return refuse(found)
    return EntryDecision(entry, rule.rule, tuple(_told(entry, rule, regime, caller, scene)))


def takes_effect(entry: DatedEntry, today: date) -> date | None:
    """Return the day from which an entry changes the registry: the one that it names, never before it was entered."""
    since = _day(entry.fields.get("since"))
    return None if since is None or entry.kind not in CHANGING else max(since, today)


def _between(regime: Regime, own: Body, entry: DatedEntry) -> bool:
    return belongs(regime, own) and own.party != entry.party


def _change(entry: DatedEntry, rule: EntryRule, own: Body, scene: Scene) -> Iterator[Objection]:
    """Object to a change of the registry that is another's to make, or that names no day or no body (A-4, KL-14)."""
    if entry.kind not in CHANGING:
        return
    competent = scene.competent.get((entry.regime, own.party), own.code)
    if competent != own.code:
        yield object_to("not_competent_body", "/kind", rule=rule.rule, regime=entry.regime)
    if "since" in entry.fields and _day(entry.fields["since"]) is None:
        yield object_to("entry_field_wrong", "/fields/since", rule=rule.rule, field="since")
    if "body" in rule.fields and "body" in entry.fields:
        named = scene.bodies.get(str(entry.fields["body"]))
        if named is None or named.party != own.party:
            yield object_to("body_unknown", "/fields/body", rule=rule.rule)


def _day(value: object) -> date | None:
    """Read a day of an entry's field, which JSON brings as text."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def _fields(entry: DatedEntry, rule: EntryRule) -> Iterator[Objection]:
    for name in rule.fields:
        if name not in entry.fields:
            yield object_to("entry_field_missing", f"/fields/{name}", rule=rule.rule, field=name)


def _addressee(entry: DatedEntry, rule: EntryRule, scene: Scene) -> Iterator[Objection]:
    """Object to people named to no body of the other Party: the one that they come to is told, and no other (A-N1)."""
    if BodyKind.AUTHORISED not in rule.told:
        return
    if entry.body is None:
        yield object_to("entry_field_missing", "/body", rule=rule.rule, field="host")
        return
    body = scene.bodies.get(entry.body)
    if body is None or body.party != entry.party:
        yield object_to("body_unknown", "/body", rule=rule.rule)


def _clauses(entry: DatedEntry, regime: Regime) -> Iterator[Objection]:
    """Name every clause that a contract must have and does not (KA-7, KL-8)."""
    if entry.kind is not EntryKind.CONTRACT or regime.contract is None:
        return
    present = entry.fields.get("clauses", ())
    for clause in regime.contract.clauses:
        if not isinstance(present, tuple) or clause not in present:
            yield object_to("clause_missing", "/fields/clauses", rule=regime.contract.rule, clause=clause)


def _told(entry: DatedEntry, rule: EntryRule, regime: Regime, caller: Caller, scene: Scene) -> Iterator[str]:
    """Yield whom an entry reaches: the competent body of the other Party or of all the others, or the body it names."""
    if BodyKind.COMPETENT in rule.told:
        parties = [entry.party, *sorted(regime.parties)] if rule.every_party else [entry.party]
        found = (scene.competent.get((regime.id, party)) for party in dict.fromkeys(parties))
        yield from (code for code in dict.fromkeys(found) if code is not None and code != caller.body)
    if BodyKind.AUTHORISED in rule.told and entry.body is not None:
        yield entry.body
