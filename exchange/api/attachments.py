"""Files: taken in as they come, and given out with the record of it."""

import re
from typing import Final

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import Response

from exchange import transfer
from exchange.api import query
from exchange.api.body import Document
from exchange.api.entrance import Answer, Entrance, Incoming
from exchange.api.once import key_of, once
from exchange.api.problems import Fault
from exchange.api.requests import id_of
from exchange.core.access import Verb
from exchange.core.attachments import Upload, media_type_of, of_name, plain_name
from exchange.core.errors import Refused
from exchange.core.request import AttachmentRef
from exchange.files import Writer
from exchange.runtime import Call
from exchange.service import attachments, queries
from exchange.service import views as show
from exchange.service.attachments import UNEXAMINED, Taken
from exchange.store.database import Connection
from exchange.transfer import Download, Interrupted, Span
from schemas.views import UploadView

_DIGESTS: Final = ("content-digest", "repr-digest")
_HANG_UP: Final = {"Connection": "close"}


async def upload(entrance: Entrance, request: Request) -> Response:
    """Take a file in for a later act of the caller's authority; the same file again is the same attachment.

    Who calls is told before anything is read, and again before anything is kept.
    """
    async with entrance.reading(request, Verb.ATTACH):
        pass
    key_of(request)
    described, announced = _described(entrance, request), transfer.announced_size(request.headers.get("content-length"))
    if announced is not None and announced > entrance.attachment_limit:
        raise Fault("body_too_large", headers=_HANG_UP)
    async with entrance.runtime.files.writer(announced) as writer:
        pieces = transfer.arriving(request.receive, announced)
        watch = None if entrance.watch is None else entrance.watch.reading(described.name, described.media_type)
        if watch is not None:
            pieces = transfer.watched(pieces, watch)
        try:
            within = await transfer.written(pieces, writer, entrance.attachment_limit)
        except Interrupted as trouble:
            raise Fault("body_too_slow" if trouble.slowly else "body_cut_off", headers=_HANG_UP) from None
        if not within:
            raise Fault("body_too_large", headers=_HANG_UP)
        stored = await writer.finish()
        examination = UNEXAMINED if watch is None else await watch.examine(stored.head, writer.lend)
        async with entrance.noting(request, Verb.ATTACH) as (conn, call):
            taken = attachments.judge(described, stored, call.actor.authority, examination)
            return await _kept(Incoming(request, conn, call, Document(taken.ref.id.encode(), None)), writer, taken)


async def _kept(incoming: Incoming, writer: Writer, taken: Taken) -> Response:
    """Keep a file under the call's key; a call that is made again keeps it again, should it have been swept since."""

    async def work() -> Answer:
        ref = taken.ref
        view = UploadView(
            id=ref.id,
            name=ref.name,
            size=ref.size,
            sha256=ref.sha256,
            media_type=ref.media_type,
            sniffed=taken.sniffed,
            active=ref.active,
            examination=show.examination(ref),
        )
        return Answer(201, to_json(view), {"Location": f"/v1/attachments/{ref.id}"})

    response = await once(incoming, work, entitled=True)
    await attachments.keep(incoming.conn, writer, taken, incoming.call.actor, incoming.call.now)
    return response


async def of_request(entrance: Entrance, request: Request) -> Response:
    """Give out a file that an act of a request carries."""
    async with entrance.noting(request) as (conn, call):
        loaded = await queries.load(conn, id_of(request), call.actor)
        ref = attachments.carried(loaded.request, str(request.path_params["attachment"]))
        span = await _noted(entrance, request, conn, call, ref, of_request=True)
    return Download(entrance.runtime.files, ref, span, head_only=request.method == "HEAD")


async def own(entrance: Entrance, request: Request) -> Response:
    """Give out a file that the caller's own authority uploaded, whether an act carries it yet or not."""
    async with entrance.noting(request) as (conn, call):
        ref = await attachments.own(conn, call.actor, str(request.path_params["attachment"]))
        span = await _noted(entrance, request, conn, call, ref, of_request=False)
    return Download(entrance.runtime.files, ref, span, head_only=request.method == "HEAD")


async def _noted(
    entrance: Entrance, request: Request, conn: Connection, call: Call, ref: AttachmentRef, *, of_request: bool
) -> Span | None:
    """Write the download down, unless nothing but the head is asked for; return which part it is of."""
    try:
        span = transfer.span_in(request.headers.get("range"), request.headers.get("if-range"), ref)
    except ValueError:
        raise Fault("no_such_range", headers={"Content-Range": f"bytes */{ref.size}"}) from None
    files = entrance.runtime.files
    if request.method == "HEAD":
        await attachments.prove(files, ref, whole=False)
        return None
    number, part = id_of(request) if of_request else None, transfer.told(span)
    await attachments.give_out(conn, files, ref, call.actor, call.now, request=number, part=part)
    return span


def _described(entrance: Entrance, request: Request) -> Upload:
    """Return how the sender describes a file; raise Fault or Refused before any of it is read."""
    asked = query.Query(request)
    named = asked.text("name")
    asked.done()
    media_type = media_type_of(request.headers.get("content-type"))
    if media_type is None or request.headers.get("content-encoding", "identity").strip().lower() not in {
        "",
        "identity",
    }:
        raise Fault("bad_media_type")
    name = plain_name(_name(request, named))
    against = tuple(of_name(name))
    if against:
        raise Refused(against)
    if entrance.watch is not None:
        entrance.watch.look_at_name(name)
    return Upload(name=name, media_type=media_type, sha256=_digest(request))


def _name(request: Request, named: str | None) -> str:
    """Return the file's name from its header or from the address, not from both."""
    headers = request.headers.getlist("content-disposition")
    if len(headers) > 1 or (headers and named is not None):
        raise Fault("bad_file_name")
    if not headers:
        return named or ""
    if re.match(r"\s*[a-z]+\s*(;|$)", headers[0], re.IGNORECASE) is None:
        raise Fault("bad_file_name")
    try:
        return transfer.name_in(headers[0]) or ""
    except ValueError:
        raise Fault("bad_file_name") from None


def _digest(request: Request) -> str | None:
    """Return the SHA-256 (hex) that the bytes must have, if the sender says so."""
    headers = [value for name in _DIGESTS for value in request.headers.getlist(name)]
    if not headers:
        return None
    found = {transfer.digest_in(value) for value in headers}
    if None in found or len(found) > 1:
        raise Fault("bad_digest")
    return found.pop()
