"""Attachments: taken in, bound to acts, given out again, swept when no act came to carry them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

from exchange.core.access import Actor, Verb, may
from exchange.core.attachments import Upload, attachment_id, is_attachment_id, of_upload
from exchange.core.errors import FileBroken, NotThere, Refused
from exchange.core.objections import object_to
from exchange.core.request import AttachmentRef, Request
from exchange.files import Store, Stored, Writer
from exchange.files.sniff import contradicts, is_active, sniff
from exchange.service import audit
from exchange.service.database import Database
from exchange.service.work import Outcome
from exchange.store import attachments as store
from exchange.store.database import Connection
from schemas.vocabulary import Deed

WAIT: Final = timedelta(hours=24)
"""For how long an upload waits for an act to carry it, by the node's clock."""

FORGOTTEN_SECONDS: Final = 24 * 3600.0
"""After how long, in real time, bytes that no row knows are taken for left over by a crash."""

AT_ONCE: Final = 200
PROVED_FIRST: Final = 8 * 1024 * 1024
"""Largest file, in bytes, that is read and proved whole before anything of it goes out."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in, and its type by its bytes."""

    ref: AttachmentRef
    sniffed: str


def may_attach(actor: Actor) -> None:
    """Raise Refused for a role that prepares no acts."""
    if not may(actor.role, Verb.ATTACH):
        raise Refused((object_to("role_may_not"),))


def judge(upload: Upload, stored: Stored, authority: str) -> Taken:
    """Tell what arrived; raise Refused with everything that is wrong with it."""
    found = sniff(stored.head)
    lies = contradicts(upload.media_type, found)
    against = tuple(of_upload(upload, size=stored.size, digest=stored.sha256, found=found.media_type, lies=lies))
    if against:
        raise Refused(against)
    number = attachment_id(authority, stored.sha256, stored.size, upload.name, upload.media_type)
    active = is_active(upload.name, upload.media_type, found)
    ref = AttachmentRef(number, stored.sha256, stored.size, upload.name, upload.media_type, active)
    return Taken(ref, found.media_type)


async def keep(conn: Connection, writer: Writer, taken: Taken, actor: Actor, now: datetime) -> None:
    """Keep a file that was judged; the same again changes nothing. Raise Refused for a role that prepares no acts.

    The bytes come to their place before the transaction ends, and nobody removes them meanwhile: a row without its
    bytes never is, and bytes that a crash leaves without a row are swept.
    """
    may_attach(actor)
    await store.lock(conn, taken.ref.sha256)
    await writer.keep()
    await store.add(conn, actor.authority, taken.ref, taken.sniffed, now)
    await audit.note(conn, actor, Deed.UPLOADED, now, subject=taken.ref.id, detail={"size": taken.ref.size})


async def known(conn: Connection, actor: Actor, ids: Iterable[str]) -> Mapping[str, AttachmentRef]:
    """Return those of the ids that the actor's authority uploaded, and that are still there."""
    wanted = [name for name in ids if is_attachment_id(name)]
    return await store.known(conn, actor.authority, wanted) if wanted else {}


async def taken(conn: Connection, actor: Actor, ids: Iterable[str]) -> Mapping[str, AttachmentRef]:
    """Return what `known` does, for an act of this transaction: nobody sweeps it before that ends."""
    wanted = [name for name in ids if is_attachment_id(name)]
    return await store.taken(conn, actor.authority, wanted) if wanted else {}


async def bind(conn: Connection, request: Request, seq: int, ids: Sequence[str]) -> None:
    """Write down that an act carries what `taken` returned."""
    if ids:
        await store.bind(conn, UUID(request.id), seq, ids)


async def hold(conn: Connection, holder: UUID, ids: Sequence[str]) -> None:
    """Keep uploads from being swept while something unfinished (a draft) means to carry them; none lets go of all."""
    await store.hold(conn, holder, [name for name in ids if is_attachment_id(name)])


def carried(request: Request, number: str) -> AttachmentRef:
    """Return an attachment of a request as the caller sees that; raise NotThere."""
    found = next((one.file for one in request.attachments if one.file.id == number), None)
    if found is None:
        raise NotThere
    return found


async def own(conn: Connection, actor: Actor, number: str) -> AttachmentRef:
    """Return what the actor's own authority uploaded; raise NotThere."""
    found = (await known(conn, actor, (number,))).get(number)
    if found is None:
        raise NotThere
    return found


async def give_out(
    conn: Connection, files: Store, ref: AttachmentRef, actor: Actor, now: datetime, *, request: UUID | None, part: str
) -> None:
    """Write down that somebody downloads a file, having proved that it is there, a small one to its last byte.

    The caller ends the transaction before the first byte goes out: no record, no content. Raise FileBroken.
    """
    await prove(files, ref, whole=ref.size <= PROVED_FIRST)
    detail = {"sha256": ref.sha256, "part": part}
    await audit.note(conn, actor, Deed.DOWNLOADED, now, request=request, subject=ref.id, detail=detail)


async def prove(files: Store, ref: AttachmentRef, *, whole: bool) -> None:
    """Raise FileBroken unless the store holds a file of the size, and where `whole` is asked for, with the digest."""
    if not whole:
        if await files.size_of(ref.sha256) != ref.size:
            raise FileBroken(f"{ref.sha256}: it is gone or has another size")
        return
    async with files.reader(ref.sha256) as reader:
        while reader.size == ref.size and await reader.read():
            pass
        if reader.size != ref.size or reader.sha256 != ref.sha256:
            raise FileBroken(f"{ref.sha256}: the bytes are others")


@dataclass(frozen=True, slots=True)
class Sweep:
    """Removing uploads that no act came to carry, bytes that nothing needs, and what dead writers left."""

    db: Database = field(repr=False)
    files: Store = field(repr=False)
    places: "count[int]" = field(default_factory=count, repr=False)
    name: str = "files"

    async def run(self, now: datetime) -> Outcome:
        """Sweep once; bytes without a row are looked for in one of the store's 256 parts each time."""
        did = await self.files.sweep() > 0
        more = True
        while more:
            async with self.db.transaction() as conn:
                seen, freed = await store.drop_unbound(conn, now - WAIT, AT_ONCE)
            did, more = did or bool(freed), seen == AT_ONCE
            await self._removed(freed)
        held = await self.files.held(next(self.places) % 256)
        old = [one.sha256 for one in held if one.age > FORGOTTEN_SECONDS]
        return Outcome(did=await self._removed(old) > 0 or did)

    async def _removed(self, digests: Sequence[str]) -> int:
        """Remove the bytes that no row needs; whoever uploads the same at this moment goes before or after."""
        removed = 0
        for begin in range(0, len(digests), AT_ONCE):
            some = digests[begin : begin + AT_ONCE]
            async with self.db.connection() as conn:
                kept = await store.needed(conn, some)
            for digest in some:
                if digest not in kept:
                    removed += await self._removed_alone(digest)
        return removed

    async def _removed_alone(self, digest: str) -> bool:
        async with self.db.transaction() as conn:
            await store.lock(conn, digest)
            return not await store.needed(conn, (digest,)) and await self.files.remove(digest)

    async def next_at(self) -> datetime | None:
        """Return None: nobody waits for it."""
        return None
