"""What a letter says beyond its first sentence, act by act."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from exchange.core.acts import ACTS
from exchange.core.fold import answered_number
from exchange.core.request import Request
from exchange.letters import asked, clocks
from exchange.letters.letter import Items, Line, Numbered, Part, Rows, Section
from exchange.letters.source import Source
from exchange.letters.words import Words
from schemas import acts as bodies
from schemas.acts import ActBody
from schemas.requests import Submission
from schemas.vocabulary import ActKind, AskKind, AssistanceState

LEFT_OUT: Final = frozenset({"act", "signatory", "attachments", "final", "paper"})
"""Fields that stand in a place of their own in every letter, or in its heading."""

INSTANTS: Final = frozenset({"received_at", "sent_at", "executed_at"})


def variant(body: Submission | ActBody, after: Request) -> str:
    """Return which wording an act has; a refusal and a report differ when they leave something open."""
    if isinstance(body, Submission):
        return "submit_urgent" if body.urgent else "submit"
    if isinstance(body, bodies.Refuse) and not after.ended:
        return "refuse_part"
    if isinstance(body, bodies.ReportResults) and not body.final:
        return "report_results_part"
    return str(body.act)


def of_act(source: Source, words: Words) -> Iterator[Part]:
    """Yield the parts of an act's letter."""
    body = source.entry.body
    if isinstance(body, Submission):
        yield from asked.of_request(source.after, words)
        yield from clocks.of_submission(source, words)
        return
    yield from _quoted(source, body, words)
    yield from _OWN.get(body.act, _plain)(source, body, words)
    yield from clocks.of_act(source, words)


def address_in(body: Submission | ActBody) -> str | None:
    """Return the address that a redirect gives for a body that the registry does not know."""
    return body.to_body.address if isinstance(body, bodies.Redirect) and body.to_body else None


def paper_rows(body: Submission | ActBody, zone: str, words: Words) -> Iterator[Line]:
    """Yield how an act came on paper: its number and date there, and the stamp of its receipt."""
    paper = getattr(body, "paper", None)
    if paper is not None:
        yield words.of("row", "paper_number"), paper.number
        yield words.of("row", "paper_dated"), words.date(paper.dated)
        yield words.of("row", "paper_received"), words.moment(paper.received_at, zone)


def _plain(source: Source, body: ActBody, words: Words) -> Iterator[Part]:
    """Yield every field of an act in the order of its shape: no act is without its written form."""
    number = ACTS[body.act].answers
    for name in type(body).model_fields:
        value = getattr(body, name)
        if name in LEFT_OUT or value is None or value == () or name == f"{number}_number":
            continue
        yield Section(words.tongue.t(f"field.{name}"), (_written(name, value, source, words),))


def _written(name: str, value: Any, source: Source, words: Words) -> str:
    if name in INSTANTS:
        return words.moment(value, source.author.zone)
    if name == "days":
        return words.say("days", days=words.tongue.n("span.days", value))
    return str(value)


def _quoted(source: Source, body: ActBody, words: Words) -> Iterator[Part]:
    """Yield what an answer is to: the ask in its own words."""
    kind = ACTS[body.act].answers
    if kind is None:
        return
    for ask in source.request.asked(kind):
        if ask.number == answered_number(body, kind):
            heading = f"{words.of('part', 'asked')}: {words.tongue.t(f'ask.{kind}', number=ask.number)}"
            yield Section(heading, tuple(_ask_lines(ask.kind, ask.asked, words)))


def _ask_lines(kind: AskKind, ask: ActBody, words: Words) -> Iterator[str]:
    """Yield an ask in words."""
    if isinstance(ask, bodies.ProposeTerm):
        yield f"{words.say('days', days=words.tongue.n('span.days', ask.days))}; {ask.citation}"
    elif isinstance(ask, bodies.AskPresence):
        yield from (words.say("person", name=one.name, position=one.position) for one in ask.people)
    else:
        field = {AskKind.QUESTION: "question", AskKind.OTHER_USE: "purpose", AskKind.CONSULTATION: "subject"}
        yield str(getattr(ask, field.get(kind, "arrangement")))


def _redirect(source: Source, body: bodies.Redirect, words: Words) -> Iterator[Part]:
    holder = source.after.holder
    rows = [(words.of("row", "name"), holder.name)]
    if body.to_body is not None:
        rows.append((words.of("row", "address"), body.to_body.address))
    yield Rows(words.of("part", "to"), tuple(rows))
    yield Section(words.tongue.t("field.reason"), (body.reason,))


def _confirm(source: Source, _body: bodies.Confirm, words: Words) -> Iterator[Part]:
    """Yield the whole request again: the confirmation is its official written form (Article 6)."""
    yield from asked.of_request(source.after, words)


def _postpone(_source: Source, body: bodies.Postpone, words: Words) -> Iterator[Part]:
    until = words.say("until", day=words.date(body.until)) if body.until else words.say("no_until")
    yield Section(words.tongue.t("field.reason"), (body.reason, until))


def _conditions(offered: bodies.OfferConditions, words: Words) -> Iterator[Part]:
    for name in ("conditions", "ground", "consultation"):
        yield Section(words.tongue.t(f"field.{name}"), (getattr(offered, name),))


def _offer(_source: Source, body: bodies.OfferConditions, words: Words) -> Iterator[Part]:
    yield from _conditions(body, words)


def _accept_conditions(source: Source, _body: bodies.AcceptConditions, words: Words) -> Iterator[Part]:
    """Yield the conditions to which the requesting authority binds itself (Article 7)."""
    if source.request.conditions is not None:
        yield from _conditions(source.request.conditions, words)


def _decline_conditions(source: Source, body: bodies.DeclineConditions, words: Words) -> Iterator[Part]:
    yield from _accept_conditions(source, bodies.AcceptConditions(act=ActKind.ACCEPT_CONDITIONS), words)
    yield Section(words.tongue.t("field.reason"), (body.reason,))


def _refuse(source: Source, body: bodies.Refuse, words: Words) -> Iterator[Part]:
    """Yield what is refused, with the reasons and the national law (Article 9)."""
    numbers = source.request.open_items() if body.items == "all" else body.items
    yield Items(words.of("part", "refused_items"), tuple(_item(source.request, number, words) for number in numbers))
    yield Section(words.tongue.t("field.reasons"), (body.reasons,))
    yield Section(words.tongue.t("field.national_law"), (body.national_law,))
    if left := source.after.open_items():
        lines = tuple(_item(source.request, number, words) for number in left)
        yield Items(words.of("part", "open_items"), lines)


def _report(source: Source, body: bodies.ReportResults, words: Words) -> Iterator[Part]:
    """Yield the results, and for what and how they may be used (Articles 7 and 10)."""
    if body.items:
        outcomes = tuple(
            Numbered(one.number, asked.lead_of(source.request, one.number, words), (one.outcome,)) for one in body.items
        )
        yield Items(words.of("part", "outcomes"), outcomes)
    yield Section(words.of("part", "results_text"), (body.text,))
    if body.executed_at is not None:
        at = words.moment(body.executed_at, source.author.zone)
        yield Section(words.tongue.t("field.executed_at"), (at,))
    open_items = [item.number for item in source.after.items if item.state is AssistanceState.OPEN]
    if open_items:
        lines = tuple(_item(source.request, number, words) for number in open_items)
        yield Items(words.of("part", "open_items"), lines)
    yield Section(words.of("part", "purposes"), (*purposes(source.request), words.say("use_only")))
    if source.request.binding:
        conditions = tuple(one.conditions for one in source.request.binding)
        yield Section(words.of("part", "conditions"), conditions)


def purposes(request: Request) -> tuple[str, ...]:
    """Return the purposes for which results may be used: the request's, and those consented to (Article 10)."""
    granted = (
        ask.asked.purpose
        for ask in request.asked(AskKind.OTHER_USE)
        if isinstance(ask.answered, bodies.GrantOtherUse) and isinstance(ask.asked, bodies.AskOtherUse)
    )
    return (request.submitted.purpose, *granted)


def _presence(_source: Source, body: bodies.AskPresence, words: Words) -> Iterator[Part]:
    people = tuple(
        f"{place}. " + words.say("person", name=one.name, position=one.position)
        for place, one in enumerate(body.people, 1)
    )
    yield Section(words.of("part", "people"), people)
    yield Section(words.tongue.t("field.reason"), (body.reason,))


def _item(request: Request, number: int, words: Words) -> Numbered:
    """Return an item of the request in its own words."""
    return Numbered(number, asked.lead_of(request, number, words), (request.submitted.assistance[number - 1].text,))


_OWN: Final[dict[ActKind, Callable[[Source, Any, Words], Iterator[Part]]]] = {
    ActKind.REDIRECT: _redirect,
    ActKind.CONFIRM: _confirm,
    ActKind.POSTPONE: _postpone,
    ActKind.OFFER_CONDITIONS: _offer,
    ActKind.ACCEPT_CONDITIONS: _accept_conditions,
    ActKind.DECLINE_CONDITIONS: _decline_conditions,
    ActKind.REFUSE: _refuse,
    ActKind.REPORT_RESULTS: _report,
    ActKind.ASK_PRESENCE: _presence,
}
"""The acts whose letters say more than their fields."""
