"""The extract from an item's card and record: as much as its reader's body sees; it bears the mark that it tells of."""

from collections.abc import Iterator

from exchange.letters.letter import Items, Letter, Line, Numbered, Part, Rows
from exchange.letters.words import Words
from exchange.protection.core.acts import ACTS
from exchange.protection.core.bound import binding, rules_for
from exchange.protection.papers import sheet
from exchange.protection.papers.sheet import Sheet
from exchange.protection.papers.source import Source
from schemas.protection import ConfirmReceipt
from schemas.protection_views import ProtectedCopyView
from schemas.secrecy import CopyState, Mark


def extract(source: Source, words: Words) -> Letter:
    """Return the card, the copies with where each is, the receipts and the acts."""
    view, reader, last = source.view, source.reader, source.entry
    at = words.moment(last.recorded_at, reader.zone)
    parts: list[Part] = [Rows(words.of("part", "card"), tuple(_card(source, words)))]
    if view.copies:
        parts.append(Items(words.of("part", "copies"), tuple(_copy(source, each, words) for each in view.copies)))
    if received := tuple(_receipts(source, words)):
        parts.append(Rows(words.of("part", "receipts"), received))
    parts.append(Rows(words.of("part", "acts"), tuple(_acts(source, words))))
    return sheet.laid(
        Sheet(
            heading="extract",
            author=reader,
            number=view.own_number,
            date=words.day_of(last.recorded_at, reader.zone),
            rules=rules_for(("A-7.4",), reader.party, source.names.law, binding(source.sight.item, reader.party)),
            lead=words.of("lead", "extract", at=at),
            parts=parts,
            mark=source.names.stamp(reader.party, view.mark) if source.sight.named and view.mark else None,
        ),
        source.proof,
        source.names,
        words,
        sample=source.sample,
    )


def _card(source: Source, words: Words) -> Iterator[Line]:
    """Yield what is known of the item; what is not for the reader's eyes is left out."""
    view = source.view
    told: dict[str, str | None] = {
        "register_number": view.register_number,
        "own_number": None if view.own_number == view.register_number else view.own_number,
        "state": words.of("item_state", view.state),
        "kind": words.of("item_kind", view.kind),
        "mark": _mark(source, source.reader.code, view.mark, words),
        "designation": view.designation,
        "purpose": view.purpose,
        "requirements": view.requirements.text if view.requirements else None,
        "originator": sheet.body(view.originator, source.names, words),
        "makers": "\n".join(sheet.body(code, source.names, words) for code in view.makers) if view.makers[1:] else None,
        "registered": words.moment(view.registered_at, source.reader.zone),
    }
    yield from ((words.of("row", name), value) for name, value in told.items() if value is not None)


def _copy(source: Source, copy: ProtectedCopyView, words: Words) -> Numbered:
    kind, state = words.of("copy_kind", copy.kind), words.of("copy_state", copy.state)
    return Numbered(
        copy.number,
        words.say("copy", number=copy.number, kind=kind, state=state),
        tuple(_lines(source, copy, words)),
    )


def _lines(source: Source, copy: ProtectedCopyView, words: Words) -> Iterator[str]:
    """Yield where a copy is, under which mark and number, how it came there, and what was made of it (A-N7)."""
    zone = source.reader.zone
    gone = copy.state is CopyState.DESTROYED
    yield words.say("last_holder" if gone else "holder", body=sheet.body(copy.holder, source.names, words))
    yield words.say("own_number", number=copy.own_number)
    yield words.say("holder_mark", mark=_mark(source, copy.holder, copy.mark, words))
    if copy.made_from is not None:
        yield words.say("made_from", number=copy.made_from)
    if copy.language is not None:
        yield words.say("language", language=copy.language)
    if copy.came_by:
        yield words.say("came_by", bodies=", ".join(sheet.body(code, source.names, words) for code in copy.came_by))
    if copy.transit is not None:
        yield words.say(
            "transit",
            at=words.moment(copy.transit.dispatched_at, zone),
            sender=sheet.body(copy.transit.sender, source.names, words),
            recipient=sheet.body(copy.transit.recipient, source.names, words),
        )
    for note in copy.notes:
        yield words.say(
            "noted",
            date=words.day_of(note.at, zone),
            made=sheet.copies(note.made, words),
            to_whom=note.to_whom,
            made_by=note.made_by,
        )


def _receipts(source: Source, words: Words) -> Iterator[Line]:
    """Yield the confirmations of receipt that the reader sees."""
    for entry in source.record:
        body = entry.body
        if isinstance(body, ConfirmReceipt) and source.sight.entry(entry):
            copies, number = sheet.ranges(sorted(body.copies)), body.own_number
            line = words.say("receipt", copies=copies, number=number)
            at = words.tongue.moment(body.received_at, source.reader.zone)
            yield at, f"{sheet.body(entry.author, source.names, words)}: {line}"


def _acts(source: Source, words: Words) -> Iterator[Line]:
    """Yield the acts of the record in order."""
    for entry in source.record:
        label = words.say("entry", seq=entry.seq, at=words.tongue.moment(entry.recorded_at, source.reader.zone))
        author = sheet.body(entry.author, source.names, words)
        title = ACTS[entry.kind].title
        yield label, words.say("act", title=title[0].upper() + title[1:], body=author)


def _mark(source: Source, code: str, mark: Mark | None, words: Words) -> str:
    """Return the mark of a body's copy, as its Party writes it."""
    return words.say("mark_removed") if mark is None else source.names.mark(source.body(code).party, mark)
