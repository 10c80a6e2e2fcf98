"""Whether an act may be done at all: by this caller, on an item in this state, whatever it carries."""

from collections.abc import Iterator

from exchange.protection.core.acts import ACTS, MAY, Act, Standing
from exchange.protection.core.item import Item
from exchange.protection.core.objections import Objection, object_to
from exchange.protection.core.scene import Caller, Scene
from schemas.secrecy import ConsentKind, CopyState, ItemAct, ItemState

_WHO = {
    Standing.MAKER: "создавший предмет",
    Standing.HOLDER: "хранящий экземпляр",
    Standing.AWAITING: "которому направлен экземпляр",
    Standing.GRANTOR: "чьё согласие нужно",
}


def standings(item: Item, code: str, scene: Scene) -> frozenset[Standing]:
    """Return all that a body is to an item; empty when the item is none of its business, not even to know of."""
    found = set()
    if item.made_by(code):
        found.add(Standing.MAKER)
    for copy in item.copies:
        if copy.state is CopyState.HELD and copy.holder.code == code:
            found.add(Standing.HOLDER)
        if copy.transit is not None and copy.transit.recipient.code == code:
            found.add(Standing.AWAITING)
    if any(code in consent.grantors for consent in item.consents):
        found.add(Standing.GRANTOR)
    parties = {body.party for body in item.known_bodies}
    if any(competent == code for (_, party), competent in scene.competent.items() if party in parties):
        found.add(Standing.COMPETENT)
    if any(body.code == code for body in item.known_bodies):
        found.add(Standing.FORMER)
    return frozenset(found)


def allowed_acts(item: Item, caller: Caller, scene: Scene) -> tuple[Act, ...]:
    """Return the acts that a caller could do now, were their content lawful."""
    return tuple(
        act
        for act in ACTS.values()
        if act.kind is not ItemAct.REGISTER and not any(objections(item, act, caller, scene))
    )


def objections(item: Item, act: Act, caller: Caller, scene: Scene) -> Iterator[Objection]:
    """Yield every objection to the caller and to the state."""
    own = standings(item, caller.body, scene)
    if not own:
        yield object_to("not_concerned", rule=act.rules[0])
        return
    if not own & act.by:
        who = ", ".join(words for standing, words in _WHO.items() if standing in act.by)
        yield object_to("wrong_body", "/act", rule=act.rules[0], who=who)
    yield from role_objections(act, caller)
    if item.state not in act.states:
        yield object_to("not_in_this_state", "/act", rule=act.rules[0], state=item.state)


def role_objections(act: Act, caller: Caller) -> Iterator[Objection]:
    """Object to a role that is not entitled to an act."""
    if act.verb not in MAY[caller.role]:
        yield object_to("role_may_not", "/act", rule=act.rules[0])


def pending_allows(item: Item, kind: ConsentKind) -> bool:
    """Tell whether a consent may be asked for: until the joint mark is agreed, only that one."""
    return item.state is not ItemState.PENDING or kind is ConsentKind.JOINT_MARK
