"""The terms that an act opens, meets or moves, each with its date and the way it was reached."""

from collections.abc import Iterator
from typing import Final

from exchange.core.deadlines import explain
from exchange.core.request import Obligation, Request
from exchange.letters.letter import Line, Part, Rows
from exchange.letters.source import Source
from exchange.letters.words import Words
from schemas.vocabulary import ActKind, ObligationKind, ObligationState

SHOWN: Final[dict[ActKind, ObligationKind]] = {
    ActKind.RECEIVE: ObligationKind.EXECUTION,
    ActKind.REDIRECT: ObligationKind.REDIRECT,
    ActKind.CONFIRM: ObligationKind.CONFIRMATION,
    ActKind.REPORT_IMPEDIMENT: ObligationKind.EXECUTION,
    ActKind.POSTPONE: ObligationKind.EXECUTION,
    ActKind.RESUME: ObligationKind.EXECUTION,
    ActKind.AGREE_TERM: ObligationKind.EXECUTION,
    ActKind.REFUSE: ObligationKind.EXECUTION,
    ActKind.REPORT_RESULTS: ObligationKind.EXECUTION,
}
"""The acts in whose letters a term stands, and which."""

_LABELS: Final = {
    ObligationKind.EXECUTION: "deadline",
    ObligationKind.REDIRECT: "redirect_due",
    ObligationKind.CONFIRMATION: "confirmation_due",
}


def of_submission(source: Source, words: Words) -> Iterator[Part]:
    """Yield the note of receipt with the term that it opened, and the term of an urgent request's confirmation."""
    rows = list(_duty(source.after, ObligationKind.CONFIRMATION, words))
    request = source.received
    if request is not None and request.received_at is not None:
        rows = [*_receipt(request, words), *_duty(request, ObligationKind.EXECUTION, words), *rows]
    if rows:
        yield Rows(words.of("part", "receipt" if request else "clocks"), tuple(rows), "box")


def of_act(source: Source, words: Words) -> Iterator[Part]:
    """Yield the term that an act touches."""
    kind, rows = SHOWN.get(source.entry.kind), []
    if source.entry.kind is ActKind.RECEIVE:
        rows += [(words.of("row", "number_in"), source.after.received_number or "—")]
    if source.entry.kind is ActKind.CONFIRM and source.after.confirmed_at is not None:
        rows += [(words.of("row", "sent_at"), words.moment(source.after.confirmed_at, source.author.zone))]
    if kind is not None:
        rows += _duty(source.after, kind, words)
    if rows:
        yield Rows(words.of("part", "clocks"), tuple(rows), "box")


def _receipt(request: Request, words: Words) -> Iterator[Line]:
    if request.received_at is not None:
        yield words.of("row", "received_at"), words.moment(request.received_at, request.holder.zone)
        yield words.of("row", "number_in"), request.received_number or "—"


def _duty(request: Request, kind: ObligationKind, words: Words) -> Iterator[Line]:
    """Yield the date of a duty, whether it was kept, and the calculation in words."""
    duty = request.obligation(kind)
    if duty is None:
        return
    yield words.of("row", _LABELS[kind]), _due(duty, words)
    if duty.state is not ObligationState.SUSPENDED:
        yield words.of("row", "how"), "\n".join(explain(duty.calculation))


def _due(duty: Obligation, words: Words) -> str:
    """Write when a duty falls due, and what became of it."""
    if duty.state is ObligationState.SUSPENDED:
        return words.of("row", "suspended")
    calculation = duty.calculation
    if calculation.hours is not None:
        due = words.moment(calculation.due_at, calculation.zone)
    else:
        due = words.say("until_midnight", day=words.date(calculation.due_on))
    done = {ObligationState.MET: "met", ObligationState.MET_LATE: "met_late"}.get(duty.state)
    return f"{due} ({words.of('row', done)})" if done else due
