"""What is in force between our Party and the others on a day: agreements, marks, channels, means, competent bodies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.core.deadlines import start_of_day
from exchange.core.errors import NotThere
from exchange.protection.core.acts import Verb
from exchange.protection.core.marks import recipient_mark
from exchange.protection.core.regimes import in_force, open_channels
from exchange.protection.core.scene import Scene
from exchange.protection.service import agreements
from exchange.protection.service.scenes import scene_for
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Layout, fields_of
from exchange.protection.web.lookups import MOST, other_bodies
from exchange.protection.web.sheet import Sheet
from exchange.protection.web.slips import Filled, Laid, Slip
from exchange.protection.web.stamps import Stamp, stamps_of
from exchange.runtime import new_id
from exchange.web.acts.desk import Choice
from exchange.web.form import Form
from exchange.web.query import Query
from schemas.admission import AgreementWanted, WayWanted
from schemas.protection_registry import SecrecyAgreementView
from schemas.regimes import Regime
from schemas.secrecy import AgreementKind

WAY: Final = "/protection/agreements"


@dataclass(frozen=True, slots=True)
class Pending:
    """Something that one side proposed; `mine` when it waits for the caller's body."""

    of: SecrecyAgreementView
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeRow:
    """An agreement in force, by which rule, and the days of both Parties."""

    name: str
    title: str
    article: str | None
    days: str
    competent: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A mark and its counterpart there; none where it cannot be given."""

    ours: Stamp
    theirs: Stamp | None


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel that is open between the Parties, on which condition, by which rule."""

    words: str
    condition: str
    article: str


@dataclass(frozen=True, slots=True)
class Agreed:
    """Something that bodies agreed on: what, who, by which paper, for which days."""

    what: str
    bodies: str
    reference: str
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """Everything between our Party and another one."""

    code: str
    regimes: tuple[RegimeRow, ...]
    marks: tuple[MarkRow, ...]
    back: tuple[MarkRow, ...]
    channels: tuple[ChannelRow, ...]
    means: tuple[Agreed, ...]
    ways: tuple[Agreed, ...]
    standing: tuple[Agreed, ...]


async def show(chamber: Chamber, request: Request) -> Response:
    """Show what is in force on a day, today where none is named."""
    asked = Query(request).day("on")
    async with chamber.reading(request) as room:
        on = asked or room.tell.today
        moment = room.turn.now if asked is None else start_of_day(on, room.own.zone)
        scene = await scene_for(room.conn, room.module, bodies=tuple(room.bodies), now=moment)
        ours = room.own.party
        others = sorted({party for regime in room.module.law.regimes.values() for party in regime.parties} - {ours})
        parties = [_party(room, scene, party, on) for party in others]
        waiting = [row for kind in AgreementKind for row in await _pending(room, kind)]
    return chamber.page(
        room,
        "agreements",
        waiting=waiting,
        kinds=tuple(AgreementKind) if room.may(Verb.DECIDE) else (),
        on=on,
        ours=ours,
        today=room.tell.today,
        parties=sorted(parties, key=lambda one: not one.regimes),
    )


def _party(room: Room, scene: Scene, party: str, on: date) -> PartyView:
    tell, ours = room.tell, room.own.party
    regimes = tuple(
        regime
        for regime in scene.law.regimes.values()
        if {ours, party} <= set(regime.parties) and all(in_force(scene, regime.id, one, on) for one in (ours, party))
    )
    return PartyView(
        code=party,
        regimes=tuple(_regime(room, scene, regime, (ours, party), on) for regime in regimes),
        marks=tuple(_marks(room, regimes, ours, party)),
        back=tuple(_marks(room, regimes, party, ours)),
        channels=tuple(
            ChannelRow(
                tell.word("channel", channel),
                ", ".join(dict.fromkeys(tell.tongue.t(f"secret.agreements.needs_{rule.needs}") for _, rule in rows)),
                tell.articles(rule.rule for _, rule in rows),
            )
            for channel, rows in open_channels(regimes).items()
        ),
        means=tuple(
            Agreed(one.code, tell.bodies(one.agreed_by), one.reference, _days(room, one.since, one.until))
            for one in scene.means.values()
            if _between(room, one.agreed_by, party) and _holds(one.since, one.until, on)
        ),
        ways=tuple(
            Agreed(
                tell.word("channel", one.channel),
                tell.regime(one.regime),
                one.reference,
                _days(room, one.since, one.until),
            )
            for one in scene.ways
            if {ours, party} <= one.parties and _holds(one.since, one.until, on)
        ),
        standing=tuple(
            Agreed(tell.regime(one.regime), tell.bodies(one.bodies), one.reference, _days(room, one.since, one.until))
            for one in scene.standing
            if _between(room, one.bodies, party) and _holds(one.since, one.until, on)
        ),
    )


def _regime(room: Room, scene: Scene, regime: Regime, parties: tuple[str, str], on: date) -> RegimeRow:
    tell, t = room.tell, room.tell.tongue.t
    held = [each for each in scene.bindings if each.regime == regime.id and each.party in parties and each.holds_on(on)]
    days = t("secret.agreements.in_force", day=tell.tongue.day(max(each.since for each in held)))
    left = [each.left_on for each in held if each.left_on is not None]
    if left:
        days += ", " + t("secret.agreements.left", day=tell.tongue.day(min(left)))
    competent = ((party, scene.competent.get((regime.id, party), "—")) for party in parties)
    return RegimeRow(
        name=tell.regime(regime.id),
        title=regime.title.get(tell.tongue.code) or regime.title["ru"],
        article=tell.tongue.article(regime.force.rule),
        days=days,
        competent=tuple((party, f"{code} — {tell.names(code)}" if code != "—" else code) for party, code in competent),
    )


def _marks(room: Room, regimes: tuple[Regime, ...], sender: str, recipient: str) -> Iterator[MarkRow]:
    """Yield each mark of a sender's scheme with what the recipient adds, under all agreements (A-3, KA-2, KL-3)."""
    for stamp in stamps_of(room.module.law, room.tell.tongue, sender) if regimes else ():
        there = None if stamp.mark is None else recipient_mark(regimes, sender, recipient, stamp.mark)
        yield MarkRow(stamp, None if there is None else room.tell.stamp(recipient, there))


def _between(room: Room, bodies: frozenset[str], party: str) -> bool:
    """Tell whether bodies are of our Party and another one."""
    parties = {listed.body.party for code in bodies if (listed := room.bodies.get(code)) is not None}
    return {room.own.party, party} <= parties


def _holds(since: date, until: date | None, on: date) -> bool:
    return since <= on and (until is None or on <= until)


def _days(room: Room, since: date, until: date | None) -> str:
    t, day = room.tell.tongue.t, room.tell.tongue.day
    told = t("secret.agreements.since", day=day(since))
    return told if until is None else f"{told} {t('secret.agreements.until', day=day(until))}"


async def _pending(room: Room, kind: AgreementKind) -> list[Pending]:
    """Return what one side proposed and the other has not agreed to yet."""
    listed = await agreements.listed(room.conn, room.module, kind, room.caller, room.turn.now, after="", limit=MOST)
    return [
        Pending(each, each.proposed_by != room.own.code and room.own.code in each.sides)
        for each in listed
        if each.agreed_at is None
    ]


async def _lay(room: Room, request: Request, _form: Form) -> Laid:
    kind = _kind(request)
    shape = WayWanted if kind is AgreementKind.WAY else AgreementWanted
    regimes = tuple(
        Choice(regime.id, room.tell.regime(regime.id))
        for regime in room.module.law.regimes.values()
        if room.own.party in regime.parties
    )
    layout = Layout(choices={"regime": regimes, "other": other_bodies(room)})
    return Laid(fields=fields_of(shape, room.tell.tongue, layout), adapter=TypeAdapter(shape))


async def _say(room: Room, request: Request, filled: Filled) -> str:
    number, now = new_id(room.turn.real), room.turn.now
    await agreements.say(room.conn, room.module, _kind(request), number, filled.body, room.caller, now)
    return WAY


async def _show_word(chamber: Chamber, room: Room, request: Request, sheet: Sheet, status: int) -> Response:
    kind = _kind(request)
    return chamber.page(
        room,
        "slip",
        status=status,
        sheet=sheet,
        place="agreements",
        back=WAY,
        action=f"{WAY}/{kind}",
        name=kind.value,
    )


def _kind(request: Request) -> AgreementKind:
    """Return the kind that the address names; raise NotThere for none."""
    try:
        return AgreementKind(str(request.path_params["kind"]))
    except ValueError:
        raise NotThere from None


WORD: Final = Slip(lay=_lay, do=_say, show=_show_word)
