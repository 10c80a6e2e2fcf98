"""The table of acts as pages for people: pure text, made from the table and from the shapes of the acts."""

from collections.abc import Iterable, Iterator
from typing import get_args

from exchange.core.acts import ACTS, ENDS, UNTIL_RECEIPT, Act, Effect, Need, Signing
from schemas.acts import ActBody
from schemas.base import Carrying, Shape
from schemas.requests import Submission
from schemas.vocabulary import ActKind, Side, State

_NOTE = "<!-- Made from exchange/core/acts.py and schemas; a test keeps it so. -->"

_NEEDS = {
    Need.RECEIPT_PENDING: "the holder's receipt is not entered yet",
    Need.URGENT: "urgent",
    Need.UNCONFIRMED: "not yet confirmed",
    Need.OPEN_QUESTION: "a question is open",
    Need.OPEN_TERM: "a term is proposed",
    Need.OPEN_PRESENCE: "presence is asked for",
    Need.OPEN_OTHER_USE: "another use is asked for",
    Need.OPEN_CONSULTATION: "consultations are open",
    Need.OPEN_COSTS: "an arrangement of costs is proposed",
    Need.RESULTS: "results were reported",
    Need.OPEN_ITEM: "an item is open",
}

_SIGNED = {
    Signing.NEVER: "",
    Signing.ALWAYS: "; signed by the head or a deputy head",
    Signing.WITH_SIGNATORY: "; signed by the head or a deputy head when it bears a signatory",
}


def acts_page() -> str:
    """Return the table of acts in Markdown."""
    head = "| act | по-русски | by | from | leads to | rule | obligations | carries |"
    rows = (_row(act) for act in ACTS.values())
    until_receipt = ", ".join(f"`{kind}`" for kind in ActKind if kind in UNTIL_RECEIPT)
    return _page(
        _NOTE,
        "# Acts",
        "",
        "What one authority does towards the other on a request for assistance, and what follows. `P-7.4` is a rule of",
        "Article 7 of the Protocol; an act without a rule is the product's own. A field in *italics* may be absent.",
        "The states and their diagram are in [states.md](states.md), the words in [glossary.md](glossary.md).",
        "",
        head,
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
        *rows,
        "",
        "The confirmation is owed for an urgent request only; the execution is opened by the first receipt alone.",
        f"After a redirect and until the new holder's receipt is entered, the requested side has only {until_receipt}.",
    )


def states_page() -> str:
    """Return the diagram of states as Mermaid in Markdown, with what can be done in each."""
    return _page(
        _NOTE,
        "# States",
        "",
        "Overdue, urgent, unconfirmed, held, partly refused, question open: facts beside the state, never states.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        *(f"    {line}" for line in _edges()),
        "```",
        "",
        "| state | the requesting side may | the requested side may |",
        "| --- | --- | --- |",
        *(_choices(state) for state in State),
        "",
        "An act may need a fact beside the state; [acts.md](acts.md) names it.",
    )


def _row(act: Act) -> str:
    """Return one act as a row of the table."""
    by = (act.by.value if act.by else "either side") + _SIGNED[act.signing]
    cells = (f"`{act.kind}`", act.title, by, _origin(act), _target(act), act.rule or "–", _effects(act), _fields(act))
    return "| " + " | ".join(cells) + " |"


def _origin(act: Act) -> str:
    """Say from which states and on which facts an act is lawful."""
    if not act.states:
        return "nothing: it opens the record"
    closed = frozenset(State) - act.states
    if not closed:
        states = "any state"
    elif act.states == frozenset(State) - ENDS:
        states = "any open state"
    elif len(closed) == 1:
        states = f"any state but {_list(closed)}"
    else:
        states = _list(act.states)
    whose = " by the other side" if act.of_other else ""
    return "; ".join((states, *(_NEEDS[need] + whose for need in act.needs)))


def _target(act: Act) -> str:
    """Say to which state an act leads."""
    if act.leads_to is None:
        return "–"
    return f"`{act.leads_to}`" + (", when nothing is left open" if act.ends else "")


def _effects(act: Act) -> str:
    """Say what an act does to obligations, and which asks it opens or answers."""
    words = [f"{effect} `{kind}`" for kind, effect in act.effects.items() if effect is not Effect.MEET_AT_END]
    words += [
        f"meets `{kind}` when the request ends with it"
        for kind, effect in act.effects.items()
        if effect is Effect.MEET_AT_END
    ]
    words += [f"opens one numbered `{act.asks}`"] if act.asks else []
    words += [f"answers one `{act.answers}`"] if act.answers else []
    return "; ".join(words) or "–"


def _fields(act: Act) -> str:
    """Name the fields that an act carries; those that may be absent in italics."""
    shape = Submission if act.kind is ActKind.SUBMIT else _shapes()[act.kind]
    own = [(name, field) for name, field in shape.model_fields.items() if name not in {"act", *Carrying.model_fields}]
    fields = (*own, *Carrying.model_fields.items())
    return ", ".join(f"`{name}`" if field.is_required() else f"*`{name}`*" for name, field in fields) or "–"


def _shapes() -> dict[ActKind, type[Shape]]:
    """Return the shape of each act's body by its kind."""
    union, _ = get_args(ActBody)
    return {get_args(shape.model_fields["act"].annotation)[0]: shape for shape in get_args(union)}


def _edges() -> Iterator[str]:
    """Yield the lines of the diagram: each way between two states once, with all the acts that take it."""
    ways: dict[tuple[str, str], list[str]] = {}
    for act in ACTS.values():
        if act.leads_to is None:
            continue
        origins = [state.value for state in State if state in act.states] or ["[*]"]
        for origin in origins:
            if origin != act.leads_to or act.kind not in UNTIL_RECEIPT:
                ways.setdefault((origin, act.leads_to.value), []).append(act.kind.value)
    yield from (f"{origin} --> {target}: {', '.join(kinds)}" for (origin, target), kinds in ways.items())
    yield from (f"{state.value} --> [*]" for state in State if state in ENDS)


def _choices(state: State) -> str:
    """Return one state as a row: what each side may do in it."""
    sides = (
        ", ".join(f"`{act.kind}`" for act in ACTS.values() if state in act.states and act.by in {None, side})
        for side in (Side.REQUESTING, Side.REQUESTED)
    )
    return f"| `{state}` | " + " | ".join(sides) + " |"


def _list(states: Iterable[State]) -> str:
    """Write states in the order of their life."""
    return ", ".join(f"`{state}`" for state in State if state in frozenset(states))


def _page(*lines: str) -> str:
    """Join lines into a file's text."""
    return "\n".join(lines) + "\n"
