"""The request itself in writing: all that Article 6 makes mandatory, in its order, and what goes along."""

from collections.abc import Iterator

from exchange.core.request import Request
from exchange.letters.letter import Items, Numbered, Part, Rows, Section
from exchange.letters.words import Words
from schemas.requests import StandingAgreement, Submission, Urgent
from schemas.vocabulary import Handling, TermBasis


def of_request(request: Request, words: Words) -> tuple[Part, ...]:
    """Return the parts of a request, numbered (Article 6)."""
    return tuple(_numbered(place, part) for place, part in enumerate(_parts(request, words), 1))


def lead_of(request: Request, number: int, words: Words) -> str:
    """Return in which form of Article 5 an item asks for assistance, and on what subject."""
    item = request.submitted.assistance[number - 1]
    form = words.of("form", item.form)
    return f"{form} {words.of('subject', item.subject)}" if item.subject else form


def _numbered(place: int, part: Part) -> Part:
    label = f"{place}. {part.label}"
    if isinstance(part, Section):
        return Section(label, part.lines)
    if isinstance(part, Items):
        return Items(label, part.items)
    return Rows(label, part.rows, part.kind)


def _parts(request: Request, words: Words) -> Iterator[Part]:
    """Yield the parts in the order of Article 6."""
    body, own = request.submitted, words.own["part"]
    yield Section(own["requesting"], (_named(request.requesting.name, words.state(request.requesting.country)),))
    first = (*request.past_holders, request.holder)[0]
    yield Section(own["requested"], (_named(first.name, words.state(first.country)),))
    yield Section(own["purpose"], (body.purpose,))
    yield Section(own["grounds"], (body.grounds,))
    yield Section(own["substance"], (body.substance,))
    if body.matters:
        yield Section(own["matters"], tuple(f"— {words.of('matter', one)}" for one in body.matters))
    yield Items(own["assistance"], tuple(_item(request, number, words) for number in range(1, len(request.items) + 1)))
    yield Section(own["term"], tuple(_term(body, words)))
    if body.urgent is not None:
        yield Rows(own["urgent"], tuple(_urgent(body.urgent, request.requesting.zone, words)))
    if body.other_information is not None:
        yield Section(own["other_information"], (body.other_information,))
    if isinstance(body.protected, tuple) and body.protected:
        yield Section(own["protected"], (words.say("protected", names=", ".join(body.protected)),))
    if body.handling is Handling.OFFICIAL_USE:
        yield Section(own["handling"], (words.say("official_use"),))


def _named(name: str, state: str | None) -> str:
    return f"{name} ({state})" if state else name


def _item(request: Request, number: int, words: Words) -> Numbered:
    """Return an item with the treaty that it cites."""
    item = request.submitted.assistance[number - 1]
    cited = (f"{words.tongue.t('field.citation')}: {item.citation}",) if item.citation else ()
    return Numbered(number, lead_of(request, number, words), (item.text, *cited))


def _term(body: Submission, words: Words) -> Iterator[str]:
    """Yield the execution term with its basis (Articles 6 and 7)."""
    term = body.execution_term
    days = words.tongue.n("span.days", term.days)
    if term.basis is TermBasis.PROTOCOL:
        yield words.say("days_protocol", days=days)
    else:
        yield words.say("days_treaty", days=days, citation=term.citation)
    if term.note is not None:
        yield term.note


def _urgent(urgent: Urgent, zone: str, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the grounds of the urgent path (Article 6)."""
    own, agreement = words.own["row"], urgent.agreement
    yield own["persons"], urgent.persons
    yield own["reason"], urgent.reason
    yield own["channel"], urgent.channel
    if isinstance(agreement, StandingAgreement):
        yield own["agreement"], words.say("standing", code=agreement.id)
    else:
        yield own["agreement"], words.say("ad_hoc", citation=agreement.citation, date=words.date(agreement.date))
    yield own["transmitted_at"], words.moment(urgent.transmitted_at, zone)
