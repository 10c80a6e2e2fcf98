"""Dated entries: people, contracts, changes of competent bodies and what else the agreements want told."""

from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from exchange.core.errors import NotThere
from exchange.protection.service import entries, proceedings
from exchange.protection.web.chamber import Chamber, Room
from exchange.protection.web.fields import Field, Layout, Widget, fields_of
from exchange.protection.web.lookups import other_bodies
from exchange.protection.web.proceeding import LIMIT, asked_in, following
from exchange.protection.web.sheet import Sheet
from exchange.protection.web.slips import Filled, Laid, Slip
from exchange.protection.web.teller import Said, Teller
from exchange.runtime import new_id
from exchange.web.acts.desk import Choice
from exchange.web.form import Form
from schemas.protection_registry import DatedEntryView
from schemas.regimes import EntryRule, Regime
from schemas.release import DatedEntry
from schemas.secrecy import BodyKind, EntryKind

DAYS: Final = frozenset({"date", "since"})
WAY: Final = "/protection/entries"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the list."""

    of: DatedEntryView
    said: tuple[Said, ...]
    article: str | None


@dataclass(frozen=True, slots=True)
class KindRow:
    """An entry that an agreement of the caller's Party provides for."""

    kind: EntryKind
    article: str | None
    href: str


async def listed(chamber: Chamber, request: Request) -> Response:
    """List the entries that concern the caller's body, the latest first, and those that it can make."""
    asked = asked_in(request, "kind", EntryKind)
    async with chamber.reading(request) as room:
        kept = await proceedings.page(room.conn, room.module, proceedings.ENTRY, room.caller, asked)
        rows = [_row(room.tell, entries.view(each)) for each in kept[:LIMIT]]
    return chamber.page(
        room,
        "entries",
        rows=rows,
        kind=asked.state,
        kinds=tuple(EntryKind),
        offered=_offered(room),
        continued=asked.before is not None,
        following=following(WAY, "kind", asked, [str(each.id) for each in kept]),
    )


def _row(tell: Teller, of: DatedEntryView) -> Row:
    said = tuple(
        Said(tell.tongue.words.get(f"secret.field.{name}", name), _lines(tell, name, value))
        for name, value in of.fields.items()
    )
    return Row(of, said, tell.tongue.article(of.rule))


def _lines(tell: Teller, name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple):
        return tuple(tell.tongue.words.get(f"secret.clause.{one}", str(one)) for one in value)
    return (tell.day_of(str(value)) if name in DAYS else str(value),)


def _offered(room: Room) -> dict[str, list[KindRow]]:
    """Return the entries that the agreements of the caller's Party provide for, by agreement."""
    found: dict[str, list[KindRow]] = {}
    for regime in room.module.law.regimes.values():
        if room.own.party in regime.parties:
            found[room.tell.regime(regime.id)] = [
                KindRow(rule.kind, room.tell.tongue.article(rule.rule), f"{WAY}/new/{regime.id}/{rule.kind}")
                for rule in regime.entries
            ]
    return found


async def _lay(room: Room, request: Request, _form: Form) -> Laid:
    regime, rule = _rule(room, request)
    tell = room.tell
    parties = [party for party in regime.parties if party != room.own.party]
    layout = Layout(
        choices={
            "party": tuple(Choice(party, tell.word("party", party)) for party in parties),
            "body": other_bodies(room),
        },
        left_out=frozenset({"kind", "regime", "fields"} | (set() if rule.through == "diplomatic" else {"diplomatic"})),
    )
    named = BodyKind.AUTHORISED in rule.told  # people are named to one body: the one that they come to (A-N1)
    plain = (
        replace(each, required=each.required or (named and each.name == "body"))
        for each in fields_of(DatedEntry, tell.tongue, layout)
    )
    return Laid(
        fields=(*plain, _asked(room, regime, rule)),
        adapter=TypeAdapter(DatedEntry),
        fixed={"kind": rule.kind, "regime": regime.id},
        presets={"date": (tell.today.isoformat(),)},
    )


def _asked(room: Room, regime: Regime, rule: EntryRule) -> Field:
    """Return the group of what an agreement makes mandatory in an entry."""
    t = room.tell.tongue.t
    clauses = regime.contract.clauses if regime.contract is not None else ()
    parts = []
    for name in rule.fields:
        widget = Widget.DAY if name in DAYS else Widget.SEVERAL if name == "clauses" else Widget.LINE
        choices: tuple[Choice, ...] = ()
        if name == "clauses":
            choices = tuple(Choice(clause, room.tell.word("clause", clause)) for clause in clauses)
        elif name == "body" and rule.kind is EntryKind.COMPETENT_BODY:
            widget, choices = Widget.CHOICE, other_bodies(room, own_party=True)
        hint = t("secret.entries.contract_hint") if name == "clauses" else ""
        label = t(f"secret.field.{name}")
        parts.append(
            Field(name=f"fields.{name}", label=label, widget=widget, required=True, choices=choices, hint=hint)
        )
    return Field(name="fields", label=t("secret.field.fields"), widget=Widget.GROUP, required=True, parts=tuple(parts))


async def _enter(room: Room, _request: Request, filled: Filled) -> str:
    await entries.enter(
        room.conn, room.module, new_id(room.turn.real), filled.body, filled.raw, room.caller, room.turn.now
    )
    return WAY


async def _show(chamber: Chamber, room: Room, request: Request, sheet: Sheet, status: int) -> Response:
    regime, rule = _rule(room, request)
    return chamber.page(room, "entry_new", status=status, sheet=sheet, regime=regime.id, rule=rule)


def _rule(room: Room, request: Request) -> tuple[Regime, EntryRule]:
    """Return the agreement and the entry that the address names; raise NotThere for what it does not provide for."""
    regime = room.module.law.regimes.get(str(request.path_params["regime"]))
    kind = str(request.path_params["kind"])
    rule = None if regime is None else next((each for each in regime.entries if each.kind == kind), None)
    if regime is None or rule is None or room.own.party not in regime.parties:
        raise NotThere
    return regime, rule


ENTRY: Final = Slip(lay=_lay, do=_enter, show=_show)
