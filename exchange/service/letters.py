"""The written form of a request and of its acts: for whom it is, what it says, and whether a code leads to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from exchange.core.access import Actor
from exchange.core.errors import NotThere, RecordBroken
from exchange.core.fold import apply, begin
from exchange.core.record import Sealed, faults
from exchange.core.request import Entry, Request
from exchange.letters import code
from exchange.letters.compose import compose
from exchange.letters.letter import Letter
from exchange.letters.press import Press
from exchange.letters.source import Attached, Source
from exchange.letters.words import Words
from exchange.seals import key_of
from exchange.service import audit, queries
from exchange.service.keys import Keyring
from exchange.service.verify import open_entry
from exchange.store import letters as store
from exchange.store import record
from exchange.store.database import Connection
from schemas.views import LetterView
from schemas.vocabulary import ActKind, Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A letter ready for the press, dated with the entry that it tells of; `name` is that of its file."""

    letter: Letter
    at: datetime
    name: str

    async def printed(self, press: Press) -> bytes:
        """Return it as PDF; call it outside the transaction, since it takes a few milliseconds of another thread."""
        return await press.printed(self.letter, self.at)


async def letter(
    conn: Connection,
    keys: Keyring,
    words: Words,
    request_id: UUID,
    seq: int,
    actor: Actor,
    now: datetime,
    *,
    sample: bool,
) -> Draft:
    """Return the letter of an act that the caller may see, and note that it was read; raise NotThere.

    A letter is made of a record that proves itself only: RecordBroken is raised otherwise.
    """
    loaded = await queries.load(conn, request_id, actor)
    if not 1 <= seq <= loaded.request.seq:
        raise NotThere
    sealed = await record.entries(conn, request_id, through=loaded.request.seq)
    await keys.have(conn, {one.author for one in sealed})
    drawn = draw(keys, words, str(request_id), sealed, seq, sample=sample)
    await store.keep(conn, drawn.letter.code, request_id, seq)
    await audit.note(conn, actor, Deed.READ_LETTER, now, request=request_id, subject=str(seq))
    return drawn


def draw(
    keys: Keyring,
    words: Words,
    request_id: str,
    sealed: Sequence[Sealed],
    seq: int,
    *,
    sample: bool,
) -> Draft:
    """Return the letter of an act of a proved record; raise RecordBroken."""
    own = sealed[seq - 1]
    entries = [open_entry(keys, request_id, one) for one in sealed]
    stages = _stages(request_id, entries)
    received = next(
        (stage for entry, stage in zip(entries, stages, strict=True) if entry.kind is ActKind.RECEIVE), None
    )
    source = Source(
        entry=entries[seq - 1],
        before=stages[seq - 2] if seq > 1 else None,
        after=stages[seq - 1],
        received=received,
        digest=own.digest,
        key=key_of(own.jws),
        attached=_attached(entries[seq - 1]),
        sample=sample,
    )
    number = stages[0].number.replace("/", "-")
    name = f"{number}.pdf" if seq == 1 else f"{number}-{seq}-{own.act}.pdf"
    return Draft(letter=compose(source, words), at=own.recorded_at, name=name)


async def verify(conn: Connection, keys: Keyring, typed: str, actor: Actor, now: datetime) -> LetterView:
    """Return which act a code belongs to and whether its record proves; raise NotThere for anybody else's."""
    wanted = code.read(typed)
    if wanted is None:
        raise NotThere
    found = await store.of_code(conn, wanted)
    if found is None:
        raise NotThere
    loaded = await queries.load(conn, found.request, actor)
    if found.seq > loaded.request.seq:
        raise NotThere
    sealed = await record.entries(conn, found.request, through=found.seq)
    own = sealed[-1]
    wrong = [*faults(sealed), *_unproved(keys, str(found.request), sealed)]
    await audit.note(conn, actor, Deed.READ_LETTER, now, request=found.request, subject=str(found.seq))
    return LetterView(
        code=wanted,
        request=str(found.request),
        number=loaded.request.number,
        seq=own.seq,
        act=ActKind(own.act),
        author=own.author,
        at=own.at,
        recorded_at=own.recorded_at,
        digest=own.digest.hex(),
        proved=not wrong and code.code_of(own.digest) == wanted,
    )


def _unproved(keys: Keyring, request_id: str, sealed: Sequence[Sealed]) -> list[str]:
    """Return what of a record does not prove itself."""
    wrong = []
    for one in sealed:
        try:
            open_entry(keys, request_id, one)
        except RecordBroken as broken:
            wrong.append(str(broken))
    return wrong


def _stages(request_id: str, entries: Sequence[Entry]) -> list[Request]:
    """Return the request after each entry."""
    stages = [begin(request_id, entries[0])]
    for entry in entries[1:]:
        stages.append(apply(stages[-1], entry))
    return stages


def _attached(entry: Entry) -> tuple[Attached, ...]:
    """Return the documents that go with an act, as its ruling keeps them."""
    return tuple(
        Attached(name=one.name, size=one.size, sha256=one.sha256) for one in getattr(entry.ruling, "attachments", ())
    )
