"""What a caller could do to an item now, were what it carries lawful; what nothing lawful could carry is left out."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from exchange.core.deadlines import local_day
from exchange.protection.core.acts import ACTS, Act
from exchange.protection.core.consents import Case, bans, needed
from exchange.protection.core.giving import mark_at
from exchange.protection.core.item import Item, NumberedCopy
from exchange.protection.core.lawful import objections, pending_allows
from exchange.protection.core.scene import Body, Caller, Scene
from schemas.secrecy import BreachState, ConsentKind, ItemAct, ItemKind


def possible_acts(item: Item, caller: Caller, scene: Scene, now: datetime) -> tuple[Act, ...]:
    """Return the acts that would be taken with lawful content, in the order of the table."""
    body, day = scene.bodies[caller.body], local_day(now, scene.bodies[caller.body].zone)
    return tuple(
        act
        for act in ACTS.values()
        if act.kind is not ItemAct.REGISTER
        and not any(objections(item, act, caller, scene))
        and _something_lawful(item, act.kind, body, scene, day)
    )


def _something_lawful(item: Item, kind: ItemAct, body: Body, scene: Scene, day: date) -> bool:
    """Tell whether an act could carry anything lawful, as the item stands."""
    test = _TESTS.get(kind)
    return test is None or test(item, kind, body, scene, day)


def _can_send(item: Item, _kind: ItemAct, body: Body, _scene: Scene, day: date) -> bool:
    """Tell whether a decision to release waits to be carried out."""
    mine = (each for each in item.releases if each.by.code == body.code)
    waits = any(each.used_by is None and each.holds_on(day) for each in mine)
    return waits and bool(item.held_by(body.code)) and item.kind is not ItemKind.ORAL


def _can_copy(item: Item, kind: ItemAct, body: Body, scene: Scene, day: date) -> bool:
    most = item.requirements.most_copies if item.requirements else None
    room = most is None or len(item.copies) < most
    held = item.held_by(body.code)
    return room and any(_consented(item, kind, body, scene, day, _handling(item, kind, copy)) for copy in held)


def _can_mark(item: Item, kind: ItemAct, body: Body, scene: Scene, day: date) -> bool:
    return mark_at(item, body.code) is not None and _consented(item, kind, body, scene, day, (Case(),))


def _can_return(item: Item, kind: ItemAct, body: Body, scene: Scene, day: date) -> bool:
    received = [copy for copy in item.held_by(body.code) if copy.received]
    return any(_consented(item, kind, body, scene, day, (Case(copies=(copy,)),)) for copy in received)


def _can_inquire(item: Item, kind: ItemAct, body: Body, _scene: Scene, _day: date) -> bool:
    """Tell whether an inquiry of the body's Party waits for its result, or a result for its close."""
    wanted = BreachState.REPORTED if kind is ItemAct.REPORT_INQUIRY else BreachState.INQUIRED
    return any(each.state is wanted and each.reporter.party == body.party for each in item.breaches)


def _can_ask(item: Item, _kind: ItemAct, body: Body, scene: Scene, day: date) -> bool:
    """Tell whether anybody's consent to anything would be needed, and could be given."""
    return any(
        pending_allows(item, kind)
        and any(need.bodies for need in needed(kind, item, body, scene, day))
        and not (kind is ConsentKind.DESTROY and all(_banned(copy, scene, day) for copy in item.held_by(body.code)))
        for kind in ConsentKind
    )


def _can_answer(item: Item, kind: ItemAct, body: Body, _scene: Scene, _day: date) -> bool:
    """Tell whether a consent waits for the body's word, or holds it."""
    for consent in item.consents:
        if consent.open and body.code in consent.grantors:
            given = any(each.body == body.code for each in consent.given)
            if kind is ItemAct.DENY_CONSENT or (kind is ItemAct.WITHDRAW_CONSENT) is given:
                return True
    return False


def _handling(item: Item, kind: ItemAct, copy: NumberedCopy) -> Iterable[Case]:
    """Yield the cases of copying: a translation into a language of the holder may be free where others are not."""
    yield Case(copies=(copy,))
    if kind is ItemAct.TRANSLATE:
        made = {each.language for each in item.copies}
        yield from (Case(copies=(copy,), translating=each) for each in ("ru", "kk", "hy", "lt") if each not in made)


def _can_destroy(item: Item, kind: ItemAct, body: Body, scene: Scene, day: date) -> bool:
    """Tell whether a copy may be destroyed: with the consents there are, or in a crisis."""
    return any(
        not _banned(copy, scene, day, crisis=crisis)
        and _consented(item, kind, body, scene, day, (Case(copies=(copy,), crisis=crisis),))
        for copy in item.held_by(body.code)
        for crisis in (False, True)
    )


def _banned(copy: NumberedCopy, scene: Scene, day: date, *, crisis: bool = False) -> bool:
    return any(True for _ in bans(ConsentKind.DESTROY, (copy,), scene, day, crisis=crisis))


def _consented(item: Item, kind: ItemAct, body: Body, scene: Scene, day: date, cases: Iterable[Case]) -> bool:
    """Tell whether an act needs no consent, or one that the body asked for can be used for it."""
    consent_kind = ACTS[kind].consent
    if consent_kind is None:
        return True
    for case in cases:
        needs = needed(consent_kind, item, body, scene, day, case)
        if not needs:
            return True
        numbers = {each.number for each in case.copies or ()}
        for consent in item.consents:
            said = {each.body for each in consent.given}
            fits = consent.scope.copies is None or bool(numbers & set(consent.scope.copies))
            own = consent.asker == body.code and consent.kind is consent_kind and consent.open
            if own and fits and all(need.bodies & said for need in needs):
                return True
    return False


_TESTS: dict[ItemAct, Callable[[Item, ItemAct, Body, Scene, date], bool]] = {
    ItemAct.DISPATCH: _can_send,
    ItemAct.ASK_CONSENT: _can_ask,
    ItemAct.GRANT_CONSENT: _can_answer,
    ItemAct.DENY_CONSENT: _can_answer,
    ItemAct.WITHDRAW_CONSENT: _can_answer,
    ItemAct.COPY: _can_copy,
    ItemAct.TRANSLATE: _can_copy,
    ItemAct.EXTRACT: _can_copy,
    ItemAct.REGRADE: _can_mark,
    ItemAct.DECLASSIFY: _can_mark,
    ItemAct.RETURN: _can_return,
    ItemAct.DESTROY: _can_destroy,
    ItemAct.REPORT_INQUIRY: _can_inquire,
    ItemAct.CLOSE_BREACH: _can_inquire,
}
