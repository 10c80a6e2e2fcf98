"""Objections to what is done with an item in a body's hands: registering, copying, marks, destruction, breaches."""

from collections.abc import Iterator
from datetime import datetime

from exchange.core.deadlines import local_day
from exchange.protection.core.access import cleared
from exchange.protection.core.consents import Case, bans, needed
from exchange.protection.core.giving import mark_at, of_copies
from exchange.protection.core.item import Breach, Item, steps
from exchange.protection.core.marks import counterpart, covers, equivalence_rule, highest, recipient_mark, scheme
from exchange.protection.core.objections import Objection, object_to
from exchange.protection.core.regimes import applying, protecting
from exchange.protection.core.scene import Body, Scene
from exchange.protection.core.using import check_consent, first_translation
from schemas import protection as bodies
from schemas.protection import Scope
from schemas.regimes import Regime
from schemas.secrecy import BreachState, ConsentKind, CopyState, ItemKind, ItemState, Mark


def of_register(body: bodies.Register, author: Body, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to a registration (A-7.1, A-7.3, A-7.6): its mark, its sources, its other makers."""
    if body.mark not in scheme(scene.law.regimes.values(), author.party):
        yield object_to("mark_not_of_state", "/mark")
    for index, code in enumerate(body.derived_from):
        source = scene.sources.get(code)
        if source is None or not source.held:
            yield object_to("source_unknown", f"/derived_from/{index}")
    lowest = floor_of(body, scene)
    if lowest is not None and not covers(body.mark, lowest):
        yield object_to("mark_below_source", "/mark", floor=lowest)
    day = local_day(now, author.zone)
    for index, code in enumerate(body.joint_with):
        other = scene.bodies.get(code)
        regimes = () if other is None else applying(scene, author, other, day)
        if not regimes or body.joint_with.count(code) > 1:
            yield object_to("joint_unknown", f"/joint_with/{index}")
        elif other is not None and any(
            counterpart(regime, author.party, other.party, body.mark) is None for regime in regimes
        ):
            rules = (equivalence_rule(regime, author.party, other.party) for regime in regimes)
            yield object_to("no_counterpart", f"/joint_with/{index}", rule=next(rules))
    if body.kind is ItemKind.ORAL and (body.content is not None or body.copies > 1 or body.bulky):
        yield object_to("oral_has_no_carrier", "/kind", rule="A-1")


def floor_of(body: bodies.Register, scene: Scene) -> Mark | None:
    """Return the degree below which what is derived may not be marked (A-7.3, KA-6.1): its sources' highest."""
    sources = (scene.sources[code] for code in body.derived_from if code in scene.sources)
    return highest(each.mark for each in sources if each.mark is not None)


def of_copying(
    item: Item, body: bodies.Copy | bodies.Translate | bodies.Extract, author: Body, scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to copies, extracts and translations (A-N7, A-5.6, KA-6.5, KL-7.1, KL-7.2)."""
    yield from of_copies(item, (body.copy_number,), author)
    count = body.count if isinstance(body, bodies.Copy) else 1
    most = item.requirements.most_copies if item.requirements else None
    if most is not None and len(item.copies) + count > most:
        yield object_to("copies_beyond", "/count" if isinstance(body, bodies.Copy) else "/copy_number", most=most)
    copy = item.copy(body.copy_number)
    if copy is None or copy.state is not CopyState.HELD or copy.holder.code != author.code:
        return
    maker = scene.people.get(body.made_by)
    if maker is None or not cleared(maker, copy, item, scene, now):
        rules = (regime.copies_by_cleared for regime in _protecting(item, author, scene, now))
        yield object_to("maker_not_cleared", "/made_by", rule=next(rules, "A-N1"))
    translating = isinstance(body, bodies.Translate)
    kind = ConsentKind.TRANSLATE if translating else ConsentKind.COPY
    language = body.language if isinstance(body, bodies.Translate) else None
    wanted = Scope(language=language) if translating else Scope(count=count)
    case = Case(copies=(copy,), translating=first_translation(item, author, language))
    needs = needed(kind, item, author, scene, local_day(now, author.zone), case)
    yield from check_consent(item, needs, kind, wanted, body.consent, author)


def of_regrade(item: Item, body: bodies.Regrade, author: Body, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to another mark, raised or lowered alike (A-7.3, A-7.5, A-7.6, KA-6.3, KL-4)."""
    own = mark_at(item, author.code)
    if own is None and _has(item, author):  # what was declassified is marked again by its originator alone, as new
        yield object_to("not_in_this_state", "/act", rule="A-7.5", state=ItemState.DECLASSIFIED)
    if body.mark is own:
        yield object_to("mark_same", "/mark", rule="A-7.5")
    if body.mark not in scheme(scene.law.regimes.values(), author.party):
        yield object_to("mark_not_of_state", "/mark")
    if item.floor is not None and not covers(body.mark, item.floor):
        yield object_to("mark_below_source", "/mark", floor=item.floor)
    if item.originator.code == author.code:
        for regime in without_counterpart(item, body.mark, scene):
            yield object_to(
                "no_counterpart", "/mark", rule=regime.equivalence[0].rule if regime.equivalence else regime.equal_rule
            )
    needs = needed(ConsentKind.REGRADE, item, author, scene, local_day(now, author.zone))
    yield from check_consent(item, needs, ConsentKind.REGRADE, Scope(mark=body.mark), body.consent, author)


def of_declassify(
    item: Item, body: bodies.Declassify, author: Body, scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to removing the mark (A-7.5, A-N8, KA-6.4, KL-4)."""
    if mark_at(item, author.code) is None and _has(item, author):
        yield object_to("mark_same", "/act", rule="A-7.5")
    needs = needed(ConsentKind.DECLASSIFY, item, author, scene, local_day(now, author.zone))
    yield from check_consent(item, needs, ConsentKind.DECLASSIFY, Scope(), body.consent, author)


def of_destroy(item: Item, body: bodies.Destroy, author: Body, scene: Scene, now: datetime) -> Iterator[Objection]:
    """Object to a destruction (A-7.8, A-7.9, KA-6.6, KL-7.4 to 7.8)."""
    yield from of_copies(item, body.copies, author)
    day, crisis = local_day(now, author.zone), body.crisis is not None
    if body.date > day or body.document.date > day:
        yield object_to("destroyed_in_future", "/date")
    numbers = dict.fromkeys(body.copies)
    held = [copy for copy in item.held_by(author.code) if copy.number in numbers]
    for ban in dict.fromkeys(ban.rule for ban in bans(ConsentKind.DESTROY, held, scene, day, crisis=crisis)):
        yield object_to("never_destroyed", "/copies", rule=ban)
    needs = needed(ConsentKind.DESTROY, item, author, scene, day, Case(copies=tuple(held), crisis=crisis))
    yield from check_consent(item, needs, ConsentKind.DESTROY, Scope(copies=body.copies), body.consent, author)


def of_breach(
    _item: Item, body: bodies.ReportBreach, author: Body, _scene: Scene, now: datetime
) -> Iterator[Objection]:
    """Object to a report of what has not happened yet (A-10)."""
    if body.happened_on > local_day(now, author.zone):
        yield object_to("happened_in_future", "/happened_on")


def of_inquiry(
    item: Item, body: bodies.ReportInquiry | bodies.CloseBreach, author: Body, _scene: Scene, _now: datetime
) -> Iterator[Objection]:
    """Object to an inquiry's result or a close out of turn, or by another Party (A-10, KA-11, KL-10)."""
    breach = item.breach(body.breach)
    if breach is None:
        yield object_to("breach_unknown", "/breach")
        return
    if breach.reporter.party != author.party:
        yield object_to("breach_not_yours", "/breach")
    yield from _of_turn(breach, closing=isinstance(body, bodies.CloseBreach))


def remarked(item: Item, mark: Mark, scene: Scene) -> dict[int, Mark | None]:
    """Return the mark of every copy once the originator's is another; None where some step has no counterpart (A-7.7).

    Copies whose mark their holder removed with permission stay without one.
    """
    found: dict[int, Mark | None] = {}
    for copy in item.copies:
        if copy.state is CopyState.DESTROYED or (copy.mark is None and copy.transit is None):
            continue
        own: Mark | None = mark
        for passage, receiver in steps(copy):
            regimes = (scene.law.regimes[each] for each in passage.regimes)
            own = own and recipient_mark(regimes, passage.giver.party, receiver.party, own)
        found[copy.number] = own
    return found


def without_counterpart(item: Item, mark: Mark, scene: Scene) -> tuple[Regime, ...]:
    """Return the first regime under which a copy is out whose holder would have no counterpart of a mark, if any."""
    lost = {number for number, own in remarked(item, mark, scene).items() if own is None}
    givings = (passage for copy in item.copies if copy.number in lost for passage, _ in steps(copy))
    codes = dict.fromkeys(code for passage in givings for code in passage.regimes)
    return tuple(scene.law.regimes[code] for code in codes)[:1]


def _has(item: Item, body: Body) -> bool:
    """Tell whether an item bears a mark with a body at all: whoever only awaits it put none on it yet."""
    return item.made_by(body.code) or bool(item.held_by(body.code))


def _of_turn(breach: Breach, *, closing: bool) -> Iterator[Objection]:
    if breach.state is BreachState.CLOSED:
        yield object_to("breach_closed", "/breach")
    elif closing and breach.state is BreachState.REPORTED:
        yield object_to("inquiry_missing", "/breach")
    elif not closing and breach.state is BreachState.INQUIRED:
        yield object_to("inquiry_known", "/breach")


def _protecting(item: Item, body: Body, scene: Scene, now: datetime) -> Iterator[Regime]:
    """Yield the regimes under which a body holds an item."""
    day = local_day(now, body.zone)
    for copy in item.held_by(body.code):
        for passage in copy.path:
            yield from protecting(scene, passage.regimes, frozenset({passage.giver.party, body.party}), day)
