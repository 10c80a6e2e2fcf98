"""The treaties as the module applies them: their Parties and channels on a day, and how marks correspond."""

from collections.abc import Mapping
from datetime import datetime

from exchange.core.deadlines import local_day
from exchange.core.errors import Refused
from exchange.protection.core.marks import counterpart, degree, equivalence_rule, recipient_mark
from exchange.protection.core.objections import object_to
from exchange.protection.core.regimes import in_force, no_counterpart_rule
from exchange.protection.core.scene import Scene
from exchange.protection.module import Module
from exchange.protection.service.scenes import scene_from
from exchange.protection.service.vouching import require_all
from exchange.protection.store.facts import facts
from exchange.store.database import Connection
from schemas import protection_views as views
from schemas.regimes import Regime, RegimeParty
from schemas.secrecy import Mark


async def regimes(conn: Connection, module: Module, now: datetime) -> tuple[views.RegimeView, ...]:
    """Return every regime with its Parties as the registry knows them today; raise Tampered.

    Sealed, the module shows what stands there: it can prove nothing then, and lets nobody act on it either.
    """
    scene = await _scene(conn, module, now)
    return tuple(_regime(regime, scene) for regime in module.law.regimes.values())


async def equivalence(
    conn: Connection, module: Module, one: str, other: str, mark: Mark, now: datetime
) -> views.EquivalenceView:
    """Return how a Party marks what another marked, under all regimes between them today (A-3, KA-2, KL-3).

    Raise Refused with the rule where there is no counterpart, no regime, or one state only.
    """
    scene, day = await _scene(conn, module, now), local_day(now, "UTC")
    if one == other:
        raise Refused((object_to("own_state", rule="A-6.1"),))
    found = tuple(
        regime
        for regime in module.law.regimes.values()
        if {one, other} <= set(regime.parties) and all(in_force(scene, regime.id, each, day) for each in (one, other))
    )
    if not found:
        raise Refused((object_to("no_regime"),))
    theirs = recipient_mark(found, one, other, mark)
    if theirs is None:
        raise Refused((object_to("no_counterpart", rule=no_counterpart_rule(found, one, other)),))
    # The regime whose counterpart is the highest decides; its own words name the degree.
    deciding = next(each for each in found if counterpart(each, one, other, mark) is theirs)
    told = degree(deciding, other, theirs)
    return views.EquivalenceView(
        mark=theirs,
        label=told.stamp if told else theirs.value,
        regime=deciding.id,
        rule=equivalence_rule(deciding, one, other),
    )


async def _scene(conn: Connection, module: Module, now: datetime) -> Scene:
    """Return the registry's facts, proved unless the keys are sealed."""
    floor = module.ledger.seq
    found = await facts(conn, (), ())
    if not module.provider.sealed:
        await require_all(conn, module, found, floor)
    return await scene_from(conn, module, found, (), now)


def _regime(regime: Regime, scene: Scene) -> views.RegimeView:
    return views.RegimeView(
        id=regime.id,
        version=regime.version,
        title=regime.title,
        parties=tuple(_party(regime, code, party, scene) for code, party in regime.parties.items()),
        channels=tuple(
            views.ChannelView(channel=each.channel, needs=each.needs, rule=each.rule) for each in regime.channels
        ),
    )


def _party(regime: Regime, code: str, party: RegimeParty, scene: Scene) -> views.PartyOfRegimeView:
    held = (each for each in scene.bindings if each.regime == regime.id and each.party == code)
    bound = max(held, key=lambda each: each.since, default=None)
    return views.PartyOfRegimeView(
        party=code,
        name=party.name,
        in_force_from=bound.since if bound else None,
        left_on=bound.left_on if bound else None,
        competent_body=scene.competent.get((regime.id, code)),
        degrees=_degrees(party),
    )


def _degrees(party: RegimeParty) -> tuple[views.DegreeView, ...]:
    found: Mapping[Mark, object] = party.degrees
    return tuple(
        views.DegreeView(
            mark=mark,
            stamp=party.degrees[mark].stamp,
            words=party.degrees[mark].words,
            official_use=party.degrees[mark].official_use,
        )
        for mark in Mark
        if mark in found
    )
