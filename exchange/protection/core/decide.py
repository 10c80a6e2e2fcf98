"""One act on an item → a Decision, or a Refusal with every reason."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from exchange.core.deadlines import day_term, local_day
from exchange.protection.core import giving, handling, lawful, using
from exchange.protection.core.acts import ACTS
from exchange.protection.core.bound import binding, told_to
from exchange.protection.core.consents import Case, bonds_of, needed
from exchange.protection.core.entry import Due, Entry, Ruling
from exchange.protection.core.fold import apply, begin
from exchange.protection.core.item import Item, Need, NumberedCopy, Transit
from exchange.protection.core.marks import recipient_mark
from exchange.protection.core.notices import Notice, reaches, regimes_of, told_of
from exchange.protection.core.objections import Objection, Refusal, object_to, refuse
from exchange.protection.core.regimes import applying
from exchange.protection.core.scene import Body, Caller, Passage, Scene
from exchange.protection.core.using import first_translation
from schemas import protection as bodies
from schemas.protection import ItemBody, Register
from schemas.secrecy import ConsentKind, CopyState, DutyKind, ItemAct, Origin, Told


@dataclass(frozen=True, slots=True)
class Decision:
    """What an act leads to: its entry, the item after it, the notices owed at once, and what is to be shredded.

    `shreds` are the bodies whose key for the content is destroyed in the same transaction: they hold no copy any more.
    """

    entry: Entry
    item: Item
    notices: tuple[Notice, ...] = ()
    shreds: tuple[str, ...] = ()


def decide_registration(
    item_id: str, body: Register, caller: Caller, scene: Scene, now: datetime, *, content_here: bool = True
) -> Decision | Refusal:
    """Decide on taking an item into the register (A-7.1, A-7.3, A-7.4; joint ones A-7.6).

    `content_here` tells whether the content that the registration names was sealed for this body before.
    """
    author = scene.bodies[caller.body]
    found = [*lawful.role_objections(ACTS[ItemAct.REGISTER], caller), *handling.of_register(body, author, scene, now)]
    if body.content is not None and not content_here:
        found.append(object_to("content_unknown", "/content"))
    if found:
        return refuse(told_to(found, author.party, scene.law, _under_registration(body, author, scene, now)))
    makers = (author, *(scene.bodies[code] for code in body.joint_with))
    day = local_day(now, author.zone)
    pairs = ((one, other, applying(scene, one, other, day)) for one, other in combinations(makers, 2))
    bonds = bonds_of(makers, pairs)
    passages = (passage for code in body.derived_from for passage in scene.sources[code].passages)
    ruling = Ruling(
        number=scene.numbers[author.code],
        bodies=makers,
        bonds=bonds,
        floor=handling.floor_of(body, scene),
        inherited=tuple(dict.fromkeys(passages)),
        needs=tuple(_joint_mark(author, makers, bonds, scene)),
    )
    entry = Entry(seq=1, author=author.code, who=caller.who, at=now, recorded_at=now, body=body, ruling=ruling)
    item = begin(item_id, entry)
    asked = tuple(
        Notice(to=code, sender=author.code, told=Told.CONSENT_ASKED, number=item.number, rule=need.rule)
        for need in ruling.needs
        for code in sorted(need.bodies)
    )
    return Decision(entry, item, tuple(dict.fromkeys(asked)))


def decide(
    item: Item, body: ItemBody, caller: Caller, scene: Scene, now: datetime, *, fresh: bool = True
) -> Decision | Refusal:
    """Decide on an act on an item.

    1. Who calls, and the state the item is in (`lawful`); 2. whether the caller saw the latest version;
    3. what the act carries (`giving`, `handling`, `using`); 4. what follows: the ruling, the entry, the notices.
    A body that has nothing to do with the item learns nothing more of it.
    """
    author = scene.bodies[caller.body]
    found = list(lawful.objections(item, ACTS[body.act], caller, scene))
    if found and found[0].code == "not_concerned":
        return refuse(told_to(found[:1], author.party, scene.law))
    if not fresh:
        found.append(object_to("stale"))
    found += _CHECKS[body.act](item, body, author, scene, now)
    if found:
        return refuse(told_to(found, author.party, scene.law, _under(item, body, author, scene, now)))
    entry = Entry(
        seq=item.seq + 1,
        author=author.code,
        who=caller.who,
        at=now,
        recorded_at=max(now, item.recorded_at),
        body=body,
        ruling=_ruling(item, body, author, scene, now),
    )
    after = apply(item, entry)
    return Decision(entry, after, told_of(item, after, entry, scene), _shreds(item, after, body))


def _under(item: Item, body: ItemBody, author: Body, scene: Scene, now: datetime) -> frozenset[str]:
    """Return the treaties that bind the author here: those of the item, and those with whom it is to go to."""
    if not isinstance(body, bodies.AuthoriseRelease):
        return binding(item, author.party)
    return binding(item, author.party) | _between(author, (body.recipient,), scene, now)


def _under_registration(body: Register, author: Body, scene: Scene, now: datetime) -> frozenset[str]:
    """Return the treaties that bind an item to be registered: with its other makers, and of what it is derived from."""
    sources = (scene.sources[code] for code in body.derived_from if code in scene.sources)
    inherited = {regime for source in sources for passage in source.passages for regime in passage.regimes}
    return _between(author, body.joint_with, scene, now) | inherited


def _between(author: Body, codes: Iterable[str], scene: Scene, now: datetime) -> frozenset[str]:
    day, others = local_day(now, author.zone), (scene.bodies[code] for code in codes if code in scene.bodies)
    return frozenset(regime.id for other in others for regime in applying(scene, author, other, day))


def _ruling(item: Item, body: ItemBody, author: Body, scene: Scene, now: datetime) -> Ruling:
    """Establish what the act itself does not say."""
    make = _RULINGS.get(body.act)
    if make is not None:
        return make(item, body, author, scene, now)
    return Ruling(bodies=(author,), needs=_needs(item, body, author, scene, now))


def _needs(item: Item, body: ItemBody, author: Body, scene: Scene, now: datetime) -> tuple[Need, ...]:
    """Return the consents that the act rests on, which it uses up."""
    kind, day = ACTS[body.act].consent, local_day(now, author.zone)
    if kind is None:
        return ()
    copies: tuple[NumberedCopy, ...] | None = None
    if isinstance(body, bodies.Copy | bodies.Translate | bodies.Extract):
        copies = (item.copies[body.copy_number - 1],)
    elif isinstance(body, bodies.Return | bodies.Destroy):
        copies = tuple(item.copies[number - 1] for number in body.copies)
    case = Case(
        copies=copies,
        recipient=scene.bodies[body.recipient] if isinstance(body, bodies.AuthoriseRelease) else None,
        translating=first_translation(item, author, body.language) if isinstance(body, bodies.Translate) else None,
        crisis=isinstance(body, bodies.Destroy) and body.crisis is not None,
    )
    return needed(kind, item, author, scene, day, case)


def _of_release(item: Item, body: bodies.AuthoriseRelease, author: Body, scene: Scene, now: datetime) -> Ruling:
    recipient = scene.bodies[body.recipient]
    regimes = applying(scene, author, recipient, local_day(now, author.zone))
    return Ruling(
        bodies=(author, recipient),
        regimes=tuple(regime.id for regime in regimes),
        needs=_needs(item, body, author, scene, now),
    )


def _of_dispatch(item: Item, body: bodies.Dispatch, author: Body, scene: Scene, now: datetime) -> Ruling:
    """Rule what the recipient will mark, how it confirms, and when its confirmation is due."""
    release = item.releases[body.release - 1]
    recipient, seq = release.recipient, item.seq + 1
    regimes = applying(scene, author, recipient, local_day(now, author.zone))
    names = tuple(regime.id for regime in regimes)
    transits = []
    for number in body.copies:
        mark = item.copies[number - 1].mark
        transit = Transit(
            recipient=recipient,
            sender=author,
            seq=seq,
            dispatched_at=now,
            mark=None if mark is None else recipient_mark(regimes, author.party, recipient.party, mark),
            forms=giving.forms_of(regimes, mark),
            passage=Passage(author, names, release.purpose, release.number, mark),
        )
        transits.append((number, transit))
    due = _due(DutyKind.RECEIPT, recipient, seq, names, scene, now)
    return Ruling(bodies=(author, recipient), regimes=names, transits=tuple(transits), due=due)


def _of_return(item: Item, body: bodies.Return, author: Body, scene: Scene, now: datetime) -> Ruling:
    seq, transits = item.seq + 1, []
    for number in body.copies:
        last = item.copies[number - 1].path[-1]
        transit = Transit(
            recipient=last.giver,
            sender=author,
            seq=seq,
            dispatched_at=now,
            mark=None if item.mark is None else giving.mark_at(item, last.giver.code) or last.mark,
            forms=giving.forms_of((), None),
            passage=None,
        )
        transits.append((number, transit))
    giver = transits[0][1].recipient
    due = _due(DutyKind.RECEIPT, giver, seq, item.copies[body.copies[0] - 1].path[-1].regimes, scene, now)
    needs = _needs(item, body, author, scene, now)
    return Ruling(bodies=(author, giver), transits=tuple(transits), needs=needs, due=due)


def _of_mark(item: Item, body: bodies.Regrade | bodies.Declassify, author: Body, scene: Scene, now: datetime) -> Ruling:
    """Rule which copies bear which mark: all of them when the originator changes it, else those of the holder."""
    maker = item.originator.code == author.code
    mark = body.mark if isinstance(body, bodies.Regrade) else None
    if not maker:
        marks = tuple((copy.number, mark) for copy in item.held_by(author.code))
    elif mark is not None:
        marks = tuple(handling.remarked(item, mark, scene).items())
    else:
        marks = tuple((copy.number, None) for copy in item.copies if copy.state is not CopyState.DESTROYED)
    return Ruling(bodies=(author,), marks=marks, maker=maker, needs=_needs(item, body, author, scene, now))


def _of_asking(item: Item, body: bodies.AskConsent, author: Body, scene: Scene, now: datetime) -> Ruling:
    return Ruling(bodies=(author,), needs=using.needs_asked(item, body, author, scene, now))


def _of_grant(item: Item, body: bodies.GrantConsent, author: Body, scene: Scene, now: datetime) -> Ruling:
    """Rule that a destruction is reported within a term once everybody allowed it."""
    consent = item.consents[body.consent - 1]
    said = {each.body for each in consent.given} | {author.code}
    if consent.kind is not ConsentKind.DESTROY or not all(need.bodies & said for need in consent.needs):
        return Ruling(bodies=(author,))
    asker = next(each for each in item.known_bodies if each.code == consent.asker)
    regimes = tuple(need.regime for need in consent.needs)
    due = _due(DutyKind.DESTRUCTION_REPORT, asker, consent.number, regimes, scene, now)
    return Ruling(bodies=(author,), due=due)


def _of_breach(item: Item, body: bodies.ReportBreach, author: Body, scene: Scene, now: datetime) -> Ruling:
    regimes = tuple(
        regime.id for regime, parties in regimes_of(item, scene) if author.party in parties and reaches(regime, body)
    )
    due = _due(DutyKind.INQUIRY, author, len(item.breaches) + 1, regimes, scene, now)
    return Ruling(bodies=(author,), due=due)


def _due(
    kind: DutyKind, body: Body, subject: int, regimes: Iterable[str], scene: Scene, now: datetime
) -> tuple[Due, ...]:
    """Date a duty by the shortest term of the regimes; none where no regime is concerned."""
    named = [scene.law.regimes[code] for code in dict.fromkeys(regimes)]
    regime = min(named, key=lambda each: each.terms[kind].days, default=None)
    if regime is None:
        return ()
    term = regime.terms[kind]
    calculation = day_term(
        started_at=now, days=term.days, zone=body.zone, rule=term.rule, profile=f"{regime.id} {regime.version}"
    )
    return (Due(kind, body, subject, calculation, term.steps),)


def _joint_mark(author: Body, makers: tuple[Body, ...], bonds: tuple[Any, ...], scene: Scene) -> Iterator[Need]:
    """Yield the other makers' consents that a joint mark waits for (A-7.6, KA-6.3)."""
    for bond in bonds:
        if author.code not in bond.bodies:
            continue
        other = next(maker for maker in makers if maker.code in bond.bodies and maker.code != author.code)
        for code in bond.regimes:
            for rule in scene.law.regimes[code].consents:
                if rule.kind is ConsentKind.JOINT_MARK and rule.when is Origin.JOINT:
                    yield Need(code, rule.rule, frozenset({other.code}))


def _shreds(before: Item, after: Item, body: ItemBody) -> tuple[str, ...]:
    """Return the bodies that held content and hold no copy any more: its key is destroyed there (A-7.9)."""
    if not isinstance(body, bodies.Destroy) or before.content is None:
        return ()
    codes = {copy.holder.code for copy in before.copies if copy.number in body.copies}
    return tuple(sorted(code for code in codes if not after.held_by(code)))


_CHECKS: dict[ItemAct, Callable[[Item, Any, Body, Scene, datetime], Iterator[Objection]]] = {
    ItemAct.AUTHORISE_RELEASE: giving.of_release,
    ItemAct.DISPATCH: giving.of_dispatch,
    ItemAct.CONFIRM_RECEIPT: giving.of_receipt,
    ItemAct.ASK_CONSENT: using.of_asking,
    ItemAct.GRANT_CONSENT: using.of_answer,
    ItemAct.DENY_CONSENT: using.of_answer,
    ItemAct.WITHDRAW_CONSENT: using.of_answer,
    ItemAct.COPY: handling.of_copying,
    ItemAct.TRANSLATE: handling.of_copying,
    ItemAct.EXTRACT: handling.of_copying,
    ItemAct.REGRADE: handling.of_regrade,
    ItemAct.DECLASSIFY: handling.of_declassify,
    ItemAct.RETURN: giving.of_return,
    ItemAct.DESTROY: handling.of_destroy,
    ItemAct.REPORT_BREACH: handling.of_breach,
    ItemAct.REPORT_INQUIRY: handling.of_inquiry,
    ItemAct.CLOSE_BREACH: handling.of_inquiry,
}

_RULINGS: dict[ItemAct, Callable[[Item, Any, Body, Scene, datetime], Ruling]] = {
    ItemAct.AUTHORISE_RELEASE: _of_release,
    ItemAct.DISPATCH: _of_dispatch,
    ItemAct.RETURN: _of_return,
    ItemAct.REGRADE: _of_mark,
    ItemAct.DECLASSIFY: _of_mark,
    ItemAct.ASK_CONSENT: _of_asking,
    ItemAct.GRANT_CONSENT: _of_grant,
    ItemAct.REPORT_BREACH: _of_breach,
}
