"""Papers for whoever may see what they are of: made of a proved record alone, written down before they are given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from exchange.core.errors import NotThere, RecordBroken
from exchange.core.record import Sealed, faults
from exchange.letters.letter import Letter
from exchange.letters.press import Press
from exchange.letters.words import Words
from exchange.protection.core.entry import Entry
from exchange.protection.core.fold import fold
from exchange.protection.core.release import Case
from exchange.protection.core.scene import Body, Caller
from exchange.protection.core.visits import Visit
from exchange.protection.module import Module
from exchange.protection.papers import proceedings as written
from exchange.protection.papers import words
from exchange.protection.papers.compose import OF, compose
from exchange.protection.papers.proceedings import Ground
from exchange.protection.papers.source import Names, Proof, Source, known
from exchange.protection.service import keys, proceedings, queries, trail
from exchange.protection.service.proceedings import Form, Kept
from exchange.protection.service.queries import Read
from exchange.protection.service.records import proved, subject
from exchange.protection.service.sealing import opened, said
from exchange.protection.service.trail import Deed
from exchange.protection.store import items, registry
from exchange.protection.store import proceedings as store
from exchange.seals import key_of
from exchange.store.database import Connection
from schemas.protection_views import ProtectedEntryView
from schemas.secrecy import PaperKind, Taken

LANGUAGE: Final = "ru"
T = TypeVar("T", Case, Visit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A paper ready for the press, dated with the entry that it tells of; `name` is that of its file."""

    letter: Callable[[Words], Letter]
    at: datetime
    name: str

    async def printed(self, press: Press) -> bytes:
        """Return it as PDF; call it outside the transaction. Raise NotPrinted."""
        return await press.printed(self.letter(words.over(press.words)), self.at)


async def paper(
    conn: Connection, module: Module, item_id: UUID, wanted: tuple[PaperKind, int | None], caller: Caller, now: datetime
) -> Draft:
    """Return a paper of an item, of one act by its place in the record or of the last such act; note that it was taken.

    Raise NotThere where the caller's body sees no such act, Refused for its role, RecordBroken for a record that does
    not prove itself.
    """
    kind, seq = wanted
    seen = await queries.load(conn, module, item_id, caller, now)
    place, kept = subject(item_id), await items.record(conn, item_id, through=seen.item.seq)
    sealed = await _proved(conn, module, [opened(module, place, each) for each in kept])
    record = tuple(proved(place, each, module.seals) for each in sealed)
    entry = _entry(seen, record, kind, seq)
    reader = seen.scene.bodies[caller.body]
    codes = {each.code for each in seen.item.known_bodies} | _grantors(seen) | {caller.body}
    source = Source(
        sight=seen.sight,
        view=queries.card(seen, now),
        reader=reader,
        record=record,
        entry=entry,
        before=fold(str(item_id), record[: entry.seq - 1]) if entry.seq > 1 else None,
        names=await _names(conn, module, codes),
        proof=_proof(sealed[entry.seq - 1], seen.item.number, known(seen.item, reader, entry.author)),
        sample=module.sandbox,
    )
    deed = Deed(taken=Taken.PAPER, item=item_id, told={"paper": kind, "seq": entry.seq})
    await trail.note(conn, module, deed, caller, now, seen.trail)
    return _draft(lambda words: compose(kind, source, words), source.proof, kind)


async def visit_letter(conn: Connection, module: Module, visit_id: UUID, caller: Caller, now: datetime) -> Draft:
    """Return the letter on a visit; note that it was taken. Raise NotThere, Refused, RecordBroken."""
    kept = await proceedings.read(conn, module, proceedings.VISIT, visit_id, caller)
    visit = kept.value
    codes = {visit.sender.code, visit.host.code, *visit.competent}
    ground = await _ground(conn, module, proceedings.VISIT, kept, visit.sender, codes)
    await _note(conn, module, kept, caller, now, PaperKind.VISIT)
    return _draft(lambda words: written.visit_letter(visit, ground, words), ground.proof, PaperKind.VISIT)


async def proposal(conn: Connection, module: Module, release: UUID, caller: Caller, now: datetime) -> Draft:
    """Return the proposal of a release; note that it was taken. Raise NotThere, Refused, RecordBroken."""
    kept = await proceedings.read(conn, module, proceedings.RELEASE, release, caller)
    case = kept.value
    codes = {case.applicant.code, case.recipient.code, case.classification_body}
    ground = await _ground(conn, module, proceedings.RELEASE, kept, case.applicant, codes)
    await _note(conn, module, kept, caller, now, PaperKind.PROPOSAL)
    return _draft(lambda words: written.proposal(case, ground, words), ground.proof, PaperKind.PROPOSAL)


def offered(record: Sequence[ProtectedEntryView]) -> tuple[tuple[PaperKind, int | None], ...]:
    """Return the papers that the reader of a record may have: the extract, and those of the acts that it sees."""
    acts = ((kind, each.seq) for each in record if each.body for kind, of in OF.items() if each.act in of)
    return ((PaperKind.EXTRACT, None), *acts)


def _entry(seen: Read, record: Sequence[Entry], kind: PaperKind, seq: int | None) -> Entry:
    """Return the act that a paper is of; raise NotThere."""
    if kind is PaperKind.EXTRACT and seq is None:
        return record[-1]
    acts = OF.get(kind, frozenset())
    fitting = [each for each in record if each.kind in acts and seq in (None, each.seq) and seen.sight.entry(each)]
    if not fitting:
        raise NotThere
    return fitting[-1]


def _grantors(seen: Read) -> set[str]:
    return {code for consent in seen.item.consents for code in consent.grantors}


async def _ground(
    conn: Connection, module: Module, form: Form[T], kept: Kept[T], author: Body, codes: Iterable[str]
) -> Ground:
    """Return what the first act of a proceeding rests on."""
    place = proceedings.subject(form.kind, kept.id)
    sealed = await _proved(conn, module, [opened(module, place, each) for each in await store.record(conn, kept.id)])
    for each in sealed:
        said(place, each, module.seals)
    return Ground(await _names(conn, module, codes), _proof(sealed[0], kept.number, author), module.sandbox)


async def _note(
    conn: Connection, module: Module, kept: Kept[T], caller: Caller, now: datetime, kind: PaperKind
) -> None:
    deed = Deed(taken=Taken.PAPER, proceeding=kept.id, told={"paper": kind})
    await trail.note(conn, module, deed, caller, now)


async def _proved(conn: Connection, module: Module, sealed: Sequence[Sealed]) -> Sequence[Sealed]:
    """Return a record whose chain holds, with the keys at hand that its seals are proved by; raise RecordBroken."""
    await keys.refresh(conn, module)
    for fault in faults(sealed):
        raise RecordBroken(fault)
    return sealed


async def _names(conn: Connection, module: Module, codes: Iterable[str]) -> Names:
    return Names(module.law, await registry.names(conn, codes, LANGUAGE))


def _proof(sealed: Sealed, number: str, author: Body) -> Proof:
    return Proof(
        author=author,
        number=number,
        seq=sealed.seq,
        recorded_at=sealed.recorded_at,
        digest=sealed.digest,
        key=key_of(sealed.jws),
    )


def _draft(letter: Callable[[Words], Letter], proof: Proof, kind: PaperKind) -> Draft:
    return Draft(letter=letter, at=proof.recorded_at, name=f"{proof.number.replace('/', '-')}-{proof.seq}-{kind}.pdf")
