"""Attachments: taken in, bound to acts, given out again, swept when no act came to carry them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from exchange.core.access import Actor, Verb, may
from exchange.core.attachments import Upload, attachment_id, is_attachment_id, of_upload
from exchange.core.errors import FileBroken, NotThere, Refused
from exchange.core.objections import object_to
from exchange.core.request import AttachmentRef, Examination, Request
from exchange.files import Store, Stored, Writer
from exchange.files.sniff import contradicts, is_active, sniff
from exchange.service import audit
from exchange.store import attachments as store
from exchange.store.database import Connection
from schemas.vocabulary import Deed

PROVED_FIRST: Final = 8 * 1024 * 1024
"""Largest file, in bytes, that is read and proved whole before anything of it goes out."""

UNEXAMINED: Final = Examination()


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was taken in, and its type by its bytes."""

    ref: AttachmentRef
    sniffed: str


def may_attach(actor: Actor) -> None:
    """Raise Refused for a role that prepares no acts."""
    if not may(actor, Verb.ATTACH):
        raise Refused((object_to("role_may_not"),))


def judge(upload: Upload, stored: Stored, authority: str, examination: Examination = UNEXAMINED) -> Taken:
    """Tell what arrived, and how much of it was looked at; raise Refused with everything that is wrong with it."""
    found = sniff(stored.head)
    lies = contradicts(upload.media_type, found)
    against = tuple(of_upload(upload, size=stored.size, digest=stored.sha256, found=found.media_type, lies=lies))
    if against:
        raise Refused(against)
    number = attachment_id(authority, stored.sha256, stored.size, upload.name, upload.media_type)
    active = is_active(upload.name, upload.media_type, found)
    ref = AttachmentRef(number, stored.sha256, stored.size, upload.name, upload.media_type, active, examination)
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
