"""Whether an act may be done at all: by this caller, now, in this state. What it carries is judged in `content`."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache

from exchange.core.access import ACTING, Actor, Relation, Verb, is_signed, relation, rights, side, verbs
from exchange.core.acts import ACTS, UNTIL_RECEIPT, Act, Need
from exchange.core.objections import Objection, object_to
from exchange.core.request import Request
from schemas.acts import ActBody
from schemas.vocabulary import ActKind, AskKind, Side, State

_SIDES = {Side.REQUESTING: "запрашивающий", Side.REQUESTED: "запрашиваемый"}

_ASKS = {
    Need.OPEN_QUESTION: AskKind.QUESTION,
    Need.OPEN_TERM: AskKind.TERM,
    Need.OPEN_PRESENCE: AskKind.PRESENCE,
    Need.OPEN_OTHER_USE: AskKind.OTHER_USE,
    Need.OPEN_CONSULTATION: AskKind.CONSULTATION,
    Need.OPEN_COSTS: AskKind.COSTS,
}


def allowed_acts(request: Request, actor: Actor) -> tuple[Act, ...]:
    """Return exactly the acts that this caller could do now, were their content lawful."""
    of = relation(request, actor.authority)
    open_to = _open_to(rights(actor), of, request.state, on_node=request.holder.on_node)
    waits, own = _waits_for_receipt(request, of), side(of)
    return tuple(
        act
        for act in open_to
        if not (waits and act.kind not in UNTIL_RECEIPT) and all(_holds(need, request, act, own) for need in act.needs)
    )


@cache
def _open_to(entitled: frozenset[Verb], of: Relation, state: State, *, on_node: bool) -> tuple[Act, ...]:
    """Return the acts that somebody of an authority with these rights could do in a state, by the tables alone."""
    return tuple(
        act
        for act in ACTS.values()
        if act.kind is not ActKind.SUBMIT
        and state in act.states
        and of in ACTING
        and act.by in {None, side(of)}
        and entitled & verbs(act, of, on_node=on_node, signed=is_signed(act))
    )


def objections(request: Request, act: Act, actor: Actor, body: ActBody | None = None) -> Iterator[Objection]:
    """Yield every objection to the caller and to the state; without a body, those to the act whatever it carries."""
    yield from _to_the_caller(request, act, actor, signed=is_signed(act, body))
    yield from _to_the_state(request, act, actor)


def _to_the_caller(request: Request, act: Act, actor: Actor, *, signed: bool) -> Iterator[Objection]:
    """Yield the objections to who calls."""
    of = relation(request, actor.authority)
    if of not in ACTING:
        yield object_to("former_holder")
        return
    if act.by is not None and act.by is not side(of):
        yield object_to("wrong_side", "/act", rule=act.rule, side=_SIDES[act.by])
    wanted = verbs(act, of, on_node=request.holder.on_node, signed=signed)
    if not rights(actor) & wanted:
        unsigned = rights(actor) & verbs(act, of, on_node=request.holder.on_node, signed=False)
        yield object_to("signature_needed" if unsigned else "role_may_not", "/act", rule=act.rule)


def _to_the_state(request: Request, act: Act, actor: Actor) -> Iterator[Objection]:
    """Yield the objections to the state of the request, and to the facts beside it."""
    of = relation(request, actor.authority)
    if request.state not in act.states:
        yield object_to("not_in_this_state", "/act", rule=act.rule)
    elif _waits_for_receipt(request, of) and act.kind not in UNTIL_RECEIPT:
        yield object_to("receipt_not_entered", "/act")
    for need in act.needs:
        if not _holds(need, request, act, side(of)):
            yield object_to(need.value, "/act")


def _waits_for_receipt(request: Request, of: Relation) -> bool:
    """Tell whether the requested side has to enter the receipt of what was passed on before it acts."""
    return request.receipt_pending and request.state is State.RECEIVED and side(of) is Side.REQUESTED


def _holds(need: Need, request: Request, act: Act, own: Side | None) -> bool:
    """Tell whether a fact beside the state holds for a side."""
    if need in _ASKS:
        return any(ask.open and not (act.of_other and ask.side is own) for ask in request.asked(_ASKS[need]))
    return _FACTS[need](request)


_FACTS: Mapping[Need, Callable[[Request], bool]] = {
    Need.RECEIPT_PENDING: lambda request: request.receipt_pending,
    Need.URGENT: lambda request: request.submitted.urgent is not None,
    Need.UNCONFIRMED: lambda request: request.confirmed_at is None,
    Need.RESULTS: lambda request: bool(request.results),
    Need.OPEN_ITEM: lambda request: bool(request.open_items()),
}
