"""The bytes of a body: read with a cap and a time limit, and proved to be JSON before anything interprets them."""

import json
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final, NoReturn

from starlette.requests import ClientDisconnect, Request

from exchange.api.problems import Fault
from exchange.transfer import TooLarge, gathered
from schemas.problem import ProblemItem

DEPTH: Final = 32

_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+\\?(?:"|\Z)', re.DOTALL)
"""A string, or one that never ends: the search never starts inside one, so it stays linear on any input."""

_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STEPS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_PLAIN_KEY: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a body may be, in bytes, and how long it may take, in seconds."""

    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Document:
    """A well-formed JSON body: its bytes, and what they hold to a reader that knows no shape."""

    raw: bytes
    value: Any


async def read(request: Request, limits: Limits) -> bytes | Fault:
    """Return the raw body, or what is wrong with it: who calls is asked before that is told.

    A body that announces too much is not read at all, one that turns out too large not to its end.
    """
    announced = request.headers.get("content-length")
    if announced is not None and (len(announced) > len(str(limits.size)) or int(announced) > limits.size):
        return Fault("body_too_large")
    try:
        raw = await gathered(request, limits.size, limits.seconds)
    except TooLarge:
        return Fault("body_too_large")
    except TimeoutError:
        return Fault("body_too_slow", headers={"Connection": "close"})
    except ClientDisconnect:
        return Fault("bad_request")
    return _wrong_media(request) or raw


def _wrong_media(request: Request) -> Fault | None:
    """Tell whether the body is said to be something else than JSON in UTF-8."""
    kind, _, rest = request.headers.get("content-type", "").partition(";")
    name, _, charset = rest.partition("=")
    named_well = not rest.strip() or (
        name.strip().lower() == "charset" and charset.strip().strip('"').lower() in {"utf-8", "utf8"}
    )
    plain = request.headers.get("content-encoding", "identity").strip().lower() in {"", "identity"}
    return None if kind.strip().lower() == "application/json" and named_well and plain else Fault("media_type")


def document(raw: bytes | Fault) -> Document:
    """Return the JSON of a body; raise Fault for one that was not read, is not JSON, too deep or ambiguous.

    An unpaired surrogate is well-formed JSON but no text: it is an objection to its field.
    """
    if isinstance(raw, Fault):
        raise raw
    if raw.count(b"[") + raw.count(b"{") > DEPTH and depth(raw) > DEPTH:  # few brackets cannot nest deeply
        raise Fault("too_deep")
    try:
        text = raw.decode("utf-8")
        value = _READER.decode(text)
    except ValueError:
        raise Fault("not_json") from None
    if _SURROGATE.search(text) and (broken := tuple(_surrogates(value))):
        raise Fault("invalid_shape", broken)
    return Document(raw, value)


def depth(raw: bytes) -> int:
    """Return how deep arrays and objects nest, in one pass and without recursion."""
    brackets = _STRING.sub(b"", raw).translate(None, _NO_BRACKETS)
    return max(accumulate(_STEPS[bracket] for bracket in brackets), default=0)


def pointer_token(key: str | int) -> str:
    """Write one step of an RFC 6901 pointer."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


def may_be_echoed(key: str | int) -> bool:
    """Tell whether a key of the input may stand in an answer: only one that can be nothing but a field's name."""
    return isinstance(key, int) or _PLAIN_KEY.fullmatch(key) is not None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Fault("duplicate_key")
    return found


def _no_json(_word: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _surrogates(value: Any) -> "list[ProblemItem]":
    """Name every field whose text, or whose own name, holds half a character."""
    found: list[ProblemItem] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        pointer, here = waiting.pop()
        if isinstance(here, str) and _half(here):
            found.append(ProblemItem(pointer=pointer, detail="Текст содержит половину знака Юникода.", rule=None))
        pairs = here.items() if isinstance(here, dict) else enumerate(here) if isinstance(here, list) else ()
        for key, below in pairs:
            if isinstance(key, str) and _half(key):
                found.append(ProblemItem(pointer=pointer, detail="Имя поля содержит половину знака.", rule=None))
            waiting.append((pointer + pointer_token(key) if may_be_echoed(key) else pointer, below))
    return sorted(found, key=lambda item: item.pointer)


def _half(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


_READER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_json, parse_int=len, parse_float=len)
"""Numbers are left to the shapes: whoever sends a million digits costs nothing here."""
