"""From an act as the record holds it to the letter that it is in writing (Articles 6, 7 and 9).

A letter follows from the record alone: the entry, the request before and after it, and for the request itself its first
receipt. What the registry says today is not in it, so that the same record always gives the same letter.
"""

from collections.abc import Iterator
from datetime import datetime

from exchange.core.access import Relation, relation
from exchange.core.acts import ACTS
from exchange.core.request import AuthorityRef, Entry
from exchange.core.rules import article
from exchange.letters import parts
from exchange.letters.code import code_of
from exchange.letters.letter import Letter, Part, Party, Rows, Seal, Signer
from exchange.letters.source import Source
from exchange.letters.words import Words
from schemas.requests import Signatory, Submission
from schemas.vocabulary import ActKind, Handling, Side


def compose(source: Source, words: Words) -> Letter:
    """Return the letter of an act."""
    request, entry, author = source.request, source.entry, source.author
    paper = getattr(entry.body, "paper", None)
    number = numbered(source)
    date = words.date(paper.dated) if paper else words.day_of(entry.at, author.zone)
    official = request.submitted.handling is Handling.OFFICIAL_USE
    variant = parts.variant(source.entry.body, source.after)
    heading = words.of("heading", variant)
    return Letter(
        title=f"{heading}. {request.number}",
        author=author.name,
        heading=heading,
        basis=article(ACTS[entry.kind].rule),
        head=_party(words, author),
        number=number,
        date=date,
        refers=tuple(_refers(source, words)),
        addressees=(_party(words, addressee(source)),),
        copies=tuple(_party(words, one, parts.address_in(entry.body)) for one in _copies(source)),
        lead=_lead(source, variant, words),
        parts=(*parts.of_act(source, words), *_attached(source, words), *_entered(source, words)),
        signer=_signer(entry, words),
        seal=_seal(source, words),
        code=code_of(source.digest),
        running=f"№ {number}, {date}",
        mark=words.tongue.t("handling.official_use") if official else None,
        sample=words.of("seal", "sample") if source.sample else None,
        remarks=(words.say("unsigned"),) if _unsigned(entry) else (),
    )


def numbered(source: Source) -> str:
    """Return a letter's number: a paper's own; else the author's of the request, with the act's place in the record."""
    request, entry = source.request, source.entry
    if isinstance(entry.body, Submission):
        return request.number
    if (paper := getattr(entry.body, "paper", None)) is not None:
        return str(paper.number)
    own = request.number if source.side is Side.REQUESTING else request.received_number or source.after.received_number
    return f"{own or request.number}/{entry.seq}"


def addressee(source: Source) -> AuthorityRef:
    """Return who is written to: the other side."""
    return source.after.requesting if source.side is Side.REQUESTED else source.request.holder


def _copies(source: Source) -> tuple[AuthorityRef, ...]:
    """Return who gets the letter too: the body to which a request is passed on (Article 7)."""
    return (source.after.holder,) if source.entry.kind is ActKind.REDIRECT else ()


def _party(words: Words, of: AuthorityRef, address: str | None = None) -> Party:
    return Party(name=of.name, state=words.state(of.country), address=address)


def _refers(source: Source, words: Words) -> Iterator[str]:
    """Yield the lines under a letter's number: the author's own reference, or the number of what it is an answer to."""
    request = source.request
    if isinstance(source.entry.body, Submission):
        yield words.say("reference", reference=request.submitted.reference)
    elif source.side is Side.REQUESTED:
        date = words.day_of(request.submitted_at, request.requesting.zone)
        yield words.say("reply", number=request.number, date=date)
        yield words.say("reference", reference=request.submitted.reference)
    elif request.received_number and request.received_at:
        date = words.day_of(request.received_at, request.holder.zone)
        yield words.say("reply", number=request.received_number, date=date)


def _lead(source: Source, variant: str, words: Words) -> tuple[str, ...]:
    """Return the first sentences: which request it is about, and what is done."""
    request, body = source.request, source.entry.body
    if isinstance(body, Submission):
        return (words.of("lead", ActKind.SUBMIT),)
    date = words.day_of(request.submitted_at, request.requesting.zone)
    about = words.say("about", number=request.number, date=date) + "."
    urgent = request.submitted.urgent
    transmitted = words.moment(urgent.transmitted_at, request.requesting.zone) if urgent else ""
    lead = words.own["lead"].get(variant, "")
    return (about, lead.format(transmitted=transmitted)) if lead else (about,)


def _attached(source: Source, words: Words) -> Iterator[Part]:
    """Yield the documents attached: name, size in bytes, digest."""
    if source.attached:
        rows = ((one.name, words.say("attachment", size=one.size, sha256=one.sha256)) for one in source.attached)
        yield Rows(words.of("part", "attachments"), tuple(rows))


def _entered(source: Source, words: Words) -> Iterator[Part]:
    """Yield how an act came on paper, and who entered it for a body without a node."""
    rows = list(parts.paper_rows(source.entry.body, source.author.zone, words))
    if relation(source.request, source.entry.author) is Relation.STEWARD:
        steward = next(one.name for one in source.request.past_holders if one.code == source.entry.author)
        rows.append((words.of("row", "entered"), steward))
    if rows:
        yield Rows(words.of("part", "paper"), tuple(rows), "box")


def _signer(entry: Entry, words: Words) -> Signer | None:
    """Return who signs (Article 6); an act that needs no signature bears none."""
    signatory: Signatory | None = getattr(entry.body, "signatory", None)
    if signatory is None:
        return None
    return Signer(signatory.name, words.of("position", signatory.position), signatory.acting_under)


def _unsigned(entry: Entry) -> bool:
    """Tell whether a request was transmitted without the signature that its confirmation bears (Article 6)."""
    return isinstance(entry.body, Submission) and entry.body.signatory is None


def _seal(source: Source, words: Words) -> Seal:
    """Return the stamp of the electronic signature."""
    entry, own = source.entry, words.own["seal"]
    names = {one.code: one.name for one in (*source.request.past_holders, source.request.holder)}
    names[source.request.requesting.code] = source.request.requesting.name
    rows = [(own["authority"], f"{names.get(entry.author, entry.author)} ({entry.author})")]
    signatory: Signatory | None = getattr(entry.body, "signatory", None)
    if signatory is not None:
        position = words.of("position", signatory.position)
        rows.append((own["signatory"], f"{signatory.name}, {position.lower()}"))
    rows += [
        (own["key"], source.key),
        (own["digest"], f"{source.digest.hex()[:32]}…"),
        (own["entry"], f"{source.request.number}, № {entry.seq}"),
        (own["at"], _at(entry.recorded_at, source.author.zone, words)),
    ]
    return Seal(own["title"], tuple(rows), own["code"], own["where"])


def _at(instant: datetime, zone: str, words: Words) -> str:
    return words.moment(instant, zone)
