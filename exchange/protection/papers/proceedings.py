"""The letter on a visit and the reasoned proposal of a release: whole, with every field that the law asks for."""

from collections.abc import Iterator
from dataclasses import dataclass

from exchange.letters.letter import Items, Letter, Line, Numbered, Part, Rows, Section
from exchange.letters.words import Words
from exchange.protection.core.marks import highest
from exchange.protection.core.naming import ELEMENTS
from exchange.protection.core.release import Case, checklist
from exchange.protection.core.scene import Body
from exchange.protection.core.visits import Visit
from exchange.protection.papers import sheet
from exchange.protection.papers.sheet import Sheet
from exchange.protection.papers.source import Names, Proof
from schemas.release import Secret, Visitor


@dataclass(frozen=True, slots=True)
class Ground:
    """What such a paper rests on beside the visit or the case: the record's number, names, the proof."""

    names: Names
    proof: Proof
    sample: bool


def visit_letter(visit: Visit, ground: Ground, words: Words) -> Letter:
    """Return the letter on a visit, to whoever answers for the host (A-6.5, A-N2, KA-9, KL-9)."""
    names, asked = ground.names, visit.request
    told: dict[str, str | None] = {
        "host": sheet.body(visit.host.code, names, words),
        "first_day": words.date(asked.first_day) if asked.first_day else None,
        "length": words.tongue.n("span.days", asked.length_days) if asked.length_days else None,
        "degree": names.mark(visit.host.party, asked.degree) if asked.degree else None,
        "visit_purpose": asked.purpose,
        "questions": asked.questions,
        "bodies_to_visit": asked.bodies_to_visit,
        "people_to_meet": asked.people_to_meet,
        "providing_document": asked.providing_document,
    }
    visitors = (
        Numbered(place, _named(each, words), tuple(_visitor(each, visit.sender, names, words)))
        for place, each in enumerate(asked.visitors, 1)
    )
    parts: list[Part] = [
        Rows(words.of("part", "visit"), tuple(_rows(told, words))),
        Items(words.of("part", "visitors"), tuple(visitors)),
    ]
    if visit.late:
        late = (
            words.say("late", day=words.date(each.last_day), article=words.tongue.article(each.rule) or each.rule)
            for each in visit.late
        )
        parts.append(Section(words.of("part", "late"), tuple(late)))
    proof = ground.proof
    paper = Sheet(
        heading="visit",
        author=visit.sender,
        number=proof.number,
        date=words.day_of(visit.requested_at, visit.sender.zone),
        rules=[regime.visits.rule for regime in names.regimes(visit.regimes)] or ["A-6.5"],
        lead=words.of("lead", "visit"),
        addressees=[Body(code, visit.host.party, visit.host.zone) for code in sorted(visit.competent)] or [visit.host],
        parts=parts,
    )
    return sheet.laid(paper, proof, names, words, sample=ground.sample)


def proposal(case: Case, ground: Ground, words: Words) -> Letter:
    """Return the reasoned proposal to the body that classifies, with the treaty's elements (R-4, R-5, R-10).

    It names what it would give: it bears the highest mark of that.
    """
    names, asked, proof = ground.names, case.proposal, ground.proof
    draft = asked.treaty_draft
    told: dict[str, str | None] = {
        "recipient": sheet.body(case.recipient.code, names, words),
        "visit_purpose": asked.purpose,
        "term": words.date(asked.term) if asked.term else None,
        "effect": asked.effect,
        "compensation": asked.compensation,
        "treaty_draft": words.say("written", reference=draft.reference, date=words.date(draft.date)) if draft else None,
    }
    secrets = asked.secrets or ()
    party = case.applicant.party
    order = names.law.orders[party]
    lacking = words.say("lacking")
    elements = tuple(
        (
            ELEMENTS[each.element].capitalize(),
            ", ".join(dict.fromkeys(words.tongue.article(rule) or rule for rule in each.rules)) or lacking,
        )
        for each in checklist(order, names.regimes(case.regimes))
    )
    mark = highest(each.mark for each in secrets)
    paper = Sheet(
        heading="proposal",
        author=case.applicant,
        number=proof.number,
        date=words.day_of(case.proposed_at, case.applicant.zone),
        rules=("R-5",),
        lead=words.of("lead", "proposal"),
        addressees=[Body(case.classification_body, party, case.applicant.zone)],
        parts=(
            Rows(words.of("part", "proposal"), tuple(_rows(told, words))),
            Items(words.of("part", "secrets"), tuple(_secrets(secrets, party, names, words))),
            Rows(words.of("part", "treaty"), elements),
        ),
        mark=None if mark is None else names.stamp(party, mark),
    )
    return sheet.laid(paper, proof, names, words, sample=ground.sample)


def _rows(told: dict[str, str | None], words: Words) -> Iterator[Line]:
    yield from ((words.of("row", name), value) for name, value in told.items() if value is not None)


def _named(visitor: Visitor, words: Words) -> str:
    return " ".join(filter(None, (visitor.surname, visitor.given_names))) or words.say("visitor")


def _visitor(visitor: Visitor, sender: Body, names: Names, words: Words) -> Iterator[str]:
    """Yield who comes, as far as the letter says; the clearance is one of the sender's Party."""
    if visitor.birth_date is not None:
        yield words.say("born", day=words.date(visitor.birth_date), place=visitor.birth_place or "—")
    for name in ("citizenship", "passport", "position"):
        if (value := getattr(visitor, name)) is not None:
            yield words.say(name, **{name: value})
    if visitor.body is not None:
        yield words.say("visitor_body", body=visitor.body)
    if visitor.clearance is not None:
        yield words.say("clearance", mark=names.mark(sender.party, visitor.clearance))


def _secrets(secrets: tuple[Secret, ...], party: str, names: Names, words: Words) -> Iterator[Numbered]:
    for place, each in enumerate(secrets, 1):
        lines = (
            words.say("degree", mark=names.mark(party, each.mark)),
            words.say("classified", by=each.classified_by, ground=each.ground),
        )
        yield Numbered(place, each.designation, lines)
