"""Protected content that comes with a request: taken out and handed to the module before anything else sees it."""

import base64
import binascii
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json
from starlette.requests import Request

from exchange.api import body, shape
from exchange.api.body import Document
from exchange.api.entrance import Entrance
from exchange.api.once import fingerprint_of, key_of
from exchange.api.problems import Fault
from exchange.core.access import could_do
from exchange.core.acts import ACTS
from exchange.core.errors import Refused
from exchange.core.objections import object_to
from exchange.core.rules import REQUEST_RULES
from exchange.protection.gateway import Inline
from schemas.problem import ProblemItem
from schemas.protection import Register
from schemas.requests import InlineProtected, Submission
from schemas.vocabulary import ActKind

FIELD: Final = "protected"
PLACE: Final = f"/{FIELD}"
REGISTER: Final[TypeAdapter[Register]] = TypeAdapter(Register)
NOT_BASE64: Final = ProblemItem(
    pointer=f"{PLACE}/content", detail="Ожидаются непустые байты в base64 (RFC 4648).", rule="P-10.3"
)


def taken_out(entrance: Entrance, request: Request) -> Callable[[bytes], Awaitable[bytes]]:
    """Make what puts a reference where protected content stood; other bodies pass unread.

    What comes out is the same whenever the same call is made: the module keeps the reference under the call's key.
    """

    async def replaced(raw: bytes) -> bytes:
        if FIELD.encode() not in raw and b"\\u" not in raw:
            return raw
        try:
            document = body.document(raw)
        except Fault:
            return raw  # it is told when it is known who calls
        if not isinstance(document.value, dict) or not isinstance(document.value.get(FIELD), dict):
            return raw
        reference = await _handed_over(entrance, request, document)
        return to_json({**from_json(raw), FIELD: [reference]})

    return replaced


async def _handed_over(entrance: Entrance, request: Request, document: Document) -> str:
    """Give protected content to the module; return the id of its item. Raise Refused, Fault.

    Nothing is sealed for a request that this caller could not send or that is misshapen, nor beside an open mark.
    """
    call = await entrance.known(request)
    if entrance.watch is not None:
        beside = {name: value for name, value in document.value.items() if name != FIELD}
        await entrance.watch.look_at(beside, len(document.raw))
    wanted = shape.submission(document)
    if not could_do(call.actor, ACTS[ActKind.SUBMIT], wanted):
        raise Refused((object_to("role_may_not"),))
    key = key_of(request)
    if key is None:
        raise Fault("idempotency_key_needed")
    if entrance.watch is not None:
        entrance.watch.look(key)
    plain, register = _registration(wanted)
    inline = Inline(
        key=key,
        call=fingerprint_of(request, document.raw),
        body=REGISTER.validate_json(register),
        raw=register,
        plain=plain,
    )
    known = await entrance.runtime.desk.doors.take_in(inline, call.actor, call.now)
    return str(known.item)


def _registration(wanted: Submission) -> tuple[bytes, bytes]:
    """Return the content, and the bytes of its registration: its purpose is the request's."""
    inline = wanted.protected
    if not isinstance(inline, InlineProtected):
        raise Fault("invalid_shape")
    try:
        plain = base64.b64decode(inline.content, validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    if not plain:
        raise Fault("invalid_shape", (NOT_BASE64,))
    value: dict[str, Any] = {
        "act": "register",
        "mark": inline.mark,
        "designation": inline.designation,
        "kind": inline.kind,
        "purpose": wanted.purpose,
        "content": {"sha256": sha256(plain).hexdigest(), "size": len(plain)},
    }
    register = to_json(value)
    try:
        shape.shaped(REGISTER, Document(register, value), rule=REQUEST_RULES[FIELD])
    except Fault as trouble:
        items = tuple(item.model_copy(update={"pointer": PLACE + item.pointer}) for item in trouble.items)
        raise Fault(trouble.code, items) from None
    return plain, register
