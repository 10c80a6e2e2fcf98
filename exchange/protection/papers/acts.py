"""The papers of acts: cover letter, confirmation of receipt, act of destruction.

They go open, by post and over desks: they name register numbers and copies, never the designation, the mark or the
purpose; nor how receipt is to be confirmed, which follows from the mark (KL-6.3).
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from exchange.letters.letter import Items, Letter, Line, Numbered, Rows, Section
from exchange.letters.words import Words
from exchange.protection.core.bound import binding, rules_for
from exchange.protection.core.item import NumberedCopy, Transit
from exchange.protection.papers import sheet
from exchange.protection.papers.sheet import Sheet
from exchange.protection.papers.source import Source
from schemas import protection as bodies
from schemas.protection import Written
from schemas.regimes import Regime
from schemas.secrecy import DutyKind, ItemAct

DOCUMENTED: Final = "A-7.9"
"""Destruction is documented and excludes recovery, whatever else a regime says."""


def cover(source: Source, words: Words) -> Letter:
    """Return the letter that copies travel with, out or back (A-6.2, A-6.4, A-7.8, KA-5.6, KL-6.2, R-12)."""
    act: bodies.Dispatch | bodies.Return = _act(source, bodies.Dispatch | bodies.Return)
    transit = dict(source.entry.ruling.transits)[act.copies[0]]
    variant = "cover" if act.act is ItemAct.DISPATCH else "return"
    rows = [*_which(source, act.copies, words), (words.of("row", "channel"), words.of("channel", act.channel))]
    if act.transport is not None:
        agreed = _written(act.transport.agreed, words)
        rows.append((words.of("row", "transport"), words.say("transport", agreed=agreed)))
    return sheet.laid(
        Sheet(
            heading=variant,
            author=transit.sender,
            number=act.cover_document.reference,
            date=words.date(act.cover_document.date),
            rules=_rules(source, transit, act),
            addressees=(transit.recipient,),
            lead=words.of("lead", variant, number=source.item.number),
            parts=(
                Rows(words.of("part", "dispatch"), tuple(rows)),
                Section(words.of("part", "confirming"), (_confirming(source, words),)),
            ),
        ),
        source.proof,
        source.names,
        words,
        sample=source.sample,
    )


def receipt(source: Source, words: Words) -> Letter:
    """Return the confirmation of receipt, with the number that the recipient gave (A-6.3, A-7.2, KA-5.6, KL-6.3)."""
    act: bodies.ConfirmReceipt = _act(source, bodies.ConfirmReceipt)
    copy = _copies(source, act.copies)[0]
    transit = _transit(copy)
    author = transit.recipient
    rows = [
        *_which(source, act.copies, words),
        (words.of("row", "received"), words.moment(act.received_at, author.zone)),
        (words.of("row", "own_number"), act.own_number),
    ]
    if act.own_mark is not None:
        rows.append((words.of("row", "own_mark"), words.say("own_mark")))
    dated = act.reference
    return sheet.laid(
        Sheet(
            heading="receipt",
            author=author,
            number=dated.reference if dated else act.own_number,
            date=words.date(dated.date) if dated else words.day_of(act.received_at, author.zone),
            rules=(each.receipt.rule for each in _regimes(source, copy)),
            addressees=(transit.sender,),
            lead=words.of("lead", "receipt", number=source.item.number),
            parts=(Rows(words.of("part", "received"), tuple(rows)),),
        ),
        source.proof,
        source.names,
        words,
        sample=source.sample,
    )


def destruction(source: Source, words: Words) -> Letter:
    """Return the act of destruction: what, how, by whom, when, by whose consent (A-7.8, A-7.9, KA-6.6, KL-7)."""
    act: bodies.Destroy = _act(source, bodies.Destroy)
    copies = _copies(source, act.copies)
    rows = [
        *_which(source, act.copies, words),
        (words.of("row", "date"), words.date(act.date)),
        (words.of("row", "method"), act.method),
        *_consent(source, act, words),
    ]
    people = (Numbered(place, name, (words.say("signed"),)) for place, name in enumerate(act.people, 1))
    parts: list[Any] = [Rows(words.of("part", "destroyed"), tuple(rows))]
    if act.crisis is not None:
        parts.append(Section(words.of("part", "crisis"), (act.crisis,)))
    parts.append(Section(words.of("part", "irrecoverable"), (words.say("irrecoverable"),)))
    parts.append(Items(words.of("part", "people"), tuple(people)))
    given = {passage.giver.code: passage.giver for copy in copies for passage in copy.path[-1:]}
    return sheet.laid(
        Sheet(
            heading="destruction",
            author=source.body(source.entry.author),
            number=act.document.reference,
            date=words.date(act.document.date),
            rules=_of_destruction(source, copies),
            addressees=tuple(given.values()),
            lead=words.of("lead", "destruction", number=source.item.number),
            parts=parts,
            signed=False,
        ),
        source.proof,
        source.names,
        words,
        sample=source.sample,
    )


def _of_destruction(source: Source, copies: tuple[NumberedCopy, ...]) -> tuple[str, ...]:
    """Return what a destruction rests on: that it is documented, and each treaty's own rule."""
    regimes = [regime for copy in copies for regime in _regimes(source, copy)]
    law, party = source.names.law, source.body(source.entry.author).party
    under = {regime.id for regime in regimes} or binding(source.sight.item, party)
    return (*rules_for((DOCUMENTED,), party, law, under), *(regime.destruction_rule for regime in regimes))


def _act(source: Source, kind: Any) -> Any:
    """Return what the act carries; raise TypeError where the paper is not one of such acts."""
    if not isinstance(source.entry.body, kind):
        raise TypeError(source.entry.kind)
    return source.entry.body


def _which(source: Source, numbers: Iterable[int], words: Words) -> Iterator[Line]:
    """Yield what the paper is about, by numbers alone."""
    yield words.of("row", "register_number"), source.item.number
    yield words.of("row", "copy_numbers"), sheet.copies(numbers, words)


def _rules(source: Source, transit: Transit, act: bodies.Dispatch | bodies.Return) -> Iterator[str]:
    """Yield the rules that the way rests on; one may go back by what gave it."""
    if transit.passage is None:
        yield from (each.return_rule for each in _regimes(source, _copies(source, act.copies)[0]))
        return
    for regime in source.names.regimes(transit.passage.regimes):
        yield from (each.rule for each in regime.channels if each.channel is act.channel)


def _regimes(source: Source, copy: NumberedCopy) -> tuple[Regime, ...]:
    """Return the regimes that a copy came under, or comes."""
    passage = copy.transit.passage if copy.transit is not None else None
    passage = passage or next(iter(copy.path[-1:]), None)
    return () if passage is None else source.names.regimes(passage.regimes)


def _confirming(source: Source, words: Words) -> str:
    due = next((each for each in source.entry.ruling.due if each.kind is DutyKind.RECEIPT), None)
    return words.say("confirm") if due is None else words.say("confirm_by", day=words.date(due.calculation.due_on))


def _consent(source: Source, act: bodies.Destroy, words: Words) -> Iterator[Line]:
    """Yield the written consent that was used."""
    consent = source.item.consent(act.consent)
    if consent is not None:
        lines = (
            words.say(
                "given",
                reference=each.reference,
                body=sheet.body(each.body, source.names, words),
                date=words.day_of(each.at, source.body(source.entry.author).zone),
            )
            for each in consent.given
        )
        yield words.of("row", "consent"), "\n".join(lines)


def _copies(source: Source, numbers: Iterable[int]) -> tuple[NumberedCopy, ...]:
    return tuple(source.item.copies[number - 1] for number in numbers)


def _transit(copy: NumberedCopy) -> Transit:
    if copy.transit is None:
        raise TypeError("the copy is not on its way")
    return copy.transit


def _written(paper: Written, words: Words) -> str:
    return words.say("written", reference=paper.reference, date=words.date(paper.date))
