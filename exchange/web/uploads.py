"""Forms with files: read as they come, each file kept by itself once it is known whose form it is."""

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from exchange import transfer
from exchange.core.attachments import Upload, media_type_of, plain_name
from exchange.core.errors import ExchangeError, Refused
from exchange.core.objections import Objection
from exchange.core.request import AttachmentRef, Examination
from exchange.files import Stored, Writer
from exchange.protection.gateway import FileWatch
from exchange.service import attachments
from exchange.service.attachments import UNEXAMINED
from exchange.transfer import Interrupted
from exchange.web.errors import PageFault
from exchange.web.form import MOST_FIELDS, Form
from exchange.web.house import House, Turn
from exchange.web.multipart import End, Part, Parts, Piece, boundary_of

FIELD: Final = "attachments"
"""The field of an act that names what it carries: a form bears ids there, of files that came with it before."""

PLACE: Final = f"/{FIELD}"


@dataclass(frozen=True, slots=True)
class Sent:
    """A form whose files are kept, their ids standing in it; `against` says which files were not, and why."""

    form: Form
    against: tuple[tuple[str, Objection], ...] = ()


class Stopped(Exception):
    """A form that did not come to its end: why, and what was read of it, so that nothing typed is lost."""

    def __init__(self, trouble: Exception, form: Form) -> None:
        """Keep both."""
        super().__init__(type(trouble).__name__)
        self.trouble = trouble
        self.form = form


async def read(house: House, request: Request) -> Sent:
    """Read a form, with files or without; raise Stopped.

    Whose form it is stands before its files, and is proved before the first byte of them is kept. A file that is
    refused does not keep the others from being kept: the form comes back with what is wrong.
    """
    boundary = boundary_of(request.headers.get("content-type", ""))
    if boundary is None:
        return Sent(await house.form(request))
    reading = _Reading(house, request)
    try:
        parts = Parts(boundary)
        announced = transfer.announced_size(request.headers.get("content-length"))
        async with AsyncExitStack() as stack:
            reading.stack = stack
            async for piece in transfer.arriving(request.receive, announced):
                for event in parts.fed(piece):
                    await reading.take(event)
        parts.finish()
    except Interrupted as trouble:
        fault = PageFault("form_too_slow", 408) if trouble.slowly else PageFault("form_cut_off", 400)
        raise Stopped(fault, reading.so_far()) from None
    except (ExchangeError, PageFault) as trouble:
        raise Stopped(trouble, reading.so_far()) from trouble
    return Sent(reading.form, tuple(reading.against))


async def known(turn: Turn, form: Form) -> tuple[AttachmentRef, ...]:
    """Return the files that a form names and that the caller's authority uploaded, for showing."""
    found = await attachments.known(turn.conn, turn.actor, form.all(FIELD))
    return tuple(found[name] for name in dict.fromkeys(form.all(FIELD)) if name in found)


class _Reading:
    """What was read of a form so far."""

    stack: AsyncExitStack

    def __init__(self, house: House, request: Request) -> None:
        self.house = house
        self.request = request
        self.against: list[tuple[str, Objection]] = []
        self._values: dict[str, tuple[str, ...]] = {}
        self._part: Part | None = None
        self._text = bytearray()
        self._count = self._size = 0
        self._file: _File | None = None
        self._admitted = False

    @property
    def form(self) -> Form:
        """The form as far as it was read; its bytes are the same whenever the same was sent."""
        pairs = [(name, value) for name, values in self._values.items() for value in values]
        return Form(dict(self._values), urlencode(pairs).encode())

    def so_far(self) -> Form:
        """Return what was read, also of the field that was cut off in its middle."""
        if self._part is not None and self._part.filename is None:
            self._add(self._part.name, self._text.decode("utf-8", "ignore"))
        return self.form

    async def take(self, event: Part | Piece | End) -> None:
        """Take what comes next."""
        if isinstance(event, Part):
            await self._begin(event)
        elif isinstance(event, Piece):
            await self._more(event.data)
        else:
            await self._end()

    async def _begin(self, part: Part) -> None:
        self._count += 1
        if self._count > MOST_FIELDS:
            raise PageFault("form_too_large", 413)
        self._part, self._text = part, bytearray()
        if part.filename:
            await self._admit()
            media_type = media_type_of(part.media_type)
            upload = Upload(name=plain_name(part.filename), media_type=media_type or "application/octet-stream")
            writer = await self.stack.enter_async_context(self.house.runtime.files.writer())
            self._file = _File(upload, writer, self._watch(upload))

    async def _more(self, data: bytes) -> None:
        if self._file is not None:
            self._file.size += len(data)
            if self._file.size > self.house.limits.file:
                raise PageFault("file_too_large", 413)
            await self._file.take(data)
            return
        self._size += len(data)
        if self._size > self.house.limits.size:
            raise PageFault("form_too_large", 413)
        self._text += data

    async def _end(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            await self._keep(file)
        elif self._part is not None and self._part.filename is None:
            try:
                text = self._text.decode("utf-8").replace("\r\n", "\n")
            except UnicodeDecodeError:
                raise PageFault("bad_form", 400) from None
            self._add(self._part.name, text)
        self._part = None

    async def _admit(self) -> None:
        """Prove, before the first file, whose form it is, and that its sender may attach."""
        if not self._admitted:
            async with self.house.writing(self.request, self.form) as turn:
                attachments.may_attach(turn.actor)
            self._admitted = True

    async def _keep(self, file: "_File") -> None:
        """Keep a file in a transaction of its own; note what is wrong with it otherwise."""
        try:
            stored = await file.finish()
            async with self.house.writing(self.request, self.form) as turn:
                taken = attachments.judge(file.upload, stored, turn.actor.authority, file.examination)
                await attachments.keep(turn.conn, file.writer, taken, turn.actor, turn.now)
        except Refused as refused:
            self.against += [
                (file.upload.name, Objection(one.code, PLACE, one.rule, dict(one.gaps))) for one in refused.objections
            ]
            return
        finally:
            await self.stack.aclose()
        if taken.ref.id not in self._values.get(FIELD, ()):
            self._add(FIELD, taken.ref.id)

    def _watch(self, upload: Upload) -> FileWatch | None:
        """Begin to look at a file; raise Refused for a name that bears a mark."""
        if self.house.watch is None:
            return None
        self.house.watch.look_at_name(upload.name)
        return self.house.watch.reading(upload.name, upload.media_type)

    def _add(self, name: str, value: str) -> None:
        self._values[name] = (*self._values.get(name, ()), value)


@dataclass(slots=True)
class _File:
    """A file that is coming in; of one that is refused nothing more is written."""

    upload: Upload
    writer: Writer
    watch: FileWatch | None
    size: int = 0
    refused: Refused | None = None
    examination: Examination = UNEXAMINED

    async def take(self, data: bytes) -> None:
        """Write the next bytes once the mark guard has seen them."""
        if self.refused is None:
            try:
                if self.watch is not None:
                    await self.watch.look(data)
            except Refused as refused:
                self.refused = refused
                return
            await self.writer.write(data)

    async def finish(self) -> Stored:
        """Return what was written; raise Refused where the guard found a mark."""
        if self.refused is not None:
            raise self.refused
        if self.watch is not None:
            await self.watch.look(b"", last=True)
        stored = await self.writer.finish()
        if self.watch is not None:
            self.examination = await self.watch.examine(stored.head, self.writer.lend)
        return stored
