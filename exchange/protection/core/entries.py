"""People, contracts and other notices: dated entries with what each regime makes mandatory, and whom they reach."""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.protection.core.acts import MAY, Verb
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.scene import Caller, Scene
from schemas.regimes import EntryRule, Regime
from schemas.release import DatedEntry
from schemas.secrecy import BodyKind, EntryKind


@dataclass(frozen=True, slots=True)
class EntryDecision:
    """An entry that is whole: by which rule, and the bodies that it is told to."""

    entry: DatedEntry
    rule: str
    told: tuple[str, ...]


def decide_entry(entry: DatedEntry, caller: Caller, scene: Scene) -> EntryDecision | Refusal:
    """Decide on a dated entry (A-4, A-8, A-N2, A-N4, KA-3, KA-7, KA-8, KL-5, KL-8): every missing field at once.

    `party` is the other Party; changes of competent bodies go through diplomatic channels, and the entry says so.
    """
    regime = scene.law.regimes.get(entry.regime)
    rule = None if regime is None else next((each for each in regime.entries if each.kind is entry.kind), None)
    if regime is None or rule is None or entry.party not in regime.parties:
        return refuse([object_to("entry_not_known", "/kind", regime=entry.regime)])
    found = [*_fields(entry, rule), *_clauses(entry, regime)]
    if Verb.DECIDE not in MAY[caller.role]:
        found.append(object_to("role_may_not", "/act", rule=rule.rule))
    if rule.through == "diplomatic" and not entry.diplomatic:
        found.append(object_to("through_diplomats", "/diplomatic", rule=rule.rule))
    if found:
        return refuse(found)
    return EntryDecision(entry, rule.rule, tuple(_told(entry, rule, regime, caller, scene)))


def _fields(entry: DatedEntry, rule: EntryRule) -> Iterator[Objection]:
    for name in rule.fields:
        if name not in entry.fields:
            yield object_to("entry_field_missing", f"/fields/{name}", rule=rule.rule, field=name)


def _clauses(entry: DatedEntry, regime: Regime) -> Iterator[Objection]:
    """Name every clause that a contract must have and does not (KA-7, KL-8)."""
    if entry.kind is not EntryKind.CONTRACT or regime.contract is None:
        return
    present = entry.fields.get("clauses", ())
    for clause in regime.contract.clauses:
        if not isinstance(present, tuple) or clause not in present:
            yield object_to("clause_missing", "/fields/clauses", rule=regime.contract.rule, clause=clause)


def _told(entry: DatedEntry, rule: EntryRule, regime: Regime, caller: Caller, scene: Scene) -> Iterator[str]:
    """Yield whom an entry reaches: the other Party's competent body, or its bodies that take part."""
    if BodyKind.COMPETENT in rule.told:
        code = scene.competent.get((regime.id, entry.party))
        yield from (code,) if code is not None else ()
    if BodyKind.AUTHORISED in rule.told:
        there = (body.code for body in scene.bodies.values() if body.party == entry.party)
        yield from sorted(code for code in there if entry.body in {None, code} and code != caller.body)
