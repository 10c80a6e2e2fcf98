"""What a caller needs before filling in an act's form: its fields, and what each may choose from."""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.core.access import Relation, relation, side
from exchange.core.acts import ACTS
from exchange.core.request import Ask, Request
from exchange.tongues import offset_of
from exchange.web.acts.fields import Field, Widget, fields_of
from exchange.web.house import Turn
from schemas.vocabulary import ActKind, AssistanceState, Position


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose, and the words for it."""

    value: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One item of the assistance sought that the act can still concern."""

    number: int
    text: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The fields of a form with their choices; times are those of `zone`."""

    kind: ActKind
    fields: tuple[Field, ...]
    asks: tuple[Choice, ...]
    authorities: tuple[Choice, ...]
    items: tuple[ItemLine, ...]
    positions: tuple[Choice, ...]
    zone: str
    offset: str


def desk_of(turn: Turn, request: Request, kind: ActKind) -> Desk:
    """Lay out the form of an act on a request."""
    tongue = turn.tongue
    held = {request.holder.code, *(past.code for past in request.past_holders)}
    return Desk(
        kind=kind,
        fields=tuple(field for field in fields_of(kind) if field.widget is not Widget.PAPER or enters(turn, request)),
        asks=tuple(Choice(str(ask.number), _asked(turn, ask)) for ask in _open(turn, request, kind)),
        authorities=tuple(
            Choice(body.code, f"{body.code} — {turn.book.name(body.code, tongue.code)}")
            for body in turn.book.neighbours(request.holder.code)
            if body.code not in held
        ),
        items=tuple(
            ItemLine(number=item.number, text=asked.text, open=item.state is AssistanceState.OPEN)
            for item, asked in zip(request.items, request.submitted.assistance, strict=True)
            if item.state is not AssistanceState.REFUSED
        ),
        positions=tuple(Choice(position, tongue.t(f"position.{position}")) for position in Position),
        zone=turn.zone,
        offset=offset_of(turn.now, turn.zone),
    )


def enters(turn: Turn, request: Request) -> bool:
    """Tell whether the caller would enter an act of a body without a node, which came on paper."""
    of = relation(request, turn.actor.authority)
    return of is Relation.STEWARD or (of is Relation.HOLDER and not request.holder.on_node)


def _open(turn: Turn, request: Request, kind: ActKind) -> Iterator[Ask]:
    """Yield what the act could answer."""
    act = ACTS[kind]
    own = side(relation(request, turn.actor.authority))
    for ask in request.asked(act.answers) if act.answers else ():
        if ask.open and not (act.of_other and ask.side is own):
            yield ask


def _asked(turn: Turn, ask: Ask) -> str:
    """Name an ask by its number and the beginning of what it says."""
    text = next((value for value in ask.asked.model_dump(exclude={"act"}).values() if isinstance(value, str)), "")
    begin = text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - a line of a list
    return turn.tongue.t("ask.line", number=ask.number, text=begin)
